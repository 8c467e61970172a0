import {
  briefText,
  everythingText,
  HARMS,
  harmfulVerbs,
  harmsOf,
  worstHarm,
} from '../../access/text/capability-words.ts';
import { type DisplayNames, headlineText } from '../../access/text/names.ts';
import { CAPABILITIES, RISK_VERBS } from '../../catalog/mturk.ts';
import { blockProblem } from '../../guardrails/guardrails.ts';
import { firstDay, periodWords } from '../../text/dates.ts';
import { alert } from '../../text/document.ts';
import {
  capitalized,
  codeText,
  counted,
  countedText,
  joinTexts,
  listTexts,
  plainText,
  riskText,
  sentence,
  sentences,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { isLonger } from '../changes/by-file.ts';
import type { Review, ReviewedPerson, SettingsChange } from '../manifest/schema.ts';
import { harmOfFinding, redirected, shortSettingText, unexplainedText } from './change-text.ts';
import { isSaidElsewhere, personInHeadline } from './people-text.ts';
import { REPLACED } from './withheld.ts';

/** How a change is phrased: as one that will happen, or that would without a block. */
type Mood = 'will' | 'would';

/** People who are named one by one, and effects after the worst that are counted. */
const NAMED = 2;
const MORE_EFFECTS = 2;

/** The change and its worst effect: `Bo Chen and Eve Lindqvist can spend money; 1 other member leaves`. */
export function titleText(review: Review, mood: Mood): Text {
  // Their changes are among those that are said to be reverted or frozen.
  const own = review.people.filter((person) => !isSaidElsewhere(person, review));
  const settings = BESIDE_PEOPLE.filter((kind) => review.settings.some((setting) => clauseOf(setting) === kind));
  const clauses = effectsOf(own.length > 0 || settings.includes('freeze') ? own : review.people).map(
    ({ verb, rest, people }, index) => {
      const isNamed = index === 0 || people.length === 1;
      const who = isNamed ? someTexts(people.map(personInHeadline), NAMED) : countedText(people.length, 'other member');
      const [one, many, would] = VERBS[verb];
      return t`${who} ${trusted(mood === 'would' ? would : people.length === 1 ? one : many)}${rest}`;
    },
  );
  const besides = extraChanges(review);
  if (clauses.length === 0) return joinTexts([...besides, ...settingClauses(review, mood)].slice(0, 2), '; ');
  const more = [...besides, ...settings.map((kind) => settingClause(kind, review.settings, mood))];
  return joinTexts([...clauses.slice(0, more.length > 0 ? MORE_EFFECTS : 1 + MORE_EFFECTS), ...more], '; ');
}

/** What one person does, what several do, and what they would do. */
const VERBS = {
  be: ['is', 'are', 'would be'],
  'no longer be': ['is no longer', 'are no longer', 'would no longer be'],
  can: ['can', 'can', 'could'],
  'can no longer': ['can no longer', 'can no longer', 'could no longer'],
  gain: ['gains', 'gain', 'would gain'],
  get: ['gets', 'get', 'would get'],
  have: ['has', 'have', 'would have'],
  'have no': ['has no', 'have no', 'would have no'],
  'no longer have': ['no longer has', 'no longer have', 'would no longer have'],
  join: ['joins', 'join', 'would join'],
  keep: ['keeps', 'keep', 'would keep'],
  leave: ['leaves', 'leave', 'would leave'],
  lose: ['loses', 'lose', 'would lose'],
} as const;

interface Clause {
  readonly verb: keyof typeof VERBS;
  readonly rest: Text;
}

interface TitleEffect {
  readonly applies: (person: ReviewedPerson) => boolean;
  readonly clause: (person: ReviewedPerson) => Clause;
  /** For several people with different clauses; without it each clause is a clause of the title. */
  readonly together?: (people: readonly ReviewedPerson[]) => Clause;
}

function effect(applies: TitleEffect['applies'], verb: Clause['verb'], rest = ''): TitleEffect {
  const clause = { verb, rest: trusted(rest === '' ? '' : ` ${rest}`) };
  return { applies, clause: () => clause };
}

/** An effect that names the day on which access begins, if that is later. */
function dated(
  applies: TitleEffect['applies'],
  verb: Clause['verb'],
  rest: ((person: ReviewedPerson) => Text) | '' | ' access',
  word = 'from',
) {
  const what = (person: ReviewedPerson) => (typeof rest === 'string' ? trusted(rest) : rest(person));
  const day = ({ change: { starts } }: ReviewedPerson) =>
    trusted(starts.after === null ? '' : ` ${word} ${firstDay(starts.after)}`);
  return { applies, clause: (person: ReviewedPerson) => ({ verb, rest: t`${what(person)}${day(person)}` }) };
}

/** What someone gains who could do no such harm before, or who could. */
function harmEffects(risk: (typeof HARMS)[number]): readonly TitleEffect[] {
  const { can, does } = RISK_VERBS[risk];
  const gains = ({ change }: ReviewedPerson) => worstHarm(change.capabilities.gained) === risk;
  const isNew = (person: ReviewedPerson) => gains(person) && !person.change.risks.before.includes(risk);
  const more = dated(gains, 'can', ({ change: { capabilities } }) => {
    const also = trusted(capabilities.lost.some((each) => each.risk === risk) ? '' : ' also');
    const what = harmfulVerbs(capabilities.gained.filter((each) => each.risk === risk));
    return t`${also} ${what} (${riskText(does)})`;
  });
  const together = () => ({ verb: 'can', rest: t` ${riskText(can)} in more ways` }) as const;
  const longer: TitleEffect = {
    applies: (person) =>
      harmForLonger(person) === risk && (person.change.capabilities.gained.length > 0 || !becomesEndless(person)),
    clause: (person) => ({ verb: longerVerb(person), rest: t` ${longerText(person)}` }),
    together: () => ({ verb: 'keep', rest: t` access that ${riskText(does)} for longer` }),
  };
  return [dated(isNew, 'can', () => t` ${riskText(can)}`), { ...more, together }, longer];
}

const LOSS: TitleEffect = {
  applies: ({ change }) => change.capabilities.lost.length > 0,
  clause({ change: { allowed, capabilities } }) {
    const [first, ...others] = capabilities.lost;
    if (allowed.after === 0) return { verb: 'lose', rest: t` all access` };
    if (first === undefined || others.length > 0) return { verb: 'lose', rest: t` some access` };
    return { verb: 'can no longer', rest: t` ${briefText(first)}` };
  },
  together(people) {
    const isAll = people.some(({ change }) => change.allowed.after === 0);
    return { verb: 'lose', rest: isAll ? t` some or all access` : t` some access` };
  },
};

const OTHER = effect(() => true, 'keep', 'the same access');

/** Effects of a change on a person, worst first: the first one that applies is shown. */
const EFFECTS: readonly TitleEffect[] = [
  effect(gainsUnknownPolicy, 'gain', 'a policy that cannot be read'),
  dated(
    (person) => everythingOf(person) !== null,
    'can',
    (person) => t` use ${everythingOf(person) ?? t``}`,
  ),
  ...HARMS.flatMap(harmEffects),
  effect(losesBoundary, 'lose', 'the permissions boundary'),
  effect(becomesEndless, 'no longer have', 'a last day'),
  effect(isReplaced, 'lose', 'all access keys'),
  effect(({ change }) => change.kind === 'leaves', 'leave'),
  dated(({ change }) => change.kind === 'joins', 'join', ''),
  dated(({ change }) => change.capabilities.gained.length > 0, 'gain', ' access'),
  effect(({ change: { suspended } }) => !suspended.before && suspended.after, 'be', 'suspended'),
  dated(isDelayed, 'have no', ' access', 'until'),
  LOSS,
  effect(({ change: { suspended } }) => suspended.before && !suspended.after, 'no longer be', 'suspended'),
  effect(({ change: { starts } }) => starts.before !== starts.after, 'get', 'another first day'),
  effect(({ change: { ends } }) => ends.before === null && ends.after !== null, 'get', 'a last day'),
  effect(({ change: { ends } }) => ends.before !== ends.after, 'get', 'another last day'),
  OTHER,
];

/** Clauses of the title, each with the people it is about, under the worst effect of the change on them. */
function effectsOf(people: readonly ReviewedPerson[]): readonly (Clause & { readonly people: ReviewedPerson[] })[] {
  const worst = people.map((person) => EFFECTS.find(({ applies }) => applies(person)) ?? OTHER);
  return EFFECTS.flatMap((each) => {
    const concerned = people.filter((_person, index) => worst[index] === each);
    const clauses = new Map(concerned.map((person) => [keyOf(each.clause(person)), each.clause(person)]));
    if (clauses.size > 1 && each.together !== undefined) return [{ ...each.together(concerned), people: concerned }];
    return [...clauses].map(([key, clause]) => {
      return { ...clause, people: concerned.filter((person) => keyOf(each.clause(person)) === key) };
    });
  });
}

function keyOf({ verb, rest }: Clause): string {
  return `${verb}${plainText(rest)}`;
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
  const losesAll = allowed.before > 0 && allowed.after === 0;
  return kind === 'changed' && ends.before !== null && ends.after === null && !losesAll;
}

/** The worst harm that someone can do from an earlier day on or for longer; null if none, or if a gain is as bad. */
export function harmForLonger({ change }: ReviewedPerson): (typeof HARMS)[number] | null {
  if (change.kind !== 'changed' || !isLonger(change, 'after')) return null;
  const gained = worstHarm(change.capabilities.gained);
  const worse = gained === null ? HARMS : HARMS.slice(0, HARMS.indexOf(gained));
  return worse.find((harm) => change.risks.after.includes(harm)) ?? null;
}

/** `access that spends money until 31 May 2028` */
function longerText(person: ReviewedPerson): Text {
  const { starts, ends } = person.change;
  const end = ends.after === null ? t`, with ${strongText(t`no last day`)}` : t``;
  const risk = harmForLonger(person);
  const does = risk === null ? t`` : t` that ${riskText(RISK_VERBS[risk].does)}`;
  return t`access${does}${trusted(periodWords(starts.after, ends.after))}${end}`;
}

function longerVerb({ change: { starts } }: ReviewedPerson): 'keep' | 'have' {
  return starts.after === null ? 'keep' : 'have';
}

function isDelayed({ change: { kind, starts, allowed, capabilities } }: ReviewedPerson): boolean {
  const isLater = starts.after !== null && (starts.before ?? '') < starts.after;
  return isLater && kind === 'changed' && allowed.after > 0 && capabilities.lost.length > 0;
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
    ...(extra === 0 ? [] : [countedText(extra, 'unexplained change')]),
    ...(manual === 0 ? [] : [trusted(`${counted(manual, 'manual change')} reverted`)]),
  ];
}

function settingClauses({ settings, roles, descriptive, plan }: Review, mood: Mood): readonly Text[] {
  const kinds = [...new Set(settings.map(clauseOf))];
  const found = kinds.map((kind) => settingClause(kind, settings, mood));
  if (roles.length > 0) found.push(wordsOf(SETTING_CLAUSES.roles, mood));
  if (found.length > 0) return found;
  const isPlanned = plan !== null && plan.add + plan.change + plan.destroy + plan.import > 0;
  if (isPlanned) return [wordsOf(SETTING_CLAUSES.resources, mood)];
  return [trusted(descriptive.length > 0 ? 'only descriptive fields change' : 'nothing changes')];
}

function wordsOf([will, would]: readonly [will: string, would: string], mood: Mood): Text {
  return trusted(mood === 'will' ? will : would);
}

const SETTING_CLAUSES = {
  approvers: ['the approvers change', 'the approvers would change'],
  snooze: ['will be snoozed', 'would be snoozed'],
  exceptions: ['drift checks report fewer users or roles', 'drift checks would report fewer users or roles'],
  recipients: ['access keys go to other recipients', 'access keys would go to other recipients'],
  freeze: ['members can no longer', 'members could no longer'],
  unfreeze: ['a freeze ends', 'a freeze would end'],
  reviews: ['access is vouched for', 'access would be vouched for'],
  other: ['lab settings change', 'lab settings would change'],
  roles: ['roles change, access does not', 'roles would change, access would not'],
  resources: ['resources change, access does not', 'resources would change, access would not'],
} as const;

/** `fay can approve changes` names those who gain the most by it; a freeze names the work that it stops. */
function settingClause(kind: keyof typeof SETTING_CLAUSES, settings: Review['settings'], mood: Mood): Text {
  const words = wordsOf(SETTING_CLAUSES[kind], mood);
  const same = settings.filter((each) => clauseOf(each) === kind);
  if (kind === 'recipients') {
    const people = redirected({ settings });
    return recipientClause(people, mood, someTexts(people.map(headlineText), NAMED));
  }
  if (kind === 'snooze') return t`${countedText(same.length, 'drift finding')} ${words}`;
  const frozen = same.flatMap((each) => (each.kind === 'freeze' ? each.gained : []));
  const verbs = frozen.map((name) => trusted(CAPABILITIES[name].can));
  if (kind === 'freeze') return t`${words} ${someTexts(verbs, NAMED)} (freeze)`;
  const gained = same.flatMap((each) => (each.kind === 'owners' ? each.gained : []));
  if (gained.length === 0) return words;
  return t`${someTexts(gained.map(codeText), NAMED)} ${trusted(mood === 'will' ? 'can' : 'could')} approve changes`;
}

/** `the next access key of Bo Chen (bo) goes to another recipient` */
function recipientClause(people: ReturnType<typeof redirected>, mood: Mood, who: Text): Text {
  const isFirst = people.some((each) => each.isFirst);
  const [keys, goes, which] =
    people.length === 1
      ? ['key', 'goes', isFirst ? 'a new recipient' : 'another recipient']
      : ['keys', 'go', isFirst ? 'new recipients' : 'other recipients'];
  return t`the next access ${trusted(keys)} of ${who} ${trusted(mood === 'will' ? goes : 'would go')} to ${trusted(which)}`;
}

/** What the title says although people change, too: the effects on them do not show it. */
const BESIDE_PEOPLE = ['recipients', 'freeze', 'unfreeze', 'approvers', 'exceptions', 'snooze'] as const;

const APPROVERS: readonly SettingsChange['kind'][] = ['owners', 'owner-days', 'owner-login', 'self-approval'];

function clauseOf(setting: SettingsChange): keyof typeof SETTING_CLAUSES {
  if (APPROVERS.includes(setting.kind)) return 'approvers';
  if (setting.kind === 'recipient') return redirected({ settings: [setting] }).length > 0 ? 'recipients' : 'other';
  if (setting.kind === 'reviewed') return setting.gained.length > 0 ? 'reviews' : 'other';
  if (setting.kind === 'snooze') return setting.to !== null && setting.to > (setting.from ?? '') ? 'snooze' : 'other';
  if (setting.kind === 'neighbors' || setting.kind === 'administrators') {
    return setting.gained.length > 0 ? 'exceptions' : 'other';
  }
  if (setting.kind !== 'freeze') return 'other';
  return setting.gained.length > 0 ? 'freeze' : 'unfreeze';
}

/** Whether it decides who approves or works, what is deleted or given back without a decision, or hides who can do harm. */
function isSafeguard(setting: SettingsChange): boolean {
  return (
    ['approvers', 'exceptions', 'freeze', 'recipients'].includes(clauseOf(setting)) ||
    (setting.kind === 'max-removals' && setting.to > setting.from) ||
    (setting.kind === 'reconcile' && setting.to === 'all') ||
    (clauseOf(setting) === 'snooze' && 'finding' in setting && harmOfFinding(setting.finding) !== null) ||
    (setting.kind === 'delete-after' && setting.to !== null && setting.to < (setting.from ?? Infinity))
  );
}

/** Caution if it is blocked or its files do not explain it; warning if it spends money, harms workers or deletes. */
export function alertOf(review: Review, isBlocked: boolean, naming: DisplayNames): ReturnType<typeof alert> | null {
  const dangers = dangerLines(review);
  if (isBlocked) {
    const [first, ...others] = review.blocks;
    const problem = first === undefined ? null : blockProblem(first);
    const more = others.length === 0 ? null : t`See ${others.length} more below.`;
    const cause = t`${strongText(t`Nothing will be applied:`)} ${problem?.summary ?? t`a guardrail blocks this change`}.`;
    return alert('caution', sentences(cause, sentence(problem?.help ?? null), more));
  }
  const [more, earlier] = [unexplainedLine(review, naming), earlierLine(review)];
  if (more !== null || earlier !== null) {
    const harmless = t`No one gains access that spends money, harms workers or deletes data.`;
    return alert('caution', more, earlier, ...(dangers.length > 0 ? dangers : [earlier === null ? harmless : null]));
  }
  return dangers.length === 0 ? null : alert('warning', ...dangers);
}

/** What the author of the change did not propose, and its apply writes. */
function earlierLine({ unapplied }: Review): Text | null {
  const texts = settingTexts(unapplied);
  return texts.length === 0
    ? null
    : t`${strongText(t`Also applies what was merged earlier:`)} ${someTexts(texts, NAMED)}.`;
}

/** Short, and those that protect first. */
export function settingTexts(settings: readonly SettingsChange[]): readonly Text[] {
  return settings.toSorted((one, other) => Number(isSafeguard(other)) - Number(isSafeguard(one))).map(shortSettingText);
}

function unexplainedLine(review: Review, naming: DisplayNames): Text | null {
  const more = extraChanges(review);
  const manual = review.unexplained.filter(({ kind }) => kind === 'manual-change-reverted');
  const named = more.length === 1 ? manual.map((each) => unexplainedText(each, naming, review)) : [];
  if (named.length > 0 && named.length <= NAMED) {
    return t`${strongText(t`Also reverts ${countedText(named.length, 'manual change')}:`)} someone ${listTexts(named)}.`;
  }
  if (more.length > 0) return t`${strongText(t`The plan does more than this change:`)} ${listTexts(more)}.`;
  const missing = review.unexplained.filter(({ kind }) => kind === 'not-in-plan').length;
  if (missing === 0) return null;
  return t`${strongText(t`The plan does less than this change:`)} ${countedText(missing, 'change')} missing.`;
}

function dangerLines({ people, settings, withheld }: Review): readonly Text[] {
  const line = (concerned: readonly Named[], end: Text) =>
    concerned.length === 0 ? [] : [t`${whoText(concerned)}${end}`];
  const replaced = withheld.filter(({ kind }) => kind === 'replaced').map((each) => ({ ...each, user: each.key }));
  const leaving = people.filter(({ change }) => change.kind === 'leaves');
  const moved = redirected({ settings }).map((each) => ({ ...each, user: each.key }));
  const gaining = people.filter(({ change }) => worstHarm(change.capabilities.gained) !== null);
  const unmanaged = people.filter(({ key, change: { capabilities } }) => key === null && worstHarm(capabilities.lost));
  return [
    ...line(people.filter(hasUnknownPolicy), t` will have a policy that cannot be read and may allow anything.`),
    ...gainLines(gaining),
    ...longerLines(people.filter((person) => harmForLonger(person) !== null)),
    ...unmanaged
      .slice(0, NAMED)
      .map((each) => t`${whoText([each])} can ${harmfulVerbs(each.change.capabilities.lost)} until this is applied.`),
    ...line(people.filter(losesBoundary), t` will have no permissions boundary.`),
    ...line(people.filter(isReplaced), t` will lose all access keys: the IAM user is replaced.`),
    ...line(replaced, t`: ${REPLACED}.`),
    ...(moved.length === 0 ? [] : [t`${capitalized(recipientClause(moved, 'will', whoText(moved)))}.`]),
    ...settings
      .filter((setting) => setting.kind !== 'recipient' && isSafeguard(setting))
      .map((setting) => t`${shortSettingText('reason' in setting ? { ...setting, reason: null } : setting)}.`),
    ...line(leaving, t` will lose all access: the IAM user and its access keys are deleted.`),
  ];
}

type Named = Parameters<typeof personInHeadline>[0];

function whoText(people: readonly Named[]): Text {
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
    return [t`${whoText(people)} will be able to use ${riskText(all)}.`];
  }
  if (worst.length > 0) return [worst, people.filter((person) => !worst.includes(person))].flatMap(gainLines);
  // No one is said to gain what only others of them do.
  const groups = new Map<string, readonly ReviewedPerson[]>();
  for (const person of people) {
    const harms = harmsOf(person.change.capabilities.gained).join();
    groups.set(harms, [...(groups.get(harms) ?? []), person]);
  }
  return [...groups.values()]
    .map((same) => ({ same, harms: same.slice(0, 1).flatMap(({ change }) => harmsOf(change.capabilities.gained)) }))
    .sort((one, other) => other.harms.length - one.harms.length)
    .map(
      ({ same, harms }) =>
        t`${whoText(same)} will be able to ${listTexts(harms.map((risk) => riskText(RISK_VERBS[risk].can)))}.`,
    );
}

function longerLines(people: readonly ReviewedPerson[]): readonly Text[] {
  if (people.length <= NAMED)
    return people.map((person) => t`${whoText([person])} will ${trusted(longerVerb(person))} ${longerText(person)}.`);
  return [t`${whoText(people)} will keep access that spends money, harms workers or deletes data for longer.`];
}

function gainLine(person: ReviewedPerson): Text {
  const { starts, ends, capabilities } = person.change;
  const everything = everythingOf(person);
  const endless = ends.after === null ? t`, with ${strongText(t`no last day`)},` : t``;
  const period = trusted(periodWords(starts.after, ends.after));
  return t`${strongText(personInHeadline(person))}${endless} will be able to ${everything === null ? harmfulVerbs(capabilities.gained) : t`use ${everything}`}${period}.`;
}
