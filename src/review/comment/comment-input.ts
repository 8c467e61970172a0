import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { type FailureReason, isFailureReason } from '../../diagnostics/failure.ts';
import { type Parsed, parseData } from '../../diagnostics/parse-data.ts';
import { pullRequestOfEvent } from '../../github/event.ts';
import type { IssueReport } from '../../github/issues.ts';
import { say, visible } from '../../text/escape.ts';
import { FAILURE } from '../../text/failures/failures.ts';
import { readManifest, readPreview } from '../manifest/manifest.ts';
import { type Manifest, QUICK_CHECK, REVIEW } from '../manifest/schema.ts';
import type { ReviewState } from '../text/review.ts';
import { type CommentView, renderIssue } from './comment.ts';

export interface CommentRequest {
  /** Files of earlier jobs: preview, plan, apply. One that does not exist is left out, because its job failed. */
  readonly review: string | null;
  readonly manifest: string | null;
  readonly result: string | null;
  readonly state: ReviewState;
  readonly reason: FailureReason | null;
  /** Text that goes with the reason; may be empty. */
  readonly detail: string;
  readonly changesCode: boolean;
  readonly reveal: boolean;
}

/** What the comment is made from, out of files and environment, and lines about files that are there and cannot be read. */
export async function commentFacts(
  asked: CommentRequest,
  env: NodeJS.ProcessEnv,
  now: Date,
): Promise<{ readonly view: CommentView; readonly unusable: readonly string[] }> {
  const unusable: string[] = [];
  const read = async <T>(file: string | null, parse: (text: string) => Parsed<T>): Promise<T | null> => {
    const text = file === null ? null : await readFile(file, 'utf8').catch(() => null);
    if (file === null || text === null) return null;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    unusable.push(say`Ignored ${file}: ${parsed.reason}.`);
    return null;
  };
  const preview = await read(asked.review, readPreview);
  const manifest = await read(asked.manifest, readManifest);
  const result = await read(asked.result, (text) => parseData(text, RESULT));
  const review = manifest?.review ?? preview ?? result?.review ?? null;
  const failure = failureOf(asked, result, manifest);
  return {
    unusable,
    view: {
      review,
      state: stateOf(asked.state, failure?.reason ?? null, manifest),
      failure,
      quickCheck: result?.quickCheck ?? null,
      footer: footerOf(manifest, result, env, now),
      changesCode: asked.changesCode,
      reveal: asked.reveal,
    },
  };
}

const RESULT = z.object({
  failure: z.object({ reason: z.string().refine(isFailureReason), error: FAILURE }).nullable(),
  emulator: z.boolean().optional(),
  commit: z.string().nullish(),
  review: REVIEW.nullish(),
  quickCheck: QUICK_CHECK.nullish(),
});

/** The workflow's reason decides: it also knows of jobs that never came to write a file. */
function failureOf(
  { state, reason, detail }: Pick<CommentRequest, 'state' | 'reason' | 'detail'>,
  result: z.infer<typeof RESULT> | null,
  manifest: Manifest | null,
): CommentView['failure'] {
  const own = result?.failure ?? null;
  if (own !== null && (reason === null || reason === own.reason)) {
    return own;
  }
  if (reason === null) return null;
  // The plan job fails for a blocked plan too; its manifest says why.
  const isBlock = reason === 'plan-failed' || reason === 'guardrail-blocked';
  if (isBlock && state === 'planned' && isBlocked(manifest)) return null;
  return { reason, detail };
}

function isBlocked(manifest: Manifest | null): boolean {
  return manifest !== null && manifest.review.blocks.length > 0;
}

/** The workflow says how far it meant to come; the files and the reason say how far it came. */
function stateOf(state: ReviewState, reason: FailureReason | null, manifest: Manifest | null): ReviewState {
  if (state === 'applied') return reason === null ? state : 'apply-failed';
  if (state !== 'planned') return state;
  if (reason === 'guardrail-blocked' || (reason === null && isBlocked(manifest))) return 'blocked';
  if (reason !== null) return 'failed';
  // Without a plan nothing may look as if there were one.
  return manifest === null ? 'preview' : 'planned';
}

function footerOf(
  manifest: Manifest | null,
  result: z.infer<typeof RESULT> | null,
  env: NodeJS.ProcessEnv,
  now: Date,
): CommentView['footer'] {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  const event = pullRequestOfEvent(env);
  return {
    emulator: manifest?.emulator === true || result?.emulator === true,
    // In a pull request's workflow GITHUB_SHA is a merge commit that was never reviewed.
    commit: event.ok ? event.value.head : (result?.commit ?? env.GITHUB_SHA ?? manifest?.head.commit ?? null),
    tools: manifest?.tools ?? null,
    runUrl: server && repository && run ? `${server}/${repository}/actions/runs/${run}` : null,
    at: now.toISOString(),
  };
}

/** The issue about applies is another than those about other things, whose body the same marker begins. */
export function issueMarkers(lab: string): readonly [own: string, unknown: string] {
  return [`<!-- mturk-team-apply:${lab} -->`, '<!-- mturk-team-apply:unknown -->'];
}

/** Null: nothing is to be said. */
export function issueReport(view: CommentView & { readonly lab: string }): IssueReport | null {
  if (view.state === 'applied') {
    const { commit, runUrl } = view.footer;
    const what = commit === null ? 'The change' : say`Commit ${commit.slice(0, 7)}`;
    const by = runUrl === null ? '' : ` by ${visible(runUrl)}`;
    return { kind: 'resolved', line: `${what} was applied${by}. Terraform has nothing left to do.` };
  }
  if (view.state !== 'apply-failed') return null;
  return { kind: 'open', ...renderIssue(view, issueMarkers(view.lab)[0]) };
}
