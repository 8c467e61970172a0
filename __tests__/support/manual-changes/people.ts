import * as aws from '@aws-sdk/client-iam';
import { boundaryArn } from '../../../src/team/names.ts';
import { sampleTeam } from '../sample-team.ts';
import { deny, document, FULL, group, LAB_PATH, type ManualChange, user, withheldFrom } from './manual-change.ts';

/** Who is in which group, and users who come, go and are moved. */
export const PEOPLE: readonly ManualChange[] = [
  {
    what: 'a member is added to a group that spends',
    done: ({ iam }) => iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') })),
    finds: ['membership-added/bo/paymaster/spends'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: 'a suspended member is added to another group, which grants no access during the suspension',
    done: ({ iam }) => iam.send(new aws.AddUserToGroupCommand({ ...user('cy'), ...group('task-publisher') })),
    finds: ['membership-added/cy/task-publisher'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: 'an unmanaged user is added to a group of the lab',
    done: async ({ iam }) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'mallory' }));
      await iam.send(new aws.AddUserToGroupCommand({ UserName: 'mallory', ...group('paymaster') }));
    },
    finds: ['membership-added/mallory/paymaster/spends', 'user-without-boundary/mallory'],
    reconcile: 'undone',
    leaves: ['user-without-boundary/mallory'],
    access: true,
  },
  {
    what: 'a member is removed from a group',
    done: ({ iam }) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') })),
    finds: ['membership-removed/bo/task-publisher'],
    ...withheldFrom('bo'),
  },
  {
    what: 'a member is added to a group of the account that allows everything',
    done: async ({ iam }) => {
      await iam.send(new aws.CreateGroupCommand({ GroupName: 'Admins' }));
      const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
      await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'Admins', PolicyArn }));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), GroupName: 'Admins' }));
    },
    finds: ['unmanaged-group-membership/bo/Admins/spends'],
    // They stay in it, and are denied what it gives.
    leaves: ['unmanaged-group-membership/bo/Admins'],
    reconcile: 'left',
    access: true,
  },
  {
    what: 'a member is added to a group of the account that grants nothing',
    done: async ({ iam }) => {
      await iam.send(new aws.CreateGroupCommand({ GroupName: 'newsletter' }));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), GroupName: 'newsletter' }));
    },
    finds: ['unmanaged-group-membership/bo/newsletter'],
    reconcile: 'left',
    access: false,
  },
  {
    what: "a member's user is deleted",
    done: async ({ iam }) => {
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      await iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('fay')));
      await iam.send(new aws.DeleteUserCommand(user('fay')));
    },
    finds: ['user-deleted/fay'],
    reconcile: 'withheld',
    withholds: ['fay missing'],
    access: true,
  },
  {
    what: "a member's user is renamed",
    done: ({ iam }) => iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewUserName: 'fay' })),
    finds: ['user-renamed/fay'],
    reconcile: 'left',
    withholds: ['fay renamed'],
    access: true,
  },
  {
    what: "a member's user is renamed, and added to a group that spends",
    done: async ({ iam }) => {
      await iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewUserName: 'bob' }));
      await iam.send(new aws.AddUserToGroupCommand({ UserName: 'bob', ...group('paymaster') }));
    },
    finds: ['user-renamed/bo/spends'],
    reconcile: 'withheld',
    leaves: ['user-renamed/bo'],
    withholds: ['bo renamed'],
    access: true,
  },
  {
    what: "a member's user is renamed in case alone",
    done: ({ iam }) => iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewUserName: 'Perception-lab-fay' })),
    finds: ['user-renamed/fay'],
    reconcile: 'left',
    withholds: ['fay renamed'],
    access: true,
  },
  {
    what: "a member's user is moved to another path",
    done: ({ iam }) => iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewPath: '/elsewhere/' })),
    finds: ['path-changed/user/fay'],
    reconcile: 'left',
    leaves: ['membership-removed/fay/paymaster', 'path-changed/user/fay'],
    withholds: ['fay moved'],
    access: false,
  },
  {
    what: 'a user is created under the path of the lab, with full access',
    done: async ({ iam }) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'intern', Path: LAB_PATH }));
      await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'intern', PolicyArn: FULL }));
    },
    finds: ['unmanaged-user/intern/spends'],
    reconcile: 'left',
    access: true,
  },
  {
    what: 'a user is created under the path of the lab, with nothing',
    done: ({ iam }) => iam.send(new aws.CreateUserCommand({ UserName: 'intern', Path: LAB_PATH })),
    finds: ['unmanaged-user/intern'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'an old user elsewhere in the account has full access',
    done: async ({ iam }) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'old-mturk-user' }));
      await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'old-mturk-user', PolicyArn: FULL }));
    },
    finds: ['unmanaged-user/old-mturk-user/spends'],
    reconcile: 'left',
    access: true,
  },
  {
    what: 'a user elsewhere in the account can escalate',
    done: async ({ iam }) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'janitor' }));
      const PolicyDocument = document('Allow', ['iam:AttachUserPolicy', 'iam:PutUserPolicy']);
      await iam.send(new aws.PutUserPolicyCommand({ UserName: 'janitor', PolicyName: 'helpdesk', PolicyDocument }));
    },
    finds: ['unmanaged-user/janitor/escalates'],
    reconcile: 'left',
    access: false,
  },
  {
    what: "the tutorial's user: everything, and a Deny of an operation that no longer exists",
    done: async ({ iam }) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'researcher' }));
      const PolicyDocument = document('Allow', 'mechanicalturk:*', deny('mechanicalturk:GrantBonus'));
      await iam.send(new aws.PutUserPolicyCommand({ UserName: 'researcher', PolicyName: 'no-bonus', PolicyDocument }));
    },
    finds: ['unmanaged-user/researcher/spends', 'retired-operations/user/researcher/no-bonus'],
    reconcile: 'left',
    access: true,
  },
  {
    what: "a member's boundary is removed",
    done: ({ iam }) => iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('fay'))),
    finds: ['user-without-boundary/fay'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: "a member's boundary is replaced by one that lets everything through",
    done: ({ iam }) => {
      const PermissionsBoundary = 'arn:aws:iam::aws:policy/AdministratorAccess';
      return iam.send(new aws.PutUserPermissionsBoundaryCommand({ ...user('fay'), PermissionsBoundary }));
    },
    finds: ['boundary-changed/fay'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: "a member's boundary is replaced by a narrower one in an emergency",
    done: async ({ iam }) => {
      const PolicyDocument = document('Deny', '*');
      const made = await iam.send(new aws.CreatePolicyCommand({ PolicyName: 'locked', PolicyDocument }));
      const PermissionsBoundary = made.Policy?.Arn ?? '';
      await iam.send(new aws.PutUserPermissionsBoundaryCommand({ ...user('fay'), PermissionsBoundary }));
    },
    finds: ['boundary-changed/fay'],
    ...withheldFrom('fay'),
  },
  {
    what: 'the boundary itself is widened',
    done: ({ iam }) =>
      iam.send(
        new aws.CreatePolicyVersionCommand({
          PolicyArn: boundaryArn(sampleTeam),
          PolicyDocument: document('Allow', '*'),
          SetAsDefault: true,
        }),
      ),
    finds: ['boundary-policy-changed/wider'],
    reconcile: 'left',
    access: false,
  },
  {
    what: 'the boundary itself is narrowed',
    done: ({ iam }) =>
      iam.send(
        new aws.CreatePolicyVersionCommand({
          PolicyArn: boundaryArn(sampleTeam),
          PolicyDocument: document('Allow', ['mechanicalturk:Get*', 'mechanicalturk:List*']),
          SetAsDefault: true,
        }),
      ),
    finds: ['boundary-policy-changed/narrower'],
    reconcile: 'left',
    access: true,
  },
  {
    what: 'a tag is removed from a member',
    done: ({ iam }) => iam.send(new aws.UntagUserCommand({ ...user('ada'), TagKeys: ['mturk-team:lab'] })),
    finds: ['tag-changed/ada/mturk-team=3Alab'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: 'a tag is added to a member',
    done: ({ iam }) => iam.send(new aws.TagUserCommand({ ...user('ada'), Tags: [{ Key: 'hello', Value: 'x' }] })),
    finds: ['tag-changed/ada/hello'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: 'a tag of a member is changed',
    done: ({ iam }) =>
      iam.send(new aws.TagUserCommand({ ...user('ada'), Tags: [{ Key: 'mturk-team:lab', Value: 'another' }] })),
    finds: ['tag-changed/ada/mturk-team=3Alab'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: 'the boundary of a member is removed, and an inline policy allows all of IAM',
    done: async ({ iam }) => {
      await iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('fay')));
      const PolicyDocument = document('Allow', 'iam:*');
      await iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'extra', PolicyDocument }));
    },
    finds: ['inline-policy-added/user/fay/extra/escalates', 'user-without-boundary/fay/escalates'],
    reconcile: 'undone',
    access: true,
  },
];
