import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { answering, runHere, scratch } from '../support/command.ts';
import { expectGolden } from '../support/golden.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const TOOL = ['--tool', `mturk-tools/mturk-team@${COMMIT}`];
const FLAGS = ['--lab', 'perception-lab', '--account', '1234-5678-9012', '--owner', 'ada=adaoneill', '--yes'];
const FILES = [
  ...['.github/CODEOWNERS', '.github/pull_request_template.md'],
  ...['.github/workflows/apply.yml', '.github/workflows/drift.yml', '.github/workflows/plan.yml'],
  ...['.gitignore', '.vscode/settings.json', 'README.md', 'team.schema.json', 'team.yaml'],
];
/** No credentials, and no time spent on looking for those of a virtual machine. */
const env = { AWS_EC2_METADATA_DISABLED: 'true' };

const places: { remove(): void }[] = [];
afterAll(() => {
  for (const place of places) place.remove();
});

function empty(files: Readonly<Record<string, string>> = {}): string {
  const place = scratch();
  places.push(place);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place.directory, path)), { recursive: true });
    writeFileSync(join(place.directory, path), text);
  }
  return place.directory;
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

const teamIn = (directory: string) => parse(readFileSync(join(directory, 'team.yaml'), 'utf8'));

test('init writes a lab repository, and says what comes next', async () => {
  const cwd = empty();
  const { code, stdout, stderr } = await runHere(['init', ...FLAGS, ...TOOL], { cwd, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(filesIn(cwd)).toEqual(FILES);
  const schema = 'team.schema.json';
  expect(readFileSync(join(cwd, schema), 'utf8')).toBe(readFileSync(schema, 'utf8'));
  const tree = FILES.filter((path) => path !== schema).map(
    (path) => `==== ${path}\n${readFileSync(join(cwd, path), 'utf8')}`,
  );
  expectGolden('init.txt', `${stdout}\n${tree.join('\n')}`);
});

test('check finds nothing in what init wrote, for one owner and for several', async () => {
  for (const more of [[], ['--self-approval'], ['--owner', 'bo=bochen', '--owner', 'cy+1=cy_corp']]) {
    const cwd = empty();
    expect((await runHere(['init', ...FLAGS, ...more, ...TOOL], { cwd, env })).code).toBe(0);
    const checked = await runHere(['check', '--strict', '--today', '2026-11-25'], { cwd });
    expect({ more, ...checked }).toMatchObject({ more, code: 0 });
  }
});

test('an owner is a key and a login, which go to the file and to CODEOWNERS', async () => {
  const cwd = empty();
  const owners = ['--owner', 'ada=adaoneill', '--owner', 'bo=BoChen'];
  await runHere(['init', '--lab', 'tiny', '--account', '123456789012', ...owners, '--yes', ...TOOL], { cwd, env });
  const { owners: keys, members } = teamIn(cwd);
  expect(keys).toEqual(['ada', 'bo']);
  expect(Object.entries<{ github: string }>(members).map(([key, { github }]) => [key, github])).toEqual([
    ['ada', 'adaoneill'],
    ['bo', 'BoChen'],
  ]);
  expect(readFileSync(join(cwd, '.github/CODEOWNERS'), 'utf8')).toContain('\n* @BoChen @adaoneill\n');
});

test('the longest lab has a bucket whose name S3 takes', async () => {
  const cwd = empty();
  const lab = `a${'b'.repeat(39)}`;
  await runHere(['init', ...FLAGS, '--lab', lab, ...TOOL], { cwd, env });
  expect((await runHere(['check'], { cwd })).code).toBe(0);
  expect(teamIn(cwd).settings.state.bucket.length).toBeLessThanOrEqual(63);
});

const USAGE: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  ['nothing', ['--yes'], /--lab, --account, --owner must be given/],
  ['no owner', ['--lab', 'tiny', '--account', '123456789012'], /terminal to ask on, --owner must be given/],
  ['a lab in capitals', [...FLAGS, '--lab', 'Lab'], /lower-case letters/],
  ['a lab of 41 characters', [...FLAGS, '--lab', 'a'.repeat(41)], /40 characters at most/],
  ['an account of 11 digits', [...FLAGS, '--account', '12345678901'], /exactly 12 digits/],
  ['an owner twice', [...FLAGS, '--owner', 'ADA=other'], /ada is there twice/],
  ['an owner without a login', [...FLAGS, '--owner', 'bo'], /Add the GitHub login of bo: bo=LOGIN/],
  ['an owner with an empty login', [...FLAGS, '--owner', 'bo='], /Add the GitHub login of bo: bo=LOGIN/],
  ['an owner without a key', [...FLAGS, '--owner', '=bo'], /a GitHub login for each owner/],
  ['a release without a commit', [...FLAGS, '--tool', 'mturk-tools/mturk-team@v1'], /all 40 digits/],
  ['a release in two parts', [...FLAGS, '--tool', `a/b@${COMMIT}@x`], /all 40 digits/],
];

test.each(USAGE)('%s is wrong usage, and nothing is written', async (_what, args, message) => {
  const cwd = empty();
  const tool = args.includes('--tool') ? [] : TOOL;
  const { code, stderr } = await runHere(['init', ...args, ...tool], { cwd, env });
  expect({ code, stderr: stderr.replaceAll(/\n\s+/g, ' ') }).toEqual({
    code: 2,
    stderr: expect.stringMatching(message),
  });
  expect(filesIn(cwd)).toEqual([]);
});

test('without a release, init writes what names none, and says what is missing and how to add it', async () => {
  const cwd = empty({ '.github/workflows/plan.yml': 'ours\n' });
  const missing = ['.github/workflows/apply.yml', '.github/workflows/drift.yml', 'README.md'];
  const first = await runHere(['init', ...FLAGS, '--json'], { cwd, env });
  expect({ code: first.code, ...JSON.parse(first.stdout) }).toMatchObject({ code: 0, needsRelease: missing });
  expect(filesIn(cwd)).toEqual(FILES.filter((path) => !missing.includes(path)));
  const { stdout } = await runHere(['init'], { cwd, env });
  const said = stdout.replaceAll(/\s+/g, ' ');
  expect(said).toContain(
    `Not written, because this copy is no release: ${missing.slice(0, 2).join(', ')}, and README.md.`,
  );
  expect(said).toContain('--tool OWNER/NAME@SHA');
  const later = JSON.parse((await runHere(['init', ...TOOL, '--json'], { cwd, env })).stdout);
  expect(later).toMatchObject({ written: missing, needsRelease: [] });
});

test('init overwrites nothing, says what exists, and writes what is missing', async () => {
  const own = { 'README.md': 'ours\n', '.github/CODEOWNERS': '* @someone\n', '.github/workflows/plan.yml': 'ours\n' };
  const cwd = empty(own);
  symlinkSync('/nowhere', join(cwd, '.gitignore'));
  const elsewhere = empty();
  symlinkSync(elsewhere, join(cwd, '.vscode'));
  const { code, stdout } = await runHere(['init', ...FLAGS, ...TOOL, '--json'], { cwd, env });
  expect(code).toBe(0);
  const existing = [...Object.keys(own), '.gitignore', '.vscode/settings.json'].sort();
  const { written, existing: said } = JSON.parse(stdout);
  expect([...said].sort()).toEqual(existing);
  expect([...written].sort()).toEqual(FILES.filter((path) => !existing.includes(path)));
  for (const [path, text] of Object.entries(own)) expect(readFileSync(join(cwd, path), 'utf8')).toBe(text);
  expect([existsSync('/nowhere'), filesIn(elsewhere)]).toEqual([false, []]);
  const again = JSON.parse((await runHere(['init', ...TOOL, '--json'], { cwd, env })).stdout);
  expect(again).toMatchObject({ written: [], existing: expect.arrayContaining(FILES) });
});

test('in a directory with a team.yaml, the other files follow from it and nothing is asked', async () => {
  const made = empty();
  await runHere(['init', ...FLAGS, '--owner', 'bo=bo', ...TOOL], { cwd: made, env });
  const team = readFileSync(join(made, 'team.yaml'), 'utf8');
  const cwd = empty({ 'lab/team.yaml': team });
  const refused = await runHere(['init', 'lab', '--lab', 'other', '--self-approval', ...TOOL], { cwd, env });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('lab/team.yaml exists and decides that: leave out --lab, --self-approval');
  const { code, stdout } = await runHere(['init', 'lab', ...TOOL], { cwd, env });
  expect(code).toBe(0);
  expect(stdout).toContain('Exists, not changed:\n  team.yaml\nNext: cd lab && ');
  const spaced = await runHere(['init', 'my lab', ...FLAGS, ...TOOL], { cwd, env });
  expect(spaced.stdout).toContain("Next: cd 'my lab' && mturk-team check\n");
  expect(readFileSync(join(cwd, 'lab/.github/CODEOWNERS'), 'utf8')).toContain('* @adaoneill @bo\n');
  const broken = empty({ 'team.yaml': `${team}lab: again\n` });
  const { code: stopped, stderr } = await runHere(['init', ...TOOL], { cwd: broken, env });
  expect(stopped).toBe(1);
  expect(stderr).toContain('team.yaml:');
  expect(filesIn(broken)).toEqual(['team.yaml']);
});

test('on a terminal, init asks for what no option says', async () => {
  const cwd = empty();
  const person = answering(['perception-lab', '123456789012', 'ada=adaoneill', 'yes']);
  const { code, stdout } = await runHere(['init', 'lab', ...TOOL], { cwd, env, person });
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'Once `mturk-team apply` has applied this file, ada may merge their own changes without another approval.',
  );
  expect(person.asked).toHaveLength(4);
  expect(teamIn(join(cwd, 'lab'))).toMatchObject({
    ...{ lab: 'perception-lab', account: '123456789012', owners: ['ada'] },
    settings: { 'self-approval': true, state: { bucket: 'perception-lab-mturk-123456789012' } },
  });
});

test('it asks about self-approval for one owner only, and for nothing that an option says', async () => {
  const person = answering(['ada=adaoneill, bo=bochen']);
  const args = ['--lab', 'tiny', '--account', '123456789012'];
  const cwd = empty();
  const { code, stdout } = await runHere(['init', ...args, ...TOOL], { cwd, env, person });
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.not.stringContaining('approve') });
  expect(person.asked).toEqual([expect.stringContaining('Owners')]);
  expect(teamIn(cwd).settings).not.toHaveProperty('self-approval');
});

test.each([
  ['the second', ['tiny', null]],
  ['the last', ['tiny', '123456789012', 'ada=adaoneill', null]],
])('a person who cancels %s question finds nothing written', async (_which, answers) => {
  const cwd = empty();
  const { code, stderr } = await runHere(['init', ...TOOL], { cwd, env, person: answering(answers) });
  expect(code).toBe(1);
  expect(stderr).toContain('error[not-confirmed]: not confirmed');
  expect(filesIn(cwd)).toEqual([]);
});
