import { planAndApply } from '../../src/cli/session/apply.ts';
import { takenBack } from '../../src/review/apply/taken-back.ts';
import { reviewOf } from '../../src/review/changes/review.ts';
import { manifestOf } from '../../src/review/manifest/manifest.ts';
import type { Team } from '../../src/team/team.ts';
import { readPlan } from '../../src/terraform/plan.ts';
import { emptyMemory, orThrow, withLab } from '../support/lab-in-test.ts';
import { TOOLS } from '../support/plan-json.ts';
import { member, sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const today = '2026-11-25';
const at = new Date(`${today}T12:00:00Z`);
const joining = (key: string, given: Partial<Team['members'][number]>, team = sampleTeam): Team => ({
  ...team,
  members: [...team.members, member({ key, name: `Name of ${key}`, ...given })].sort((a, b) =>
    a.key < b.key ? -1 : 1,
  ),
});
const until = '2027-05-31';
/** Eve may pay until May. */
const granted = joining('eve', { roles: ['paymaster'], until });
const eve = (given: Partial<Team['members'][number]>) => joining('eve', { roles: ['paymaster'], until, ...given });

describe('an old apply that would grant again what main has taken back since is refused', () => {
  test.each<[string, Team, object]>([
    ['the role', eve({ roles: ['results-reader'] }), { longer: false }],
    ['the member', sampleTeam, { longer: false }],
    [
      'the member, who left',
      { ...sampleTeam, departed: [...sampleTeam.departed, { key: 'eve', left: '2026-11-24', reason: 'graduated' }] },
      { longer: false },
    ],
    ['a part of the time', eve({ until: '2026-12-31' }), { gains: [], longer: true }],
    ['the time until access begins', eve({ from: '2026-12-24' }), { longer: true }],
    ['all, by a suspension', eve({ suspended: true }), { longer: false }],
    ['spending, by a freeze', { ...granted, freeze: ['pay:bonus'] }, { gains: ['SendBonus'] }],
    [
      'an operation of the role',
      {
        ...granted,
        roles: granted.roles.map((role) =>
          role.key === 'paymaster' ? { ...role, allow: role.allow.filter((each) => each !== 'SendBonus') } : role,
        ),
      },
      { gains: ['SendBonus'] },
    ],
  ])('%s', (_what, newest, expected) => {
    expect(takenBack({ team: granted, newest }, { today, at })).toContainEqual(
      expect.objectContaining({ user: 'perception-lab-eve', key: 'eve', name: 'Name of eve', ...expected }),
    );
  });

  test('before Terraform or AWS is asked, with the people as data', async () => {
    const read = readPlan({ format_version: '1.2', resource_changes: [] });
    const review = reviewOf({ before: sampleTeam, after: granted, today, at });
    const commit = '3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4';
    const origin = {
      head: { commit, tree: commit },
      run: { id: '12', attempt: 1 },
      mturkTeam: '0',
      emulator: false,
      createdAt: at,
    };
    const manifest = manifestOf(review, { plan: orThrow(read), tools: TOOLS }, origin);
    await withLab(emptyMemory(), async (test) => {
      const files = { manifest: 'manifest.json', base: 'base.yaml', newest: 'newest.yaml', approval: 'approval.json' };
      const options = {
        ...({ file: 'team.yaml', emulator: null, today, stack: 'team', parallelism: null } as const),
        ...{ yes: true, reviewed: files, commit: null, result: null, json: false },
      };
      const approval = { pull: 1, head: commit, by: ['adaoneill'], how: 'review' as const, mergedAt: at.toISOString() };
      const reviewed = { manifest, base: sampleTeam, newest: eve({ roles: ['results-reader'] }), approval };
      const refused = await planAndApply(
        test.lab(granted),
        reviewed,
        options,
        SILENT,
        () => {},
        () => {},
      );
      expect(refused).toMatchObject({
        ok: false,
        failure: {
          code: 'superseded',
          args: { people: [{ key: 'eve', gains: expect.arrayContaining(['SendBonus']) }] },
        },
      });
      expect(test.emulator.calls).toEqual([]);
    });
  });
});

describe('an apply that grants nothing that main has taken back is carried out', () => {
  test.each<[string, Team]>([
    ['main is at the same commit', granted],
    ['another member joins within the same minute', joining('zoe', { roles: ['full-access'] }, granted)],
    ['the same member gains more', eve({ roles: ['paymaster', 'task-publisher'] })],
    ['the same member has access for longer', eve({ until: '2027-12-31' })],
    ['only words change', eve({ name: 'Eve Lindqvist', email: 'eve@lab.edu' })],
    ['only who approves changes', { ...granted, owners: ['ada', 'bo'] }],
  ])('%s', (_what, newest) => {
    expect(takenBack({ team: granted, newest }, { today, at })).toEqual([]);
  });

  // That such an apply revokes nothing of what the newest file grants is the comparison's: see forge-the-review.test.ts.
  test('a member who is suspended in both files, for longer', () => {
    const [older, newest] = [eve({ suspended: true, until: '2027-12-31' }), eve({ suspended: true })];
    expect(takenBack({ team: older, newest }, { today, at })).toEqual([]);
  });
});
