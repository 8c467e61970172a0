import type { Position } from './positions.ts';

export type Severity = 'error' | 'warning';

/**
 * Something in team.yaml that needs attention, as data. The rule with this code, in `src/team/rules`, knows its arguments
 * and its text.
 */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** The file as the user named it. */
  readonly file: string;
  /** Path in the document, `['roles', 'paymaster', 'allow', 2]`; empty for the document itself. */
  readonly path: readonly (string | number)[];
  /** Null if the file could not be read. */
  readonly position: Position | null;
  readonly args: Readonly<Record<string, unknown>>;
}
