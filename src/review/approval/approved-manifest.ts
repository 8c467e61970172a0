import { createHash } from 'node:crypto';
import { fail, type PlanProblem, type Result, succeed } from '../../diagnostics/failure.ts';
import { fileOfArchive } from '../../github/artifacts.ts';
import type { Artifact, GitHub, Run } from '../../github/port.ts';
import { nameOf } from './approval.ts';

/** The part of a manifest that binds it to what it is about. */
export interface Bound {
  readonly head: { readonly commit: string | null };
  readonly run: { readonly id: string | null; readonly attempt: number | null };
}

export interface PlanSource<M> {
  /** The last commit of the pull request. */
  readonly head: string;
  /** The workflow's file name below `.github/workflows/`. */
  readonly workflow: string;
  /** The artifact's name, and that of the one file in it. */
  readonly artifact: string;
  readonly file: string;
  /** Reads the file as untrusted data. */
  parse(text: string): { readonly ok: true; readonly value: M } | { readonly ok: false; readonly reason: string };
}

export interface ApprovedManifest<M> {
  readonly run: number;
  readonly manifest: M;
  /** As it was downloaded. */
  readonly text: string;
}

const LARGEST_ARCHIVE = 16 * 1024 * 1024;

/**
 * The manifest that the plan workflow left for exactly this commit. It is sound because that run was of our own
 * workflow, for a pull request from this repository (the workflow file is the pull request's, and it is what was
 * reviewed), and because a forged artifact at another commit is never looked at.
 */
export async function approvedManifest<M extends Bound>(
  github: GitHub,
  source: PlanSource<M>,
): Promise<Result<ApprovedManifest<M>>> {
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
  const artifacts = await github.artifacts(run.id, source.artifact);
  if (!artifacts.ok) return artifacts;
  const named = artifacts.value.filter((each) => each.name === source.artifact && each.headSha === head);
  const artifact = newestOf(named);
  if (artifact === null) return refuse({ kind: 'no-artifact', run: run.id, name: source.artifact });
  if (artifact.expired) return refuse({ kind: 'expired', run: run.id });
  if (artifact.digest === null) return refuse({ kind: 'no-digest', run: run.id });
  const archive = await github.download(artifact.id, LARGEST_ARCHIVE);
  if (!archive.ok) {
    const gone = archive.failure.code === 'github-not-found';
    return gone ? refuse({ kind: 'expired', run: run.id }) : archive;
  }
  const digest = `sha256:${createHash('sha256').update(archive.value).digest('hex')}`;
  if (digest !== artifact.digest.toLowerCase()) return refuse({ kind: 'digest-differs', run: run.id });
  const file = fileOfArchive(archive.value, source.file);
  if (!file.ok) return refuse({ kind: 'unreadable', run: run.id, reason: file.reason });
  const parsed = source.parse(file.text);
  if (!parsed.ok) return refuse({ kind: 'unreadable', run: run.id, reason: parsed.reason });
  if (!isAbout(parsed.value, run, head)) return refuse({ kind: 'other-subject', run: run.id });
  return succeed({ run: run.id, manifest: parsed.value, text: file.text });
}

function isOwn(run: Run, { head, workflow }: PlanSource<unknown>, repository: string): boolean {
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
function isAbout({ head, run }: Bound, { id, attempt }: Run, commit: string): boolean {
  return (
    head.commit === commit &&
    run.id === String(id) &&
    run.attempt !== null &&
    run.attempt >= 1 &&
    run.attempt <= attempt
  );
}

/** Ids rise; an attempt that uploads again leaves a second artifact of the name. */
function newestOf(artifacts: readonly Artifact[]): Artifact | null {
  return artifacts.reduce<Artifact | null>((best, each) => (best === null || each.id > best.id ? each : best), null);
}
