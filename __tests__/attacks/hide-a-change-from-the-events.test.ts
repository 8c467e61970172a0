import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import type { ScanResult } from '../../src/drift/finding.ts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { callIam, iamOf, keyOf, policy } from '../emulator/clients.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeam, smallTeamFile } from '../support/sample-team.ts';

const inTurn = testInTurn(16);

const place = scratch({ 'team.yaml': smallTeamFile() });
const BO = { UserName: 'perception-lab-bo' };
const PAYMASTER = { ...BO, GroupName: 'perception-lab-paymaster' };

const LAB_GROUP = { GroupName: 'perception-lab-results-reader' };
const LAB_POLICY = 'arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-results-reader';

const mturk = (args: readonly string[]) => runHere([...args, '--emulator'], { cwd: place.directory });

/** What the real `drift` finds on the day after the apply. */
async function driftFound(): Promise<ScanResult> {
  const { stdout } = await mturk(['drift', '--json', '--today', '2026-11-26']);
  return JSON.parse(stdout).drift;
}

const changesOf = ({ changedBack }: ScanResult, name: string) =>
  changedBack
    .filter(({ entity }) => entity.name === name)
    .flatMap(({ changes }) => changes.map(({ event, target, actor }) => [event, target, actor]));

let evening = 18;

/** Calls of an administrator of another project, hours after the apply, one evening for each test. */
async function asMallory(attack: (iam: IAMClient) => Promise<unknown>, customUserAgent = ''): Promise<void> {
  evening += 1;
  const emulator = await openEmulator({
    ...{ dir: join(place.directory, '.mturk-team/emulator'), accountId: smallTeam.account, provider: false },
    clock: () => new Date(`2026-11-25T${evening}:00:00Z`),
  });
  const root = iamOf(emulator);
  const UserName = `mallory-${evening}`;
  await callIam(root, 'CreateUser', { UserName });
  const PolicyDocument = policy('Allow', 'iam:*');
  await callIam(root, 'PutUserPolicy', { UserName, PolicyName: 'admin', PolicyDocument });
  const credentials = await keyOf(root, UserName);
  const iam = new IAMClient({ endpoint: emulator.endpoint, region: 'us-east-1', credentials, customUserAgent });
  try {
    await attack(iam);
  } finally {
    root.destroy();
    iam.destroy();
    await emulator.close();
  }
}

beforeAll(async () => {
  expect(await mturk(['apply', '--yes', '--today', '2026-11-25'])).toMatchObject({ code: 0 });
});
afterAll(() => place.remove());

test('the apply of an administrator at a terminal is no change that was changed back', async () => {
  expect(await driftFound()).toMatchObject({ class: 'clean', changedBack: [], eventsComplete: true });
});

test('a change that is undone before the check is listed', async () => {
  await asMallory(async (iam) => {
    await callIam(iam, 'AddUserToGroup', PAYMASTER);
    await callIam(iam, 'RemoveUserFromGroup', PAYMASTER);
  });
  const scan = await driftFound();
  expect(scan.findings.map(({ id }) => id).filter((id) => id.includes('bo'))).toEqual([]);
  expect(changesOf(scan, BO.UserName)).toEqual([
    ['RemoveUserFromGroup', PAYMASTER.GroupName, 'mallory-19'],
    ['AddUserToGroup', PAYMASTER.GroupName, 'mallory-19'],
  ]);
  const { stdout } = await mturk(['drift', '--today', '2026-11-26']);
  expect(stdout).toContain('Other IAM changes since the last check:');
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'Bo Chen (bo): AddUserToGroup perception-lab-paymaster and RemoveUserFromGroup perception-lab-paymaster, by mallory-19, 25 Nov 2026 19:00 UTC',
  );
});

test.each([
  ['that CloudTrail does not answer', ['--no-cloudtrail']],
  ['whose own check no issue shows', ['--checked-at', '']],
])('a reconcile %s is not the last check', async (_what, options) => {
  await mturk(['drift', '--reconcile', '--yes', ...options, '--today', '2026-11-26']);
  const events = changesOf(await driftFound(), BO.UserName).map(([event]) => event);
  expect(events).toEqual(['RemoveUserFromGroup', 'AddUserToGroup']);
});

test('the name of Terraform as the user agent hides none', async () => {
  await asMallory(async (iam) => {
    await callIam(iam, 'DetachGroupPolicy', { ...LAB_GROUP, PolicyArn: LAB_POLICY });
    await callIam(iam, 'AttachGroupPolicy', { ...LAB_GROUP, PolicyArn: LAB_POLICY });
  }, 'APN/1.0 HashiCorp/1.0 Terraform/1.15.5 terraform-provider-aws/6.25.0');
  expect(changesOf(await driftFound(), LAB_GROUP.GroupName)).toEqual([
    ['AttachGroupPolicy', LAB_POLICY, 'mallory-20'],
    ['DetachGroupPolicy', LAB_POLICY, 'mallory-20'],
  ]);
});

test('neither does a finding about the same user', async () => {
  await asMallory(async (iam) => {
    await callIam(iam, 'TagUser', { ...BO, Tags: [{ Key: 'mturk-team:lab', Value: 'x' }] });
    await callIam(iam, 'PutUserPolicy', { ...BO, PolicyName: 'p', PolicyDocument: policy('Allow', '*') });
    await callIam(iam, 'DeleteUserPolicy', { ...BO, PolicyName: 'p' });
  });
  const scan = await driftFound();
  expect(scan.findings.map(({ id }) => id)).toContainEqual(expect.stringMatching(/^tag-changed\/bo/));
  expect(changesOf(scan, BO.UserName).map(([event]) => event)).toEqual(
    expect.arrayContaining(['PutUserPolicy', 'DeleteUserPolicy']),
  );
});

test('120 later events about the same user do not hide who added them to a role', async () => {
  await asMallory(async (iam) => {
    await callIam(iam, 'AddUserToGroup', PAYMASTER);
    for (let index = 0; index < 60; index += 1) {
      await callIam(iam, 'TagUser', { ...BO, Tags: [{ Key: 'n', Value: `${index}` }] });
      await callIam(iam, 'UntagUser', { ...BO, TagKeys: ['n'] });
    }
  });
  const added = (await driftFound()).findings.find(({ id }) => id.startsWith('membership-added/bo/paymaster'));
  expect(added?.lastChange?.actor).toBe('mallory-22');
});

inTurn('more than 1,000 events since the last check are not passed over in silence', async () => {
  await asMallory(async (iam) => {
    for (let index = 0; index < 1_000; index += 1) {
      await callIam(iam, 'TagUser', { ...BO, Tags: [{ Key: 'n', Value: `${index}` }] });
    }
  });
  expect((await driftFound()).eventsComplete).toBe(false);
  const { stdout } = await mturk(['drift', '--today', '2026-11-26']);
  expect(stdout.replace(/\s+/g, ' ')).toContain('CloudTrail has more events since the last check than a check reads.');
});
