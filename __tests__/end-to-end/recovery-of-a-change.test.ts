import { CreateAccessKeyCommand } from '@aws-sdk/client-iam';
import { operationsOf } from '../../src/catalog/mturk.ts';
import type { Team } from '../../src/team/team.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { appliedTo, copyOf, ENGINE_TITLE, type LabMemory, withLab } from '../support/lab-in-test.ts';
import { isWrite, killsOf, recoverFrom, report, undisturbed } from '../support/lab-in-test-recovery.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';

const test = testInTurn(3);

/**
 * Much at once: a student joins, a suspended member returns with another role, a role is narrowed, one is removed, a member
 * with a key leaves, and spending is frozen.
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
function inUse(): Promise<LabMemory> {
  return appliedTo(sampleTeam).then((start) =>
    withLab(start, async (test) => {
      const { iam } = test.lab(sampleTeam);
      for (const key of ['bo', 'cy', 'gus']) {
        await iam.send(new CreateAccessKeyCommand({ UserName: `perception-lab-${key}` }));
      }
      return copyOf(test.memory);
    }),
  );
}

test(`a change of almost everything that is killed at any call is finished by the next apply (${ENGINE_TITLE})`, async () => {
  const reference = await undisturbed(await inUse(), CHANGED);
  expect(reference.calls.length).toBeGreaterThan(50);
  const recoveries = await recoverFrom(reference, sampleOf(killsOf(reference), 1));
  report('a change of almost everything', recoveries);
  expect(recoveries.problems).toEqual([]);
  expect(recoveries.checks).toBeGreaterThan(recoveries.killed * 15);
});

/** Fay is suspended while they get two roles, one of which denies what the other allows: this takes three applies. */
const WITH_SUSPENSION: Team = {
  ...sampleTeam,
  roles: [
    ...sampleTeam.roles.filter(({ key }) => ['full-access', 'paymaster', 'results-reader'].includes(key)),
    role({ key: 'thrifty', allow: ['GetHIT'], deny: ['SendBonus'] }),
  ],
  members: [member({ key: 'ada' }), member({ key: 'fay', roles: ['paymaster', 'thrifty'], until: '2027-05-31' })],
};
const BEFORE_SUSPENSION: Team = {
  ...WITH_SUSPENSION,
  members: [member({ key: 'ada' }), member({ key: 'fay', roles: ['results-reader'] })],
};

test('a change that suspends a member is finished, too, whichever of its three applies is killed', async () => {
  const reference = await undisturbed(await appliedTo(BEFORE_SUSPENSION), WITH_SUSPENSION);
  expect(reference.held).toEqual(['perception-lab-fay']);
  const writes = killsOf(reference).filter(({ call }) => isWrite(call));
  const recoveries = await recoverFrom(reference, sampleOf(writes, 1));
  report('a change with a suspension', recoveries);
  expect(recoveries.problems).toEqual([]);
  expect(recoveries.killed).toBeGreaterThanOrEqual(1);
});
