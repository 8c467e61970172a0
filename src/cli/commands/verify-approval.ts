import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { type Failure, isFailureReason } from '../../diagnostics/failure.ts';
import { connectGitHub } from '../../github/client.ts';
import { defaultBranchOfEvent } from '../../github/event.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { approvedManifest, verifyApproval } from '../../review/approval/approval.ts';
import { quoted, say } from '../../text/escape.ts';
import { checkWritable, printJson, reportFailure, type Terminal } from '../io.ts';
import { examples, exitCodes, finish, isCommit, json, parseCommit } from '../options.ts';

interface VerifyApprovalOptions {
  readonly commit: string;
  /** The branch of the merge; null for the repository's default one. */
  readonly base: string | null;
  /** Where to write the manifest of the reviewed plan; null for nowhere. */
  readonly manifest: string | null;
  readonly workflow: string;
  readonly json: boolean;
}

/** `verify-approval`: 0 if the commit is the merge of an approved pull request and its plan is written if asked, else 1. */
async function verifyApprovalCommand(
  options: VerifyApprovalOptions,
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const writable = await checkWritable([options.manifest]);
  if (!writable.ok) return refuse(writable.failure, terminal, env);
  const github = connectGitHub(env);
  if (!github.ok) return refuse(github.failure, terminal, env);
  const base = options.base ?? defaultBranchOfEvent(env);
  const approval = await verifyApproval(github.value, { commit: options.commit, base });
  if (!approval.ok) return refuse(approval.failure, terminal, env);
  const { pull, head, by } = approval.value;
  writeOutputs(env, { 'pull-request': pull, head, 'approved-by': by.join(',') });
  const approvers = by.map((login) => quoted(login)).join(', ');
  terminal.stderr(`${say`Pull request #${pull} was approved at ${head.slice(0, 7)} by `}${approvers}.\n`);
  const print = (planRun: number | null): 0 => {
    if (options.json) printJson({ pullRequest: pull, head, approvedBy: by, planRun }, terminal);
    return 0;
  };
  if (options.manifest === null) return print(null);
  const reviewed = await approvedManifest(github.value, { head, workflow: options.workflow });
  if (!reviewed.ok) return refuse(reviewed.failure, terminal, env);
  await writeFile(options.manifest, reviewed.value.text);
  writeOutputs(env, { 'plan-run': reviewed.value.run });
  const { run, manifest } = reviewed.value;
  const written = say`Wrote the reviewed plan ${manifest.digest.slice(0, 12)} of run ${run} to ${options.manifest}.`;
  terminal.stderr(`${written}\n`);
  return print(run);
}

/** The pull request is an output even then: the job that reports the failure needs it. */
function refuse(failure: Failure, terminal: Terminal, env: NodeJS.ProcessEnv): number {
  if (failure.code === 'not-approved' && failure.args.pull !== null) {
    writeOutputs(env, { 'pull-request': failure.args.pull });
  }
  if (isFailureReason(failure.code)) writeOutputs(env, { 'failure-reason': failure.code });
  return reportFailure(failure, terminal);
}

export function register(command: Command, terminal: Terminal): void {
  command
    .addOption(new Option('--commit <sha>', 'merged commit (default: GITHUB_SHA)').argParser(parseCommit))
    .option('--base <branch>', "branch of the merge (default: the repository's default branch)")
    .option('--manifest <file>', 'write the manifest of the reviewed plan')
    .option('--workflow <file>', 'workflow that plans', 'plan.yml')
    .addOption(json())
    .addHelpText('after', exitCodes('0 approved', '1 not approved, or failed', '2 wrong usage'))
    .addHelpText(
      'after',
      examples(
        'mturk-team verify-approval --commit "$GITHUB_SHA"',
        'mturk-team verify-approval --manifest manifest.json',
      ),
    )
    .action(async (options) => {
      const commit = options.commit ?? process.env.GITHUB_SHA ?? '';
      if (!isCommit(commit)) command.error('error: --commit is required if GITHUB_SHA is not set');
      const { base = null, manifest = null, workflow, json = false } = options;
      finish(await verifyApprovalCommand({ commit, base, manifest, workflow, json }, terminal, process.env));
    });
}
