import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface SynthFigures {
  /** Members. */
  readonly size: number;
  /** Milliseconds of our synthesis, loading CDKTF included. */
  readonly synthMs: number;
  /** Milliseconds of the plain program that creates the same resources. */
  readonly bareMs: number;
  readonly ratio: number;
  readonly limit: 1.5;
  /** The most memory that our process held, in MB. */
  readonly peakMb: number;
}

interface Cost {
  readonly ms: number;
  readonly peakMb: number;
  readonly resources: number;
}

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('./synth-child.ts', import.meta.url));

/** Measures synthesis for teams of those sizes, each run in a new process so that none profits from another. */
export async function benchSynth(sizes: readonly number[]): Promise<SynthFigures[]> {
  const figures: SynthFigures[] = [];
  for (const size of sizes) {
    const runs = size >= 1000 ? 1 : 3;
    const ours = await fastest('ours', size, runs);
    const bare = await fastest('bare', size, runs);
    if (ours.resources !== bare.resources) {
      throw new Error(`the bare program makes ${bare.resources} resources, not ${ours.resources}`);
    }
    const { peakMb } = ours;
    figures.push({ size, synthMs: ours.ms, bareMs: bare.ms, ratio: ours.ms / bare.ms, limit: 1.5, peakMb });
  }
  return figures;
}

async function fastest(kind: 'ours' | 'bare', size: number, runs: number): Promise<Cost> {
  const costs: Cost[] = [];
  for (let count = 0; count < runs; count += 1) {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', CHILD, kind, String(size)]);
    costs.push(JSON.parse(stdout));
  }
  return costs.reduce((best, cost) => (cost.ms < best.ms ? cost : best));
}
