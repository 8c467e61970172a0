import {
  type AccessRequest,
  type Decision,
  evaluate,
  type PolicySource,
  type PrincipalPolicies,
} from '../../iam/evaluate.ts';
import type { Account, Caller } from '../account/account.ts';
import { rootArn, userArn } from '../account/arns.ts';
import { type AwsError, accessDenied } from '../account/aws-error.ts';
import { policyOf } from '../account/lookup.ts';
import { readPolicyDocument } from '../account/policy-documents.ts';
import type { InlineRecord, UserRecord } from '../account/state.ts';

/** The ARN of who makes a call. */
export function callerArn(account: Account, caller: Caller): string {
  if (caller.kind === 'root') return rootArn(account.state);
  const user = account.state.users[caller.userId];
  return user === undefined ? rootArn(account.state) : userArn(account.state, user);
}

/** Null where the caller may; otherwise AWS's refusal. The root may everything, everybody else what the project's evaluator says. */
export function authorize(account: Account, caller: Caller, request: AccessRequest): AwsError | null {
  if (caller.kind === 'root') return null;
  const user = account.state.users[caller.userId];
  const policies: PrincipalPolicies = user === undefined ? { identity: [], boundary: null } : policiesOf(account, user);
  const decision = evaluate(policies, request);
  if (decision.outcome === 'allowed') return null;
  const subject = `User: ${callerArn(account, caller)} is not authorized to perform: ${request.action} on resource: ${request.resource}`;
  return accessDenied(`${subject} ${reason(policies, request.action, decision)}`);
}

function reason(policies: PrincipalPolicies, action: string, decision: Decision): string {
  if (decision.outcome === 'denied-explicitly') {
    const inIdentity = decision.by.some((by) => policies.identity.some((source) => source.policy === by.policy));
    return `with an explicit deny in ${inIdentity ? 'an identity-based policy' : 'a permissions boundary'}`;
  }
  const kind = decision.stoppedByBoundary ? 'permissions boundary' : 'identity-based policy';
  return `because no ${kind} allows the ${action} action`;
}

/** All that decides what a user may do: its own policies, its groups' and its boundary. */
function policiesOf(account: Account, user: UserRecord): PrincipalPolicies {
  const identity: PolicySource[] = [];
  add(account, identity, `user ${user.name}`, user);
  for (const id of user.groups) {
    const group = account.state.groups[id];
    if (group !== undefined) add(account, identity, `group ${group.name}`, group);
  }
  const boundary = user.boundary === null ? null : managed(account, `user ${user.name}`, user.boundary);
  return { identity, boundary };
}

interface Holder {
  readonly attached: readonly string[];
  readonly inline: readonly InlineRecord[];
}

function add(account: Account, sources: PolicySource[], holder: string, { attached, inline }: Holder): void {
  for (const arn of attached) {
    const source = managed(account, holder, arn);
    if (source !== null) sources.push(source);
  }
  for (const { name, document } of inline) {
    const read = readPolicyDocument(document);
    if (read.ok) sources.push({ holder, policy: name, document: read.document });
  }
}

function managed(account: Account, holder: string, arn: string): PolicySource | null {
  const policy = policyOf(account, arn);
  const version = policy?.versions.find(({ id }) => id === policy.defaultVersion);
  if (version === undefined) return null;
  const read = readPolicyDocument(version.document);
  return read.ok ? { holder, policy: arn, document: read.document } : null;
}
