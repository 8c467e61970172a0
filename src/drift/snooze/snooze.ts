import type { Snooze } from '../../team/team.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';

/**
 * Removes the findings that are snoozed on a day (`YYYY-MM-DD`), by exact id, so that a worse finding is shown again. A
 * snooze without a finding, or whose day has passed, is unused.
 */
export function withoutSnoozed(
  today: string,
  snoozes: readonly Snooze[],
  found: readonly DriftFinding[],
): Pick<ScanResult, 'findings' | 'snoozed' | 'unusedSnoozes'> {
  const active = new Map<string, Snooze>();
  for (const snooze of snoozes) {
    if (snooze.until < today) continue;
    const other = active.get(snooze.finding);
    if (other === undefined || other.until < snooze.until) active.set(snooze.finding, snooze);
  }
  const ids = new Set(found.map(({ id }) => id));
  const unused = snoozes.filter(({ finding, until }) => until < today || !ids.has(finding));
  return {
    findings: found.filter(({ id }) => !active.has(id)),
    snoozed: found.flatMap((finding) => {
      const snooze = active.get(finding.id);
      const { until, reason } = snooze ?? { until: '', reason: '' };
      return snooze === undefined ? [] : [{ finding: { ...finding, remediation: 'manual' as const }, until, reason }];
    }),
    unusedSnoozes: [...new Set(unused.map(({ finding }) => finding))].sort(),
  };
}
