import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as aws from '@aws-sdk/client-iam';
import { type AttackedLab, attackedLabs, canPay, group, keyOf, TODAY, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const RECORD = '.mturk-team/emulator/apply-record.json';
const recordOf = (lab: AttackedLab) => readFileSync(lab.path(RECORD), 'utf8');
const offboard = (lab: AttackedLab, ...args: readonly string[]) => lab.mturk(TODAY, 'offboard', 'bo', ...args);

const RECORDS: readonly (readonly [what: string, change: (text: string) => string, because: string])[] = [
  ['the record cannot be read', () => '{', 'error[record-unusable]'],
  [
    'the record is of another lab',
    (text) => text.replaceAll('"lab": "perception-lab"', '"lab": "other-lab"'),
    'error[state-of-another-lab]',
  ],
  ['the record lacks it', (text) => text.replace(/ *"perception-lab-bo": "[^"]+",\n/, ''), ''],
];
test.each(sampleOf(RECORDS, 1))('a member’s user with another name, while %s, is no proof', (_what, change, because) =>
  labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      await iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewUserName: 'printer', NewPath: '/' }));
      await iam.send(new aws.CreateUserCommand({ ...user('bo'), Path: '/mturk/perception-lab/' }));
    });
    const text = recordOf(lab);
    expect(change(text)).not.toBe(text);
    writeFileSync(lab.path(RECORD), change(text));
    const shown = await offboard(lab);
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringContaining(because) });
    expect(shown.stdout).toContain('Which IAM user was applied is not known');
    const saved = await offboard(lab, '--out', lab.path('bo.json'));
    expect(saved).toMatchObject({ code: 1, stderr: expect.stringContaining('error[facts-not-saved]') });
    expect(existsSync(lab.path('bo.json'))).toBe(false);
  }),
);

test('before a first apply the user is taken by its name, and the survey says so', () =>
  labs.attack(async (lab) => {
    rmSync(lab.path(RECORD));
    const saved = await offboard(lab, '--out', lab.path('bo.json'));
    expect(saved).toMatchObject({ code: 0, stderr: '' });
    expect(saved.stdout).toContain('Which IAM user was applied is not known: this one is taken by its name.');
  }));

test('a policy that was copied before the facts were saved is not said to be no one’s', () =>
  labs.attack(async (lab) => {
    const Statement = [{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const key = await lab.byHand(async (iam) => {
      await iam.send(new aws.PutUserPolicyCommand({ ...user('bo'), PolicyName: 'p', PolicyDocument }));
      await iam.send(new aws.CreateUserCommand({ UserName: 'printer' }));
      await iam.send(new aws.PutUserPolicyCommand({ UserName: 'printer', PolicyName: 'q', PolicyDocument }));
      return keyOf(iam, 'printer');
    });
    const saved = await offboard(lab, '--out', lab.path('bo.json'));
    expect(saved).toMatchObject({ code: 0, stderr: '' });
    const [block = '?'] = / {2}bo:\n(?: {4}.*\n)+/.exec(readFileSync(lab.path('team.yaml'), 'utf8')) ?? [];
    lab.edit(block, '');
    lab.edit('departed:\n', 'departed:\n  bo: { left: "2026-11-24", reason: graduated }\n');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    const proof = await offboard(lab, '--verify', lab.path('bo.json'));
    expect(await canPay(lab, key)).toBe(true);
    expect(proof.stdout.replace(/\s+/g, ' ')).toContain("got the user's policies since facts were saved");
  }));

test('the end of a lab counts a member’s keys under another name, and says who has theirs', () =>
  labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      await keyOf(iam, user('fay').UserName);
      const { User } = await iam.send(new aws.GetUserCommand(user('fay')));
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewUserName: 'printer', NewPath: '/' }));
      await iam.send(new aws.CreateUserCommand({ ...user('fay'), Path: User?.Path ?? '', Tags: User?.Tags ?? [] }));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('paymaster') }));
    });
    const { stdout } = await lab.mturk(TODAY, 'wind-down', '--live');
    expect(stdout).toContain('1 active key');
    expect(stdout).toContain('mturk-team keys revoke fay');
    expect(stdout.replace(/\s+/g, ' ')).toContain('another user has the name');
    expect(stdout).not.toContain('Same as in team.yaml');
  }));
