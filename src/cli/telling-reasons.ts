import { reasonOf } from '../diagnostics/pipeline-reason.ts';
import { writeOutputs } from '../github/outputs.ts';
import type { Terminal } from './io.ts';

/** A terminal whose failures are outputs of the step, too: `failure-reason`, out of the closed list of the workflows. */
export function tellingReasons(terminal: Terminal): Terminal {
  return {
    ...terminal,
    onFailure: (failure) => writeOutputs(process.env, { 'failure-reason': reasonOf(failure, 'plan') }),
  };
}
