import { rmSync } from 'node:fs';
import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, canPay, group, keyOf, replaceUser, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const LAB_PATH = '/mturk/perception-lab/';
const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const JOINS: readonly [string, string] = ['  fay: {', '  uma: { name: Uma, roles: [results-reader] }\n  fay: {'];

test("a replaced user's key gets no role by an unrelated apply, until an administrator accepts the user by name", async () => {
  await labs.attack(async (lab) => {
    const key = await lab.byHand((iam) => replaceUser(iam, 'fay', LAB_PATH));
    lab.edit(...JOINS);
    const applied = await lab.mturk(TODAY, 'apply', '--yes', '--commit', 'a'.repeat(40));
    expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('another IAM user has the member') });
    expect(await canPay(lab, key)).toBe(false);
    // An apply of later days forgets nothing.
    expect(await lab.mturk(TOMORROW, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await canPay(lab, key)).toBe(false);
    const drift = await lab.mturk(TOMORROW, 'drift', '--quick', '--json');
    expect(JSON.parse(drift.stdout).drift.findings).toContainEqual(expect.objectContaining({ rule: 'user-recreated' }));
    expect(await lab.mturk(TOMORROW, 'apply', '--yes', '--restore', 'fay')).toMatchObject({ code: 0 });
    expect(await canPay(lab, key)).toBe(true);
  });
});

test('two users whose names were swapped get nothing by it', async () => {
  await labs.attack(async (lab) => {
    const key = await lab.byHand(async (iam) => {
      const rename = (from: string, to: string) =>
        iam.send(new aws.UpdateUserCommand({ UserName: from, NewUserName: to }));
      const made = await keyOf(iam, user('bo').UserName);
      await rename(user('bo').UserName, 'third');
      await rename(user('fay').UserName, user('bo').UserName);
      await rename('third', user('fay').UserName);
      return made;
    });
    for (const day of [TODAY, TOMORROW]) {
      expect((await lab.mturk(day, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await canPay(lab, key)).toBe(false);
    }
    expect(await lab.mturk(TOMORROW, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await canPay(lab, key)).toBe(false);
  });
});

test.each(
  sampleOf<[string, (iam: aws.IAMClient) => Promise<{ accessKeyId: string; secretAccessKey: string }>]>(
    [
      ['created again at another path', (iam) => replaceUser(iam, 'fay', '/')],
      [
        'renamed, and another one created',
        async (iam) => {
          await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewUserName: 'old' }));
          await iam.send(new aws.CreateUserCommand({ ...user('fay'), Path: LAB_PATH }));
          return keyOf(iam, user('fay').UserName);
        },
      ],
      [
        'created again, and put into the group',
        async (iam) => {
          const key = await replaceUser(iam, 'fay', LAB_PATH);
          await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('paymaster') }));
          return key;
        },
      ],
    ],
    1,
  ),
)('reconcile gives a user that was %s nothing, on no day', async (_what, replace) => {
  await labs.attack(async (lab) => {
    const key = await lab.byHand(replace);
    for (const day of [TODAY, TOMORROW]) {
      expect((await lab.mturk(day, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await canPay(lab, key)).toBe(false);
    }
  });
});

// Always, as what one does first in an emergency.
it.each<[string, readonly string[], (iam: aws.IAMClient) => Promise<unknown>, string | null]>([
  [
    'renamed, and another one created',
    ['keys', 'revoke', 'fay', '--yes'],
    async (iam) => {
      await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewUserName: 'old' }));
      await iam.send(new aws.CreateUserCommand({ ...user('fay'), Path: LAB_PATH }));
      await keyOf(iam, user('fay').UserName);
    },
    'Deactivated 2 keys of old and perception-lab-fay.\n',
  ],
  [
    'moved out of the path',
    ['offboard', 'fay', '--now', '--yes'],
    (iam) => iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewPath: '/' })),
    null,
  ],
])('a stolen key of a user that was %s is deactivated at once', async (_what, args, change, said) => {
  await labs.attack(async (lab) => {
    const stolen = await lab.byHand((iam) => keyOf(iam, user('fay').UserName));
    expect(await canPay(lab, stolen)).toBe(true);
    await lab.byHand(change);
    const { code, stdout } = await lab.mturk(TODAY, ...args);
    expect([code, said === null ? null : stdout]).toEqual([0, said]);
    expect(await canPay(lab, stolen)).toBe(false);
    const again = await lab.mturk(TODAY, 'keys', 'revoke', 'fay', '--yes');
    expect([again.code, again.stdout]).toEqual([0, 'No such key is left: nothing to do.\n']);
  });
});

it('without a record, a command that deactivates keys says that the user of the name may be another', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand((iam) => keyOf(iam, user('fay').UserName));
    rmSync(lab.path('.mturk-team/emulator/apply-record.json'), { force: false });
    const { code, stdout, stderr } = await lab.mturk(TODAY, 'keys', 'revoke', 'fay', '--yes');
    expect([code, stdout]).toEqual([0, 'Deactivated 1 key of perception-lab-fay.\n']);
    expect(stderr).toContain('no-apply-record');
  });
});

test('who is given a later last day, once reconcile has deleted the user, is no replaced user', () =>
  labs.attack(async (lab) => {
    for (const day of [TODAY, '2027-07-05', '2027-07-07']) await lab.mturk(day, 'drift', '--reconcile', '--yes');
    const gone = await lab.byHand((iam) =>
      iam.send(new aws.GetUserCommand(user('bo'))).catch(({ name }: Error) => name),
    );
    expect(gone).toBe('NoSuchEntityException');
    lab.edit('until: "2027-05-31"', 'until: "2027-12-31"');
    expect(await lab.mturk('2027-07-10', 'apply', '--yes')).toMatchObject({ code: 0 });
    const { stdout } = await lab.mturk('2027-07-11', 'apply', '--yes');
    expect(stdout).not.toContain('another IAM user has the member');
    expect(await lab.mturk('2027-07-11', 'drift', '--reconcile', '--yes')).toMatchObject({ code: 0 });
  }));

test.each(sampleOf(['perception-lab-fay', 'Perception-Lab-fay'], 1))(
  'a stranger %s who has all that a deleted member had can spend, and each check says so',
  (UserName) =>
    labs.attack(async (lab) => {
      const key = await lab.byHand(async (iam) => {
        const { User } = await iam.send(new aws.GetUserCommand(user('fay')));
        await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
        await iam.send(new aws.DeleteUserCommand(user('fay')));
        const PermissionsBoundary = User?.PermissionsBoundary?.PermissionsBoundaryArn;
        await iam.send(new aws.CreateUserCommand({ UserName, Path: LAB_PATH, Tags: User?.Tags, PermissionsBoundary }));
        await iam.send(new aws.AddUserToGroupCommand({ ...group('paymaster'), UserName }));
        return keyOf(iam, UserName);
      });
      for (const day of [TODAY, TOMORROW]) {
        const { stdout } = await lab.mturk(day, 'drift', '--no-cloudtrail');
        expect(stdout).toContain('can spend money');
      }
      expect(await canPay(lab, key)).toBe(true);
    }),
);
