import { QUOTAS } from '../../iam/quotas.ts';
import type { Account } from './account.ts';
import { deleteConflict, entityAlreadyExists, limitExceeded } from './aws-error.ts';
import { AWS_MANAGED_POLICIES } from './aws-managed.ts';
import { customerPolicy, namedPolicy, namedWithin } from './lookup.ts';
import { operation, pageReply, type Reader, type Reply, type Run, underPath } from './operation.ts';
import { descriptionOf, flag, nameOf, pathOf, text } from './params.ts';
import { encodedDocument, givenManagedDocument } from './policy-document.ts';
import { nextId, type PolicyRecord, type PolicyVersionRecord, policyArn } from './state.ts';
import { newTags, tagsReply } from './tags.ts';

const POLICIES_LIMIT = QUOTAS.policiesPerAccount;
const VERSIONS_LIMIT = QUOTAS.policyVersions;

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

export const createPolicy = operation(
  {
    name: nameOf('PolicyName', QUOTAS.policyNameLength),
    path: pathOf(),
    description: descriptionOf,
    tags: newTags,
    document: givenManagedDocument,
  },
  ({ account, call, name, path, description, tags, document }) => {
    if (account.policies.has(name.toLowerCase()))
      return entityAlreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
    if (account.policies.size >= POLICIES_LIMIT)
      return limitExceeded(`Cannot exceed quota for PoliciesPerAccount: ${POLICIES_LIMIT}`);
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
  },
);

export const getPolicy = operation({ policy: namedPolicy }, ({ account, policy }) => ({
  Policy: fullReply(account, policy),
}));

export const listPolicies: Run = (account, params) => {
  const scope = text(params, 'Scope') ?? 'All';
  const all = [
    ...(scope === 'AWS' ? [] : account.policies.values()),
    ...(scope === 'Local' ? [] : AWS_MANAGED_POLICIES),
  ];
  const found = underPath(params, all).filter(
    ({ arn }) =>
      (!flag(params, 'OnlyAttached') || account.attachments.has(arn)) &&
      (text(params, 'PolicyUsageFilter') !== 'PermissionsBoundary' || account.bounded.has(arn)),
  );
  return pageReply(
    params,
    'Policies',
    found,
    ({ arn }) => arn,
    (policy) => policyReply(account, policy),
  );
};

export const deletePolicy = operation({ policy: customerPolicy }, ({ account, policy }) => {
  if (account.attachments.has(policy.arn)) return deleteConflict('Cannot delete a policy attached to entities.');
  if (account.bounded.has(policy.arn))
    return deleteConflict('Cannot delete a policy that is used as a permissions boundary.');
  if (policy.versions.length > 1) {
    return deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  account.policies.delete(policy.name.toLowerCase());
  delete account.state.policies[policy.arn];
  return {};
});

function versionReply(policy: PolicyRecord, version: PolicyVersionRecord): Reply {
  return { VersionId: version.id, IsDefaultVersion: version.id === policy.defaultVersion, CreateDate: version.created };
}

/** A version with its document, as GetPolicyVersion and the account's details show it. */
export function versionWithDocument(policy: PolicyRecord, version: PolicyVersionRecord): Reply {
  return { Document: encodedDocument(version.document), ...versionReply(policy, version) };
}

const versionOf = (read: Reader<PolicyRecord>) =>
  namedWithin(
    read,
    'VersionId',
    (policy, id) => policy.versions.find((each) => each.id === id),
    ({ arn }, id) => `Policy ${arn} version ${id} does not exist or is not attachable.`,
  );

export const createPolicyVersion = operation(
  { policy: customerPolicy, document: givenManagedDocument },
  ({ params, call, policy, document }) => {
    if (policy.versions.length >= VERSIONS_LIMIT) {
      return limitExceeded(
        `A managed policy can have up to ${VERSIONS_LIMIT} versions. Before you create a new version, you must delete an existing version.`,
      );
    }
    const version: PolicyVersionRecord = { id: `v${policy.nextVersion}`, document, created: call.now };
    policy.nextVersion += 1;
    policy.versions.push(version);
    if (flag(params, 'SetAsDefault')) policy.defaultVersion = version.id;
    policy.updated = call.now;
    return { PolicyVersion: versionReply(policy, version) };
  },
);

export const getPolicyVersion = operation({ found: versionOf(namedPolicy) }, ({ found: [policy, version] }) => ({
  PolicyVersion: versionWithDocument(policy, version),
}));

export const listPolicyVersions = operation({ policy: namedPolicy }, ({ params, policy }) =>
  pageReply(
    params,
    'Versions',
    policy.versions,
    // Newest first, as IAM lists them.
    ({ id }) => String(1e6 - Number(id.slice(1))),
    (version) => versionReply(policy, version),
  ),
);

export const deletePolicyVersion = operation({ found: versionOf(customerPolicy) }, ({ found: [policy, version] }) => {
  if (version.id === policy.defaultVersion) return deleteConflict('Cannot delete the default version of a policy.');
  policy.versions = policy.versions.filter((other) => other !== version);
  return {};
});

export const setDefaultPolicyVersion = operation(
  { found: versionOf(customerPolicy) },
  ({ call, found: [policy, version] }) => {
    policy.defaultVersion = version.id;
    policy.updated = call.now;
    return {};
  },
);
