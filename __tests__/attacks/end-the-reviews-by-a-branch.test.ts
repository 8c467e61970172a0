import { wantedRuleset } from '../../src/setup/doctor/github-checks.ts';
import { firstTeamFile } from '../../src/setup/init/lab-files.ts';
import { runHere, scratch } from '../support/command.ts';
import { ADMIN, labTeam, portOf, prepareRepository } from '../support/doctor-lab.ts';
import { githubInTest } from '../support/github-client.ts';
import { LabRepository } from '../support/lab-repository.ts';

const answers = { lab: 'perception-lab', account: '123456789012', owners: [{ key: 'ada', login: 'adaoneill' }] };
const fileOf = (selfApproval: boolean) => firstTeamFile({ ...answers, selfApproval });
/** A checkout of the branch of a writer: one owner, who is to approve alone. */
const place = scratch({ 'team.yaml': fileOf(true) });
afterAll(() => place.remove());

const github = githubInTest();
let lab: LabRepository;
afterEach(() => lab.remove());

/** What is on GitHub's default branch, and the rules of reviews but one that an upgrade asks for, as one runs `--fix` then. */
async function prepare(merged: string): Promise<void> {
  lab = new LabRepository(github.repository(), merged);
  await prepareRepository(github.server(), labTeam());
  const strict = wantedRuleset(labTeam());
  const rules = strict.rules.filter(({ type }) => type !== 'required_linear_history');
  expect(await portOf(github.server()).writeRuleset({ ...strict, rules })).toMatchObject({ ok: true });
}

const fix = () =>
  runHere(['doctor', '--fix', '--yes', '--emulator', '--repository', github.repository().fullName], {
    cwd: place.directory,
    env: github.server().environment(ADMIN),
  });
const rulesets = () => JSON.stringify(github.repository().settings.rulesets);

test.each<[string, boolean, string, string | null]>([
  ['that no owner merged', false, 'one-owner: the default branch has no `self-approval`', null],
  ['while another can write', true, 'one-owner: others can: `mallory`', 'mallory'],
])('doctor --fix with self-approval %s writes nothing, and says why', async (_when, isMerged, found, writer) => {
  await prepare(fileOf(isMerged));
  if (writer !== null) github.repository().permissions.set(writer, 'write');
  const before = rulesets();
  const { code, stdout, stderr } = await fix();
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toContain(`✗ ${found}`);
  expect(rulesets()).toBe(before);
});

test('doctor --fix with merged self-approval ends the reviews, and says of none that it is asked for', async () => {
  await prepare(fileOf(true));
  const { stdout, stderr } = await fix();
  expect(stderr).toContain('which no one must approve');
  expect(JSON.parse(rulesets())).toEqual([
    expect.objectContaining({
      rules: expect.arrayContaining([
        expect.objectContaining({ parameters: expect.objectContaining({ required_approving_review_count: 0 }) }),
      ]),
    }),
  ]);
  for (const id of ['owner-review', 'stale-approvals', 'last-push'])
    expect(stdout).toContain(`- ${id}: not asked for with \`self-approval\``);
  expect(stdout).not.toContain('approval is required');
  expect(stdout).toContain('✓ merge commits are blocked');
});
