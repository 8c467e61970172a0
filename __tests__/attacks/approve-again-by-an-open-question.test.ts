import { type ApplyOptions, planAndApply } from '../../src/app/apply/apply.ts';
import { readRecord } from '../../src/app/session/records.ts';
import type { Team } from '../../src/team/team.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const test = testInTurn(1);

/** bo is an owner, too. */
const before: Team = {
  ...smallTeam,
  owners: ['ada', 'bo'],
  members: smallTeam.members.map((one) => (one.key === 'bo' ? { ...one, github: 'bochen' } : one)),
};
/** What main gets while an administrator is asked: bo approves nothing any more. */
const newer: Team = { ...before, owners: ['ada'] };
/** What the administrator applies: fay is suspended. */
const emergency: Team = {
  ...before,
  members: before.members.map((one) => (one.key === 'fay' ? { ...one, suspended: true } : one)),
};

test('an owner whom an apply removed while another one asks is none again by the answer', async () => {
  await withLab(await appliedTo(before), async (test) => {
    const owners = async (lab: ReturnType<typeof test.lab>) =>
      orThrow(await readRecord(lab.records))?.owners.map(({ key }) => key);
    const lab = test.lab(emergency);
    const options: ApplyOptions = {
      ...{ file: 'team.yaml', today: TODAY, emulator: 'in a test', json: false, stack: 'team', parallelism: null },
      ...{ yes: false, restore: [], commit: null, ownerIds: new Map(), appliedAt: null, result: null },
    };
    let shown = '';
    const terminal = {
      ...SILENT,
      async confirm() {
        await applied(test.lab(newer));
        expect(await owners(lab)).toEqual(['ada']);
        return true;
      },
    };
    const done = await planAndApply(lab, options, terminal, (_session, planned) => {
      shown = JSON.stringify(planned.record?.owners);
    });
    expect(shown).toContain('bochen');
    expect({ done: done.ok ? 'applied' : done.failure.code, owners: await owners(lab) }).toEqual({
      ...{ done: 'record-changed', owners: ['ada'] },
    });
  });
});
