import type { Account, CallContext } from './account.ts';
import { deleteBoundary, putBoundary } from './boundaries.ts';
import * as credentials from './credentials.ts';
import { ACCESS_KEY, CERTIFICATE, SERVICE_CREDENTIAL, SSH_KEY } from './credentials.ts';
import * as held from './entity-policies.ts';
import { GROUP, ROLE, USER } from './entity-policies.ts';
import * as groups from './groups.ts';
import { customerPolicy, namedPolicy, namedRole, namedUser } from './lookup.ts';
import * as oidc from './oidc-providers.ts';
import type { Run } from './operation.ts';
import { flag, type Params, text } from './params.ts';
import * as policies from './policies.ts';
import * as reports from './reports.ts';
import * as roles from './roles.ts';
import * as signIn from './sign-in.ts';
import { groupArn, mfaArn, oidcProviderArn, policyArn, roleArn, userArn } from './state.ts';
import { listTags, tag, untag } from './tags.ts';
import * as users from './users.ts';

/** The ARNs that a call is authorized on; all of them must be allowed. */
type Resources = (account: Account, params: Params, call: CallContext) => readonly string[];

export interface IamOperation {
  readonly run: Run;
  /** Whether it changes the account, and so goes into the journal. */
  readonly writes: boolean;
  readonly resources: Resources;
}

const ANY: Resources = () => ['*'];
const ON_USER: Resources = (account, params, call) => {
  const name = text(params, 'UserName');
  const own = call.caller.kind === 'user' ? account.state.users[call.caller.userId] : undefined;
  const user = name === null ? own : account.users.get(name.toLowerCase());
  // A user who does not exist has no path, so a caller whose policy names a path gets AccessDenied, not NoSuchEntity.
  return [userArn(account.state, user ?? { path: '/', name: name ?? '' })];
};
const ON_USER_OR_ALL: Resources = (account, params, call) =>
  flag(params, 'AllUsers') ? ['*'] : ON_USER(account, params, call);
const ON_GROUP: Resources = ({ state, groups: existing }, params) => {
  const name = text(params, 'GroupName') ?? '';
  return [groupArn(state, existing.get(name.toLowerCase()) ?? { path: '/', name })];
};
const ON_ROLE: Resources = ({ state, roles: existing }, params) => {
  const name = text(params, 'RoleName') ?? '';
  return [roleArn(state, existing.get(name.toLowerCase()) ?? { path: '/', name })];
};
const ON_PROVIDER: Resources = (_account, params) => [text(params, 'OpenIDConnectProviderArn') ?? '*'];
const NEW_PROVIDER: Resources = ({ state }, params) => [oidcProviderArn(state, text(params, 'Url') ?? '')];
const ON_POLICY: Resources = (_account, params) => [text(params, 'PolicyArn') ?? '*'];
const ON_DEVICE: Resources = (_account, params) => [text(params, 'SerialNumber') ?? '*'];
const created =
  (arnOf: typeof userArn, nameKey: string): Resources =>
  ({ state }, params) => [arnOf(state, { path: text(params, 'Path') ?? '/', name: text(params, nameKey) ?? '' })];
const NEW_USER = created(userArn, 'UserName');
const NEW_GROUP = created(groupArn, 'GroupName');
const NEW_ROLE = created(roleArn, 'RoleName');
const NEW_POLICY = created(policyArn, 'PolicyName');
const NEW_DEVICE = created(mfaArn, 'VirtualMFADeviceName');
// A rename needs leave for the old ARN and for the new one.
const moved =
  (kind: 'User' | 'Group', current: Resources, arnOf: typeof userArn): Resources =>
  (account, params, call) => {
    const named = (text(params, `${kind}Name`) ?? '').toLowerCase();
    const entity = (kind === 'User' ? account.users : account.groups).get(named);
    const path = text(params, 'NewPath') ?? entity?.path ?? '/';
    const name = text(params, `New${kind}Name`) ?? entity?.name ?? '';
    return [...current(account, params, call), arnOf(account.state, { path, name })];
  };
const MOVED_USER = moved('User', ON_USER, userArn);
const MOVED_GROUP = moved('Group', ON_GROUP, groupArn);
const KEY_OWNER: Resources = (account, params) => {
  const caller = account.keys.get(text(params, 'AccessKeyId') ?? '')?.caller;
  const user = caller?.kind === 'user' ? account.state.users[caller.userId] : undefined;
  return [user === undefined ? '*' : userArn(account.state, user)];
};

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
    TagUser: write(tag(namedUser), ON_USER),
    UntagUser: write(untag(namedUser), ON_USER),
    ListUserTags: read(listTags(namedUser), ON_USER),
    PutUserPermissionsBoundary: write(putBoundary(namedUser), ON_USER),
    DeleteUserPermissionsBoundary: write(deleteBoundary('user', namedUser), ON_USER),
    CreateGroup: write(groups.createGroup, NEW_GROUP),
    GetGroup: read(groups.getGroup, ON_GROUP),
    ListGroups: read(groups.listGroups, ANY),
    UpdateGroup: write(groups.updateGroup, MOVED_GROUP),
    DeleteGroup: write(groups.deleteGroup, ON_GROUP),
    AddUserToGroup: write(groups.addUserToGroup, ON_GROUP),
    RemoveUserFromGroup: write(groups.removeUserFromGroup, ON_GROUP),
    ListGroupsForUser: read(groups.listGroupsForUser, ON_USER),
    CreateRole: write(roles.createRole, NEW_ROLE),
    GetRole: read(roles.getRole, ON_ROLE),
    ListRoles: read(roles.listRoles, ANY),
    UpdateRole: write(roles.updateRole, ON_ROLE),
    UpdateRoleDescription: write(roles.updateRoleDescription, ON_ROLE),
    UpdateAssumeRolePolicy: write(roles.updateAssumeRolePolicy, ON_ROLE),
    DeleteRole: write(roles.deleteRole, ON_ROLE),
    TagRole: write(tag(namedRole), ON_ROLE),
    UntagRole: write(untag(namedRole), ON_ROLE),
    ListRoleTags: read(listTags(namedRole), ON_ROLE),
    PutRolePermissionsBoundary: write(putBoundary(namedRole), ON_ROLE),
    DeleteRolePermissionsBoundary: write(deleteBoundary('role', namedRole), ON_ROLE),
    ListInstanceProfilesForRole: read(roles.listInstanceProfilesForRole, ON_ROLE),
    CreateOpenIDConnectProvider: write(oidc.createProvider, NEW_PROVIDER),
    GetOpenIDConnectProvider: read(oidc.getProvider, ON_PROVIDER),
    ListOpenIDConnectProviders: read(oidc.listProviders, ANY),
    AddClientIDToOpenIDConnectProvider: write(oidc.addClientId, ON_PROVIDER),
    RemoveClientIDFromOpenIDConnectProvider: write(oidc.removeClientId, ON_PROVIDER),
    DeleteOpenIDConnectProvider: write(oidc.deleteProvider, ON_PROVIDER),
    TagOpenIDConnectProvider: write(tag(oidc.namedProvider), ON_PROVIDER),
    UntagOpenIDConnectProvider: write(untag(oidc.namedProvider), ON_PROVIDER),
    ListOpenIDConnectProviderTags: read(listTags(oidc.namedProvider), ON_PROVIDER),
    CreatePolicy: write(policies.createPolicy, NEW_POLICY),
    GetPolicy: read(policies.getPolicy, ON_POLICY),
    ListPolicies: read(policies.listPolicies, ANY),
    DeletePolicy: write(policies.deletePolicy, ON_POLICY),
    CreatePolicyVersion: write(policies.createPolicyVersion, ON_POLICY),
    GetPolicyVersion: read(policies.getPolicyVersion, ON_POLICY),
    ListPolicyVersions: read(policies.listPolicyVersions, ON_POLICY),
    DeletePolicyVersion: write(policies.deletePolicyVersion, ON_POLICY),
    SetDefaultPolicyVersion: write(policies.setDefaultPolicyVersion, ON_POLICY),
    TagPolicy: write(tag(customerPolicy), ON_POLICY),
    UntagPolicy: write(untag(customerPolicy), ON_POLICY),
    ListPolicyTags: read(listTags(namedPolicy), ON_POLICY),
    ListEntitiesForPolicy: read(held.listEntitiesForPolicy, ON_POLICY),
    AttachUserPolicy: write(held.attach(USER), ON_USER),
    DetachUserPolicy: write(held.detach(USER), ON_USER),
    ListAttachedUserPolicies: read(held.listAttached(USER), ON_USER),
    AttachGroupPolicy: write(held.attach(GROUP), ON_GROUP),
    DetachGroupPolicy: write(held.detach(GROUP), ON_GROUP),
    ListAttachedGroupPolicies: read(held.listAttached(GROUP), ON_GROUP),
    AttachRolePolicy: write(held.attach(ROLE), ON_ROLE),
    DetachRolePolicy: write(held.detach(ROLE), ON_ROLE),
    ListAttachedRolePolicies: read(held.listAttached(ROLE), ON_ROLE),
    PutRolePolicy: write(held.putInline(ROLE), ON_ROLE),
    GetRolePolicy: read(held.getInline(ROLE), ON_ROLE),
    DeleteRolePolicy: write(held.deleteInline(ROLE), ON_ROLE),
    ListRolePolicies: read(held.listInline(ROLE), ON_ROLE),
    PutUserPolicy: write(held.putInline(USER), ON_USER),
    GetUserPolicy: read(held.getInline(USER), ON_USER),
    DeleteUserPolicy: write(held.deleteInline(USER), ON_USER),
    ListUserPolicies: read(held.listInline(USER), ON_USER),
    PutGroupPolicy: write(held.putInline(GROUP), ON_GROUP),
    GetGroupPolicy: read(held.getInline(GROUP), ON_GROUP),
    DeleteGroupPolicy: write(held.deleteInline(GROUP), ON_GROUP),
    ListGroupPolicies: read(held.listInline(GROUP), ON_GROUP),
    CreateAccessKey: write(credentials.createAccessKey, ON_USER),
    ListAccessKeys: read(credentials.listCredentials(ACCESS_KEY), ON_USER),
    UpdateAccessKey: write(credentials.updateCredential(ACCESS_KEY), ON_USER),
    DeleteAccessKey: write(credentials.deleteCredential(ACCESS_KEY), ON_USER),
    GetAccessKeyLastUsed: read(credentials.getAccessKeyLastUsed, KEY_OWNER),
    CreateLoginProfile: write(signIn.createLoginProfile, ON_USER),
    GetLoginProfile: read(signIn.getLoginProfile, ON_USER),
    UpdateLoginProfile: write(signIn.updateLoginProfile, ON_USER),
    DeleteLoginProfile: write(signIn.deleteLoginProfile, ON_USER),
    CreateVirtualMFADevice: write(signIn.createVirtualMFADevice, NEW_DEVICE),
    ListVirtualMFADevices: read(signIn.listVirtualMFADevices, ANY),
    DeleteVirtualMFADevice: write(signIn.deleteVirtualMFADevice, ON_DEVICE),
    EnableMFADevice: write(signIn.enableMFADevice, ON_USER),
    DeactivateMFADevice: write(signIn.deactivateMFADevice, ON_USER),
    ListMFADevices: read(signIn.listMFADevices, ON_USER),
    UploadSSHPublicKey: write(credentials.uploadSSHPublicKey, ON_USER),
    GetSSHPublicKey: read(credentials.getSSHPublicKey, ON_USER),
    ListSSHPublicKeys: read(credentials.listCredentials(SSH_KEY), ON_USER),
    UpdateSSHPublicKey: write(credentials.updateCredential(SSH_KEY), ON_USER),
    DeleteSSHPublicKey: write(credentials.deleteCredential(SSH_KEY), ON_USER),
    UploadSigningCertificate: write(credentials.uploadSigningCertificate, ON_USER),
    ListSigningCertificates: read(credentials.listCredentials(CERTIFICATE), ON_USER),
    UpdateSigningCertificate: write(credentials.updateCredential(CERTIFICATE), ON_USER),
    DeleteSigningCertificate: write(credentials.deleteCredential(CERTIFICATE), ON_USER),
    CreateServiceSpecificCredential: write(credentials.createServiceSpecificCredential, ON_USER),
    ListServiceSpecificCredentials: read(credentials.listServiceSpecificCredentials, ON_USER_OR_ALL),
    UpdateServiceSpecificCredential: write(credentials.updateCredential(SERVICE_CREDENTIAL), ON_USER),
    DeleteServiceSpecificCredential: write(credentials.deleteCredential(SERVICE_CREDENTIAL), ON_USER),
    GetAccountAuthorizationDetails: read(reports.getAccountAuthorizationDetails, ANY),
    GenerateCredentialReport: read(reports.generateCredentialReport, ANY),
    GetCredentialReport: read(reports.getCredentialReport, ANY),
    GetAccountSummary: read(reports.getAccountSummary, ANY),
    ListAccountAliases: read(reports.listAccountAliases, ANY),
  }),
);
