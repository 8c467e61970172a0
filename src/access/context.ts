import { iamArn } from '../iam/arn.ts';
import type { RequestContext } from '../iam/evaluate.ts';
import type { AccessModel, AccessUser } from './model.ts';

/** What a decision depends on besides the policies. */
export interface Circumstances {
  readonly at: Date;
  /** Unknown where left out: a condition about it then sees no value. */
  readonly sourceIp?: string;
}

/** MTurk and IAM are answered from one region. */
const REGION = 'us-east-1';

export function userArn(model: Pick<AccessModel, 'account'>, user: Pick<AccessUser, 'name' | 'path'>): string {
  return iamArn(model.account, 'user', user.path, user.name);
}

/**
 * The condition keys that AWS fills in for a call signed with a user's own access key. There is no
 * `aws:MultiFactorAuthPresent` among them: a long-term key has none, and MTurk takes no other.
 */
export function contextOf(model: AccessModel, user: AccessUser, { at, sourceIp }: Circumstances): RequestContext {
  const tags = Object.entries(user.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value] as const);
  return {
    'aws:CurrentTime': at.toISOString(),
    'aws:EpochTime': String(Math.floor(at.getTime() / 1000)),
    'aws:username': user.name,
    'aws:PrincipalArn': userArn(model, user),
    'aws:PrincipalAccount': model.account,
    'aws:PrincipalType': 'User',
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': REGION,
    ...(sourceIp === undefined ? {} : { 'aws:SourceIp': sourceIp }),
    ...Object.fromEntries(tags),
  };
}
