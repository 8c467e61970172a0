import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface StartTimes {
  readonly helpMs: number;
  readonly nodeMs: number;
  /** Twice Node itself, plus 60 ms. */
  readonly limitMs: number;
}

const run = promisify(execFile);
const ROUNDS = 15;

/** Times the installed command's `--help`, compiled before where Node keeps that, beside Node doing nothing, in turn; medians in milliseconds. */
export async function benchStart(): Promise<StartTimes> {
  const help: number[] = [];
  const node: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    node.push(await timed(['-e', '0']));
    help.push(await timed(['dist/start.cjs', '--help']));
  }
  const nodeMs = median(node);
  return { helpMs: median(help), nodeMs, limitMs: 2 * nodeMs + 60 };
}

async function timed(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await run(process.execPath, args);
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
