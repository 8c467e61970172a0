import type { Difference } from '../../access/model-difference.ts';
import { type Parsed, parseData } from '../../diagnostics/parse-data.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { redact, redactAll } from '../../text/escape.ts';
import { MANIFEST, type Manifest, PREVIEW, type Review, type Tools } from './schema.ts';

/** Git's own name for no commit. */
export const NO_COMMIT = '0'.repeat(40);

export interface Origin {
  readonly head: Manifest['head'];
  readonly run: Manifest['run'];
  /** Whether the account is a local AWS emulator's. */
  readonly emulator: boolean;
  readonly mturkTeam: string;
  readonly createdAt: Date;
}

/** The manifest of a review that has a plan. */
export function manifestOf(review: Review, tools: Tools, { mturkTeam, createdAt, ...origin }: Origin): Manifest {
  return {
    version: 1,
    lab: review.lab,
    account: redact(review.account, false),
    ...origin,
    tools: { mturkTeam, ...tools },
    review: redactReview(review),
    createdAt: createdAt.toISOString(),
  };
}

/** The text of a manifest's file, ending in a newline. */
export function writeManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest)}\n`;
}

/** Reads a manifest as untrusted text; anything else is an error with its place. */
export function readManifest(text: string): Parsed<Manifest> {
  return parseData(text, MANIFEST);
}

/** Reads the JSON of `preview` as untrusted text. */
export function readPreview(text: string): Parsed<Review> {
  return parseData(text, PREVIEW);
}

/** Without account ids, policy documents and tags: not every reader of a manifest may read the account. */
export function redactReview(review: Review): Review {
  const unexplained = review.unexplained.map((each) => ({
    ...each,
    difference: each.difference === null ? null : withoutValues(each.difference),
  }));
  return { ...redactAll({ ...review, unexplained }, false), at: review.at };
}

const KNOWN: PolicyDocument = { Statement: [] };

function withoutValues(difference: Difference): Difference {
  const known = (document: PolicyDocument | null) => (document === null ? null : KNOWN);
  const text = (value: string | null) => (value === null ? null : '');
  switch (difference.kind) {
    case 'inline-policy-added':
    case 'inline-policy-removed':
      return { ...difference, document: known(difference.document) };
    case 'inline-policy-changed':
    case 'policy-changed':
      return { ...difference, from: known(difference.from), to: known(difference.to) };
    case 'tag-changed':
      return { ...difference, from: text(difference.from), to: text(difference.to) };
    default:
      return difference;
  }
}
