import { labPath } from '../../team/names.ts';
import { type Applied, pendingChanges } from '../applied.ts';
import { type DriftFinding, differenceOf, type ScanResult } from '../finding.ts';
import { ruleOf } from '../rules/what.ts';
import { snoozedOn } from '../snooze/look-snooze.ts';
import { findingIds } from './finding-id.ts';
import { classOf, fingerprintOf } from './look-class.ts';
import { type Drafts, draftsFromInventory, draftsFromPlan, type Looking } from './look-drafts.ts';

import { bySeverity, severityOf } from './severity.ts';

interface Looked extends Omit<Looking, 'since'> {
  /** What is noted of the last apply; null where nothing is. */
  readonly applied: Applied | null;
}

/**
 * Everything in which an account differs from its team file, in one list: what the account holds, read from the
 * inventory, and what a plan says of it. Where nobody told who may do what, only the plan speaks, and the look is an
 * error whatever it says.
 */
export function scanOf({ applied, ...looked }: Looked): ScanResult {
  const { team, today, at, inventory, plan } = looked;
  const looking = { ...looked, since: pendingChanges(applied, team, today) };
  const { drafts, unseen, together } = inventory.isAccessKnown ? draftsFromInventory(looking) : draftsFromPlan(looking);
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
