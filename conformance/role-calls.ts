import { readFileSync } from 'node:fs';
import { permissionsOf } from '../src/aws/setup/roles.ts';
import { iamArn } from '../src/iam/arn.ts';
import { type AccessRequest, evaluate } from '../src/iam/evaluate.ts';
import { boundaryArn, iamName, labPath, type WorkflowRole } from '../src/team/names.ts';
import type { Team } from '../src/team/team.ts';
import type { SentCall } from './counting-proxy.ts';
import { ACCOUNT, LAB } from './lifecycle-team.ts';

type Command = 'plan' | 'apply';

interface Recorded {
  readonly calls: Readonly<Record<string, number>>;
}

/** What a newer provider's own code called. By these and the tool's own runs, roles.test.ts decides what a role needs. */
const RECORDED: Readonly<Record<string, Partial<Readonly<Record<Command, Recorded>>>>> = JSON.parse(
  readFileSync(new URL('../__tests__/fixtures/aws-provider/calls.json', import.meta.url), 'utf8'),
);

const recordedIn = (command: Command) =>
  Object.values(RECORDED).flatMap((step) => Object.keys(step[command]?.calls ?? {}));

/** By command; the apply role plans, too. */
const KNOWN: Readonly<Record<Command, ReadonlySet<string>>> = {
  plan: new Set(recordedIn('plan')),
  apply: new Set([...recordedIn('plan'), ...recordedIn('apply')]),
};

/** The lab of the lifecycle, as `permissionsOf` takes it. */
export const ROLE_LAB = {
  lab: LAB,
  account: ACCOUNT,
  state: { bucket: 'perception-lab-terraform', key: 'mturk-team' },
};

/**
 * What a provider called with a command and the role of the workflows that runs it may not, decided by the project's own
 * evaluator; and what `calls.json` lacks, so that what roles.test.ts asks of the roles is the union of all calls.
 */
export function roleProblems(command: Command, calls: readonly SentCall[]): readonly string[] {
  const unknown = calls
    .map(({ action }) => action)
    .filter((action) => action !== 'GetCallerIdentity' && !KNOWN[command].has(action));
  const problems = [
    ...deniedCalls(command, calls, ROLE_LAB),
    ...unknown.map((action) => `${command} calls ${action}, which calls.json lacks`),
  ];
  return [...new Set(problems)].sort();
}

/** The calls that a role's own policy does not allow, each in a sentence. */
export function deniedCalls(
  role: WorkflowRole,
  calls: readonly SentCall[],
  lab: Parameters<typeof permissionsOf>[1],
): readonly string[] {
  const document = permissionsOf(role, lab);
  const policies = { identity: [{ holder: `role ${role}`, policy: role, document }], boundary: null };
  return calls.flatMap((call) => {
    const request = requestOf(call, lab);
    if (request === null || evaluate(policies, request).outcome === 'allowed') return [];
    return [`the ${role} role may not ${request.action} on ${request.resource}`];
  });
}

/** Objects of S3; a HEAD needs what a GET does. */
const OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

/**
 * What AWS asks about a call; null if it needs no permission, as GetCallerIdentity. A name of the lab is under the lab's path
 * and has its boundary. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
function requestOf(
  { action, parameters, method, path }: SentCall,
  lab: Pick<Team, 'lab' | 'account'>,
): AccessRequest | null {
  if (action === 'GetCallerIdentity') return null;
  if (action === '(other)') {
    const [, place = '', query = ''] = /^\/(.*?)\/?(?:\?(.*))?$/.exec(path) ?? [];
    const isList = method === 'GET' && /(^|&)list-type=2(&|$)/.test(query);
    const plain = place.includes('/') ? OBJECT_ACTIONS[method] : isList ? 's3:ListBucket' : undefined;
    return {
      action: plain ?? `s3:${method} ?${query}`,
      resource: `arn:aws:s3:::${decodeURIComponent(place)}`,
      context: { 's3:ResourceAccount': lab.account },
    };
  }
  const [user, group, policy] = ['UserName', 'GroupName', 'PolicyName'].map((name) => parameters.get(name));
  const arnOf = (kind: 'user' | 'group' | 'policy', name: string) => {
    const path = name.startsWith(iamName(lab.lab, '')) ? labPath(lab.lab) : '/';
    return iamArn(lab.account, kind, parameters.get('Path') ?? path, name);
  };
  const arn = parameters.get('PolicyArn');
  // AddUserToGroup names both and is asked about the group, as RemoveUserFromGroup.
  const named = group ? arnOf('group', group) : user ? arnOf('user', user) : arn;
  const resource = named ?? (policy ? arnOf('policy', policy) : '*');
  // A creation is asked about the boundary that it sends, a later call about the user's.
  const isOwn = user?.startsWith(iamName(lab.lab, '')) === true && action !== 'CreateUser';
  const boundary = parameters.get('PermissionsBoundary') ?? (isOwn ? boundaryArn(lab) : null);
  const tags = [...parameters].flatMap(([name, value]) =>
    /^Tag(s\.member\.\d+\.Key|Keys\.member\.\d+)$/.test(name) ? [value] : [],
  );
  const context = {
    ...(arn === null || arn === undefined || arn === resource ? {} : { 'iam:PolicyARN': arn }),
    ...(boundary === null ? {} : { 'iam:PermissionsBoundary': boundary }),
    ...(tags.length === 0 ? {} : { 'aws:TagKeys': tags }),
  };
  return { action: `iam:${action}`, resource, context };
}
