import { OPERATIONS, operationsOf, RISKS, type Risk } from '../../catalog/mturk.ts';
import { columns } from '../../text/columns.ts';
import { dayWords, lastDayWords } from '../../text/dates.ts';
import type { DeniedAccess, Explanation } from '../explain.ts';
import {
  capabilityWords,
  type DisplayNames,
  grantWords,
  listWords,
  RISK_WORDS,
  unknownPolicyWords,
  userLabel,
} from './names.ts';

/** The access of one user and why, in lines of at most `width` cells. */
export function explanationLines(explanation: Explanation, naming: DisplayNames, width = 100): readonly string[] {
  const { user, allowed: may, at } = explanation;
  const now = new Date(at);
  const count = may.reduce((sum, { operations }) => sum + operations.length, 0);
  const key = naming.people.get(user)?.key;
  const who = `${userLabel(user, naming)}${key === undefined ? '' : ` (${key})`}`;
  const warnings = [
    ...(explanation.unknownPolicies.length === 0
      ? []
      : [`Warning: ${unknownPolicyWords(explanation.unknownPolicies)}.`]),
    ...(explanation.boundary === null ? ['No permissions boundary: any attached policy takes full effect.'] : []),
  ];
  const sections = [
    [`${who} in ${naming.lab}, on ${dayWords(now)}`],
    mayLines(explanation, naming, width),
    withheldLines(explanation, naming, width),
    warnings.flatMap((warning) => columns([[warning]], 2, width)),
    [
      ...endLines(explanation, now),
      ...(count === 0
        ? []
        : [`  ${count} of ${OPERATIONS.length} MTurk operations.`, '  According to team.yaml; AWS was not asked.']),
    ],
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : ['', ...section]));
}

function mayLines({ allowed: may, suspended }: Explanation, naming: DisplayNames, width: number): readonly string[] {
  if (may.length === 0) return [suspended ? '  No access: suspended.' : '  No access.'];
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
  if (risk === 'contacts-people') return 'contacts people';
  return RISK_WORDS[risk] ?? risk;
}

function withheldLines(explanation: Explanation, naming: DisplayNames, width: number): readonly string[] {
  // Without any access, the reason is given once instead of for every operation.
  if (explanation.allowed.length === 0 && (explanation.suspended || hasEnded(explanation))) return [];
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

function endLines(explanation: Explanation, at: Date): readonly string[] {
  if (explanation.ends === null) return explanation.allowed.length === 0 ? [] : ['  No last day.'];
  const last = lastDayWords(explanation.ends, at);
  return [hasEnded(explanation) ? `  Access ended after ${last}.` : `  Access ends after ${last}.`];
}
