import { differenceKey } from '../../access/model-difference.ts';
import { type DriftFinding, differenceOf } from '../../drift/finding.ts';
import type { RevertibleFinding, ScanToReconcile } from '../../drift/remediation/decide.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import type { Looked } from './look.ts';

/** What reconcile needs of a scan. */
export function toReconcile({ look, complete, access }: Pick<Looked, 'look' | 'complete' | 'access'>): ScanToReconcile {
  return {
    findings: look.findings.map(toRevertible),
    snoozed: look.snoozed.map(({ finding }) => finding.id),
    notChecked: look.notChecked.length,
    fingerprint: look.fingerprint,
    at: look.at,
    isComplete: complete && look.class !== 'error',
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
export function isUnchanged(before: Pick<Looked, 'look'>, now: Pick<Looked, 'look'>): boolean {
  const one = differencesIn(before.look);
  const other = differencesIn(now.look);
  return one.size === other.size && [...one].every((each) => other.has(each));
}

function differencesIn({ findings, snoozed }: Looked['look']): ReadonlySet<string> {
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
