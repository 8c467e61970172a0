import { policySize, QUOTAS } from '../../iam/quotas.ts';
import { type AwsError, limitExceeded, malformedPolicy } from './aws-error.ts';
import { constraint } from './naming.ts';
import { readPolicyDocument } from './policy-documents.ts';

const MANAGED_LIMIT = QUOTAS.managedPolicySize;
// Tab, line feed, carriage return and U+0020 to U+00FF.
const TEXT = /^[\t\n\r -\u00ff]+$/;

/** Whether IAM takes this text for a policy; unknown action names are no reason to refuse it. */
export function checkedDocument(document: string): string | AwsError {
  if (document.length > 131_072) {
    return constraint('policyDocument', 'Member must have length less than or equal to 131072');
  }
  if (!TEXT.test(document)) {
    return constraint(
      'policyDocument',
      'Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
    );
  }
  const read = readPolicyDocument(document);
  return read.ok ? document : malformedPolicy(read.why);
}

/** As `checkedDocument`, for a managed policy with its quota. */
export function checkedManagedDocument(document: string): string | AwsError {
  const checked = checkedDocument(document);
  if (typeof checked !== 'string') return checked;
  if (policySize(document) > MANAGED_LIMIT)
    return limitExceeded(`Cannot exceed quota for PolicySize: ${MANAGED_LIMIT}`);
  return document;
}

/** Documents leave IAM URL-encoded as RFC 3986 says. */
export function encodedDocument(document: string): string {
  return encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
