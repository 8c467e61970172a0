import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Failure, type FailureReason, type Result, succeed } from '../../diagnostics/failure.ts';
import { connectGitHub } from '../../github/client.ts';
import { defaultBranchOfEvent, type PullRequestEvent, pullRequestOfEvent } from '../../github/event.ts';
import { reportIssue } from '../../github/issues.ts';
import { writeOutputs, writeSummary } from '../../github/outputs.ts';
import type { GitHub } from '../../github/port.ts';
import { upsertSticky } from '../../github/sticky.ts';
import { type CommentState, commentMarker, renderComment, renderSummary } from '../../review/comment/comment.ts';
import {
  type CommentFacts,
  type CommentFiles,
  commentFacts,
  issueMarkers,
  issueReport,
} from '../../review/comment/facts.ts';
import type { StaleDriftCheck } from '../../review/comment/stale-drift-check.ts';
import { DEFAULT_SETTINGS } from '../../team/team.ts';
import { say, visible } from '../../text/escape.ts';
import { counted } from '../../text/text.ts';
import type { Terminal } from '../io.ts';
import { examples, exitCodes, finish, GROUPS, parseReason } from '../options.ts';
import { reportFailure } from '../report-failure.ts';
import { findStaleDriftCheck } from '../stale-drift-check.ts';

export interface CommentOptions extends CommentFiles {
  readonly state: CommentState;
  readonly reason: FailureReason | null;
  /** The words that go with the reason; may be empty. */
  readonly detail: string;
  /** Null: the one of the event. */
  readonly pullRequest: number | null;
  /** The workflow that looks at the account (`drift.yml`), to warn where it has not for too long; null asks nothing. */
  readonly driftWorkflow: string | null;
  readonly changesCode: boolean;
  /** Keep the issue about applies, too. */
  readonly issue: boolean;
  readonly reveal: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The lab of a comment that was written before anybody knew the lab. */
const NOBODYS = commentMarker('unknown');

/**
 * `comment`: writes or updates the one comment on the pull request, and the job's summary; with `--issue` opens, updates
 * or closes the issue about applies. 0 when all of it stands (or there is nowhere to write), 1 with the reason.
 */
export async function comment(options: CommentOptions, terminal: Terminal, env: Environment): Promise<number> {
  const facts = await commentFacts(options, env, new Date());
  for (const line of facts.unusable) terminal.stderr(`${line}\n`);
  const github = connectGitHub(env);
  if (!github.ok) {
    writeSummary(env, renderSummary(facts.view));
    return reportFailure(github.failure, terminal);
  }
  const place = await placeOf(options, github.value, env);
  const lab =
    facts.lab ?? (place.ok && place.value.kind === 'here' ? await labOf(github.value, place.value.pull) : null);
  const view = {
    ...facts.view,
    lab: lab ?? 'unknown',
    staleDriftCheck: await staleCheckNow(options, facts, github.value, terminal, env),
  };
  writeSummary(env, renderSummary(view));
  if (!place.ok) return reportFailure(place.failure, terminal);
  let failure: Failure | null = null;
  if (place.value.kind === 'nowhere') {
    terminal.stderr(`${NOT_COMMENTED[place.value.because]}\n`);
  } else {
    const markers = [commentMarker(view.lab), NOBODYS];
    const written = await upsertSticky(github.value, { pull: place.value.pull, markers, body: renderComment(view) });
    failure = written.ok ? written.value.unfinished : written.failure;
    if (written.ok) {
      writeOutputs(env, { 'comment-url': written.value.url, 'comment-action': written.value.action });
      const { action, url, minimized } = written.value;
      const others = minimized === 0 ? '' : `; ${counted(minimized, 'older comment')} hidden`;
      terminal.stderr(`${say`Comment ${action}: `}${visible(url)}${others}\n`);
    }
  }
  if (options.issue) {
    const report = issueReport(view);
    const written =
      report === null ? null : await reportIssue(github.value, { markers: issueMarkers(view.lab), report });
    if (written?.ok === true) {
      const { action, url } = written.value;
      terminal.stderr(url === null ? 'No issue to open or close.\n' : `${say`Issue ${action}: `}${visible(url)}\n`);
      if (url !== null) writeOutputs(env, { 'issue-url': url });
    }
    failure = written?.ok === false ? written.failure : failure;
  }
  return failure === null ? 0 : reportFailure(failure, terminal);
}

/** The comment's own moment counts, so that its words and its footer agree. */
async function staleCheckNow(
  { driftWorkflow: file }: CommentOptions,
  { view: { review, footer } }: CommentFacts,
  github: GitHub,
  terminal: Terminal,
  env: Environment,
): Promise<StaleDriftCheck | null> {
  if (file === null) return null;
  const everyHours = review?.driftEveryHours ?? DEFAULT_SETTINGS.driftEveryHours;
  const asked = { file, branch: defaultBranchOfEvent(env), everyHours, now: new Date(footer.at) };
  return findStaleDriftCheck(github, asked, terminal);
}

/** Why no comment is written although nothing failed. */
const NOT_COMMENTED = {
  fork: 'No comment: tokens of pull requests from forks cannot write one. See the job summary.',
  'no-pull-request': 'No comment: this commit belongs to no pull request.',
  'newer-commit': 'No comment: the pull request has a newer commit, whose own run writes it.',
} as const;

type Place =
  | { readonly kind: 'here'; readonly pull: number }
  | { readonly kind: 'nowhere'; readonly because: keyof typeof NOT_COMMENTED };

async function placeOf(
  { pullRequest, state }: CommentOptions,
  github: GitHub,
  env: Environment,
): Promise<Result<Place>> {
  if (pullRequest !== null) return succeed({ kind: 'here', pull: pullRequest });
  const isApply = state === 'applying' || state === 'applied' || state === 'apply-failed';
  if (isApply) return succeed({ kind: 'nowhere', because: 'no-pull-request' });
  const event = pullRequestOfEvent(env);
  if (!event.ok) return event;
  if (event.value.fromFork) return succeed({ kind: 'nowhere', because: 'fork' });
  return (await checkHead(github, event.value))
    ? succeed({ kind: 'here', pull: event.value.number })
    : succeed({ kind: 'nowhere', because: 'newer-commit' });
}

/** A late or repeated run must not overwrite the comment of a newer commit. */
async function checkHead(github: GitHub, { number, head }: PullRequestEvent): Promise<boolean> {
  const pull = await github.pullRequest(number);
  // Not knowing is no reason to leave a good comment of an older commit standing.
  return !pull.ok || pull.value.head.sha === head;
}

/** The lab that an earlier comment of ours names: the runs that know nothing of the lab are those that failed early. */
async function labOf(github: GitHub, pull: number): Promise<string | null> {
  const [me, comments] = [await github.me(), await github.comments(pull)];
  if (!me.ok || !comments.ok) return null;
  const labs = comments.value.flatMap(({ author, body }) => {
    const lab = /^<!-- mturk-team:([\w.+=,@-]+) -->/.exec(body)?.[1];
    return lab === undefined || author?.toLowerCase() !== me.value.toLowerCase() ? [] : [lab];
  });
  return labs.findLast((lab) => lab !== 'unknown') ?? null;
}

export function register(program: Command, terminal: Terminal): void {
  program
    .command('comment')
    .helpGroup(GROUPS.ci)
    .description('Write or update the comment on the pull request')
    .addOption(
      new Option('--state <state>', 'how far the workflow is')
        .choices(['preview', 'planned', 'applying', 'applied'])
        .makeOptionMandatory(),
    )
    .option('--preview <file>', 'output of preview --format json')
    .option('--manifest <file>', 'output of plan --manifest; ignored if missing')
    .option('--result <file>', 'output of apply --result; ignored if missing')
    .addOption(new Option('--reason <reason>', 'why the workflow stopped; empty if it did not').argParser(parseReason))
    .option('--detail <text>', 'text to add to the reason', '')
    .addOption(
      new Option('--pull-request <number>', "pull request in place of the event's; empty if there is none").argParser(
        parsePullRequest,
      ),
    )
    .addOption(
      new Option('--drift-workflow <file>', 'workflow of the drift check: warn if the check is stale').argParser(
        parseWorkflow,
      ),
    )
    .addOption(
      new Option('--changes-code <true|false>', 'whether the pull request also changes code').choices([
        'true',
        'false',
      ]),
    )
    .option('--issue', 'write the issue about failed applies, too')
    .option('--reveal', 'show account ids and ARNs')
    .addHelpText('after', exitCodes('0 written, or nowhere to write', '1 failed', '2 wrong usage'))
    .addHelpText(
      'after',
      examples(
        'mturk-team comment --state preview --preview preview.json',
        'mturk-team comment --state planned --preview preview.json --manifest manifest.json --drift-workflow drift.yml',
        'mturk-team comment --state applied --pull-request 12 --result result.json --issue',
      ),
    )
    .action(async (options) => {
      const { state, detail } = options;
      const [review, manifest, result] = [options.preview ?? null, options.manifest ?? null, options.result ?? null];
      const files = { review, manifest, result };
      // commander turns a parsed null into an empty text.
      const [reason, pullRequest] = [options.reason || null, options.pullRequest || null];
      const [issue, reveal] = [options.issue === true, options.reveal === true];
      const driftWorkflow = options.driftWorkflow ?? null;
      const changesCode = options.changesCode === 'true';
      const request = { state, detail, ...files, reason, pullRequest, driftWorkflow, changesCode, issue, reveal };
      finish(await comment(request, terminal, process.env));
    });
}

function parseWorkflow(text: string): string {
  if (!/^[\w.-]{1,100}\.ya?ml$/.test(text)) {
    throw new InvalidArgumentError("Write the name of a workflow's file, such as drift.yml.");
  }
  return text;
}

function parsePullRequest(text: string): number | null {
  if (text === '') return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write the number of a pull request.');
  return Number(text);
}
