import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHere, scratch } from '../support/command.ts';
import { EXHAUSTIVE, sampleOf } from '../support/exhaustive.ts';
import { documentedCommands } from '../support/json-page.ts';

const SAMPLE = readFileSync('team.yaml', 'utf8');
const place = scratch({
  'team.yaml': SAMPLE,
  'broken.yaml': SAMPLE.replace('owners: [ada]', 'owners: [zoe]'),
  file: '',
});
afterAll(() => place.remove());
const cwd = place.directory;
const MANAGED = `version: 1
lab: lab
account: "123456789012"
owners: [ada]
roles: { all: { managed: [AmazonMechanicalTurkFullAccess] } }
members: { ada: { name: Ada Byron, github: ada, roles: [all] } }
`;
const COMMIT = 'a'.repeat(40);
const NO_AWS = { AWS_EC2_METADATA_DISABLED: 'true', TERRAFORM_BINARY_NAME: './engine' };
writeFileSync(join(cwd, 'engine'), '#!/bin/sh\necho "Terraform v1.11.4"\n', { mode: 0o755 });

const failed = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { code, stdout, stderr } = await runHere([...args, '--json'], { cwd, env: { ...NO_AWS, ...env } });
  return { code, stderr, document: JSON.parse(stdout) };
};

/** Of each command: an error of its own, with its code and exit code. */
const ERRORS: readonly (readonly [code: number, error: string, ...args: string[]])[] = [
  [1, 'team-file-invalid', 'plan', 'broken.yaml'],
  [1, 'credentials-missing', 'plan'],
  [1, 'file-not-writable', 'plan', '--base', 'team.yaml', '--manifest', 'no/where.json'],
  [1, 'emulator-not-started', 'plan', '--emulator', 'file'],
  [1, 'credentials-missing', 'apply'],
  [2, 'team-file-invalid', 'apply', 'nowhere.yaml'],
  [1, 'credentials-missing', 'drift'],
  [1, 'credentials-missing', 'drift', '--quick'],
  [2, 'unknown-member', 'explain', 'zoe'],
  [2, 'unknown-operation', 'who-can', 'fly'],
  [1, 'credentials-missing', 'offboard', 'bo'],
  [1, 'credentials-missing', 'adopt'],
  [1, 'edit-needs-option', 'member', 'depart', 'ada', '--reason', 'moved'],
  [1, 'entry-exists', 'member', 'add', 'bo', '--name', 'Bo', '--role', 'paymaster'],
  [2, 'unknown-role', 'role', 'allow', 'reader', 'pay:bonus'],
  [1, 'not-confirmed', 'freeze'],
  [1, 'github-token-missing', 'freeze', '--pull-request'],
  [1, 'team-file-invalid', 'synth', 'broken.yaml'],
  [1, 'file-not-writable', 'synth', '--out', 'file'],
  [1, 'file-not-writable', 'synth', '--out', '/proc/stacks'],
  [1, 'credentials-missing', 'wind-down', '--live'],
  [1, 'team-file-invalid', 'eject', 'broken.yaml', '--out', 'ejected'],
  [1, 'team-file-invalid', 'codeowners', 'broken.yaml'],
  [1, 'no-owner-with-login', 'codeowners', 'no-login.yaml'],
  [1, 'team-file-invalid', 'demo', 'broken.yaml'],
  [1, 'demo-needs-role', 'demo', 'managed.yaml'],
  [1, 'emulator-not-started', 'emulator', 'start', 'file'],
  [1, 'team-file-invalid', 'preview', '--base', 'team.yaml', '--head', 'broken.yaml'],
  [1, 'manifest-unusable', 'preview', '--base', 'team.yaml', '--head', 'team.yaml', '--manifest', 'file'],
  [1, 'github-token-missing', 'comment', '--state', 'planned'],
  [1, 'github-token-missing', 'check-approval', '--commit', COMMIT],
  [1, 'file-not-writable', 'check-approval', '--commit', COMMIT, '--result', 'file/where.json'],
  [1, 'github-token-missing', 'drift-issue', '--report', 'report.json'],
];

test.each(sampleOf(ERRORS, 15).map(([code, error, ...args]) => ({ code, error, args })))(
  '$error of $args is JSON, exit code $code',
  async ({ code, error, args }) => {
    place.write('managed.yaml', MANAGED);
    place.write('no-login.yaml', SAMPLE.replace(/, github: \w+/g, '').replace(/^ +github: .*\n/gm, ''));
    const result = await failed(args);
    expect(result.document).toEqual({
      version: 1,
      error: {
        code: error,
        summary: expect.stringMatching(/^.{5,79}$/),
        reason: result.document.error.reason,
        state: result.document.error.state,
        help: result.document.error.help,
        paste: expect.any(Array),
        args: expect.any(Object),
      },
    });
    expect(result.code).toBe(code);
    expect(result.stderr).not.toBe('');
  },
);

const COMMANDS = [
  ...['check', 'plan', 'apply', 'drift', 'explain bo', 'who-can SendBonus', 'synth', 'codeowners', 'schema', 'demo'],
  ...['member suspend bo', 'role add x', 'freeze', 'unfreeze', 'snooze x'],
  ...['emulator start', 'emulator reset', 'preview --base a --head b', 'comment --state planned'],
  ...[`check-approval --commit ${COMMIT}`, 'drift-issue --report r'],
];

test.each(sampleOf(COMMANDS, 6))('%s has --json, and its usage errors are JSON', async (command) => {
  const { code, document } = await failed([...command.split(' '), '--colour']);
  expect(code).toBe(/^(plan|drift|preview)( |$)/.test(command) ? 1 : 2);
  expect(document).toEqual({
    version: 1,
    error: {
      code: 'usage',
      summary: 'unknown option `--colour`',
      reason: null,
      state: null,
      help: expect.stringContaining(`mturk-team ${command.split(' ')[0]}`),
      paste: [],
      args: {},
    },
  });
});

test('an unknown command is JSON, too, and text without --json', async () => {
  expect((await failed(['aply'])).document.error).toMatchObject({ code: 'usage', summary: 'unknown command `aply`' });
  expect((await runHere(['aply'], { cwd })).stdout).toBe('');
});

test('the findings of a file are those of check', async () => {
  const check = await runHere(['check', 'broken.yaml', '--json'], { cwd });
  const { document } = await failed(['plan', 'broken.yaml']);
  expect(document.error.args).toEqual({ file: 'broken.yaml', findings: JSON.parse(check.stdout).findings });
  expect(document.error.args.findings).toMatchObject([{ code: 'unknown-owner', line: 5 }]);
});

test('what blocks a plan is in the error', async () => {
  place.write('renamed.yaml', SAMPLE.replace('lab: perception-lab', 'lab: vision-lab'));
  const { document } = await failed(['plan', 'renamed.yaml', '--base', 'team.yaml']);
  expect(document.error).toMatchObject({
    code: 'guardrail-blocked',
    args: {
      codes: ['lab-changed'],
      blocks: [{ code: 'lab-changed', args: { from: 'perception-lab', to: 'vision-lab' } }],
    },
  });
});

test('--json is the one spelling; --format has what is neither text nor JSON', async () => {
  const json = await runHere(['check', '--format', 'json'], { cwd });
  expect(json.stderr).toMatch(/Allowed choices are text,\s+github/);
  const both = await runHere(['check', '--format', 'github', '--json'], { cwd });
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('`--json` cannot be used with option') });
});

// What a command prints is compared with the page whenever a test runs it.
test('docs/reference/json.md has the commands of cli.md, in its order', () => {
  const page = readFileSync('docs/reference/cli.md', 'utf8');
  const documented = documentedCommands();
  const commands = [...page.matchAll(/^\| <a id="[\w-]+"><\/a>`(.+?)` \|/gm)].map(([, command = '']) => command);
  const named = commands.map((command) => (documented.includes(command) ? command : command.replace(/ .*/, '')));
  expect(documented).toEqual([...new Set(named)].filter((command) => command !== 'schema'));
});

describe('what succeeds prints one document', () => {
  test.each<[string, string[], object]>([
    ['schema', [], { title: expect.any(String) }],
    ['codeowners', [], { version: 1, written: false, content: expect.stringContaining('@adaoneill') }],
    ['codeowners', ['--write'], { version: 1, written: true, path: expect.stringContaining('.github/CODEOWNERS') }],
    ['synth', [], { version: 1, files: expect.any(Array) }],
    ['explain', ['bo'], { source: { kind: 'file' }, key: 'bo' }],
    ['who-can', ['SendBonus'], { source: { kind: 'file' }, query: { kind: 'operation', operations: ['SendBonus'] } }],
    ['emulator', ['reset', 'nothing'], { version: 1, dir: 'nothing', deleted: [] }],
    ['preview', ['--base', 'team.yaml', '--head', 'team.yaml'], { version: 1, blocks: [] }],
  ])('%s %j', succeeds);

  (EXHAUSTIVE ? test : test.skip).each([['demo', [], { version: 1, passed: true, failed: [] }]])('%s %j', succeeds);
});

async function succeeds(command: string, args: readonly string[], document: object): Promise<void> {
  const { code, stdout } = await runHere([command, ...args, '--json'], { cwd });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject(document);
}

describe('AWS_PROFILE', () => {
  const home = join(cwd, 'home');
  const env = { HOME: home, AWS_EC2_METADATA_DISABLED: 'true' };
  beforeAll(() => {
    mkdirSync(join(home, '.aws/sso/cache'), { recursive: true });
    const sso = {
      sso_start_url: 'https://lab.awsapps.com/start',
      sso_region: 'us-east-1',
      sso_account_id: '123456789012',
    };
    const lines = Object.entries({ ...sso, sso_role_name: 'Admin' }).map(([key, value]) => `${key} = ${value}`);
    writeFileSync(
      join(home, '.aws/config'),
      ['[profile lab]', ...lines, '[default]', '[sso-session s]', ''].join('\n'),
    );
  });

  test('that does not exist is named, with those that do', async () => {
    const { code, document } = await failed(['plan'], { ...env, AWS_PROFILE: 'lap' });
    expect(code).toBe(1);
    expect(document.error).toMatchObject({
      code: 'profile-missing',
      summary: 'no AWS profile `lap`, which `AWS_PROFILE` names',
      help: 'correct the variable, or unset it; profiles are `lab` and `default`',
    });
  });

  test('whose sign-in is needed is named, with the command', async () => {
    const { document } = await failed(['drift', '--quick'], { ...env, AWS_PROFILE: 'lab' });
    expect(document.error).toMatchObject({ code: 'sign-in-expired', paste: ['aws sso login --profile lab'] });
  });
});
