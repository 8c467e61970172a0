import { type Failure, type Result, succeed } from '../../diagnostics/failure.ts';
import { defaultBranchOfEvent, pullRequestOfEvent } from '../../github/event.ts';
import { reportIssue } from '../../github/issues.ts';
import { writeSummary } from '../../github/outputs.ts';
import type { GitHub } from '../../github/port.ts';
import { upsertSticky } from '../../github/sticky.ts';
import { DEFAULT_SETTINGS } from '../../team/team.ts';
import { say, visible } from '../../text/escape.ts';
import { warningText } from '../../text/failures/failures.ts';
import { counted } from '../../text/text.ts';
import { type CommentView, commentMarker, renderComment, renderSummary } from './comment.ts';
import { type CommentRequest, commentFacts, issueMarkers, issueReport } from './comment-input.ts';
import { findStaleDriftCheck } from './stale-drift-check.ts';

interface Output {
  log(line: string): void;
  output(outputs: Readonly<Record<string, string>>): void;
}

export interface PublishRequest extends CommentRequest {
  /** Null: the one of the event. */
  readonly pullRequests: readonly number[] | null;
  /** The workflow that checks for drift (`drift.yml`), to warn if it is overdue; null asks nothing. */
  readonly driftWorkflow: string | null;
  readonly issue: boolean;
}

/** The lab of a comment that was written before the lab was known. */
const UNKNOWN_LAB = 'unknown';

/** Writes the comments, the job's summary and, if asked, the issue about applies. Returns why one of them is not written. */
export async function publishComment(
  request: PublishRequest,
  connected: Result<GitHub>,
  env: NodeJS.ProcessEnv,
  out: Output,
): Promise<Failure | null> {
  const { log } = out;
  const { view: known, unusable } = await commentFacts(request, env, new Date());
  for (const line of unusable) log(line);
  if (!connected.ok) {
    writeSummary(env, renderSummary(known));
    return connected.failure;
  }
  const github = connected.value;
  const place = await placeOf(request, github, env);
  const pulls = place.ok && place.value.kind === 'here' ? place.value.pulls : [];
  const [pull = null] = pulls;
  const view = {
    ...known,
    lab: known.review?.lab ?? (pull === null ? null : await labOfComments(github, pull)) ?? UNKNOWN_LAB,
    staleDriftCheck: await staleCheckOf(request, known, github, env, log),
  };
  writeSummary(env, renderSummary(view));
  if (!place.ok) return place.failure;
  if (place.value.kind === 'nowhere') log(NOT_COMMENTED[place.value.because]);
  let failure: Failure | null = null;
  for (const each of pulls) failure = (await writeComment(github, each, view, out)) ?? failure;
  const reported = request.issue ? await writeIssue(github, view, out) : null;
  return reported ?? failure;
}

async function writeComment(
  github: GitHub,
  pull: number,
  view: CommentView & { readonly lab: string },
  { log, output }: Output,
): Promise<Failure | null> {
  const markers = [view.lab, UNKNOWN_LAB].map(commentMarker);
  const written = await upsertSticky(github, { pull, markers, body: renderComment(view) });
  if (!written.ok) return written.failure;
  const { action, url, minimized, unfinished } = written.value;
  output({ 'comment-url': url, 'comment-action': action });
  const others = minimized === 0 ? '' : `; ${counted(minimized, 'older comment')} hidden`;
  log(`${say`Comment ${action}: `}${visible(url)}${others}`);
  return unfinished;
}

async function writeIssue(
  github: GitHub,
  view: CommentView & { readonly lab: string },
  { log, output }: Output,
): Promise<Failure | null> {
  const report = issueReport(view);
  if (report === null) return null;
  const written = await reportIssue(github, { markers: issueMarkers(view.lab), report });
  if (!written.ok) return written.failure;
  const { action, url, unfinished } = written.value;
  if (unfinished !== null) log(warningText(unfinished));
  log(url === null ? 'No issue to open or close.' : `${say`Issue ${action}: `}${visible(url)}`);
  if (url !== null) output({ 'issue-url': url });
  return null;
}

/** The comment's own time counts, so that its text and its footer agree. */
async function staleCheckOf(
  { driftWorkflow: file }: PublishRequest,
  { review, footer }: CommentView,
  github: GitHub,
  env: NodeJS.ProcessEnv,
  log: Output['log'],
) {
  if (file === null) return null;
  const everyHours = review?.driftEveryHours ?? DEFAULT_SETTINGS.driftEveryHours;
  const asked = { file, branch: defaultBranchOfEvent(env), everyHours, now: new Date(footer.at) };
  return findStaleDriftCheck(github, asked, log);
}

const NOT_COMMENTED = {
  fork: 'No comment: tokens of pull requests from forks cannot write one. See the job summary.',
  'no-pull-request': 'No comment: no pull request was merged since the last apply.',
  'newer-commit': 'No comment: the pull request has a newer commit, whose own run writes it.',
} as const;

type Place =
  | { readonly kind: 'here'; readonly pulls: readonly number[] }
  | { readonly kind: 'nowhere'; readonly because: keyof typeof NOT_COMMENTED };

async function placeOf(
  { pullRequests, state }: PublishRequest,
  github: GitHub,
  env: NodeJS.ProcessEnv,
): Promise<Result<Place>> {
  if (pullRequests !== null) return succeed({ kind: 'here', pulls: pullRequests });
  const isApply = state === 'applied' || state === 'apply-failed';
  if (isApply) return succeed({ kind: 'nowhere', because: 'no-pull-request' });
  const event = pullRequestOfEvent(env);
  if (!event.ok) return event;
  const { number, head, fromFork } = event.value;
  if (fromFork) return succeed({ kind: 'nowhere', because: 'fork' });
  // A late or repeated run must not overwrite the comment of a newer commit, unless GitHub does not say which is newest.
  const pull = await github.pullRequest(number);
  const isNewest = !pull.ok || pull.value.head.sha === head;
  return succeed(isNewest ? { kind: 'here', pulls: [number] } : { kind: 'nowhere', because: 'newer-commit' });
}

/** The lab that an earlier comment of ours names: a run that failed early does not know the lab. */
async function labOfComments(github: GitHub, pull: number): Promise<string | null> {
  const [me, comments] = [await github.me(), await github.comments(pull)];
  if (!me.ok || !comments.ok) return null;
  const labs = comments.value.flatMap(({ author, body }) => {
    const lab = /^<!-- mturk-team:([\w.+=,@-]+) -->/.exec(body)?.[1];
    return lab === undefined || author?.toLowerCase() !== me.value.toLowerCase() ? [] : [lab];
  });
  return labs.findLast((lab) => lab !== UNKNOWN_LAB) ?? null;
}
