import { z } from 'zod';
import { type Parsed, parseData } from '../../diagnostics/parse-data.ts';
import type { Review } from '../changes/review.ts';
import type { PlanOfReview } from '../changes/review-of.ts';
import { RISK_CLASSES } from '../changes/risk.ts';
import { planDigest } from './digest.ts';
import { COUNT, TEXT } from './manifest-blocks.ts';
import { redactAccount, redactReview } from './manifest-redact.ts';
import { ACTIONS, REVIEW } from './manifest-review.ts';

const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);
const PART = z.string().regex(/^[0-9a-f]{16}$/);
const COMMIT = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);

/** Git's own way to say that there is no commit. */
export const NO_COMMIT = '0'.repeat(40);

const MANIFEST = z.strictObject({
  version: z.literal(1),
  lab: z.string().max(200),
  /** Its last four digits: `…9012`. */
  account: z.string().max(12),
  /** What was planned: a commit and the tree it stands for; `NO_COMMIT` outside of a repository. */
  head: z.strictObject({ commit: COMMIT, tree: COMMIT }),
  /** The workflow run that planned; both 0 outside of GitHub. */
  run: z.strictObject({ id: z.string().regex(/^\d{1,20}$/), attempt: COUNT }),
  tools: z.strictObject({ mturkTeam: TEXT, engine: TEXT, provider: TEXT }),
  digest: DIGEST,
  entries: z
    .array(
      z.strictObject({
        address: TEXT,
        actions: ACTIONS,
        digest: DIGEST,
        goal: DIGEST,
        from: z.array(PART).max(20_000).readonly(),
        to: z.array(PART).max(20_000).readonly(),
      }),
    )
    .max(100_000)
    .readonly(),
  counts: z.strictObject({
    add: COUNT,
    change: COUNT,
    remove: COUNT,
    replace: COUNT,
    importing: COUNT,
    people: COUNT,
    unexplained: COUNT,
    refusals: COUNT,
  }),
  risk: z.enum([...RISK_CLASSES]),
  review: REVIEW,
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime(),
});

/**
 * What was reviewed, as it travels from the job that plans to those that comment and apply: never the plan, and no
 * value that a comment would not show. `entries` are `DigestEntry`s.
 */
export type Manifest = Readonly<z.infer<typeof MANIFEST>>;

/** Where and with what a plan was made. */
export interface Origin {
  readonly head: Manifest['head'];
  readonly run: Manifest['run'];
  /** This tool's own version. */
  readonly mturkTeam: string;
  readonly createdAt: Date;
}

/** The manifest of a review that has a plan. */
export function manifestOf(
  review: Review,
  { plan, tools }: Pick<PlanOfReview, 'plan' | 'tools'>,
  { head, run, mturkTeam, createdAt }: Origin,
): Manifest {
  const { digest, entries } = planDigest(plan, tools);
  const { add = 0, change = 0, remove = 0, replace = 0, importing = 0 } = review.plan ?? {};
  return {
    version: 1,
    lab: review.lab,
    account: redactAccount(review.account),
    head,
    run,
    tools: { mturkTeam, ...tools },
    digest,
    entries: [...entries],
    counts: {
      ...{ add, change, remove, replace, importing },
      people: review.people.length,
      unexplained: review.unexplained.length,
      refusals: review.blocks.length,
    },
    risk: review.risk,
    review: redactReview(review),
    createdAt: createdAt.toISOString(),
  };
}

/** The text of a manifest's file, ending in a newline. */
export function writeManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest)}\n`;
}

/** Reads a manifest as a stranger's text: whatever is not exactly one is refused, with the place in it. */
export function readManifest(text: string): Parsed<Manifest> {
  return parseData(text, MANIFEST);
}

/** The same for what `review --format json` printed; of that only the review itself is taken. */
export function readReview(text: string): Parsed<Review> {
  const read = parseData(text, REVIEW_FILE);
  return read.ok ? { ok: true, value: read.value.review } : read;
}

const REVIEW_FILE = z.object({ version: z.literal(1), review: REVIEW });
