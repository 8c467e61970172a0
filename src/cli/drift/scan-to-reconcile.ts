import { differenceKey } from '../../access/model-difference.ts';
import { type DriftFinding, differenceOf } from '../../drift/finding.ts';
import type { RevertibleFinding, ScanToReconcile } from '../../drift/remediation/decide.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import type { CompletedScan } from './run-scan.ts';

/** What reconcile needs of a scan. */
export function toReconcile({
  scan,
  complete,
  access,
}: Pick<CompletedScan, 'scan' | 'complete' | 'access'>): ScanToReconcile {
  return {
    findings: scan.findings.map(toRevertible),
    snoozed: scan.snoozed.map(({ finding }) => finding.id),
    notChecked: scan.notChecked.length,
    fingerprint: scan.fingerprint,
    at: scan.at,
    isComplete: complete && scan.class !== 'error',
    access,
  };
}

function toRevertible(finding: DriftFinding): RevertibleFinding {
  const { id, cause, remediation } = finding;
  return { id, cause, remediation, difference: differenceOf(finding) };
}

/**
 * Whether a quick check finds the same differences as a scan before it. An exclusive-policy resource removes what the
 * account has when the plan is applied, not when it was made: what someone attached in between would be removed unseen.
 */
export function isUnchanged(before: Pick<CompletedScan, 'scan'>, now: Pick<CompletedScan, 'scan'>): boolean {
  const one = differencesIn(before.scan);
  const other = differencesIn(now.scan);
  return one.size === other.size && [...one].every((each) => other.has(each));
}

function differencesIn({ findings, snoozed }: CompletedScan['scan']): ReadonlySet<string> {
  return new Set(
    [...findings, ...snoozed.map(({ finding }) => finding)].flatMap((finding) => {
      const difference = differenceOf(finding);
      // What is as the file has it by now differs from Terraform's state alone.
      if (difference === null || finding.cause === 'resolved') return [];
      const document = 'document' in difference ? difference.document : null;
      return [`${differenceKey(difference)} ${document === null ? '' : canonicalDocument(document)}`];
    }),
  );
}
