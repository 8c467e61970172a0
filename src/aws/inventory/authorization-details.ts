import {
  type EntityType,
  type GroupDetail,
  type IAMClient,
  type ManagedPolicyDetail,
  type PolicyDetail,
  paginateGetAccountAuthorizationDetails,
  type RoleDetail,
  type UserDetail,
} from '@aws-sdk/client-iam';
import { type AccountRole, isServiceLinked } from '../../access/account-role.ts';
import { type AccessModel, byName, type InlinePolicy, policyName } from '../../access/model.ts';
import { jsonOf } from '../../diagnostics/parse-data.ts';
import { isAwsPolicy } from '../../iam/arn.ts';
import { type PolicyDocument, parsePolicyDocument } from '../../iam/document.ts';
import { allPages, isoOfDate, UnreadableAnswer } from '../client.ts';
import type { EntityIds, Inventory, PolicyVersion } from '../types.ts';

/** Who may do what on an account, from GetAccountAuthorizationDetails. */
export interface AuthorizationDetails {
  readonly access: AccessModel;
  /** By name: every user of `access`; times are ISO 8601, UTC. */
  readonly users: ReadonlyMap<string, { readonly created: string }>;
  readonly ids: EntityIds;
  /** By ARN: every policy of `access`. */
  readonly policies: Inventory['policies'];
  readonly roles: Inventory['roles'];
  readonly rolePolicies: Inventory['rolePolicies'];
}

const FILTER: readonly EntityType[] = ['User', 'Group', 'Role', 'LocalManagedPolicy', 'AWSManagedPolicy'];

/** As many as IAM gives. */
export const MOST_A_PAGE = 1000;

/** One call a page. AWS's policies are left out unless a user, group or role has them: there are over a thousand. Throws the SDK's errors. */
export async function readAuthorizationDetails(
  client: IAMClient,
  account: string,
  pageSize = MOST_A_PAGE,
): Promise<AuthorizationDetails> {
  const pages = await allPages(paginateGetAccountAuthorizationDetails({ client, pageSize }, { Filter: [...FILTER] }));
  // An answer without any list is not an empty account.
  if (pages.some(({ UserDetailList, IsTruncated }) => UserDetailList === undefined && IsTruncated === undefined)) {
    throw new UnreadableAnswer('GetAccountAuthorizationDetails was answered without any details');
  }
  // What is renamed while pages are read may come twice.
  const details = distinct(pages.flatMap(({ UserDetailList = [] }) => UserDetailList));
  const users = details.map(userOf).sort(byName);
  const groupsDetailed = distinct(pages.flatMap(({ GroupDetailList = [] }) => GroupDetailList));
  const groups = groupsDetailed.map(groupOf).sort(byName);
  const held = new Set([
    ...[...users, ...groups].flatMap(({ attached }) => attached),
    ...users.flatMap(({ boundary }) => boundary ?? []),
  ]);
  const policies = distinct(pages.flatMap(({ Policies = [] }) => Policies));
  const found = policies.filter(({ Arn = '' }) => held.has(Arn) || Arn.startsWith(`arn:aws:iam::${account}:`));
  const roles = distinct(pages.flatMap(({ RoleDetailList = [] }) => RoleDetailList))
    .map(roleOf)
    .filter((role) => !isServiceLinked(role))
    .sort(byName);
  const heldByRoles = new Set(
    roles.flatMap(({ attached, boundary }) => [...attached, ...(boundary === null ? [] : [boundary])]),
  );
  return {
    access: { account, users, groups, policies: found.map(policyOf).sort(byName) },
    users: new Map(details.map(({ UserName = '', CreateDate }) => [UserName, { created: isoOfDate(CreateDate) }])),
    ids: {
      user: new Map(details.flatMap(({ UserName, UserId }) => (UserName && UserId ? [[UserName, UserId]] : []))),
      group: new Map(
        groupsDetailed.flatMap(({ GroupName, GroupId }) => (GroupName && GroupId ? [[GroupName, GroupId]] : [])),
      ),
    },
    policies: new Map(
      found.map((detail) => {
        const { Arn = '', AttachmentCount = 0, PermissionsBoundaryUsageCount = 0 } = detail;
        const versions = isAwsPolicy(Arn) ? [] : versionsOf(detail);
        return [Arn, { attachments: AttachmentCount + PermissionsBoundaryUsageCount, versions }];
      }),
    ),
    roles,
    rolePolicies: policies.filter(({ Arn = '' }) => heldByRoles.has(Arn)).map(policyOf),
  };
}

function distinct<Detail extends { readonly Arn?: string | undefined }>(details: readonly Detail[]): readonly Detail[] {
  return [...new Map(details.map((detail) => [detail.Arn, detail])).values()];
}

function userOf(user: UserDetail): AccessModel['users'][number] {
  return {
    name: user.UserName ?? '',
    path: user.Path ?? '/',
    groups: [...(user.GroupList ?? [])].sort(),
    attached: arnsOf(user.AttachedManagedPolicies),
    inline: inlineOf(user.UserPolicyList),
    boundary: user.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
    tags: tagsOf(user.Tags),
  };
}

function groupOf(group: GroupDetail): AccessModel['groups'][number] {
  return {
    name: group.GroupName ?? '',
    path: group.Path ?? '/',
    attached: arnsOf(group.AttachedManagedPolicies),
    inline: inlineOf(group.GroupPolicyList),
  };
}

function roleOf(role: RoleDetail): AccountRole {
  return {
    name: role.RoleName ?? '',
    path: role.Path ?? '/',
    arn: role.Arn ?? '',
    trust: jsonOf(decoded(role.AssumeRolePolicyDocument)) ?? null,
    attached: arnsOf(role.AttachedManagedPolicies),
    inline: inlineOf(role.RolePolicyList),
    boundary: role.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
    tags: tagsOf(role.Tags),
  };
}

function policyOf({ Arn = '', PolicyName, PolicyVersionList = [] }: ManagedPolicyDetail) {
  const inForce = PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion === true);
  // Not every endpoint names the policy beside its ARN, which ends with the name.
  return { arn: Arn, name: PolicyName || policyName(Arn), document: documentOf(inForce?.Document) };
}

function versionsOf({ PolicyVersionList = [] }: ManagedPolicyDetail): readonly PolicyVersion[] {
  return PolicyVersionList.map(({ VersionId = '', CreateDate, IsDefaultVersion, Document }) => ({
    id: VersionId,
    created: isoOfDate(CreateDate),
    isInForce: IsDefaultVersion === true,
    document: documentOf(Document),
  }));
}

function arnsOf(attached: readonly { PolicyArn?: string | undefined }[] = []): readonly string[] {
  return attached.flatMap(({ PolicyArn }) => PolicyArn ?? []).sort();
}

function inlineOf(policies: readonly PolicyDetail[] = []): readonly InlinePolicy[] {
  return policies
    .map(({ PolicyName = '', PolicyDocument: text }) => ({ name: PolicyName, document: documentOf(text) }))
    .sort(byName);
}

/** IAM hands documents out URL-encoded (RFC 3986). Null where IAM would call it malformed. */
function documentOf(encoded: string | undefined): PolicyDocument | null {
  return parsePolicyDocument(decoded(encoded));
}

/** Empty for what is not encoded so. */
function decoded(encoded = ''): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
}

function tagsOf(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = []) {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}
