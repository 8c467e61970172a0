import { canonicalDocument } from '../../iam/canonical.ts';
import { parsePolicyDocument } from '../../iam/document.ts';

/** The one way in which a document is written in plan and state; the text itself where it is no JSON. */
export type DocumentForm = (document: string) => string;

/** A managed policy's document: keys in alphabetical order, no spaces. */
export const managedForm: DocumentForm = (document) => sorted(document, false);

/** An inline policy's document: as a managed one's, with `Version` first, as the real provider writes it. */
export const inlineForm: DocumentForm = (document) => sorted(document, true);

/**
 * What a read puts into state: the text that is there while the account's document means the same, else the
 * account's own.
 */
export function documentToSet(form: DocumentForm, inState: string, inAccount: string): string {
  return form(isSameDocument(inState, inAccount) ? inState : inAccount);
}

/** Whether IAM takes two documents for the same; texts that are no documents are compared as JSON. */
export function isSameDocument(left: string, right: string): boolean {
  if (left === right) return true;
  const [one, other] = [parsePolicyDocument(left), parsePolicyDocument(right)];
  if (one !== null && other !== null) return canonicalDocument(one) === canonicalDocument(other);
  return managedForm(left) === managedForm(right);
}

function sorted(document: string, versionFirst: boolean): string {
  try {
    return JSON.stringify(JSON.parse(document), (key, value: unknown) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
      const isFirst = ([name, text]: [string, unknown]) =>
        versionFirst && key === '' && name === 'Version' && text === '2012-10-17';
      return Object.fromEntries([...entries.filter(isFirst), ...entries.filter((entry) => !isFirst(entry))]);
    });
  } catch {
    return document;
  }
}
