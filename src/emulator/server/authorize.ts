import { type PolicyDocument, statementsOf } from '../../iam/document.ts';
import {
  type AccessRequest,
  type Decision,
  evaluate,
  type PolicySource,
  type PrincipalPolicies,
} from '../../iam/evaluate.ts';
import type { RequestContext } from '../../iam/pattern.ts';
import { parseBucketPolicy, policyAbout } from '../../iam/resource-policy.ts';
import type { Account, Caller } from '../account/account.ts';
import { type AwsError, accessDenied } from '../account/aws-error.ts';
import { policyOf } from '../account/lookup.ts';
import { type Params, structures, text, texts } from '../account/params.ts';
import { readPolicyDocument } from '../account/policy-document.ts';
import { assumedRoleArn, assumedRoleId } from '../account/roles.ts';
import { type RoleRecord, roleArn, rootArn, type TagRecord, type UserRecord, userArn } from '../account/state.ts';

type BucketPolicy = NonNullable<ReturnType<typeof parseBucketPolicy>>;

/** How a decision names the policy of a bucket, among the policies of its caller. */
const BUCKET_POLICY = 'the policy of the bucket';

/** The ARN of who makes a call. */
export function callerArn(account: Account, caller: Caller): string {
  const principal = principalOf(account, caller);
  if (principal === undefined) return rootArn(account.state);
  if (caller.kind !== 'role') return userArn(account.state, principal);
  return assumedRoleArn(account.state, principal, caller.session);
}

/** The user that calls, or the role of a session; undefined for the root. */
function principalOf({ state }: Account, caller: Caller): UserRecord | RoleRecord | undefined {
  if (caller.kind === 'root') return undefined;
  return caller.kind === 'user' ? state.users[caller.userId] : state.roles[caller.session.roleId];
}

/** `UserId` of GetCallerIdentity, which conditions know as `aws:userid`. */
export function callerId(account: Account, caller: Caller): string {
  if (caller.kind === 'user') return caller.userId;
  const role = caller.kind === 'role' ? account.state.roles[caller.session.roleId] : undefined;
  return role === undefined || caller.kind !== 'role' ? account.state.accountId : assumedRoleId(role, caller.session);
}

/** A bucket as a request meets it. */
interface Bucket {
  /** Null if it has none. */
  readonly policy: string | null;
  readonly isForeign: boolean;
}

/**
 * Null where the caller may; otherwise AWS's refusal. The root may do everything; for any other caller, the project's
 * evaluator decides. The policy of a bucket counts like the caller's own if both are of one account; another account's must
 * allow the request, too.
 */
export function authorize(
  account: Account,
  caller: Caller,
  request: AccessRequest,
  { policy, isForeign }: Bucket = { policy: null, isForeign: false },
): AwsError | null {
  const parsed = policy === null ? null : parseBucketPolicy(policy);
  if (isForeign && (parsed === null || !givesAccess(account, caller, request, parsed)))
    return accessDenied('because no resource-based policy allows the action');
  if (caller.kind === 'root') return null;
  const principal = principalOf(account, caller);
  const own = principal === undefined ? { identity: [], boundary: null } : policiesOf(account, principal);
  const documents = parsed === null || isForeign ? [] : bucketPolicies(account, caller, parsed);
  const bucket = documents.map((document) => ({ policy: BUCKET_POLICY, document }));
  const policies = { ...own, identity: [...own.identity, ...bucket] };
  const decision = evaluate(policies, request);
  if (decision.outcome === 'allowed') return null;
  const subject = `User: ${callerArn(account, caller)} is not authorized to perform: ${request.action} on resource: ${request.resource}`;
  return accessDenied(`${subject} ${reason(policies, request.action, decision)}`);
}

function reason(policies: PrincipalPolicies, action: string, decision: Decision): string {
  if (decision.outcome === 'denied-explicitly') {
    const inIdentity = decision.by.some(({ source }) => policies.identity.includes(source));
    if (decision.by.some(({ source }) => source.policy === BUCKET_POLICY))
      return 'with an explicit deny in a resource-based policy';
    return `with an explicit deny in ${inIdentity ? 'an identity-based policy' : 'a permissions boundary'}`;
  }
  const kind = decision.stoppedByBoundary ? 'permissions boundary' : 'identity-based policy';
  return `because no ${kind} allows the ${action} action`;
}

/**
 * What the policy of a bucket says about a caller. A statement that allows the account leaves the decision to the policies
 * of its users and roles; one that denies it is about all of them:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts
 */
function bucketPolicies(account: Account, caller: Caller, policy: BucketPolicy): readonly PolicyDocument[] {
  const { accountId, roles } = account.state;
  const role = caller.kind === 'role' ? roles[caller.session.roleId] : undefined;
  const arns = role === undefined ? [] : [roleArn(account.state, role)];
  const ofAccount = policyAbout(policy, [rootArn(account.state), accountId]);
  const denies = statementsOf(ofAccount).filter(({ Effect }) => Effect === 'Deny');
  return [policyAbout(policy, [...arns, callerArn(account, caller)]), { ...ofAccount, Statement: denies }];
}

/** Whether the policy of another account's bucket allows the caller, or the whole account. */
function givesAccess(account: Account, caller: Caller, request: AccessRequest, policy: BucketPolicy): boolean {
  const document = policyAbout(policy, [rootArn(account.state), account.state.accountId, callerArn(account, caller)]);
  const identity = [{ policy: BUCKET_POLICY, document }];
  return evaluate({ identity, boundary: null }, request).outcome === 'allowed';
}

/** All that decides what a user or role may do: its own policies, its groups' and its boundary. */
function policiesOf(account: Account, principal: UserRecord | RoleRecord): PrincipalPolicies {
  const memberships = 'groups' in principal ? principal.groups : [];
  const groups = memberships.map((id) => account.state.groups[id]).filter((group) => group !== undefined);
  const identity = [principal, ...groups].flatMap(({ attached, inline }) => [
    ...attached.flatMap((arn) => managed(account, arn) ?? []),
    ...inline.flatMap(({ name, document }) => sourceOf(name, document) ?? []),
  ]);
  const boundary = principal.boundary === null ? null : managed(account, principal.boundary);
  return { identity, boundary };
}

function managed(account: Account, arn: string): PolicySource | null {
  const policy = policyOf(account, arn);
  const version = policy?.versions.find(({ id }) => id === policy.defaultVersion);
  return version === undefined ? null : sourceOf(arn, version.document);
}

function sourceOf(policy: string, text: string): PolicySource | null {
  const document = readPolicyDocument(text);
  return document === null ? null : { policy, document };
}

/** What a request's conditions are held against, whatever the service. */
export function callerContext(account: Account, caller: Caller, now: string, sourceIp: string): RequestContext {
  const principal = principalOf(account, caller);
  const context: Record<string, string | readonly string[]> = {
    'aws:CurrentTime': now,
    'aws:EpochTime': String(Math.floor(Date.parse(now) / 1_000)),
    'aws:SourceIp': sourceIp,
    // AWS itself is reached over TLS only: a policy that asks for it must not fail here for want of a certificate.
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': 'us-east-1',
    'aws:PrincipalAccount': account.state.accountId,
    'aws:PrincipalArn': callerArn(account, caller),
    'aws:PrincipalType': principal === undefined ? 'Account' : 'User',
    'aws:userid': callerId(account, caller),
  };
  if (principal === undefined) return context;
  for (const { key, value } of principal.tags) context[`aws:PrincipalTag/${key}`] = value;
  if (caller.kind === 'user') context['aws:username'] = principal.name;
  if (caller.kind === 'role') {
    // Of a session, conditions see the role's own ARN.
    context['aws:PrincipalArn'] = roleArn(account.state, principal);
    context['aws:PrincipalType'] = 'AssumedRole';
    context['aws:FederatedProvider'] = caller.session.provider;
  }
  return context;
}

/** What an IAM call adds: the tags it sends and finds, the policy it attaches, the boundary of the user or role it changes. */
export function iamContext(account: Account, action: string, params: Params): RequestContext {
  const context: Record<string, string | readonly string[]> = {};
  const sent = structures(params, 'Tags');
  for (const tag of sent) context[`aws:RequestTag/${text(tag, 'Key')}`] = text(tag, 'Value') ?? '';
  const keys = [...sent.map((tag) => text(tag, 'Key') ?? ''), ...texts(params, 'TagKeys')];
  if (keys.length > 0) context['aws:TagKeys'] = keys;
  const { tags = [], boundary: bounded = null } = targetOf(account, params) ?? {};
  for (const { key, value } of tags) {
    context[`aws:ResourceTag/${key}`] = value;
    context[`iam:ResourceTag/${key}`] = value;
  }
  const policy = text(params, 'PolicyArn');
  if (policy !== null && /^(?:Attach|Detach)/.test(action)) context['iam:PolicyARN'] = policy;
  const boundary = text(params, 'PermissionsBoundary') ?? bounded;
  if (boundary !== null) context['iam:PermissionsBoundary'] = boundary;
  return context;
}

interface Target {
  readonly tags: readonly TagRecord[];
  readonly boundary?: string | null;
}

function targetOf({ users, roles, state }: Account, params: Params): Target | undefined {
  const name = (key: string) => text(params, key)?.toLowerCase() ?? '';
  return (
    users.get(name('UserName')) ??
    roles.get(name('RoleName')) ??
    state.oidcProviders[text(params, 'OpenIDConnectProviderArn') ?? ''] ??
    state.policies[text(params, 'PolicyArn') ?? '']
  );
}
