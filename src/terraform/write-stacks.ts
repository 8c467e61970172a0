import type { Team } from '../team/team.ts';
import { BootstrapStack } from './bootstrap-stack.ts';
import { App } from './cdktf.ts';
import { TeamStack } from './team-stack.ts';

/** Synthesises both stacks into an existing directory. Loading this module loads CDKTF. */
export function writeStacks(team: Team, today: string, outDir: string): void {
  // A stack trace would put this machine's paths into a file that is compared and committed.
  const app = new App({ outdir: outDir, stackTraces: false });
  new BootstrapStack(app, team);
  new TeamStack(app, team, today);
  app.synth();
}
