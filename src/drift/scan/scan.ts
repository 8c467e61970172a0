import type { Difference } from '../../access/model-difference.ts';
import { labPath } from '../../team/names.ts';
import { pendingChanges } from '../applied.ts';
import { type DriftFinding, differenceOf, type ScanResult } from '../finding.ts';
import { ruleOf } from '../rules/what.ts';
import { snoozedOn } from '../snooze/look-snooze.ts';
import { findingIds } from './finding-id.ts';
import { classOf, fingerprintOf } from './look-class.ts';
import { type Drafts, draftsFromInventory, type Looking } from './look-drafts.ts';

import { planDrafts } from './look-plan.ts';
import { bySeverity, severityOf } from './severity.ts';

/**
 * Every difference between an account and its team file. Access is decided on the inventory alone; a plan adds what only
 * Terraform knows. Without an inventory of access nothing is known about it, and the scan is an error.
 */
export function scanOf(input: Omit<Looking, 'since'>): ScanResult {
  const { applied, team, today, at, inventory, plan } = input;
  const { drafts, unseen, together } = inventory.isAccessKnown
    ? draftsFromInventory({ ...input, since: pendingChanges(applied, team, today) })
    : { drafts: planDrafts(plan), unseen: inventory.notChecked, together: () => new Set<Difference>() };
  const idOf = findingIds(team);
  const account = { path: labPath(team.lab), account: inventory.access };
  const found = drafts
    .map(({ what, cause, remediation, changes, risk, escalates: given = [] }): DriftFinding => {
      const { rule, data, escalates } = ruleOf(what, given, account);
      const facts = { cause, remediation, changes, risk, escalates, lastChange: null };
      const finding = { rule, data, ...facts } as Omit<DriftFinding, 'id' | 'severity'>;
      return { ...finding, id: idOf(finding), severity: severityOf(finding) } as DriftFinding;
    })
    .sort(bySeverity);
  const { findings: shown, snoozed, unusedSnoozes: idle } = snoozedOn(today, team.snoozed, found);
  const findings = undoneTogether(shown, together);
  return {
    class: inventory.isAccessKnown ? classOf(findings, unseen.length === 0) : 'error',
    findings,
    snoozed,
    unusedSnoozes: idle,
    notChecked: unseen,
    fingerprint: fingerprintOf(findings),
    planned: plan !== null,
    at: at.toISOString(),
    credentialReportAt: inventory.reportedAt,
  };
}

/** What can be reverted alone but not together with the others is left to a person. */
function undoneTogether(findings: readonly DriftFinding[], together: Drafts['together']): readonly DriftFinding[] {
  const isAuto = (finding: DriftFinding) => finding.remediation === 'auto';
  const possible = together(findings.filter(isAuto).flatMap((finding) => differenceOf(finding) ?? []));
  return findings.map((finding) => {
    const difference = isAuto(finding) ? differenceOf(finding) : null;
    return difference === null || possible.has(difference) ? finding : { ...finding, remediation: 'on-request' };
  });
}
