import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { castOf } from '../../emulator/demo/cast.ts';
import { openSandbox } from '../../emulator/emulator.ts';
import { engineTitle } from '../../terraform/run/engine.ts';
import { findEngine } from '../../terraform/run/find-engine.ts';
import { playChapters } from '../demo/chapters.ts';
import { secondsWords } from '../demo/demo-text.ts';
import { REHEARSAL } from '../demo/demo-words.ts';
import { ChapterFailed, tellTo } from '../demo/story.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { readTeamOrReport } from '../session/read-team-or-report.ts';

export interface RehearseOptions {
  readonly file: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

/**
 * Tells the main job on a team, against an account in a process, and checks what it tells: 0 where every chapter holds,
 * 1 where one does not. Leaves nothing behind.
 */
export async function rehearse({ file, today }: RehearseOptions, terminal: Terminal): Promise<number> {
  const started = Date.now();
  const team = await readTeamOrReport(file, today, terminal);
  if (typeof team === 'number') return team;
  const cast = castOf(team, today);
  if (cast === null) {
    terminal.stderr(`${REHEARSAL.nothingToRehearse(file)}\n`);
    return 1;
  }
  const engine = await findEngine({ env: process.env, account: 'sandbox' });
  if (!engine.ok) return reportFailure(engine.failure, terminal);

  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-rehearsal-'));
  const sandbox = await openSandbox({ dir: null, accountId: team.account });
  const iam = new IAMClient({
    region: 'us-east-1',
    endpoint: sandbox.endpoint,
    credentials: sandbox.rootCredentials,
  });
  const story = tellTo(terminal);
  try {
    const source = await readFile(file, 'utf8');
    await playChapters({
      story,
      file,
      source,
      team,
      today,
      cast,
      engine: engine.value,
      sandbox,
      iam,
      directory,
      terminal,
    });
    const seconds = secondsWords(Date.now() - started);
    terminal.stdout(`\n${REHEARSAL.allHold(story.checks, seconds, engineTitle(engine.value))}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ChapterFailed)) throw error;
    terminal.stderr(`\n${REHEARSAL.ended}\n`);
    return 1;
  } finally {
    iam.destroy();
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  }
}
