import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SendBonusCommand } from '@aws-sdk/client-mturk';
import type { WindDownStep } from '../../src/eject/wind-down.ts';
import { awsEnvironment, openEmulator } from '../../src/emulator/emulator.ts';
import { callIam, iamOf, keyOf, mturkOf, outcome } from '../emulator/clients.ts';
import { answering, type CommandResult, runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { tofuAtEmulator } from '../support/tofu-at-emulator.ts';

const test = testInTurn(2);

const ACCOUNT = '123456789012';
const BUCKET = `perception-lab-mturk-${ACCOUNT}`;
const SAMPLE = readFileSync('team.yaml', 'utf8');
const IN_BUCKET = SAMPLE.replace('settings:\n', `settings:\n  state: { bucket: ${BUCKET}, region: us-east-1 }\n`);
const place = scratch({ 'lab/team.yaml': IN_BUCKET, 'tried/other.yaml': SAMPLE });
afterAll(() => place.remove());

interface Where {
  readonly cwd: string;
  readonly env?: Record<string, string>;
}

const YES = answering(Array.from({ length: 100 }, () => true));

/** The account is in this process, which must go on meanwhile. */
function shell(line: string, options: Where): Promise<CommandResult> {
  return new Promise((done) => {
    const child = execFile('/bin/sh', ['-c', line], options, (_error, stdout, stderr) =>
      done({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end('yes\n');
  });
}

/** Runs lines as they are printed, a person who says yes at the terminal. */
async function carryOut(lines: readonly string[], options: Where): Promise<void> {
  for (const line of lines.flatMap((each) => each.split(' && '))) {
    const [program = '', ...args] = line.split(' ');
    const done =
      program === 'mturk-team' ? await runHere(args, { ...options, person: YES }) : await shell(line, options);
    if (done.code !== 0) throw new Error(`${line}: ${done.code}\n${done.stdout}${done.stderr}`);
  }
}

interface Shown {
  readonly state: string;
  readonly steps: readonly WindDownStep[];
  readonly spend: readonly { readonly user: string }[];
  readonly keys: readonly { readonly user: string; readonly active: boolean }[] | null;
}

const shownIn = ({ code, stdout, stderr }: CommandResult): Shown => {
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

const linesOf = ({ steps }: Shown, stage: WindDownStep['stage']) =>
  steps.flatMap((step) => (step.stage === stage ? step.commands : []));

test('every command that is printed for a lab in AWS, to its end', async () => {
  const cwd = join(place.directory, 'lab');
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', cwd]);
  execFileSync('git', ['-C', cwd, 'remote', 'add', 'origin', 'git@github.com:lab/access.git']);
  const emulator = await openEmulator({ dir: null, accountId: ACCOUNT, provider: false });
  const { endpoint, rootCredentials } = emulator;
  const tofu = tofuAtEmulator(join(place.directory, 'engineer'), endpoint);
  const iam = iamOf(emulator);
  try {
    await tofu.admit(rootCredentials);
    const PATH = `${tofu.bin}:${dirname(process.execPath)}:/usr/bin:/bin`;
    const env = { ...awsEnvironment(endpoint, rootCredentials), PATH, TERRAFORM_BINARY_NAME: 'tofu' };
    const mturk = (...args: string[]) => runHere(args, { cwd, env });
    const given = ['--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
    expect(await mturk('bootstrap', '--yes', ...given)).toMatchObject({ code: 0 });
    expect(await mturk('apply', '--yes')).toMatchObject({ code: 0 });
    const UserName = 'perception-lab-fay';
    const credentials = await keyOf(iam, UserName);
    const bonus = () => {
      const client = mturkOf(emulator, credentials);
      const input = { WorkerId: 'A1', AssignmentId: 'B1', BonusAmount: '1.00', Reason: 'x' };
      return outcome(client.send(new SendBonusCommand(input)));
    };
    expect(await bonus()).not.toBe('AccessDeniedException');

    const first = shownIn(await mturk('wind-down', '--live', '--json'));
    expect(first.state).toBe('spends');
    expect(first.spend.map(({ user }) => user)).toContain(UserName);
    expect(first.keys).toMatchObject([{ user: UserName, active: true }]);
    expect(first.steps.map(({ id }) => id)).toEqual([
      ...['finish-work', 'stop-spending', 'read-only', 'stop-reading', 'keys', 'workflows', 'destroy', 'bootstrap'],
    ]);

    await carryOut(linesOf(first, 'read-only'), { cwd, env });
    const second = shownIn(await mturk('wind-down', '--live', '--json'));
    expect(second).toMatchObject({ state: 'reads', spend: [] });
    expect(linesOf(second, 'read-only')).toEqual([]);
    expect(linesOf(second, 'closed')).toEqual(linesOf(first, 'closed'));
    expect(await bonus()).toBe('AccessDeniedException');

    await carryOut(linesOf(second, 'closed'), { cwd, env });
    const left = await Promise.all([
      ...['ListUsers', 'ListGroups', 'ListRoles'].map((call) => callIam(iam, call)),
      callIam(iam, 'ListPolicies', { Scope: 'Local' }),
    ]);
    expect(JSON.stringify(left)).not.toContain('perception-lab');
    expect((await mturk('bootstrap', '--destroy')).stdout).toContain('Nothing of bootstrap is left');
  } finally {
    iam.destroy();
    await tofu.close();
    await emulator.close();
  }
});

test('a local AWS emulator and another file: the commands name both', async () => {
  const cwd = join(place.directory, 'tried');
  const asked = ['wind-down', 'other.yaml', '--live', '--emulator', 'account', '--json'];
  const mturk = (...args: string[]) => runHere(args, { cwd });
  expect(await mturk('apply', 'other.yaml', '--emulator', 'account', '--yes')).toMatchObject({ code: 0 });
  const first = shownIn(await mturk(...asked));
  await carryOut(linesOf(first, 'read-only'), { cwd });
  const second = shownIn(await mturk(...asked));
  expect(second).toMatchObject({ state: 'reads', spend: [], keys: [] });
  const closing = linesOf(second, 'closed');
  await carryOut(closing.slice(0, -1), { cwd });
  expect(shownIn(await mturk(...asked)).state).toBe('nothing');
  await carryOut(closing.slice(-1), { cwd });
  mkdirSync(join(cwd, 'account'), { recursive: true });
  expect(closing.at(-1)).toBe('mturk-team emulator reset account');
});
