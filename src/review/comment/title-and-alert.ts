import { briefText, HARMS, harmfulVerbs, worstHarm } from '../../access/text/capability-words.ts';
import { RISK_VERBS } from '../../catalog/mturk.ts';
import type { Block } from '../../text/document.ts';
import { counted, joinTexts, listTexts, someTexts, strongText, type Text, t, trusted } from '../../text/text.ts';
import type { Review, ReviewedPerson, SettingsChange } from '../manifest/schema.ts';
import { dayOf, personText } from '../text/people-text.ts';

/** A predicate for one person, for several, and for a change that is blocked. */
interface Predicate {
  readonly one: Text;
  readonly many: Text;
  readonly would: Text;
}

/** `asIf` phrases a change that is not going to happen. */
type Mood = 'will' | 'asIf';

/** People who are named one by one, and effects after the worst that are counted. */
const NAMED = 2;
const MORE_EFFECTS = 2;

/** The change and its worst effect: `Bo Chen and Eve Lindqvist can spend money; 1 member leaves`. */
export function titleText(review: Review, mood: Mood): Text {
  const effects = effectsOf(review.people);
  const clauses = effects.slice(0, 1 + MORE_EFFECTS).map(({ predicate, people }, index) => {
    const who =
      index === 0 ? someTexts(people.map(personText), NAMED) : trusted(counted(people.length, 'other member'));
    return t`${who} ${verbOf(predicate, people.length, mood)}`;
  });
  const besides = unexplainedClauses(review);
  if (clauses.length === 0) return joinTexts([...besides, ...settingClauses(review, mood)].slice(0, 2), '; ');
  const approvers = review.settings.some((setting) => clauseOf(setting) === 'approvers');
  const more = [...besides, ...(approvers ? [wordsOf(SETTING_CLAUSES.approvers, mood)] : [])];
  return joinTexts([...clauses.slice(0, more.length > 0 ? 2 : 3), ...more], '; ');
}

function verbOf({ one, many, would }: Predicate, count: number, mood: Mood): Text {
  if (mood === 'asIf') return would;
  return count === 1 ? one : many;
}

function predicate(one: string, many: string, would: string): Predicate {
  return { one: trusted(one), many: trusted(many), would: trusted(would) };
}

const UNKNOWN = predicate('gains an unreadable policy', 'gain unreadable policies', 'would gain unreadable policies');
const UNCAPPED = predicate(
  'loses the permissions boundary',
  'lose the permissions boundary',
  'would lose the permissions boundary',
);
const REPLACED = predicate('loses all access keys', 'lose all access keys', 'would lose all access keys');
const LEAVES = predicate('leaves', 'leave', 'would leave');
const JOINS = predicate('joins', 'join', 'would join');
const GAINS = predicate('gains access', 'gain access', 'would gain access');
const SUSPENDED = predicate('is suspended', 'are suspended', 'would be suspended');
const RESUMED = predicate('is no longer suspended', 'are no longer suspended', 'would no longer be suspended');
const LOSES = predicate('loses access', 'lose access', 'would lose access');
const LOSES_ALL = predicate('loses all access', 'lose all access', 'would lose all access');
const LOSES_SOME = predicate('loses some access', 'lose some access', 'would lose some access');
const LAST_DAY = predicate('gets another last day', 'get another last day', 'would get another last day');
const ENDLESS = predicate('no longer has a last day', 'no longer have a last day', 'would no longer have a last day');
const OTHER = predicate('changes, access does not', 'change, access does not', 'would change, access would not');

/** Orders of `worstEffect` that are losses. */
const LOSSES = { from: 11, to: 13 };

interface Effect {
  readonly predicate: Predicate;
  readonly people: readonly ReviewedPerson[];
}

/** Each person under the worst effect of the change on them, worst first. */
function effectsOf(people: readonly ReviewedPerson[]): readonly Effect[] {
  const groups = new Map<string, { order: number; predicate: Predicate; people: ReviewedPerson[] }>();
  for (const person of people) {
    const { order, key, predicate } = worstEffect(person);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { order, predicate, people: [person] });
    else group.people.push(person);
  }
  const effects = [...groups.values()].sort((one, other) => one.order - other.order);
  const losing = effects.filter(({ order }) => order >= LOSSES.from && order <= LOSSES.to);
  if (losing.length < 2) return effects;
  const all = { order: LOSSES.from, predicate: LOSES, people: losing.flatMap(({ people }) => people) };
  return effects.flatMap((effect) => (effect === losing[0] ? [all] : losing.includes(effect) ? [] : [effect]));
}

function worstEffect(person: ReviewedPerson): { order: number; key: string; predicate: Predicate } {
  const { change, classes } = person;
  const { gained, lost } = change.capabilities;
  const effect = (order: number, predicate: Predicate, key = String(order)) => ({ order, key, predicate });
  if (change.unknownPolicies.after.length > 0 && change.kind !== 'leaves') return effect(0, UNKNOWN);
  const harm = worstHarm(gained);
  if (harm !== null) {
    const { can } = RISK_VERBS[harm];
    return effect(1 + HARMS.indexOf(harm), predicate(`can ${can}`, `can ${can}`, `could ${can}`));
  }
  if (classes.includes('boundary-changed') && change.boundary.after === null) return effect(5, UNCAPPED);
  if (classes.includes('identity-replaced')) return effect(6, REPLACED);
  if (change.kind === 'leaves') return effect(7, LEAVES);
  if (change.kind === 'joins') return effect(8, JOINS);
  if (gained.length > 0) return effect(9, GAINS);
  if (!change.suspended.before && change.suspended.after) return effect(10, SUSPENDED);
  const [only] = lost;
  if (only !== undefined) {
    if (!change.mayAct.after) return effect(11, LOSES_ALL);
    if (lost.length > 1) return effect(13, LOSES_SOME);
    const what = briefText(only);
    const key = `12 ${only.capability} ${only.operations.length}`;
    return effect(
      12,
      { one: t`can no longer ${what}`, many: t`can no longer ${what}`, would: t`could no longer ${what}` },
      key,
    );
  }
  if (change.suspended.before && !change.suspended.after) return effect(14, RESUMED);
  if (change.ends.before !== change.ends.after) {
    return change.ends.after === null ? effect(4, ENDLESS) : effect(15, LAST_DAY);
  }
  return effect(16, OTHER);
}

function unexplainedClauses({ unexplained }: Review): readonly Text[] {
  const count = (kind: string) => unexplained.filter((each) => each.kind === kind).length;
  const [extra, manual] = [count('not-in-files'), count('manual-change-reverted')];
  return [
    ...(extra === 0 ? [] : [trusted(counted(extra, 'unexplained change'))]),
    ...(manual === 0 ? [] : [trusted(`${counted(manual, 'manual change')} reverted`)]),
  ];
}

/** What changes if no person does. */
function settingClauses({ settings, roles, descriptive, plan }: Review, mood: Mood): readonly Text[] {
  const kinds = [...new Set(settings.map(clauseOf))];
  const found = [...kinds.map((kind) => SETTING_CLAUSES[kind]), ...(roles.length > 0 ? [ROLES_CHANGE] : [])];
  if (found.length > 0) return found.map((clause) => wordsOf(clause, mood));
  if (plan !== null && plan.add + plan.change + plan.destroy + plan.import > 0)
    return [wordsOf(RESOURCES_CHANGE, mood)];
  return [trusted(descriptive.length > 0 ? 'only descriptive fields change' : 'nothing changes')];
}

type Clause = readonly [will: string, would: string];

function wordsOf([will, would]: Clause, mood: Mood): Text {
  return trusted(mood === 'will' ? will : would);
}

const ROLES_CHANGE: Clause = ['roles change, access does not', 'roles would change, access would not'];
const RESOURCES_CHANGE: Clause = ['resources change, access does not', 'resources would change, access would not'];
const SETTING_CLAUSES = {
  approvers: ['the approvers change', 'the approvers would change'],
  snooze: ['drift findings are snoozed', 'drift findings would be snoozed'],
  freeze: ['a freeze starts for all members', 'a freeze would start for all members'],
  unfreeze: ['a freeze ends', 'a freeze would end'],
  other: ['lab settings change', 'lab settings would change'],
} as const;

function clauseOf(setting: SettingsChange): keyof typeof SETTING_CLAUSES {
  if (setting.kind === 'owners' || setting.kind === 'owner-login') return 'approvers';
  if (setting.kind === 'snooze') return setting.to !== null && setting.to > (setting.from ?? '') ? 'snooze' : 'other';
  if (setting.kind !== 'freeze') return 'other';
  return setting.gained.length > 0 ? 'freeze' : 'unfreeze';
}

/**
 * Caution for a change that is blocked or that its files do not explain; warning for one that spends money, harms
 * workers or deletes something. It names who gains the worst.
 */
export function alertOf(review: Review, isBlocked: boolean): Extract<Block, { readonly kind: 'alert' }> | null {
  const dangers = dangerLines(review);
  if (isBlocked) {
    const blocks = counted(review.blocks.length, 'guardrail');
    const first = t`${strongText(t`Nothing will be applied:`)} ${trusted(blocks)} ${trusted(review.blocks.length === 1 ? 'blocks' : 'block')} this change.`;
    return { kind: 'alert', level: 'caution', lines: [first] };
  }
  const more = unexplainedLine(review);
  if (more !== null) {
    const harmless = t`No one gains access that spends money, harms workers or deletes data.`;
    return { kind: 'alert', level: 'caution', lines: [more, ...(dangers.length > 0 ? dangers : [harmless])] };
  }
  return dangers.length === 0 ? null : { kind: 'alert', level: 'warning', lines: dangers };
}

function unexplainedLine({ unexplained }: Review): Text | null {
  const count = (kind: string) => unexplained.filter((each) => each.kind === kind).length;
  const [extra, missing, manual] = [count('not-in-files'), count('not-in-plan'), count('manual-change-reverted')];
  const more = [
    ...(extra === 0 ? [] : [trusted(counted(extra, 'unexplained change'))]),
    ...(manual === 0 ? [] : [trusted(`${counted(manual, 'manual change')} reverted`)]),
  ];
  if (more.length > 0) return t`${strongText(t`The plan does more than this pull request:`)} ${listTexts(more)}.`;
  if (missing === 0) return null;
  return t`${strongText(t`The plan does less than this pull request:`)} ${trusted(counted(missing, 'change'))} missing.`;
}

function dangerLines({ people, settings, at }: Review): readonly Text[] {
  const moment = new Date(at);
  const gaining = people.filter(({ change }) => worstHarm(change.capabilities.gained) !== null);
  const having = (test: (person: ReviewedPerson) => boolean) => people.filter(test);
  const unknown = having(({ change }) => change.kind !== 'leaves' && change.unknownPolicies.after.length > 0);
  const uncapped = having(
    ({ change, classes }) => classes.includes('boundary-changed') && change.boundary.after === null,
  );
  const replaced = having(({ classes }) => classes.includes('identity-replaced'));
  const leaving = having(({ change }) => change.kind === 'leaves');
  return [
    ...sentence(unknown, (who) => t`${who} will have a policy that cannot be read and may allow anything.`),
    ...gainLines(gaining, moment),
    ...sentence(uncapped, (who) => t`${who} will have no permissions boundary.`),
    ...sentence(replaced, (who) => t`${who} will lose all access keys: the IAM user is replaced.`),
    ...(settings.some(({ kind }) => kind === 'owners' || kind === 'owner-login')
      ? [t`${strongText(t`The approvers change:`)} see the settings below.`]
      : []),
    ...sentence(leaving, (who) => t`${who} will be deleted in AWS, with all access keys.`),
  ];
}

function sentence(people: readonly ReviewedPerson[], say: (who: Text) => Text): readonly Text[] {
  return people.length === 0 ? [] : [say(whoText(people))];
}

function whoText(people: readonly ReviewedPerson[]): Text {
  return someTexts(
    people.map((person) => strongText(personText(person))),
    NAMED,
  );
}

function gainLines(people: readonly ReviewedPerson[], at: Date): readonly Text[] {
  if (people.length <= NAMED) return people.map((person) => gainLine(person, at));
  const all = people.flatMap(({ change }) => change.capabilities.gained);
  const harms = HARMS.filter((risk) => all.some((each) => each.risk === risk));
  return [t`${whoText(people)} will be able to ${listTexts(harms.map((risk) => trusted(RISK_VERBS[risk].can)))}.`];
}

function gainLine(person: ReviewedPerson, at: Date): Text {
  const { gained } = person.change.capabilities;
  const { after } = person.change.ends;
  const end = after === null ? t`, with ${strongText(t`no last day`)}` : trusted(` until ${dayOf(after, at)}`);
  return t`${strongText(personText(person))} will be able to ${harmfulVerbs(gained)}${end}.`;
}
