import { readTeamFile } from './src/team/parse/read-team.ts';
import { printFindings } from './src/team/print-findings.ts';
import { synthesize } from './src/terraform/synth/synth.ts';

/** The CDKTF app, for those who run `npx tsx main.ts` or `npx cdktf synth`; the command line has more to say. */
async function main(): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const reading = await readTeamFile('team.yaml', { today });
  const { team, findings } = reading;
  if (findings.length > 0) process.stderr.write(printFindings(reading, { color: false }));
  if (team === null) {
    process.exitCode = 1;
    return;
  }
  await synthesize(team, { today, outDir: process.env.CDKTF_OUTDIR ?? 'cdktf.out' });
}

void main();
