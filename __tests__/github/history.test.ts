import { succeed } from '../../src/diagnostics/failure.ts';
import { failureOf, githubInTest, obtained, sha } from '../support/github-client.ts';
import { LabRepository } from '../support/lab-repository.ts';

const { repository, client } = githubInTest();
let lab: LabRepository;
beforeEach(() => {
  lab = new LabRepository(repository());
});
afterEach(() => lab.remove());

const adds = (line: string) => (team: string) => `${team}${line}\n`;

test('commits that no branch has any more, with what is before them', async () => {
  const [first, head] = [lab.main, lab.push('change', 'bo', adds('# Bo'))];
  lab.set('change', 'bo', null);
  const found = await client().withHistory([first, head], async (history) =>
    succeed({
      parents: await history.parents(head),
      within: [
        await history.isWithin(first, head),
        await history.isWithin(head, head),
        await history.isWithin(head, first),
      ],
      text: await history.textAt(head, 'team.yaml'),
      none: [await history.textAt(head, 'other.yaml'), await history.textAt(sha('a'), 'team.yaml')],
      unknown: [await history.parents(sha('a')), await history.parents('--all'), await history.isWithin('HEAD', head)],
      authored: await history.authoredAt(sha('a')),
    }),
  );
  expect(obtained(found)).toEqual({
    parents: [first],
    within: [true, true, false],
    text: lab.teamAt(head),
    none: [null, null],
    unknown: [[], [], false],
    authored: null,
  });
});

test("an author's time is exact, in whatever zone it was written", async () => {
  const commits = ['+0000', '+1400', '+9999', '-9999'].map((zone) => lab.push(`z${zone}`, 'bo', adds(zone), { zone }));
  const found = await client().withHistory(commits, async (history) =>
    succeed(await Promise.all(commits.map((commit) => history.authoredAt(commit)))),
  );
  expect(obtained(found)).toEqual(commits.map(() => expect.stringMatching(/^\d{10}$/)));
});

test('a clean merge, and merges that are not what Git makes of their parents', async () => {
  const head = lab.push('change', 'bo', (team) => team.replace('name: Bo', 'name: Bo Chen'));
  lab.merge(lab.propose('other', 'ada', adds('# Ada')), 'ada');
  const clean = lab.update('change', 'ada');
  const parents = [head, lab.main];
  const evil = lab.push('evil', 'bo', adds('# More'), { parents });
  const ours = lab.push('ours', 'bo', (team) => team, { parents });
  const conflict = lab.push('conflict', 'bo', (team) => team, {
    parents: [lab.push('left', 'bo', adds('# Left')), lab.push('right', 'bo', adds('# Right'))],
  });
  const found = await client().withHistory([clean, evil, ours, conflict], async (history) =>
    succeed(await Promise.all([clean, evil, ours, conflict, head].map((each) => history.isCleanMerge(each)))),
  );
  expect(obtained(found)).toEqual([true, false, false, false, false]);
});

test('a commit that GitHub does not have, and a token that may not read', async () => {
  const unknown = await client().withHistory([sha('a')], async () => succeed(null));
  expect(failureOf(unknown)).toMatchObject({
    code: 'github-unavailable',
    args: { request: 'git fetch perception/lab' },
  });
  repository().tokens.set('none', { login: 'x', kind: 'installation', grants: {} });
  const denied = await client({ token: 'none' }).withHistory([lab.main], async () => succeed(null));
  expect(failureOf(denied)).toMatchObject({ args: { reason: expect.stringMatching(/403/) } });
});
