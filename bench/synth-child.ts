import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthTeam } from './synth-team.ts';

/** Runs one synthesis in a process of its own and prints what it cost: `synth-child.ts ours|bare SIZE`. */
async function main(): Promise<void> {
  const [kind, size] = [process.argv[2], Number(process.argv[3])];
  const team = synthTeam(size);
  const outDir = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
  try {
    const started = performance.now();
    if (kind === 'bare') {
      const { synthesizeBare } = await import('./synth-bare.ts');
      synthesizeBare(team, outDir);
    } else {
      const { synthesize } = await import('../src/terraform/synth/synth.ts');
      await synthesize(team, { today: '2026-11-25', outDir });
    }
    const ms = performance.now() - started;
    const peakMb = process.resourceUsage().maxRSS / 1024;
    const stack = JSON.parse(await readFile(join(outDir, 'stacks', 'team', 'cdk.tf.json'), 'utf8'));
    const blocks: object[] = Object.values(stack.resource);
    const resources = blocks.reduce((sum, block) => sum + Object.keys(block).length, 0);
    process.stdout.write(JSON.stringify({ ms, peakMb, resources }));
  } finally {
    await rm(outDir, { recursive: true });
  }
}

void main();
