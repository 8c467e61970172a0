import type { Finding } from '../diagnostics/finding.ts';
import type { BlockArgs } from '../diagnostics/guardrail-codes.ts';

/** A reason to refuse an apply. It is about a plan, so no place in a file goes with it. */
export function block<Code extends keyof BlockArgs>(code: Code, args: BlockArgs[Code]): Finding {
  // The pair is one member of the union by the signature, which TypeScript cannot follow through a generic.
  return { code, severity: 'error', file: null, path: [], position: null, args } as unknown as Finding;
}
