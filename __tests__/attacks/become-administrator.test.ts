import type { AccessUser } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { workflowRoleArn } from '../../src/team/names.ts';
import { AT, scanOfAccount, TODAY } from '../support/changed-account.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { allows, arn, labArn, may, OWN_BOUNDARY } from '../support/workflow-roles.ts';

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const role = (name: 'plan' | 'apply') => workflowRoleArn(sampleTeam, name);
const own = { 'iam:PermissionsBoundary': OWN_BOUNDARY };
const other = { 'iam:PermissionsBoundary': arn('policy/mturk/perception-lab/wider') };

type Attack = [what: string, action: string, resource: string, context?: Readonly<Record<string, string>>];

describe('with a stolen apply role', () => {
  test.each<Attack>([
    [
      'attach AdministratorAccess to a group of the lab',
      'AttachGroupPolicy',
      labArn('group', 'reader'),
      { 'iam:PolicyARN': ADMINISTRATOR },
    ],
    [
      'attach a policy from outside the path',
      'AttachGroupPolicy',
      labArn('group', 'reader'),
      { 'iam:PolicyARN': arn('policy/admin') },
    ],
    [
      'attach a policy of another lab',
      'AttachGroupPolicy',
      labArn('group', 'reader'),
      { 'iam:PolicyARN': arn('policy/mturk/perception-lab-2/x') },
    ],
    [
      'attach a policy whose name only begins like one of AWS',
      'AttachGroupPolicy',
      labArn('group', 'reader'),
      { 'iam:PolicyARN': arn('policy/AmazonMechanicalTurkFullAccess') },
    ],
    [
      'attach a policy to a member',
      'AttachUserPolicy',
      labArn('user', 'bo'),
      { ...own, 'iam:PolicyARN': ADMINISTRATOR },
    ],
    ['write an inline policy into a group', 'PutGroupPolicy', labArn('group', 'reader')],
    ['create a user without a boundary', 'CreateUser', labArn('user', 'eve')],
    ['create a user with another boundary', 'CreateUser', labArn('user', 'eve'), other],
    ['create a user outside the path', 'CreateUser', arn('user/eve'), own],
    ['remove a boundary', 'DeleteUserPermissionsBoundary', labArn('user', 'bo'), own],
    ['replace a boundary', 'PutUserPermissionsBoundary', labArn('user', 'bo'), other],
    ['write a policy into a user who has no boundary', 'PutUserPolicy', labArn('user', 'bo')],
    ['widen the boundary', 'CreatePolicyVersion', OWN_BOUNDARY],
    ['choose an older version of the boundary', 'SetDefaultPolicyVersion', OWN_BOUNDARY],
    ['choose a version of a policy of the lab', 'SetDefaultPolicyVersion', labArn('policy', 'reader')],
    ['join the administrators of the account', 'AddUserToGroup', arn('group/Admins')],
    ['join another lab', 'AddUserToGroup', arn('group/mturk/perception-lab-2/perception-lab-2-paymaster')],
    ["take a member's place with a new key", 'CreateAccessKey', labArn('user', 'bo')],
    ["take an administrator's place with a new key", 'CreateAccessKey', arn('user/root-admin')],
    ["take a member's place with a password", 'CreateLoginProfile', labArn('user', 'bo')],
    ["take a member's place by another password", 'UpdateLoginProfile', labArn('user', 'bo')],
    ["take a member's place by name", 'UpdateUser', labArn('user', 'bo')],
    ['move a group out of sight', 'UpdateGroup', labArn('group', 'reader')],
    ['activate a key that was deactivated in an emergency', 'UpdateAccessKey', labArn('user', 'bo')],
    ['activate an SSH key', 'UpdateSSHPublicKey', labArn('user', 'bo')],
    ['activate a certificate', 'UpdateSigningCertificate', labArn('user', 'bo')],
    ['activate a service-specific credential', 'UpdateServiceSpecificCredential', labArn('user', 'bo')],
    ["delete an administrator's MFA device that is not assigned", 'DeleteVirtualMFADevice', arn('mfa/root-admin')],
    ["deactivate an administrator's MFA device", 'DeactivateMFADevice', arn('user/root-admin')],
    ['trust another repository', 'UpdateAssumeRolePolicy', role('apply')],
    ['widen a role of the workflows', 'PutRolePolicy', role('apply')],
    ['attach a policy to a role', 'AttachRolePolicy', role('plan'), { 'iam:PolicyARN': ADMINISTRATOR }],
    ['create a role', 'CreateRole', arn('role/mturk-roles/perception-lab/more')],
    ['pass a role', 'PassRole', arn('role/admin')],
    ['trust another identity provider', 'CreateOpenIDConnectProvider', arn('oidc-provider/evil.example')],
  ])('one cannot %s', (_what, action, resource, context = {}) => {
    expect(may('apply', `iam:${action}`, resource, context)).toBe(false);
  });

  test('one cannot assume a role', () => {
    expect(may('apply', 'sts:AssumeRole', arn('role/admin'))).toBe(false);
  });
});

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** A user outside the lab who may do nothing. */
const outsider = (name: string, more: Partial<AccessUser> = {}): AccessUser => ({
  ...{ name, path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} },
  ...more,
});

describe('what remains', () => {
  const lab = desiredAccess(sampleTeam, TODAY);
  const account = {
    ...lab,
    users: [...lab.users, outsider('intern'), outsider('limited', { boundary: OWN_BOUNDARY })].map((user) =>
      user.name === 'perception-lab-fay' ? { ...user, boundary: null } : user,
    ),
  };

  test('a user without a boundary, added to a group of the lab whose policy allows everything, is administrator', () => {
    expect(may('apply', 'iam:CreatePolicyVersion', labArn('policy', 'results-reader'))).toBe(true);
    const boundary = boundaryPolicy(sampleTeam);
    const becomes = account.users.flatMap((user) => {
      // For each user of the account, inside the lab and outside: IAM asks about the group alone, and no key is about the user.
      const joins = account.groups.filter(({ path, name }) =>
        may('apply', 'iam:AddUserToGroup', arn(`group${path}${name}`)),
      );
      expect(joins).toEqual(account.groups);
      const own = user.boundary === null ? null : boundary;
      return allows(EVERYTHING, 'iam:CreateUser', arn('user/eve'), {}, own) ? [user.name] : [];
    });
    expect(becomes).toEqual(['perception-lab-fay', 'intern']);
    // The drift check names each of them before it happens.
    const { findings } = scanOfAccount({ account });
    expect(findings.map(({ id, cause, remediation }) => `${id}: ${cause}, ${remediation}`)).toEqual([
      'user-without-boundary/fay: manual, auto',
      'user-without-boundary/intern: unmanaged, manual',
    ]);
  });

  test('a member with the boundary gets all of Mechanical Turk, and nothing else', () => {
    const boundary = boundaryPolicy(sampleTeam);
    expect(allows(EVERYTHING, 'mechanicalturk:SendBonus', '*', {}, boundary)).toBe(true);
    for (const action of ['iam:CreateUser', 'iam:AttachUserPolicy', 'sts:AssumeRole', 's3:GetObject'])
      expect(allows(EVERYTHING, action, arn('user/mturk/perception-lab/eve'), {}, boundary)).toBe(false);
  });
});

test('the users whom no boundary keeps from IAM are named once each, and not the administrators', () => {
  const settings = { ...sampleTeam.settings, administrators: [arn('user/root-admin')], neighbors: ['vision-lab'] };
  const lab = desiredAccess(sampleTeam, TODAY);
  const inline = [{ name: 'own', document: EVERYTHING }];
  const users = [
    ...lab.users,
    outsider('root-admin', { inline }),
    outsider('other-admin', { inline }),
    outsider('intern'),
    outsider('perception-lab-x', { path: '/mturk/perception-lab/' }),
    outsider('vision-lab-bo', { path: '/mturk/vision-lab/' }),
    outsider('vision-lab-cy', { path: '/mturk/vision-lab/', boundary: OWN_BOUNDARY }),
    outsider('wide', { boundary: arn('policy/wide') }),
    outsider('changes-itself', { boundary: arn('policy/changes-itself') }),
    outsider('keeps-out', { boundary: arn('policy/keeps-out') }),
  ];
  const everythingBut = (...NotAction: string[]) => ({
    ...{ Version: '2012-10-17', Statement: [{ Effect: 'Allow' as const, NotAction, Resource: '*' }] },
  });
  const boundaries = {
    wide: EVERYTHING,
    'changes-itself': everythingBut('iam:Create*', 'iam:Attach*', 'iam:Update*'),
    'keeps-out': everythingBut('iam:*'),
  };
  const policies = [
    ...lab.policies,
    ...Object.entries(boundaries).map(([name, document]) => ({ name, arn: arn(`policy/${name}`), document })),
  ];
  const ids = (snoozed: typeof sampleTeam.snoozed) =>
    scanOfAccount({ team: { ...sampleTeam, settings, snoozed }, account: { ...lab, users, policies } }).findings.map(
      ({ id }) => id,
    );
  const found = [
    'unmanaged-user/other-admin/escalates',
    'user-without-boundary/changes-itself',
    'user-without-boundary/intern',
    'user-without-boundary/vision-lab-bo',
    'user-without-boundary/wide',
    'unmanaged-user/perception-lab-x',
  ];
  expect(ids([])).toEqual(found);
  const until = new Date(AT.getTime() + 86_400_000).toISOString().slice(0, 10);
  const snooze = { finding: 'user-without-boundary/intern', until, reason: 'its study ends' };
  expect(ids([snooze])).toEqual(found.filter((id) => id !== snooze.finding));
});
