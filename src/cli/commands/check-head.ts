import { type Command, Option } from 'commander';
import { notNewestText } from '../../drift/report/drift-run.ts';
import { connectGitHub } from '../../github/client.ts';
import { writeOutputs } from '../../github/outputs.ts';
import type { GitHub } from '../../github/port.ts';
import { printJson, reportFailure, type Terminal } from '../io.ts';
import { examples, exitCodes, finish, json, parseCommit } from '../options.ts';

/**
 * `check-head`: 0 if the commit is the newest of the branch, 1 if another one is or if GitHub does not say. Writes the output
 * failure-reason: `superseded`.
 */
export async function checkHead(
  { commit, branch, json = false }: { readonly commit: string; readonly branch: string; readonly json?: boolean },
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const github = connectGitHub(env);
  if (!github.ok) return reportFailure(github.failure, terminal);
  const newest = await newestOrReport(github.value, commit, branch, terminal);
  if (json && newest !== null) printJson({ commit, branch, isNewest: newest }, terminal);
  if (newest === false) writeOutputs(env, { 'failure-reason': 'superseded' });
  return newest === true ? 0 : 1;
}

/** Whether the commit is the newest; null if GitHub does not say. The reason is printed. */
export async function newestOrReport(
  github: GitHub,
  commit: string,
  branch: string,
  terminal: Terminal,
): Promise<boolean | null> {
  const newest = await github.newestCommit(branch);
  if (!newest.ok) {
    reportFailure(newest.failure, terminal);
    return null;
  }
  if (newest.value === commit) return true;
  terminal.stderr(`${notNewestText(commit, newest.value, branch)}\n`);
  return false;
}

export function register(command: Command, terminal: Terminal): void {
  command
    .addOption(new Option('--commit <sha>', 'commit to check').argParser(parseCommit).makeOptionMandatory())
    .option('--branch <branch>', 'branch', 'main')
    .addOption(json())
    .addHelpText('after', exitCodes('0 it is the newest', '1 it is not, or unknown', '2 wrong usage'))
    .addHelpText('after', examples('mturk-team check-head --commit "$GITHUB_SHA"'))
    .action(async ({ commit, branch, json }) =>
      finish(await checkHead({ commit, branch, json }, terminal, process.env)),
    );
}
