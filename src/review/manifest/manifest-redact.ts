import type { Difference } from '../../access/model-difference.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import type { Review } from '../changes/review.ts';

/** `123456789012` -> `…9012`: enough to recognise one's own account. */
export function redactAccount(account: string): string {
  return `…${account.slice(-4)}`;
}

/**
 * A review without account ids and without what policies and tags say: what is made from it shows names, and whoever
 * may read a manifest is not always one of those who may read the account.
 */
export function redactReview(review: Review): Review {
  const unexplained = review.unexplained.map((each) => ({
    ...each,
    difference: each.difference === null ? null : withoutValues(each.difference),
  }));
  return { ...(redacted({ ...review, unexplained }) as Review), at: review.at, plan: review.plan };
}

/** That there is a document and what it says are told apart by words; only the first is kept. */
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

function redacted(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(/\barn:[\w-]*:[\w-]*:[\w-]*:\d{12}:/g, 'arn:…:').replace(/(?<!\d)\d{8}(\d{4})(?!\d)/g, '…$1');
  }
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redacted(item)]));
}
