import * as z from 'zod';
import {
  CAPABILITIES,
  CAPABILITY_NAMES,
  type Capability,
  OPERATIONS,
  operationsOf,
  RISKS,
  type Risk,
} from '../catalog/mturk.ts';
import { many } from '../diagnostics/parse-data.ts';
import { allowedByRole } from '../team/resolve-roles.ts';
import type { Role } from '../team/team.ts';
import { grantsOf, type UserAccess } from './access-of.ts';
import { difference, intersection, isEmpty, listOperations, type OperationSet, operationSet } from './operation-set.ts';
import { GRANT } from './policies-of.ts';

export const OPERATION = z.enum(OPERATIONS);
export const OPERATION_LIST = z.array(OPERATION).max(OPERATIONS.length).readonly();
export const CAPABILITY = z.enum(CAPABILITY_NAMES);
export const RISK = z.enum(RISKS);

/** A capability that a user has, gains or loses, in whole or in part. */
export const CAPABILITY_ACCESS = z.strictObject({
  capability: CAPABILITY,
  risk: RISK,
  /** The operations in question, in catalog order. */
  operations: OPERATION_LIST,
  /** Whether they are all operations of the capability. */
  whole: z.boolean(),
  /** What gives them. */
  grants: many(GRANT),
});

export type CapabilityAccess = Readonly<z.infer<typeof CAPABILITY_ACCESS>>;

/** All capabilities, worst risk first, in catalog order within a risk. */
export const CAPABILITIES_BY_RISK: readonly Capability[] = RISKS.flatMap((risk) =>
  CAPABILITY_NAMES.filter((name) => CAPABILITIES[name].risk === risk),
);

/** The operations of all capabilities of a risk. */
export const OPERATIONS_OF_RISK = Object.fromEntries(
  RISKS.map((risk) => {
    const capabilities = CAPABILITY_NAMES.filter((name) => CAPABILITIES[name].risk === risk);
    return [risk, operationSet(capabilities.flatMap(operationsOf))];
  }),
) as Readonly<Record<Risk, OperationSet>>;

/** Some operations of a user by capability, worst risk first. */
export function byCapability(operations: OperationSet, access: UserAccess | null): readonly CapabilityAccess[] {
  return CAPABILITIES_BY_RISK.flatMap((capability) => {
    const part = intersection(operations, operationSet(operationsOf(capability)));
    if (isEmpty(part)) return [];
    const listed = listOperations(part);
    return [
      {
        capability,
        risk: CAPABILITIES[capability].risk,
        operations: listed,
        whole: listed.length === operationsOf(capability).length,
        grants: access === null ? [] : grantsOf(access, part),
      },
    ];
  });
}

/** What a role gives, with all that it extends. */
export function operationsOfRole(role: Pick<Role, 'allow' | 'deny' | 'managed'>): OperationSet {
  return difference(operationSet(allowedByRole(role)), operationSet(role.deny));
}

/** The risks of some operations, worst first. */
export function risksOf(operations: OperationSet): readonly Risk[] {
  return RISKS.filter((risk) => !isEmpty(intersection(operations, OPERATIONS_OF_RISK[risk])));
}

/** The worst risk among some operations, or null if there are none. */
export function worstRisk(operations: OperationSet): Risk | null {
  return risksOf(operations)[0] ?? null;
}

/** The place of a risk among all, worst first; none comes last. */
export function rankOf(risk: Risk | null): number {
  return risk === null ? RISKS.length : RISKS.indexOf(risk);
}
