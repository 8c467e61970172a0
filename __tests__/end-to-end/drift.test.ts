import * as aws from '@aws-sdk/client-iam';
import { type Difference, differences } from '../../src/access/model-difference.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { blocksOf } from '../../src/guardrails/guardrails.ts';
import { classifyPlan, type PlanClassification } from '../../src/review/changes/classify-plan.ts';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import { applyPlan, planChanges } from '../../src/terraform/run/commands.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { appliedTo, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { document, FULL, group, user } from '../support/manual-changes/manual-change.ts';
import { sampleTeam as team } from '../support/sample-team.ts';

const test = testInTurn(1);

const ANYTHING = document('Allow', 'mechanicalturk:*');

// Each row is one change that a person may make by hand, and the one difference that a plan must show for it.
const TAMPERINGS: readonly (readonly [(iam: aws.IAMClient) => Promise<unknown>, Partial<Difference>])[] = [
  [
    (iam) => iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('full-access') })),
    { kind: 'membership-added', user: 'perception-lab-bo', group: 'perception-lab-full-access', unmanaged: false },
  ],
  [
    (iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') })),
    { kind: 'membership-removed', user: 'perception-lab-bo', group: 'perception-lab-task-publisher' },
  ],
  [
    (iam) => iam.send(new aws.AttachUserPolicyCommand({ ...user('cy'), PolicyArn: FULL })),
    { kind: 'policy-attached', holder: { kind: 'user', name: 'perception-lab-cy' }, arn: FULL },
  ],
  [
    (iam) => iam.send(new aws.AttachGroupPolicyCommand({ ...group('results-reader'), PolicyArn: FULL })),
    { kind: 'policy-attached', holder: { kind: 'group', name: 'perception-lab-results-reader' }, arn: FULL },
  ],
  [
    (iam) =>
      iam.send(
        new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: rolePolicyArn(team, 'paymaster') }),
      ),
    { kind: 'policy-detached', arn: rolePolicyArn(team, 'paymaster') },
  ],
  [
    (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'extra', PolicyDocument: ANYTHING })),
    { kind: 'inline-policy-added', policy: 'extra', document: null },
  ],
  [
    (iam) =>
      iam.send(
        new aws.PutGroupPolicyCommand({ ...group('task-publisher'), PolicyName: 'extra', PolicyDocument: ANYTHING }),
      ),
    { kind: 'inline-policy-added', policy: 'extra', document: null },
  ],
  [
    (iam) => iam.send(new aws.DeleteUserPolicyCommand({ ...user('bo'), PolicyName: 'limits' })),
    { kind: 'inline-policy-removed', holder: { kind: 'user', name: 'perception-lab-bo' }, policy: 'limits' },
  ],
  [
    (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('gus'), PolicyName: 'limits', PolicyDocument: ANYTHING })),
    { kind: 'inline-policy-changed', holder: { kind: 'user', name: 'perception-lab-gus' }, policy: 'limits' },
  ],
  [
    (iam) =>
      iam.send(
        new aws.CreatePolicyVersionCommand({
          PolicyArn: rolePolicyArn(team, 'results-reader'),
          PolicyDocument: ANYTHING,
          SetAsDefault: true,
        }),
      ),
    { kind: 'policy-changed', arn: rolePolicyArn(team, 'results-reader') },
  ],
  [
    (iam) => iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('fay'))),
    { kind: 'boundary-changed', user: 'perception-lab-fay', from: boundaryArn(team), to: null },
  ],
  [
    (iam) => iam.send(new aws.TagUserCommand({ ...user('ada'), Tags: [{ Key: 'hello', Value: 'x' }] })),
    { kind: 'tag-changed', user: 'perception-lab-ada', tag: 'hello', from: null, to: 'x' },
  ],
  [
    async (iam) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'stranger', Path: '/mturk/perception-lab/' }));
      await iam.send(new aws.AddUserToGroupCommand({ UserName: 'stranger', ...group('full-access') }));
    },
    { kind: 'membership-added', user: 'stranger', unmanaged: true },
  ],
];

/** Plans an account that someone has changed, applies the plan, and expects the account to be as the file again. */
async function reverted(change: (iam: aws.IAMClient) => Promise<unknown>): Promise<PlanClassification> {
  return withLab(await appliedTo(team), async (test) => {
    const lab = test.lab(team);
    const workspace = orThrow(await lab.workspace('team', team));
    await change(lab.iam);
    const saved = orThrow(await planChanges(workspace));
    orThrow(await applyPlan(workspace, saved));
    expect(blocksOf(saved.plan, team, TODAY)).toEqual([]);
    const after = classifyPlan(orThrow(await planChanges(workspace)).plan, team.account);
    expect(after).toMatchObject({ manualChanges: [], pending: [], pendingAddresses: [], unexplained: [] });
    expect(differences(after.access.before, desiredAccess(team, TODAY))).toEqual([]);
    return classifyPlan(saved.plan, team.account);
  });
}

test('a plan names a member deleted by hand and their groups, and its apply restores the member with their limits', async () => {
  const found = await reverted(async (iam) => {
    for (const key of ['results-reader', 'task-publisher']) {
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group(key) }));
    }
    await iam.send(new aws.DeleteUserPolicyCommand({ ...user('bo'), PolicyName: 'limits' }));
    await iam.send(new aws.DeleteUserCommand(user('bo')));
  });
  expect(found.manualChanges.map(({ difference, outcome }) => `${difference.kind} ${outcome}`)).toEqual([
    'inline-policy-removed reverted',
    'membership-removed reverted',
    'membership-removed reverted',
    'user-deleted reverted',
  ]);
  expect(found.pending).toEqual([]);
});

test('all of it at once is all named', async () => {
  const found = await reverted(async (iam) => {
    for (const [change] of TAMPERINGS) await change(iam);
  });
  expect(found.manualChanges).toHaveLength(TAMPERINGS.length);
  for (const [, expected] of TAMPERINGS) {
    expect(found.manualChanges).toContainEqual({ difference: expect.objectContaining(expected), outcome: 'reverted' });
  }
  expect(found).toMatchObject({ pending: [], unexplained: [], manualAttributes: [] });
});
