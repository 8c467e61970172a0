import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { type Failure, isFailureReason } from '../../diagnostics/failure.ts';
import { connectGitHub } from '../../github/client.ts';
import { defaultBranchOfEvent } from '../../github/event.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { type Approval, verifyApproval } from '../../review/approval/approval.ts';
import { quoted, say } from '../../text/escape.ts';
import { checkWritable, printJson, reportFailure, type Terminal } from '../io.ts';
import { examples, exitCodes, finish, isCommit, json, parseCommit } from '../options.ts';

interface VerifyApprovalOptions {
  readonly commit: string;
  /** Where to write why it failed, for `comment`; null for nowhere. */
  readonly result: string | null;
  readonly json: boolean;
}

/** `verify-approval`: 0 if the commit is the merge of an approved pull request, else 1. */
async function verifyApprovalCommand(
  { commit, result, json }: VerifyApprovalOptions,
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const writable = await checkWritable([result]);
  if (!writable.ok) return reportFailure(writable.failure, terminal);
  const refuse = async (failure: Failure) => {
    writeRefusal(failure, env);
    const reason = isFailureReason(failure.code) ? failure.code : 'not-approved';
    if (result !== null) await writeJson(result, { version: 1, failure: { reason, error: failure } });
    return reportFailure(failure, terminal);
  };
  const github = connectGitHub(env);
  if (!github.ok) return refuse(github.failure);
  const asked = { commit, base: defaultBranchOfEvent(env), today: new Date().toISOString().slice(0, 10) };
  const approval = await verifyApproval(github.value, asked);
  if (!approval.ok) return refuse(approval.failure);
  const { pull, head, by } = approval.value;
  writeOutputs(env, { 'pull-request': pull, head, 'approved-by': by.join(',') });
  terminal.stderr(`${approvedLine(approval.value)}\n`);
  if (json) printJson({ pullRequest: pull, head, approvedBy: by }, terminal);
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
    .option('--result <file>', 'write a failure as JSON, for comment')
    .addOption(json())
    .addHelpText('after', exitCodes('0 approved', '1 not approved, or failed', '2 wrong usage'))
    .addHelpText('after', examples('mturk-team verify-approval --commit "$GITHUB_SHA"'))
    .action(async (options) => {
      const commit = options.commit ?? process.env.GITHUB_SHA ?? '';
      if (!isCommit(commit)) command.error('error: --commit is required if GITHUB_SHA is not set');
      const { result = null, json = false } = options;
      finish(await verifyApprovalCommand({ commit, result, json }, terminal, process.env));
    });
}
