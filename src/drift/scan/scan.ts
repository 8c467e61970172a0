import type { Difference } from '../../access/model-difference.ts';
import { pendingChanges } from '../applied.ts';
import { type DriftFinding, differenceOf, type ScanResult } from '../finding.ts';
import { changedResources } from '../rules/resource-changed.ts';
import { withoutSnoozed } from '../snooze/snooze.ts';
import { type Detection, detect, type ScanInput } from './detect.ts';
import { findingIds } from './finding-id.ts';
import { classOf, fingerprintOf } from './fingerprint.ts';
import { bySeverity, severityOf } from './severity.ts';

/**
 * Every difference between an account and its team.yaml. Access is decided on the inventory alone; a plan adds what only
 * Terraform knows. Without an inventory of access the scan is an error.
 */
export function scanOf(input: Omit<ScanInput, 'since'>): ScanResult {
  const { applied, team, today, at, inventory, plan } = input;
  const { detected, notChecked, together } = inventory.isAccessKnown
    ? detect({ ...input, since: pendingChanges(applied, team, today) })
    : {
        detected: changedResources(plan),
        notChecked: inventory.notChecked,
        together: () => new Set<Difference>(),
      };
  const idOf = findingIds(team);
  const found = detected
    .map((each) => ({ ...each, lastChange: null, id: idOf(each), severity: severityOf(each) }) as DriftFinding)
    .sort(bySeverity);
  const { findings: shown, snoozed, unusedSnoozes } = withoutSnoozed(today, team.snoozed, found);
  const findings = revertedTogether(shown, together);
  return {
    class: inventory.isAccessKnown ? classOf(findings, notChecked.length === 0) : 'error',
    findings,
    snoozed,
    unusedSnoozes,
    notChecked,
    fingerprint: fingerprintOf(findings),
    planned: plan !== null,
    at: at.toISOString(),
    credentialReportAt: inventory.reportedAt,
  };
}

/** What can be reverted alone but not together with the others is left to a person. */
function revertedTogether(findings: readonly DriftFinding[], together: Detection['together']): readonly DriftFinding[] {
  const isAuto = (finding: DriftFinding) => finding.remediation === 'auto';
  const possible = together(findings.filter(isAuto).flatMap((finding) => differenceOf(finding) ?? []));
  return findings.map((finding) => {
    const difference = isAuto(finding) ? differenceOf(finding) : null;
    return difference === null || possible.has(difference) ? finding : { ...finding, remediation: 'on-request' };
  });
}
