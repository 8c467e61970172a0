import { relative } from 'node:path';
import { readTeamFile } from './src/team/parse/read-team.ts';
import { printFindings } from './src/team/print-findings.ts';
import { synthesize } from './src/terraform/synth/synth.ts';

/** The CDKTF app, for `npx tsx main.ts` and `npx cdktf-cli@0.21.0 synth`; `mturk-team synth` says more. */
async function main(): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const reading = await readTeamFile('team.yaml', { today });
  const { team, findings } = reading;
  if (findings.length > 0) process.stderr.write(printFindings(reading, { color: false }));
  if (team === null) {
    process.exitCode = 1;
    return;
  }
  const { files } = await synthesize(team, { today, outDir: process.env.CDKTF_OUTDIR ?? 'cdktf.out' });
  for (const file of files) process.stdout.write(`Wrote ${relative('', file)}\n`);
}

void main();
