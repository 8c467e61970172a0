import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { byHandIn } from '../support/applied-directory.ts';
import { attackedLabs, commentOf, FULL, group, keyOf, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';
import { allJobs } from '../workflows/workflow-file.ts';

const test = testInTurn(8);

const CY = '  cy: { name: Cy Moreau, roles: [paymaster], suspended: true }\n';
const labs = attackedLabs((file) => file.replace('  fay: {', `${CY}  fay: {`));
beforeAll(labs.prepare);
afterAll(labs.remove);

const READ_ONLY = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly';
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string) => ({ Effect: 'Allow', Action, Resource: '*' });
const deny = (Action: string) => ({ Effect: 'Deny', Action, Resource: '*' });
/** IAM accepts 2,048 characters in all inline policies of a user. */
const LONG = document(allow('mechanicalturk:CreateHIT'), allow(`s3:${'x'.repeat(1_860)}`));
const attach = (iam: aws.IAMClient, UserName: string) =>
  iam.send(new aws.AttachUserPolicyCommand({ UserName, PolicyArn: FULL }));

interface Row {
  readonly what: string;
  change(iam: aws.IAMClient): Promise<unknown>;
  /** The user who must not spend after one check. */
  readonly attacker: string;
  /** A member and an operation that was taken, and stays taken. */
  readonly withheld?: readonly [key: string, operation: string];
}

const ROWS: readonly Row[] = [
  {
    what: 'a suspension that was narrowed',
    async change(iam) {
      const PolicyDocument = document(deny('mechanicalturk:SendBonus'));
      await iam.send(new aws.PutUserPolicyCommand({ ...user('cy'), PolicyName: 'limits', PolicyDocument }));
      await attach(iam, user('bo').UserName);
    },
    attacker: user('bo').UserName,
  },
  {
    what: 'a renamed group, and a new one with full access and a stranger',
    async change(iam) {
      await iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewGroupName: 'old-payers' }));
      await iam.send(new aws.CreateGroupCommand({ ...group('paymaster'), Path: '/mturk/perception-lab/' }));
      await iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: FULL }));
      await iam.send(new aws.CreateUserCommand({ UserName: 'stranger' }));
      await iam.send(new aws.AddUserToGroupCommand({ ...group('paymaster'), UserName: 'stranger' }));
      await iam.send(new aws.AddUserToGroupCommand({ GroupName: 'old-payers', UserName: 'stranger' }));
    },
    attacker: 'stranger',
  },
  {
    what: 'a member in as many groups under the path as IAM allows',
    async change(iam) {
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...group('task-publisher'), ...user('bo') }));
      for (let index = 0; index < 9; index += 1) {
        await iam.send(new aws.CreateGroupCommand({ GroupName: `more-${index}`, Path: '/mturk/perception-lab/' }));
        await iam.send(new aws.AddUserToGroupCommand({ GroupName: `more-${index}`, ...user('bo') }));
      }
      await iam.send(new aws.AddUserToGroupCommand({ ...group('paymaster'), ...user('ada') }));
    },
    attacker: user('ada').UserName,
    withheld: ['bo', 'CreateHIT'],
  },
  {
    what: 'an edit that gives and takes at once',
    async change(iam) {
      const PolicyArn = rolePolicyArn(smallTeam, 'task-publisher');
      const PolicyDocument = document(allow('mechanicalturk:SendBonus'));
      await iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
    },
    attacker: user('bo').UserName,
    withheld: ['bo', 'CreateHIT'],
  },
  {
    what: 'a renamed member',
    async change(iam) {
      await iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewUserName: 'bob' }));
      await iam.send(new aws.AddUserToGroupCommand({ UserName: 'bob', ...group('paymaster') }));
    },
    attacker: 'bob',
  },
  {
    what: 'a group moved out of the path, with full access',
    async change(iam) {
      await iam.send(new aws.UpdateGroupCommand({ ...group('task-publisher'), NewPath: '/elsewhere/' }));
      await iam.send(new aws.AttachGroupPolicyCommand({ ...group('task-publisher'), PolicyArn: FULL }));
    },
    attacker: user('bo').UserName,
  },
  {
    what: 'a group with as many other policies as IAM attaches',
    async change(iam) {
      const own = { ...group('task-publisher'), PolicyArn: rolePolicyArn(smallTeam, 'task-publisher') };
      await iam.send(new aws.DetachGroupPolicyCommand(own));
      for (let index = 0; index < 10; index += 1) {
        const made = { PolicyName: `more-${index}`, PolicyDocument: document(allow('mechanicalturk:*')) };
        const { Policy } = await iam.send(new aws.CreatePolicyCommand(made));
        await iam.send(new aws.AttachGroupPolicyCommand({ ...group('task-publisher'), PolicyArn: Policy?.Arn }));
      }
    },
    attacker: user('bo').UserName,
  },
  {
    what: 'a renamed member with full access',
    async change(iam) {
      await iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewUserName: 'bob' }));
      await iam.send(new aws.DeleteUserPermissionsBoundaryCommand({ UserName: 'bob' }));
      const PolicyDocument = document(allow('mechanicalturk:*'));
      await iam.send(new aws.PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'more', PolicyDocument }));
      await attach(iam, 'bob');
    },
    attacker: 'bob',
  },
  {
    what: 'an inline policy as long as the quota, of a member without a role',
    async change(iam) {
      await iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'long', PolicyDocument: LONG }));
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      await attach(iam, user('bo').UserName);
    },
    attacker: user('bo').UserName,
    withheld: ['fay', 'ApproveAssignment'],
  },
  {
    what: 'a renamed member with an inline policy as long as the quota',
    async change(iam) {
      await iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'long', PolicyDocument: LONG }));
      await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewUserName: 'fab' }));
    },
    attacker: 'fab',
  },
];

const LAB = { Path: '/mturk/perception-lab/' };
const TRUST = document({
  ...allow('sts:AssumeRole'),
  Resource: undefined,
  Principal: { Service: 'ec2.amazonaws.com' },
});
const withoutPublisher: Team = {
  ...smallTeam,
  roles: smallTeam.roles.filter(({ key }) => key !== 'task-publisher'),
  members: smallTeam.members.map((one) => ({ ...one, roles: one.roles.filter((key) => key !== 'task-publisher') })),
};

/** Who else can have the policy of a role: IAM then does not delete it. */
const HOLDERS: readonly [string, (iam: aws.IAMClient, PolicyArn: string) => Promise<unknown>][] = [
  [
    'a group outside the path',
    async (iam, PolicyArn) => {
      await iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
      await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'elsewhere', PolicyArn }));
    },
  ],
  [
    'an IAM role',
    async (iam, PolicyArn) => {
      await iam.send(new aws.CreateRoleCommand({ RoleName: 'other', AssumeRolePolicyDocument: TRUST }));
      await iam.send(new aws.AttachRolePolicyCommand({ RoleName: 'other', PolicyArn }));
    },
  ],
  [
    'a user, as a boundary',
    (iam, PermissionsBoundary) => iam.send(new aws.CreateUserCommand({ UserName: 'other', PermissionsBoundary })),
  ],
  [
    'a group of the path that is of no role',
    async (iam, PolicyArn) => {
      await iam.send(new aws.CreateGroupCommand({ GroupName: 'other', ...LAB }));
      await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'other', PolicyArn }));
    },
  ],
  [
    'a user of the path who is no member',
    async (iam, PolicyArn) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'other', ...LAB }));
      await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'other', PolicyArn }));
    },
  ],
];

test.each(sampleOf(HOLDERS, 1))(
  'what someone adds to a role that the file removes stops no apply, and is gone: %s has its policy',
  async (_what, hold) => {
    await withLab(await appliedTo(smallTeam), async (test) => {
      const { iam } = test.lab(smallTeam);
      await iam.send(new aws.CreateUserCommand({ UserName: 'stranger' }));
      await iam.send(new aws.AddUserToGroupCommand({ ...group('task-publisher'), UserName: 'stranger' }));
      await iam.send(new aws.AttachGroupPolicyCommand({ ...group('task-publisher'), PolicyArn: FULL }));
      const PolicyDocument = document(allow('mechanicalturk:*'));
      await iam.send(new aws.PutGroupPolicyCommand({ ...group('task-publisher'), PolicyName: 'more', PolicyDocument }));
      await hold(iam, rolePolicyArn(smallTeam, 'task-publisher'));
      await applied(test.lab(withoutPublisher));
      const access = accessAt(accessIn(test.memory.account));
      expect(access.get('stranger') ?? new Set()).toEqual(new Set());
      expect(access.get(user('bo').UserName)).not.toContain('CreateHIT');
      expect(Object.values(test.memory.account.groups).map(({ name }) => name)).not.toContain(
        group('task-publisher').GroupName,
      );
    });
  },
);

test('an apply changes no user and no group that was moved out of the path, if the file removes them', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const { iam } = test.lab(smallTeam);
    await iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewPath: '/elsewhere/' }));
    await iam.send(new aws.UpdateGroupCommand({ ...group('task-publisher'), NewPath: '/elsewhere/' }));
    await iam.send(new aws.AddUserToGroupCommand({ ...group('task-publisher'), ...user('fay') }));
    const members = withoutPublisher.members.filter(({ key }) => key !== 'bo');
    const departed = [...smallTeam.departed, { key: 'bo', left: TODAY, reason: 'graduated' }];
    const writes: string[] = [];
    test.listen(({ phase, action, params }) => {
      const { GroupName, UserName } = params as { readonly GroupName?: string; readonly UserName?: string };
      if (phase === 'before' && !/^(?:Get|List)/.test(action)) writes.push(`${action} ${GroupName ?? UserName}`);
      return true;
    });
    await applied(test.lab({ ...withoutPublisher, members, departed }));
    test.listen(null);
    // The role of the workflows may change nothing else.
    expect([...new Set(writes)].sort()).toEqual([
      `PutUserPolicy ${user('fay').UserName}`,
      `RemoveUserFromGroup ${group('results-reader').GroupName}`,
    ]);
    expect(accessAt(accessIn(test.memory.account)).get(user('fay').UserName)).not.toContain('CreateHIT');
  });
});

test.each(sampleOf(ROWS, 2))('$what does not keep what was added for a day', async ({ change, attacker, withheld }) => {
  await labs.attack(async (lab) => {
    await lab.byHand(change);
    expect(await lab.may(attacker)).toContain('SendBonus');
    expect((await lab.mturk(TODAY, 'drift', '--reconcile', '--yes')).code).not.toBe(1);
    expect(await lab.may(attacker)).not.toContain('SendBonus');
    expect(await lab.may(user('cy').UserName)).toEqual([]);
    if (withheld === undefined) return;
    const [key, operation] = withheld;
    expect(await lab.may(user(key).UserName)).not.toContain(operation);
    // It comes back by the announced reconcile alone.
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.may(user(key).UserName)).not.toContain(operation);
    await lab.mturk(TOMORROW, 'drift', '--reconcile', '--yes');
    expect(await lab.may(user(key).UserName)).toContain(operation);
  });
});

test('the last day of the only owner ends no check and no revert, and the comment asks who approves then', () =>
  labs.attack(async (lab) => {
    const edit = () =>
      lab.edit(
        'roles: [ results-reader ] }\n  bo',
        'roles: [ results-reader ], until: "2026-12-31", sponsor: fay }\n  bo',
      );
    expect(await commentOf(lab, edit)).toContain(
      'who will approve changes from 1 Jan 2027 on? No owner has access then.',
    );
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    await lab.byHand(async (iam) => {
      await attach(iam, user('bo').UserName);
      // Their order of calls needs a suspension, and so a second plan.
      await iam.send(new aws.PutUserPermissionsBoundaryCommand({ ...user('bo'), PermissionsBoundary: READ_ONLY }));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
    });
    const later = await lab.mturk('2027-01-02', 'drift');
    expect(later.stdout).toContain('Drift in perception-lab');
    const { stderr } = await lab.mturk('2027-01-02', 'drift', '--reconcile', '--yes');
    expect(stderr).not.toContain('error');
    expect(await lab.may(user('bo').UserName)).not.toContain('RejectAssignment');
    expect(await lab.may(user('bo').UserName)).toContain('GetHIT');
  }));

test('a key without rights stops no giving back by 1,001 calls that are refused', async () => {
  await labs.attack(async (lab) => {
    const at = (now: string, click: Parameters<typeof byHandIn>[1]) =>
      byHandIn(lab.path('.'), click, { clock: () => new Date(now) });
    await at('2027-01-14T12:00:00Z', (iam) =>
      iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })),
    );
    await lab.mturk('2027-01-15', 'drift', '--reconcile', '--yes');
    expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
    await at('2027-01-16T12:00:00Z', async (iam, { endpoint }) => {
      const credentials = await keyOf(iam, user('bo').UserName);
      const own = new aws.IAMClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
      const call = () => own.send(new aws.CreateGroupCommand({ GroupName: 'x' })).catch(({ name }: Error) => name);
      for (let calls = 0; calls < 1_001; calls += 1) expect(await call()).toMatch(/^AccessDenied/);
      own.destroy();
    });
    await lab.mturk('2027-01-17', 'drift', '--reconcile', '--yes');
    expect(await lab.may(user('fay').UserName)).toContain('SendBonus');
  });
});

test('no job waits for a person, while a freeze waits behind it', () => {
  // Applies and drift checks wait for each other. A job that deploys to an environment can have reviewers.
  const waiting = allJobs().filter(({ job }) => job.environment !== undefined);
  expect(waiting.map(({ where }) => where)).toEqual([]);
});
