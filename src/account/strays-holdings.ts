import {
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  paginateGetGroup,
  paginateListAttachedGroupPolicies,
  paginateListAttachedUserPolicies,
  paginateListEntitiesForPolicy,
  paginateListGroupPolicies,
  paginateListGroupsForUser,
  paginateListUserPolicies,
} from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../iam/document.ts';
import { parsePolicyDocument } from '../iam/document-check.ts';
import type { GroupHolding, PolicyHolding, UserHolding } from './strays.ts';

export type { GroupHolding, PolicyHolding, UserHolding } from './strays.ts';

/** What users, groups and policies of an account hold. Each is null where there is no such thing (any more). */
export interface IamHoldings {
  group(name: string): Promise<GroupHolding | null>;
  user(name: string): Promise<UserHolding | null>;
  /** The account's own or AWS's, by ARN. */
  policy(arn: string): Promise<PolicyHolding | null>;
  /** The users and groups that a policy is attached to; none where there is no such policy. */
  holdersOf(arn: string): Promise<readonly { readonly kind: 'user' | 'group'; readonly name: string }[]>;
}

/** Asks the real API, or the account in a process behind the same client. Throws the SDK's errors. */
export function iamHoldings(client: IAMClient): IamHoldings {
  const pages = { client, pageSize: 1000 };
  return {
    group: (name) =>
      nullWhereMissing(async () => {
        const GroupName = name;
        const members = await gather(paginateGetGroup(pages, { GroupName }), ({ Users = [] }) =>
          Users.flatMap(({ UserName }) => UserName ?? []),
        );
        const attached = await gather(
          paginateListAttachedGroupPolicies(pages, { GroupName }),
          ({ AttachedPolicies = [] }) => AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []),
        );
        const names = await gather(
          paginateListGroupPolicies(pages, { GroupName }),
          ({ PolicyNames = [] }) => PolicyNames,
        );
        const inline = await inTurn(names, async (policy) => {
          const found = await client.send(new GetGroupPolicyCommand({ GroupName, PolicyName: policy }));
          return { name: policy, document: documentOf(found.PolicyDocument) };
        });
        return { members, attached, inline };
      }),
    user: (name) =>
      nullWhereMissing(async () => {
        const UserName = name;
        const { User } = await client.send(new GetUserCommand({ UserName }));
        const groups = await gather(paginateListGroupsForUser(pages, { UserName }), ({ Groups = [] }) =>
          Groups.flatMap(({ GroupName }) => GroupName ?? []),
        );
        const attached = await gather(
          paginateListAttachedUserPolicies(pages, { UserName }),
          ({ AttachedPolicies = [] }) => AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []),
        );
        const names = await gather(
          paginateListUserPolicies(pages, { UserName }),
          ({ PolicyNames = [] }) => PolicyNames,
        );
        const inline = await inTurn(names, async (policy) => {
          const found = await client.send(new GetUserPolicyCommand({ UserName, PolicyName: policy }));
          return { name: policy, document: documentOf(found.PolicyDocument) };
        });
        const tags = (User?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value] as const);
        const boundary = User?.PermissionsBoundary?.PermissionsBoundaryArn ?? null;
        return { groups, attached, inline, boundary, tags: Object.fromEntries(tags) };
      }),
    policy: (arn) =>
      nullWhereMissing(async () => {
        const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn: arn }));
        const { PolicyVersion } = await client.send(
          new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: Policy?.DefaultVersionId }),
        );
        return {
          document: documentOf(PolicyVersion?.Document),
          attachments: (Policy?.AttachmentCount ?? 0) + (Policy?.PermissionsBoundaryUsageCount ?? 0),
        };
      }),
    holdersOf: async (arn) => {
      const request = { PolicyArn: arn, PolicyUsageFilter: 'PermissionsPolicy' } as const;
      const read = async () => {
        const holders: { kind: 'user' | 'group'; name: string }[] = [];
        for await (const { PolicyGroups = [], PolicyUsers = [] } of paginateListEntitiesForPolicy(pages, request)) {
          for (const { GroupName } of PolicyGroups) if (GroupName) holders.push({ kind: 'group', name: GroupName });
          for (const { UserName } of PolicyUsers) if (UserName) holders.push({ kind: 'user', name: UserName });
        }
        return holders;
      };
      return (await nullWhereMissing(read)) ?? [];
    },
  };
}

/** IAM hands documents out URL-encoded (RFC 3986), every one of these operations. */
function documentOf(encoded: string | undefined): PolicyDocument | null {
  if (encoded === undefined) return null;
  try {
    return parsePolicyDocument(decodeURIComponent(encoded));
  } catch {
    return null;
  }
}

async function gather<Page>(pages: AsyncIterable<Page>, items: (page: Page) => readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(...items(page));
  return found.sort();
}

/** One after the other: IAM throttles a whole account together. */
async function inTurn<Item, Value>(items: readonly Item[], read: (item: Item) => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (const item of items) values.push(await read(item));
  return values;
}

/** What was listed a moment ago may be gone by the time it is read. */
async function nullWhereMissing<Value>(read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && /^NoSuchEntity/.test(error.name)) return null;
    throw error;
  }
}
