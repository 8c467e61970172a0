import { RISKS } from '../../catalog/mturk.ts';
import { type DriftFinding, SEVERITIES, type Severity } from '../finding.ts';
import { RULE_IDS, ruleOf } from '../rules/rules.ts';

type Rated = Pick<DriftFinding, 'rule' | 'data' | 'changes' | 'risk' | 'escalates'>;

/** The worse of what the access that it changes, and the rule itself, make of a finding. */
export function severityOf(finding: Rated): Severity {
  const rule = ruleOf(finding);
  const least = rule.severityOf?.(finding.data) ?? rule.severity;
  const byAccess = severityOfAccess(finding);
  return SEVERITIES.find((each) => each === least || each === byAccess) ?? least;
}

function severityOfAccess({ changes, risk, escalates }: Rated): Severity {
  if (escalates.length > 0 || risk === 'spends') return 'critical';
  if (risk === 'harms-workers' || risk === 'deletes-data') return 'high';
  return risk !== null || changes.some(({ operations }) => operations.lost.length > 0) ? 'medium' : 'low';
}

/** Worst first. */
export function bySeverity(
  one: Rated & Pick<DriftFinding, 'id' | 'severity'>,
  other: Rated & Pick<DriftFinding, 'id' | 'severity'>,
): number {
  const ranks = ({ severity, rule, risk, escalates }: typeof one) => [
    SEVERITIES.indexOf(severity),
    rule === 'root-access-key' ? 0 : escalates.length > 0 ? 1 : 2,
    risk === null ? RISKS.length : RISKS.indexOf(risk),
    RULE_IDS.indexOf(rule),
  ];
  const [a, b] = [ranks(one), ranks(other)];
  const index = a.findIndex((rank, at) => rank !== b[at]);
  return index === -1 ? (one.id < other.id ? -1 : 1) : (a[index] ?? 0) - (b[index] ?? 0);
}
