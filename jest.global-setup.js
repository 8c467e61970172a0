import { execFileSync } from 'node:child_process';

/** The tests of the command line run what users run: the built file, built from the sources that are tested. */
export default function globalSetup() {
  execFileSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'scripts/build.ts'], { stdio: 'inherit' });
}
