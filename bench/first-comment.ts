import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { startGitHub } from '../__tests__/support/github-server.ts';
import { codeownersBlock } from '../src/team/codeowners.ts';
import { readTeam } from '../src/team/parse/read-team.ts';
import { teamFileWith } from './team-file.ts';

interface Step {
  readonly run?: string;
  readonly 'working-directory'?: string;
}

const run = promisify(execFile);
const ROUNDS = 5;
const HEAD = 'a'.repeat(40);

/**
 * Times what runs of ours between a pull request and its first comment, in milliseconds: the steps of that one job that
 * run the tool, with a stand-in for GitHub. Checkouts, Node's setup and the runner's start are GitHub's. The median.
 */
export async function benchFirstComment(size: number): Promise<number> {
  const { jobs } = parse(await readFile('.github/workflows/called-plan.yml', 'utf8'));
  const steps: readonly Step[] = jobs.preview.steps;
  const ours = steps.filter(({ run }) => run?.includes('tool/dist/mturk-team.cjs'));
  const github = await startGitHub();
  const workspace = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  };
  try {
    const { number } = github.repository.openPull({ author: 'bo', head: HEAD });
    const text = teamFileWith(size);
    await write('base/team.yaml', text);
    await write(
      'proposed/team.yaml',
      text.replace('    allow: [results:read]', '    allow: [results:read, pay:bonus]'),
    );
    const { team } = readTeam(text, { file: 'team.yaml', today: '2026-11-25' });
    await write('proposed/.github/CODEOWNERS', `${team && codeownersBlock(team)}\n`);
    const repo = { id: 1, full_name: github.repository.fullName };
    const side = { sha: HEAD, ref: 'main', repo };
    const pull_request = { number, user: { login: 'bo' }, head: side, base: side };
    await write('event.json', JSON.stringify({ pull_request, repository: { default_branch: 'main' } }));
    await mkdir(join(workspace, 'tool'));
    await symlink(resolve('dist'), join(workspace, 'tool/dist'));
    const file = (name: string) => join(workspace, name);
    const env = {
      ...github.environment(),
      ...{ PATH: process.env.PATH ?? '', HOME: workspace, CHANGES_CODE: 'false' },
      ...{ GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: file('event.json'), GITHUB_SHA: HEAD },
      ...{ GITHUB_OUTPUT: file('output'), GITHUB_STEP_SUMMARY: file('summary'), GITHUB_RUN_ID: '1' },
    };
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now();
      for (const step of ours)
        await run('bash', ['-e', '-c', step.run ?? ''], {
          cwd: join(workspace, step['working-directory'] ?? '.'),
          env,
        });
      times.push(performance.now() - start);
    }
    if (github.repository.commentsOf(number).length !== 1) throw new Error('there is no comment');
    return times.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  } finally {
    await github.close();
    await rm(workspace, { recursive: true, force: true });
  }
}
