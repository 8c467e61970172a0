import { createHash } from 'node:crypto';
import { type ApprovalProblem, fail, type PlanProblem, type Result, succeed } from '../../diagnostics/failure.ts';
import { fileOfArchive } from '../../github/artifacts.ts';
import type { GitHub, PullRequest, Review, Run } from '../../github/port.ts';
import { readManifest } from '../manifest/manifest.ts';
import type { Manifest } from '../manifest/schema.ts';

export interface Approval {
  readonly pull: number;
  /** The last commit of the pull request: the one that was approved. */
  readonly head: string;
  /** Logins, in the order of their approvals. */
  readonly by: readonly string[];
}

/**
 * The pull request that was merged into `base` as `commit`. A commit that was pushed directly has none. The merge of several
 * pull requests is refused: it does not show which of them was reviewed.
 */
async function pullRequestOf(
  github: GitHub,
  { commit, base }: { readonly commit: string; readonly base: string },
): Promise<Result<PullRequest>> {
  const found = await github.pullRequestsOf(commit);
  if (!found.ok) return found;
  const repository = nameOf(github);
  const merged = found.value.filter(
    (pull) =>
      pull.merged &&
      pull.mergeCommit === commit &&
      pull.base.ref === base &&
      pull.base.repository.toLowerCase() === repository,
  );
  const [only, ...others] = merged;
  if (only !== undefined && others.length === 0) return succeed(only);
  const because: ApprovalProblem =
    only === undefined
      ? { kind: 'no-pull-request' }
      : { kind: 'several-pull-requests', pulls: merged.map(({ number }) => number) };
  return fail('not-approved', { commit, pull: null, head: null, because: [because] });
}

/**
 * Whether someone with write access, other than the author, approved the last commit of the pull request that was merged
 * as this one, and no one with write access requests changes. Branch rules may be absent, bypassed or changed later.
 */
export async function verifyApproval(
  github: GitHub,
  asked: { readonly commit: string; readonly base: string },
): Promise<Result<Approval>> {
  const found = await pullRequestOf(github, asked);
  if (!found.ok) return found;
  const pull = found.value;
  const reviews = await github.reviews(pull.number);
  if (!reviews.ok) return reviews;
  const by: string[] = [];
  const problems: ApprovalProblem[] = [];
  let blocked = false;
  for (const review of latestOfEach(reviews.value)) {
    const writer = await mayWrite(github, review);
    if (!writer.ok) return writer;
    const verdict = verdictOn(review, pull, writer.value);
    if (verdict === 'ignored') continue;
    if (verdict === 'approves') by.push(review.author?.login ?? '');
    else {
      problems.push(verdict);
      blocked ||= verdict.kind === 'changes-requested';
    }
  }
  if (by.length > 0 && !blocked) return succeed({ pull: pull.number, head: pull.head.sha, by });
  return fail('not-approved', {
    commit: asked.commit,
    pull: pull.number,
    head: pull.head.sha,
    because: problems.length === 0 ? [{ kind: 'no-approval' }] : problems,
  });
}

/**
 * Each reviewer's latest review. A comment does not replace an approval, as on GitHub's own page. Reviews of deleted accounts
 * do not count, except that a request for changes stays open.
 */
function latestOfEach(reviews: readonly Review[]): Review[] {
  const latest = new Map<string, Review>();
  for (const review of reviews) {
    if (!['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(review.state)) continue;
    const key = review.author === null ? ` ${latest.size}` : review.author.login.toLowerCase();
    latest.delete(key);
    latest.set(key, review);
  }
  return [...latest.values()];
}

/** Whether a review approves; else why not, if that explains something. */
function verdictOn(review: Review, pull: PullRequest, mayWrite: boolean): 'approves' | 'ignored' | ApprovalProblem {
  const by = review.author?.login ?? 'a deleted account';
  if (review.state === 'DISMISSED') return { kind: 'dismissed', by };
  if (review.state === 'CHANGES_REQUESTED') {
    // Anyone may review a public repository; as on GitHub, only writers can block a merge.
    return mayWrite || review.author === null ? { kind: 'changes-requested', by } : 'ignored';
  }
  if (review.author === null) return { kind: 'no-write-access', by };
  if (review.author.isBot) return { kind: 'not-a-person', by };
  // The author may be the reviewer if the author's account is deleted.
  if (pull.author === null || by.toLowerCase() === pull.author.toLowerCase()) return { kind: 'author', by };
  if (review.commit !== pull.head.sha) return { kind: 'older-head', by, commit: review.commit ?? '' };
  return mayWrite ? 'approves' : { kind: 'no-write-access', by };
}

async function mayWrite(github: GitHub, { author, state }: Review): Promise<Result<boolean>> {
  if (author === null || author.isBot || state === 'DISMISSED') return succeed(false);
  const permission = await github.permissionOf(author.login);
  return permission.ok ? succeed(permission.value === 'admin' || permission.value === 'write') : permission;
}

/** `owner/name`, in lower case: GitHub's names ignore case. */
function nameOf({ repository: { owner, name } }: GitHub): string {
  return `${owner}/${name}`.toLowerCase();
}

/** The commit of a pull request, and the file name of the workflow that planned it. */
interface PlanSource {
  readonly head: string;
  readonly workflow: string;
}

export interface ApprovedManifest {
  readonly run: number;
  readonly manifest: Manifest;
  /** As it was downloaded. */
  readonly text: string;
}

/** What the plan workflow calls its artifact, and the file in it. */
const ARTIFACT = 'manifest';
const FILE = 'manifest.json';
const LARGEST_ARCHIVE = 16 * 1024 * 1024;

/**
 * The manifest that the plan workflow left for exactly this commit. The run must be of our own workflow and of a pull
 * request from this repository; an artifact of another commit, which can be forged, is never read.
 */
export async function approvedManifest(github: GitHub, source: PlanSource): Promise<Result<ApprovedManifest>> {
  const { head, workflow } = source;
  const refuse = (because: PlanProblem) => fail('no-approved-plan', { head, workflow, because });
  const runs = await github.runs(workflow, head, 'pull_request');
  if (!runs.ok) {
    // Without the workflow there is no plan either.
    return runs.failure.code === 'github-not-found' ? refuse({ kind: 'no-run' }) : runs;
  }
  const [newest] = runs.value;
  if (newest === undefined) return refuse({ kind: 'no-run' });
  // The filter is checked again: if GitHub ignored it, a fork's run would pass.
  const own = runs.value.filter((run) => isOwn(run, source, nameOf(github)));
  const run = own.find(({ status, conclusion }) => status === 'completed' && conclusion === 'success');
  if (run === undefined) {
    const [last] = own;
    return last === undefined
      ? refuse({ kind: 'foreign-run', run: newest.id })
      : refuse({ kind: 'not-successful', run: last.id, conclusion: last.conclusion ?? last.status });
  }
  const artifacts = await github.artifacts(run.id, ARTIFACT);
  if (!artifacts.ok) return artifacts;
  const named = artifacts.value.filter((each) => each.name === ARTIFACT && each.headSha === head);
  // Ids rise; an attempt that uploads again leaves a second artifact of the name.
  const [artifact] = named.sort((one, other) => other.id - one.id);
  if (artifact === undefined) return refuse({ kind: 'no-artifact', run: run.id, name: ARTIFACT });
  if (artifact.expired) return refuse({ kind: 'expired', run: run.id });
  if (artifact.digest === null) return refuse({ kind: 'no-digest', run: run.id });
  const archive = await github.download(artifact.id, LARGEST_ARCHIVE);
  if (!archive.ok) {
    const gone = archive.failure.code === 'github-not-found';
    return gone ? refuse({ kind: 'expired', run: run.id }) : archive;
  }
  const digest = `sha256:${createHash('sha256').update(archive.value).digest('hex')}`;
  if (digest !== artifact.digest.toLowerCase()) return refuse({ kind: 'digest-differs', run: run.id });
  const file = fileOfArchive(archive.value, FILE);
  if (!file.ok) return refuse({ kind: 'unreadable', run: run.id, reason: file.reason });
  const parsed = readManifest(file.text);
  if (!parsed.ok) return refuse({ kind: 'unreadable', run: run.id, reason: parsed.reason });
  if (!isAbout(parsed.value, run, head)) return refuse({ kind: 'other-subject', run: run.id });
  return succeed({ run: run.id, manifest: parsed.value, text: file.text });
}

function isOwn(run: Run, { head, workflow }: PlanSource, repository: string): boolean {
  // GitHub adds the branch to the path in places: `.github/workflows/plan.yml@main`.
  const [path] = run.path.split('@');
  return (
    path === `.github/workflows/${workflow}` &&
    run.event === 'pull_request' &&
    run.headSha === head &&
    run.headRepository?.toLowerCase() === repository
  );
}

/** If only failed jobs were rerun, the manifest is of an earlier attempt than the run's last. */
function isAbout({ head, run }: Manifest, { id, attempt }: Run, commit: string): boolean {
  return head.commit === commit && run.id === String(id) && run.attempt >= 1 && run.attempt <= attempt;
}
