import { RISKS } from '../../catalog/mturk.ts';
import { FINDING_IDS } from '../../diagnostics/finding-ids.ts';
import { type DriftFinding, SEVERITIES, type Severity } from '../finding.ts';

type Rated = Pick<DriftFinding, 'rule' | 'data' | 'changes' | 'risk' | 'escalates'>;

/** How bad a finding is: first who can do what by it, then what it prepares or leaves open. */
export function severityOf({ rule, data, changes, risk, escalates }: Rated): Severity {
  if (rule === 'root-access-key' || escalates.length > 0) return 'critical';
  if (risk === 'spends') return 'critical';
  if (risk === 'harms-workers' || risk === 'deletes-data') return 'high';
  switch (rule) {
    case 'key-used-after-leaving':
    case 'non-default-policy-version':
      return 'high';
    case 'boundary-policy-changed':
      return 'document' in data && data.document !== null && 'wider' in data && data.wider.length === 0
        ? 'medium'
        : 'high';
  }
  const isLoss = changes.some(({ operations }) => operations.lost.length > 0);
  return risk !== null || isLoss || rule === 'user-without-boundary' ? 'medium' : 'low';
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
    FINDING_IDS.indexOf(rule),
  ];
  const [a, b] = [ranks(one), ranks(other)];
  const index = a.findIndex((rank, at) => rank !== b[at]);
  return index === -1 ? (one.id < other.id ? -1 : 1) : (a[index] ?? 0) - (b[index] ?? 0);
}
