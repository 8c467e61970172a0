import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { RepositoryFacts } from '../../src/aws/setup/record.ts';
import { calledRelease } from '../../src/setup/release.ts';
import { callersIn, type GivenFacts, repositoryFacts } from '../../src/setup/repository.ts';
import { scratch } from '../support/command.ts';
import { initFiles } from '../support/init-files.ts';
import { LAB_RELEASE } from '../workflows/workflow-file.ts';

const COMMIT = '0123456789012345678901234567890123456789';
const NOTHING: GivenFacts = { repository: null, ownerId: null, repositoryId: null, subject: null };
const GIVEN: GivenFacts = { ...NOTHING, repository: 'lab/access', repositoryId: '22', subject: 'classic' };
const OWN = { owner: 'lab', name: 'access', ref: 'refs/heads/main' };
const FACTS: RepositoryFacts = {
  ...{ owner: 'lab', name: 'access', ownerId: '', repositoryId: '22', subject: 'classic', workflows: [OWN] },
};

const lab = scratch();
afterAll(() => lab.remove());
const git = (...args: string[]) => execFileSync('git', ['-C', lab.directory, ...args], { stdio: 'ignore' });
beforeAll(() => {
  git('init', '--quiet', '--initial-branch=main');
  git('remote', 'add', 'origin', 'x');
});

const facts = (given: GivenFacts, recorded: RepositoryFacts | null = null, env = {}, emulator: string | null = null) =>
  repositoryFacts(given, recorded, { file: join(lab.directory, 'team.yaml'), emulator }, env);

test.each([
  'https://github.com/lab/access.git',
  'https://github.com/lab/access',
  'https://token@github.com/lab/access/',
  'git@github.com:lab/access.git',
  'ssh://git@github.com/lab/access.git',
  'ssh://git@ssh.github.com:443/lab/access.git',
])('the remote %s names the repository', async (url) => {
  git('remote', 'set-url', 'origin', url);
  expect(await facts({ ...GIVEN, repository: null })).toEqual({ ok: true, value: FACTS });
});

test.each([
  'https://gitlab.com/lab/access.git',
  'https://github.com.example.org/lab/access',
  'git@example.org:github.com/lab/access',
  '../access',
])('the remote %s names none', async (url) => {
  git('remote', 'set-url', 'origin', url);
  expect(await facts({ ...GIVEN, repository: null })).toMatchObject({
    failure: { code: 'repository-unknown', args: { options: ['--repository'] } },
  });
});

test.each<[string, Partial<GivenFacts>, string[]]>([
  ['nothing but its name', { repositoryId: null, subject: null }, ['--repository-id', '--subject', '--owner-id']],
  ['no number of its owner, with ids in subjects', { subject: 'ids' }, ['--owner-id']],
  ['no form of the subject', { subject: null, ownerId: '11' }, ['--subject']],
])('%s: nothing is guessed', async (_name, given, options) => {
  expect(await facts({ ...GIVEN, ...given })).toMatchObject({ failure: { args: { options } } });
});

test('a trial on the local AWS emulator needs no repository on GitHub', async () => {
  const trial = { owner: 'example', name: 'lab', repositoryId: '1', subject: 'classic' };
  expect(await facts(NOTHING, null, { GITHUB_TOKEN: 'x' }, 'emulator')).toMatchObject({ value: trial });
  expect(await facts(GIVEN, null, {}, 'emulator')).toEqual({ ok: true, value: FACTS });
  expect(await facts(NOTHING, FACTS, {}, 'emulator')).toEqual({ ok: true, value: FACTS });
});

test('an earlier bootstrap of the same repository knows the rest, of another one nothing', async () => {
  const recorded: RepositoryFacts = { ...FACTS, ownerId: '11', subject: 'ids' };
  expect(await facts({ ...NOTHING, repository: 'lab/access' }, recorded)).toEqual({ ok: true, value: recorded });
  expect(await facts({ ...NOTHING, repository: 'lab/other' }, recorded)).toMatchObject({ ok: false });
});

test('the workflows are those that the caller pins, not what an earlier bootstrap knew', async () => {
  mkdirSync(join(lab.directory, '.github/workflows'), { recursive: true });
  lab.write(
    '.github/workflows/apply.yml',
    `jobs:\n  apply:\n    uses: tools/x/.github/workflows/called-apply.yml@${COMMIT} # v1\n`,
  );
  expect(await facts(GIVEN, FACTS)).toMatchObject({
    value: { workflows: [{ owner: 'tools', name: 'x', ref: COMMIT }] },
  });
  lab.write('.github/workflows/apply.yml', 'jobs:\n  apply:\n    uses: ./.github/workflows/called-apply.yml\n');
  expect(await facts(GIVEN)).toMatchObject({ value: { workflows: [OWN] } });
});

test('on the branch of an upgrade, the workflows that an earlier bootstrap trusted follow those of the new pin', async () => {
  const pin = (ref: string) => {
    const uses = `tools/x/.github/workflows/called-apply.yml@${ref}`;
    lab.write('.github/workflows/apply.yml', `jobs:\n  apply:\n    uses: ${uses}\n`);
  };
  const refs = async (recorded: RepositoryFacts | null) => {
    const found = await facts(GIVEN, recorded);
    return found.ok ? found.value.workflows.map(({ ref }) => ref) : found.failure;
  };
  const at = (ref: string) => ({ owner: 'tools', name: 'x', ref });
  const before = { ...FACTS, workflows: [at(COMMIT)] };
  pin('new');
  expect(await refs(before)).toEqual(['new']);
  git('symbolic-ref', 'HEAD', 'refs/heads/upgrade');
  expect(await refs(null)).toEqual(['new']);
  expect(await refs(before)).toEqual(['new', COMMIT]);
  // Run again, and of another repository.
  expect(await refs({ ...FACTS, workflows: [at('new'), at(COMMIT)] })).toEqual(['new', COMMIT]);
  expect(await refs({ ...before, repositoryId: '99' })).toEqual(['new']);
  pin(COMMIT);
  expect(await refs(before)).toEqual([COMMIT]);
  git('symbolic-ref', 'HEAD', 'refs/heads/main');
});

test.each([
  ['another owner', `mallory/mturk-team@${LAB_RELEASE.commit}`],
  ['another commit, which may be that of a fork', `${LAB_RELEASE.repository}@${COMMIT}`],
  ['a branch', `${LAB_RELEASE.repository}@refs/heads/main`],
  ['their own repository', null],
])('the command of a release trusts no workflows of %s', async (_what, called) => {
  const uses = (of: string) => of.replace('@', '/.github/workflows/called-apply.yml@');
  const caller = initFiles()['.github/workflows/apply.yml'] ?? '';
  const own = uses(`${LAB_RELEASE.repository}@${LAB_RELEASE.commit}`);
  const read = async (text: string) => {
    lab.write('.github/workflows/apply.yml', text);
    const found = await facts(GIVEN);
    return found.ok ? calledRelease(found.value, LAB_RELEASE) : found;
  };
  lab.write('.github/workflows/plan.yml', caller.replaceAll('apply', 'plan'));
  lab.write('.github/workflows/drift.yml', caller.replaceAll('apply', 'drift'));
  expect(await read(caller)).toMatchObject({ ok: true });
  const release = `${LAB_RELEASE.repository}@${LAB_RELEASE.commit}`;
  expect(await callsIn()).toEqual([[release], [release], [release]]);
  const moved = caller.replace(own, called === null ? './.github/workflows/called-apply.yml' : uses(called));
  expect(await read(moved)).toMatchObject({
    failure: { code: 'release-differs', args: { called: called ?? 'lab/access@refs/heads/main' } },
  });
  expect(await callsIn()).toEqual([[release], [called ?? './'], [release]]);
});

const callsIn = async () => (await callersIn(lab.directory)).map(({ calls }) => calls);

test('doctor sees each call of a workflow, however it is written, and that there is none', async () => {
  const decoy = `text: |\n    uses: tools/x/.github/workflows/called-plan.yml@${COMMIT}`;
  const run = 'run: { uses: "mallory/y/.github/workflows/any.yml@main" }';
  lab.write('.github/workflows/plan.yml', `env:\n  ${decoy}\njobs:\n  first: { uses: ./x.yml }\n  ${run}\n`);
  lab.write('.github/workflows/apply.yml', 'jobs: [');
  lab.write('.github/workflows/drift.yml', '');
  expect(await callsIn()).toEqual([['./', 'mallory/y@main'], [], []]);
});

describe('with a token, GitHub is asked', () => {
  const answers: Record<string, unknown> = {};
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const answer = answers[url];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { message: 'Not Found' }));
  });
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => server.close());
  const SUBJECT = '/repos/lab/access/actions/oidc/customization/sub';
  beforeEach(() => {
    asked.length = 0;
    answers['/repos/lab/access'] = { id: 22, name: 'access', owner: { id: 11, login: 'Lab' } };
    answers[SUBJECT] = { use_default: true, use_immutable_subject: true, sub_claim_prefix: 'repo:Lab@11/access@22' };
  });
  const ask = (given: GivenFacts) => {
    const { port } = server.address() as AddressInfo;
    return facts(given, null, { GITHUB_TOKEN: 'x', GITHUB_API_URL: `http://127.0.0.1:${port}` });
  };
  const named = { ...NOTHING, repository: 'lab/access' };

  test('for numbers, the form of subjects, and the name as tokens spell it', async () => {
    const own = { ...OWN, owner: 'Lab' };
    expect(await ask(named)).toEqual({
      ok: true,
      value: { ...FACTS, owner: 'Lab', ownerId: '11', subject: 'ids', workflows: [own] },
    });
    answers[SUBJECT] = { use_default: true };
    expect(await ask(named)).toMatchObject({ value: { subject: 'classic' } });
  });

  test('but not if everything is given', async () => {
    expect(await ask(GIVEN)).toEqual({ ok: true, value: FACTS });
    expect(asked).toEqual([]);
  });

  test('a subject of its own is no form of these two', async () => {
    answers[SUBJECT] = { use_default: false, include_claim_keys: ['repo', 'context'] };
    expect(await ask(named)).toMatchObject({ failure: { code: 'subject-customized' } });
  });

  test('a repository that the token may not see is a failure of GitHub', async () => {
    delete answers['/repos/lab/access'];
    expect(await ask(named)).toMatchObject({ failure: { code: 'github-not-found' } });
  });
});
