import type { AccessChange } from '../../access/diff.ts';
import { accessMarkdown, lossMarkdown, peopleCount, policiesMarkdown } from '../../access/text/capability-words.ts';
import { policyName } from '../../access/text/names.ts';
import { keyOfIamName, LIMITS_POLICY } from '../../team/names.ts';
import { lastDayWords } from '../../text/dates.ts';
import { code, joined, listed, type Markdown, md, nameMarkdown, ours } from '../../text/markdown.ts';
import type { ReviewedPerson } from '../changes/review.ts';

/** One row of the table of people: everybody for whom the same happens. */
export interface PeopleRow {
  readonly people: readonly ReviewedPerson[];
  /** Which rows are of one group of people, too many for a single one. */
  readonly group: number;
  /** Nobody folds it away: somebody gains what is dangerous, or loses something. */
  readonly loud: boolean;
  readonly text: string;
  /** The row for the whole group, with three names. */
  readonly brief: string;
}

/** So many people share a row at most, so that no row becomes a page. */
const IN_A_ROW = 25;

/** So many names stand for a group of more than that. */
const BRIEF = 3;

/** Header and rule of the table. */
export const PEOPLE_HEADER = '| who | change | what that lets them do |\n| --- | --- | --- |';

/** The table of people, worst first, those for whom the same happens together. */
export function peopleRows(people: readonly ReviewedPerson[], lab: string, at: Date): readonly PeopleRow[] {
  const groups = new Map<string, { people: ReviewedPerson[]; change: Markdown; effect: Markdown; loud: boolean }>();
  for (const person of people) {
    const change = changeMarkdown(person, lab, at);
    const effect = effectMarkdown(person);
    const loud = isLoud(person);
    const key = `${loud}\n${change.markdown}\n${effect.markdown}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { people: [person], change, effect, loud });
    else group.people.push(person);
  }
  const rows = [...groups.values()].flatMap((group, index) => {
    const brief = rowText(briefNames(group.people), group);
    return chunks(group.people).map((some) => {
      const names = listNames(some, group.loud);
      return { people: some, group: index, loud: group.loud, text: rowText(names, group), brief };
    });
  });
  // The order within both stays the review's, which is worst first.
  return [...rows.filter(({ loud }) => loud), ...rows.filter(({ loud }) => !loud)];
}

function rowText(who: Markdown, { change, effect }: { readonly change: Markdown; readonly effect: Markdown }): string {
  return `| ${[who, change, effect].map(({ markdown }) => markdown).join(' | ')} |`;
}

function listNames(people: readonly ReviewedPerson[], loud: boolean): Markdown {
  const names = joined(
    people.map((person) => (loud ? md`**${whoMarkdown(person)}**` : whoMarkdown(person))),
    ', ',
  );
  return people.length > 3 ? md`${people.length} people: ${names}` : names;
}

function briefNames(people: readonly ReviewedPerson[]): Markdown {
  const names = joined(people.slice(0, BRIEF).map(whoMarkdown), ', ');
  return md`${ours(peopleCount(people.length))}: ${names} and ${people.length - BRIEF} others`;
}

function chunks(people: readonly ReviewedPerson[]): readonly (readonly ReviewedPerson[])[] {
  const count = Math.ceil(people.length / IN_A_ROW);
  return Array.from({ length: count }, (_, index) => people.slice(index * IN_A_ROW, (index + 1) * IN_A_ROW));
}

/** Dangerous gains, and losses: what nobody may overlook. */
function isLoud({ classes, change }: ReviewedPerson): boolean {
  return (
    classes.some((each) => each !== 'gains-other' && each !== 'descriptive-only' && each !== 'nothing') ||
    change.worstGain === 'deletes-data' ||
    change.unknownPolicies.after.length > 0 ||
    change.ownPolicies.gained.some((policy) => policy !== LIMITS_POLICY)
  );
}

/** `Bo Chen`, or the key, or IAM's name of somebody who is in neither file. */
export function whoMarkdown({ name, key, user }: Pick<ReviewedPerson, 'name' | 'key' | 'user'>): Markdown {
  if (name !== null) return nameMarkdown(name);
  return key === null ? md`${code(user)} (not in team.yaml)` : code(key);
}

/** What turns the IAM name of a user into the person's name, for everybody whom the review knows. */
export function namer(people: readonly ReviewedPerson[], lab: string): (user: string) => Markdown {
  const byUser = new Map(people.map((person) => [person.user, person]));
  return (user) => whoMarkdown(byUser.get(user) ?? { user, name: null, key: keyOfIamName(lab, user) });
}

function changeMarkdown(person: ReviewedPerson, lab: string, at: Date): Markdown {
  const { change, classes } = person;
  if (classes.includes('identity-replaced')) return ours('is deleted and made anew, **so all keys are lost**');
  if (change.kind === 'leaves') return ours('**leaves**: the user is deleted, with all keys');
  const parts = change.kind === 'joins' ? joinParts(person, at) : changedParts(person, at);
  const all = [...parts, ...sideParts(person, lab)];
  return joined(all.length > 0 ? all : plainParts(change, lab), '; ');
}

function joinParts({ change, roles }: ReviewedPerson, at: Date): readonly Markdown[] {
  const suspended = change.suspended.after ? ', suspended' : '';
  const through = roles.gained.length === 0 ? ours(' without a role') : md` with ${rolesMarkdown(roles.gained)}`;
  return [md`joins${ours(suspended)}${through}, ${untilMarkdown(change.ends.after, at)}`];
}

function changedParts({ change, roles }: ReviewedPerson, at: Date): readonly Markdown[] {
  const { suspended, ends } = change;
  const parts: Markdown[] = [];
  if (!suspended.before && suspended.after) parts.push(ours('**is suspended**'));
  if (suspended.before && !suspended.after) parts.push(ours('is back from suspension'));
  if (roles.gained.length > 0) parts.push(md`gains ${rolesMarkdown(roles.gained)}`);
  if (roles.lost.length > 0) parts.push(md`loses ${rolesMarkdown(roles.lost)}`);
  if (ends.before !== ends.after) {
    parts.push(endsMarkdown(ends, at));
  }
  return parts;
}

/** Where neither a role nor a date of hers changes, but what a role or a freeze allows does. */
function plainParts({ capabilities: { gained, lost } }: AccessChange, lab: string): readonly Markdown[] {
  const holders = gained.flatMap(({ grants }) => grants.map(({ holder }) => holder));
  const roles = [...new Set(holders)].flatMap((holder) => keyOfIamName(lab, holder.replace(/^group /, '')) ?? []);
  const parts: Markdown[] = [];
  if (roles.length > 0)
    parts.push(md`${rolesMarkdown(roles)} now ${ours(roles.length === 1 ? 'allows' : 'allow')} more`);
  else if (gained.length > 0) parts.push(ours('may do more with the same roles'));
  if (lost.length > 0) parts.push(ours('the same roles now allow less'));
  return parts.length > 0 ? parts : [ours('changes in a way that gives and takes nothing')];
}

function untilMarkdown(ends: string | null, at: Date): Markdown {
  return ends === null ? ours('without a last day') : md`until ${ours(lastDayWords(ends, at))}`;
}

/** With what it was before, in short: only what it becomes is news. */
function endsMarkdown({ before, after }: AccessChange['ends'], at: Date): Markdown {
  const was = before === null ? '' : lastDayWords(before, at).replace(/ \(.*/, '');
  if (after === null) return md`no last day any more (it was ${ours(was)})`;
  return md`last day ${ours(lastDayWords(after, at))}${ours(before === null ? ', none before' : `, until now ${was}`)}`;
}

function rolesMarkdown(keys: readonly string[]): Markdown {
  return listed(keys.map((key) => code(key)));
}

/** What changes beside roles: it may be the way to more tomorrow. */
function sideParts({ change, roles }: ReviewedPerson, lab: string): readonly Markdown[] {
  const { kind, boundary, ownPolicies, groups } = change;
  const told = [...roles.gained, ...roles.lost];
  const own = ownPolicies.gained.filter((policy) => policy !== LIMITS_POLICY);
  const ownLost = ownPolicies.lost.filter((policy) => policy !== LIMITS_POLICY);
  const foreign = (names: readonly string[]) =>
    names.filter((name) => keyOfIamName(lab, name) === null && !told.includes(name));
  const parts: Markdown[] = [];
  if (own.length > 0) parts.push(md`is given ${policiesMarkdown(own)} beside all roles`);
  if (ownLost.length > 0) parts.push(md`loses ${policiesMarkdown(ownLost)}, given beside all roles`);
  if (foreign(groups.gained).length > 0) parts.push(md`is put into group ${rolesMarkdown(foreign(groups.gained))}`);
  if (foreign(groups.lost).length > 0) parts.push(md`is taken out of group ${rolesMarkdown(foreign(groups.lost))}`);
  if (boundary.after === null && (boundary.before !== null || kind === 'joins')) {
    parts.push(ours('**is not capped by a permissions boundary**'));
  } else if (kind === 'changed' && boundary.after !== null && boundary.before !== boundary.after) {
    parts.push(md`is capped by the permissions boundary ${code(policyName(boundary.after))}`);
  }
  return parts;
}

function effectMarkdown({ change, classes }: ReviewedPerson): Markdown {
  const { gained, lost } = change.capabilities;
  const sentences: Markdown[] = [];
  if (change.unknownPolicies.after.length > 0) {
    const names = policiesMarkdown([...new Set(change.unknownPolicies.after.map(({ policy }) => policy))]);
    sentences.push(md`**Counts as everything**: ${names} cannot be read here`);
  }
  if (change.kind === 'leaves') {
    sentences.push(
      lost.length === 0 ? ours('Nothing, as before') : md`Nothing any more. Until now: ${lossMarkdown(lost)}`,
    );
    return joined(sentences, '. ');
  }
  if (gained.length > 0) sentences.push(accessMarkdown(gained));
  if (lost.length > 0) {
    const nothingLeft = change.mayAct.after ? 'No longer' : 'Nothing any more. Until now';
    sentences.push(md`${ours(nothingLeft)}: ${lossMarkdown(lost)}`);
  }
  if (gained.length > 0 || lost.length > 0) return joined(sentences, '. ');
  if (change.suspended.after) sentences.push(ours('Nothing while suspended'));
  else if (!change.mayAct.after) sentences.push(ours('Nothing'));
  else sentences.push(ours(classes.includes('identity-replaced') ? 'The same, with new keys' : 'The same as before'));
  return joined(sentences, '. ');
}
