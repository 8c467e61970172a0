import type { PersonChange } from '../access/compare.ts';
import type { ReviewedPerson } from '../review/review.ts';
import { keyOfIamName, LIMITS_POLICY } from '../team/names.ts';
import { lastDayWords } from './access-dates.ts';
import { policyName } from './access-words.ts';
import { accessMarkdown, lossMarkdown, policiesMarkdown } from './comment-words.ts';
import { code, joined, listed, type Markdown, md, nameMarkdown, ours } from './markdown-text.ts';

/** One row of the table of people: everybody for whom the same happens. */
export interface PeopleRow {
  readonly people: readonly ReviewedPerson[];
  /** Nobody folds it away: somebody gains what is dangerous, or loses something. */
  readonly loud: boolean;
  readonly text: string;
}

/** So many people share a row at most, so that no row becomes a page. */
const IN_A_ROW = 25;

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
  const rows = [...groups.values()].flatMap((group) => chunks(group.people).map((some) => rowOf(some, group)));
  // The order within both stays the review's, which is worst first.
  return [...rows.filter(({ loud }) => loud), ...rows.filter(({ loud }) => !loud)];
}

function rowOf(
  people: readonly ReviewedPerson[],
  group: { change: Markdown; effect: Markdown; loud: boolean },
): PeopleRow {
  const names = people.map((person) => {
    const name = whoMarkdown(person);
    return group.loud ? md`**${name}**` : name;
  });
  const who = people.length > 3 ? md`${people.length} people: ${joined(names, ', ')}` : joined(names, ', ');
  return {
    people,
    loud: group.loud,
    text: `| ${[who, group.change, group.effect].map((cell) => cell.markdown).join(' | ')} |`,
  };
}

function chunks(people: readonly ReviewedPerson[]): readonly (readonly ReviewedPerson[])[] {
  const count = Math.ceil(people.length / IN_A_ROW);
  return Array.from({ length: count }, (_, index) => people.slice(index * IN_A_ROW, (index + 1) * IN_A_ROW));
}

/** Dangerous gains, and losses: what nobody may overlook. */
export function isLoud({ classes, change }: ReviewedPerson): boolean {
  return (
    classes.some((each) => each !== 'gains-other' && each !== 'words-only' && each !== 'nothing') ||
    change.worstGain === 'loses-data' ||
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
  return joined([...parts, ...sideParts(change, lab)], '; ');
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
    const was = ends.before === null ? 'no last day' : lastDayWords(ends.before, at);
    parts.push(md`access now ${untilMarkdown(ends.after, at)} (until now: ${ours(was)})`);
  }
  if (parts.length > 0) return parts;
  const { gained, lost } = change.capabilities;
  if (gained.length > 0 && lost.length > 0) return [ours('gains and loses')];
  if (gained.length > 0) return [ours('gains')];
  return lost.length > 0 ? [ours('loses')] : [];
}

function untilMarkdown(ends: string | null, at: Date): Markdown {
  return ends === null ? ours('without a last day') : md`until ${ours(lastDayWords(ends, at))}`;
}

function rolesMarkdown(keys: readonly string[]): Markdown {
  return listed(keys.map((key) => code(key)));
}

/** What changes beside roles: it may be the way to more tomorrow. */
function sideParts({ kind, boundary, ownPolicies, groups }: PersonChange, lab: string): readonly Markdown[] {
  const own = ownPolicies.gained.filter((policy) => policy !== LIMITS_POLICY);
  const ownLost = ownPolicies.lost.filter((policy) => policy !== LIMITS_POLICY);
  const foreign = (names: readonly string[]) => names.filter((name) => keyOfIamName(lab, name) === null);
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
