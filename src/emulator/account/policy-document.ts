import { type PolicyDocument, parsePolicyDocument } from '../../iam/document.ts';
import { policySize, QUOTAS } from '../../iam/quotas.ts';
import { type AwsError, isAwsError, limitExceeded, malformedPolicy } from './aws-error.ts';
import { constraint, type Params, required } from './params.ts';

// Tab, line feed, carriage return and U+0020 to U+00FF.
const TEXT = /^[\t\n\r -\u00ff]+$/;

const readText = required('PolicyDocument');

/** Reads the policy document that is being given; unknown action names are no reason to refuse it. */
export function givenDocument(account: unknown, params: Params): string | AwsError {
  const document = readText(account, params);
  if (isAwsError(document)) return document;
  if (document.length > 131_072)
    return constraint('policyDocument', 'Member must have length less than or equal to 131072');
  if (!TEXT.test(document)) {
    return constraint(
      'policyDocument',
      'Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
    );
  }
  return readPolicyDocument(document) === null ? malformedPolicy('Syntax errors in policy.') : document;
}

/** As `givenDocument`, held against the quota of a managed policy. */
export function givenManagedDocument(account: unknown, params: Params): string | AwsError {
  const document = givenDocument(account, params);
  if (isAwsError(document) || policySize(document) <= QUOTAS.managedPolicySize) return document;
  return limitExceeded(`Cannot exceed quota for PolicySize: ${QUOTAS.managedPolicySize}`);
}

/** Documents leave IAM URL-encoded as RFC 3986 says. */
export function encodedDocument(document: string): string {
  return encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const KEPT = 20_000;
const known = new Map<string, PolicyDocument | null>();

/**
 * A policy's text as the evaluator's document, null where IAM would call it malformed. The same few texts are read at
 * every call, so the results are kept.
 */
export function readPolicyDocument(text: string): PolicyDocument | null {
  const before = known.get(text);
  if (before !== undefined) return before;
  const read = parsePolicyDocument(text);
  if (known.size >= KEPT) known.clear();
  known.set(text, read);
  return read;
}
