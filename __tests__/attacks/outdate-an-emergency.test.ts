import { execFileSync } from 'node:child_process';
import { approvalInTest, pays, resumed, suspended } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, approve, merged, clone: cloned, check, repository } = approvalInTest();

/** A pull request whose one commit has a date of its author's choice, approved and merged by `git push origin BRANCH:main`. */
function mergedByHand(branch: string, edit: (team: string) => string, date: string): string {
  const git = (input: string, ...args: string[]) =>
    execFileSync('git', ['-C', lab().directory, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...{ GIT_AUTHOR_NAME: 'Bo', GIT_AUTHOR_EMAIL: 'bo@lab.example', GIT_AUTHOR_DATE: date },
        ...{ GIT_COMMITTER_NAME: 'Bo', GIT_COMMITTER_EMAIL: 'bo@lab.example', GIT_COMMITTER_DATE: date },
      },
    }).trim();
  const { main } = lab();
  const made = lab().push(branch, edit, [main]);
  const head = lab().set(branch, git('', 'commit-tree', `${made}^{tree}`, '-p', main, '-m', branch));
  git('', 'update-ref', `refs/kept/${branch}`, head);
  const change = lab().open(branch, 'bo', head);
  approve(change, 'ada');
  lab().set('main', head);
  repository().merge(change.number, 'bo', head);
  return head;
}

test.each([
  ['both of which have a date to come', '2037-01-01T00:00:00Z', '2037-01-02T00:00:00Z'],
  ['the first of which has a date to come', '2037-01-01T00:00:00Z', null],
  ['the last of which has a date to come', '2026-01-01T00:00:00Z', '2037-01-01T00:00:00Z'],
])('an emergency is not ended by earlier approvals of commits, %s', async (_what, first, second) => {
  const clone = cloned();
  mergedByHand('suspend', suspended, first);
  const resume = second === null ? merged('resume', resumed) : mergedByHand('resume', resumed, second);
  clone.pull(resume);
  expect((await clone.apply()).code).toBe(0);
  clone.write('team.yaml', suspended(lab().teamAt(lab().main)));
  expect((await clone.apply()).code).toBe(0);
  const recorded = clone.recorded();
  expect(recorded).toMatchObject({ commit: null });
  await record(recorded, lab().main);
  // main gives bo access: nothing but a merge of the suspension may let a workflow apply.
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});

test('a grant that an administrator takes back is not given again by its own approval, whatever its date', async () => {
  const clone = cloned();
  const before = lab().main;
  const granted = mergedByHand('pays', pays('cy'), '2037-01-01T00:00:00Z');
  clone.pull(granted);
  expect((await clone.apply()).code).toBe(0);
  await record(clone.recorded(), granted);
  clone.write('team.yaml', lab().teamAt(before));
  expect((await clone.apply()).code).toBe(0);
  const recorded = clone.recorded();
  expect(recorded).toMatchObject({ commit: null });
  await record(recorded, granted);
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});

test("after an apply of a branch that was squashed, an administrator's apply in a checkout of main begins the next check there", async () => {
  const clone = cloned();
  clone.pull(lab().main);
  expect((await clone.apply()).code).toBe(0);
  await record(clone.recorded(), lab().main);
  const change = lab().propose('suspend', 'cy', suspended);
  clone.pull(change.head.sha);
  expect((await clone.apply()).code).toBe(0);
  expect(clone.recorded()).toMatchObject({ commit: change.head.sha });
  approve(change, 'ada');
  lab().merge(change, 'cy');
  // Refused by a workflow, and applied by an administrator in a checkout of main.
  const main = lab().pushFiles('main', { '.github/workflows/apply.yml': 'x' });
  await record(clone.recorded(), lab().main);
  expect(await check()).toMatchObject({ code: 1 });
  clone.pull(main);
  expect((await clone.apply()).code).toBe(0);
  await record(clone.recorded(), main);
  expect(await check()).toMatchObject({ code: 0 });
});

test('a lock file that is pushed after an emergency, with an earlier date, is not carried past the check by its own pull request', async () => {
  const clone = cloned();
  clone.pull(lab().main);
  expect((await clone.apply()).code).toBe(0);
  clone.write('team.yaml', suspended(lab().teamAt(lab().main)));
  expect((await clone.apply()).code).toBe(0);
  await record(clone.recorded(), lab().main);
  // By a writer who may bypass the rules. Its date is of 1970.
  lab().pushFiles('main', { 'opentofu.lock.hcl': 'hostile' });
  merged('suspend', suspended);
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});

test('the file of an older commit that an administrator applies is not ended by an earlier approval, whatever its date', async () => {
  const clone = cloned();
  const first = mergedByHand('suspend', suspended, '2037-01-01T00:00:00Z');
  const main = merged('resume', resumed);
  clone.pull(main);
  expect((await clone.apply()).code).toBe(0);
  clone.pull(first);
  // To be sure, they run it twice.
  expect([(await clone.apply()).code, (await clone.apply()).code]).toEqual([0, 0]);
  await record(clone.recorded(), main);
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});
