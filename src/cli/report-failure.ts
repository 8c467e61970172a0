import type { Failure } from '../diagnostics/failure.ts';
import { failureText } from '../text/failures/failure-text.ts';
import type { Terminal } from './io.ts';

/** Prints why something could not be done; the exit code is 1. */
export function reportFailure(failure: Failure, terminal: Terminal): number {
  terminal.onFailure?.(failure);
  terminal.stderr(`${failureText(failure)}\n`);
  return 1;
}
