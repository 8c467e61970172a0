import type { Terminal } from '../app/terminal.ts';
import type { Failure } from '../diagnostics/failure.ts';
import { findingsJson, printFindings } from '../team/print-findings.ts';
import { escapedJson } from '../text/diagnostic.ts';
import type { Block } from '../text/document.ts';
import { failureProblem } from '../text/failures/failures.ts';
import { type ErrorJson, problemJson } from '../text/problem.ts';
import { printTerminal } from '../text/terminal.ts';
import { reportProblem } from './process-terminal.ts';

/** Prints a failure. Returns the exit code: 2 for unreadable or unknown input, else 1. */
export function reportFailure(failure: Failure, terminal: Terminal): 1 | 2 {
  const { code, args } = failure;
  if (code !== 'team-file-invalid') {
    reportProblem(failureProblem(failure), { code, args }, terminal);
    return WRONG_INPUT.includes(code) ? 2 : 1;
  }
  terminal.onError?.(failureJson(failure));
  terminal.stderr(printFindings(args, { color: terminal.color }));
  return args.source === null ? 2 : 1;
}

/** A failure as `--json` prints it. */
export function failureJson(failure: Failure): ErrorJson {
  const { code, args } = failure;
  const shown = code === 'team-file-invalid' ? { file: args.file, findings: findingsJson(args) } : args;
  return problemJson(failureProblem(failure), code, shown);
}

/** Prints a document for people. */
export function printBlocks(blocks: readonly Block[], to: Pick<Terminal, 'stdout' | 'width' | 'color'>): void {
  to.stdout(`${printTerminal(blocks, to.width, to.color).join('\n')}\n`);
}

/** Prints a document for programs. */
export function printJson(document: object, { stdout }: Pick<Terminal, 'stdout'>): void {
  stdout(`${escapedJson({ version: 1, ...document })}\n`);
}

const WRONG_INPUT: readonly Failure['code'][] = [
  'file-not-readable',
  'unknown-member',
  'unknown-role',
  'unknown-operation',
  'not-in-history',
];
