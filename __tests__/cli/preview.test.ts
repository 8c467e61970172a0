import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, runHere, scratch } from '../support/command.ts';
import { expectGolden } from '../support/golden.ts';
import { TeamHistory } from '../support/team-history.ts';

const SAMPLE = readFileSync('team.yaml', 'utf8');
const TODAY = ['--today', '2026-11-25'];

const CHANGED = SAMPLE.replace('roles: [paymaster] }', 'roles: [paymaster, task-publisher] }')
  .replace(
    'members:\n',
    'members:\n  eve: { name: Eve Lindqvist, roles: [results-reader, task-publisher], until: "2027-05-31" }\n',
  )
  .replace(/ {2}gus: .*\n/, '')
  .replace(/ {2}everything-but-bonus:.*\n.*\n.*\n/, '')
  .replace('departed: #', 'departed:\n  gus: { left: "2026-11-20", reason: moved on } #')
  .replace('Cy Moreau', 'Cy Moreau-Diaz')
  .replace('max-removals: 3', 'max-removals: 5');

const place = scratch({
  'old.yaml': SAMPLE,
  'new.yaml': CHANGED,
  'empty.yaml': '',
  'broken.yaml': SAMPLE.replace('owners: [ada]', 'owners: [zoe]'),
});
afterAll(() => place.remove());
const review = (...args: string[]) => runHere(['preview', ...args, ...TODAY], { cwd: place.directory });

test('prints who gains and loses what, and exits 2', async () => {
  const { code, stdout, stderr } = await review('--base', 'old.yaml', '--head', 'new.yaml');
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expectGolden('review/command.txt', stdout);
});

test('the same twice changes nothing, and exits 0', async () => {
  const { code, stdout, stderr } = await review('--base', 'old.yaml', '--head', 'old.yaml');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^If merged: nothing changes\n[\s\S]*\nNo change for 5 members\.\n$/);
});

test('without --base, it compares with where the branch left the default one, and says so', async () => {
  const merged = (subject: string, text: string) => ({ date: '2026-11-20T10:00:00Z', subject, text });
  const lab = new TeamHistory([merged('Describe the lab', SAMPLE)]);
  const shown = async (file = 'team.yaml') => {
    const result = await runHere(['preview', '--head', file, ...TODAY], { cwd: lab.directory });
    return { ...result, stderr: result.stderr.replace(/commit [0-9a-f]{7}/, 'commit SHA') };
  };
  try {
    lab.git('checkout', '--quiet', '-b', 'join');
    writeFileSync(lab.file, CHANGED);
    lab.git('-c', 'user.name=Bo', '-c', 'user.email=bo@lab.edu', 'commit', '--quiet', '--all', '--message', 'Add Eve');
    const joined = await shown();
    const { stdout } = await review('--base', 'old.yaml', '--head', 'new.yaml');
    expect(joined).toEqual({ code: 2, stdout, stderr: 'Compared with team.yaml of main (commit SHA).\n' });
    // What others merged meanwhile is not undone by this branch.
    lab.add([merged('Rename Bo', SAMPLE.replace('Bo Chen', 'Bo Q. Chen'))]);
    const since = 'main has changed team.yaml since: merge it into the branch to see both.\n';
    expect(await shown()).toEqual({ ...joined, stderr: `${joined.stderr}${since}` });
    writeFileSync(join(lab.directory, 'other.yaml'), SAMPLE);
    const added = await shown('other.yaml');
    expect(added.stderr).toBe('Compared with main (commit SHA), which has no other.yaml.\n');
    expect(added.stdout).toContain('+ Bo Chen (bo)\n');
  } finally {
    lab.remove();
  }
  const outside = await review('--head', 'new.yaml');
  expect(outside).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('it is in no clone') });
});

test('errors of the later file are printed, and exit 1', async () => {
  const { code, stdout, stderr } = await review('--base', 'old.yaml', '--head', 'broken.yaml');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error\[unknown-owner\]: .*\n {2}--> broken\.yaml:5:\d+$/m);
});

test.each([
  ['--base', 'nowhere.yaml', '--head', 'new.yaml'],
  ['--base', 'old.yaml', '--head', 'nowhere.yaml'],
])('a missing file exits 1 and prints nothing on standard output: %s %s %s %s', async (...args) => {
  const { code, stdout, stderr } = await review(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('file-missing');
});

test('an empty earlier file stands for none, and so does a broken one, aloud', async () => {
  const empty = await review('--base', 'empty.yaml', '--head', 'old.yaml');
  expect(empty).toMatchObject({ code: 2, stderr: '' });
  expect(empty.stdout).toMatch(/\+ Bo Chen \(bo\)\n/);
  const broken = await review('--base', 'broken.yaml', '--head', 'old.yaml');
  expect(broken).toMatchObject({ code: 2, stdout: empty.stdout });
  expect(broken.stderr).toBe(
    'broken.yaml has 1 error, so it counts as no team: everything in the later file is new.\n',
  );
});

test('--json is data alone, --format markdown the comment', async () => {
  const json = await review('--base', 'old.yaml', '--head', 'new.yaml', '--json');
  expect(json).toMatchObject({ code: 2, stderr: '' });
  const { version, review: read, blocks } = JSON.parse(json.stdout);
  expect({ version, blocks }).toEqual({ version: 1, blocks: [] });
  expect(read).toMatchObject({ risk: 'gains-spending', unchanged: 3, descriptive: ['cy'], plan: null });
  const markdown = await review('--base', 'old.yaml', '--head', 'new.yaml', '--format', 'markdown');
  expect(markdown).toMatchObject({ code: 2, stderr: '' });
  expect(markdown.stdout).toMatch(/^<!-- mturk-team:perception-lab -->\n### .*Eve Lindqvist/);
  expect(markdown.stdout).not.toContain('123456789012');
});

test('a file that is no manifest exits 1', async () => {
  place.write('manifest.json', '{"version":1}');
  const both = ['--base', 'old.yaml', '--head', 'new.yaml', '--manifest'];
  const made = await review(...both, 'manifest.json');
  expect({ code: made.code, stdout: made.stdout }).toEqual({ code: 1, stdout: '' });
  expect(made.stderr).toMatch(
    /^error\[manifest-unusable\]: `manifest\.json` is not the manifest .*\n {2}reason: lab: /,
  );
  const missing = await run(['preview', ...both, 'nowhere.json'], { cwd: place.directory });
  expect(missing.stderr).toContain('reason: there is no such file');
});

test('nothing is written, and neither credentials nor a network are asked for', async () => {
  const env = { AWS_PROFILE: 'none', https_proxy: 'http://127.0.0.1:9', NODE_OPTIONS: '' };
  const args = ['preview', '--base', 'old.yaml', '--head', 'new.yaml', ...TODAY];
  expect(await run(args, { cwd: place.directory, env })).toMatchObject({ code: 2, stderr: '' });
  expect(existsSync(`${place.directory}/.mturk-team`)).toBe(false);
});

test('a manifest without the earlier file is wrong usage', async () => {
  const { code, stderr } = await run(['plan', 'old.yaml', '--manifest', 'm.json'], { cwd: place.directory });
  expect({ code, stderr: stderr.split('\n')[0] }).toEqual({ code: 1, stderr: 'error[usage]: --manifest needs --base' });
});
