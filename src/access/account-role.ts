import { toList } from '../iam/document.ts';
import { evaluate } from '../iam/evaluate.ts';
import type { RequestContext } from '../iam/pattern.ts';
import { policyAbout, readTrustPolicy, type TrustPolicy } from '../iam/resource-policy.ts';
import { conservativeDocument } from './conservative.ts';
import { keptFor } from './kept-for.ts';
import type { AccessUser, InlinePolicy } from './model.ts';
import { OPEN_KEYS, timeContextOf } from './request-context.ts';
import { laterMoments } from './time-conditions.ts';

/** A role of the account. Mechanical Turk takes no role's credentials, so that it is in no access model. */
export interface AccountRole {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** The trust policy as IAM has it; null if it is no JSON. */
  readonly trust: unknown;
  readonly inline: readonly InlinePolicy[];
  /** ARNs. */
  readonly attached: readonly string[];
  /** ARN of the permissions boundary, null if there is none. */
  readonly boundary: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** The same as what policies are read of: a role is in no group. */
export function rolePrincipal({ name, path, inline, attached, boundary, tags }: AccountRole): AccessUser {
  return { name, path, inline, attached, boundary, tags, groups: [] };
}

const AWS_SERVICE = '/aws-service-role/';
const SSO = /(:role\/aws-reserved\/sso\.amazonaws\.com\/(?:[\w-]+\/)?AWSReservedSSO_[\w+=,.@-]+)_[0-9a-f]{16}$/;

/** Whether AWS alone takes the role, and writes what it may: https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html */
export function isServiceLinked({ path }: Pick<AccountRole, 'path'>): boolean {
  return path.startsWith(AWS_SERVICE);
}

/** The ARN of a user or role by which it is known: IAM Identity Center gives a role another suffix when it makes it again. */
export function stableArn(arn: string): string {
  return arn.replace(SSO, '$1');
}

/** Who asks to assume a role: `isKnown` says which condition keys have a known value. */
interface Asking {
  readonly arn: string;
  readonly account: string;
  readonly context: RequestContext;
  readonly at: Date;
  readonly isKnown: (key: string) => boolean;
}

/** Whom the trust policy of a role lets assume it, from `at` on: a condition on what is not known is met. */
export function trusts(
  role: AccountRole,
  { arn, account, context, at, isKnown }: Asking,
): 'itself' | 'account' | 'none' {
  const trust = trustOf(role);
  // What cannot be read must not hide who is trusted.
  if (trust === null) return 'account';
  // Equivalent if mutated: it only ends earlier for most roles.
  if (trust.Statement.every(({ Principal }) => Principal !== '*' && !Principal.AWS && !Principal.Federated))
    return 'none';
  const name = /:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  const isSession = (each: string) => each.startsWith(`arn:aws:sts::${account}:assumed-role/${name}/`);
  const own = name === undefined ? [] : principalsIn(trust, 'AWS').filter(isSession);
  const moments = laterMoments([], [trust], at).map((moment) => ({ ...context, ...timeContextOf(moment) }));
  const isAllowedTo = (who: readonly string[]) => {
    const document = conservativeDocument(policyAbout(trust, who), isKnown);
    const policies = { identity: [{ policy: 'trust', document }], boundary: null };
    const request = { action: 'sts:AssumeRole', resource: role.arn, openKeys: OPEN_KEYS };
    return [context, ...moments].some(
      (each) => evaluate(policies, { ...request, context: each }).outcome === 'allowed',
    );
  };
  if (isAllowedTo([arn, ...own])) return 'itself';
  return isAllowedTo([`arn:aws:iam::${account}:root`, account]) ? 'account' : 'none';
}

/** Of the older name of a service, such as `states.us-east-1.amazonaws.com`. */
const REGION = /\.[a-z]{2}(?:-[a-z]+)+-\d(?=\.amazonaws\.com$)/;

/** Whether a role trusts a service of AWS, any for null, or an identity provider of the kind `saml-provider`. */
export function trustsService(role: AccountRole, service: string | null): boolean {
  const trust = trustOf(role);
  if (trust === null) return true;
  if (service === 'saml-provider') return principalsIn(trust, 'Federated').some((arn) => arn.includes(`:${service}/`));
  const services = principalsIn(trust, 'Service').map((name) => name.replace(REGION, ''));
  return service === null ? services.length > 0 : services.includes(service);
}

const trustOf = keptFor(({ trust }: AccountRole) => readTrustPolicy(trust));

function principalsIn({ Statement }: TrustPolicy, kind: 'AWS' | 'Federated' | 'Service'): readonly string[] {
  return Statement.flatMap(({ Effect, Principal }) =>
    // Equivalent if mutated: `*` has no kinds of principals.
    Effect === 'Allow' && Principal !== '*' ? toList(Principal[kind]) : [],
  );
}
