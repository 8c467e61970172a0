import type { Operation } from '../catalog/mturk.ts';
import { type Decision, decisionBy } from '../iam/evaluate.ts';
import { accessOf, type ReadStatement, type UserAccess, type Verdict } from './access-of.ts';
import type { AccessModel } from './model.ts';
import { includesOperation } from './operation-set.ts';
import { userNamed } from './policies-of.ts';
import type { Circumstances } from './request-context.ts';

/** Whether a user may call an operation of Mechanical Turk, and which statements decide. Who is not in the model is denied. */
export function decide(
  model: AccessModel,
  userName: string,
  operation: Operation,
  circumstances: Circumstances,
): Decision<ReadStatement> {
  const user = userNamed(model, userName);
  const [access] = user === null ? [] : accessOf(model, circumstances, [user]);
  return access === undefined ? decisionBy({ allows: [], denies: [] }, null) : decisionOf(access, operation);
}

/** The same for a user whose access is known. */
export function decisionOf({ user, identity, boundary }: UserAccess, operation: Operation): Decision<ReadStatement> {
  const about = (statements: readonly ReadStatement[]) =>
    statements.filter(({ operations }) => includesOperation(operations, operation));
  const matches = (verdicts: readonly Verdict[]) => ({
    allows: verdicts.flatMap(({ allows }) => about(allows)),
    denies: verdicts.flatMap(({ denies }) => about(denies)),
  });
  if (boundary === null) return decisionBy(matches(identity), null);
  // A boundary is read once for all users who have it, under the name of the first.
  const holder = { kind: 'user', name: user.name } as const;
  const { allows, denies } = matches([boundary]);
  const ofUser = denies.map((each) => ({ ...each, source: { ...each.source, holder } }));
  return decisionBy(matches(identity), { allows, denies: ofUser });
}
