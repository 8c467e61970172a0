import { grantsOf, type UserAccess } from '../../src/access/access-of.ts';
import type { AccessChange } from '../../src/access/diff.ts';
import type { AccessModel } from '../../src/access/model.ts';
import type { Difference } from '../../src/access/model-difference.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import type { UnmanagedResource } from '../../src/aws/inventory/unmanaged.ts';
import type { AccessKey } from '../../src/aws/types.ts';
import type { FindingId } from '../../src/diagnostics/finding-ids.ts';
import type { RuleData } from '../../src/drift/finding.ts';
import type { Detected } from '../../src/drift/rules/rule.ts';
import { unmanagedGroupData } from '../../src/drift/rules/unmanaged-resources.ts';
import { unmanagedUserData } from '../../src/drift/rules/unmanaged-user.ts';
import { detectedDifference } from '../../src/drift/scan/scan.ts';

type Plain = Exclude<FindingId, 'unmanaged-user' | 'unmanaged-group' | 'unmanaged-policy' | 'boundary-policy-changed'>;

/** Short forms of what rules find. */
export type Sample =
  | { readonly kind: 'difference'; readonly difference: Difference }
  | {
      readonly kind: 'unmanaged';
      readonly resource: UnmanagedResource;
      readonly keeps?: readonly AccessChange[];
      readonly escalates?: readonly string[];
    }
  | ({ readonly kind: 'boundary' } & RuleData['boundary-policy-changed'])
  | {
      readonly kind: 'other-user';
      readonly access: UserAccess;
      readonly isAdministrator: boolean;
      readonly keys: readonly AccessKey[];
      readonly changes: readonly AccessChange[];
    }
  | { readonly [Id in Plain]: { readonly kind: Id } & RuleData[Id] }[Exclude<Plain, Difference['kind']>];

/** Rule and data of a sample. */
export function detectedOf(
  sample: Sample,
  account: AccessModel,
  lab: string,
  facts: Omit<Detected, 'rule' | 'data'>,
): Detected {
  switch (sample.kind) {
    case 'difference':
      return detectedDifference(sample.difference, { model: account }, new Map(), lab, facts);
    case 'unmanaged': {
      const { resource, keeps = [], escalates = facts.escalates } = sample;
      const { name, arn, path } = resource;
      const more = { ...facts, escalates };
      if (resource.kind === 'policy') {
        const { document = null, attachments = 0 } = resource.details ?? {};
        return { rule: 'unmanaged-policy', data: { arn, document, attachments }, ...more };
      }
      if (resource.kind === 'group') {
        const data = unmanagedGroupData({ name, path, ...resource.details }, account.account, lab);
        return { rule: 'unmanaged-group', data: { ...data, keeps }, ...more };
      }
      const data = unmanagedUserData({ name, path, ...resource.details }, account.account, lab);
      return { rule: 'unmanaged-user', data, ...more };
    }
    case 'boundary': {
      const { kind: _kind, ...data } = sample;
      return { rule: 'boundary-policy-changed', data, ...facts };
    }
    case 'other-user': {
      const { access, isAdministrator, keys, changes } = sample;
      const data = {
        ...unmanagedUserData(access.user, account.account, lab),
        operations: listOperations(access.allowed),
        grants: grantsOf(access, access.allowed),
        keys,
        areKeysKnown: true,
      };
      const escalates = isAdministrator ? [access.user.name] : [];
      return { rule: 'unmanaged-user', data, ...facts, changes, escalates };
    }
    default: {
      const { kind, ...data } = sample;
      return { rule: kind, data: data as RuleData[FindingId], ...facts };
    }
  }
}
