import type { Account } from './account.ts';
import { groupArn, userArn } from './arns.ts';
import { attachedReply } from './attachments.ts';
import { isAwsError } from './aws-error.ts';
import { AWS_MANAGED_POLICIES } from './aws-managed.ts';
import { boundaryReply } from './boundary.ts';
import { page } from './paging.ts';
import { texts } from './params.ts';
import { policyReply } from './policies.ts';
import { encodedDocument } from './policy-text.ts';
import { versionWithDocument } from './policy-versions.ts';
import type { Reply, Run } from './reply.ts';
import type { GroupRecord, InlineRecord, PolicyRecord, UserRecord } from './state.ts';
import { tagsReply } from './users.ts';

type Entity =
  | { readonly kind: 'User'; readonly name: string; readonly user: UserRecord }
  | { readonly kind: 'Group'; readonly name: string; readonly group: GroupRecord }
  | { readonly kind: 'LocalManagedPolicy' | 'AWSManagedPolicy'; readonly name: string; readonly policy: PolicyRecord };

/** Users, groups and policies in pages that run across the kinds, as IAM pages them. AWS's policies are listed where they are attached. */
export const getAccountAuthorizationDetails: Run = (account, params) => {
  const filter = texts(params, 'Filter');
  const all = entities(account).filter(({ kind }) => filter.length === 0 || filter.includes(kind));
  const found = page(all, ({ kind, name }) => `${kind} ${name.toLowerCase()}`, params);
  if (isAwsError(found)) return found;
  const users: Reply[] = [];
  const groups: Reply[] = [];
  const policies: Reply[] = [];
  for (const entity of found.items) {
    if (entity.kind === 'User') users.push(userDetail(account, entity.user));
    else if (entity.kind === 'Group') groups.push(groupDetail(account, entity.group));
    else policies.push(policyDetail(account, entity.policy));
  }
  return { UserDetailList: users, GroupDetailList: groups, RoleDetailList: [], Policies: policies, ...found.rest };
};

function entities(account: Account): Entity[] {
  const attachedAws = AWS_MANAGED_POLICIES.filter(
    ({ arn }) => account.attachments.has(arn) || account.bounded.has(arn),
  );
  return [
    ...Array.from(account.users.values(), (user): Entity => ({ kind: 'User', name: user.name, user })),
    ...Array.from(account.groups.values(), (group): Entity => ({ kind: 'Group', name: group.name, group })),
    ...Array.from(
      account.policies.values(),
      (policy): Entity => ({ kind: 'LocalManagedPolicy', name: policy.name, policy }),
    ),
    ...attachedAws.map((policy): Entity => ({ kind: 'AWSManagedPolicy', name: policy.name, policy })),
  ];
}

function userDetail(account: Account, user: UserRecord): Reply {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(account.state, user),
    CreateDate: user.created,
    UserPolicyList: user.inline.length > 0 ? user.inline.map(inlineDetail) : null,
    GroupList: user.groups.map((id) => account.state.groups[id]?.name),
    AttachedManagedPolicies: user.attached.map((arn) => attachedReply(account, arn)),
    PermissionsBoundary: boundaryReply(user.boundary),
    Tags: tagsReply(user.tags),
  };
}

function groupDetail(account: Account, group: GroupRecord): Reply {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(account.state, group),
    CreateDate: group.created,
    GroupPolicyList: group.inline.map(inlineDetail),
    AttachedManagedPolicies: group.attached.map((arn) => attachedReply(account, arn)),
  };
}

function policyDetail(account: Account, policy: PolicyRecord): Reply {
  return {
    ...policyReply(account, policy),
    Description: policy.description,
    PolicyVersionList: policy.versions.toReversed().map((version) => versionWithDocument(policy, version)),
  };
}

function inlineDetail(policy: InlineRecord): Reply {
  return { PolicyName: policy.name, PolicyDocument: encodedDocument(policy.document) };
}
