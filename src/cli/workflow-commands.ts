import { type Command, InvalidArgumentError, Option } from 'commander';
import { FAILURE_REASONS, type FailureReason, isFailureReason } from '../diagnostics/pipeline-codes.ts';
import type { Terminal } from './io.ts';
import { DEFAULT_FILE, dayOf, examples, finish, parseDay, today } from './options.ts';

/** The commands that the workflows are made of, one for each step. */
export function addWorkflowCommands(program: Command, terminal: Terminal): void {
  program
    .command('review')
    .description(
      'say what a change of the team file does to whom; exits 0 without changes, 2 with changes, 1 on an error',
    )
    .requiredOption('--base <file>', 'the team file as it was; an empty one where there was none')
    .requiredOption('--head <file>', 'the team file as it would be')
    .option('--manifest <file>', 'what a plan of it said (plan --manifest)')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'markdown', 'json']).default('text'))
    .addOption(
      new Option('--since <YYYY-MM-DD>', 'the day on which the earlier file was applied, UTC')
        .argParser(parseDay)
        .default(undefined, 'today'),
    )
    .addOption(today())
    .addHelpText(
      'after',
      examples(
        'mturk-team review --base main/team.yaml --head team.yaml',
        'mturk-team review --base main/team.yaml --head team.yaml --manifest manifest.json --format markdown',
      ),
    )
    .action(async (options) => {
      const { review } = await import('./commands/preview.ts');
      const { base, head, format } = options;
      const [manifest, since] = [options.manifest ?? null, options.since ?? null];
      finish(await review({ base, head, manifest, format, since, today: dayOf(options) }, terminal));
    });

  program
    .command('comment')
    .description("write or update the one comment on the workflow's pull request, and the job's summary")
    .addOption(
      new Option('--state <state>', 'how far the workflow came')
        .choices(['offline', 'planned', 'applying', 'applied'])
        .makeOptionMandatory(),
    )
    .option('--review <file>', 'what review --format json printed')
    .option('--manifest <file>', 'what plan --manifest wrote; left out where it is not there')
    .option('--result <file>', 'what apply --result wrote; left out where it is not there')
    .addOption(new Option('--reason <reason>', 'why it stopped; empty where it did not').argParser(parseReason))
    .option('--detail <text>', 'what was said when it stopped', '')
    .addOption(
      new Option('--pull-request <number>', "instead of the event's; empty where there is none").argParser(
        parsePullRequest,
      ),
    )
    .addOption(
      new Option(
        '--heartbeat <file>',
        'warn where this workflow, which looks at the account (drift.yml), has not for too long',
      ).argParser(parseWorkflow),
    )
    .addOption(
      new Option('--changes-code <true|false>', 'whether the pull request changes code, too').choices([
        'true',
        'false',
      ]),
    )
    .option('--issue', 'keep the issue about failed applies, too')
    .option('--reveal', 'show account ids and ARNs')
    .addHelpText(
      'after',
      examples(
        'mturk-team comment --state offline --review review.json',
        'mturk-team comment --state planned --review review.json --manifest manifest.json --heartbeat drift.yml',
        'mturk-team comment --state applied --pull-request 12 --result result.json --issue',
      ),
    )
    .action(async (options) => {
      const { comment } = await import('./commands/comment.ts');
      finish(
        await comment(
          {
            state: options.state,
            review: options.review ?? null,
            manifest: options.manifest ?? null,
            result: options.result ?? null,
            // Commander turns what a parser gives as null into an empty text.
            reason: options.reason || null,
            detail: options.detail,
            pullRequest: options.pullRequest || null,
            heartbeat: options.heartbeat ?? null,
            changesCode: options.changesCode === 'true',
            issue: options.issue === true,
            reveal: options.reveal === true,
          },
          terminal,
          process.env,
        ),
      );
    });

  program
    .command('verify-approval')
    .description('ask GitHub whether a merged commit was approved, and fetch the plan that was reviewed')
    .addOption(new Option('--commit <sha>', 'the merged commit').argParser(parseCommit))
    .option('--base <branch>', "the branch that it was merged into (the repository's default one)")
    .option('--manifest <file>', 'where to write the manifest of the reviewed plan')
    .option('--workflow <file>', 'the workflow that plans', 'plan.yml')
    .addHelpText(
      'after',
      examples(
        'mturk-team verify-approval --commit "$GITHUB_SHA"',
        'mturk-team verify-approval --manifest manifest.json',
      ),
    )
    .action(async (options) => {
      const { verifyApprovalCommand } = await import('./commands/verify-approval.ts');
      const commit = options.commit ?? process.env.GITHUB_SHA ?? '';
      if (!isCommit(commit)) program.error("error: option '--commit <sha>' is needed where GITHUB_SHA is not set");
      finish(
        await verifyApprovalCommand(
          { commit, base: options.base ?? null, manifest: options.manifest ?? null, workflow: options.workflow },
          terminal,
          process.env,
        ),
      );
    });

  program
    .command('is-newest')
    .description('ask GitHub whether a commit is the newest of its branch: a run of an older one must change nothing')
    .addOption(new Option('--commit <sha>', 'the commit').argParser(parseCommit).makeOptionMandatory())
    .option('--branch <branch>', 'the branch', 'main')
    .addHelpText('after', examples('mturk-team is-newest --commit "$GITHUB_SHA"'))
    .action(async ({ commit, branch }) => {
      const { isNewest } = await import('./commands/is-newest.ts');
      finish(await isNewest({ commit, branch }, terminal, process.env));
    });

  program
    .command('drift-issue')
    .description('Write the issues about drift, and the job summary')
    .requiredOption('--report <file>', 'report.json of the scan; a missing file is a failed check')
    .option('--reconciled <file>', 'report.json of reconcile, if that job ran')
    .addOption(new Option('--reason <reason>', 'why the workflow stopped; empty if it did not').argParser(parseReason))
    .addOption(
      new Option('--commit <sha>', "the checked commit (default: the report's)").argParser((text) =>
        text === '' ? null : parseCommit(text),
      ),
    )
    .option('--branch <branch>', 'the branch whose newest commit it must be', 'main')
    .addHelpText(
      'after',
      examples(
        'mturk-team drift-issue --report report.json',
        'mturk-team drift-issue --report report.json --reconciled reconcile/report.json --commit "$COMMIT"',
        'mturk-team drift-issue --report none.json --reason credentials-failed',
      ),
    )
    .action(async (options) => {
      const { driftIssue } = await import('./commands/drift-issue.ts');
      const { report, branch } = options;
      const [reconciled, reason, commit] = [options.reconciled ?? null, options.reason || null, options.commit || null];
      finish(await driftIssue({ report, reconciled, reason, commit, branch }, terminal, process.env));
    });

  program
    .command('codeowners')
    .description('make .github/CODEOWNERS from the owners of the team file')
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .option('--write', 'write it beside the team file, in place of printing it')
    .addOption(today())
    .addHelpText('after', examples('mturk-team codeowners', 'mturk-team codeowners --write'))
    .action(async (file: string, options) => {
      const { codeowners } = await import('./commands/codeowners.ts');
      finish(await codeowners({ file, today: dayOf(options), write: options.write === true }, terminal));
    });
}

function parseReason(text: string): FailureReason | null {
  if (text === '') return null;
  if (!isFailureReason(text)) throw new InvalidArgumentError(`It is one of ${FAILURE_REASONS.join(', ')}.`);
  return text;
}

function parseWorkflow(text: string): string {
  if (!/^[\w.-]{1,100}\.ya?ml$/.test(text))
    throw new InvalidArgumentError("Write the name of a workflow's file, such as drift.yml.");
  return text;
}

function parsePullRequest(text: string): number | null {
  if (text === '') return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write the number of a pull request.');
  return Number(text);
}

function parseCommit(text: string): string {
  if (!isCommit(text)) throw new InvalidArgumentError('Write all digits of a commit.');
  return text;
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);
}
