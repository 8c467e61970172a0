import { createHash } from 'node:crypto';
import { fail, type PlanProblem, type Result, succeed } from '../../diagnostics/failure.ts';
import { fileOfArchive } from '../../github/artifacts.ts';
import type { Artifact, GitHub, Run } from '../../github/port.ts';
import { readManifest } from '../manifest/manifest.ts';
import type { Manifest } from '../manifest/schema.ts';

interface PlanSource {
  /** The commit of a pull request. */
  readonly head: string;
  /** ISO 8601. */
  readonly approvedAt: string;
}

export interface ReviewedPlan {
  readonly run: number;
  readonly manifest: Manifest;
  /** As it was downloaded. */
  readonly text: string;
}

const PLAN_WORKFLOW = 'plan.yml';
/** What the plan workflow calls its artifact, and the file in it. */
const ARTIFACT = 'manifest';
const FILE = 'manifest.json';
const LARGEST_ARCHIVE = 16 * 1024 * 1024;

/** A manifest's artifact with the run that left it, as one of its attempts ended. */
interface Plan {
  readonly run: Run;
  readonly artifact: Artifact;
}

/**
 * The manifest that the approver saw: the newest that the plan workflow left for exactly this commit and had finished with
 * before the approval. A later one that differs needs another approval. The run must be of our own workflow and of a pull
 * request from this repository; an artifact of another commit, which can be forged, is never read.
 */
export async function reviewedPlan(github: GitHub, source: PlanSource): Promise<Result<ReviewedPlan>> {
  const { head, approvedAt } = source;
  const refuse = (because: PlanProblem) => fail('no-approved-plan', { head, workflow: PLAN_WORKFLOW, because });
  const runs = await github.runs(PLAN_WORKFLOW, head, 'pull_request');
  if (!runs.ok) {
    // Without the workflow there is no plan either.
    return runs.failure.code === 'github-not-found' ? refuse({ kind: 'no-run' }) : runs;
  }
  const [newest] = runs.value;
  if (newest === undefined) return refuse({ kind: 'no-run' });
  // The filter is checked again: if GitHub ignored it, a fork's run would pass.
  const own = runs.value.filter((run) => isOwn(run, head, github));
  if (own.length === 0) return refuse({ kind: 'foreign-run', run: newest.id });
  const seen = await finishedBefore(github, own, approvedAt);
  if (!seen.ok) return seen;
  if (seen.value === null) return refuse(unfinished(own));

  const plans = await plansOf(github, own, head);
  if (!plans.ok) return plans;
  const run = seen.value;
  const reviewed = plans.value.find(
    ({ run: { id }, artifact }) => id === run.id && isUntil(artifact.createdAt, run.updatedAt),
  );
  if (reviewed === undefined) return refuse({ kind: 'no-artifact', run: run.id, name: ARTIFACT });
  const found = await manifestOf(github, { run, artifact: reviewed.artifact }, head);
  if (!found.ok) return found;
  if ('problem' in found.value) return refuse(found.value.problem);
  for (const later of plans.value.slice(0, plans.value.indexOf(reviewed))) {
    const other = await manifestOf(github, later, head);
    if (!other.ok) return other;
    if ('problem' in other.value || other.value.manifest.digest !== found.value.manifest.digest) {
      return refuse({ kind: 'planned-again', run: later.run.id });
    }
  }
  return succeed({ run: run.id, ...found.value });
}

function isOwn({ path, event, headSha, headRepository }: Run, head: string, { repository }: GitHub): boolean {
  // GitHub adds the branch to the path in places: `.github/workflows/plan.yml@main`.
  return (
    path.split('@')[0] === `.github/workflows/${PLAN_WORKFLOW}` &&
    event === 'pull_request' &&
    headSha === head &&
    headRepository?.toLowerCase() === `${repository.owner}/${repository.name}`.toLowerCase()
  );
}

/** The attempt of a run that succeeded last before that time, and the run as it was then; null if none did. */
async function finishedBefore(github: GitHub, runs: readonly Run[], time: string): Promise<Result<Run | null>> {
  let latest: Run | null = null;
  for (const run of runs) {
    let then: Run | null = run;
    while (then !== null && !(hasSucceeded(then) && isBefore(then.updatedAt, time))) {
      if (then.attempt <= 1) then = null;
      else {
        const earlier: Result<Run> = await github.attempt(run.id, then.attempt - 1);
        if (!earlier.ok) return earlier;
        then = earlier.value.attempt < then.attempt ? earlier.value : null;
      }
    }
    if (then !== null && (latest === null || isBefore(latest.updatedAt, then.updatedAt))) latest = then;
  }
  return succeed(latest);
}

/** Why none of the runs was finished before the approval. */
function unfinished(runs: readonly Run[]): PlanProblem {
  const late = runs.find(hasSucceeded);
  const [last] = runs;
  if (late !== undefined) return { kind: 'not-finished', run: late.id };
  return last === undefined
    ? { kind: 'no-run' }
    : { kind: 'not-successful', run: last.id, conclusion: last.conclusion ?? last.status };
}

function hasSucceeded({ status, conclusion }: Run): boolean {
  return status === 'completed' && conclusion === 'success';
}

/** Every manifest of the commit, the newest first: ids rise. */
async function plansOf(github: GitHub, runs: readonly Run[], head: string): Promise<Result<readonly Plan[]>> {
  const plans: Plan[] = [];
  for (const run of runs) {
    const artifacts = await github.artifacts(run.id, ARTIFACT);
    if (!artifacts.ok) return artifacts;
    const named = artifacts.value.filter(({ name, headSha }) => name === ARTIFACT && headSha === head);
    plans.push(...named.map((artifact) => ({ run, artifact })));
  }
  return succeed(plans.sort((one, other) => other.artifact.id - one.artifact.id));
}

/** The manifest in an artifact, or what is wrong with it. */
async function manifestOf(
  github: GitHub,
  { run, artifact }: Plan,
  head: string,
): Promise<Result<{ readonly manifest: Manifest; readonly text: string } | { readonly problem: PlanProblem }>> {
  const refuse = (problem: PlanProblem) => succeed({ problem });
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
  if (!isAbout(parsed.value, run, head) || !isOfItsTime(parsed.value, run))
    return refuse({ kind: 'other-subject', run: run.id });
  return succeed({ manifest: parsed.value, text: file.text });
}

/** If only failed jobs were rerun, the manifest is of an earlier attempt than the run's last. */
function isAbout({ head, run }: Manifest, { id, attempt }: Run, commit: string): boolean {
  return head.commit === commit && run.id === String(id) && run.attempt >= 1 && run.attempt <= attempt;
}

/** Between the clocks of GitHub and of the machine that ran the job. */
const CLOCKS_MS = 5 * 60_000;

/** Which access has begun or ended depends on the time that a manifest names. */
function isOfItsTime({ review }: Manifest, { createdAt, updatedAt }: Run): boolean {
  const at = Date.parse(review.at);
  return at >= Date.parse(createdAt) - CLOCKS_MS && at <= Date.parse(updatedAt) + CLOCKS_MS;
}

function isBefore(one: string, other: string): boolean {
  return Date.parse(one) < Date.parse(other);
}

function isUntil(one: string | null, other: string): boolean {
  return one !== null && Date.parse(one) <= Date.parse(other);
}
