import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHere, scratch } from '../support/command.ts';
import { githubInTest, sha } from '../support/github-client.ts';
import { filesOf } from '../support/github-files.ts';

const { server, repository } = githubInTest();
const [HEAD, MERGE] = [sha('a'), sha('c')];
let directory: ReturnType<typeof scratch>;

beforeEach(() => {
  directory = scratch({ 'event.json': JSON.stringify({ repository: { default_branch: 'main' } }) });
  repository().permissions.set('ada', 'write');
  repository().openPull({ author: 'eve', head: HEAD });
  repository().merge(1, 'ada', MERGE);
});
afterEach(() => directory.remove());

function verify(...args: string[]) {
  const env = {
    ...server().environment(),
    GITHUB_EVENT_PATH: join(directory.directory, 'event.json'),
    GITHUB_OUTPUT: join(directory.directory, 'output'),
    GITHUB_SHA: MERGE,
  };
  return runHere(['verify-approval', ...args], { cwd: directory.directory, env });
}

function output(): Record<string, string> {
  const text = readFileSync(join(directory.directory, 'output'), 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^([\w-]+)<<(.+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name!, value!]),
  );
}

function planned(): string {
  const { id } = repository().addRun({ headSha: HEAD });
  const { manifest } = filesOf('03-add-member', { commit: HEAD, run: id });
  repository().addArtifact(id, 'manifest', { 'manifest.json': manifest });
  return manifest;
}

test('approved: who, at what, and the plan that was reviewed', async () => {
  repository().review(1, 'ada', 'APPROVED');
  const manifest = planned();
  const result = await verify('--manifest', 'reviewed.json');
  expect(result).toMatchObject({ code: 0, stdout: '' });
  expect(result.stderr).toMatch(
    /^Pull request #1 was approved at aaaaaaa by ada\.\nWrote the reviewed plan [0-9a-f]{12} of run \d+ to reviewed\.json\.\n$/,
  );
  expect(readFileSync(join(directory.directory, 'reviewed.json'), 'utf8')).toBe(manifest);
  expect(output()).toMatchObject({ 'pull-request': '1', head: HEAD, 'approved-by': 'ada' });
  expect(output()).not.toHaveProperty('failure-reason');
});

test('not approved: the reason, the pull request for the job that reports it, and no manifest', async () => {
  planned();
  const result = await verify('--commit', MERGE, '--manifest', 'reviewed.json');
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('no one approved it') });
  expect(output()).toEqual({ 'pull-request': '1', 'failure-reason': 'not-approved' });
  expect(existsSync(join(directory.directory, 'reviewed.json'))).toBe(false);
});

test('approved, and never planned', async () => {
  repository().review(1, 'ada', 'APPROVED');
  const result = await verify('--manifest', 'reviewed.json');
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('`plan.yml` has not run for it') });
  expect(output()).toMatchObject({ 'pull-request': '1', 'failure-reason': 'no-approved-plan' });
});

test('a manifest that is none is not written', async () => {
  repository().review(1, 'ada', 'APPROVED');
  const { id } = repository().addRun({ headSha: HEAD });
  repository().addArtifact(id, 'manifest', { 'manifest.json': '{"version":1}' });
  const result = await verify('--manifest', 'reviewed.json');
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot read the artifact') });
  expect(existsSync(join(directory.directory, 'reviewed.json'))).toBe(false);
});

test('merged into another branch than the one asked about', async () => {
  repository().review(1, 'ada', 'APPROVED');
  expect(await verify('--base', 'staging')).toMatchObject({ code: 1 });
  expect(output()).toEqual({ 'failure-reason': 'not-approved' });
});

test.each([['--commit', 'main'], ['--commit', 'abc'], ['--nonsense']])('%p is wrong usage', async (...args) => {
  expect(await verify(...args)).toMatchObject({ code: 2, stdout: '' });
  expect(server().requests).toEqual([]);
});
