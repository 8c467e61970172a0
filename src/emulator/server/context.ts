import type { RequestContext } from '../../iam/pattern.ts';
import type { Account, Caller } from '../account/account.ts';
import { type Params, structures, text, texts } from '../account/params.ts';
import type { TagRecord } from '../account/state.ts';
import { callerArn } from './authorize.ts';

/** What a request's conditions are held against, whatever the service. */
export function callerContext(account: Account, caller: Caller, now: string, sourceIp: string): RequestContext {
  const user = caller.kind === 'user' ? account.state.users[caller.userId] : undefined;
  const context: Record<string, string | readonly string[]> = {
    'aws:CurrentTime': now,
    'aws:EpochTime': String(Math.floor(Date.parse(now) / 1_000)),
    'aws:SourceIp': sourceIp,
    // AWS itself is reached over TLS only: a policy that asks for it must not fail here for want of a certificate.
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': 'us-east-1',
    'aws:PrincipalAccount': account.state.accountId,
    'aws:PrincipalArn': callerArn(account, caller),
    'aws:PrincipalType': user === undefined ? 'Account' : 'User',
    'aws:userid': user?.id ?? account.state.accountId,
  };
  if (user !== undefined) {
    context['aws:username'] = user.name;
    for (const { key, value } of user.tags) context[`aws:PrincipalTag/${key}`] = value;
  }
  return context;
}

/** What an IAM call adds: the tags it sends and finds, the policy it attaches, the boundary of the user it changes. */
export function iamContext(account: Account, action: string, params: Params): RequestContext {
  const context: Record<string, string | readonly string[]> = {};
  const sent = structures(params, 'Tags');
  for (const tag of sent) context[`aws:RequestTag/${text(tag, 'Key')}`] = text(tag, 'Value') ?? '';
  const keys = [...sent.map((tag) => text(tag, 'Key') ?? ''), ...texts(params, 'TagKeys')];
  if (keys.length > 0) context['aws:TagKeys'] = keys;
  const user = account.users.get((text(params, 'UserName') ?? '').toLowerCase());
  for (const { key, value } of tagsOfTarget(account, params)) {
    context[`aws:ResourceTag/${key}`] = value;
    context[`iam:ResourceTag/${key}`] = value;
  }
  const policy = text(params, 'PolicyArn');
  if (policy !== null && /^(?:Attach|Detach)/.test(action)) context['iam:PolicyARN'] = policy;
  const boundary = text(params, 'PermissionsBoundary') ?? user?.boundary ?? null;
  if (boundary !== null) context['iam:PermissionsBoundary'] = boundary;
  return context;
}

function tagsOfTarget(account: Account, params: Params): readonly TagRecord[] {
  const user = account.users.get((text(params, 'UserName') ?? '').toLowerCase());
  return user?.tags ?? account.state.policies[text(params, 'PolicyArn') ?? '']?.tags ?? [];
}
