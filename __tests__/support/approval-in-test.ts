import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ApplyRecord, changeRecord } from '../../src/app/session/records.ts';
import { ownersOf } from '../../src/review/approval/owners.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { runHere, scratch } from './command.ts';
import { account } from './github-bodies.ts';
import { githubInTest } from './github-client.ts';
import { LAB, LabRepository } from './lab-repository.ts';

/** Edits of the lab's file, which gives Bo and Cy the role `reader`. */
export const suspended = (team: string, name = 'Bo') =>
  team.replace(`{ name: ${name}, `, `{ suspended: true, name: ${name}, `);
export const resumed = (team: string) => team.replace('suspended: true, ', '');
export const pays = (who: 'bo' | 'cy') => (team: string) =>
  team.replace(new RegExp(`(${who}: .*roles: \\[)reader`), '$1reader, paymaster');

const TODAY = new Date().toISOString().slice(0, 10);

/** `check-approval` for a lab's repository on the stand-in for GitHub, with what the step leaves. Its first commit is applied. */
export function approvalInTest() {
  const { server, repository, ...others } = githubInTest();
  let lab: LabRepository;
  let directory: ReturnType<typeof scratch>;
  let clone: ReturnType<typeof cloneOf> | null = null;
  const begin = async (team = LAB): Promise<LabRepository> => {
    repository().branches.clear();
    lab?.remove();
    lab = new LabRepository(repository(), team);
    await record({ commit: lab.main });
    return lab;
  };
  beforeEach(async () => {
    directory = scratch({ 'event.json': JSON.stringify({ repository: { default_branch: 'main' } }) });
    await begin();
  });
  afterEach(() => {
    lab.remove();
    directory.remove();
    clone?.remove();
    clone = null;
  });
  const file = (name: string) => join(directory.directory, name);
  const textOf = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');
  const place = () => ({ kind: 'directory', directory: file('account') }) as const;

  /** Records that the file of a commit was applied, with GitHub's ids of its owners; other parts as they are given. */
  async function record(
    given: Pick<ApplyRecord, 'commit'> & Partial<ApplyRecord>,
    of = given.commit ?? lab.main,
  ): Promise<void> {
    const { team } = readTeam(lab.teamAt(of), { file: 'team.yaml', today: TODAY });
    if (team === null) throw new Error(lab.teamAt(of));
    const ids = team.members.map(({ github }) => [`${github}`.toLowerCase(), account(`${github}`).id] as const);
    await changeRecord(place(), () => ({
      ...{ version: 1, at: '2026-11-25T09:00:00.000Z', begun: [], ids: { user: {}, group: {} } },
      ...{ announcements: [], checkedAt: null, administrators: null },
      ...{ team: appliedTeam(team, TODAY), owners: [...ownersOf(team, [], new Map(ids))] },
      ...given,
    }));
  }

  const approve = (pull: { readonly number: number }, ...people: readonly string[]): void => {
    for (const person of people) repository().review(pull.number, person, 'APPROVED');
  };

  return {
    ...others,
    server,
    repository,
    lab: () => lab,
    begin,
    record,
    /** Removes the record: nothing has been applied. */
    forget: () => rmSync(file('account'), { recursive: true }),
    approve,
    /** A pull request of Cy, approved by Ada and merged: the commit on main. */
    merged(branch: string, edit: (team: string) => string): string {
      const change = lab.propose(branch, 'cy', edit);
      approve(change, 'ada');
      return lab.merge(change, 'cy');
    },
    /** An administrator's clone, in which they apply to an account of its own. It goes with the test. */
    clone(): ReturnType<typeof cloneOf> {
      clone ??= cloneOf(lab.directory);
      return clone;
    },
    async check(...args: string[]) {
      const commit = lab.main;
      directory.write('team.yaml', lab.teamAt(commit));
      directory.write('output', '');
      const env = {
        ...server().environment(),
        GITHUB_EVENT_PATH: file('event.json'),
        GITHUB_OUTPUT: file('output'),
        MTURK_TEAM_EMULATOR: file('account'),
      };
      const all = ['check-approval', '--commit', commit, '--result', 'result.json', ...args];
      const result = await runHere(all, { cwd: directory.directory, env });
      const outputs = [...textOf('output').matchAll(/^([\w-]+)<<(.+)\n([\s\S]*?)\n\2$/gm)];
      return {
        ...result,
        outputs: Object.fromEntries(outputs.map(([, name = '', , value = '']) => [name, value])),
        failure: textOf('result.json'),
      };
    },
  };
}

function cloneOf(repository: string) {
  const { directory, write, remove } = scratch();
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', directory, ...args]);
  git('init', '-q');
  const record = join(directory, '.mturk-team/emulator/apply-record.json');
  return {
    ...{ directory, write, remove, record },
    pull(commit: string): void {
      git('fetch', '-q', repository, commit);
      git('reset', '-q', '--hard', commit);
    },
    apply: (...args: readonly string[]) => runHere(['apply', '--emulator', '--yes', ...args], { cwd: directory }),
    recorded: () => JSON.parse(readFileSync(record, 'utf8')),
  };
}
