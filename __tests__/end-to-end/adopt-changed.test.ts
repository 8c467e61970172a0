import { type IAMClient, ListGroupsForUserCommand } from '@aws-sdk/client-iam';
import { differencesOf } from '../../src/adopt/differences.ts';
import type { AdoptionSteps } from '../../src/adopt/steps-text.ts';
import { applyAdoption } from '../../src/app/adopt/apply.ts';
import { finishAdoption } from '../../src/app/adopt/finish.ts';
import { type ApplyOptions, planAndApply } from '../../src/app/apply/apply.ts';
import { noChanges } from '../../src/app/plan/plan.ts';
import { OPERATIONS, type Operation } from '../../src/catalog/mturk.ts';
import { type Result, succeed } from '../../src/diagnostics/failure.ts';
import type { Member, Team } from '../../src/team/team.ts';
import { callIam, policy } from '../emulator/clients.ts';
import { ADOPTED_ACCOUNTS } from '../support/adopted-accounts.ts';
import {
  type AdoptionInTest,
  accessById,
  adoptionOf,
  applyIn,
  finishIn,
  givenById,
  NOON,
  undoIn,
  watchAdoption,
} from '../support/adoption-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { copyOf, type LabInTest, type LabMemory, orThrow, planned, TODAY, withLab } from '../support/lab-in-test.ts';
import { isWrite } from '../support/lab-in-test-recovery.ts';
import { role } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const mixed = ADOPTED_ACCOUNTS.find(({ title }) => title === 'twelve users mixed');

const test = testInTurn(4);

const ARN = 'arn:aws:iam::123456789012:policy';
const LAB = 'perception-lab';

type Change = (iam: IAMClient, nameOf: (user: string) => string) => Promise<unknown>;

/** What someone changes by hand, and how it is named. */
const CHANGES: readonly (readonly [title: string, change: Change, seen: readonly object[]])[] = [
  [
    'a policy is attached to a user',
    (iam, nameOf) =>
      callIam(iam, 'AttachUserPolicy', { UserName: nameOf('eve'), PolicyArn: `${ARN}/MTurkResultsOnly` }),
    [{ kind: 'user', name: 'eve', part: 'attached' }],
  ],
  [
    'an inline policy of a user is edited',
    (iam, nameOf) =>
      callIam(iam, 'PutUserPolicy', {
        ...{ UserName: nameOf('dee'), PolicyName: 'publish' },
        PolicyDocument: policy('Allow', 'mechanicalturk:*'),
      }),
    [{ kind: 'user', name: 'dee', part: 'inline' }],
  ],
  [
    'a user is removed from a group and gets tags',
    async (iam, nameOf) => {
      await callIam(iam, 'RemoveUserFromGroup', { UserName: nameOf('bo.chen'), GroupName: 'Requesters' });
      await callIam(iam, 'TagUser', { UserName: nameOf('bo.chen'), Tags: [{ Key: 'a', Value: 'b' }] });
    },
    [
      { kind: 'user', name: 'bo.chen', part: 'groups' },
      { kind: 'user', name: 'bo.chen', part: 'tags' },
    ],
  ],
  [
    'a boundary is removed, and a policy allows more',
    async (iam, nameOf) => {
      await callIam(iam, 'DeleteUserPermissionsBoundary', { UserName: nameOf('gia') });
      const PolicyDocument = policy('Allow', 'mechanicalturk:*');
      await callIam(iam, 'CreatePolicyVersion', {
        ...{ PolicyArn: `${ARN}/MTurkNoBonus`, PolicyDocument, SetAsDefault: true },
      });
    },
    [
      { kind: 'user', name: 'gia', part: 'boundary' },
      { kind: 'policy', name: `${ARN}/MTurkNoBonus`, part: 'document' },
    ],
  ],
  [
    'a group gets an inline policy and another name',
    async (iam) => {
      await callIam(iam, 'UpdateGroup', { GroupName: 'Students', NewPath: '/elsewhere/' });
      const PolicyDocument = policy('Allow', 'mechanicalturk:*');
      await callIam(iam, 'PutGroupPolicy', { GroupName: 'Students', PolicyName: 'more', PolicyDocument });
    },
    [
      { kind: 'group', name: 'Students', part: 'name' },
      { kind: 'group', name: 'Students', part: 'inline' },
    ],
  ],
  [
    'a user is renamed, and another is deleted and created again',
    async (iam, nameOf) => {
      await callIam(iam, 'UpdateUser', { UserName: nameOf('eve'), NewUserName: 'eva' });
      const UserName = nameOf('finn');
      await callIam(iam, 'DetachUserPolicy', { UserName, PolicyArn: `${ARN}/MTurkResultsOnly` });
      const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName }));
      for (const { GroupName } of Groups) await callIam(iam, 'RemoveUserFromGroup', { UserName, GroupName });
      await callIam(iam, 'DeleteUser', { UserName });
      await callIam(iam, 'CreateUser', { UserName });
    },
    [
      { kind: 'user', name: 'eve', part: 'name' },
      { kind: 'user', name: 'finn', part: 'missing' },
    ],
  ],
];

/** What someone changes at what `adopt --apply` made. */
const LATER: typeof CHANGES = [
  [
    'another user is added to the group of a role',
    (iam) => callIam(iam, 'AddUserToGroup', { UserName: 'old-student', GroupName: `${LAB}-requesters` }),
    [{ kind: 'group', name: `${LAB}-requesters`, part: 'members' }],
  ],
  [
    'a moved user is added to a new group under the path of the lab',
    async (iam, nameOf) => {
      const GroupName = `${LAB}-extra`;
      await callIam(iam, 'CreateGroup', { GroupName, Path: `/mturk/${LAB}/` });
      await callIam(iam, 'AddUserToGroup', { UserName: nameOf('eve'), GroupName });
    },
    [{ kind: 'group', name: `${LAB}-extra`, part: 'role' }],
  ],
];

const OWN_KEYS = ['CreateAccessKey', 'DeleteAccessKey', 'ListAccessKeys', 'UpdateAccessKey'].map(
  (call) => `iam:${call}`,
);
const OTHERS = [`other-permission/group/Students/keys/${OWN_KEYS.join()}`];
const ALL_LOST = [...OPERATIONS.map((operation) => `lost/${operation}`), ...OTHERS];

type Step = (test: LabInTest, adopted: AdoptionInTest) => Promise<Result<unknown>>;

/** The calls of a step that may write, after a change by hand. */
async function afterChange(from: LabMemory, adopted: AdoptionInTest, change: Change, step: Step) {
  return withLab(from, async (test) => {
    test.setClock(NOON.toISOString());
    const { iam } = test.lab(adopted.team);
    const { users } = test.memory.account;
    const idOf = (user: string) => adopted.adoption.users.find(({ name }) => name === user)?.id ?? '';
    await change(iam, (user) => users[idOf(user)]?.name ?? user);
    const before = test.emulator.calls.length;
    const done = await step(test, adopted);
    const calls = test.emulator.calls.slice(before).filter(({ action }) => isWrite({ action, identity: '' }));
    return { done, calls: calls.map(({ action }) => action) };
  });
}

test('a change by hand between two steps is named, and nothing is done', async () => {
  if (mixed === undefined) throw new Error('no account');
  const adopted = await adoptionOf(mixed);
  const applied = await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    orThrow(await applyIn(test, adopted));
    return copyOf(test.memory);
  });
  const cases: readonly (readonly [typeof CHANGES, LabMemory, readonly Step[]])[] = [
    [CHANGES, adopted.memory, [applyIn]],
    [[...CHANGES, ...LATER], applied, [applyIn, finishIn, undoIn]],
  ];
  for (const [changes, from, steps] of cases) {
    for (const [title, change, seen] of changes) {
      for (const step of steps) {
        const { done, calls } = await afterChange(from, adopted, change, step);
        const failure = done.ok ? null : done.failure;
        const named = failure?.code === 'adoption-changed' ? failure.args.changes : failure;
        expect({ title, named, calls }).toEqual({ title, named: seen, calls: [] });
      }
    }
  }
});

test('names that are taken, and a file that changed since, are named before anything is done', async () => {
  if (mixed === undefined) throw new Error('no account');
  const adopted = await adoptionOf(mixed);
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    const { iam } = test.lab(adopted.team);
    const writes = () => test.emulator.calls.filter(({ action }) => isWrite({ action, identity: '' })).length;
    await callIam(iam, 'CreateGroup', { GroupName: 'Perception-Lab-Requesters' });
    await callIam(iam, 'CreateUser', { UserName: 'perception-lab-EVE' });
    const before = writes();
    const taken = { code: 'adoption-name-taken', args: { names: ['perception-lab-EVE', 'Perception-Lab-Requesters'] } };
    expect(await applyIn(test, adopted)).toEqual({ ok: false, failure: taken });
    expect(writes()).toBe(before);
    await callIam(iam, 'DeleteGroup', { GroupName: 'Perception-Lab-Requesters' });
    await callIam(iam, 'DeleteUser', { UserName: 'perception-lab-EVE' });
    orThrow(await applyIn(test, adopted));
    const roles = adopted.team.roles.map((role) => ({ ...role, allow: role.allow.slice(1), managed: [] }));
    const accepted = adopted.adoption.users.map(({ key }) => ({ key, differences: ALL_LOST }));
    const changed = { ...adopted, team: { ...adopted.team, roles }, adoption: { ...adopted.adoption, accepted } };
    const applied = await applyIn(test, changed);
    expect(applied).toMatchObject({ failure: { code: 'guardrail-blocked', args: { codes: ['adoption-takes-away'] } } });
    expect(await finishIn(test, changed)).toMatchObject({ failure: { code: 'adoption-unequal' } });
  });
});

test('what owners changed in the draft comes at the end, and no one lacks what they keep', async () => {
  if (mixed === undefined) throw new Error('no account');
  const drafted = await adoptionOf(mixed);
  const edits: Readonly<Record<string, Partial<Member>>> = {
    'bo.chen': { until: '2027-05-31' },
    eve: { roles: ['no-blocks'] },
    finn: { until: '2026-11-01' },
    gia: { from: '2027-01-01' },
    'psiturk-server': { suspended: true },
  };
  const noBlocks = role({ key: 'no-blocks', allow: OPERATIONS, deny: ['SendBonus', 'CreateWorkerBlock'] });
  const team: Team = {
    ...drafted.team,
    roles: [...drafted.team.roles, noBlocks],
    members: drafted.team.members.map((each) => ({ ...each, ...edits[each.key] })),
  };
  const people = differencesOf(drafted.adoption, team, { at: NOON, today: TODAY });
  const accepted = people.map(({ key, differences }) => ({ key, differences: differences.map(({ id }) => id) }));
  const adopted = { ...drafted, team, adoption: { ...drafted.adoption, accepted } };
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    const given = givenById(adopted);
    const during = new Map([...accessById(adopted.memory.account)].filter(([id]) => given.has(id)));
    const first = watchAdoption(adopted.memory.account, during);
    test.listen((call) => first.look(call, test.memory.account));
    orThrow(await applyIn(test, adopted));
    const last = watchAdoption(adopted.memory.account, given);
    test.listen((call) => last.look(call, test.memory.account));
    orThrow(await finishIn(test, adopted));
    test.listen(null);
    expect([...first.problems, ...last.problems]).toEqual([]);
    const now = accessById(test.memory.account);
    expect([...given].map(([id]) => [id, now.get(id)])).toEqual([...given]);
    expect(noChanges(await planned(test.lab(team)))).toBe(true);
  });
});

test('roles that someone changed since are not finished', async () => {
  if (mixed === undefined) throw new Error('no account');
  const adopted = await adoptionOf(mixed);
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    orThrow(await applyIn(test, adopted));
    const { iam } = test.lab(adopted.team);
    const PolicyDocument = policy('Deny', 'mechanicalturk:GetHIT');
    const denying = { GroupName: `${LAB}-requesters`, PolicyName: 'no' };
    await callIam(iam, 'PutGroupPolicy', { ...denying, PolicyDocument });
    const finished = await finishIn(test, adopted);
    expect(finished).toMatchObject({ ok: false, failure: { code: 'adoption-unequal', args: { during: 'finish' } } });
    await callIam(iam, 'DeleteGroupPolicy', denying);
    orThrow(await undoIn(test, adopted));
  });
});

test('without adopt.json, an apply that accepts all users gives them what the file gives, and no more', async () => {
  if (mixed === undefined) throw new Error('no account');
  const adopted = await adoptionOf(mixed);
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    orThrow(await applyIn(test, adopted));
    const lab = test.lab(adopted.team);
    const options: ApplyOptions = {
      ...{ file: 'none/team.yaml', today: TODAY, emulator: null, json: false, stack: 'team', parallelism: null },
      ...{ yes: true, restore: [], commit: null, ownerIds: new Map(), appliedAt: null, result: null },
    };
    const refused = await planAndApply(lab, options, SILENT, () => {});
    expect(refused).toMatchObject({ failure: { code: 'adoption-unfinished' } });
    const restore = adopted.adoption.users.map(({ key }) => key);
    orThrow(await planAndApply(lab, { ...options, restore }, SILENT, () => {}));
    const now = accessById(test.memory.account);
    for (const [id, access] of givenById(adopted)) expect([id, now.get(id)]).toEqual([id, access]);
    expect(noChanges(await planned(lab))).toBe(true);
  });
});

test('unused groups and policies are deleted if asked, and what others have stays', async () => {
  if (mixed === undefined) throw new Error('no account');
  const adopted = await adoptionOf(mixed);
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    orThrow(await applyIn(test, adopted));
    const { deleted } = orThrow(await finishIn(test, adopted, undefined, true));
    expect(deleted).toEqual({
      groups: ['Students'],
      policies: ['MTurkNoBonus', 'MTurkResultsOnly', 'StudentsLimit'].map((name) => `${ARN}/${name}`),
    });
    const groups = Object.values(test.memory.account.groups).map(({ name }) => name);
    expect(groups).toEqual(expect.arrayContaining(['Requesters', 'Admins']));
    expect(groups).not.toContain('Students');
    for (const step of [applyIn, finishIn, undoIn]) {
      expect(await step(test, adopted)).toMatchObject({ failure: { code: 'adoption-over', args: { ended: true } } });
    }
  });
});

/** What a role denies, and of it what is lost before `adopt --finish`. */
const DENYING: readonly (readonly [
  title: string,
  denying: Partial<Team['roles'][number]>,
  lost: readonly Operation[],
])[] = [
  ['without a policy of AWS ends nothing before the last step', {}, []],
  ['beside a policy of AWS is named before the move', { managed: ['AmazonMechanicalTurkFullAccess'] }, ['SendBonus']],
];

test.each(DENYING)('what a role denies %s', async (_, denying, lost) => {
  if (mixed === undefined) throw new Error('no account');
  const adopted = await adoptionOf(mixed);
  const { team, adoption } = adopted;
  const members = team.members.map((each) => (each.key === 'bo.chen' ? { ...each, roles: ['mturk-no-bonus'] } : each));
  const roles = team.roles.map((each) => (each.key === 'mturk-no-bonus' ? { ...each, ...denying } : each));
  const accepted = [...adoption.accepted, { key: 'bo.chen', differences: ['lost/SendBonus'] }];
  const changed = { ...adopted, team: { ...team, members, roles }, adoption: { ...adoption, accepted } };
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    let losing: AdoptionSteps['losing'] = [];
    orThrow(
      await applyAdoption(test.lab(changed.team), changed.adoption, SILENT, async (steps) => {
        losing = steps.losing;
        return succeed(null);
      }),
    );
    expect(losing).toEqual(lost.length === 0 ? [] : [{ user: `${LAB}-bo.chen`, operations: lost }]);
    orThrow(await finishIn(test, changed));
  });
});

test('a user in ten groups is named before anyone is moved', async () => {
  if (mixed === undefined) throw new Error('no account');
  const groups = Array.from({ length: 10 }, (_, index) => ({ name: `group-${index}` }));
  const users = mixed.users.map((user) =>
    user.name === 'eve' ? { ...user, groups: groups.map(({ name }) => name) } : user,
  );
  const adopted = await adoptionOf({ ...mixed, groups: [...(mixed.groups ?? []), ...groups], users });
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    const failure = { code: 'adoption-groups-full', args: { users: ['eve'] } };
    expect(await applyIn(test, adopted)).toEqual({ ok: false, failure });
    expect(Object.values(test.memory.account.users).map(({ name }) => name)).toContain('eve');
  });
});

test('what someone takes or denies while a step plans does not come back with it', async () => {
  if (mixed === undefined) throw new Error('no account');
  const adopted = await adoptionOf(mixed);
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    const acting = (act: (iam: IAMClient) => Promise<unknown>, at: number) => {
      const lab = test.lab(adopted.team);
      let calls = 0;
      const workspace: typeof lab.workspace = async (...args) => {
        calls += 1;
        if (calls === at) await act(lab.iam);
        return lab.workspace(...args);
      };
      return { ...lab, workspace };
    };
    const agree = async () => succeed(null);
    const failure = (name: string, part: string) => ({
      ok: false,
      failure: { code: 'adoption-changed', args: { changes: [{ kind: 'user', name, part }] } },
    });
    const membership = { UserName: `${LAB}-bo.chen`, GroupName: 'Requesters' };
    const take = (iam: IAMClient) => callIam(iam, 'RemoveUserFromGroup', membership);
    const applied = await applyAdoption(acting(take, 1), adopted.adoption, SILENT, agree);
    expect(applied).toMatchObject(failure('bo.chen', 'groups'));
    await callIam(test.lab(adopted.team).iam, 'AddUserToGroup', membership);
    orThrow(await applyIn(test, adopted));

    const stop = { UserName: `${LAB}-eve`, PolicyName: 'stop' };
    const deny = (iam: IAMClient) =>
      callIam(iam, 'PutUserPolicy', { ...stop, PolicyDocument: policy('Deny', 'mechanicalturk:*') });
    const options = { commit: null, deleteUnused: false };
    const finished = await finishAdoption(acting(deny, 2), adopted.adoption, options, SILENT, agree);
    expect(finished).toMatchObject(failure('eve', 'inline'));
    await callIam(test.lab(adopted.team).iam, 'DeleteUserPolicy', stop);
    orThrow(await finishIn(test, adopted));
  });
});

test('what someone changes while a step asks is named, and nothing is done', async () => {
  if (mixed === undefined) throw new Error('no account');
  const adopted = await adoptionOf(mixed);
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    const lab = test.lab(adopted.team);
    const createAgain = async (UserName: string) => {
      await callIam(lab.iam, 'UpdateUser', { UserName, NewUserName: 'aside' });
      await callIam(lab.iam, 'CreateUser', { UserName });
      return succeed(null);
    };
    const giveBack = async (UserName: string) => {
      await callIam(lab.iam, 'DeleteUser', { UserName });
      await callIam(lab.iam, 'UpdateUser', { UserName: 'aside', NewUserName: UserName });
    };
    const seen = { code: 'adoption-changed', args: { changes: [{ kind: 'user', name: 'eve', part: 'name' }] } };
    const applied = await applyAdoption(lab, adopted.adoption, SILENT, () => createAgain('eve'));
    expect(applied).toEqual({ ok: false, failure: seen });
    await giveBack('eve');
    orThrow(await applyIn(test, adopted));
    const options = { commit: null, deleteUnused: false };
    const name = `${LAB}-eve`;
    const finished = await finishAdoption(lab, adopted.adoption, options, SILENT, () => createAgain(name));
    expect(finished).toEqual({ ok: false, failure: seen });
    await giveBack(name);
    orThrow(await finishIn(test, adopted));
  });
});
