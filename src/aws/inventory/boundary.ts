import { canonicalDocument } from '../../iam/canonical.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import { boundaryArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { ACCESS, type Inventory, type NotChecked } from './types.ts';

/** How the permissions boundary on the account stands to the one that bootstrap writes. */
export type BoundaryState =
  | { readonly state: 'unchanged'; readonly arn: string }
  | { readonly state: 'missing'; readonly arn: string }
  /** The document is null where what is there cannot be read as a policy. */
  | { readonly state: 'changed'; readonly arn: string; readonly document: PolicyDocument | null }
  | { readonly state: 'not-checked'; readonly arn: string; readonly notChecked: NotChecked };

/** Looks for the boundary's default version. The engine does not: the boundary is another stack's, and an administrator's. */
export function boundaryState(
  inventory: Pick<Inventory, 'access' | 'isAccessKnown' | 'notChecked'>,
  team: Pick<Team, 'lab' | 'account'>,
): BoundaryState {
  const arn = boundaryArn(team);
  const [unseen] = inventory.isAccessKnown ? [] : inventory.notChecked.filter(({ what }) => what === ACCESS);
  if (unseen !== undefined) return { state: 'not-checked', arn, notChecked: unseen };
  const found = inventory.access.policies.find((policy) => policy.arn === arn);
  if (found === undefined) return { state: 'missing', arn };
  const { document } = found;
  const same = document !== null && canonicalDocument(document) === canonicalDocument(boundaryPolicy(team));
  return same ? { state: 'unchanged', arn } : { state: 'changed', arn, document };
}
