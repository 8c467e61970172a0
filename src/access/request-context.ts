import { iamArn } from '../iam/arn.ts';
import { conditionsOf, type Statement, toList } from '../iam/document.ts';
import { hasVariables, type RequestContext } from '../iam/pattern.ts';
import type { AccessModel, AccessUser } from './model.ts';

/** What a decision depends on besides the policies. */
export interface Circumstances {
  readonly at: Date;
  /** `OPEN_KEYS` by default. */
  readonly openKeys?: readonly string[];
}

/**
 * Condition keys that depend on the call, or on what is not in the model. An Allow from one address counts as allowed, and a
 * Deny from all others does not deny.
 */
export const OPEN_KEYS: readonly string[] = [
  'aws:sourceip',
  'aws:vpcsourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:useragent',
  'aws:referer',
  'aws:userid',
  'aws:principalorgid',
  'aws:principalorgpaths',
];

/** Mechanical Turk and IAM are answered from one region. */
const REGION = 'us-east-1';

/**
 * The condition keys that AWS fills in for a call signed with a user's own access key. There is no
 * `aws:MultiFactorAuthPresent` among them: a long-term key has none, and Mechanical Turk takes no other.
 */
export function contextOf(model: AccessModel, user: AccessUser, circumstances: Circumstances): RequestContext {
  const tags = Object.entries(user.tags).map(([key, value]) => [`${PRINCIPAL_TAG}${key}`, value] as const);
  return {
    ...sharedContextOf(model, circumstances),
    'aws:username': user.name,
    'aws:PrincipalArn': userArn(model, user),
    ...Object.fromEntries(tags),
  };
}

export function userArn({ account }: Pick<AccessModel, 'account'>, { path, name }: AccessUser): string {
  return iamArn(account, 'user', path, name);
}

/** The part of `contextOf` that is the same for every user of the account. */
export function sharedContextOf(model: AccessModel, { at }: Circumstances): RequestContext {
  return {
    ...timeContextOf(at),
    'aws:PrincipalAccount': model.account,
    'aws:PrincipalType': 'User',
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': REGION,
  };
}

/** The part of `contextOf` that is another one at another moment. */
export function timeContextOf(at: Date): RequestContext {
  return { 'aws:CurrentTime': at.toISOString(), 'aws:EpochTime': String(Math.floor(at.getTime() / 1000)) };
}

const PRINCIPAL_TAG = 'aws:PrincipalTag/';
const LOWERED_TAG = PRINCIPAL_TAG.toLowerCase();
const PERSONAL_KEYS: readonly string[] = ['aws:username', 'aws:principalarn'];

/** Whether a condition key has another value for another user of the account. */
export function isPersonalKey(key: string): boolean {
  const lowered = key.toLowerCase();
  return PERSONAL_KEYS.includes(lowered) || lowered.startsWith(LOWERED_TAG);
}

/** Whether a statement can mean something else for another user of the account. */
export function dependsOnUser(statement: Statement, version: string | undefined): boolean {
  const resources = toList(statement.Resource ?? statement.NotResource);
  if (resources.some((text) => hasVariables(text, version))) return true;
  return conditionsOf(statement).some(
    ({ key, values }) => isPersonalKey(key) || values.some((text) => hasVariables(text, version)),
  );
}
