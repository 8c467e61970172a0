import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, canPay, FULL, group, keyOf, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const labs = attackedLabs((file) => file.replace('settings:\n', 'settings:\n  neighbors: [vision-lab]\n'));
beforeAll(labs.prepare);
afterAll(labs.remove);

const PATH = '/mturk/perception-lab/';
const policy = (key: string) => `arn:aws:iam::123456789012:policy${PATH}${group(key).GroupName}`;
/** A user outside the lab who is not found for lacking a boundary. */
const MALLORY = { UserName: 'mallory', PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess' };
const nameGroup = (iam: aws.IAMClient, from: string, NewGroupName: string) =>
  iam.send(new aws.UpdateGroupCommand({ GroupName: from, NewGroupName }));
const nameUser = (iam: aws.IAMClient, from: string, NewUserName: string, NewPath = PATH) =>
  iam.send(new aws.UpdateUserCommand({ ...user(from), NewUserName, NewPath }));
const into = (iam: aws.IAMClient, UserName: string, GroupName: string) =>
  iam.send(new aws.AddUserToGroupCommand({ UserName, GroupName }));

const HIDING: readonly (readonly [
  what: string,
  who: RegExp,
  spender: string,
  (iam: aws.IAMClient) => Promise<unknown>,
])[] = [
  [
    'two renamed groups give the same',
    /mallory can spend[\s\S]*pay bonuses/,
    'mallory',
    async (iam) => {
      await iam.send(new aws.CreateUserCommand(MALLORY));
      await nameGroup(iam, group('task-publisher').GroupName, 'tp2');
      await nameGroup(iam, group('paymaster').GroupName, 'pm2');
      await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'tp2', PolicyArn: policy('paymaster') }));
      await into(iam, 'mallory', 'tp2');
      await into(iam, 'mallory', 'pm2');
    },
  ],
  [
    'a renamed user and its renamed group give the same',
    /Bo Chen \(bo\) can spend/,
    'bob',
    async (iam) => {
      await nameUser(iam, 'bo', 'bob');
      await nameGroup(iam, group('task-publisher').GroupName, 'tp2');
      await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'tp2', PolicyArn: FULL }));
      await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'bob', PolicyArn: FULL }));
    },
  ],
  [
    "a group has the name of another role's group that was renamed",
    /Ada O'Neill \(ada\) and Bo Chen \(bo\) can spend/,
    user('ada').UserName,
    async (iam) => {
      await nameGroup(iam, group('task-publisher').GroupName, 'old');
      await nameGroup(iam, group('results-reader').GroupName, group('task-publisher').GroupName);
      await iam.send(new aws.AttachGroupPolicyCommand({ ...group('task-publisher'), PolicyArn: policy('paymaster') }));
    },
  ],
  [
    "a user has the name of another member's user that was renamed",
    /Ada O'Neill \(ada\) can spend/,
    user('fay').UserName,
    async (iam) => {
      await nameUser(iam, 'fay', 'zed');
      await nameUser(iam, 'ada', user('fay').UserName);
      await into(iam, user('fay').UserName, group('paymaster').GroupName);
    },
  ],
  [
    'a user has the name of a member who is not applied',
    /Ada O'Neill \(ada\) can spend/,
    user('newbie').UserName,
    async (iam) => {
      await nameUser(iam, 'ada', user('newbie').UserName);
      await into(iam, user('newbie').UserName, group('paymaster').GroupName);
    },
  ],
  [
    "a member's user is below a neighbor, and another has its name",
    /Ada O'Neill \(ada\) can spend/,
    'vision-lab-ada',
    async (iam) => {
      await nameUser(iam, 'ada', 'vision-lab-ada', '/mturk/vision-lab/');
      await iam.send(new aws.CreateUserCommand({ ...user('ada'), Path: PATH }));
      await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'vision-lab-ada', PolicyArn: FULL }));
    },
  ],
];

test.each(sampleOf(HIDING, 3))('a check says who can spend although %s', (_what, says, spender, done) =>
  labs.attack(async (lab) => {
    lab.edit('members:\n', 'members:\n  newbie:\n    name: New Bie\n    roles: [paymaster]\n');
    const key = await lab.byHand(async (iam) => {
      await done(iam);
      return keyOf(iam, spender);
    });
    expect(await canPay(lab, key)).toBe(true);
    const { stdout } = await lab.mturk(TODAY, 'drift');
    expect(stdout).toMatch(says);
  }),
);

test('a check says what no apply reaches of a renamed group that was moved', () =>
  labs.attack(async (lab) => {
    const key = await lab.byHand(async (iam) => {
      await iam.send(
        new aws.UpdateGroupCommand({ ...group('paymaster'), NewGroupName: 'pm2', NewPath: '/elsewhere/' }),
      );
      await iam.send(new aws.CreateUserCommand(MALLORY));
      await into(iam, 'mallory', 'pm2');
      return keyOf(iam, 'mallory');
    });
    const { stdout } = await lab.mturk(TODAY, 'drift');
    expect(stdout).toContain('cannot remove anyone from this one');
    await lab.mturk(TODAY, 'apply', '--yes');
    expect(await canPay(lab, key)).toBe(true);
    const later = await lab.mturk(TOMORROW, 'drift');
    expect(later.stdout).toContain('mallory can spend');
  }));

test('a check says that a renamed user has another boundary', () =>
  labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      await nameUser(iam, 'ada', 'zed');
      const PermissionsBoundary = 'arn:aws:iam::aws:policy/AdministratorAccess';
      await iam.send(new aws.PutUserPermissionsBoundaryCommand({ UserName: 'zed', PermissionsBoundary }));
    });
    const { stdout } = await lab.mturk(TODAY, 'drift');
    expect(stdout.replace(/\s+/g, ' ')).toContain("Not with the lab's permissions boundary");
  }));
