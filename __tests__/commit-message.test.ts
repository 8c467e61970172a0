import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const directory = mkdtempSync(join(tmpdir(), 'commit-message-'));
const [, setting = ''] = /`git (config core\.hooksPath \S+)`/.exec(readFileSync('CONTRIBUTING.md', 'utf8')) ?? [];

beforeAll(() => {
  const hooks = setting.replace(/\S+$/, (path) => resolve(path));
  for (const command of ['init -q', hooks, 'config user.name Ada', 'config user.email ada@lab.edu']) {
    execFileSync('git', command.split(' '), { cwd: directory });
  }
});

function commit(message: string): { readonly status: number | null; readonly stderr: string } {
  return spawnSync('git', ['commit', '-q', '--allow-empty', '-m', message], { cwd: directory, encoding: 'utf8' });
}

test.each([
  'Add a kind of drift',
  'Address what a reviewer found\n\nThe body may have any number of words, and it says why this was done at all.',
  'Embed the sample in one file',
  "Merge branch 'main' of the lab into a branch with a long name of words",
])('a commit %j is accepted', (message) => {
  expect(commit(message)).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  ['Say in one subject what ten words are not enough for', 'the subject has 11 words'],
  ['Drift', 'the subject has no noun'],
  ['Added a kind of drift', 'the subject does not begin with an imperative verb'],
  ['Adding a kind of drift', 'the subject does not begin with an imperative verb'],
  ['Adds a kind of drift', 'the subject does not begin with an imperative verb'],
  ['fix: a kind of drift', 'the subject does not begin with a capital letter'],
  ['Add a kind of drift.', 'the subject ends with a period'],
])('a commit %j is refused, with the rule', (message, reason) => {
  const { status, stderr } = commit(message);
  expect(status).toBe(1);
  expect(stderr).toContain(`error[commit-subject]: ${reason}\n  --> ${message}\n  help: write an imperative verb`);
});
