import type { Snooze } from '../../team/team.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';

/**
 * Takes out what is snoozed on a day (`YYYY-MM-DD`): by the exact id, so that nothing else is hidden by it, nor the same
 * thing once it is worse. A snooze that holds nothing back, or whose day has passed, is idle.
 */
export function snoozedOn(
  today: string,
  snoozes: readonly Snooze[],
  found: readonly DriftFinding[],
): Pick<ScanResult, 'findings' | 'snoozed' | 'unusedSnoozes'> {
  const holding = new Map<string, Snooze>();
  for (const snooze of snoozes) {
    if (snooze.until < today) continue;
    const other = holding.get(snooze.finding);
    if (other === undefined || other.until < snooze.until) holding.set(snooze.finding, snooze);
  }
  const ids = new Set(found.map(({ id }) => id));
  const idle = snoozes.filter(({ finding, until }) => until < today || !ids.has(finding));
  return {
    findings: found.filter(({ id }) => !holding.has(id)),
    snoozed: found.flatMap((finding) => {
      const snooze = holding.get(finding.id);
      const { until, reason } = snooze ?? { until: '', reason: '' };
      return snooze === undefined ? [] : [{ finding: { ...finding, remediation: 'manual' as const }, until, reason }];
    }),
    unusedSnoozes: [...new Set(idle.map(({ finding }) => finding))].sort(),
  };
}
