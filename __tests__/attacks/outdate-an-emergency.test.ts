import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalInTest } from '../support/approval-in-test.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(4);

const { lab, record, approve, check, repository } = approvalInTest();
const suspended = (team: string) => team.replace('{ name: Bo, ', '{ suspended: true, name: Bo, ');
const resumed = (team: string) => team.replace('suspended: true, ', '');

/** A clone of main, in which an administrator applies to the emulator. */
async function withClone(work: (clone: ReturnType<typeof cloned>) => Promise<void>): Promise<void> {
  const clone = cloned();
  try {
    await work(clone);
  } finally {
    clone.remove();
  }
}

function cloned() {
  const clone = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', clone.directory, ...args]);
  git('init', '-q');
  return {
    ...clone,
    pull(commit: string) {
      git('fetch', '-q', lab().directory, commit);
      git('reset', '-q', '--hard', commit);
    },
    apply: () => runHere(['apply', '--emulator', '--yes'], { cwd: clone.directory }),
    recorded: () => JSON.parse(readFileSync(join(clone.directory, '.mturk-team/emulator/apply-record.json'), 'utf8')),
  };
}

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

const merged = (branch: string, edit: (team: string) => string) => {
  const change = lab().propose(branch, 'cy', edit);
  approve(change, 'ada');
  return lab().merge(change, 'cy');
};

test.each([
  ['both of which have a date to come', '2037-01-01T00:00:00Z', '2037-01-02T00:00:00Z'],
  ['the first of which has a date to come', '2037-01-01T00:00:00Z', null],
  ['the last of which has a date to come', '2026-01-01T00:00:00Z', '2037-01-01T00:00:00Z'],
])('an emergency is not ended by earlier approvals of commits, %s', (_what, first, second) =>
  withClone(async (clone) => {
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
  }),
);

test('a grant that an administrator takes back is not given again by its own approval, whatever its date', () =>
  withClone(async (clone) => {
    const before = lab().main;
    const granted = mergedByHand(
      'pays',
      (team) => team.replace(/(cy: .*roles: \[)reader/, '$1reader, paymaster'),
      '2037-01-01T00:00:00Z',
    );
    clone.pull(granted);
    expect((await clone.apply()).code).toBe(0);
    await record(clone.recorded(), granted);
    clone.write('team.yaml', lab().teamAt(before));
    expect((await clone.apply()).code).toBe(0);
    const recorded = clone.recorded();
    expect(recorded).toMatchObject({ commit: null });
    await record(recorded, granted);
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  }));

test("after an apply of a branch that was squashed, an administrator's apply in a checkout of main begins the next check there", () =>
  withClone(async (clone) => {
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
  }));

test('a lock file that is pushed after an emergency, with an earlier date, is not carried past the check by its own pull request', () =>
  withClone(async (clone) => {
    clone.pull(lab().main);
    expect((await clone.apply()).code).toBe(0);
    clone.write('team.yaml', suspended(lab().teamAt(lab().main)));
    expect((await clone.apply()).code).toBe(0);
    await record(clone.recorded(), lab().main);
    // By a writer who may bypass the rules. Its date is of 1970.
    lab().pushFiles('main', { 'opentofu.lock.hcl': 'hostile' });
    merged('suspend', suspended);
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  }));

test('the file of an older commit that an administrator applies is not ended by an earlier approval, whatever its date', () =>
  withClone(async (clone) => {
    const first = mergedByHand('suspend', suspended, '2037-01-01T00:00:00Z');
    const main = merged('resume', resumed);
    clone.pull(main);
    expect((await clone.apply()).code).toBe(0);
    clone.pull(first);
    // To be sure, they run it twice.
    expect([(await clone.apply()).code, (await clone.apply()).code]).toEqual([0, 0]);
    await record(clone.recorded(), main);
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  }));
