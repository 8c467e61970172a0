import type { FailureArgs } from './failure.ts';
import type { BlockArgs } from './guardrail-codes.ts';
import type { TeamFindingArgs } from './team-codes.ts';

/**
 * Every finding code with the arguments of its text. A code is stable once released: it is printed, stands in the
 * JSON output, and names a section of docs/findings.md.
 */
export interface FindingArgs extends TeamFindingArgs, BlockArgs, FailureArgs {}

export type FindingCode = keyof FindingArgs;
