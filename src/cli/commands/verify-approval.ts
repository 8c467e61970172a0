import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { type Failure, isFailureReason } from '../../diagnostics/failure.ts';
import { connectGitHub } from '../../github/client.ts';
import { defaultBranchOfEvent } from '../../github/event.ts';
import { writeOutputs, writeSummary } from '../../github/outputs.ts';
import { type Approval, verifyApproval } from '../../review/approval/approval.ts';
import { reviewedPlan } from '../../review/approval/reviewed-plan.ts';
import { renderApproved } from '../../review/comment/facts.ts';
import { quoted, say } from '../../text/escape.ts';
import { checkWritable, printJson, reportFailure, type Terminal } from '../io.ts';
import { examples, exitCodes, finish, isCommit, json, parseCommit } from '../options.ts';

interface VerifyApprovalOptions {
  readonly commit: string;
  /** Where to write the manifest of the reviewed plan; null for nowhere. */
  readonly manifest: string | null;
  /** Where to write the team file before the merge; null for nowhere. */
  readonly baseTeam: string | null;
  /** Where to write who approved it, for `apply`; null for nowhere. */
  readonly approval: string | null;
  /** Where to write why it failed, for `comment`; null for nowhere. */
  readonly result: string | null;
  readonly json: boolean;
}

/** `verify-approval`: 0 if the commit is the merge of an approved pull request whose plan had been reviewed, else 1. */
async function verifyApprovalCommand(
  { commit, manifest: file, baseTeam, approval: approvalFile, result, json }: VerifyApprovalOptions,
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const files = [file, baseTeam, approvalFile, result].filter((each) => each !== null);
  for (const each of files) await mkdir(dirname(each), { recursive: true }).catch(() => {});
  const writable = await checkWritable(files);
  if (!writable.ok) return reportFailure(writable.failure, terminal);
  const refuse = async (failure: Failure) => {
    writeRefusal(failure, env);
    const reason = isFailureReason(failure.code) ? failure.code : 'not-approved';
    if (result !== null) await writeJson(result, { version: 1, failure: { reason, error: failure } });
    return reportFailure(failure, terminal);
  };
  const github = connectGitHub(env);
  if (!github.ok) return refuse(github.failure);
  const now = new Date();
  const asked = { commit, base: defaultBranchOfEvent(env), today: now.toISOString().slice(0, 10) };
  const approval = await verifyApproval(github.value, asked);
  if (!approval.ok) return refuse(approval.failure);
  const { pull, head, by, how, at, mergedAt, teamBefore } = approval.value;
  writeOutputs(env, { 'pull-request': pull, head, 'approved-by': by.join(',') });
  terminal.stderr(`${approvedLine(approval.value)}\n`);
  const reviewed = await reviewedPlan(github.value, { head, approvedAt: at });
  if (!reviewed.ok) return refuse(reviewed.failure);
  const { run, manifest, text } = reviewed.value;
  writeOutputs(env, { 'plan-run': run });
  if (file !== null) {
    await writeFile(file, text);
    terminal.stderr(`${say`Wrote the reviewed plan ${manifest.digest.slice(0, 12)} of run ${run} to ${file}.`}\n`);
  }
  if (baseTeam !== null) await writeFile(baseTeam, teamBefore);
  if (approvalFile !== null) await writeJson(approvalFile, { version: 1, pull, head, by, how, mergedAt });
  writeSummary(env, renderApproved(approval.value, manifest, env, now));
  if (json) printJson({ pullRequest: pull, head, approvedBy: by, planRun: run }, terminal);
  return 0;
}

function approvedLine({ pull, head, by, how }: Approval): string {
  const approvers = by.map((login) => quoted(login)).join(', ');
  const commit = head.slice(0, 7);
  return how === 'self'
    ? `${say`Pull request #${pull} was merged at ${commit} by its author `}${approvers}, the only owner.`
    : `${say`Pull request #${pull} was approved at ${commit} by `}${approvers}.`;
}

async function writeJson(file: string, data: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(data, null, 2)}\n`);
}

/** The pull request is an output even then: the job that reports the failure needs it. */
function writeRefusal(failure: Failure, env: NodeJS.ProcessEnv): void {
  if (failure.code === 'not-approved' && failure.args.pull !== null) {
    writeOutputs(env, { 'pull-request': failure.args.pull });
  }
  if (isFailureReason(failure.code)) writeOutputs(env, { 'failure-reason': failure.code });
}

export function register(command: Command, terminal: Terminal): void {
  command
    .addOption(new Option('--commit <sha>', 'merged commit (default: GITHUB_SHA)').argParser(parseCommit))
    .option('--manifest <file>', 'write the manifest of the reviewed plan')
    .option('--base-team <file>', 'write team.yaml as it was before the merge')
    .option('--approval <file>', 'write who approved it, for apply')
    .option('--result <file>', 'write a failure as JSON, for comment')
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
      const { manifest = null, baseTeam = null, approval = null, result = null, json = false } = options;
      const asked = { commit, manifest, baseTeam, approval, result, json };
      finish(await verifyApprovalCommand(asked, terminal, process.env));
    });
}
