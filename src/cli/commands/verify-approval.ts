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
  readonly json: boolean;
}

/** `verify-approval`: 0 if the commit is the merge of an approved pull request whose plan had been reviewed, else 1. */
async function verifyApprovalCommand(
  { commit, manifest: file, baseTeam, json }: VerifyApprovalOptions,
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const files = [file, baseTeam].filter((each) => each !== null);
  for (const each of files) await mkdir(dirname(each), { recursive: true }).catch(() => {});
  const writable = await checkWritable(files);
  if (!writable.ok) return refuse(writable.failure, terminal, env);
  const github = connectGitHub(env);
  if (!github.ok) return refuse(github.failure, terminal, env);
  const now = new Date();
  const asked = { commit, base: defaultBranchOfEvent(env), today: now.toISOString().slice(0, 10) };
  const approval = await verifyApproval(github.value, asked);
  if (!approval.ok) return refuse(approval.failure, terminal, env);
  const { pull, head, by, at, teamBefore } = approval.value;
  writeOutputs(env, { 'pull-request': pull, head, 'approved-by': by.join(',') });
  terminal.stderr(`${approvedLine(approval.value)}\n`);
  const reviewed = await reviewedPlan(github.value, { head, approvedAt: at });
  if (!reviewed.ok) return refuse(reviewed.failure, terminal, env);
  const { run, manifest, text } = reviewed.value;
  writeOutputs(env, { 'plan-run': run });
  if (file !== null) {
    await writeFile(file, text);
    terminal.stderr(`${say`Wrote the reviewed plan ${manifest.digest.slice(0, 12)} of run ${run} to ${file}.`}\n`);
  }
  if (baseTeam !== null) await writeFile(baseTeam, teamBefore);
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
    .option('--manifest <file>', 'write the manifest of the reviewed plan')
    .option('--base-team <file>', 'write team.yaml as it was before the merge')
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
      const { manifest = null, baseTeam = null, json = false } = options;
      finish(await verifyApprovalCommand({ commit, manifest, baseTeam, json }, terminal, process.env));
    });
}
