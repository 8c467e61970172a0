import * as aws from '@aws-sdk/client-iam';
import { planAndApply } from '../../src/app/apply/apply.ts';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { quickScan } from '../../src/app/drift/run-scan.ts';
import type { ApplyRecord } from '../../src/app/session/records.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { group, replaceUser, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import {
  applied,
  appliedTo,
  carriedOut,
  copyOf,
  type LabInTest,
  planned,
  TODAY,
  withLab,
} from '../support/lab-in-test.ts';
import { member, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

type Act = (iam: aws.IAMClient) => Promise<unknown>;

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:*', Resource: '*' }],
});
const stop =
  (key: string, PolicyName: string): Act =>
  (iam) =>
    iam.send(new aws.PutUserPolicyCommand({ ...user(key), PolicyName, PolicyDocument }));

const mayIn =
  ({ memory }: LabInTest) =>
  (who: string) => [...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? [])];

const WRITES = /^(Put|Delete|Attach|Detach|Add|Remove|Create|Tag)/;

/** Someone acts once an apply has written, before it reads the account again. */
function onceWritten(test: LabInTest, act: Act): { readonly acted: () => boolean } {
  const { iam } = test.lab(smallTeam);
  let [hasWritten, acted] = [false, false];
  test.listen(async ({ phase, action }) => {
    if (WRITES.test(action) && phase === 'after') hasWritten = true;
    if (acted || !hasWritten || phase !== 'before' || action !== 'GetAccountAuthorizationDetails') return true;
    acted = true;
    await act(iam);
    return true;
  });
  return { acted: () => acted };
}

const OPTIONS = {
  ...{ file: 'team.yaml', emulator: null, yes: false, restore: [] as readonly string[], commit: null },
  ...{ ownerIds: new Map(), appliedAt: null, result: null },
};

/** An administrator at a terminal, who answers each question with yes. */
async function atTerminal(test: LabInTest, team: Team, options: Partial<typeof OPTIONS> = {}, onAnswer = () => {}) {
  const confirm = async () => {
    onAnswer();
    return true;
  };
  const terminal = { ...SILENT, canAsk: true, confirm };
  const done = await planAndApply(test.lab(team), { ...OPTIONS, ...options } as never, terminal, () => {});
  return done.ok ? 'applied' : done.failure.code;
}

/** Two members have a role, and one of them no other. */
const readers: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) => (one.key === 'bo' ? { ...one, roles: ['results-reader'] } : one)),
};

test('what an administrator takes from a role, once an apply has written, is not given back to whom its question named', async () => {
  await withLab(copyOf(await appliedTo(readers)), async (test) => {
    const { iam } = test.lab(readers);
    const may = mayIn(test);
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('ada'), ...group('results-reader') }));
    await applied(test.lab(readers));
    expect([may('ada').length, may('bo').includes('GetHIT')]).toEqual([0, true]);
    const someone = onceWritten(test, async (iam) => {
      expect(may('ada')).toContain('GetHIT');
      const PolicyArn = rolePolicyArn(smallTeam, 'results-reader');
      await iam.send(new aws.DetachGroupPolicyCommand({ ...group('results-reader'), PolicyArn }));
      expect(may('ada')).toEqual([]);
    });
    const code = await atTerminal(test, readers);
    expect(someone.acted()).toBe(true);
    expect([code, may('bo'), may('ada')]).toEqual([code, [], []]);
  });
});

test('a Deny of an emergency, once an apply has written, is not lifted because the person lifts an equal one', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const { iam } = test.lab(smallTeam);
    const may = mayIn(test);
    await stop('fay', 'old')(iam);
    await applied(test.lab(smallTeam));
    const someone = onceWritten(test, async (iam) => {
      expect(may('fay')).toContain('SendBonus');
      for (const key of ['ada', 'fay']) await stop(key, 'emergency')(iam);
      expect(may('fay')).toEqual([]);
    });
    const code = await atTerminal(test, smallTeam);
    expect(someone.acted()).toBe(true);
    expect([code, may('ada'), may('fay')]).toEqual([code, [], []]);
  });
});

test('a Deny of an emergency, once an apply has written, is not lifted by its --restore', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const { iam } = test.lab(smallTeam);
    const may = mayIn(test);
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    await applied(test.lab(smallTeam));
    const someone = onceWritten(test, async (iam) => {
      expect(may('fay')).toContain('SendBonus');
      for (const key of ['ada', 'fay']) await stop(key, 'emergency')(iam);
    });
    const code = await atTerminal(test, smallTeam, { restore: ['fay'] });
    expect(someone.acted()).toBe(true);
    expect([code, may('ada'), may('fay')]).toEqual([code, [], []]);
  });
});

test('a missing user whom an administrator deletes again, once an apply has created it, is not created again', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const remove: Act = async (iam) => {
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      const { PolicyNames = [] } = await iam.send(new aws.ListUserPoliciesCommand(user('fay')));
      for (const PolicyName of PolicyNames)
        await iam.send(new aws.DeleteUserPolicyCommand({ ...user('fay'), PolicyName }));
      await iam.send(new aws.DeleteUserCommand(user('fay')));
    };
    const { iam } = test.lab(smallTeam);
    const may = mayIn(test);
    await remove(iam);
    await applied(test.lab(smallTeam));
    const someone = onceWritten(test, async (iam) => {
      expect(may('fay')).toContain('SendBonus');
      await remove(iam);
      await stop('ada', 'emergency')(iam);
    });
    const code = await atTerminal(test, smallTeam);
    expect(someone.acted()).toBe(true);
    expect([code, may('fay')]).toEqual([code, []]);
  });
});

const larger: Team = { ...smallTeam, members: [...smallTeam.members, member({ key: 'cy', roles: ['paymaster'] })] };

test.each([
  ['under the path, with a key', '/mturk/perception-lab/'],
  ['outside the path', '/'],
])(
  'a user who replaces a new member’s %s, once an apply has written, is not recorded as the member’s',
  async (_what, path) => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      const may = mayIn(test);
      const someone = onceWritten(test, (iam) => replaceUser(iam, 'cy', path));
      const plan = await planned(test.lab(larger));
      const options = { ...carriedOut(), workflow: true, commit: 'a'.repeat(40), isApproved: true };
      const done = await applyPlanned(test.lab(larger), plan, options, SILENT);
      expect(someone.acted()).toBe(true);
      expect(may('cy')).toEqual([]);
      const { iam } = test.lab(larger);
      const { User } = await iam.send(new aws.GetUserCommand(user('cy')));
      const { ids } = JSON.parse(test.memory.record ?? 'null') as ApplyRecord;
      const code = done.ok ? 'applied' : done.failure.code;
      const kinds = (await planned(test.lab(larger))).ruled.withheld.map(({ kind }) => kind);
      if (path === '/') await iam.send(new aws.UpdateUserCommand({ ...user('cy'), NewPath: '/mturk/perception-lab/' }));
      // In mode all, reconcile does the same 20 hours later, unless the user was suspended.
      const later = await atTerminal(test, larger);
      expect({
        code,
        kinds,
        later,
        isOfMember: ids.user[user('cy').UserName] === User?.UserId,
        may: may('cy'),
      }).toEqual({
        ...{ code, later, kinds: [path === '/' ? 'name-taken' : 'replaced'], isOfMember: false, may: [] },
      });
    });
  },
);

test('who is taken out of a role that an apply adds, once it has written, does not have it again at its end', async () => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const pays = smallTeam.members.map((one) =>
      one.key === 'bo' ? { ...one, roles: [...one.roles, 'paymaster'] } : one,
    );
    const team = { ...smallTeam, members: pays };
    const may = mayIn(test);
    const someone = onceWritten(test, async (iam) => {
      expect(may('bo')).toContain('SendBonus');
      for (const key of ['bo', 'fay'])
        await iam.send(new aws.RemoveUserFromGroupCommand({ ...user(key), ...group('paymaster') }));
    });
    const plan = await planned(test.lab(team));
    const done = await applyPlanned(test.lab(team), plan, carriedOut(), SILENT);
    expect(someone.acted()).toBe(true);
    const code = done.ok ? 'applied' : done.failure.code;
    expect([code, may('fay'), may('bo').includes('SendBonus')]).toEqual([code, [], false]);
  });
});

test('who renames their own user to a new member’s, once an apply has written, gets nothing by reconcile in mode all', async () => {
  const team: Team = { ...larger, settings: { ...larger.settings, reconcile: 'all' } };
  await withLab(copyOf(await appliedTo({ ...smallTeam, settings: team.settings })), async (test) => {
    test.setClock(`${TODAY}T12:00:00Z`);
    const { iam } = test.lab(team);
    await iam.send(new aws.CreateUserCommand({ UserName: 'mallory' }));
    await iam.send(new aws.CreateAccessKeyCommand({ UserName: 'mallory' }));
    const cy = user('cy');
    // All that the attacker may do is `iam:UpdateUser`.
    const someone = onceWritten(test, async (iam) => {
      await iam.send(new aws.UpdateUserCommand({ ...cy, NewUserName: user('zoe').UserName }));
      await iam.send(new aws.UpdateUserCommand({ UserName: 'mallory', NewUserName: cy.UserName }));
    });
    const plan = await planned(test.lab(team));
    const options = { ...carriedOut(), workflow: true, commit: 'a'.repeat(40), isApproved: true };
    const done = await applyPlanned(test.lab(team), plan, options, SILENT);
    expect(someone.acted()).toBe(true);
    const code = done.ok ? 'applied' : done.failure.code;
    await iam.send(new aws.UpdateUserCommand({ ...cy, NewPath: '/mturk/perception-lab/' }));
    const checks: unknown[] = [];
    for (const today of [TODAY, '2026-11-26', '2026-11-27']) {
      const lab = test.lab(team, { today });
      const now = () => lab.at;
      const completed = await quickScan(lab, { cloudTrail: false }, SILENT);
      const known = { ...completed, complete: true, isChangedSince: () => false, attributed: true };
      const result = await reconcile({ ...lab, now }, known, SILENT, now().toISOString());
      checks.push(result.ok ? mayIn(test)('cy').length : result.failure.code);
    }
    expect({ code, checks, may: mayIn(test)('cy') }).toEqual({ code, checks, may: [] });
  });
});
