import { type Command, Option } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { outdatedText, readDriftRun, runSummary } from '../../drift/report/drift-run.ts';
import type { LaterJob } from '../../drift/report/failed-check-issue.ts';
import { keepDriftIssues } from '../../drift/report/issues.ts';
import { connectGitHub } from '../../github/client.ts';
import { writeOutputs, writeSummary } from '../../github/outputs.ts';
import { visible } from '../../text/escape.ts';
import { warningText } from '../../text/failures/failures.ts';
import { failureJson, printJson, reportFailure } from '../io.ts';
import { addHelp, finish, json, parseReason } from '../options.ts';

type DriftIssueOptions = Parameters<typeof readDriftRun>[0] & { readonly json: boolean };

/**
 * `drift-issue`: writes the issues about drift, failed checks, changes that are not applied and expiring access, and the job
 * summary. 0 if all are written; 1 with the reason if one is not, without a report, or if the check is outdated: then nothing
 * is changed.
 */
async function writeIssues(options: DriftIssueOptions, terminal: Terminal, env: NodeJS.ProcessEnv): Promise<number> {
  const run = await readDriftRun(options, env, new Date());
  for (const line of run.unusable) terminal.stderr(`${line}\n`);
  if (run.isOutdated) {
    terminal.stderr(`${outdatedText(run.at)}\n`);
    writeSummary(env, outdatedText(run.at));
    if (options.json) printJson({ isOutdated: true, issues: [] }, terminal);
    return 1;
  }
  writeSummary(env, runSummary(run));
  const github = connectGitHub(env);
  if (!github.ok) return reportFailure(github.failure, terminal);
  // The job that reconciles follows this one: it must not, if no issue shows what was found.
  let code = run.isReportMissing ? 1 : 0;
  const issues: object[] = [];
  await keepDriftIssues(github.value, run, (kind, outcome) => {
    const { unfinished, ...issue } = outcome.ok ? outcome.value : { unfinished: outcome.failure };
    issues.push({ kind, ...issue, ...(unfinished === null ? {} : { error: failureJson(unfinished) }) });
    if (!outcome.ok) {
      code = reportFailure(outcome.failure, terminal);
      return;
    }
    const { url, action } = outcome.value;
    if (unfinished !== null) terminal.stderr(`${warningText(unfinished)}\n`);
    terminal.stderr(`Issue about ${kind}: ${url === null ? 'none' : `${action}, ${visible(url)}`}\n`);
    if (kind === 'drift' && url !== null) writeOutputs(env, { 'issue-url': url, 'issue-action': action });
  });
  if (options.json) printJson({ isOutdated: false, issues }, terminal);
  return code;
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    exitCodes: ['0 written', '1 failed, outdated or without a report', '2 wrong usage'],
    examples: [
      'mturk-team drift-issue --report report.json',
      'mturk-team drift-issue --report none.json --reason credentials-failed',
      'mturk-team drift-issue --reconcile --reason state-locked',
      'mturk-team drift-issue --keys --reason keys-failed',
    ],
  });
  command
    .option('--report <file>', 'report.json of the scan; a missing file is a failed check')
    .addOption(new Option('--reconcile', 'write the issue about a failed reconcile alone').conflicts('report'))
    .addOption(
      new Option('--keys', 'write the issue about a failed sync of access keys alone').conflicts([
        'report',
        'reconcile',
      ]),
    )
    .option('--reason <reason>', 'why the workflow stopped; empty if it did not', parseReason)
    .addOption(json())
    .action(async ({ report = null, reconcile = false, keys = false, json = false, reason }) => {
      const job: LaterJob | null = reconcile ? 'reconcile' : keys ? 'keys' : null;
      const of = job !== null ? { job } : report !== null ? { report } : null;
      if (of === null) return command.error('error: --report, --reconcile or --keys must be given');
      finish(await writeIssues({ of, reason: reason || null, json }, terminal, process.env));
    });
}
