import type { FindingArgs, FindingCode } from './codes.ts';

export type Severity = 'error' | 'warning';

/** Where in a text something stands: 1-based lines and columns (UTF-16 units, as editors count); the end is exclusive. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/**
 * Something a person must know about, as data. The words are written by `render/finding-text.ts` alone.
 */
export type Finding = {
  readonly [Code in FindingCode]: {
    readonly code: Code;
    readonly severity: Severity;
    /** The file as the user named it; null for what is not about a file. */
    readonly file: string | null;
    /** Path in the document, `['roles', 'paymaster', 'allow', 2]`; empty for the document itself. */
    readonly path: readonly (string | number)[];
    /** Null where there is no place in a text. */
    readonly position: Position | null;
    readonly args: FindingArgs[Code];
  };
}[FindingCode];
