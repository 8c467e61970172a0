import { QUOTAS } from '../../iam/quotas.ts';
import type { Account } from './account.ts';
import { type AwsError, accessDenied, deleteConflict, isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { namedPolicy } from './lookup.ts';
import { page } from './paging.ts';
import { flag, type Params, requiredText } from './params.ts';
import { checkedManagedDocument, encodedDocument } from './policy-text.ts';
import type { Reply, Run } from './reply.ts';
import type { PolicyRecord, PolicyVersionRecord } from './state.ts';

const VERSIONS_LIMIT = QUOTAS.policyVersions;

/** The policy that a call changes; policies of AWS cannot be changed. */
export function customerPolicy(account: Account, params: Params): PolicyRecord | AwsError {
  const policy = namedPolicy(account, params);
  if (isAwsError(policy)) return policy;
  return (
    account.state.policies[policy.arn] ??
    accessDenied(`Cannot perform the operation on the protected policy ${policy.arn}.`)
  );
}

function versionReply(policy: PolicyRecord, version: PolicyVersionRecord): Reply {
  return { VersionId: version.id, IsDefaultVersion: version.id === policy.defaultVersion, CreateDate: version.created };
}

/** A version with its document, as GetPolicyVersion and the account's details show it. */
export function versionWithDocument(policy: PolicyRecord, version: PolicyVersionRecord): Reply {
  return { Document: encodedDocument(version.document), ...versionReply(policy, version) };
}

function namedVersion(policy: PolicyRecord, params: Params): PolicyVersionRecord | AwsError {
  const id = requiredText(params, 'VersionId');
  if (isAwsError(id)) return id;
  const found = policy.versions.find((version) => version.id === id);
  return found ?? noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
}

export const createPolicyVersion: Run = (account, params, call) => {
  const policy = customerPolicy(account, params);
  if (isAwsError(policy)) return policy;
  const written = requiredText(params, 'PolicyDocument');
  if (isAwsError(written)) return written;
  const document = checkedManagedDocument(written);
  if (isAwsError(document)) return document;
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
};

export const getPolicyVersion: Run = (account, params) => {
  const policy = namedPolicy(account, params);
  if (isAwsError(policy)) return policy;
  const version = namedVersion(policy, params);
  return isAwsError(version) ? version : { PolicyVersion: versionWithDocument(policy, version) };
};

export const listPolicyVersions: Run = (account, params) => {
  const policy = namedPolicy(account, params);
  if (isAwsError(policy)) return policy;
  // Newest first, as IAM lists them.
  const versions = page(policy.versions, (version) => String(1e6 - Number(version.id.slice(1))), params);
  if (isAwsError(versions)) return versions;
  return { Versions: versions.items.map((version) => versionReply(policy, version)), ...versions.rest };
};

export const deletePolicyVersion: Run = (account, params) => {
  const policy = customerPolicy(account, params);
  if (isAwsError(policy)) return policy;
  const version = namedVersion(policy, params);
  if (isAwsError(version)) return version;
  if (version.id === policy.defaultVersion) return deleteConflict('Cannot delete the default version of a policy.');
  policy.versions = policy.versions.filter((other) => other !== version);
  return {};
};

export const setDefaultPolicyVersion: Run = (account, params, call) => {
  const policy = customerPolicy(account, params);
  if (isAwsError(policy)) return policy;
  const version = namedVersion(policy, params);
  if (isAwsError(version)) return version;
  policy.defaultVersion = version.id;
  policy.updated = call.now;
  return {};
};
