import type { AccessModel, AccessUser } from '../../src/access/model.ts';
import { OPERATIONS, type Operation, operationsOf } from '../../src/catalog/mturk.ts';
import { awsManagedPolicy } from '../../src/emulator/account/aws-managed.ts';
import type { AccountState } from '../../src/emulator/account/state.ts';
import type { Team } from '../../src/team/team.ts';
import { accessIn } from './transient-access.ts';

/** What is in an account at this moment, with the documents of AWS's own policies. */
export function accountIn(account: AccountState): AccessModel {
  const model = structuredClone(accessIn(account));
  const held = [...model.users, ...model.groups].flatMap(({ attached }) => attached);
  const arns = new Set([...held, ...model.users.flatMap(({ boundary }) => boundary ?? [])]);
  const ofAws = [...arns].flatMap((arn) => {
    const policy = awsManagedPolicy(arn);
    return policy === null
      ? []
      : [{ arn, name: policy.name, document: JSON.parse(policy.versions[0]?.document ?? '') }];
  });
  return { ...model, policies: [...model.policies.filter(({ arn }) => !arn.includes('::aws:')), ...ofAws] };
}

/** Where a call comes from and when: all that conditions depend on besides the user. */
interface Call {
  readonly at: Date;
  readonly address: string;
  readonly hasMfa: boolean;
}

type OneOrMore = string | readonly string[];

interface Statement {
  readonly Effect: string;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

export const LOCAL = '127.0.0.1';
const ADDRESSES = [LOCAL, '203.0.113.7'];

const listOf = (value: OneOrMore | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

function isLike(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

function isInBlock(block: string, address: string): boolean {
  const numberOf = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const [network = '', bits = '32'] = block.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(network) / size) === Math.floor(numberOf(address) / size);
}

const isBefore = (one: string, other: string) => Date.parse(one) < Date.parse(other);

const OPERATORS: Readonly<Record<string, (wanted: string, is: string) => boolean>> = {
  StringEquals: (wanted, is) => wanted === is,
  StringLike: isLike,
  Bool: (wanted, is) => wanted.toLowerCase() === is,
  IpAddress: isInBlock,
  DateLessThan: (wanted, is) => isBefore(is, wanted),
  DateLessThanEquals: (wanted, is) => !isBefore(wanted, is),
  DateGreaterThan: (wanted, is) => isBefore(wanted, is),
  DateGreaterThanEquals: (wanted, is) => !isBefore(is, wanted),
};

function holds(operator: string, values: readonly string[], is: string | undefined): boolean {
  if (operator === 'Null') return String(is === undefined) === values[0];
  const isNot = /^(String|Date)?Not/.test(operator);
  if (is === undefined) return isNot || operator.endsWith('IfExists');
  const compare = OPERATORS[operator.replace('IfExists', '').replace('Not', '')];
  if (compare === undefined) throw new Error(`the evaluator of the tests has no ${operator}`);
  return values.some((wanted) => compare(wanted, is)) !== isNot;
}

/** The condition keys of a call that is signed with a user's own access key, which says nothing of MFA, or in a session with it. */
function keysOf({ name, path, tags }: AccessUser, account: string, { at, address, hasMfa }: Call): Map<string, string> {
  return new Map([
    ['aws:currenttime', at.toISOString()],
    ['aws:sourceip', address],
    ['aws:username', name],
    ['aws:principalarn', `arn:aws:iam::${account}:user${path}${name}`],
    ['aws:principaltype', 'User'],
    ['aws:securetransport', 'true'],
    ...(hasMfa ? [['aws:multifactorauthpresent', 'true'] as const] : []),
    ...Object.entries(tags).map(([key, value]) => [`aws:principaltag/${key.toLowerCase()}`, value] as const),
  ]);
}

function applies(statement: Statement, action: string, resource: string, keys: ReadonlyMap<string, string>): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const names = (patterns: OneOrMore | undefined) =>
    listOf(patterns).some((pattern) => isLike(pattern.toLowerCase(), action.toLowerCase()));
  const covers = (patterns: OneOrMore | undefined) =>
    listOf(patterns).some((pattern) =>
      isLike(pattern.replace('${aws:username}', keys.get('aws:username') ?? ''), resource),
    );
  return (
    (Action === undefined ? !names(NotAction) : names(Action)) &&
    (Resource === undefined ? !covers(NotResource) : covers(Resource)) &&
    Object.entries(Condition).every(([operator, byKey]) =>
      Object.entries(byKey).every(([key, values]) => holds(operator, listOf(values), keys.get(key.toLowerCase()))),
    )
  );
}

/** Whether IAM lets a user do something: an Allow, no Deny, and the same of the boundary. */
function may(model: AccessModel, user: AccessUser, action: string, resource: string, call: Call): boolean {
  const keys = keysOf(user, model.account, call);
  const documentOf = (arn: string) => model.policies.find((policy) => policy.arn === arn)?.document ?? null;
  const holders = [user, ...model.groups.filter(({ name }) => user.groups.includes(name))];
  const held = holders.flatMap(({ attached, inline }) => [
    ...attached.map(documentOf),
    ...inline.map(({ document }) => document),
  ]);
  const says = (documents: readonly unknown[], effect: string) =>
    documents
      .flatMap((document) => (document as { Statement?: Statement | Statement[] } | null)?.Statement ?? [])
      .some((statement) => statement.Effect === effect && applies(statement, action, resource, keys));
  const isAllowed = (documents: readonly unknown[]) => says(documents, 'Allow') && !says(documents, 'Deny');
  return isAllowed(held) && (user.boundary === null || isAllowed([documentOf(user.boundary)]));
}

export type Operations = ReadonlySet<Operation>;

/** What a user can call at a moment, from some address: with an access key, or in a session with MFA. */
export function canCall(
  model: AccessModel,
  user: AccessUser,
  at: Date,
  addresses: readonly string[] = ADDRESSES,
  hasMfa = false,
): Operations {
  const isAllowed = (operation: Operation) =>
    addresses.some((address) => may(model, user, `mechanicalturk:${operation}`, '*', { at, address, hasMfa }));
  return new Set(OPERATIONS.filter(isAllowed));
}

/** A moment after each time that a policy of the account names. */
export function momentsAfter(model: AccessModel, at: Date): readonly Date[] {
  const times = JSON.stringify([model.users, model.groups, model.policies]).match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g);
  return [...new Set(times)]
    .map((time) => new Date(Date.parse(time) + 1_000))
    .filter((moment) => moment > at)
    .sort((one, other) => one.getTime() - other.getTime());
}

/** What a team file gives a member at a moment, read without the code that decides it. */
export function fileGives({ members, roles, freeze }: Team, key: string, at: Date): Operations {
  const member = members.find((each) => each.key === key);
  const day = at.toISOString().slice(0, 10);
  if (member === undefined || member.suspended) return new Set();
  if ((member.from ?? day) > day || (member.until ?? day) < day) return new Set();
  const own = roles.filter((role) => member.roles.includes(role.key));
  const isIn = (operation: Operation) =>
    own.some(
      ({ allow, managed }) =>
        allow.includes(operation) ||
        managed.includes('AmazonMechanicalTurkFullAccess') ||
        (managed.length > 0 && /^(Get|List)/.test(operation)),
    );
  const denied = new Set([...own.flatMap(({ deny }) => deny), ...freeze.flatMap(operationsOf)]);
  return new Set(OPERATIONS.filter((operation) => isIn(operation) && !denied.has(operation)));
}
