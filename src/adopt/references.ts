import type { AccountRole } from '../access/account-role.ts';
import type { AccessModel, AccessUser } from '../access/model.ts';
import { contextOf } from '../access/request-context.ts';
import { isObject } from '../diagnostics/parse-data.ts';
import { iamArn, isAwsPolicy } from '../iam/arn.ts';
import { conditionsHold } from '../iam/conditions.ts';
import { type ConditionBlock, toList } from '../iam/document.ts';
import { resourceMatches } from '../iam/evaluate.ts';
import { hasVariables } from '../iam/pattern.ts';
import { type Carrier, carriersIn } from '../offboard/facts.ts';
import { iamName, labPath, memberTags } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import type { Candidate } from './candidates.ts';

/** A policy in any shape of JSON, and what has it. */
interface FoundPolicy {
  readonly policy: string;
  readonly of: Carrier | { readonly kind: 'bucket' | 'policy'; readonly name: string };
  readonly json: unknown;
  /** Whether it is about the calls of all. */
  readonly isShared?: true;
}

/** Something in a policy that means something else for some IAM users once they have the lab's names, paths and tags. */
export interface Reference {
  readonly policy: string;
  readonly of: FoundPolicy['of'];
  readonly part: 'resource' | 'condition' | 'variable';
  /** A resource, or `operator key`. */
  readonly text: string;
  /** Whether it matches the users now and not then; false the other way round, or if a variable has another value. */
  readonly stops: boolean;
  readonly users: readonly string[];
}

/** What can name users: bucket policies are read of S3. */
export interface Referring {
  readonly access: AccessModel;
  readonly roles: readonly AccountRole[];
  readonly buckets: readonly { readonly bucket: string; readonly json: unknown }[];
}

/** What changes its meaning once the candidates are the lab's. IAM follows principals by itself. */
export function referencesTo(
  candidates: readonly Candidate[],
  { lab }: Pick<Team, 'lab'>,
  account: Referring,
): readonly Reference[] {
  const { access } = account;
  const people = candidates.map(({ user, key }): Person => {
    const moved = { ...user, name: iamName(lab, key), path: labPath(lab), tags: memberTags(lab, key) };
    const view = (of: AccessUser) => ({
      arn: iamArn(access.account, 'user', of.path, of.name),
      context: { ...contextOf(access, of, { at: new Date(0) }), ...resourceTags(of) },
    });
    const groups = access.groups.filter(({ name }) => user.groups.includes(name));
    const policies = new Set([user, ...groups].flatMap(({ attached }) => attached));
    return { user, policies, before: view(user), after: view(moved) };
  });
  return policiesIn(account).flatMap((found) => {
    const callers = people.filter((person) => isAbout(found, person));
    return statementsIn(found.json).flatMap((statement) => referencesIn(found, statement, people, callers));
  });
}

interface View {
  readonly arn: string;
  readonly context: ReturnType<typeof contextOf>;
}

interface Person {
  readonly user: AccessUser;
  /** ARNs of managed policies, those of groups too. */
  readonly policies: ReadonlySet<string>;
  readonly before: View;
  readonly after: View;
}

function referencesIn(
  { policy, of }: FoundPolicy,
  { version, resources, conditions }: FoundStatement,
  people: readonly Person[],
  callers: readonly Person[],
): readonly Reference[] {
  const reference = (part: Reference['part'], text: string, stops: boolean, among: readonly Person[]) =>
    among.length === 0 ? [] : [{ policy, of, part, text, stops, users: among.map(({ user }) => user.name) }];
  const changes = (part: Reference['part'], text: string, among: readonly Person[], holds: (view: View) => boolean) =>
    [true, false].flatMap((stops) =>
      reference(
        part,
        text,
        stops,
        among.filter(({ before, after }) => holds(before) === stops && holds(after) !== stops),
      ),
    );
  return [
    ...resources.flatMap((text) => {
      if (!MAY_BE_USER.test(text) && !VARIABLE_OF_CALLER.test(text)) return [];
      const isVariable = hasUserVariable(text, version);
      const named = changes('resource', text, isVariable ? callers : people, ({ arn, context }) =>
        resourceMatches({ Effect: 'Allow', Resource: text }, version, arn, context),
      );
      return named.length === 0 && isVariable ? reference('variable', text, false, callers) : named;
    }),
    ...conditions.flatMap(([operator, key, values]) => {
      const Condition: ConditionBlock = { [operator]: { [key]: values } };
      const text = `${operator} ${key}`;
      const among = OF_RESOURCE.test(key) ? people : OF_CALLER.test(key) ? callers : null;
      if (among !== null) {
        return changes('condition', text, among, ({ context }) =>
          conditionsHold({ Condition, Effect: 'Allow' }, version, context),
        );
      }
      const isVariable = values.some((value) => hasUserVariable(value, version));
      return isVariable ? reference('variable', text, false, callers) : [];
    }),
  ];
}

/** An ARN of IAM, or one with a wildcard in the place of the service. What names all things means the same afterwards. */
const MAY_BE_USER = /^arn:[^:]*:(?:iam|[^:]*[*?][^:]*):/;
const VARIABLE_OF_CALLER = /\$\{\s*aws:(?:username\b|principaltag\/)/i;
const OF_CALLER = /^aws:(?:username$|principalarn$|principaltag\/)/i;
const OF_RESOURCE = /^(?:aws|iam):resourcetag\//i;

function hasUserVariable(text: string, version: string | undefined): boolean {
  return hasVariables(text, version) && VARIABLE_OF_CALLER.test(text);
}

/** What a call about the user knows of its tags. */
function resourceTags({ tags }: AccessUser) {
  const entries = Object.entries(tags).flatMap(([tag, value]) =>
    ['aws', 'iam'].map((service) => [`${service}:ResourceTag/${tag}`, value] as const),
  );
  return Object.fromEntries(entries);
}

interface FoundStatement {
  readonly version: string | undefined;
  readonly resources: readonly string[];
  readonly conditions: readonly (readonly [operator: string, key: string, values: readonly string[]])[];
}

/** The parts of a policy that can name users, of policies of any kind. */
function statementsIn(json: unknown): readonly FoundStatement[] {
  if (!isObject(json)) return [];
  const version = typeof json.Version === 'string' ? json.Version : undefined;
  return toList<unknown>(json.Statement)
    .filter(isObject)
    .map(({ Resource, NotResource, Condition }) => ({
      version,
      resources: textsIn([Resource, NotResource]),
      conditions: Object.entries(isObject(Condition) ? Condition : {}).flatMap(([operator, byKey]) =>
        Object.entries(isObject(byKey) ? byKey : {}).map(([key, values]) => [operator, key, textsIn(values)] as const),
      ),
    }));
}

function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return typeof value === 'string' ? [value] : [];
}

function shared(policy: string, of: FoundPolicy['of'], json: unknown): FoundPolicy {
  return { policy, of, json, isShared: true };
}

/** All policies of the account in force, trust policies and those of buckets too. AWS's own name no user. */
function policiesIn({ access, roles, buckets }: Referring): readonly FoundPolicy[] {
  return [
    ...access.policies
      .filter(({ arn }) => !isAwsPolicy(arn))
      .map(({ arn, document }) => ({ policy: arn, of: { kind: 'policy' as const, name: arn }, json: document })),
    ...carriersIn({ access, roles }).flatMap(({ carrier, inline }) =>
      inline.map(({ name, document }) => ({ policy: name, of: carrier, json: document })),
    ),
    ...roles.map(({ name, trust }) => shared('trust', { kind: 'role', name }, trust)),
    ...buckets.map(({ bucket: name, json }) => shared('bucket', { kind: 'bucket', name }, json)),
  ];
}

/** Whether the policy is about calls of the user: those of buckets and roles are about all. */
function isAbout({ policy, of, isShared }: FoundPolicy, { user, policies }: Person): boolean {
  if (isShared === true) return true;
  if (of.kind === 'policy') return policies.has(policy);
  return of.kind === 'user' ? of.name === user.name : of.kind === 'group' && user.groups.includes(of.name);
}
