import * as aws from '@aws-sdk/client-iam';
import { rolePolicy } from '../../../src/team/documents.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import { sampleTeam } from '../sample-team.ts';
import {
  deny,
  denyKept,
  document,
  FULL,
  group,
  LAB_PATH,
  type ManualChange,
  user,
  withheldFrom,
} from './manual-change.ts';

const paymaster = rolePolicyArn(sampleTeam, 'paymaster');
const reader = rolePolicyArn(sampleTeam, 'results-reader');

function edit(PolicyArn: string, PolicyDocument: string): ManualChange['done'] {
  return ({ iam }) => iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
}

/** The role's own document with another Sid. */
function renamed(key: string): string {
  const role = sampleTeam.roles.find((one) => one.key === key);
  const [first, ...rest] = [(role === undefined ? null : rolePolicy(role, []))?.Statement ?? []].flat();
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...first, Sid: 'Renamed' }, ...rest] });
}

/** `limits` of Bo, whose last day is 31 May 2027, with another end. */
function limitsUntil(moment: string): string {
  const Condition = { DateGreaterThanEquals: { 'aws:CurrentTime': moment } };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'Until', Effect: 'Deny', Action: '*', Resource: '*', Condition }],
  });
}

const putLimits =
  (key: string, PolicyDocument: string): ManualChange['done'] =>
  ({ iam }) =>
    iam.send(new aws.PutUserPolicyCommand({ ...user(key), PolicyName: 'limits', PolicyDocument }));

const write =
  (key: string, PolicyDocument: string): ManualChange['done'] =>
  ({ iam }) =>
    iam.send(new aws.PutUserPolicyCommand({ ...user(key), PolicyName: 'extra', PolicyDocument }));

/** Policies attached, written inline and edited, and the groups that have them. */
export const POLICIES: readonly ManualChange[] = [
  {
    what: 'full access is attached to a member',
    done: ({ iam }) => iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn: FULL })),
    finds: ['policy-attached/user/bo/AmazonMechanicalTurkFullAccess/spends'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: 'full access is attached to a group',
    done: ({ iam }) => iam.send(new aws.AttachGroupPolicyCommand({ ...group('results-reader'), PolicyArn: FULL })),
    finds: ['policy-attached/group/results-reader/AmazonMechanicalTurkFullAccess/spends'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: 'a policy about something else is attached to a group',
    done: async ({ iam }) => {
      const PolicyDocument = document('Allow', 's3:GetObject');
      const made = await iam.send(new aws.CreatePolicyCommand({ PolicyName: 'read-bucket', PolicyDocument }));
      await iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: made.Policy?.Arn }));
    },
    finds: ['policy-attached/group/paymaster/read-bucket'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: 'a policy that denies everything is attached to a member in an emergency',
    done: async ({ iam }) => {
      const PolicyDocument = document('Deny', '*');
      const made = await iam.send(new aws.CreatePolicyCommand({ PolicyName: 'stop', PolicyDocument }));
      await iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn: made.Policy?.Arn }));
    },
    finds: ['policy-attached/user/fay/stop'],
    ...denyKept('fay'),
  },
  {
    what: "a role's policy is taken off its group",
    done: ({ iam }) => iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: paymaster })),
    finds: ['policy-detached/group/paymaster/paymaster'],
    ...withheldFrom('fay'),
  },
  {
    what: "AWS's full access is taken off the group of the role that has it",
    done: ({ iam }) => iam.send(new aws.DetachGroupPolicyCommand({ ...group('full-access'), PolicyArn: FULL })),
    finds: ['policy-detached/group/full-access/AmazonMechanicalTurkFullAccess'],
    ...withheldFrom('ada'),
  },
  {
    what: 'an inline policy that spends is added to a member',
    done: write('cy', document('Allow', 'mechanicalturk:*')),
    finds: ['inline-policy-added/user/cy/extra'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: 'an inline policy that spends is added to a member who is not suspended',
    done: write('bo', document('Allow', 'mechanicalturk:SendBonus')),
    finds: ['inline-policy-added/user/bo/extra/spends'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: 'an inline policy that spends is added to a group',
    done: ({ iam }) =>
      iam.send(
        new aws.PutGroupPolicyCommand({
          ...group('task-publisher'),
          PolicyName: 'extra',
          PolicyDocument: document('Allow', 'mechanicalturk:SendBonus'),
        }),
      ),
    finds: ['inline-policy-added/group/task-publisher/extra/spends'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: 'an inline Deny is added to a member in an emergency',
    done: write('fay', document('Deny', 'mechanicalturk:*')),
    finds: ['inline-policy-added/user/fay/extra'],
    ...denyKept('fay'),
  },
  {
    what: 'a policy that grants and denies is added to a member',
    done: write(
      'bo',
      document('Allow', 'mechanicalturk:SendBonus', deny(['mechanicalturk:CreateHIT', 'mechanicalturk:ListHITs'])),
    ),
    finds: ['inline-policy-added/user/bo/extra/spends'],
    ...denyKept('bo'),
  },
  {
    what: 'an inline Deny of a retired operation is added to a group',
    done: ({ iam }) =>
      iam.send(
        new aws.PutGroupPolicyCommand({
          ...group('paymaster'),
          PolicyName: 'no-bonus',
          PolicyDocument: document('Deny', 'mechanicalturk:GrantBonus'),
        }),
      ),
    finds: ['inline-policy-added/group/paymaster/no-bonus', 'retired-operations/group/paymaster/no-bonus'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: 'the suspension of a member is deleted',
    done: ({ iam }) => iam.send(new aws.DeleteUserPolicyCommand({ ...user('cy'), PolicyName: 'limits' })),
    finds: ['inline-policy-removed/user/cy/limits/reads'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: 'the last day of a member is deleted',
    done: ({ iam }) => iam.send(new aws.DeleteUserPolicyCommand({ ...user('gus'), PolicyName: 'limits' })),
    finds: ['inline-policy-removed/user/gus/limits/spends'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: 'the last day of a member is moved to a later day',
    done: putLimits('bo', limitsUntil('2029-01-01T00:00:00Z')),
    finds: ['inline-policy-changed/user/bo/limits/spends'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: 'the last day of a member is moved to an earlier day',
    done: putLimits('bo', limitsUntil('2027-01-01T00:00:00Z')),
    finds: ['inline-policy-changed/user/bo/limits'],
    ...denyKept('bo'),
  },
  {
    what: "a role's policy is widened",
    done: edit(reader, document('Allow', 'mechanicalturk:*')),
    finds: ['policy-changed/results-reader/spends'],
    reconcile: 'undone',
    access: true,
  },
  {
    what: "a role's policy is narrowed",
    done: edit(paymaster, document('Allow', 'mechanicalturk:GetHIT')),
    finds: ['policy-changed/paymaster'],
    ...withheldFrom('fay'),
  },
  {
    what: "a role's policy gives other things than before",
    done: edit(paymaster, document('Allow', ['mechanicalturk:CreateHIT', 'mechanicalturk:GetHIT'])),
    finds: ['policy-changed/paymaster/spends'],
    ...withheldFrom('fay'),
  },
  {
    what: "a role's policy says the same under another name of a statement",
    done: edit(paymaster, renamed('paymaster')),
    finds: ['policy-changed/paymaster'],
    reconcile: 'undone',
    access: false,
  },
  {
    what: "a wider version of a role's policy is laid in wait",
    done: ({ iam }) =>
      iam.send(
        new aws.CreatePolicyVersionCommand({
          PolicyArn: reader,
          PolicyDocument: document('Allow', 'mechanicalturk:*'),
          SetAsDefault: false,
        }),
      ),
    finds: ['non-default-policy-version/results-reader/v2'],
    reconcile: 'left',
    access: true,
  },
  {
    what: "a role's policy is deleted",
    done: async ({ iam }) => {
      await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: paymaster }));
      await iam.send(new aws.DeletePolicyCommand({ PolicyArn: paymaster }));
    },
    finds: ['policy-deleted/paymaster'],
    ...withheldFrom('fay'),
  },
  {
    what: 'a policy is created under the path of the lab',
    done: ({ iam }) =>
      iam.send(
        new aws.CreatePolicyCommand({
          PolicyName: 'for-later',
          Path: LAB_PATH,
          PolicyDocument: document('Allow', 'mechanicalturk:*'),
        }),
      ),
    finds: ['unmanaged-policy/for-later'],
    reconcile: 'left',
    access: false,
  },
  {
    what: "a role's group is deleted",
    done: async ({ iam }) => {
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      await iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: paymaster }));
      await iam.send(new aws.DeleteGroupCommand(group('paymaster')));
    },
    finds: ['group-deleted/paymaster'],
    ...withheldFrom('fay'),
  },
  {
    what: "a role's group is renamed, and keeps its access",
    done: ({ iam }) => iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewGroupName: 'old-payers' })),
    finds: ['group-renamed/paymaster'],
    reconcile: 'left',
    leaves: ['unmanaged-group/old-payers'],
    access: true,
  },
  {
    what: "a role's group is moved to another path",
    done: ({ iam }) => iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewPath: '/elsewhere/' })),
    finds: ['path-changed/group/paymaster'],
    reconcile: 'left',
    withholds: ['paymaster name-taken'],
    access: false,
  },
  {
    what: 'a group is created under the path of the lab, with a member in it',
    done: async ({ iam }) => {
      await iam.send(new aws.CreateGroupCommand({ GroupName: 'helpers', Path: LAB_PATH }));
      await iam.send(new aws.AttachGroupPolicyCommand({ GroupName: 'helpers', PolicyArn: FULL }));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), GroupName: 'helpers' }));
    },
    finds: ['unmanaged-group/helpers/spends'],
    reconcile: 'left',
    leaves: ['unmanaged-group/helpers'],
    access: true,
  },
];
