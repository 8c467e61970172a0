import {
  CAPABILITIES,
  CAPABILITY_NAMES,
  capabilityOf,
  isHarmful,
  OPERATIONS,
  type Operation,
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
import { dayWords, firstDayWords, lastDayWords } from '../../text/dates.ts';
import { type Block, heading, paragraph, rowsOf } from '../../text/document.ts';
import {
  codeText,
  countedText,
  joinTexts,
  listTexts,
  plainText,
  sentences,
  TEAM_FILE,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { byCapability } from '../capability-access.ts';
import type { AccessChange } from '../diff.ts';
import type {
  AnswerSource,
  DeniedAccess,
  Explanation,
  Query,
  UserWithAccess,
  WhoCan,
  WhoCanDifference,
} from '../explain.ts';
import { policyName } from '../model.ts';
import { operationSet } from '../operation-set.ts';
import { accessText, briefText, capabilityText, doesText } from './capability-words.ts';
import { type DisplayNames, grantsText, unknownPolicyText, userText } from './names.ts';

const ONLY_IN_AWS = t`only in AWS`;
const ONLY_IN_FILE = t`only in ${TEAM_FILE}`;

/** The access of one user, and why. */
export function explanationBlocks(
  explanation: Explanation,
  naming: DisplayNames,
  source: AnswerSource<AccessChange>,
): readonly Block[] {
  const { user, at, allowed, conditional, exists, boundary } = explanation;
  const now = new Date(at);
  const unknown = unknownPolicyText(explanation.unknownPolicies);
  const count = allowed.reduce((sum, { operations }) => sum + operations.length, 0);
  return [
    heading(2, t`${userText(user, naming)} in ${naming.lab}, on ${trusted(dayWords(now))}`),
    ...allowedBlocks(explanation, naming),
    ...deniedBlocks(explanation, naming),
    paragraph(
      sentences(
        source.kind === 'aws' && !exists ? t`AWS has no IAM user ${codeText(user)}.` : null,
        unknown === null ? null : t`${unknown}. AWS may allow less.`,
        conditional.length === 0 ? null : t`Depends on where a call comes from: ${accessText(conditional)}.`,
        boundary === null && exists ? t`No permissions boundary: every attached policy takes full effect.` : null,
      ),
    ),
    paragraph(
      sentences(
        ...periodTexts(explanation, now),
        count === 0
          ? null
          : t`${unknown === null ? t`` : t`At most `}${count} of ${OPERATIONS.length} Mechanical Turk operations.`,
      ),
    ),
    ...(source.kind === 'merged' ? [] : [paragraph(t`According to ${sourceText(source)}.`)]),
    ...(source.kind === 'aws'
      ? differenceBlocks(source.difference.flatMap((change) => differenceRows(change, now)))
      : []),
  ];
}

function sourceText(source: AnswerSource<unknown>): Text {
  if (source.kind !== 'aws') return t`${TEAM_FILE}; AWS was not asked`;
  return t`AWS, account ${codeText(source.account)}`;
}

function differenceBlocks(all: readonly (readonly [Text, Text])[]): readonly Block[] {
  // Two changes of one user differ in operations alone.
  const rows = [...new Map(all.map((row) => [row.map(plainText).join(), row])).values()];
  if (rows.length === 0) return [paragraph(t`Same as in ${TEAM_FILE}.`)];
  return [paragraph(t`Differs from ${TEAM_FILE} (${codeText('mturk-team drift')} shows why):`), rowsOf(rows)];
}

function differenceRows(change: AccessChange, at: Date): readonly (readonly [Text, Text])[] {
  const { capabilities, groups, ownPolicies, suspended, starts, ends, boundary } = change;
  const side = (which: 'gained' | 'lost', label: Text) => {
    const own = ownPolicies[which].filter((policy) => policy !== LIMITS_POLICY);
    const texts = [
      ...(capabilities[which].length === 0 ? [] : [accessText(capabilities[which])]),
      ...groups[which].map((group) => t`group ${codeText(group)}`),
      ...own.map((policy) => t`policy ${codeText(policyName(policy))}`),
    ];
    return texts.length === 0 ? [] : [[label, joinTexts(texts, '; ')] as const];
  };
  const sides = (each: typeof ends, label: Text, shown: (value: string) => Text) =>
    sidesTexts(each, shown).map((text) => [label, text] as const);
  const from = (start: string | null) => (start === null ? t`` : trusted(` from ${firstDayWords(start, at)}`));
  return [
    ...side('gained', t`${ONLY_IN_AWS}${from(starts.after)}`),
    ...side('lost', t`${ONLY_IN_FILE}${from(starts.before)}`),
    ...(suspended.before === suspended.after
      ? []
      : [[t`suspended`, suspended.after ? ONLY_IN_AWS : ONLY_IN_FILE] as const]),
    ...sides(starts, t`first day`, (moment) => trusted(firstDayWords(moment, at))),
    ...sides(ends, t`last day`, (moment) => trusted(lastDayWords(moment, at))),
    ...(change.kind === 'leaves' ? [] : sides(boundary, t`boundary`, (arn) => codeText(policyName(arn)))),
  ];
}

/** `none in AWS, 31 May 2027 (in 6 months) in team.yaml`, unless they are the same */
function sidesTexts({ before, after }: AccessChange['ends'], shown: (value: string) => Text): readonly Text[] {
  const text = (value: string | null) => (value === null ? t`none` : shown(value));
  return before === after ? [] : [t`${text(after)} in AWS, ${text(before)} in ${TEAM_FILE}`];
}

function allowedBlocks(explanation: Explanation, naming: DisplayNames): readonly Block[] {
  const { allowed, suspended } = explanation;
  if (allowed.length === 0) {
    const why = suspended ? t`: suspended` : beginsLater(explanation) ? t` yet` : t``;
    return [paragraph(t`No access${why}.`)];
  }
  const through = new Map(allowed.map(({ grants }) => [plainText(grantsText(grants, naming)), grants]));
  const [all] = through.size === 1 ? [...through.values()] : [];
  const rows = RISKS.flatMap((risk) =>
    allowed
      .filter((each) => each.risk === risk)
      .map((each, index) => [
        index === 0 ? riskWords(risk) : t``,
        all === undefined
          ? t`${capabilityText(each)}, through ${grantsText(each.grants, naming)}`
          : capabilityText(each),
      ]),
  );
  return [rowsOf(rows), ...(all === undefined ? [] : [paragraph(t`All through ${grantsText(all, naming)}.`)])];
}

function riskWords(risk: Risk): Text {
  return risk === 'changes' || risk === 'reads' ? trusted(risk) : doesText(risk);
}

function deniedBlocks(explanation: Explanation, naming: DisplayNames): readonly Block[] {
  const { allowed, denied, suspended } = explanation;
  // Without any access, the reason is given once instead of for every operation.
  const isNone = suspended || hasEnded(explanation) || beginsLater(explanation);
  if (denied.length === 0 || (allowed.length === 0 && isNone)) return [];
  const rows = denied.map((each) => [deniedText(each), reasonText(each, naming)]);
  return [paragraph(t`Allowed by a policy, but denied:`), rowsOf(rows)];
}

function deniedText({ capability, operations }: DeniedAccess): Text {
  const isWhole = operations.length === operationsOf(capability).length;
  return isWhole ? codeText(capability) : listTexts(operations.map(codeText));
}

function reasonText({ by, frozen, byBoundary }: DeniedAccess, naming: DisplayNames): Text {
  if (byBoundary) return t`the permissions boundary does not allow it`;
  return joinTexts(
    [
      ...(frozen ? [t`denied to all members by ${codeText('freeze')} in ${TEAM_FILE}`] : []),
      ...(by.length > 0 ? [t`denied by ${grantsText(by, naming)}`] : []),
    ],
    ', and ',
  );
}

function hasEnded({ ends, at }: Explanation): boolean {
  return ends !== null && ends <= at;
}

function beginsLater({ starts, at }: Explanation): boolean {
  return starts !== null && starts > at;
}

function periodTexts(explanation: Explanation, at: Date): readonly (Text | null)[] {
  const { starts, ends, allowed, exists } = explanation;
  // A member who left has no user on the last day either.
  const when = hasEnded(explanation) ? 'ended after' : exists ? 'ends after' : 'ended on';
  return [
    starts === null || !beginsLater(explanation)
      ? null
      : t`Access begins on ${trusted(firstDayWords(starts, at))}; ${codeText(`--today ${starts.slice(0, 10)}`)} shows it.`,
    ends !== null
      ? t`Access ${trusted(when)} ${trusted(lastDayWords(ends, at))}.`
      : allowed.length === 0
        ? null
        : t`No last day.`,
  ];
}

/** Who may do something. */
export function whoCanBlocks(
  answer: WhoCan,
  naming: DisplayNames,
  source: AnswerSource<WhoCanDifference>,
): readonly Block[] {
  const { users, outOf, at, frozen } = answer;
  const now = new Date(at);
  const later = users.filter(({ starts }) => starts !== null).length;
  const all = countedText(outOf, source.kind === 'aws' ? 'user' : 'member');
  const reason = frozen ? t`: denied to all members by ${codeText('freeze')}` : t``;
  const according = source.kind === 'merged' ? t`` : t`, according to ${sourceText(source)}`;
  const count = users.length === 0 ? t`None of ${all}${reason}` : t`${users.length - later} of ${all}`;
  return [
    heading(2, t`${askedText(answer)}, on ${trusted(dayWords(now))}`),
    rowsOf(users.map((user) => [userText(user.user, naming), ableText(user, answer.query, naming, now)])),
    paragraph(t`${count}${later === 0 ? t`` : t`, ${later} more later`}${according}.`),
    ...(source.kind === 'aws' ? differenceBlocks(whoCanRows(source.difference, answer, naming, now)) : []),
  ];
}

function whoCanRows(differences: readonly WhoCanDifference[], { query }: WhoCan, naming: DisplayNames, at: Date) {
  const only = (label: Text, operations: readonly Operation[]) => {
    if (operations.length === 0) return [];
    return [operations.length === query.operations.length ? label : t`${label}: ${partText(operations, query)}`];
  };
  return differences.map(({ user, onlyInAws, onlyInFile, ends }) => {
    const lastDay = sidesTexts(ends, (moment) => trusted(lastDayWords(moment, at))).map((text) => t`last day ${text}`);
    const isOther = onlyInAws.some((operation) => onlyInFile.includes(operation));
    const texts = [
      ...only(ONLY_IN_AWS, onlyInAws),
      ...only(ONLY_IN_FILE, onlyInFile),
      ...(isOther ? [t`another user has the name`] : []),
      ...lastDay,
    ];
    return [userText(user, naming), joinTexts(texts, '; ')] as const;
  });
}

function askedText({ query: { kind, name, operations } }: WhoCan): Text {
  if (kind === 'role') return t`Who has role ${codeText(name)}`;
  const capability = capabilityOf(operations[0] as Operation);
  const { can, risk } = CAPABILITIES[capability];
  if (kind === 'risk') return t`Who can ${trusted(RISK_VERBS[risk].can)}`;
  const what =
    kind === 'capability'
      ? t`${trusted(can)} (${codeText(name)})`
      : t`call ${codeText(name)} (${codeText(capability)}: ${trusted(can)})`;
  return t`Who can ${what}${isHarmful(risk) ? t`, which ${doesText(risk)}` : t``}`;
}

/** A part of what is asked for, by capability if it is of several. */
function partText(operations: readonly Operation[], { kind }: Query): Text {
  if (kind === 'operation' || kind === 'capability') return listTexts(operations.map(codeText));
  return listTexts(byCapability(operationSet(operations), null).map(briefText));
}

function ableText(user: UserWithAccess, query: Query, naming: DisplayNames, at: Date): Text {
  const { starts, ends, whole, operations, grants } = user;
  const isRole = query.kind === 'role';
  const what = operations.length === 0 ? t`no access` : partText(operations, query);
  const parts = [
    starts === null ? null : trusted(`from ${firstDayWords(starts, at)}`),
    query.kind === 'risk' || operations.length === 0 ? what : whole ? null : t`only ${what}`,
    isRole ? null : t`through ${grantsText(grants, naming)}`,
    ends !== null
      ? trusted(`until ${lastDayWords(ends, at)}`)
      : isRole && operations.length > 0
        ? t`no last day`
        : null,
  ];
  const unknown = unknownPolicyText(user.unknownPolicies);
  const able = joinTexts(
    parts.filter((part) => part !== null),
    ', ',
  );
  return unknown === null ? able : t`${able}; ${unknown}`;
}

/** Why that is nothing that can be asked for. */
export function unknownOperation(name: string, { roles }: Team): FailureArgs['unknown-operation']['because'] {
  const retired = retiredOperation(name);
  if (retired !== null) return { kind: 'retired', successors: retired.successors };
  const names = [...RISKS.map((risk) => RISK_VERBS[risk].word), ...CAPABILITY_NAMES, ...roles.map(({ key }) => key)];
  const near = suggester()(name, [...OPERATIONS, ...names]);
  return near === null ? { kind: 'none', names } : { kind: 'similar', name: near };
}
