import { type PolicyDocument, type Statement, statementsOf, toList } from '../../iam/document.ts';
import { actionMatches, evaluate, type PolicySource, type PrincipalPolicies } from '../../iam/evaluate.ts';
import { type RequestContext, valuesOf } from '../../iam/pattern.ts';
import { type AccountRole, trusts } from '../account-role.ts';
import { keptFor } from '../kept-for.ts';
import { OPEN_KEYS } from '../request-context.ts';

/** A user, a role, or a group, which stands for any of its members. */
export interface Principal {
  readonly kind: 'user' | 'group' | 'role';
  readonly arn: string;
  readonly account: string;
  /** With conditions on what is not known met. */
  readonly policies: PrincipalPolicies;
  readonly groups: readonly string[];
  /** Those of its groups that deny anything. */
  readonly limits: readonly string[];
  readonly context: RequestContext;
  readonly at: Date;
  readonly any: Any;
  /** Whether a condition key has a known value. */
  readonly isKnown: (key: string) => boolean;
  /** The same without what may be done only to what has a lab's boundary: who is made that way is limited. */
  readonly unbounded: () => PrincipalPolicies;
}

/** What of a principal can be any, because it can change it itself, or stands for several users or sessions. */
export interface Any {
  readonly tags: boolean;
  /** And the path. */
  readonly name: boolean;
}

export function isAllowed(principal: Principal, action: string, resource: string): boolean {
  return outcomeOf(principal, action, resource) === 'allowed';
}

function outcomeOf({ policies, context }: Principal, action: string, resource: string) {
  return evaluate(policies, { action, resource, context, openKeys: OPEN_KEYS }).outcome;
}

/** A trust policy that names the principal needs no Allow; one that names the account leaves it to the principal's policies. */
export function canAssume(principal: Principal, role: AccountRole): boolean {
  const trusted = trusts(role, principal);
  if (trusted === 'none') return false;
  const outcome = outcomeOf(principal, 'sts:AssumeRole', role.arn);
  return outcome === 'allowed' || (trusted === 'itself' && outcome === 'denied-implicitly');
}

/** Quick check before each resource is evaluated: most actions are allowed on none. */
export function mayBeAllowed({ identity, boundary }: PrincipalPolicies, action: string): boolean {
  const limits = boundary === null ? [] : [boundary];
  const isOutright = ({ Condition, Resource }: Statement) => Condition === undefined && toList(Resource).includes('*');
  return (
    // Equivalent if mutated: without a part of it, only more is evaluated.
    about('Allow', identity, [action]).length > 0 &&
    limits.every((limit) => about('Allow', [limit], [action]).length > 0) &&
    !about('Deny', allOf({ identity, boundary }), [action]).some(isOutright)
  );
}

export function allOf({ identity, boundary }: PrincipalPolicies): readonly PolicySource[] {
  return boundary === null ? identity : [...identity, boundary];
}

export function mapPolicies(
  { identity, boundary }: PrincipalPolicies,
  map: (document: PolicyDocument) => PolicyDocument,
): PrincipalPolicies {
  const mapped = (source: PolicySource) => ({ ...source, document: map(source.document) });
  return { identity: identity.map(mapped), boundary: boundary && mapped(boundary) };
}

/** ARNs of each kind to which the principal's policies limit some actions; `kind`: such as `user/`, or any. */
export function samplesOf(
  { policies, account, context }: Principal,
  actions: readonly string[],
  kind: string,
): readonly string[] {
  const sources = allOf(policies);
  const samples = [
    ...about('Allow', sources, actions).flatMap(({ Resource = '*' }) => toList(Resource)),
    ...about('Deny', sources, actions).flatMap(({ NotResource }) => toList(NotResource)),
  ];
  const any = kind === '' ? '*' : `arn:aws:iam::${account}:${kind}*`;
  const inAccount = samples.map((text) => text.replace(ANY_ACCOUNT, `arn:aws:iam::${account}:`));
  const patterns = [...new Set([any, ...inAccount.filter((text) => text !== '*')])];
  // One name can be of several patterns, of which each limits another action.
  const parts = patterns.map((text) => text.split('*')).filter(({ length }) => length > 1);
  const inside = parts.flatMap((each) => each.slice(1, -1)).filter((text) => text !== '');
  const ends = [...new Set(parts.map((each) => each.at(-1) ?? ''))];
  const joined = parts.flatMap(([start = '']) => ends.map((end) => [start, ...inside, end].join('*')));
  const named = [...patterns, ...joined];
  const written = FILLERS.flatMap((filler) => named.map((text) => sampleOf(text, account, context, filler)));
  return [...new Set(written)].filter((arn) => kind === '' || arn.includes(`:${kind}`));
}

/** Names of samples. IAM takes no policy that has the second, so that no Deny names it. */
const FILLERS = ['x', '…'];

function sampleOf(pattern: string, account: string, context: RequestContext, filler: string): string {
  if (pattern === '*') return pattern;
  return pattern
    .replace(ANY_ACCOUNT, `arn:aws:iam::${account}:`)
    .replace(/\$\{([^}]*)\}/g, (_variable, key: string) => valuesOf(context, key)?.[0] ?? filler)
    .replace(/[*?]/g, filler);
}

/**
 * The ARNs that what allows an action names; null if it names more than can be listed. By far most policies name a user's
 * own things alone, so that a large account is not evaluated for each pair of users.
 */
export function namesIn({ policies, account, context }: Principal, action: string): ReadonlySet<string> | null {
  const named = new Set<string>();
  for (const { Resource = '*' } of about('Allow', policies.identity, [action])) {
    for (const text of toList(Resource)) {
      const resource = text
        .replace(ANY_ACCOUNT, `arn:aws:iam::${account}:`)
        .replace(OWN_NAME, () => String(context['aws:username'] ?? ''));
      if (/[*?$]/.test(resource)) return null;
      named.add(resource);
    }
  }
  return named;
}

const ANY_ACCOUNT = /^arn:aws:iam::\*:/;
const OWN_NAME = /\$\{aws:username\}/gi;

/** What some policies allow or deny of some actions. */
function about(
  effect: Statement['Effect'],
  sources: readonly PolicySource[],
  actions: readonly string[],
): readonly Statement[] {
  return sources.flatMap(({ document }) =>
    statementsOf(document).filter(
      (statement) => statement.Effect === effect && actions.some((action) => isAbout(statement, action)),
    ),
  );
}

/** By statement and action: each is asked at many moments. */
const answersOf = keptFor((_statement: Statement) => new Map<string, boolean>());

function isAbout(statement: Statement, action: string): boolean {
  const known = answersOf(statement);
  const found = known.get(action) ?? actionMatches(statement, action);
  known.set(action, found);
  return found;
}
