import type { IAMClient } from '@aws-sdk/client-iam';
import type { Emulator } from '../../emulator/emulator.ts';
import type { Team } from '../../team/team.ts';
import type { Engine } from '../../terraform/run/engine.ts';
import { progressBar, progressView } from '../../terraform/run/progress.ts';
import { failureText } from '../../text/failures/failures.ts';
import type { Terminal } from '../io.ts';
import { applyRecord, noteApply } from '../session/apply-record.ts';
import { applyLab } from '../session/lab-apply.ts';
import type { LabPlan } from '../session/lab-plan.ts';
import { type Lab, labInEmulator } from '../session/open-lab.ts';
import type { Cast } from './cast.ts';
import { secondsWords } from './demo-text.ts';
import { DEMO } from './demo-words.ts';
import { ChapterFailed, type Story } from './story.ts';

/** What every chapter plays on. */
export interface Stage {
  readonly story: Story;
  readonly file: string;
  readonly source: string;
  readonly team: Team;
  readonly today: string;
  readonly cast: Cast;
  readonly engine: Engine;
  readonly emulator: Emulator;
  readonly iam: IAMClient;
  readonly directory: string;
  readonly terminal: Terminal;
}

/** As another command would open it. */
export function labFor({ engine, emulator, directory, today }: Stage, team: Team): Lab {
  return labInEmulator(team, { today, stack: 'team', parallelism: null, directory }, engine, emulator);
}

/** Applies with progress, notes it as a command does, and tells how long it took. */
export async function applyAndTell(stage: Stage, lab: Lab, planned: LabPlan): Promise<void> {
  const { story, terminal } = stage;
  const progress = progressView({ write: terminal.stderr, isTerminal: true });
  const started = Date.now();
  const applied = await must(
    stage,
    applyLab(lab, planned, { onEvent: (event) => (terminal.isTerminal ? progress.show(event) : undefined) }),
  );
  await noteApply(applyRecord(lab.records), lab, { state: 'applied' });
  if (terminal.isTerminal) terminal.stderr('\r\u001b[2K');
  story.tell('apply', [`${progressBar(applied.done, applied.total)}   ${secondsWords(Date.now() - started)}`]);
}

/** What a step gives; where it could not be done the demo ends. */
export async function must<T>(
  { story }: Stage,
  result: Promise<
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly failure: Parameters<typeof failureText>[0] }
  >,
): Promise<T> {
  const outcome = await result;
  if (outcome.ok) return outcome.value;
  story.check(DEMO.engineHolds, false, failureText(outcome.failure));
  throw new ChapterFailed(outcome.failure.code);
}

export function fail({ story }: Stage, text: string): never {
  story.check(text, false);
  throw new ChapterFailed(text);
}
