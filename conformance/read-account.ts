import {
  type GroupDetail,
  type IAMClient,
  type ManagedPolicyDetail,
  type PolicyDetail,
  paginateGetAccountAuthorizationDetails,
  type UserDetail,
} from '@aws-sdk/client-iam';
import { decide } from '../src/access/decide.ts';
import type { AccessModel, InlinePolicy } from '../src/access/model.ts';
import { OPERATIONS } from '../src/catalog/mturk.ts';
import type { PolicyDocument } from '../src/iam/document.ts';
import { canonical, isObject, stableJson } from './canonical.ts';
import type { AccessTable } from './compare-steps.ts';
import { ACCOUNT, TODAY } from './lifecycle-team.ts';

/** The account's access as IAM itself reports it, through GetAccountAuthorizationDetails. */
export async function readAccount(iam: IAMClient): Promise<AccessModel> {
  const users: UserDetail[] = [];
  const groups: GroupDetail[] = [];
  const policies: ManagedPolicyDetail[] = [];
  for await (const page of paginateGetAccountAuthorizationDetails({ client: iam, pageSize: 1000 }, {})) {
    users.push(...(page.UserDetailList ?? []));
    groups.push(...(page.GroupDetailList ?? []));
    policies.push(...(page.Policies ?? []));
  }
  return {
    account: ACCOUNT,
    users: byName(
      users.map((user) => ({
        name: user.UserName ?? '',
        path: user.Path ?? '/',
        groups: [...(user.GroupList ?? [])].sort(),
        attached: arnsOf(user.AttachedManagedPolicies),
        inline: inlineOf(user.UserPolicyList),
        boundary: user.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
        tags: Object.fromEntries((user.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
      })),
    ),
    groups: byName(
      groups.map((group) => ({
        name: group.GroupName ?? '',
        path: group.Path ?? '/',
        attached: arnsOf(group.AttachedManagedPolicies),
        inline: inlineOf(group.GroupPolicyList),
      })),
    ),
    policies: byName(
      policies.map((policy) => ({
        arn: policy.Arn ?? '',
        name: policy.PolicyName ?? '',
        document: readDocument(policy.PolicyVersionList?.find((version) => version.IsDefaultVersion)?.Document),
      })),
    ),
  };
}

/** What each user of the account may do at noon of the lifecycle's day, decided for all 39 operations. */
export function accessTable(model: AccessModel): AccessTable {
  const at = new Date(`${TODAY}T12:00:00Z`);
  return Object.fromEntries(
    model.users.map((user) => [
      user.name,
      OPERATIONS.filter((operation) => decide(model, user.name, operation, { at }).outcome === 'allowed'),
    ]),
  );
}

/**
 * Everything of the account that the lifecycle can change, one fact for each attribute (`user bo groups`); AWS's own
 * policies stand in it by their attachments.
 */
export function accountFacts(model: AccessModel): Readonly<Record<string, string>> {
  const own = model.policies.filter(({ arn }) => arn.startsWith(`arn:aws:iam::${model.account}:`));
  const recorded: readonly (readonly [string, object])[] = [
    ...model.users.map((user) => [`user ${user.name}`, user] as const),
    ...model.groups.map((group) => [`group ${group.name}`, group] as const),
    ...own.map((policy) => [`policy ${policy.arn}`, policy] as const),
  ];
  return Object.fromEntries(
    recorded.flatMap(([subject, facts]) =>
      Object.entries(facts).map(([attribute, value]) => [`${subject} ${attribute}`, stableJson(canonical(value))]),
    ),
  );
}

function arnsOf(attached: readonly { PolicyArn?: string | undefined }[] | undefined): readonly string[] {
  return (attached ?? []).map(({ PolicyArn }) => PolicyArn ?? '').sort();
}

function inlineOf(list: readonly PolicyDetail[] | undefined): readonly InlinePolicy[] {
  return byName(
    (list ?? []).map((policy) => ({ name: policy.PolicyName ?? '', document: readDocument(policy.PolicyDocument) })),
  );
}

/** IAM answers documents URL-encoded. */
function readDocument(text: string | undefined): PolicyDocument | null {
  if (text === undefined) return null;
  const parsed: unknown = JSON.parse(decodeURIComponent(text));
  return isDocument(parsed) ? parsed : null;
}

function isDocument(value: unknown): value is PolicyDocument {
  return isObject(value) && 'Statement' in value;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
}
