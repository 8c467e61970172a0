import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandResult, run, runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { githubInTest } from '../support/github-client.ts';
import { LAB, LabRepository } from '../support/lab-repository.ts';

const test = testInTurn(2);

const github = githubInTest();
const ADD = ['member', 'add', 'zoe', '--name', 'Zoë `Quist`', '--role', 'reader', '--until', '2031-05-31'];
const PROPOSED = ['--pull-request', '--repository', 'perception/lab', '--yes', '--today', '2026-11-28'];

let lab: LabRepository;
beforeEach(() => {
  lab = new LabRepository(github.repository());
  github.repository().tokens.set('ada-token', {
    ...{ login: 'ada', kind: 'user' },
    grants: { contents: 'write', pull_requests: 'write' },
  });
});
afterEach(() => lab.remove());

const env = () => {
  const { GITHUB_API_URL = '' } = github.server().environment();
  return { GITHUB_API_URL, GITHUB_TOKEN: 'ada-token' };
};
const propose = (args: readonly string[]): Promise<CommandResult> => runHere([...args, ...PROPOSED], { env: env() });
const git = (...args: string[]) => execFileSync('git', args, { cwd: lab.directory, encoding: 'utf8' });
const pulls = () => [...github.repository().threads.values()];

test('an edit becomes a pull request with one commit on a branch of its own', async () => {
  const { code, stdout, stderr } = await propose(ADD);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [pull] = pulls();
  expect(stdout.split('\n').at(-2)).toMatch(
    /^Opened https:\/\/\S+\/pull\/1\. A comment there says who gains or loses what\.$/,
  );
  expect(pull).toMatchObject({
    ...{ author: 'ada', title: 'Edit team.yaml: member add zoe', base: 'main' },
    head: { ref: 'mturk-team/member-add-zoe' },
  });
  expect(pull?.body).toBe(
    '`mturk-team member add zoe` made this change of `team.yaml`.\n\n' +
      'The comment of the workflow says who gains or loses what.',
  );
  const branch = github.repository().branches.get('mturk-team/member-add-zoe') ?? '';
  expect(git('log', '--format=%an: %s', `${lab.main}..${branch}`)).toBe('ada: Edit team.yaml: member add zoe\n');
  const line = '  zoe: { name: Zoë `Quist`, roles: [reader], until: "2031-05-31" }';
  expect(git('diff', '-U0', lab.main, branch).split('\n').slice(5)).toEqual([`+${line}`, '']);
});

test('a review of several members is one pull request, which names the command', async () => {
  expect((await propose(['member', 'reviewed', 'bo', 'dee'])).code).toBe(0);
  const [pull] = pulls();
  expect(pull).toMatchObject({
    ...{ title: 'Edit team.yaml: member reviewed bo dee', head: { ref: 'mturk-team/member-reviewed-bo-dee' } },
  });
  expect(pull?.body).toContain('`mturk-team member reviewed bo dee` made this change');
  const branch = github.repository().branches.get('mturk-team/member-reviewed-bo-dee') ?? '';
  expect(git('show', `${branch}:team.yaml`).match(/reviewed: "2026-11-28"/g)).toHaveLength(2);
});

test('the departure of an owner changes CODEOWNERS in the same commit', async () => {
  expect((await propose(['member', 'depart', 'dee', '--reason', 'moved'])).code).toBe(0);
  const branch = github.repository().branches.get('mturk-team/member-depart-dee') ?? '';
  expect(git('diff', '--name-only', lab.main, branch)).toBe('.github/CODEOWNERS\nteam.yaml\n');
  expect(git('show', `${branch}:.github/CODEOWNERS`)).toContain('\n* @Ada\n');
});

test('a byte order mark and CRLF go to GitHub as they are', async () => {
  lab.push('main', () => `\uFEFF${LAB.replaceAll('\n', '\r\n')}`);
  expect((await propose(['member', 'suspend', 'bo'])).code).toBe(0);
  const branch = github.repository().branches.get('mturk-team/member-suspend-bo') ?? '';
  expect(git('show', `${branch}:team.yaml`)).toBe(
    `\uFEFF${LAB.replace('roles: [reader] }', 'roles: [reader], suspended: true }').replaceAll('\n', '\r\n')}`,
  );
});

const REFUSED: readonly (readonly [what: string, error: string, prepare: () => void])[] = [
  ['a branch that exists', 'branch-exists', () => lab.push('mturk-team/member-add-zoe', (text) => text)],
  ['a fork', 'repository-is-fork', () => Object.assign(github.repository().settings, { isFork: true })],
  [
    'a token that may not write',
    'github-denied',
    () =>
      github.repository().tokens.set('ada-token', {
        ...{ login: 'ada', kind: 'user', grants: { contents: 'read', pull_requests: 'write' } },
      }),
  ],
  ['a file that is broken', 'team-file-invalid', () => lab.push('main', (text) => `${text}\t- x\n`)],
];

test.each(REFUSED)('%s: %s, and nothing is written', async (_what, error, prepare) => {
  prepare();
  const before = new Map(github.repository().branches);
  const { code, stderr } = await propose(ADD);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining(error === 'team-file-invalid' ? 'error[yaml' : `error[${error}]`),
  });
  expect([github.repository().branches, pulls()]).toEqual([before, []]);
});

test('a file that the default branch does not have is not found', async () => {
  const { code, stderr } = await propose(['freeze', '--file', 'lab/team.yaml']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('perception/lab: lab/team.yaml') });
});

test('a file that is not UTF-8 is not read as if it were', async () => {
  lab.pushFiles('main', { 'team.yaml': LAB });
  const latin = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: lab.directory,
    input: Buffer.from([0xe9]),
  });
  const tree = execFileSync('git', ['mktree'], {
    cwd: lab.directory,
    input: `100644 blob ${latin.toString().trim()}\tteam.yaml\n`,
  });
  const person = ['-c', 'user.name=x', '-c', 'user.email=x@y.z'];
  lab.set('main', git(...person, 'commit-tree', tree.toString().trim(), '-m', 'x').trim());
  const { code, stderr } = await propose(ADD);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('it is not UTF-8') });
});

test('without a pull request, its branch does not stay', async () => {
  github.repository().tokens.set('ada-token', { login: 'ada', kind: 'user', grants: { contents: 'write' } });
  const { code, stderr } = await propose(ADD);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[github-denied]') });
  expect([...github.repository().branches.keys()]).toEqual(['main']);
});

/** A clone with a team file of its own, and this remote. */
function cloneOf(origin: string): ReturnType<typeof scratch> {
  const place = scratch({ 'team.yaml': 'not the one of GitHub' });
  execFileSync('git', ['init', '--quiet'], { cwd: place.directory });
  execFileSync('git', ['remote', 'add', 'origin', origin], { cwd: place.directory });
  return place;
}

test('the built command takes repository and path from the clone, and leaves its file alone', async () => {
  const place = cloneOf('git@github.com:perception/lab.git');
  try {
    const args = ['freeze', '--pull-request', '--yes', '--json'];
    const { code, stdout } = await run(args, { cwd: place.directory, env: env() });
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      ...{ code: 0, edit: { verb: 'freeze', capabilities: ['spend'] } },
      pullRequest: expect.stringMatching(/\/pull\/1$/),
    });
    expect([...github.repository().branches.keys()]).toContain('mturk-team/freeze-spend');
    expect(readFileSync(join(place.directory, 'team.yaml'), 'utf8')).toBe('not the one of GitHub');
  } finally {
    place.remove();
  }
});

test('the token writes one new branch and its pull request, and is in no output and no file', async () => {
  const place = cloneOf('https://github.com/perception/lab');
  try {
    const args = ['freeze', '--pull-request', '--yes'];
    const { stdout, stderr } = await run(args, { cwd: place.directory, env: env() });
    const { writes } = github.server();
    const written = writes().map(
      ({ method, path, status }) => `${status} ${method} ${path.split('/').slice(4).join('/')}`,
    );
    expect(written).toEqual(['201 POST git/trees', '201 POST git/commits', '201 POST git/refs', '201 POST pulls']);
    expect(writes()[2]?.body).toMatchObject({ ref: 'refs/heads/mturk-team/freeze-spend' });
    expect(github.repository().branches.get('main')).toBe(lab.main);
    const files = readdirSync(place.directory, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
    expect(files.length).toBeGreaterThan(5);
    expect([stdout, stderr, ...texts].filter((text) => text.includes('ada-token'))).toEqual([]);
  } finally {
    place.remove();
  }
});

test.each(['https://github.com.evil.example/perception/lab', 'https://evil.example/perception/lab.git'])(
  'a clone of %s gets no request with the token',
  async (origin) => {
    const place = cloneOf(origin);
    try {
      const args = ['freeze', '--pull-request', '--yes'];
      const { code, stderr } = await runHere(args, { cwd: place.directory, env: env() });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[repository-unknown]') });
      expect(github.server().requests).toEqual([]);
    } finally {
      place.remove();
    }
  },
);

test('--repository needs --pull-request', async () => {
  const { code, stderr } = await runHere(['freeze', '--repository', 'perception/lab']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--repository needs --pull-request') });
});
