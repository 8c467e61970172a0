import {
  CAPABILITIES,
  CAPABILITY_NAMES,
  capabilityOf,
  isCapability,
  OPERATIONS,
  operationsOf,
  RISK_VERBS,
  RISKS,
  type Risk,
} from '../../catalog/mturk.ts';
import { retiredOperation } from '../../catalog/retired.ts';
import type { FailureArgs } from '../../diagnostics/failure.ts';
import { LIMITS_POLICY } from '../../team/names.ts';
import { suggester } from '../../team/suggest.ts';
import type { Team } from '../../team/team.ts';
import { columns, WIDEST_NAME } from '../../text/columns.ts';
import { dayWords, firstDayWords, lastDayWords } from '../../text/dates.ts';
import { counted, listWords, plainText } from '../../text/text.ts';
import type { AccessChange, AccessDiff } from '../diff.ts';
import type { AnswerSource, DeniedAccess, Explanation, UserWithAccess, WhoCan, WhoCanDifference } from '../explain.ts';
import { accessText } from './capability-words.ts';
import {
  capabilityWords,
  type DisplayNames,
  grantWords,
  harmOf,
  named,
  policyName,
  unknownPolicyWords,
  userText,
} from './names.ts';

/** The access of one user and why, in lines of at most `width` cells. */
export function explanationLines(
  explanation: Explanation,
  naming: DisplayNames,
  width = 100,
  source: AnswerSource<AccessChange | null> = FILE,
): readonly string[] {
  const { user, allowed: may, at } = explanation;
  const now = new Date(at);
  const count = may.reduce((sum, { operations }) => sum + operations.length, 0);
  const who = plainText(userText(user, naming));
  const warnings = [
    ...(source.kind === 'aws' && !explanation.exists ? [`AWS has no IAM user ${user}.`] : []),
    ...(explanation.unknownPolicies.length === 0
      ? []
      : [`Warning: ${unknownPolicyWords(explanation.unknownPolicies)}.`]),
    ...(explanation.boundary === null && explanation.exists
      ? ['No permissions boundary: every attached policy takes full effect.']
      : []),
  ];
  const sections = [
    [`${who} in ${naming.lab}, on ${dayWords(now)}`],
    mayLines(explanation, naming, width),
    withheldLines(explanation, naming, width),
    warnings.flatMap((warning) => columns([[warning]], 2, width)),
    [
      ...periodLines(explanation, now),
      ...(count === 0 ? [] : [`  ${count} of ${OPERATIONS.length} MTurk operations.`]),
      `  ${capitalize(sourceWords(source))}.`,
    ],
    source.kind === 'aws' ? differenceLines(differenceRows(source.difference, now), width) : [],
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : ['', ...section]));
}

const FILE = { kind: 'file' } as const;

function sourceWords(source: AnswerSource<unknown>): string {
  if (source.kind === 'file') return 'according to team.yaml; AWS was not asked';
  return `according to AWS, account ${source.account}`;
}

function capitalize(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function differenceLines(rows: readonly (readonly string[])[], width: number): readonly string[] {
  if (rows.length === 0) return ['  Same as in team.yaml.'];
  return ['  Differs from team.yaml (mturk-team drift shows why):', ...columns(rows, 4, width, WIDEST_NAME)];
}

function differenceRows(change: AccessChange | null, at: Date): readonly string[][] {
  if (change === null) return [];
  const { capabilities, groups, ownPolicies, suspended, starts, ends, boundary } = change;
  const side = (which: 'gained' | 'lost', label: string) => {
    const words = [
      ...(capabilities[which].length === 0 ? [] : [plainText(accessText(capabilities[which]))]),
      ...groups[which].map((group) => `group ${group}`),
      ...ownPolicies[which]
        .filter((policy) => policy !== LIMITS_POLICY)
        .map((policy) => `policy ${policyName(policy)}`),
    ];
    return words.length === 0 ? [] : [[label, words.join('; ')]];
  };
  const sides = ({ before, after }: typeof ends, label: string, none: string, words: (moment: string) => string) =>
    before === after
      ? []
      : [
          [
            label,
            `${after === null ? none : words(after)} in AWS, ${before === null ? none : words(before)} in team.yaml`,
          ],
        ];
  return [
    ...side('gained', ONLY_IN_AWS),
    ...side('lost', ONLY_IN_FILE),
    ...(suspended.before === suspended.after ? [] : [['suspended', suspended.after ? ONLY_IN_AWS : ONLY_IN_FILE]]),
    ...sides(starts, 'first day', 'none', (moment) => firstDayWords(moment, at)),
    ...sides(ends, 'last day', 'none', (moment) => lastDayWords(moment, at)),
    ...(change.kind === 'leaves' ? [] : sides(boundary, 'boundary', 'none', policyName)),
  ];
}

const ONLY_IN_AWS = 'only in AWS';
const ONLY_IN_FILE = 'only in team.yaml';

function mayLines(explanation: Explanation, naming: DisplayNames, width: number): readonly string[] {
  const { allowed: may, suspended } = explanation;
  if (may.length === 0) return [`  No access${suspended ? ': suspended' : beginsLater(explanation) ? ' yet' : ''}.`];
  const sources = new Set(may.map(({ grants }) => grantWords(grants, naming)));
  const [only] = sources.size === 1 ? sources : [];
  const rows = RISKS.flatMap((risk) =>
    may
      .filter((each) => each.risk === risk)
      .map((each, index) => [
        index === 0 ? riskHeading(risk) : '',
        `${capabilityWords(each)}${only === undefined ? `, through ${grantWords(each.grants, naming)}` : ''}`,
      ]),
  );
  const all = only === undefined ? [] : ['', ...columns([[`All through ${only}.`]], 2, width)];
  return [...columns(rows, 2, width), ...all];
}

function riskHeading(risk: Risk): string {
  return risk === 'changes' || risk === 'reads' ? risk : RISK_VERBS[risk].does;
}

function withheldLines(explanation: Explanation, naming: DisplayNames, width: number): readonly string[] {
  // Without any access, the reason is given once instead of for every operation.
  const isOutside = hasEnded(explanation) || beginsLater(explanation);
  if (explanation.allowed.length === 0 && (explanation.suspended || isOutside)) return [];
  if (explanation.denied.length === 0) return [];
  const rows = explanation.denied.map((each) => [withheldWords(each), reasonWords(each, naming)]);
  return ['  Allowed by a policy, but denied:', ...columns(rows, 4, width)];
}

function withheldWords({ capability, operations }: DeniedAccess): string {
  return operations.length === operationsOf(capability).length ? capability : listWords(operations);
}

function reasonWords({ by, frozen, byBoundary }: DeniedAccess, naming: DisplayNames): string {
  if (byBoundary) return 'the permissions boundary does not allow it';
  const reasons = [
    ...(frozen ? ['denied to all members by freeze in team.yaml'] : []),
    ...(by.length > 0 ? [`denied by ${grantWords(by, naming)}`] : []),
  ];
  return reasons.join(', and ');
}

function hasEnded({ ends, at }: Explanation): boolean {
  return ends !== null && ends <= at;
}

function beginsLater({ starts, at }: Explanation): boolean {
  return starts !== null && starts > at;
}

function periodLines(explanation: Explanation, at: Date): readonly string[] {
  const { starts } = explanation;
  if (starts === null || !beginsLater(explanation)) return endLines(explanation, at);
  return [
    `  Access begins on ${firstDayWords(starts, at)}; --today ${starts.slice(0, 10)} shows it.`,
    ...endLines(explanation, at),
  ];
}

function endLines(explanation: Explanation, at: Date): readonly string[] {
  if (explanation.ends === null) return explanation.allowed.length === 0 ? [] : ['  No last day.'];
  const last = lastDayWords(explanation.ends, at);
  return [hasEnded(explanation) ? `  Access ended after ${last}.` : `  Access ends after ${last}.`];
}

/** Who may do something, in lines of at most `width` cells. */
export function whoCanLines(
  answer: WhoCan,
  naming: DisplayNames,
  width = 100,
  source: AnswerSource<readonly WhoCanDifference[]> = FILE,
): readonly string[] {
  const { users, outOf, at, frozen } = answer;
  const now = new Date(at);
  const later = users.filter(({ starts }) => starts !== null).length;
  const rows = users.map((user) => [plainText(userText(user.user, naming)), ableWords(user, naming, now)]);
  const all = counted(outOf, source.kind === 'file' ? 'member' : 'user');
  const reason = frozen ? ': denied to all members by freeze' : '';
  const count = users.length === 0 ? `None of ${all}${reason}` : `${users.length - later} of ${all}`;
  return [
    `${askedWords(answer)}, on ${dayWords(now)}`,
    '',
    ...(rows.length === 0 ? [] : [...columns(rows, 2, width, WIDEST_NAME), '']),
    `  ${count}${later === 0 ? '' : `, ${later} more later`}, ${sourceWords(source)}.`,
    ...(source.kind === 'aws' ? ['', ...differenceLines(whoCanRows(source.difference, answer, naming), width)] : []),
  ];
}

function whoCanRows(differences: readonly WhoCanDifference[], { query }: WhoCan, naming: DisplayNames): string[][] {
  const whole = isCapability(query) ? operationsOf(query).length : 1;
  const words = (label: string, operations: readonly string[]) =>
    operations.length === 0 ? [] : [operations.length === whole ? label : `${label}: ${listWords(operations)}`];
  return differences.map(({ user, onlyInAws, onlyInFile }) => [
    plainText(userText(user, naming)),
    [...words(ONLY_IN_AWS, onlyInAws), ...words(ONLY_IN_FILE, onlyInFile)].join('; '),
  ]);
}

function askedWords({ query: asked }: WhoCan): string {
  const capability = isCapability(asked) ? asked : capabilityOf(asked);
  const { can, risk } = CAPABILITIES[capability];
  const harm = harmOf(risk);
  const what = isCapability(asked) ? `Who can ${can} (${asked})` : `Who can call ${asked} (${capability}: ${can})`;
  return harm === null ? what : `${what}, which ${harm}`;
}

function ableWords(user: UserWithAccess, naming: DisplayNames, at: Date): string {
  const part = user.whole ? '' : `only ${listWords(user.operations)}, `;
  const from = user.starts === null ? '' : `from ${firstDayWords(user.starts, at)}, `;
  const until = user.ends === null ? '' : `, until ${lastDayWords(user.ends, at)}`;
  const beware = user.unknownPolicies.length === 0 ? '' : `; ${unknownPolicyWords(user.unknownPolicies)}`;
  return `${from}${part}through ${grantWords(user.grants, naming)}${until}${beware}`;
}

/** Why there is no access to explain for that key. */
export function unknownMember(key: string, team: Team): FailureArgs['unknown-member']['because'] {
  const keys = team.members.map((member) => member.key);
  const named = team.members.find((member) => member.name.toLowerCase() === key.toLowerCase());
  const near = named?.key ?? suggester()(key, keys);
  return near === null ? { kind: 'none', members: keys } : { kind: 'similar', member: near };
}

/** Why that is no operation and no capability. */
export function unknownOperation(name: string): FailureArgs['unknown-operation']['because'] {
  const retired = retiredOperation(name);
  if (retired !== null) return { kind: 'retired', successors: retired.successors };
  const near = suggester()(name, [...OPERATIONS, ...CAPABILITY_NAMES]);
  return near === null ? { kind: 'none', capabilities: CAPABILITY_NAMES } : { kind: 'similar', name: near };
}

/** `explain --json` */
export function explanationJson(
  explanation: Explanation,
  naming: DisplayNames,
  source: AnswerSource<AccessChange | null> = FILE,
) {
  return { version: 1, source, ...named(explanation.user, naming), ...explanation };
}

/** `who-can --json` */
export function whoCanJson(
  answer: WhoCan,
  naming: DisplayNames,
  source: AnswerSource<readonly WhoCanDifference[]> = FILE,
) {
  const users = answer.users.map((user) => ({ ...named(user.user, naming), ...user }));
  return { version: 1, source, ...answer, users };
}

/** `plan --json`, its part about people. */
export function accessChangeJson(change: AccessDiff, naming: DisplayNames) {
  return { ...change, people: change.people.map((person) => ({ ...named(person.user, naming), ...person })) };
}
