import {
  GetPolicyCommand,
  type IAMClient,
  paginateGetGroup,
  paginateListGroups,
  paginateListPolicies,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { isMissing } from './aws-errors.ts';

export type IamEntityKind = 'user' | 'group' | 'policy';

/** Something in IAM that bears a name. */
export interface IamEntity {
  readonly kind: IamEntityKind;
  readonly name: string;
  /** `/mturk/perception-lab/` */
  readonly path: string;
  readonly arn: string;
}

/** What adoption asks of an account. */
export interface IamLookup {
  /** Every user, group or policy of the account itself, whatever its path: names are taken whatever the path. */
  list(kind: IamEntityKind): Promise<readonly IamEntity[]>;
  policyExists(arn: string): Promise<boolean>;
  /** Names of the users in a group, sorted; empty where there is no such group. */
  membersOf(group: string): Promise<readonly string[]>;
}

/** Asks the real API, or the local AWS emulator behind the same client. Throws the SDK's errors. */
export function iamLookup(client: IAMClient): IamLookup {
  return {
    async list(kind) {
      const found: IamEntity[] = [];
      for await (const page of pagesOf(kind, client)) {
        for (const { name, path, arn } of page) {
          if (name !== undefined && arn !== undefined) found.push({ kind, name, path: path ?? '/', arn });
        }
      }
      return found;
    },
    async policyExists(arn) {
      try {
        await client.send(new GetPolicyCommand({ PolicyArn: arn }));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
    async membersOf(group) {
      const members: string[] = [];
      try {
        for await (const { Users = [] } of paginateGetGroup({ client, pageSize: 1000 }, { GroupName: group })) {
          members.push(...Users.flatMap(({ UserName }) => UserName ?? []));
        }
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      return members.sort();
    },
  };
}

interface Raw {
  readonly name: string | undefined;
  readonly path: string | undefined;
  readonly arn: string | undefined;
}

async function* pagesOf(kind: IamEntityKind, client: IAMClient): AsyncGenerator<readonly Raw[]> {
  const config = { client, pageSize: 1000 };
  if (kind === 'user') {
    for await (const { Users = [] } of paginateListUsers(config, {})) {
      yield Users.map((user) => ({ name: user.UserName, path: user.Path, arn: user.Arn }));
    }
  } else if (kind === 'group') {
    for await (const { Groups = [] } of paginateListGroups(config, {})) {
      yield Groups.map((group) => ({ name: group.GroupName, path: group.Path, arn: group.Arn }));
    }
  } else {
    for await (const { Policies = [] } of paginateListPolicies(config, { Scope: 'Local' })) {
      yield Policies.map((policy) => ({ name: policy.PolicyName, path: policy.Path, arn: policy.Arn }));
    }
  }
}
