import { succeed } from '../../src/diagnostics/failure.ts';
import type { History } from '../../src/github/port.ts';
import { failureOf, githubInTest, obtained, sha } from '../support/github-client.ts';
import { LabRepository } from '../support/lab-repository.ts';

const { repository, client } = githubInTest();
let lab: LabRepository;
beforeEach(() => {
  lab = new LabRepository(repository());
});
afterEach(() => lab.remove());

const adds = (line: string) => (team: string) => `${team}${line}\n`;
const ask = async <T>(question: (history: History) => Promise<T>, commit = lab.main) =>
  obtained(await client().withHistory(commit, async (history) => succeed(await question(history))));

test('commits by first parent, with all their parents', async () => {
  const first = lab.main;
  const pull = lab.propose('change', 'bo', adds('# Bo'));
  const merge = lab.merge(pull, 'ada', 'merge');
  expect(await ask((history) => history.firstParents(merge))).toEqual([
    { commit: merge, parents: [first, pull.head.sha] },
    { commit: first, parents: [] },
  ]);
});

test('whether files differ, those of a directory included', async () => {
  const one = lab.main;
  const two = lab.pushFiles('main', { '.github/workflows/apply.yml': 'x', 'README.md': 'x' });
  const differs = (...paths: string[]) => ask((history) => history.differs(one, two, paths));
  expect([await differs('.github'), await differs('README.md'), await differs('team.yaml')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(await ask((history) => history.differs(sha('a'), two, ['team.yaml']))).toBe(true);
});

test('the head of a squashed pull request, which no branch of the history has, is fetched', async () => {
  const before = lab.main;
  const pull = lab.propose('change', 'bo', adds('# Bo'));
  const { sha: head } = pull.head;
  const squashed = lab.merge(pull, 'ada');
  const answers = await ask(async (history) => [
    await history.hasSameTree(head, squashed),
    await history.hasSameTree(before, squashed),
    await history.isWithin(before, head),
    await history.isWithin(head, before),
    await history.textAt(head, 'team.yaml'),
    await history.textAt(head, 'other.yaml'),
  ]);
  expect(answers).toEqual([true, false, true, false, lab.teamAt(head), null]);
});

test.each([sha('a'), '--all', 'HEAD', 'main'])('%s is no commit that is known', async (name) => {
  const { main } = lab;
  expect(await ask((history) => history.hasSameTree(name, main))).toBe(false);
  expect(await ask((history) => history.isWithin(sha('a'), main))).toBe(false);
});

test('without the permission to read contents it fails, and never says the token', async () => {
  repository().tokens.set('secret-token', { login: 'x', kind: 'installation', grants: { actions: 'read' } });
  const failure = failureOf(await client({ token: 'secret-token' }).withHistory(lab.main, async () => succeed(null)));
  expect(failure).toMatchObject({ code: 'github-unavailable', args: { request: 'git fetch perception/lab' } });
  expect(JSON.stringify(failure)).not.toContain('secret');
});
