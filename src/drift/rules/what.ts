import type { UserAccess } from '../../access/access-of.ts';
import type { AccessModel, AccessUser } from '../../access/model.ts';
import type { Difference } from '../../access/model-difference.ts';
import { listOperations, operationSet } from '../../access/operation-set.ts';
import type { AccessKey } from '../../aws/inventory/types.ts';
import type { Operation } from '../../catalog/mturk.ts';
import { iamArn } from '../../iam/arn.ts';
import type { DriftFinding, RetiredOperation, RuleId, UnmanagedUser } from '../finding.ts';
import { differenceOf } from '../finding.ts';
import type { BoundaryEffect } from './boundary.ts';
import type { StrayEffect } from './unmanaged-effect.ts';

/** One way in which an account is not as the team file has it. Names are IAM's. */
export type DriftWhat =
  /** Read from the file to the account: `membership-added` is somebody whom the file does not have in that group. */
  | { readonly kind: 'difference'; readonly difference: Difference }
  /** Attributes that nobody's access depends on; `address` is Terraform's. */
  | { readonly kind: 'attributes'; readonly address: string; readonly attributes: readonly string[] }
  /** Under the lab's path, or with a policy of the lab, and declared nowhere. */
  | { readonly kind: 'stray'; readonly effect: StrayEffect }
  | { readonly kind: 'boundary'; readonly effect: BoundaryEffect }
  /** A version of a policy of the lab that is not in force, and would give more than the one that is. */
  | {
      readonly kind: 'non-default-policy-version';
      readonly arn: string;
      /** `v7` */
      readonly version: string;
      /** ISO 8601, UTC. */
      readonly created: string;
      /** What it would give of MTurk, in catalogue order. */
      readonly operations: readonly Operation[];
      /** Whether it would let through more than MTurk. */
      readonly isBeyond: boolean;
      /** Names of the IAM users who would have it. */
      readonly users: readonly string[];
    }
  /** A member in a group that is not the lab's. */
  | { readonly kind: 'unmanaged-group-membership'; readonly user: string; readonly group: string }
  /** Somebody who is not of the lab and may use MTurk, or may give herself everything. */
  | {
      readonly kind: 'outside';
      readonly user: string;
      readonly access: UserAccess;
      readonly isAdministrator: boolean;
      readonly keys: readonly AccessKey[];
      /** False where the credential report does not tell of this user (yet). */
      readonly areKeysKnown: boolean;
    }
  /** `users` may be affected by it: they have the policy. Empty `users`: nobody has it. */
  | {
      readonly kind: 'retired-operations';
      readonly policy: string;
      /** Of an inline policy; null for a managed one, whose ARN `policy` is. */
      readonly holder: { readonly kind: 'user' | 'group'; readonly name: string } | null;
      readonly names: readonly RetiredOperation[];
      readonly users: readonly string[];
    }
  | {
      readonly kind: 'too-many-access-keys';
      readonly user: string;
      readonly keys: readonly AccessKey[];
      readonly allowed: number;
    }
  | {
      readonly kind: 'old-access-key';
      readonly user: string;
      readonly key: AccessKey;
      readonly days: number;
      readonly limit: number;
      /** Her other key, on or off; AWS gives a user two at most. */
      readonly other: AccessKey | null;
      readonly isSuspended: boolean;
    }
  | { readonly kind: 'unused-access-key'; readonly user: string; readonly key: AccessKey; readonly days: number }
  /** Used by somebody whose access has ended, or is suspended. */
  | {
      readonly kind: 'key-used-after-leaving';
      readonly user: string;
      readonly key: AccessKey;
      readonly because: 'suspended' | 'expired' | 'departed';
    }
  | { readonly kind: 'console-password'; readonly user: string; readonly lastUsed: string | null }
  | { readonly kind: 'ssh-key'; readonly user: string; readonly ids: readonly string[] }
  | { readonly kind: 'signing-certificate'; readonly user: string; readonly ids: readonly string[] }
  | {
      readonly kind: 'service-specific-credential';
      readonly user: string;
      readonly credentials: readonly { readonly id: string; readonly service: string }[];
    }
  | { readonly kind: 'root-access-key'; readonly keys: readonly AccessKey[] };

/** Rule, data and who can escalate, of what a draft says. */
export function ruleOf(
  what: DriftWhat,
  escalates: readonly string[],
  lab: { readonly path: string; readonly account: AccessModel },
): { readonly rule: RuleId; readonly data: unknown; readonly escalates: readonly string[] } {
  switch (what.kind) {
    case 'difference': {
      const { difference } = what;
      switch (difference.kind) {
        case 'user-added': {
          const user = lab.account.users.find(({ name }) => name === difference.user);
          return { rule: 'unmanaged-user', data: userData(lab, user ?? nameless(difference.user)), escalates };
        }
        case 'group-added': {
          const { group: name } = difference;
          const group = lab.account.groups.find((each) => each.name === name);
          const { path = lab.path, attached = [], inline = [] } = group ?? {};
          const members = lab.account.users.filter(({ groups }) => groups.includes(name)).map((user) => user.name);
          const arn = iamArn(lab.account.account, 'group', path, name);
          const inPath = path.startsWith(lab.path);
          return {
            rule: 'unmanaged-group',
            data: { group: name, arn, path, inPath, members, attached, inline, keeps: [] },
            escalates,
          };
        }
        case 'policy-added': {
          const policy = lab.account.policies.find(({ arn }) => arn === difference.arn);
          return {
            rule: 'unmanaged-policy',
            data: { arn: difference.arn, document: policy?.document ?? null, attachments: 0 },
            escalates,
          };
        }
        case 'boundary-changed':
          return {
            rule: difference.to === null ? 'user-without-boundary' : 'boundary-changed',
            data: difference,
            escalates,
          };
        default:
          return { rule: difference.kind, data: difference, escalates };
      }
    }
    case 'attributes':
      return {
        rule: 'resource-changed',
        data: { address: what.address, attributes: what.attributes },
        escalates,
      };
    case 'stray': {
      const { stray, keeps, administrators } = what.effect;
      const { kind, name, arn, path } = stray;
      const inPath = path.startsWith(lab.path);
      if (kind === 'policy') {
        const { document = null, attachments = 0 } = stray.details ?? {};
        return { rule: 'unmanaged-policy', data: { arn, document, attachments }, escalates: administrators };
      }
      if (kind === 'group') {
        const { members = null, attached = [], inline = [] } = stray.details ?? {};
        return {
          rule: 'unmanaged-group',
          data: { group: name, arn, path, inPath, members, attached, inline, keeps },
          escalates: administrators,
        };
      }
      const user = { ...nameless(name), path, ...(stray.details ?? {}) };
      return { rule: 'unmanaged-user', data: userData(lab, user), escalates: administrators };
    }
    case 'boundary': {
      const { people: _people, ...data } = what.effect;
      return { rule: 'boundary-policy-changed', data, escalates };
    }
    case 'outside': {
      const { access, isAdministrator, keys, areKeysKnown } = what;
      const grants = [...access.grants.values()].flat();
      const data = {
        ...userData(lab, access.user),
        operations: listOperations(access.allowed),
        grants: [...new Map(grants.map((each) => [`${each.holder} ${each.policy}`, each])).values()],
        keys,
        areKeysKnown,
      };
      return { rule: 'unmanaged-user', data, escalates: isAdministrator ? [what.user] : [] };
    }
    default: {
      const { kind, ...data } = what;
      return { rule: kind, data, escalates };
    }
  }
}

function nameless(name: string): AccessUser {
  return { name, path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} };
}

function userData(lab: { readonly path: string; readonly account: AccessModel }, user: AccessUser): UnmanagedUser {
  const { name, path, groups, attached, inline, boundary, tags } = user;
  return {
    user: name,
    arn: iamArn(lab.account.account, 'user', path, name),
    path,
    inPath: path.startsWith(lab.path),
    groups,
    attached,
    inline,
    boundary,
    tags,
    operations: [],
    grants: [],
    keys: [],
    areKeysKnown: false,
  };
}

/** The same from a finding. */
export function whatOf(finding: DriftFinding): DriftWhat {
  const difference = differenceOf(finding);
  if (difference !== null) return { kind: 'difference', difference };
  const { cause, changes: people, escalates: administrators } = finding;
  const isLate = cause === 'pending' || cause === 'expired' || cause === 'unknown';
  switch (finding.rule) {
    case 'resource-changed':
      return { kind: 'attributes', ...finding.data };
    case 'unmanaged-user': {
      const { user, arn, path, inPath, groups, attached, inline, boundary, tags, ...more } = finding.data;
      if (isLate) return { kind: 'difference', difference: { kind: 'user-added', user } };
      const isStray = inPath || attached.some((each) => each.includes(':policy/mturk/'));
      if (isStray) {
        const details = { groups, attached, inline, boundary, tags };
        const stray = { kind: 'user' as const, name: user, arn, path, details };
        return { kind: 'stray', effect: { stray, people, keeps: [], administrators } };
      }
      const allowed = operationSet((operation) => more.operations.includes(operation));
      const access: UserAccess = {
        user: { name: user, path, groups, attached, inline, boundary, tags },
        allowed,
        grants: new Map(more.grants.length === 0 ? [] : [['SendBonus', more.grants]]),
        suspended: false,
        ends: null,
        unknownPolicies: [],
      };
      const { keys, areKeysKnown } = more;
      return { kind: 'outside', user, access, isAdministrator: administrators.length > 0, keys, areKeysKnown };
    }
    case 'unmanaged-group': {
      const { group, arn, path, members, attached, inline, keeps } = finding.data;
      if (isLate) return { kind: 'difference', difference: { kind: 'group-added', group } };
      const details = members === null ? null : { members, attached, inline };
      const stray = { kind: 'group' as const, name: group, arn, path, details };
      return { kind: 'stray', effect: { stray, people, keeps, administrators } };
    }
    case 'unmanaged-policy': {
      const { arn, ...details } = finding.data;
      if (isLate) return { kind: 'difference', difference: { kind: 'policy-added', arn } };
      const name = arn.slice(arn.lastIndexOf('/') + 1);
      const path = arn.slice(arn.indexOf('/'), arn.length - name.length);
      const stray = { kind: 'policy' as const, name, arn, path, details };
      return { kind: 'stray', effect: { stray, people, keeps: [], administrators } };
    }
    case 'boundary-policy-changed':
      return { kind: 'boundary', effect: { ...finding.data, people } };
    default:
      return { kind: finding.rule, ...(finding.data as object) } as DriftWhat;
  }
}
