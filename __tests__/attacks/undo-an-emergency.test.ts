import * as aws from '@aws-sdk/client-iam';
import { planAndApply } from '../../src/app/apply/apply.ts';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { attackedLabs, group, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, copyOf, planned, withLab } from '../support/lab-in-test.ts';
import { runAndKill } from '../support/lab-in-test-killed.ts';
import { sampleTeam, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(10);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const PolicyArn = 'arn:aws:iam::aws:policy/AWSDenyAll';
const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:*', Resource: '*' }],
});

const NO_BONUS = PolicyDocument.replace('mechanicalturk:*', 'mechanicalturk:SendBonus');

test.each(
  sampleOf<[string, string, (iam: aws.IAMClient) => Promise<unknown>]>(
    [
      [
        'AWSDenyAll at a member',
        'fay',
        (iam) => iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn })),
      ],
      [
        'an inline Deny at a member',
        'fay',
        (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument })),
      ],
      [
        'AWSDenyAll at a group',
        'role/paymaster',
        (iam) => iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn })),
      ],
      [
        'AWSDenyAll at a group that lost its own policy',
        'role/paymaster',
        async (iam) => {
          const own = { ...group('paymaster'), PolicyArn: rolePolicyArn(smallTeam, 'paymaster') };
          await iam.send(new aws.DetachGroupPolicyCommand(own));
          await iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
        },
      ],
    ],
    1,
  ),
)('no apply and no reconcile lifts %s, before a person says so', async (_what, key, cutOff) => {
  await labs.attack(async (lab) => {
    const fay = user('fay').UserName;
    await lab.byHand(cutOff);
    expect(await lab.may(fay)).toEqual([]);
    for (const day of [TODAY, TOMORROW, '2026-11-28']) {
      expect((await lab.mturk(day, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await lab.may(fay)).toEqual([]);
    }
    lab.edit('name: Bo Chen', 'name: Bo B. Chen');
    expect(await lab.mturk('2026-11-28', 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.may(fay)).toEqual([]);
    expect(await lab.mturk('2026-11-28', 'apply', '--yes', '--restore', key)).toMatchObject({ code: 0 });
    expect(await lab.may(fay)).toContain('SendBonus');
    expect(await lab.mturk('2026-11-28', 'drift', '--quick')).toMatchObject({ code: 0 });
  });
});

test.each(
  sampleOf<[string, string, readonly [string, string], (iam: aws.IAMClient) => Promise<unknown>]>(
    [
      [
        'a suspension of the member',
        'fay',
        ['  fay: {', '  fay: { suspended: true,'],
        (iam) =>
          iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument: NO_BONUS })),
      ],
      [
        'a freeze',
        'role/paymaster',
        ['freeze: []', 'freeze: [spend]'],
        (iam) =>
          iam.send(
            new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument: NO_BONUS }),
          ),
      ],
    ],
    1,
  ),
)('%s in the file, once it ends, lifts no Deny that someone added', async (_what, key, [without, brake], cutOff) => {
  await labs.attack(async (lab) => {
    const fay = user('fay').UserName;
    await lab.byHand(cutOff);
    lab.edit(without, brake);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    lab.edit(brake, without);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    for (const day of [TODAY, TOMORROW]) {
      expect((await lab.mturk(day, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await lab.may(fay)).not.toContain('SendBonus');
    }
    expect(await lab.mturk(TOMORROW, 'apply', '--yes', '--restore', key)).toMatchObject({ code: 0 });
    expect(await lab.may(fay)).toContain('SendBonus');
  });
});

/** With CloudTrail, what a machine's clock dates after the first checks must be long past. */
const LATER = [TODAY, '2027-01-15', '2027-01-17'];
const AT_PATH = { Path: '/mturk/perception-lab/' };
const documentOf = (statement: object) =>
  PolicyDocument.replace('{"Effect"', `${JSON.stringify(statement).slice(0, -1)},"Effect"`);

test.each(
  sampleOf<[string, (iam: aws.IAMClient) => Promise<unknown>]>(
    [
      [
        'at a group under the path that is of no role',
        async (iam) => {
          await iam.send(new aws.CreateGroupCommand({ ...group('stopped'), ...AT_PATH }));
          await iam.send(new aws.AttachGroupPolicyCommand({ ...group('stopped'), PolicyArn }));
          await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('stopped') }));
        },
      ],
      [
        'at a group that was renamed',
        async (iam) => {
          await iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument }));
          await iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewGroupName: 'payers' }));
        },
      ],
      [
        'at a member, with the Sid of what is out of reach',
        (iam) =>
          iam.send(
            new aws.PutUserPolicyCommand({
              ...{ ...user('fay'), PolicyName: 'stop', PolicyDocument: documentOf({ Sid: 'OutOfReach' }) },
            }),
          ),
      ],
      [
        'at a group, with the Sid of what is withheld, under a condition that holds',
        (iam) => {
          const Condition = { StringLike: { 'aws:username': '*' } };
          const own = { PolicyName: 'stop', PolicyDocument: documentOf({ Sid: 'Withheld', Condition }) };
          return iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), ...own }));
        },
      ],
    ],
    1,
  ),
)('a Deny %s stays on every day', async (_what, cutOff) => {
  await labs.attack(async (lab) => {
    const fay = user('fay').UserName;
    await lab.byHand(cutOff);
    expect(await lab.may(fay)).toEqual([]);
    for (const day of LATER) {
      expect((await lab.mturk(day, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await lab.may(fay)).toEqual([]);
    }
  });
});

test('a Deny that is kept in the policy of a role stays, although someone detaches the policy', async () => {
  await labs.attack(async (lab) => {
    const fay = user('fay').UserName;
    await lab.byHand((iam) => iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn })));
    expect((await lab.mturk(TODAY, 'drift', '--reconcile', '--yes')).code).toBe(2);
    const own = { ...group('paymaster'), PolicyArn: rolePolicyArn(smallTeam, 'paymaster') };
    await lab.byHand((iam) => iam.send(new aws.DetachGroupPolicyCommand(own)));
    for (const day of LATER.slice(1)) {
      expect((await lab.mturk(day, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await lab.may(fay)).toEqual([]);
    }
  });
});

test('an apply that is killed once it has restored a boundary gives back nothing that the other one took', async () => {
  const start = await withLab(await appliedTo(smallTeam), async (test) => {
    const { iam } = test.lab(smallTeam);
    const { Policy } = await iam.send(new aws.CreatePolicyCommand({ PolicyName: 'stop', PolicyDocument }));
    const PermissionsBoundary = Policy?.Arn;
    await iam.send(new aws.PutUserPermissionsBoundaryCommand({ ...user('fay'), PermissionsBoundary }));
    return copyOf(test.memory);
  });
  await withLab(start, async (test) => {
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
    const params = { ...user('fay'), PermissionsBoundary: boundaryArn(smallTeam) };
    const action = 'PutUserPermissionsBoundary';
    const call = { action, identity: `${action} ${JSON.stringify(params)} 0` };
    expect(may()).toEqual([]);
    const lab = test.lab(smallTeam);
    const plan = await planned(lab);
    const run = () => applyPlanned(lab, plan, carriedOut(), SILENT);
    const killed = await runAndKill(test, { call, phase: 'after' }, () => true, run);
    expect(killed.code).not.toBe('it was never killed');
    test.listen(null);
    await applied(test.lab(smallTeam));
    expect(may()).toEqual([]);
  });
});

test('a Deny at a member without room for limits is kept, although the apply ends before it has written them', async () => {
  const start = await withLab(await appliedTo(smallTeam), async (test) => {
    const { iam } = test.lab(smallTeam);
    const long = documentOf({ Sid: 'x'.repeat(1_800) })
      .replace('Deny', 'Allow')
      .replace('"Action":"*"', '"Action":"s3:*"');
    await iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'a-long-one', PolicyDocument: long }));
    await iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument }));
    return copyOf(test.memory);
  });
  await withLab(start, async (test) => {
    test.listen(({ action, phase }) => {
      if (action === 'DeleteUserPolicy' && phase === 'after') test.emulator.faults = { errorShare: 1 };
      return true;
    });
    const lab = test.lab(smallTeam);
    const ended = await applyPlanned(lab, await planned(lab), carriedOut(), SILENT);
    expect(ended).toMatchObject({ ok: false, failure: { code: 'aws-unavailable' } });
    test.emulator.faults = {};
    test.listen(null);
    await applied(test.lab(smallTeam));
    const { withheld } = (await planned(test.lab(smallTeam))).ruled;
    expect(withheld.map(({ kind, key }) => `${key} ${kind}`)).toEqual(['fay deny-kept']);
  });
});

test.each(['PutGroupPolicy', 'AttachGroupPolicy'] as const)(
  'a Deny at a role (%s) is kept, although the apply ends before it has written the policy of the role',
  async (written) => {
    const members = smallTeam.members.map((each) => (each.key === 'ada' ? { ...each, roles: ['full-access'] } : each));
    const roles = sampleTeam.roles.filter(({ key }) => key === 'full-access');
    const team = { ...smallTeam, members, roles: [...smallTeam.roles, ...roles] };
    const start = await withLab(await appliedTo(team), async (test) => {
      const { iam } = test.lab(team);
      const own = { ...group('full-access'), PolicyName: 'stop', PolicyDocument };
      const { Policy } = await iam.send(new aws.CreatePolicyCommand(own));
      if (written === 'PutGroupPolicy') await iam.send(new aws.PutGroupPolicyCommand(own));
      else
        await iam.send(new aws.AttachGroupPolicyCommand({ ...group('full-access'), PolicyArn: Policy?.Arn as string }));
      return copyOf(test.memory);
    });
    await withLab(start, async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('ada').UserName) ?? [])];
      test.listen(({ action }) => action !== 'CreatePolicy');
      const lab = test.lab(team);
      expect((await applyPlanned(lab, await planned(lab), carriedOut(), SILENT)).ok).toBe(false);
      test.listen(null);
      await applied(test.lab(team));
      const { withheld } = (await planned(test.lab(team))).ruled;
      expect(withheld.map(({ kind, key }) => `${key} ${kind}`)).toEqual(['full-access deny-kept']);
      expect(may()).toEqual([]);
    });
  },
);

const RENAMED: Team = {
  ...smallTeam,
  roles: smallTeam.roles.map((each) => (each.key === 'paymaster' ? { ...each, key: 'payers' } : each)),
  members: smallTeam.members.map((each) => (each.key === 'fay' ? { ...each, roles: ['payers'] } : each)),
};

test.each<[string, Team, (iam: aws.IAMClient) => Promise<unknown>]>([
  [
    'attached to a member, in force on a later day',
    smallTeam,
    async (iam) => {
      const Condition = { DateGreaterThan: { 'aws:CurrentTime': '2026-12-24T00:00:00Z' } };
      const dated = { PolicyName: 'stop', PolicyDocument: documentOf({ Condition }) };
      const { Policy } = await iam.send(new aws.CreatePolicyCommand(dated));
      await iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn: Policy?.Arn }));
    },
  ],
  [
    'at a renamed role that the member was taken out of',
    RENAMED,
    async (iam) => {
      const own = { ...group('paymaster'), PolicyName: 'stop', PolicyDocument: NO_BONUS };
      await iam.send(new aws.PutGroupPolicyCommand(own));
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...group('paymaster'), ...user('fay') }));
    },
  ],
])('a Deny %s is kept, although the apply ends before it has written limits', async (_what, team, cutOff) => {
  const start = await withLab(await appliedTo(smallTeam), async (test) => {
    await cutOff(test.lab(smallTeam).iam);
    return copyOf(test.memory);
  });
  await withLab(start, async (test) => {
    test.listen(({ action }) => action !== 'PutUserPolicy');
    const lab = test.lab(team);
    expect((await applyPlanned(lab, await planned(lab), carriedOut(), SILENT)).ok).toBe(false);
    test.listen(null);
    await applied(test.lab(team));
    const { withheld } = (await planned(test.lab(team))).ruled;
    expect(withheld.map(({ kind, key }) => `${key} ${kind}`)).toContain('fay deny-kept');
    const later = accessAt(accessIn(test.memory.account), new Date('2027-01-02'));
    expect([...(later.get(user('fay').UserName) ?? [])]).not.toContain('SendBonus');
  });
});

type AddDeny = (iam: aws.IAMClient, PolicyName: string, PolicyDocument: string) => Promise<unknown>;

const atMember: AddDeny = (iam, PolicyName, PolicyDocument) =>
  iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName, PolicyDocument }));
const atRole: AddDeny = (iam, PolicyName, PolicyDocument) =>
  iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName, PolicyDocument }));

const says = (Action: string) => PolicyDocument.replace('mechanicalturk:*', Action);
const [NO_APPROVAL, NOTHING] = [says('mechanicalturk:ApproveAssignment'), says('*')];

test.each(
  sampleOf<[string, string, AddDeny, string, string, number]>(
    [
      ...[1, 2, 3, 4, 5].flatMap((reading): [string, string, AddDeny, string, string, number][] => [
        ['a Deny at a member', 'one of the same', atMember, NO_BONUS, NO_BONUS, reading],
        ['a Deny at a member', 'another', atMember, NO_BONUS, NO_APPROVAL, reading],
        ['a Deny at a role', 'one of the same', atRole, NO_BONUS, NO_BONUS, reading],
        ['a Deny at a role', 'another', atRole, NO_BONUS, NO_APPROVAL, reading],
        ['a Deny of everything at a member', 'another', atMember, NOTHING, NO_APPROVAL, reading],
        ['a Deny of everything at a role', 'another', atRole, NOTHING, NO_APPROVAL, reading],
      ]),
    ],
    1,
  ),
)(
  'who gives back what %s took does not lift %s that came after the question',
  async (_old, _new, deny, old, later, reading) => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      const { iam } = test.lab(smallTeam);
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
      const operation = later === NO_BONUS ? 'SendBonus' : 'ApproveAssignment';
      await deny(iam, 'old', old);
      await applied(test.lab(smallTeam));
      let [hasAnswered, readings] = [false, 0];
      const confirm = async () => {
        hasAnswered = true;
        return true;
      };
      test.listen(async ({ phase, action }) => {
        if (!hasAnswered || phase !== 'before' || action !== 'GetAccountAuthorizationDetails') return true;
        readings += 1;
        if (readings === reading) await deny(iam, 'emergency', later);
        return true;
      });
      const options = {
        ...{ file: 'team.yaml', emulator: null, yes: false, restore: [], commit: null },
        ...{ ownerIds: new Map(), appliedAt: null, result: null },
      };
      const terminal = { ...SILENT, canAsk: true, confirm };
      const done = await planAndApply(test.lab(smallTeam), options as never, terminal, () => {});
      expect(readings).toBeGreaterThanOrEqual(reading);
      expect(may()).not.toContain(operation);
      expect(may().includes('SendBonus')).toBe(done.ok && operation !== 'SendBonus');
    });
  },
);
