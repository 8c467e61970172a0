import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import type { LabSession } from '../../src/app/session/lab-session.ts';
import { operationsOf } from '../../src/catalog/mturk.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { appliedTo, carriedOut, type LabInTest, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

type Act = (iam: aws.IAMClient) => Promise<unknown>;

const policy = (Effect: 'Allow' | 'Deny', Action = 'mechanicalturk:*') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*' }] });
const PolicyDocument = policy('Deny');

/** Someone acts once, before the configuration of that number is prepared: between a reading of the account and Terraform's. */
function withSomeone(lab: LabSession, act: Act, at = 1): LabSession {
  let calls = 0;
  return {
    ...lab,
    async workspace(...args) {
      calls += 1;
      if (calls === at) await act(lab.iam);
      return lab.workspace(...args);
    },
  };
}

const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

test.each<[string, Act]>([
  [
    'denies a member everything',
    (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument })),
  ],
  [
    'denies a role everything',
    (iam) => iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument })),
  ],
  [
    'takes a member out of a role',
    (iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })),
  ],
])('an apply gives nothing back to whom someone %s while it plans', async (_what, act) => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const may = mayIn(test);
    const lab = test.lab(smallTeam);
    expect(may('fay')).toContain('SendBonus');
    const plan = await planned(
      withSomeone(lab, async (iam) => {
        await act(iam);
        expect(may('fay')).toEqual([]);
      }),
    );
    orThrow(await applyPlanned(lab, plan, carriedOut(), SILENT));
    expect(may('fay')).toEqual([]);
  });
});

test('who loses another policy while it plans is suspended as who lost it before, so that no call gives anything back', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const PolicyArn = rolePolicyArn(smallTeam, 'paymaster');
    const lab = test.lab(smallTeam);
    const put = (text: string) =>
      lab.iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'help', PolicyDocument: text }));
    await lab.iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
    await put(policy('Allow'));
    expect((await planned(lab)).suspendedDuringApply).toEqual([]);
    const plan = await planned(withSomeone(lab, () => put(policy('Allow', 'mechanicalturk:GetHIT'))));
    expect(mayIn(test)('fay')).not.toContain('SendBonus');
    expect(plan.suspendedDuringApply).toEqual([user('fay').UserName]);
  });
});

test('an apply fails whose plans the account outruns, rather than give back what was taken during the last', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const ada = { ...user('ada'), ...group('results-reader') };
    const acts: readonly Act[] = [
      (iam) => iam.send(new aws.RemoveUserFromGroupCommand(ada)),
      (iam) => iam.send(new aws.AddUserToGroupCommand(ada)),
      (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument })),
    ];
    const lab = acts.reduce((session, act, index) => withSomeone(session, act, index + 1), test.lab(smallTeam));
    expect(await planStack(lab)).toMatchObject({ ok: false, failure: { code: 'plan-stale' } });
    expect(mayIn(test)('fay')).toEqual([]);
    orThrow(await applyPlanned(lab, await planned(lab), carriedOut(), SILENT));
    expect(mayIn(test)('fay')).toEqual([]);
  });
});

test('an apply keeps a Deny that comes while it writes, and ends', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const pays = smallTeam.members.map((one) =>
      one.key === 'bo' ? { ...one, roles: [...one.roles, 'paymaster'] } : one,
    );
    const lab = test.lab({ ...smallTeam, members: pays });
    const plan = await planned(lab);
    test.listen(async ({ action }) => {
      if (action !== 'AddUserToGroup') return true;
      test.listen(null);
      await lab.iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument }));
      return true;
    });
    orThrow(await applyPlanned(lab, plan, carriedOut(), SILENT));
    expect([mayIn(test)('fay'), mayIn(test)('bo')]).toEqual([[], expect.arrayContaining(['SendBonus'])]);
    const { PolicyNames } = await lab.iam.send(new aws.ListUserPoliciesCommand(user('fay')));
    expect(PolicyNames).toEqual(['limits']);
  });
});

/** fay leaves a role that denies, and is suspended meanwhile: an apply in three steps. */
const steps = (ofFay: readonly string[], ofBo: readonly string[] = []): Team => ({
  ...smallTeam,
  roles: [
    ...smallTeam.roles,
    role({ key: 'no-bonus', allow: operationsOf('pay:bonus'), deny: ['SendBonus'] }),
    ...(ofBo.length === 0 ? [] : [role({ key: 'extra', allow: operationsOf('hits:publish') })]),
  ],
  members: smallTeam.members.map((one) => {
    if (one.key === 'ada') return one;
    return { ...one, roles: one.key === 'bo' ? ['results-reader', 'task-publisher', ...ofBo] : ofFay };
  }),
});
const before = steps(['no-bonus', 'paymaster']);
const after = steps(['results-reader']);

const denyAtUser: Act = (iam) =>
  iam.send(new aws.PutUserPolicyCommand({ ...user('bo'), PolicyName: 'stop', PolicyDocument }));
const denyAtGroup: Act = (iam) =>
  iam.send(new aws.PutGroupPolicyCommand({ ...group('task-publisher'), PolicyName: 'stop', PolicyDocument }));

const EMERGENCIES: readonly (readonly [what: string, step: number, act: Act])[] = [
  ['denies a member everything, in the second of its steps', 2, denyAtUser],
  ['denies a member everything, in the last of its steps', 3, denyAtUser],
  ['denies a role everything, in the last of its steps', 3, denyAtGroup],
  [
    'takes a member out of a role, in the last of its steps',
    3,
    (iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') })),
  ],
  [
    'detaches the policy of a role, in the last of its steps',
    3,
    (iam) => {
      const PolicyArn = rolePolicyArn(smallTeam, 'task-publisher');
      return iam.send(new aws.DetachGroupPolicyCommand({ ...group('task-publisher'), PolicyArn }));
    },
  ],
];

for (const one of EMERGENCIES)
  test.each([one])('an apply in steps gives nothing back to whom someone %s', async (_what, step, act) => {
    await withLab(await appliedTo(before), async (test) => {
      const may = mayIn(test);
      const lab = test.lab(after);
      const plan = await planned(lab);
      expect(plan.suspendedDuringApply).toEqual([user('fay').UserName]);
      const watched = withSomeone(
        lab,
        async (iam) => {
          expect(may('bo')).toContain('CreateHIT');
          await act(iam);
          expect(may('bo')).not.toContain('CreateHIT');
        },
        step,
      );
      orThrow(await applyPlanned(watched, plan, carriedOut(), SILENT));
      expect(may('bo')).not.toContain('CreateHIT');
      expect(may('fay')).toContain('ListHITs');
    });
  });

test('an apply in steps lifts no Deny that came while it plans, of a suspended member or of a role that goes', async () => {
  const fromExtra = steps(['no-bonus', 'paymaster', 'results-reader'], ['extra']);
  await withLab(await appliedTo(fromExtra), async (test) => {
    const may = mayIn(test);
    const lab = test.lab(after);
    const note = { ...group('extra'), PolicyName: 'note' };
    const put = (text: string) => lab.iam.send(new aws.PutGroupPolicyCommand({ ...note, PolicyDocument: text }));
    await put(policy('Allow', 's3:ListBucket'));
    const plan = await planned(lab);
    expect(plan.obstructed).toMatchObject([{ group: group('extra').GroupName, inline: ['note'] }]);
    const bounded = withSomeone(lab, async (iam) => {
      const { Policy } = await iam.send(new aws.CreatePolicyCommand({ PolicyName: 'stop', PolicyDocument }));
      const boundary = { ...user('fay'), PermissionsBoundary: Policy?.Arn };
      await iam.send(new aws.PutUserPermissionsBoundaryCommand(boundary));
    });
    const watched = withSomeone(bounded, () => put(PolicyDocument), 2);
    orThrow(await applyPlanned(watched, plan, carriedOut(), SILENT));
    expect([may('bo'), may('fay')]).toEqual([[], []]);
  });
});
