import type { Team } from '../../team/team.ts';
import { BootstrapStack } from './bootstrap-stack.ts';
import { App } from './cdktf.ts';
import { TeamStack } from './team-stack.ts';

/** Synthesises both stacks into an existing directory. Loading this module loads CDKTF. */
export function writeStacks(team: Team, today: string, outDir: string): void {
  withoutCreationStacks(() => {
    // A stack trace would put this machine's paths into a file that is compared and committed.
    const app = new App({ outdir: outDir, stackTraces: false });
    new BootstrapStack(app, team);
    new TeamStack(app, team, today);
    app.synth();
  });
}

/**
 * CDKTF keeps a whole stack trace for every token, a third of its time and a good part of its memory, to tell where an
 * unresolved one came from. It asks for them on a plain object: an error keeps its own.
 */
function withoutCreationStacks(work: () => void): void {
  const previous = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => {
    if (!(error instanceof Error)) return '';
    return previous?.(error, sites) ?? [String(error), ...sites.map((site) => `    at ${site}`)].join('\n');
  };
  try {
    work();
  } finally {
    Error.prepareStackTrace = previous;
  }
}
