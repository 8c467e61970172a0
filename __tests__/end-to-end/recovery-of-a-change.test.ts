import { CreateAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { operationsOf } from '../../src/catalog/mturk.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import type { Team } from '../../src/team/team.ts';
import { applied, bootstrapped, copyOf, ENGINE_TITLE, withLab } from '../support/lab-in-test.ts';
import { isWrite, killingsOf, recoverFrom, report, undisturbed } from '../support/lab-in-test-recovery.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';

// Each call that writes is killed in one of its two phases; MTURK_TEAM_KILL=all kills each in both, and every call of a
// change with a hold (some 15 minutes in all). MTURK_TEAM_FIGURES=1 says how many there were.
const EVERYTHING = process.env.MTURK_TEAM_KILL === 'all';

/**
 * Much at once: a student joins, somebody suspended is let in again with another role, a role is narrowed, one is removed,
 * a member who has a key leaves, and spending is frozen.
 */
const CHANGED: Team = {
  ...sampleTeam,
  roles: sampleTeam.roles
    .filter(({ key }) => key !== 'everything-but-bonus')
    .map((role) => (role.key === 'paymaster' ? { ...role, allow: operationsOf('pay:approve') } : role)),
  members: [
    ...sampleTeam.members
      .filter(({ key }) => key !== 'bo')
      .map((one) => {
        if (one.key === 'cy') return { ...one, roles: ['task-publisher'], suspended: false };
        return one.key === 'gus' ? { ...one, roles: ['results-reader'] } : one;
      }),
    member({ key: 'zoe', name: 'Zoe Student', roles: ['results-reader'], until: '2027-05-31', sponsor: 'ada' }),
  ],
  departed: [...sampleTeam.departed, { key: 'bo', left: '2026-11-25', reason: 'graduated' }],
  freeze: ['pay:bonus', 'hits:publish'],
};

/** The sample team as it is after some months: applied, and its members have keys. */
function inUse(): Promise<EmulatorMemory> {
  return bootstrapped().then((start) =>
    withLab(start, async (test) => {
      await applied(test.lab(sampleTeam));
      const { endpoint, rootCredentials: credentials } = test.emulator;
      const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
      for (const key of ['bo', 'cy', 'gus']) {
        await iam.send(new CreateAccessKeyCommand({ UserName: `perception-lab-${key}` }));
      }
      iam.destroy();
      return copyOf(test.memory);
    }),
  );
}

test(`a change of almost everything that is killed at any call is finished by the next apply (${ENGINE_TITLE})`, async () => {
  const reference = await undisturbed(await inUse(), CHANGED);
  expect(reference.calls.length).toBeGreaterThan(50);
  const recoveries = await recoverFrom(reference, killingsOf(reference, EVERYTHING));
  report('a change of almost everything', recoveries);
  expect(recoveries.problems).toEqual([]);
  expect(recoveries.looks).toBeGreaterThan(recoveries.killed * 15);
}, 900_000);

/** Fay is held while she goes from one role to two, of which one denies what the other allows; so this takes three applies. */
const HELD: Team = {
  ...sampleTeam,
  roles: [
    ...sampleTeam.roles.filter(({ key }) => ['full-access', 'paymaster', 'results-reader'].includes(key)),
    role({ key: 'thrifty', allow: ['GetHIT'], deny: ['SendBonus'] }),
  ],
  members: [member({ key: 'ada' }), member({ key: 'fay', roles: ['paymaster', 'thrifty'], until: '2027-05-31' })],
};
const BEFORE_HELD: Team = {
  ...HELD,
  members: [member({ key: 'ada' }), member({ key: 'fay', roles: ['results-reader'] })],
};

test('a change that holds somebody is finished, too, whichever of its three applies is killed', async () => {
  const start = await withLab(await bootstrapped(), async (test) => {
    await applied(test.lab(BEFORE_HELD));
    return copyOf(test.memory);
  });
  const reference = await undisturbed(start, HELD);
  expect(reference.held).toEqual(['perception-lab-fay']);
  const killings = killingsOf(reference, true).filter(({ call }) => EVERYTHING || isWrite(call));
  const recoveries = await recoverFrom(reference, killings);
  report('a change with a hold', recoveries);
  expect(recoveries.problems).toEqual([]);
  expect(recoveries.killed).toBeGreaterThanOrEqual(8);
}, 900_000);
