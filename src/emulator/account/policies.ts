import { QUOTAS } from '../../iam/quotas.ts';
import type { Account } from './account.ts';
import { policyArn } from './arns.ts';
import { deleteConflict, entityAlreadyExists, isAwsError, limitExceeded } from './aws-error.ts';
import { AWS_MANAGED_POLICIES } from './aws-managed.ts';
import { nextId } from './ids.ts';
import { namedPolicy } from './lookup.ts';
import { checkedName, checkedPath, checkedTags, constraint, mergedTags } from './naming.ts';
import { page } from './paging.ts';
import { flag, requiredText, text } from './params.ts';
import { checkedManagedDocument } from './policy-text.ts';
import { customerPolicy } from './policy-versions.ts';
import type { Reply, Run } from './reply.ts';
import type { PolicyRecord } from './state.ts';
import { tagsReply } from './users.ts';

const POLICIES_LIMIT = QUOTAS.policiesPerAccount;
const NAME_LENGTH = QUOTAS.policyNameLength;

/** A policy as lists show it; GetPolicy and CreatePolicy add description and tags. */
export function policyReply(account: Account, policy: PolicyRecord): Reply {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: account.attachments.get(policy.arn)?.size ?? 0,
    PermissionsBoundaryUsageCount: account.bounded.get(policy.arn)?.size ?? 0,
    IsAttachable: true,
    CreateDate: policy.created,
    UpdateDate: policy.updated,
  };
}

function fullReply(account: Account, policy: PolicyRecord): Reply {
  return { ...policyReply(account, policy), Description: policy.description, Tags: tagsReply(policy.tags) };
}

export const createPolicy: Run = (account, params, call) => {
  const name = checkedName(params, 'PolicyName', NAME_LENGTH);
  if (isAwsError(name)) return name;
  const path = checkedPath(params);
  if (isAwsError(path)) return path;
  const description = text(params, 'Description');
  if (description !== null && description.length > 1_000) {
    return constraint('description', 'Member must have length less than or equal to 1000');
  }
  const given = checkedTags(params);
  if (isAwsError(given)) return given;
  const tags = mergedTags([], given);
  if (isAwsError(tags)) return tags;
  const written = requiredText(params, 'PolicyDocument');
  if (isAwsError(written)) return written;
  const document = checkedManagedDocument(written);
  if (isAwsError(document)) return document;
  if (account.policies.has(name.toLowerCase())) {
    return entityAlreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
  }
  if (account.policies.size >= POLICIES_LIMIT) {
    return limitExceeded(`Cannot exceed quota for PoliciesPerAccount: ${POLICIES_LIMIT}`);
  }
  const policy: PolicyRecord = {
    id: nextId(account.state, 'ANPA'),
    name,
    path,
    arn: policyArn(account.state, { name, path }),
    description,
    created: call.now,
    updated: call.now,
    defaultVersion: 'v1',
    nextVersion: 2,
    versions: [{ id: 'v1', document, created: call.now }],
    tags,
  };
  account.state.policies[policy.arn] = policy;
  account.policies.set(name.toLowerCase(), policy);
  return { Policy: fullReply(account, policy) };
};

export const getPolicy: Run = (account, params) => {
  const policy = namedPolicy(account, params);
  return isAwsError(policy) ? policy : { Policy: fullReply(account, policy) };
};

export const listPolicies: Run = (account, params) => {
  const scope = text(params, 'Scope') ?? 'All';
  const prefix = text(params, 'PathPrefix') ?? '/';
  const onlyAttached = flag(params, 'OnlyAttached');
  const usage = text(params, 'PolicyUsageFilter');
  const all = [
    ...(scope === 'AWS' ? [] : account.policies.values()),
    ...(scope === 'Local' ? [] : AWS_MANAGED_POLICIES),
  ];
  const found = all.filter(
    (policy) =>
      policy.path.startsWith(prefix) &&
      (!onlyAttached || account.attachments.has(policy.arn)) &&
      (usage !== 'PermissionsBoundary' || account.bounded.has(policy.arn)),
  );
  const policies = page(found, (policy) => policy.arn, params);
  if (isAwsError(policies)) return policies;
  return { Policies: policies.items.map((policy) => policyReply(account, policy)), ...policies.rest };
};

export const deletePolicy: Run = (account, params) => {
  const policy = customerPolicy(account, params);
  if (isAwsError(policy)) return policy;
  if (account.attachments.has(policy.arn)) return deleteConflict('Cannot delete a policy attached to entities.');
  if (account.bounded.has(policy.arn)) {
    return deleteConflict('Cannot delete a policy that is used as a permissions boundary.');
  }
  if (policy.versions.length > 1) {
    return deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  account.policies.delete(policy.name.toLowerCase());
  delete account.state.policies[policy.arn];
  return {};
};
