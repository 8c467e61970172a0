import type { Account, CallContext } from './account.ts';
import { groupArn, mfaArn, userArn } from './arns.ts';
import * as attachments from './attachments.ts';
import { getAccountAuthorizationDetails } from './authorization-details.ts';
import { deleteUserPermissionsBoundary, putUserPermissionsBoundary } from './boundary.ts';
import { generateCredentialReport, getCredentialReport } from './credential-report.ts';
import * as groups from './groups.ts';
import * as inline from './inline.ts';
import * as keys from './keys.ts';
import * as login from './login-profile.ts';
import * as mfa from './mfa.ts';
import { flag, type Params, text } from './params.ts';
import * as policies from './policies.ts';
import * as versions from './policy-versions.ts';
import type { Run } from './reply.ts';
import { getAccountSummary, listAccountAliases } from './summary.ts';
import * as tags from './tags.ts';
import * as credentials from './user-credentials.ts';
import * as users from './users.ts';

/** The ARNs that a call is authorised on; all of them must be allowed. */
type Resources = (account: Account, params: Params, call: CallContext) => readonly string[];

export interface IamOperation {
  readonly run: Run;
  /** Whether it changes the account, and so goes into the journal. */
  readonly writes: boolean;
  readonly resources: Resources;
}

const ANY: Resources = () => ['*'];
const ON_USER: Resources = (account, params, call) => [userResource(account, params, call)];
const ON_USER_OR_ALL: Resources = (account, params, call) =>
  flag(params, 'AllUsers') ? ['*'] : ON_USER(account, params, call);
const ON_GROUP: Resources = (account, params) => [groupResource(account, text(params, 'GroupName') ?? '')];
const ON_POLICY: Resources = (_account, params) => [text(params, 'PolicyArn') ?? '*'];
const ON_DEVICE: Resources = (_account, params) => [text(params, 'SerialNumber') ?? '*'];
const NEW_USER: Resources = ({ state }, params) => [
  userArn(state, { path: text(params, 'Path') ?? '/', name: text(params, 'UserName') ?? '' }),
];
const NEW_GROUP: Resources = ({ state }, params) => [
  groupArn(state, { path: text(params, 'Path') ?? '/', name: text(params, 'GroupName') ?? '' }),
];
const NEW_POLICY: Resources = ({ state }, params) => [
  `arn:aws:iam::${state.accountId}:policy${text(params, 'Path') ?? '/'}${text(params, 'PolicyName') ?? ''}`,
];
const NEW_DEVICE: Resources = ({ state }, params) => [
  mfaArn(state, { path: text(params, 'Path') ?? '/', name: text(params, 'VirtualMFADeviceName') ?? '' }),
];
// A rename needs leave for the old ARN and for the new one.
const MOVED_USER: Resources = (account, params, call) => {
  const user = account.users.get((text(params, 'UserName') ?? '').toLowerCase());
  const path = text(params, 'NewPath') ?? user?.path ?? '/';
  const name = text(params, 'NewUserName') ?? user?.name ?? '';
  return [userResource(account, params, call), userArn(account.state, { path, name })];
};
const MOVED_GROUP: Resources = (account, params) => {
  const group = account.groups.get((text(params, 'GroupName') ?? '').toLowerCase());
  const path = text(params, 'NewPath') ?? group?.path ?? '/';
  const name = text(params, 'NewGroupName') ?? group?.name ?? '';
  return [groupResource(account, text(params, 'GroupName') ?? ''), groupArn(account.state, { path, name })];
};
const KEY_OWNER: Resources = (account, params) => {
  const caller = account.keys.get(text(params, 'AccessKeyId') ?? '')?.caller;
  const user = caller?.kind === 'user' ? account.state.users[caller.userId] : undefined;
  return [user === undefined ? '*' : userArn(account.state, user)];
};

function userResource(account: Account, params: Params, call: CallContext): string {
  const name = text(params, 'UserName');
  const own = call.caller.kind === 'user' ? account.state.users[call.caller.userId] : undefined;
  const user = name === null ? own : account.users.get(name.toLowerCase());
  // A user who does not exist has no path, so a caller whose policy names a path gets AccessDenied, not NoSuchEntity.
  return user === undefined ? userArn(account.state, { path: '/', name: name ?? '' }) : userArn(account.state, user);
}

function groupResource(account: Account, name: string): string {
  return groupArn(account.state, account.groups.get(name.toLowerCase()) ?? { path: '/', name });
}

const read = (run: Run, resources: Resources): IamOperation => ({ run, resources, writes: false });
const write = (run: Run, resources: Resources): IamOperation => ({ run, resources, writes: true });

/** Every IAM call that the account answers, by its name. */
export const IAM_OPERATIONS: ReadonlyMap<string, IamOperation> = new Map(
  Object.entries({
    CreateUser: write(users.createUser, NEW_USER),
    GetUser: read(users.getUser, ON_USER),
    ListUsers: read(users.listUsers, ANY),
    UpdateUser: write(users.updateUser, MOVED_USER),
    DeleteUser: write(users.deleteUser, ON_USER),
    TagUser: write(tags.tagUser, ON_USER),
    UntagUser: write(tags.untagUser, ON_USER),
    ListUserTags: read(tags.listUserTags, ON_USER),
    PutUserPermissionsBoundary: write(putUserPermissionsBoundary, ON_USER),
    DeleteUserPermissionsBoundary: write(deleteUserPermissionsBoundary, ON_USER),
    CreateGroup: write(groups.createGroup, NEW_GROUP),
    GetGroup: read(groups.getGroup, ON_GROUP),
    ListGroups: read(groups.listGroups, ANY),
    UpdateGroup: write(groups.updateGroup, MOVED_GROUP),
    DeleteGroup: write(groups.deleteGroup, ON_GROUP),
    AddUserToGroup: write(groups.addUserToGroup, ON_GROUP),
    RemoveUserFromGroup: write(groups.removeUserFromGroup, ON_GROUP),
    ListGroupsForUser: read(groups.listGroupsForUser, ON_USER),
    CreatePolicy: write(policies.createPolicy, NEW_POLICY),
    GetPolicy: read(policies.getPolicy, ON_POLICY),
    ListPolicies: read(policies.listPolicies, ANY),
    DeletePolicy: write(policies.deletePolicy, ON_POLICY),
    CreatePolicyVersion: write(versions.createPolicyVersion, ON_POLICY),
    GetPolicyVersion: read(versions.getPolicyVersion, ON_POLICY),
    ListPolicyVersions: read(versions.listPolicyVersions, ON_POLICY),
    DeletePolicyVersion: write(versions.deletePolicyVersion, ON_POLICY),
    SetDefaultPolicyVersion: write(versions.setDefaultPolicyVersion, ON_POLICY),
    TagPolicy: write(tags.tagPolicy, ON_POLICY),
    UntagPolicy: write(tags.untagPolicy, ON_POLICY),
    ListPolicyTags: read(tags.listPolicyTags, ON_POLICY),
    ListEntitiesForPolicy: read(attachments.listEntitiesForPolicy, ON_POLICY),
    AttachUserPolicy: write(attachments.attachUserPolicy, ON_USER),
    DetachUserPolicy: write(attachments.detachUserPolicy, ON_USER),
    ListAttachedUserPolicies: read(attachments.listAttachedUserPolicies, ON_USER),
    AttachGroupPolicy: write(attachments.attachGroupPolicy, ON_GROUP),
    DetachGroupPolicy: write(attachments.detachGroupPolicy, ON_GROUP),
    ListAttachedGroupPolicies: read(attachments.listAttachedGroupPolicies, ON_GROUP),
    PutUserPolicy: write(inline.putUserPolicy, ON_USER),
    GetUserPolicy: read(inline.getUserPolicy, ON_USER),
    DeleteUserPolicy: write(inline.deleteUserPolicy, ON_USER),
    ListUserPolicies: read(inline.listUserPolicies, ON_USER),
    PutGroupPolicy: write(inline.putGroupPolicy, ON_GROUP),
    GetGroupPolicy: read(inline.getGroupPolicy, ON_GROUP),
    DeleteGroupPolicy: write(inline.deleteGroupPolicy, ON_GROUP),
    ListGroupPolicies: read(inline.listGroupPolicies, ON_GROUP),
    CreateAccessKey: write(keys.createAccessKey, ON_USER),
    ListAccessKeys: read(keys.listAccessKeys, ON_USER),
    UpdateAccessKey: write(keys.updateAccessKey, ON_USER),
    DeleteAccessKey: write(keys.deleteAccessKey, ON_USER),
    GetAccessKeyLastUsed: read(keys.getAccessKeyLastUsed, KEY_OWNER),
    CreateLoginProfile: write(login.createLoginProfile, ON_USER),
    GetLoginProfile: read(login.getLoginProfile, ON_USER),
    UpdateLoginProfile: write(login.updateLoginProfile, ON_USER),
    DeleteLoginProfile: write(login.deleteLoginProfile, ON_USER),
    CreateVirtualMFADevice: write(mfa.createVirtualMFADevice, NEW_DEVICE),
    ListVirtualMFADevices: read(mfa.listVirtualMFADevices, ANY),
    DeleteVirtualMFADevice: write(mfa.deleteVirtualMFADevice, ON_DEVICE),
    EnableMFADevice: write(mfa.enableMFADevice, ON_USER),
    DeactivateMFADevice: write(mfa.deactivateMFADevice, ON_USER),
    ListMFADevices: read(mfa.listMFADevices, ON_USER),
    UploadSSHPublicKey: write(credentials.uploadSSHPublicKey, ON_USER),
    GetSSHPublicKey: read(credentials.getSSHPublicKey, ON_USER),
    ListSSHPublicKeys: read(credentials.listSSHPublicKeys, ON_USER),
    UpdateSSHPublicKey: write(credentials.updateSSHPublicKey, ON_USER),
    DeleteSSHPublicKey: write(credentials.deleteSSHPublicKey, ON_USER),
    UploadSigningCertificate: write(credentials.uploadSigningCertificate, ON_USER),
    ListSigningCertificates: read(credentials.listSigningCertificates, ON_USER),
    UpdateSigningCertificate: write(credentials.updateSigningCertificate, ON_USER),
    DeleteSigningCertificate: write(credentials.deleteSigningCertificate, ON_USER),
    CreateServiceSpecificCredential: write(credentials.createServiceSpecificCredential, ON_USER),
    ListServiceSpecificCredentials: read(credentials.listServiceSpecificCredentials, ON_USER_OR_ALL),
    UpdateServiceSpecificCredential: write(credentials.updateServiceSpecificCredential, ON_USER),
    DeleteServiceSpecificCredential: write(credentials.deleteServiceSpecificCredential, ON_USER),
    GetAccountAuthorizationDetails: read(getAccountAuthorizationDetails, ANY),
    GenerateCredentialReport: write(generateCredentialReport, ANY),
    GetCredentialReport: read(getCredentialReport, ANY),
    GetAccountSummary: read(getAccountSummary, ANY),
    ListAccountAliases: read(listAccountAliases, ANY),
  } satisfies Record<string, IamOperation>),
);
