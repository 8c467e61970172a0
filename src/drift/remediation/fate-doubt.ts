import type { Difference } from '../../access/model-difference.ts';
import type { ModelIndex } from '../../access/model-index.ts';
import { dependsOnTimeAlone } from '../../access/time-conditions.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import { toList } from '../../iam/context.ts';
import type { PolicyDocument, Statement } from '../../iam/document.ts';
import { statementsOf } from '../../iam/statement.ts';

/**
 * Whether all that undoing a difference takes away can be judged by comparing who may do what. It cannot where somebody
 * narrowed something by a condition that nobody knows to hold: a Deny outside of the office, or an Allow inside of it in
 * place of the file's own. Nor where a policy cannot be read, or denies what is not MTurk's.
 */
export function isBeyondDoubt(difference: Difference, account: ModelIndex): boolean {
  const kept = new Set(putBack(difference).map(statementKey));
  // What was only added gives, and takes by a Deny alone.
  const isReplaced = difference.kind.endsWith('-changed');
  return takenAway(difference, account).every(
    (document) =>
      document !== null &&
      statementsOf(document)
        .filter((statement) => !kept.has(statementKey(statement)))
        .every((statement) =>
          statement.Effect === 'Deny' ? isPlainDeny(statement) : !isReplaced || dependsOnTimeAlone(statement),
        ),
  );
}

/** Null for a document that cannot be read. */
function takenAway(difference: Difference, account: ModelIndex): readonly (PolicyDocument | null)[] {
  const attached = (arns: readonly string[]) => arns.map((arn) => account.policies.get(arn)?.document ?? null);
  switch (difference.kind) {
    case 'membership-added': {
      const group = account.groups.get(difference.group);
      if (group === undefined) return [null];
      return [...attached(group.attached), ...group.inline.map(({ document }) => document)];
    }
    case 'policy-attached':
      return attached([difference.arn]);
    case 'inline-policy-added':
      return [difference.document];
    case 'inline-policy-changed':
    case 'policy-changed':
      return [difference.to];
    case 'boundary-changed':
      return difference.to === null ? [] : attached([difference.to]);
    default:
      return [];
  }
}

function putBack(difference: Difference): readonly Statement[] {
  if (difference.kind !== 'inline-policy-changed' && difference.kind !== 'policy-changed') return [];
  return difference.from === null ? [] : statementsOf(difference.from);
}

function statementKey({ Sid: _sid, ...statement }: Statement): string {
  return canonicalDocument({ Statement: [statement] });
}

/** Speaks of MTurk alone or of everything, always or at certain times. */
function isPlainDeny(deny: Statement): boolean {
  if (!dependsOnTimeAlone(deny) || deny.Action === undefined || deny.Resource === undefined) return false;
  return toList(deny.Action).every((action) => action === '*' || action.toLowerCase().startsWith('mechanicalturk:'));
}
