import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { connectGitHub } from '../../github/client.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { type PublishRequest, publishComment } from '../../review/comment/publish.ts';
import { printJson, reportFailure } from '../io.ts';
import { addHelp, finish, json, matching, parseReason } from '../options.ts';

async function comment(
  { json, ...request }: PublishRequest & { readonly json: boolean },
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const outputs: Record<string, string> = {};
  const failure = await publishComment(request, connectGitHub(env), env, {
    log: (line) => terminal.stderr(`${line}\n`),
    output(more) {
      writeOutputs(env, more);
      Object.assign(outputs, more);
    },
  });
  if (failure !== null) return reportFailure(failure, terminal);
  const { 'comment-url': url = null, 'comment-action': action = null, 'issue-url': issueUrl = null } = outputs;
  if (json) printJson({ comment: url === null ? null : { url, action }, issueUrl }, terminal);
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    exitCodes: ['0 written, or nowhere to write', '1 failed', '2 wrong usage'],
    examples: [
      'mturk-team comment --state preview --preview preview.json',
      'mturk-team comment --state planned --preview preview.json --manifest manifest.json --drift-workflow drift.yml',
      'mturk-team comment --state applied --pull-request 12,14 --result result.json --issue',
    ],
  });
  command
    .addOption(
      new Option('--state <state>', 'how far the workflow is')
        .choices(['preview', 'planned', 'applied'])
        .makeOptionMandatory(),
    )
    .option('--preview <file>', 'output of preview --json')
    .option('--manifest <file>', 'output of plan --manifest; ignored if missing')
    .option('--result <file>', 'output of apply --result; ignored if missing')
    .option('--reason <reason>', 'why the workflow stopped; empty if it did not', parseReason)
    .option('--detail <text>', 'text to add to the reason', '')
    .option(
      '--pull-request <numbers>',
      "pull requests in place of the event's; empty if there is none",
      parsePullRequests,
    )
    .option('--drift-workflow <file>', 'workflow of the drift check: warn if the check is stale', parseWorkflow)
    .addOption(
      new Option('--changes-code <true|false>', 'whether the pull request also changes code').choices([
        'true',
        'false',
      ]),
    )
    .option('--issue', 'write the issue about failed applies, too')
    .option('--reveal', 'show account ids and ARNs')
    .addOption(json())
    .action(async ({ state, detail, ...options }) => {
      const { preview: review = null, manifest = null, result = null, driftWorkflow = null } = options;
      const { issue = false, reveal = false, json = false } = options;
      // commander turns a parsed null into an empty text.
      const [reason, pullRequests] = [options.reason || null, options.pullRequest || null];
      const changesCode = options.changesCode === 'true';
      const request = { state, detail, review, manifest, result, reason, pullRequests, driftWorkflow, changesCode };
      finish(await comment({ ...request, issue, reveal, json }, terminal, process.env));
    });
}

const parseWorkflow = matching(/^[\w.-]{1,100}\.ya?ml$/, "Write the name of a workflow's file, such as drift.yml.");

function parsePullRequests(text: string): readonly number[] | null {
  if (text === '') return null;
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/.test(text)) throw new InvalidArgumentError('Write numbers of pull requests.');
  return text.split(',').map(Number);
}
