import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { earlierCommits } from '../../src/app/session/records.ts';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';

/** Ada and Dee own the lab. */
const { lab, record, approve, check } = approvalInTest();

const lockFile = () => lab().pushFiles('main', { 'opentofu.lock.hcl': 'hostile' });
const suspended = (team: string) => team.replace('{ name: Bo, ', '{ suspended: true, name: Bo, ');

test.each([
  ['below the pull request that brings its team', false],
  ['in the commit that brings its team', true],
])('after a first apply of a file of no commit, a lock file needs an approval %s', async (_what, isTogether) => {
  const clone = scratch();
  try {
    execFileSync('git', ['-C', clone.directory, 'init', '-q']);
    clone.write('team.yaml', suspended(lab().teamAt(lab().main)));
    expect((await runHere(['apply', '--emulator', '--yes'], { cwd: clone.directory })).code).toBe(0);
    const recorded = JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8'));
    await record(recorded, lab().main);
    expect(await check()).toMatchObject({ code: 1 });
    if (isTogether) {
      lab().pushFiles('main', { 'team.yaml': suspended(lab().teamAt(lab().main)), 'opentofu.lock.hcl': 'hostile' });
    } else {
      lockFile();
      const change = lab().propose('suspend', 'cy', suspended);
      approve(change, 'ada');
      lab().merge(change, 'cy');
    }
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  } finally {
    clone.remove();
  }
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
