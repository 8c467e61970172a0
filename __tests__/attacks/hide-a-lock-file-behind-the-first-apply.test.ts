import { earlierCommits } from '../../src/app/session/records.ts';
import { approvalInTest, suspended } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

/** Ada and Dee own the lab. */
const { lab, record, merged, clone, check } = approvalInTest();

const lockFile = () => lab().pushFiles('main', { 'opentofu.lock.hcl': 'hostile' });

test.each([
  ['below the pull request that brings its team', false],
  ['in the commit that brings its team', true],
])('after a first apply of a file of no commit, a lock file needs an approval %s', async (_what, isTogether) => {
  const { write, apply, recorded } = clone();
  write('team.yaml', suspended(lab().teamAt(lab().main)));
  expect((await apply()).code).toBe(0);
  await record(recorded(), lab().main);
  expect(await check()).toMatchObject({ code: 1 });
  if (isTogether) {
    lab().pushFiles('main', { 'team.yaml': suspended(lab().teamAt(lab().main)), 'opentofu.lock.hcl': 'hostile' });
  } else {
    lockFile();
    merged('suspend', suspended);
  }
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});

test('and after more than 20 applies of commits of branches', async () => {
  const { main } = lab();
  const commits = Array.from({ length: 22 }, (_, at) => lab().pushFiles(`b${at}`, { 'README.md': `${at}` }));
  let last = { team: {}, commit: main, earlier: undefined } as never as Parameters<typeof earlierCommits>[0];
  for (const commit of commits) last = { ...last, commit, earlier: earlierCommits(last, false) };
  await record({ commit: last.commit, earlier: last.earlier }, main);
  lockFile();
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});
