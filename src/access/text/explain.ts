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

/** Everything that somebody may do and why, for herself to read, in lines of at most `width` cells. */
export function explanationLines(explanation: Explanation, naming: DisplayNames, width = 100): readonly string[] {
  const { user, allowed: may, at } = explanation;
  const now = new Date(at);
  const count = may.reduce((sum, { operations }) => sum + operations.length, 0);
  const key = naming.people.get(user)?.key;
  const who = `${userLabel(user, naming)}${key === undefined ? '' : ` (${key})`}`;
  const warnings = [
    ...(explanation.unknownPolicies.length === 0
      ? []
      : [`Beware: ${unknownPolicyWords(explanation.unknownPolicies)}.`]),
    ...(explanation.boundary === null
      ? ['Not capped by a permissions boundary: whatever is attached by hand counts.']
      : []),
  ];
  const sections = [
    [`${who} in ${naming.lab}, on ${dayWords(now)}`],
    mayLines(explanation, naming, width),
    withheldLines(explanation, naming, width),
    warnings.flatMap((warning) => columns([[warning]], 2, width)),
    [
      ...endLines(explanation, now),
      ...(count === 0 ? [] : [`  ${count} of MTurk's ${OPERATIONS.length} operations; no other is allowed.`]),
    ],
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : ['', ...section]));
}

function mayLines({ allowed: may, suspended }: Explanation, naming: DisplayNames, width: number): readonly string[] {
  if (may.length === 0) return [suspended ? '  May do nothing: suspended.' : '  May do nothing.'];
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
  const all = only === undefined ? [] : ['', ...columns([[`All of it through ${only}.`]], 2, width)];
  return [...columns(rows, 2, width), ...all];
}

function riskHeading(risk: Risk): string {
  if (risk === 'contacts-people') return 'contacts people';
  return RISK_WORDS[risk] ?? risk;
}

function withheldLines(explanation: Explanation, naming: DisplayNames, width: number): readonly string[] {
  // Of somebody who may do nothing the reason is said once, not for every operation.
  if (explanation.allowed.length === 0 && (explanation.suspended || hasEnded(explanation))) return [];
  if (explanation.denied.length === 0) return [];
  const rows = explanation.denied.map((each) => [withheldWords(each), reasonWords(each, naming)]);
  return ['  Allowed by a role, and yet not:', ...columns(rows, 4, width)];
}

function withheldWords({ capability, operations }: DeniedAccess): string {
  return operations.length === operationsOf(capability).length ? capability : listWords(operations);
}

function reasonWords({ by, frozen, byBoundary }: DeniedAccess, naming: DisplayNames): string {
  if (byBoundary) return 'the permissions boundary does not let it through';
  const reasons = [
    ...(frozen ? ['frozen for everybody by freeze in the team file'] : []),
    ...(by.length > 0 ? [`denied by ${grantWords(by, naming)}`] : []),
  ];
  return reasons.join(', and ');
}

function hasEnded({ ends, at }: Explanation): boolean {
  return ends !== null && ends <= at;
}

function endLines(explanation: Explanation, at: Date): readonly string[] {
  if (explanation.ends === null) return explanation.allowed.length === 0 ? [] : ['  This access has no end.'];
  const last = lastDayWords(explanation.ends, at);
  return [hasEnded(explanation) ? `  Access ended after ${last}.` : `  Access ends after ${last}.`];
}
