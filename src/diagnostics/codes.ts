/**
 * Every finding code with the arguments of its text. A code is stable once released: it is printed, stands in the
 * JSON output, and names a section of docs/findings.md.
 */
export interface FindingArgs {
  'yaml-syntax': { readonly reason: string };
  'duplicate-key': { readonly key: string };
}

export type FindingCode = keyof FindingArgs;
