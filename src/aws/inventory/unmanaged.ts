import { type AccessGroup, type AccessPolicy, type AccessUser, policyName } from '../../access/model.ts';
import { type IamResource, iamArn } from '../../iam/arn.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import type { IamEntity } from '../iam-names.ts';
import type { Inventory } from '../types.ts';

export interface GroupDetails extends Pick<AccessGroup, 'attached' | 'inline'> {
  /** Names of its users, sorted. */
  readonly members: readonly string[];
}

export type UserDetails = Pick<AccessUser, 'groups' | 'attached' | 'inline' | 'boundary' | 'tags'>;

export interface PolicyDetails {
  /** The default version's; null where it cannot be read as a policy. */
  readonly document: PolicyDocument | null;
  /** How many users, groups and roles it is attached to, as a policy or as a boundary. */
  readonly attachments: number;
}

/**
 * An IAM entity that is neither in the state nor in the team file, under the lab's path or with a policy from there: a
 * renamed group, a user created outside Terraform.
 */
export type UnmanagedResource =
  | UnmanagedOf<'group', GroupDetails>
  | UnmanagedOf<'user', UserDetails>
  | UnmanagedOf<'policy', PolicyDetails>;

/** The path is outside the lab's where it has a policy of the lab attached. */
interface UnmanagedOf<Kind extends IamResource, Holding> extends IamEntity {
  readonly kind: Kind;
  readonly details: Holding;
}

export interface UnmanagedResources {
  readonly resources: readonly UnmanagedResource[];
  /** Groups outside the lab that an unmanaged user is in. */
  readonly groups: readonly AccessGroup[];
  /** The documents of everything that is attached to what was read. */
  readonly policies: readonly AccessPolicy[];
}

/** What counts as the lab's own. */
export interface LabScope {
  /** `/mturk/perception-lab/` */
  readonly path: string;
  /** Asked for the exact name: IAM's names are unique ignoring case, so another spelling is another thing. */
  knows(thing: IamEntity): boolean;
  /** Names of the lab's own groups. */
  readonly groups: ReadonlySet<string>;
}

/** What is under the lab's path, or has a policy from there, and is unknown. */
export function findUnmanaged(inventory: Pick<Inventory, 'access' | 'policies'>, lab: LabScope): UnmanagedResources {
  const { access } = inventory;
  const isLabs = (arn: string): boolean => arn.startsWith(`arn:aws:iam::${access.account}:policy${lab.path}`);
  const isUnmanaged = (thing: IamEntity, attached: readonly string[]): boolean =>
    // A group that was renamed may have been moved as well; its policy is the lab's all the same.
    !lab.knows(thing) && (thing.path.startsWith(lab.path) || attached.some(isLabs));
  const groups = access.groups.flatMap(({ name, path, attached, inline }): UnmanagedOf<'group', GroupDetails>[] => {
    const thing = { kind: 'group', name, path, arn: iamArn(access.account, 'group', path, name) } as const;
    if (!isUnmanaged(thing, attached)) return [];
    const members = access.users.filter((user) => user.groups.includes(name)).map((user) => user.name);
    return [{ ...thing, details: { members, attached, inline } }];
  });
  const users = access.users.flatMap((user): UnmanagedOf<'user', UserDetails>[] => {
    const { name, path, groups, attached, inline, boundary, tags } = user;
    const thing = { kind: 'user', name, path, arn: iamArn(access.account, 'user', path, name) } as const;
    return isUnmanaged(thing, attached) ? [{ ...thing, details: { groups, attached, inline, boundary, tags } }] : [];
  });
  const policies = access.policies.flatMap(({ arn, name, document }): UnmanagedOf<'policy', PolicyDetails>[] => {
    const thing = { kind: 'policy', name, arn, path: arn.slice(arn.indexOf('/'), arn.length - name.length) } as const;
    const attachments = inventory.policies.get(arn)?.attachments ?? 0;
    return isLabs(arn) && isUnmanaged(thing, []) ? [{ ...thing, details: { document, attachments } }] : [];
  });
  const unmanagedGroups = new Set(groups.map(({ name }) => name));
  const theirs = new Set(users.flatMap(({ details }) => details.groups));
  const others = access.groups.filter(
    ({ name }) => theirs.has(name) && !lab.groups.has(name) && !unmanagedGroups.has(name),
  );
  const holders = [...[...groups, ...users].map(({ details }) => details), ...others];
  const boundaries = users.flatMap(({ details }) => details.boundary ?? []);
  const arns = new Set([...holders.flatMap(({ attached }) => attached), ...boundaries]);
  const byArn = new Map(access.policies.map((policy) => [policy.arn, policy]));
  return {
    resources: [...groups, ...users, ...policies],
    groups: others,
    policies: Array.from(arns, (arn) => byArn.get(arn) ?? { arn, name: policyName(arn), document: null }),
  };
}
