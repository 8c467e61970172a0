import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The tests of the command line run what users run: the built file. Snapshots of accounts are shared by test files. */
export default function globalSetup() {
  const build = ['node_modules/tsx/dist/cli.mjs', '--tsconfig', 'scripts/build.tsconfig.json', 'scripts/build.ts'];
  execFileSync(process.execPath, build, { stdio: 'inherit' });
  process.env.MTURK_TEAM_SNAPSHOTS = mkdtempSync(join(tmpdir(), 'mturk-team-snapshots-'));
}
