import { differenceKey } from '../../access/model-difference.ts';
import type { ScanResult } from '../../drift/finding.ts';
import { differenceOf } from '../../drift/finding.ts';
import { canonicalDocument } from '../../iam/canonical.ts';

/**
 * Whether a later look, taken without a plan, finds the same done to the lab as an earlier one. What limits a lab's groups
 * and users to what the file says does so to the account as it is when a plan is carried out, not as it was when the plan
 * was made: what somebody attached in between would go unseen.
 */
export function isStillAsSeen(seen: ScanResult, now: ScanResult): boolean {
  return sameSet(differencesIn(seen), differencesIn(now));
}

function differencesIn({ findings, snoozed }: ScanResult): ReadonlySet<string> {
  return new Set(
    [...findings, ...snoozed.map(({ finding }) => finding)].flatMap((finding) => {
      // What is as the file wants it by now differs from the state alone.
      const difference = differenceOf(finding);
      if (difference === null || finding.cause === 'resolved') return [];
      const document = 'document' in difference ? difference.document : null;
      return [`${differenceKey(difference)} ${document === null ? '' : canonicalDocument(document)}`];
    }),
  );
}

function sameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}
