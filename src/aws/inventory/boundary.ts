import { canonicalDocument } from '../../iam/canonical.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import { boundaryArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Inventory } from '../types.ts';

/** The permissions boundary on the account, compared to the one that bootstrap writes. */
export type BoundaryState =
  | { readonly state: 'unchanged'; readonly arn: string }
  | { readonly state: 'missing'; readonly arn: string }
  | { readonly state: 'not-checked'; readonly arn: string }
  /** The document is null where what is there cannot be read as a policy. */
  | { readonly state: 'changed'; readonly arn: string; readonly document: PolicyDocument | null };

/** Compares the boundary's default version, which the team stack's plan does not contain. */
export function boundaryState(
  { access, isAccessKnown }: Pick<Inventory, 'access' | 'isAccessKnown'>,
  team: Pick<Team, 'lab' | 'account'>,
): BoundaryState {
  const arn = boundaryArn(team);
  if (!isAccessKnown) return { state: 'not-checked', arn };
  const found = access.policies.find((policy) => policy.arn === arn);
  if (found === undefined) return { state: 'missing', arn };
  const { document } = found;
  const same = document !== null && canonicalDocument(document) === canonicalDocument(boundaryPolicy(team));
  return same ? { state: 'unchanged', arn } : { state: 'changed', arn, document };
}
