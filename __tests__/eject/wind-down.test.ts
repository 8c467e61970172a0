import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { namingOf } from '../../src/app/session/read-team.ts';
import { CLOSURE } from '../../src/catalog/closure.ts';
import { isCapability, SPENDING_CAPABILITIES } from '../../src/catalog/mturk.ts';
import { type UserKey, windDownOf } from '../../src/eject/wind-down.ts';
import { windDownBlocks } from '../../src/eject/wind-down-text.ts';
import type { Team } from '../../src/team/team.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { runs } from '../support/exhaustive.ts';
import { expectGolden } from '../support/golden.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { teams } from '../support/team-arbitrary.ts';

const today = '2026-11-25';
const at = new Date(`${today}T12:00:00Z`);
const destroy = ['tofu destroy'];

const windDown = (team: Team, keys: readonly UserKey[] | null = null, file = 'team.yaml') =>
  windDownOf(team, {
    ...{ model: desiredAccess(team, today), keys, today, at, destroy },
    place: { file, emulator: null },
  });

/** The team after the freezes of a stage. */
function frozenBy(team: Team, stage: 'read-only' | 'closed'): Team {
  const lines = windDown(team).steps.flatMap((step) => (step.stage === stage ? step.commands : []));
  const named = lines.flatMap((line) => {
    const [, verb, ...names] = line.split(' ');
    if (verb !== 'freeze') return [];
    return names.length === 0 ? SPENDING_CAPABILITIES : names.filter(isCapability);
  });
  return { ...team, freeze: [...new Set([...team.freeze, ...named])] };
}

test('of any team: after the first stage all only read, after the second no one calls anything', () => {
  fc.assert(
    fc.property(teams(), (team) => {
      const reading = frozenBy(team, 'read-only');
      expect(['reads', 'nothing']).toContain(windDown(reading).state);
      expect(windDown(reading).steps.filter(({ stage }) => stage === 'read-only')).toEqual([]);
      expect(windDown(frozenBy(reading, 'closed')).state).toBe('nothing');
    }),
    { numRuns: runs(200) },
  );
});

test('no state says more than was read: of the file its members, of AWS the users', () => {
  const live = { kind: 'aws', account: sampleTeam.account, difference: [] } as const;
  const teams = [frozenBy(sampleTeam, 'read-only'), frozenBy(frozenBy(sampleTeam, 'read-only'), 'closed')];
  const said = teams.flatMap((team) =>
    [{ kind: 'file' } as const, live].map((source) =>
      printTerminal(windDownBlocks(windDown(team), namingOf(team), source, at), 100)
        .slice(0, 3)
        .join(' '),
    ),
  );
  expect(said).toEqual([
    expect.stringMatching(/Read only: no member can change anything\.$/),
    expect.stringMatching(/Read only: no IAM user can change anything\. Roles were not read\.$/),
    expect.stringMatching(/No member can call Mechanical Turk\.$/),
    expect.stringMatching(/No IAM user can call Mechanical Turk\. Roles were not read\.$/),
  ]);
});

test('what is printed, from the file and from AWS', () => {
  const state = { bucket: 'lab-mturk', region: 'us-east-1', key: 'mturk-team' };
  const inBucket: Team = { ...sampleTeam, settings: { ...sampleTeam.settings, state } };
  const key = { created: '2025-01-10T00:00:00.000Z', lastUsed: null, active: true };
  const keys = [
    { ...key, user: 'perception-lab-bo', id: 'AKIABOBOBOBOBOBOBOB1', lastUsed: '2026-11-20T08:00:00.000Z' },
    { ...key, user: 'perception-lab-bo', id: 'AKIABOBOBOBOBOBOBOB2', active: false },
    { ...key, user: 'perception-lab-old', id: 'AKIAOLDOLDOLDOLDOLD1' },
  ];
  const text = (team: Team, held: readonly UserKey[] | null, source: Parameters<typeof windDownBlocks>[2]) =>
    printTerminal(windDownBlocks(windDown(team, held), namingOf(team), source, at), 100).join('\n');
  const live = { kind: 'aws', account: sampleTeam.account, difference: [] } as const;
  const reading = frozenBy(inBucket, 'read-only');
  const shown = [text(sampleTeam, null, { kind: 'file' }), text(reading, keys, live)];
  expectGolden('wind-down.txt', `${shown.join('\n\n----\n\n')}\n`);
});

test('only what is left to do is a step', () => {
  const ids = (team: Team, keys: readonly UserKey[] | null = null) => windDown(team, keys).steps.map(({ id }) => id);
  expect(ids(sampleTeam)).toEqual([
    ...['finish-work', 'stop-spending', 'read-only', 'stop-reading', 'keys', 'destroy', 'bootstrap'],
  ]);
  const closed = frozenBy(frozenBy(sampleTeam, 'read-only'), 'closed');
  expect(ids(closed, [])).toEqual(['destroy', 'bootstrap']);
  const spending = windDown({ ...sampleTeam, freeze: ['pay:bonus'] }, [], 'lab x.yaml').steps[1];
  expect(spending?.commands).toEqual(["mturk-team freeze --file 'lab x.yaml'", "mturk-team apply 'lab x.yaml'"]);
});

test('the dates are in order, and the page has each with its source', () => {
  const page = readFileSync('docs/wind-down.md', 'utf8');
  expect(CLOSURE.map(({ day }) => day)).toEqual(CLOSURE.map(({ day }) => day).sort());
  expect(CLOSURE.filter(({ source }) => !page.includes(source))).toEqual([]);
});
