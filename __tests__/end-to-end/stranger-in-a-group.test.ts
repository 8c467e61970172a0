import * as aws from '@aws-sdk/client-iam';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { applyPlanned, isUnchanged } from '../../src/app/apply/carry-out.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import { iamName, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { Member, Role, Team } from '../../src/team/team.ts';
import { policy } from '../emulator/clients.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { appliedTo, carriedOut, type LabInTest, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { applyAndKill } from '../support/lab-in-test-killed.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(4);

const FAY = iamName(smallTeam.lab, 'fay');
const PATH = labPath(smallTeam.lab);
const group = (key: string) => ({ GroupName: iamName(smallTeam.lab, key) });
const sorted = (roles: readonly Role[]) => [...roles].sort((one, other) => (one.key < other.key ? -1 : 1));
const noBonus = role({ key: 'no-bonus', allow: ['GetHIT'], deny: ['SendBonus'] });
const harmless = { ...noBonus, deny: [] };
const noReject = role({ key: 'no-reject', allow: ['SendBonus'], deny: ['RejectAssignment'] });
/** The team in which Fay is otherwise, with other roles besides. */
const teamWith = (fay: Partial<Member>, roles: readonly Role[] = [noBonus], more: Partial<Team> = {}): Team => ({
  ...smallTeam,
  roles: sorted([...roles, ...smallTeam.roles]),
  members: smallTeam.members.map((each) => (each.key === 'fay' ? { ...each, ...fay } : each)),
  ...more,
});
const WIDER: Team = {
  ...smallTeam,
  roles: smallTeam.roles.map((each) =>
    each.key === 'paymaster' ? { ...each, allow: [...each.allow, 'CreateHIT'] } : each,
  ),
};
const READER = { roles: ['results-reader'] };
const PAYMASTER = { roles: ['no-bonus', 'paymaster'] };
const DENIED = { roles: ['no-bonus', 'results-reader'] };
const WITHOUT_PAYMASTER = sorted([noBonus, ...smallTeam.roles.filter(({ key }) => key !== 'paymaster')]);
const GONE = {
  members: smallTeam.members.filter(({ key }) => key !== 'fay'),
  departed: [...smallTeam.departed, { key: 'fay', left: '2026-11-24', reason: 'graduated' }],
};

type Iam = aws.IAMClient;
const move = (iam: Iam) => iam.send(new aws.UpdateUserCommand({ UserName: FAY, NewPath: '/x/' }));
const join = (UserName: string, key: string) => (iam: Iam) =>
  iam.send(new aws.AddUserToGroupCommand({ ...group(key), UserName }));
const mallory = (iam: Iam) => iam.send(new aws.CreateUserCommand({ UserName: 'mallory' }));
const detach = (iam: Iam) =>
  iam.send(
    new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: rolePolicyArn(smallTeam, 'paymaster') }),
  );
/** Puts a user into a new group of no role that says something of bonuses. */
const handmade =
  (key: string, UserName: string, effect: 'Allow' | 'Deny' = 'Allow', Path = PATH) =>
  async (iam: Iam) => {
    await iam.send(new aws.CreateGroupCommand({ ...group(key), Path }));
    const PolicyDocument = policy(effect, 'mechanicalturk:SendBonus');
    await iam.send(new aws.PutGroupPolicyCommand({ ...group(key), PolicyName: 'bonus', PolicyDocument }));
    await join(UserName, key)(iam);
  };
const extra = handmade('extra', FAY);

const CASES: readonly [
  what: string,
  applied: Team,
  team: Team,
  ...clicks: readonly ((iam: Iam) => Promise<unknown>)[],
][] = [
  [
    'a stranger in a group that gets its policy back',
    smallTeam,
    smallTeam,
    mallory,
    join('mallory', 'paymaster'),
    detach,
  ],
  ['a stranger in a group that the file widens', smallTeam, WIDER, mallory, join('mallory', 'paymaster'), move],
  [
    'a stranger in two groups of no role, the first of which denies',
    smallTeam,
    smallTeam,
    mallory,
    handmade('a', 'mallory', 'Deny'),
    handmade('b', 'mallory'),
  ],
  [
    'a stranger in a role that denies and a group of no role',
    teamWith({}),
    teamWith({}),
    mallory,
    join('mallory', 'no-bonus'),
    handmade('extra', 'mallory'),
  ],
  [
    'a stranger in roles of which one denies what the other gives',
    teamWith({}, [noBonus, noReject]),
    teamWith({}, [noBonus, noReject]),
    mallory,
    ...['no-bonus', 'no-reject', 'paymaster'].map((key) => join('mallory', key)),
  ],
  ['a member’s user in such a group, which someone moved', smallTeam, smallTeam, move, detach],
  ['one whom someone moved, in a group that denies besides', teamWith(PAYMASTER), teamWith(PAYMASTER), move],
  [
    'one whom someone moved, in a role that goes besides',
    teamWith(PAYMASTER),
    { ...teamWith({ roles: ['no-bonus'] }), roles: WITHOUT_PAYMASTER },
    move,
  ],
  [
    'a member whom someone put into a group that denies, of which the file makes a role',
    smallTeam,
    teamWith({ roles: ['paymaster'] }),
    handmade('no-bonus', FAY, 'Deny'),
  ],
  [
    'one whom someone put into a group, of which the file makes a role that gives more',
    teamWith(READER, []),
    teamWith(READER, [role({ key: 'payers', allow: ['SendBonus', 'ApproveAssignment'] })]),
    handmade('payers', FAY),
  ],
  ['a member in a group of no role, who leaves a role that denies', teamWith(DENIED), teamWith(READER), extra],
  ['one whose suspension ends', teamWith({ ...READER, suspended: true }), teamWith(READER), extra],
  ['one whose freeze ends', teamWith(READER, [], { freeze: ['pay:bonus'] }), teamWith(READER, []), extra],
  [
    'one who gets a later last day',
    teamWith({ ...READER, until: '2026-11-20' }),
    teamWith({ ...READER, until: '2027-11-20' }),
    extra,
  ],
  [
    'one whose role denies no more',
    teamWith({ roles: ['no-bonus'] }),
    teamWith({ roles: ['no-bonus'] }, [harmless]),
    extra,
  ],
  ['one who departs, suspended', teamWith({ ...READER, suspended: true }), { ...teamWith({}), ...GONE }, extra],
];

const mayIn = (test: LabInTest) => {
  const access = accessAt(accessIn(test.memory.account));
  return ['mallory', FAY].flatMap((name) => [...(access.get(name) ?? [])].map((each) => `${name} ${each}`));
};

test.each(CASES)('between the calls of an apply nothing is gained by %s', async (_what, applied, team, ...clicks) => {
  await withLab(await appliedTo(applied), async (test) => {
    const lab = test.lab(team);
    for (const click of clicks) await click(lab.iam);
    const before = mayIn(test);
    const gained = new Set<string>();
    const note = () => {
      for (const each of mayIn(test)) if (!before.includes(each)) gained.add(each);
      return true;
    };
    const plan = orThrow(await planStack(lab));
    const written = accessAt(desiredAccess(plan.ruled.team, TODAY)).get(FAY) ?? [];
    const given = [...written].map((each) => `${FAY} ${each}`);
    test.listen(async ({ action }) => /^(Get|List)/.test(action) || note());
    orThrow(await applyPlanned(lab, plan, carriedOut(), SILENT));
    note();
    expect([...gained].filter((each) => !given.includes(each))).toEqual([]);
  });
});

test.each(['/x/', `${PATH}sub/`])(
  'a member in a group at %s gains nothing if what denies it cannot be written',
  async (path) => {
    await withLab(await appliedTo(teamWith(DENIED)), async (test) => {
      const lab = test.lab(teamWith(READER));
      await handmade('extra', FAY, 'Allow', path)(lab.iam);
      const plan = orThrow(await planStack(lab));
      test.listen(async ({ action }) => action !== 'PutUserPolicy');
      expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: false });
      expect(mayIn(test)).not.toContain(`${FAY} SendBonus`);
    });
  },
);

test('a stranger who left after the plan is out of the group all the same', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const lab = test.lab(smallTeam);
    for (const click of [mallory, join('mallory', 'paymaster')]) await click(lab.iam);
    const plan = orThrow(await planStack(lab));
    await lab.iam.send(new aws.RemoveUserFromGroupCommand({ ...group('paymaster'), UserName: 'mallory' }));
    expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: true });
  });
});

test('to leave a group of no role is a step, and suspends no one who gains nothing by it', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const lab = test.lab(smallTeam);
    await extra(lab.iam);
    const plan = orThrow(await planStack(lab));
    expect(plan.suspendedDuringApply).toEqual([]);
    expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toEqual({ ok: true, value: 1 });
    expect(isUnchanged(orThrow(await planStack(lab)))).toBe(true);
  });
});

test('a policy that a killed apply attached can be deleted by the next one', async () => {
  const managed = role({ key: 'managed', managed: ['AmazonMechanicalTurkFullAccess'] });
  const team = teamWith({ roles: ['managed'] }, [managed]);
  await withLab(await appliedTo(team), async (test) => {
    const lab = test.lab(team);
    const PolicyDocument = policy('Deny', 'mechanicalturk:SendBonus');
    await lab.iam.send(new aws.PutGroupPolicyCommand({ ...group('managed'), PolicyName: 'no-bonus', PolicyDocument }));
    const params = { ...group('managed'), PolicyArn: rolePolicyArn(team, 'managed') };
    const call = { action: 'AttachGroupPolicy', identity: `AttachGroupPolicy ${JSON.stringify(params)} 0` };
    const killed = await applyAndKill(test, test.lab(team, { parallelism: 1 }), { call, phase: 'after' }, () => true);
    expect(killed.code).toBe('killed');
    const plan = orThrow(await planStack(lab, { rule: { restore: new Set(['role/managed']) } }));
    expect(await applyPlanned(lab, plan, carriedOut(), SILENT)).toMatchObject({ ok: true });
  });
});
