import { type Command, Option } from 'commander';
import { outdatedText, readDriftRun, runSummary, supersededSummary } from '../../drift/report/drift-run.ts';
import { keepDriftIssues } from '../../drift/report/issues.ts';
import { connectGitHub } from '../../github/client.ts';
import { writeOutputs, writeSummary } from '../../github/outputs.ts';
import { visible } from '../../text/escape.ts';
import { failureJson, printJson, reportFailure, type Terminal } from '../io.ts';
import { examples, exitCodes, finish, json, parseCommit, parseReason } from '../options.ts';
import { newestOrReport } from './check-head.ts';

type DriftIssueOptions = Parameters<typeof readDriftRun>[0] & {
  /** The branch whose newest commit the checked one must be. */
  readonly branch: string;
  readonly json: boolean;
};

/**
 * `drift-issue`: writes the issues about drift, failed checks, changes that are not applied and expiring access, and the job
 * summary. 0 if all are written; 1 with the reason if one is not, or if the check is outdated: then nothing is changed.
 */
async function driftIssue(options: DriftIssueOptions, terminal: Terminal, env: NodeJS.ProcessEnv): Promise<number> {
  const run = await readDriftRun(options, env, new Date());
  for (const line of run.unusable) terminal.stderr(`${line}\n`);
  const github = connectGitHub(env);
  if (!github.ok) {
    writeSummary(env, runSummary(run));
    return reportFailure(github.failure, terminal);
  }
  // An earlier job has printed why it is superseded.
  const checkHead =
    options.reason !== 'superseded' &&
    (run.commit === null || (await newestOrReport(github.value, run.commit, options.branch, terminal)));
  if (checkHead === null) return 1;
  if (!checkHead || run.isOutdated) {
    if (run.isOutdated) terminal.stderr(`${outdatedText(run.at)}\n`);
    writeSummary(env, supersededSummary());
    writeOutputs(env, { 'failure-reason': 'superseded' });
    if (options.json) printJson({ isNewest: false, issues: [] }, terminal);
    return 1;
  }
  writeSummary(env, runSummary(run));
  let code = 0;
  const issues: object[] = [];
  await keepDriftIssues(github.value, run, (kind, outcome) => {
    issues.push({ kind, ...(outcome.ok ? outcome.value : { error: failureJson(outcome.failure) }) });
    if (!outcome.ok) {
      code = reportFailure(outcome.failure, terminal);
      return;
    }
    const { url, action } = outcome.value;
    terminal.stderr(`Issue about ${kind}: ${url === null ? 'none' : `${action}, ${visible(url)}`}\n`);
    if (kind === 'drift' && url !== null) writeOutputs(env, { 'issue-url': url, 'issue-action': action });
  });
  if (options.json) printJson({ isNewest: true, issues }, terminal);
  return code;
}

export function register(command: Command, terminal: Terminal): void {
  command
    .requiredOption('--report <file>', 'report.json of the scan; a missing file is a failed check')
    .addOption(new Option('--reason <reason>', 'why the workflow stopped; empty if it did not').argParser(parseReason))
    .addOption(
      new Option('--commit <sha>', "the checked commit (default: the report's)").argParser((text) =>
        text === '' ? null : parseCommit(text),
      ),
    )
    .option('--branch <branch>', 'the branch whose newest commit it must be', 'main')
    .addOption(json())
    .addHelpText('after', exitCodes('0 written', '1 failed, or the check is outdated', '2 wrong usage'))
    .addHelpText(
      'after',
      examples(
        'mturk-team drift-issue --report report.json',
        'mturk-team drift-issue --report report.json --commit "$COMMIT"',
        'mturk-team drift-issue --report none.json --reason credentials-failed',
      ),
    )
    .action(async ({ report, branch, json = false, ...options }) => {
      const [reason, commit] = [options.reason || null, options.commit || null];
      finish(await driftIssue({ report, reason, commit, branch, json }, terminal, process.env));
    });
}
