import {
  everythingText,
  HARMS,
  harmfulVerbs,
  partText,
  verbText,
  worstHarm,
} from '../../access/text/capability-words.ts';
import { RISK_VERBS } from '../../catalog/mturk.ts';
import { firstDay, periodWords } from '../../text/dates.ts';
import type { Block } from '../../text/document.ts';
import {
  counted,
  joinTexts,
  listTexts,
  plainText,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import type { Review, ReviewedPerson, SettingsChange } from '../manifest/schema.ts';
import { namingOfReview, settingText, unexplainedText } from '../text/change-text.ts';
import { isOnlyReverted, personInHeadline } from '../text/people-text.ts';

/** `asIf` phrases a change that is not going to happen. */
type Mood = 'will' | 'asIf';

/** People who are named one by one, and effects after the worst that are counted. */
const NAMED = 2;
const MORE_EFFECTS = 2;

/** The change and its worst effect: `Bo Chen and Eve Lindqvist can spend money; 1 member leaves`. */
export function titleText(review: Review, mood: Mood): Text {
  // Their changes are among those that are said to be reverted.
  const own = review.people.filter((person) => !isOnlyReverted(person, review));
  const effects = effectsOf(own.length > 0 ? own : review.people);
  const clauses = effects.map(({ effect, words, people }, index) => {
    const who =
      index === 0 ? someTexts(people.map(personInHeadline), NAMED) : trusted(counted(people.length, 'other member'));
    if (effect.more !== undefined && effect.more === effects[index - 1]?.effect) return t`${who} in more ways`;
    return t`${who} ${mood === 'asIf' ? words.would : people.length === 1 ? words.one : words.many}`;
  });
  const besides = extraChanges(review);
  if (clauses.length === 0) return joinTexts([...besides, ...settingClauses(review, mood)].slice(0, 2), '; ');
  const settings = BESIDE_PEOPLE.filter((kind) => review.settings.some((setting) => clauseOf(setting) === kind));
  const more = [...besides, ...settings.map((kind) => wordsOf(SETTING_CLAUSES[kind], mood))];
  return joinTexts([...clauses.slice(0, more.length > 0 ? MORE_EFFECTS : 1 + MORE_EFFECTS), ...more], '; ');
}

/** What happens to one person, to several, and what would happen if the change were not blocked. */
interface Words {
  readonly one: Text;
  readonly many: Text;
  readonly would: Text;
}

interface Effect {
  readonly applies: (person: ReviewedPerson) => boolean;
  readonly words: (person: ReviewedPerson) => Words;
  /** For several people to whom different words apply; without it each has their own clause. */
  readonly together?: Words;
  /** The effect on those who could not do the same before: said after it, this one is only more of it. */
  readonly more?: Effect;
}

function effect(applies: Effect['applies'], one: string, many: string, would = `would ${many}`): Effect {
  const words = { one: trusted(one), many: trusted(many), would: trusted(would) };
  return { applies, words: () => words };
}

/** A gain that names the day on which access begins, if that is later. */
function gain(applies: Effect['applies'], one: string, many: string, would = `would ${many}`): Effect {
  return {
    applies,
    words: (person) => withStart(person, { one: trusted(one), many: trusted(many), would: trusted(would) }),
  };
}

function withStart({ change: { starts } }: ReviewedPerson, { one, many, would }: Words): Words {
  const from = trusted(starts.after === null ? '' : ` from ${firstDay(starts.after)}`);
  return { one: t`${one}${from}`, many: t`${many}${from}`, would: t`${would}${from}` };
}

function able(what: Text): Words {
  return { one: t`can ${what}`, many: t`can ${what}`, would: t`could ${what}` };
}

const EVERYTHING: Effect = {
  applies: (person) => everythingOf(person) !== null,
  words: (person) => withStart(person, able(t`use ${everythingOf(person) ?? t``}`)),
};

/** What someone gains who could do no such harm before, or who could. */
function harmEffects(risk: (typeof HARMS)[number]): readonly Effect[] {
  const { can, does } = RISK_VERBS[risk];
  const gains = ({ change }: ReviewedPerson) => worstHarm(change.capabilities.gained) === risk;
  const could = ({ change }: ReviewedPerson) => change.risks.before.includes(risk);
  const first = gain((person) => gains(person) && !could(person), `can ${can}`, `can ${can}`, `could ${can}`);
  const more: Effect = {
    applies: gains,
    words: (person) => {
      const { gained, lost } = person.change.capabilities;
      const also = trusted(lost.some((each) => each.risk === risk) ? '' : 'also ');
      const what = harmfulVerbs(gained.filter((each) => each.risk === risk));
      return withStart(person, able(t`${also}${what} (${trusted(does)})`));
    },
    together: able(trusted(`${can} in more ways`)),
    more: first,
  };
  return [first, more];
}

const LOSES_SOME = effect(isLosing, 'loses some access', 'lose some access');
const LOSES_SOME_OR_ALL = effect(isLosing, 'loses some or all access', 'lose some or all access');
const LOSES_ALL = effect(
  (person) => isLosing(person) && person.change.allowed.after === 0,
  'loses all access',
  'lose all access',
);
const LOSES_CAPABILITY: Effect = {
  applies: ({ change }) => change.capabilities.lost.length === 1,
  words: ({ change }) => {
    const { lost } = change.capabilities;
    const what = joinTexts(lost.map(verbText), '');
    if (lost.every(({ whole }) => whole)) {
      return { one: t`can no longer ${what}`, many: t`can no longer ${what}`, would: t`could no longer ${what}` };
    }
    const part = t`${joinTexts(lost.map(partText), '')} to ${what}`;
    return { one: t`loses ${part}`, many: t`lose ${part}`, would: t`would lose ${part}` };
  },
};
const LOSSES = [LOSES_ALL, LOSES_CAPABILITY, LOSES_SOME];
const OTHER = effect(
  () => true,
  'changes, access does not',
  'change, access does not',
  'would change, access would not',
);

/** Effects of a change on a person, worst first: the first one that applies is shown. */
const EFFECTS: readonly Effect[] = [
  effect(gainsUnknownPolicy, 'gains an unreadable policy', 'gain unreadable policies'),
  EVERYTHING,
  ...HARMS.flatMap(harmEffects),
  effect(losesBoundary, 'loses the permissions boundary', 'lose the permissions boundary'),
  effect(becomesEndless, 'no longer has a last day', 'no longer have a last day'),
  effect(isReplaced, 'loses all access keys', 'lose all access keys'),
  effect(({ change }) => change.kind === 'leaves', 'leaves', 'leave'),
  gain(({ change }) => change.kind === 'joins', 'joins', 'join'),
  gain(({ change }) => change.capabilities.gained.length > 0, 'gains access', 'gain access'),
  effect(
    ({ change: { suspended } }) => !suspended.before && suspended.after,
    'is suspended',
    'are suspended',
    'would be suspended',
  ),
  gain(isDelayed, 'has access only', 'have access only'),
  ...LOSSES,
  effect(
    ({ change: { suspended } }) => suspended.before && !suspended.after,
    'is no longer suspended',
    'are no longer suspended',
    'would no longer be suspended',
  ),
  effect(({ change: { starts } }) => starts.before !== starts.after, 'gets another first day', 'get another first day'),
  effect(({ change: { ends } }) => ends.before !== ends.after, 'gets another last day', 'get another last day'),
  OTHER,
];

/** Each person under the worst effect of the change on them, worst first. Different losses are shown as one, and more of a harm. */
function effectsOf(people: readonly ReviewedPerson[]) {
  const groups = new Map<string, { effect: Effect; words: Words; people: ReviewedPerson[] }>();
  for (const person of people) {
    const effect = EFFECTS.find(({ applies }) => applies(person)) ?? OTHER;
    const words = effect.words(person);
    const key = plainText(words.one);
    const group = groups.get(key) ?? { effect, words, people: [] };
    group.people.push(person);
    groups.set(key, group);
  }
  const sorted = [...groups.values()].sort((one, other) => EFFECTS.indexOf(one.effect) - EFFECTS.indexOf(other.effect));
  const effects = sorted.flatMap((each, index) => {
    const same = sorted.filter(({ effect }) => effect === each.effect);
    const { together } = each.effect;
    if (together === undefined || same.length === 1) return [each];
    return sorted[index - 1]?.effect === each.effect
      ? []
      : [{ ...each, words: together, people: same.flatMap(({ people }) => people) }];
  });
  const losses = effects.filter(({ effect }) => LOSSES.includes(effect));
  const losing = people.filter((person) => losses.some((each) => each.people.includes(person)));
  const [first] = losing;
  if (first === undefined || losses.length < 2) return effects;
  const effect = losses[0]?.effect === LOSES_ALL ? LOSES_SOME_OR_ALL : LOSES_SOME;
  const all = { effect, words: effect.words(first), people: losing };
  return effects.flatMap((each) => (each === losses[0] ? [all] : losses.includes(each) ? [] : [each]));
}

function everythingOf({ change: { capabilities, allowed } }: ReviewedPerson): Text | null {
  return everythingText(capabilities.gained, allowed.after);
}

function hasUnknownPolicy({ change }: ReviewedPerson): boolean {
  return change.kind !== 'leaves' && change.unknownPolicies.after.length > 0;
}

function gainsUnknownPolicy(person: ReviewedPerson): boolean {
  const { before, after } = person.change.unknownPolicies;
  const isKnown = (policy: string) => before.some((each) => each.policy === policy);
  return hasUnknownPolicy(person) && after.some(({ policy }) => !isKnown(policy));
}

function becomesEndless({ change: { kind, ends, allowed } }: ReviewedPerson): boolean {
  return kind === 'changed' && allowed.after > 0 && ends.before !== null && ends.after === null;
}

function isDelayed({ change: { kind, starts, allowed } }: ReviewedPerson): boolean {
  return kind === 'changed' && allowed.after > 0 && starts.after !== null && (starts.before ?? '') < starts.after;
}

function isLosing({ change }: ReviewedPerson): boolean {
  return change.capabilities.lost.length > 0;
}

function losesBoundary({ change, classes }: ReviewedPerson): boolean {
  return classes.includes('boundary-changed') && change.boundary.after === null;
}

function isReplaced({ classes }: ReviewedPerson): boolean {
  return classes.includes('identity-replaced');
}

/** `1 unexplained change`, `2 manual changes reverted`: what the plan does besides what the file asks for. */
function extraChanges({ unexplained }: Review): readonly Text[] {
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
  exceptions: ['drift checks report fewer users', 'drift checks would report fewer users'],
  freeze: ['a freeze starts for all members', 'a freeze would start for all members'],
  unfreeze: ['a freeze ends', 'a freeze would end'],
  other: ['lab settings change', 'lab settings would change'],
} as const;

/** What the title says although people change, too: the effects on them do not show it. */
const BESIDE_PEOPLE = ['freeze', 'unfreeze', 'approvers', 'exceptions', 'snooze'] as const;

function clauseOf(setting: SettingsChange): keyof typeof SETTING_CLAUSES {
  if (setting.kind === 'owners' || setting.kind === 'owner-login' || setting.kind === 'self-approval')
    return 'approvers';
  if (setting.kind === 'snooze') return setting.to !== null && setting.to > (setting.from ?? '') ? 'snooze' : 'other';
  if (setting.kind === 'neighbors' || setting.kind === 'administrators') {
    return setting.gained.length > 0 ? 'exceptions' : 'other';
  }
  if (setting.kind !== 'freeze') return 'other';
  return setting.gained.length > 0 ? 'freeze' : 'unfreeze';
}

/** Whether it decides who approves, or lets one change delete more members. */
function isSafeguard(setting: SettingsChange): boolean {
  return clauseOf(setting) === 'approvers' || (setting.kind === 'max-removals' && setting.to > setting.from);
}

/**
 * Caution for a change that is blocked or that its files do not explain; warning for one that spends money, harms
 * workers or deletes something. It names who gains the worst.
 */
export function alertOf(review: Review, isBlocked: boolean): Extract<Block, { readonly kind: 'alert' }> | null {
  const dangers = dangerLines(review);
  if (isBlocked) {
    const { size } = new Set(review.blocks.map(({ code }) => code));
    const first = t`${strongText(t`Nothing will be applied:`)} ${trusted(counted(size, 'guardrail blocks', 'guardrails block'))} this change.`;
    return { kind: 'alert', level: 'caution', lines: [first] };
  }
  const more = unexplainedLine(review);
  if (more !== null) {
    const harmless = t`No one gains access that spends money, harms workers or deletes data.`;
    return { kind: 'alert', level: 'caution', lines: [more, ...(dangers.length > 0 ? dangers : [harmless])] };
  }
  return dangers.length === 0 ? null : { kind: 'alert', level: 'warning', lines: dangers };
}

function unexplainedLine(review: Review): Text | null {
  const more = extraChanges(review);
  const named = more.length === 1 ? manualChanges(review) : [];
  if (named.length > 0 && named.length <= NAMED) {
    return t`${strongText(t`Also reverts manual changes:`)} ${listTexts(named)}.`;
  }
  if (more.length > 0) return t`${strongText(t`The plan does more than this pull request:`)} ${listTexts(more)}.`;
  const missing = review.unexplained.filter(({ kind }) => kind === 'not-in-plan').length;
  if (missing === 0) return null;
  return t`${strongText(t`The plan does less than this pull request:`)} ${trusted(counted(missing, 'change'))} missing.`;
}

function manualChanges(review: Review): readonly Text[] {
  const naming = namingOfReview(review);
  const manual = review.unexplained.filter(({ kind }) => kind === 'manual-change-reverted');
  return manual.map((each) => unexplainedText(each, naming, review));
}

function dangerLines({ people, settings }: Review): readonly Text[] {
  const line = (test: (person: ReviewedPerson) => boolean, end: Text) => {
    const concerned = people.filter(test);
    return concerned.length === 0 ? [] : [t`${whoText(concerned)} ${end}`];
  };
  const gaining = people.filter(({ change }) => worstHarm(change.capabilities.gained) !== null);
  return [
    ...line(hasUnknownPolicy, t`will have a policy that cannot be read and may allow anything.`),
    ...gainLines(gaining),
    ...line(losesBoundary, t`will have no permissions boundary.`),
    ...line(isReplaced, t`will lose all access keys: the IAM user is replaced.`),
    ...settings.filter(isSafeguard).map((setting) => t`${settingText(setting)}.`),
    ...deletionLine(people.filter(({ change }) => change.kind === 'leaves')),
  ];
}

function deletionLine(people: readonly ReviewedPerson[]): readonly Text[] {
  if (people.length === 0) return [];
  const [users, their] = people.length === 1 ? ['user', 'its'] : ['users', 'their'];
  return [t`The IAM ${trusted(users)} of ${whoText(people)} and ${trusted(their)} access keys will be deleted.`];
}

function whoText(people: readonly ReviewedPerson[]): Text {
  return someTexts(
    people.map((person) => strongText(personInHeadline(person))),
    NAMED,
  );
}

function gainLines(people: readonly ReviewedPerson[]): readonly Text[] {
  if (people.length <= NAMED) return people.map(gainLine);
  const worst = people.filter((person) => everythingOf(person) !== null);
  if (worst.length === people.length) {
    const [what, ...others] = new Set(people.map((person) => plainText(everythingOf(person) ?? t``)));
    const all = others.length === 0 ? (what ?? '') : 'all or nearly all of Mechanical Turk';
    return [t`${whoText(people)} will be able to use ${trusted(all)}.`];
  }
  if (worst.length > 0) return [worst, people.filter((person) => !worst.includes(person))].flatMap(gainLines);
  const all = people.flatMap(({ change }) => change.capabilities.gained);
  const harms = HARMS.filter((risk) => all.some((each) => each.risk === risk));
  return [t`${whoText(people)} will be able to ${listTexts(harms.map((risk) => trusted(RISK_VERBS[risk].can)))}.`];
}

function gainLine(person: ReviewedPerson): Text {
  const { starts, ends, capabilities } = person.change;
  const everything = everythingOf(person);
  const endless = ends.after === null ? t`, with ${strongText(t`no last day`)},` : t``;
  const period = trusted(periodWords(starts.after, ends.after));
  return t`${strongText(personInHeadline(person))}${endless} will be able to ${everything === null ? harmfulVerbs(capabilities.gained) : t`use ${everything}`}${period}.`;
}
