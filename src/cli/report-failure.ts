import type { Failure } from '../diagnostics/failure.ts';
import { printFindings } from '../team/print-findings.ts';
import { failureText } from '../text/failures/failures.ts';
import type { Terminal } from './io.ts';

/** Prints a failure. Returns the exit code: 2 for unreadable or unknown input, else 1. */
export function reportFailure(failure: Failure, terminal: Terminal): 1 | 2 {
  terminal.onFailure?.(failure);
  const { color, width } = terminal;
  if (failure.code === 'team-file-invalid') {
    const { findings, source } = failure.args;
    terminal.stderr(printFindings({ findings, source }, { color }));
    return source === null ? 2 : 1;
  }
  terminal.stderr(`${failureText(failure, { color, width })}\n`);
  return WRONG_INPUT.includes(failure.code) ? 2 : 1;
}

const WRONG_INPUT: readonly Failure['code'][] = ['file-not-readable', 'unknown-member', 'unknown-operation'];
