import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, canPay, FULL, group, keyOf, TODAY, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const PATH = '/mturk/perception-lab/';
const ARN = 'arn:aws:iam::123456789012';
const allows = (Action: string, more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*', ...more }] });
const named = (key: string, value: string) =>
  allows('mechanicalturk:*', { Condition: { StringEquals: { [key]: value } } });

const PLACES = [
  ['at its place', user('bo').UserName, PATH],
  ['renamed', 'zed', PATH],
  ['renamed and moved', 'zed', '/x/'],
] as const;

test.each(
  sampleOf(
    PLACES.flatMap(([what, name, path]) => [
      [what, 'name', name, path, named('aws:username', name)] as const,
      [what, 'ARN', name, path, named('aws:PrincipalArn', `${ARN}:user${path}${name}`)] as const,
    ]),
    2,
  ),
)('a check says what a user %s may do by its present %s', (_what, _by, NewUserName, NewPath, PolicyDocument) =>
  labs.attack(async (lab) => {
    const key = await lab.byHand(async (iam) => {
      const made = await keyOf(iam, user('bo').UserName);
      await iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewUserName, NewPath }));
      await iam.send(new aws.CreateGroupCommand({ GroupName: 'helpers' }));
      await iam.send(new aws.PutGroupPolicyCommand({ GroupName: 'helpers', PolicyName: 'p', PolicyDocument }));
      await iam.send(new aws.AddUserToGroupCommand({ GroupName: 'helpers', UserName: NewUserName }));
      return made;
    });
    expect(await canPay(lab, key)).toBe(true);
    const { stdout } = await lab.mturk(TODAY, 'drift');
    expect(stdout).toContain('Bo Chen (bo) can spend money');
  }),
);

test.each(sampleOf(PLACES, 1))('a check says that a user %s can take over the account', (_what, NewUserName, NewPath) =>
  labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      const of = { UserName: NewUserName };
      await iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewUserName, NewPath }));
      await iam.send(new aws.DeleteUserPermissionsBoundaryCommand(of));
      const PolicyDocument = allows('iam:PutUserPolicy', { Resource: `${ARN}:user${NewPath}${NewUserName}` });
      await iam.send(new aws.PutUserPolicyCommand({ ...of, PolicyName: 'p', PolicyDocument }));
    });
    const { stdout } = await lab.mturk(TODAY, 'drift');
    expect(stdout).toContain('Bo Chen (bo) can take full control of the account');
  }),
);

test.each(sampleOf([group('paymaster').GroupName, 'pm2'], 1))(
  'a check names who can join the group of a role, whose name is %s now',
  (NewGroupName) =>
    labs.attack(async (lab) => {
      await lab.byHand(async (iam) => {
        const of = { UserName: 'mallory' };
        await iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewGroupName }));
        await iam.send(new aws.CreateUserCommand(of));
        const PolicyDocument = allows('iam:AddUserToGroup', { Resource: `${ARN}:group${PATH}${NewGroupName}` });
        await iam.send(new aws.PutUserPolicyCommand({ ...of, PolicyName: 'p', PolicyDocument }));
      });
      const { stdout } = await lab.mturk(TODAY, 'drift');
      expect(stdout).toContain('mallory can take full control');
    }),
);

test.each(sampleOf([PATH, '/'], 1))(
  'a user under %s with the tags of a member whose user was deleted for age is an unmanaged one',
  (Path) =>
    labs.attack(async (lab) => {
      for (const day of ['2027-07-30', '2027-07-31']) await lab.mturk(day, 'drift', '--reconcile', '--yes');
      await lab.byHand(async (iam) => {
        const tags = { 'mturk-team:lab': 'perception-lab', 'mturk-team:member': 'bo' };
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        await iam.send(new aws.CreateUserCommand({ UserName: 'zed', Path, Tags }));
        await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'zed', PolicyArn: FULL }));
      });
      const { stdout } = await lab.mturk('2027-08-02', 'drift');
      expect(stdout).toContain('Unmanaged user zed');
      expect(stdout).not.toContain('renamed');
    }),
);
