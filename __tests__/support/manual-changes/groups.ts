import * as aws from '@aws-sdk/client-iam';
import { boundaryArn, rolePolicyArn } from '../../../src/team/names.ts';
import { sampleTeam } from '../sample-team.ts';
import { deny, document, FULL, group, LAB_PATH, type ManualChange, user } from './manual-change.ts';

type Command = Parameters<aws.IAMClient['send']>[0];

const BONUS = 'mechanicalturk:SendBonus';
const SOME = ['mechanicalturk:ListHITs', 'mechanicalturk:CreateHIT', BONUS];
const PAYERS = rolePolicyArn(sampleTeam, 'paymaster');

const inline = (of: { readonly GroupName: string }, PolicyDocument: string) =>
  new aws.PutGroupPolicyCommand({ ...of, PolicyName: 'by-hand', PolicyDocument });
const attach = (GroupName: string, PolicyArn: string) => new aws.AttachGroupPolicyCommand({ GroupName, PolicyArn });
const detach = (key: string, PolicyArn: string) => new aws.DetachGroupPolicyCommand({ ...group(key), PolicyArn });
const join = (key: string, GroupName: string) => new aws.AddUserToGroupCommand({ ...user(key), GroupName });
const leave = (key: string, role: string) => new aws.RemoveUserFromGroupCommand({ ...user(key), ...group(role) });
const make = (GroupName: string, Path?: string) => new aws.CreateGroupCommand({ GroupName, Path });
const name = (GroupName: string, NewGroupName: string) => new aws.UpdateGroupCommand({ GroupName, NewGroupName });
const nameUser = (UserName: string, NewUserName: string) => new aws.UpdateUserCommand({ UserName, NewUserName });
const move = (key: string, NewPath: string) => new aws.UpdateUserCommand({ ...user(key), NewPath });
const policy = (PolicyName: string, PolicyDocument: string) =>
  new aws.CreatePolicyCommand({ PolicyName, PolicyDocument });
const hire = (key: string) =>
  new aws.CreateUserCommand({ ...user(key), Path: LAB_PATH, PermissionsBoundary: boundaryArn(sampleTeam) });

const { GroupName: payers } = group('paymaster');
const PAYERS_ELSEWHERE = `arn:aws:iam::${sampleTeam.account}:policy/${payers}`;
const { GroupName: readers } = group('results-reader');
/** Of a role that a file may add. */
const { GroupName: reviewers } = group('reviewers');
const { UserName: bo } = user('bo');
const { UserName: fay } = user('fay');

const CALLS: Readonly<Record<string, () => readonly unknown[]>> = {
  "a role's group denies inline": () => [inline(group('paymaster'), document('Deny', SOME))],
  "a role's group denies by an attached policy": () => [
    policy('no-hits', document('Deny', 'mechanicalturk:*')),
    attach(readers, `arn:aws:iam::${sampleTeam.account}:policy/no-hits`),
  ],
  "a role's policy denies, too": () => [
    new aws.CreatePolicyVersionCommand({
      PolicyArn: PAYERS,
      PolicyDocument: document('Allow', 'mechanicalturk:*', deny(BONUS)),
      SetAsDefault: true,
    }),
  ],
  'a group under the path denies two members': () => [
    make('stop', LAB_PATH),
    inline({ GroupName: 'stop' }, document('Deny', SOME)),
    join('bo', 'stop'),
    join('fay', 'stop'),
  ],
  'a group elsewhere denies two members': () => [
    make('stop-elsewhere'),
    inline({ GroupName: 'stop-elsewhere' }, document('Deny', SOME)),
    join('fay', 'stop-elsewhere'),
    join('gus', 'stop-elsewhere'),
  ],
  'a group under the path allows and denies': () => [
    make('mixed', LAB_PATH),
    inline({ GroupName: 'mixed' }, document('Allow', BONUS, deny('mechanicalturk:ListHITs'))),
    join('bo', 'mixed'),
    join('cy', 'mixed'),
  ],
  'a group elsewhere allows and denies': () => [
    make('mixed-elsewhere'),
    inline({ GroupName: 'mixed-elsewhere' }, document('Allow', 'mechanicalturk:*', deny('mechanicalturk:ListHITs'))),
    join('bo', 'mixed-elsewhere'),
    join('cy', 'mixed-elsewhere'),
  ],
  "a group elsewhere has a role's policy": () => [
    make('payers-elsewhere'),
    attach('payers-elsewhere', PAYERS),
    join('bo', 'payers-elsewhere'),
  ],
  "a group under the path has a role's policy, and denies": () => [
    make('payers', LAB_PATH),
    attach('payers', PAYERS),
    inline({ GroupName: 'payers' }, document('Deny', SOME)),
    join('bo', 'payers'),
    join('gus', 'payers'),
  ],
  "a role's group gets the name of a role to come": () => [name(readers, reviewers)],
  "a role's group that denies gets the name of a role to come, with one more member": () => [
    inline(group('paymaster'), document('Deny', SOME)),
    join('bo', payers),
    name(payers, reviewers),
  ],
  "another group gets the name of a role's group that was renamed": () => [
    name(payers, 'old-payers'),
    make(payers, LAB_PATH),
    inline(group('paymaster'), document('Deny', BONUS)),
    join('bo', payers),
    join('fay', payers),
  ],
  "the groups of two roles have each other's names": () => [
    name(payers, 'between'),
    name(readers, payers),
    name('between', readers),
  ],
  'a renamed group gets its name back': () => [name('old-payers', payers)],
  "a member's user is renamed, and another one gets the name": () => [
    nameUser(fay, 'fay'),
    hire('fay'),
    join('fay', payers),
  ],
  "the only owner's user is deleted, and another one gets the name": () => [
    leave('ada', 'full-access'),
    new aws.DeleteUserPermissionsBoundaryCommand(user('ada')),
    new aws.DeleteUserCommand(user('ada')),
    hire('ada'),
    join('ada', group('full-access').GroupName),
  ],
  "a member's user is deleted, and another one gets the name": () => [
    leave('gus', 'everything-but-bonus'),
    new aws.DeleteUserPolicyCommand({ ...user('gus'), PolicyName: 'limits' }),
    new aws.DeleteUserPermissionsBoundaryCommand(user('gus')),
    new aws.DeleteUserCommand(user('gus')),
    hire('gus'),
    join('gus', group('everything-but-bonus').GroupName),
  ],
  "the users of two members have each other's names": () => [
    nameUser(bo, 'between'),
    nameUser(fay, bo),
    nameUser('between', fay),
  ],
  'a renamed user gets its name back': () => [nameUser('fay', fay)],
  "a member's user is moved, and has full access": () => [
    move('bo', '/elsewhere/'),
    new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn: FULL }),
  ],
  'moved users get their path back': () => [move('fay', LAB_PATH), move('bo', LAB_PATH)],
  "a member's user is renamed and moved": () => [move('gus', '/elsewhere/'), nameUser(user('gus').UserName, 'gus')],
  'a user that was renamed and moved gets path and name back': () => [
    new aws.UpdateUserCommand({ UserName: 'gus', NewPath: LAB_PATH, NewUserName: user('gus').UserName }),
  ],
  "a role's moved group gets its path back": () => [
    new aws.UpdateGroupCommand({ ...group('paymaster'), NewPath: LAB_PATH }),
  ],
  "another policy gets the name of a role's policy, and its group": () => [
    detach('paymaster', PAYERS),
    new aws.DeletePolicyCommand({ PolicyArn: PAYERS }),
    policy(payers, document('Allow', 'mechanicalturk:*', deny(BONUS))),
    attach(payers, PAYERS_ELSEWHERE),
  ],
  "a policy with the name of a role's is deleted": () => [
    detach('paymaster', PAYERS_ELSEWHERE),
    new aws.DeletePolicyCommand({ PolicyArn: PAYERS_ELSEWHERE }),
  ],
  "the boundary's policy is deleted": () => [
    ...sampleTeam.members.map(({ key }) => new aws.DeleteUserPermissionsBoundaryCommand(user(key))),
    new aws.DeleteUserPermissionsBoundaryCommand(user('hal')),
    new aws.DeletePolicyCommand({ PolicyArn: boundaryArn(sampleTeam) }),
  ],
  "everyone leaves a role's group": () => [leave('bo', 'results-reader'), leave('cy', 'results-reader')],
  "a role's group has no policy but one that denies": () => [
    detach('paymaster', PAYERS),
    inline(group('paymaster'), document('Deny', SOME)),
  ],
  "the group of a role of AWS's policy has no policy but one that denies": () => [
    detach('full-access', FULL),
    inline(group('full-access'), document('Deny', BONUS)),
  ],
};

/** Groups that deny, allow, are renamed, replaced and emptied, and users with other users' names: more than one finding each. */
export const GROUPS: readonly Pick<ManualChange, 'what' | 'done'>[] = Object.entries(CALLS).map(([what, calls]) => ({
  what,
  async done({ iam }) {
    for (const call of calls()) await iam.send(call as Command);
  },
}));
