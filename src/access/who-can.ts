import { type Capability, isCapability, type Operation, operationsOf } from '../catalog/mturk.ts';
import { FREEZE_SID } from '../team/documents.ts';
import { accessOf, type Grant } from './access-of.ts';
import { decide } from './decide.ts';
import { isoOf } from './diff.ts';
import type { AccessModel } from './model.ts';
import { includesOperation } from './operation-set.ts';
import type { UnknownPolicy } from './policies-of.ts';

/** A user who may do all or a part of what the query names. */
export interface UserWithAccess {
  readonly user: string;
  /** The queried operations that the user may call, in catalog order. */
  readonly operations: readonly Operation[];
  readonly whole: boolean;
  readonly grants: readonly Grant[];
  /** The moment (ISO 8601, UTC) from which everything is denied. */
  readonly ends: string | null;
  readonly unknownPolicies: readonly UnknownPolicy[];
}

export interface WhoCan {
  readonly query: Operation | Capability;
  readonly at: string;
  /** By name of the IAM user; those with the whole of it first. */
  readonly users: readonly UserWithAccess[];
  /** No user may, because the freeze denies it. */
  readonly frozen: boolean;
  /** How many users the model has in all. */
  readonly outOf: number;
}

/** Who may call an operation, or some operation of a capability, at a moment. */
export function whoCan(model: AccessModel, asked: Operation | Capability, at: Date): WhoCan {
  const wanted = isCapability(asked) ? operationsOf(asked) : [asked];
  const users = accessOf(model, { at }).flatMap((access): UserWithAccess[] => {
    const operations = wanted.filter((operation) => includesOperation(access.allowed, operation));
    if (operations.length === 0) return [];
    const grants = operations.flatMap((operation) => access.grants.get(operation) ?? []);
    return [
      {
        user: access.user.name,
        operations,
        whole: operations.length === wanted.length,
        grants: [...new Map(grants.map((grant) => [JSON.stringify(grant), grant])).values()],
        ends: isoOf(access.ends),
        unknownPolicies: access.unknownPolicies,
      },
    ];
  });
  users.sort((one, other) => Number(other.whole) - Number(one.whole) || (one.user < other.user ? -1 : 1));
  const frozen =
    users.length === 0 &&
    model.users.some(({ name }) => wanted.some((operation) => isFrozen(model, name, operation, at)));
  return { query: asked, at: at.toISOString(), users, frozen, outOf: model.users.length };
}

function isFrozen(model: AccessModel, userName: string, operation: Operation, at: Date): boolean {
  return decide(model, userName, operation, { at }).by.some(({ statement }) => statement.Sid === FREEZE_SID);
}
