import { canonicalDocument } from '../iam/canonical.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { boundaryPolicy } from '../team/documents.ts';
import { boundaryArn } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import type { IamNames } from './iam-names.ts';
import type { Inventory } from './inventory.ts';
import { ACCESS, orUnseen, type Unseen } from './strays.ts';

/** How the permissions boundary on the account stands to the one that bootstrap writes. */
export type BoundaryLook =
  | { readonly state: 'as-written'; readonly arn: string }
  | { readonly state: 'missing'; readonly arn: string }
  /** The document is null where what is there cannot be read as a policy. */
  | { readonly state: 'changed'; readonly arn: string; readonly document: PolicyDocument | null }
  | { readonly state: 'unseen'; readonly arn: string; readonly unseen: Unseen };

/** How the boundary of a team's lab is on an account that was looked at. */
export function boundaryOf(
  inventory: Pick<Inventory, 'access' | 'isAccessKnown' | 'unseen'>,
  team: Pick<Team, 'lab' | 'account'>,
): BoundaryLook {
  const arn = boundaryArn(team);
  const [unseen] = inventory.isAccessKnown ? [] : inventory.unseen.filter(({ what }) => what === ACCESS);
  if (unseen !== undefined) return { state: 'unseen', arn, unseen };
  const found = inventory.access.policies.find((policy) => policy.arn === arn);
  return found === undefined ? { state: 'missing', arn } : held(arn, found.document, team);
}

function held(arn: string, document: PolicyDocument | null, team: Pick<Team, 'lab' | 'account'>): BoundaryLook {
  const same = document !== null && canonicalDocument(document) === canonicalDocument(boundaryPolicy(team));
  return same ? { state: 'as-written', arn } : { state: 'changed', arn, document };
}

/** Reads the boundary's default version. The engine does not: the boundary is another stack's, and an administrator's. */
export async function lookAtBoundary(
  team: Pick<Team, 'lab' | 'account'>,
  iam: Pick<IamNames, 'holdings'>,
): Promise<BoundaryLook> {
  const arn = boundaryArn(team);
  const seen = await orUnseen('the permissions boundary', () => iam.holdings.policy(arn));
  if ('unseen' in seen) return { state: 'unseen', arn, unseen: seen.unseen };
  if (seen.value === null) return { state: 'missing', arn };
  return held(arn, seen.value.document, team);
}
