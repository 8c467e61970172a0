import { fstatSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { processTerminal, stopWorkflowCommands } from './process-terminal.ts';
import { runProgram } from './program.ts';

/**
 * Garbage is collected once the heap is 1.4 times what is held, and not up to four times: an apply of 3,000 members then peaks at
 * 326 MB. V8 reads it at each collection: https://github.com/v8/v8/blob/11.3.244/src/heap/memory-controller.cc
 */
export const HEAP_FLAG = '--heap-growing-percent=40';

/** Runs the program on the process's own arguments and streams. */
export function start(): void {
  setFlagsFromString(HEAP_FLAG);
  // The lock file pins the SDK, so its notices about later versions of Node do not concern users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

  // A reader that closed the pipe (`| head`) must not end an apply half-way: what cannot be printed is dropped.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }

  const args = process.argv.slice(2);
  const isWorkflow = process.env.GITHUB_ACTIONS === 'true';
  const terminal = { ...processTerminal(process.env), isStdoutFile: isWorkflow && fstatSync(1).isFile() };
  if (isWorkflow) stopWorkflowCommands(args, terminal);
  void runProgram(args, terminal);
}
