import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readTeam } from '../../../src/team/parse/read-team.ts';
import { membersWithUser, type Team } from '../../../src/team/team.ts';
import { memberAddress } from '../../../src/terraform/addresses.ts';
import { synthesize } from '../../../src/terraform/synth/synth.ts';
import { runs } from '../../support/exhaustive.ts';
import { sampleTeam } from '../../support/sample-team.ts';
import { addressesOf, dependenciesOf, stringsOf, synthesized } from '../../support/synthesized.ts';
import { days, teams, words } from '../../support/team-arbitrary.ts';

const TODAY = '2026-11-25';
const RUNS = { numRuns: runs(40) };

test('the sample team.yaml gives the golden configuration', async () => {
  const { team } = readTeam(await readFile('team.yaml', 'utf8'), { file: 'team.yaml', today: TODAY });
  // Other tests choose themselves what is reverted and deleted.
  expect(team).toEqual({ ...sampleTeam, settings: { ...sampleTeam.settings, reconcile: 'all', deleteAfterDays: 30 } });
  const { text } = await synthesized(sampleTeam);
  for (const [name, written] of [
    ['cdk.tf.json', text.team],
    ['cdk-bootstrap.tf.json', text.bootstrap],
  ] as const) {
    const golden = join('__tests__', 'golden', name);
    if (process.env.UPDATE_GOLDEN === '1') await writeFile(golden, `${written}\n`);
    expect(`${written}\n`).toBe(await readFile(golden, 'utf8'));
  }
});

describe('the output directory', () => {
  let outDir: string;
  beforeEach(async () => {
    outDir = await mkdtemp(join(tmpdir(), 'mturk-team-out-'));
  });
  afterEach(() => rm(outDir, { recursive: true }));

  test('is made where it is missing', async () => {
    const { files } = await synthesize(sampleTeam, { today: TODAY, outDir: join(outDir, 'deep', 'er') });
    for (const file of files) expect((await readFile(file, 'utf8')).length).toBeGreaterThan(100);
  });

  test('keeps what is not ours: states, locks, the engine and strangers', async () => {
    const directory = join(outDir, 'stacks', 'team');
    const kept = ['terraform.tfstate', '.terraform.lock.hcl', 'notes.txt', join('.terraform', 'terraform.tfstate')];
    await mkdir(join(directory, '.terraform'), { recursive: true });
    for (const name of kept) await writeFile(join(directory, name), name);
    await writeFile(join(directory, 'cdk.tf.json'), 'stale');
    await synthesize(sampleTeam, { today: TODAY, outDir });
    for (const name of kept) expect(await readFile(join(directory, name), 'utf8')).toBe(name);
    expect(JSON.parse(await readFile(join(directory, 'cdk.tf.json'), 'utf8'))).toHaveProperty('resource');
    expect(await readdir(join(outDir, 'stacks'))).toEqual(['bootstrap', 'team']);
  });

  test('is the same after a second run', async () => {
    const first = await synthesize(sampleTeam, { today: TODAY, outDir });
    const before = await Promise.all(first.files.map((file) => readFile(file, 'utf8')));
    const second = await synthesize(sampleTeam, { today: TODAY, outDir });
    expect(await Promise.all(second.files.map((file) => readFile(file, 'utf8')))).toEqual(before);
  });
});

describe('of any valid team', () => {
  test('every member and role has its resources, at addresses of their own', async () => {
    await fc.assert(
      fc.asyncProperty(teams(), async (team) => {
        const { team: stack } = await synthesized(team, TODAY);
        const users = Object.values(stack.resource.aws_iam_user ?? {}).map(({ name }) => name);
        const active = membersWithUser(team, TODAY);
        expect(users.sort()).toEqual(active.map(({ key }) => `${team.lab}-${key}`).sort());
        for (const type of ['aws_iam_user_policies_exclusive', 'aws_iam_user_policy_attachments_exclusive']) {
          expect(Object.keys(stack.resource[type] ?? {})).toHaveLength(active.length);
        }
        for (const type of ['aws_iam_group', 'aws_iam_group_membership', 'aws_iam_group_policies_exclusive']) {
          expect(Object.keys(stack.resource[type] ?? {})).toHaveLength(team.roles.length);
        }
        for (const address of addressesOf(stack)) expect(dependenciesOf(stack, address)).not.toContain(address);
      }),
      RUNS,
    );
  });

  test('the order of members and roles changes nothing', async () => {
    const shuffled = teams().chain((team) =>
      fc
        .tuple(inAnyOrder(team.roles), inAnyOrder(team.members))
        .map(([roles, members]) => [team, { ...team, roles, members }] as const),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([team, other]) => {
        expect((await synthesized(other, TODAY)).text).toEqual((await synthesized(team, TODAY)).text);
      }),
      RUNS,
    );
  });

  test('words and reviews change nothing', async () => {
    const reworded = fc
      .tuple(teams(), words(), fc.option(words()))
      .map(([team, word, other]) => [team, reword(team, word, other)] as const);
    await fc.assert(
      fc.asyncProperty(reworded, async ([team, other]) => {
        expect((await synthesized(other, TODAY)).text).toEqual((await synthesized(team, TODAY)).text);
      }),
      RUNS,
    );
  });

  test('a member keeps the same address whatever else changes', async () => {
    const changed = fc.tuple(teams(), fc.boolean(), fc.option(days()));
    await fc.assert(
      fc.asyncProperty(changed, async ([team, suspended, until]) => {
        const members = team.members.map((one) => ({ ...one, suspended, until, roles: one.roles.slice(0, 1) }));
        const { team: stack } = await synthesized({ ...team, members }, TODAY);
        const active = membersWithUser({ ...team, members }, TODAY);
        const named = Object.entries(stack.resource.aws_iam_user ?? {}).map(([address, { name }]) => [address, name]);
        expect(named.sort()).toEqual(active.map(({ key }) => [memberAddress(key), `${team.lab}-${key}`]).sort());
      }),
      RUNS,
    );
  });

  test('Terraform finds no expression but our own references', async () => {
    const OURS = /\$\{aws_iam_(user|group|group_membership)\.(member|role)_[A-Za-z0-9_-]+\.name\}/g;
    await fc.assert(
      fc.asyncProperty(teams(), async (team) => {
        const { team: stack, bootstrap } = await synthesized(team, TODAY);
        for (const text of stringsOf([stack, bootstrap])) {
          const rest = text.replaceAll(OURS, '').replaceAll('$${', '').replaceAll('%%{', '');
          expect(rest).not.toMatch(/[$%]\{/);
        }
      }),
      RUNS,
    );
  });
});

/** The same team to AWS: names, reasons, and who was reviewed when. */
function reword(team: Team, word: string, other: string | null): Team {
  return {
    ...team,
    settings: { ...team.settings, reviewEveryDays: word.length + 30 },
    owners: [],
    roles: team.roles.map((role) => ({ ...role, description: other })),
    members: team.members.map((member) => ({
      ...{ ...member, name: word, email: other, github: other, sponsor: other },
      reviewed: other === null ? TODAY : null,
    })),
    departed: [{ key: 'gone', left: '2026-01-01', reason: word }],
  };
}

function inAnyOrder<T>(things: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...things], { minLength: things.length });
}
