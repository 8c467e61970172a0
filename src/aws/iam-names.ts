import {
  type IAMClient,
  paginateListGroups,
  paginateListPolicies,
  paginateListRoles,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { block, type GuardrailBlock } from '../diagnostics/block.ts';
import type { IamResource } from '../iam/arn.ts';

export interface IamEntity {
  readonly kind: IamResource;
  readonly name: string;
  /** `/mturk/perception-lab/` */
  readonly path: string;
  readonly arn: string;
}

/** One that AWS listed. */
export interface ListedEntity extends IamEntity {
  /** IAM's own, which a rename keeps. */
  readonly id: string;
}

/** What is asked of an account before a plan is applied. */
export interface IamLookup {
  /** Every user, group, policy or role of the account itself, whatever its path: names are taken whatever the path. */
  list(kind: IamResource): Promise<readonly ListedEntity[]>;
}

/** Asks the real API, or the local AWS emulator behind the same client. Throws the SDK's errors. */
export function iamLookup(client: IAMClient): IamLookup {
  return {
    async list(kind) {
      const config = { client, pageSize: 1000 };
      const found: ListedEntity[] = [];
      const add = (name: string | undefined, path: string | undefined, arn: string | undefined, id = ''): void => {
        if (name !== undefined && arn !== undefined) found.push({ kind, name, path: path ?? '/', arn, id });
      };
      if (kind === 'user') {
        for await (const { Users = [] } of paginateListUsers(config, {})) {
          for (const user of Users) add(user.UserName, user.Path, user.Arn, user.UserId);
        }
      } else if (kind === 'group') {
        for await (const { Groups = [] } of paginateListGroups(config, {})) {
          for (const group of Groups) add(group.GroupName, group.Path, group.Arn, group.GroupId);
        }
      } else if (kind === 'role') {
        for await (const { Roles = [] } of paginateListRoles(config, {})) {
          for (const role of Roles) add(role.RoleName, role.Path, role.Arn, role.RoleId);
        }
      } else {
        for await (const { Policies = [] } of paginateListPolicies(config, { Scope: 'Local' })) {
          for (const policy of Policies) add(policy.PolicyName, policy.Path, policy.Arn, policy.PolicyId);
        }
      }
      return found;
    },
  };
}

/** Something with a name that a plan creates. */
export interface PlannedCreate extends Pick<IamEntity, 'kind' | 'name' | 'path'> {
  /** `aws_iam_user.member_bo` */
  readonly address: string;
  /** The member's or role's key in the team file. */
  readonly key: string;
}

export interface Imported {
  readonly kind: IamResource;
  readonly key: string;
  /** The address, as an import block's `to`. */
  readonly to: string;
  /** A policy's ARN, else the name. */
  readonly id: string;
}

export interface Existing {
  /** What exists under the lab's path already, to be imported. */
  readonly imports: readonly Imported[];
  /** Names that exist outside the path. */
  readonly findings: readonly GuardrailBlock[];
}

/**
 * Finds what is planned as a creation and exists already: under the path it is ours (an apply that was killed has no
 * record of it), outside it the name is taken, and IAM's names are unique ignoring case. Asks nothing of a kind that
 * the plan does not create. Throws the SDK's errors.
 */
export async function findExisting(creates: readonly PlannedCreate[], iam: IamLookup): Promise<Existing> {
  const kinds = [...new Set(creates.map(({ kind }) => kind))];
  const found = (await Promise.all(kinds.map((kind) => iam.list(kind)))).flat();
  const byName = new Map(found.map((thing) => [nameKey(thing), thing]));
  const imports: Imported[] = [];
  const findings: GuardrailBlock[] = [];
  for (const create of creates) {
    const owner = byName.get(nameKey(create));
    const { kind, key, name, address } = create;
    if (owner === undefined) continue;
    // Another case would be another name in the state for ever, and is not one that this tool can have made.
    if (owner.path === create.path && owner.name === name) imports.push({ kind, key, to: address, id: idOf(owner) });
    else findings.push(block('name-taken', { kind, name, owner: owner.arn, key }));
  }
  return { imports, findings };
}

/** Asked before anything is created: without the boundary every user would fail, one after the other. */
export async function checkBoundary(arn: string, iam: IamLookup): Promise<readonly GuardrailBlock[]> {
  const policies = await iam.list('policy');
  return policies.some((policy) => policy.arn === arn) ? [] : [block('boundary-missing', { arn })];
}

function idOf({ kind, name, arn }: IamEntity): string {
  return kind === 'policy' ? arn : name;
}

/** IAM's names are unique whatever the path and case. */
export function nameKey({ kind, name }: Pick<IamEntity, 'kind' | 'name'>): string {
  return `${kind} ${name.toLowerCase()}`;
}
