import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { engineTitle } from '../../terraform/run/engine.ts';
import { findEngine } from '../../terraform/run/find-engine.ts';
import { castOf } from '../demo/cast.ts';
import { playChapters } from '../demo/chapters.ts';
import { secondsWords } from '../demo/demo-text.ts';
import { DEMO } from '../demo/demo-words.ts';
import { ChapterFailed, tellTo } from '../demo/story.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { loadEmulator } from '../session/load-emulator.ts';
import { readTeam } from '../session/read-team.ts';

export interface DemoOptions {
  readonly file: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

/**
 * Tells the main job on a team, against the local AWS emulator, and checks what it tells: 0 where every chapter holds,
 * 1 where one does not. Leaves nothing behind.
 */
export async function demo({ file, today }: DemoOptions, terminal: Terminal): Promise<number> {
  const started = Date.now();
  const read = await readTeam(file, today);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const team = read.value;
  const cast = castOf(team, today);
  if (cast === null) {
    terminal.stderr(`${DEMO.nothingToDemo(file)}\n`);
    return 1;
  }
  const engine = await findEngine({ env: process.env, account: 'emulator' });
  if (!engine.ok) return reportFailure(engine.failure, terminal);

  const module = await loadEmulator();
  if (!module.ok) return reportFailure(module.failure, terminal);
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-demo-'));
  const emulator = await module.value.openEmulator({ dir: null, accountId: team.account });
  const iam = new IAMClient({
    region: 'us-east-1',
    endpoint: emulator.endpoint,
    credentials: emulator.rootCredentials,
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
      emulator,
      iam,
      directory,
      terminal,
    });
    const seconds = secondsWords(Date.now() - started);
    terminal.stdout(`\n${DEMO.allHold(story.checks, seconds, engineTitle(engine.value))}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ChapterFailed)) throw error;
    terminal.stderr(`\n${DEMO.ended}\n`);
    return 1;
  } finally {
    iam.destroy();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
}
