import type { IAMClient } from '@aws-sdk/client-iam';
import { applyPlanned } from '../../app/apply/carry-out.ts';
import type { StackPlan } from '../../app/plan/plan.ts';
import type { LocalEmulator } from '../../app/session/emulator.ts';
import { emulatorSession, type LabSession } from '../../app/session/lab-session.ts';
import type { Terminal } from '../../app/terminal.ts';
import type { Failure, Result } from '../../diagnostics/failure.ts';
import { changedLines } from '../../edit/diff.ts';
import { edited, readEditable } from '../../edit/edit.ts';
import type { Edit } from '../../edit/verbs.ts';
import type { Team } from '../../team/team.ts';
import type { Engine } from '../../terraform/run/engine.ts';
import { visible } from '../../text/escape.ts';
import type { DemoOutput } from './print.ts';
import type { Scenario } from './scenario.ts';

export interface DemoContext {
  readonly output: DemoOutput;
  readonly terminal: Terminal;
  readonly file: string;
  readonly source: string;
  readonly team: Team;
  readonly today: string;
  readonly scenario: Scenario;
  readonly engine: Engine;
  readonly emulator: LocalEmulator;
  readonly iam: IAMClient;
  readonly directory: string;
}

/** A step could not be carried out, so that the later ones make no sense. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly failure: Failure | null;

  constructor(message: string, failure: Failure | null = null) {
    super(message);
    this.failure = failure;
  }
}

/** A team file as it is after a step, and what it says. */
export interface TeamFile {
  readonly source: string;
  readonly team: Team;
}

/** Edits the file as `member` does, and prints the lines that change. */
export function editFile({ output, file, today }: DemoContext, source: string, edit: Edit): TeamFile {
  const before = readEditable({ file, text: source, codeowners: null }, today);
  const after = before.ok ? edited(before.value, edit) : before;
  if (!after.ok) throw new StepFailed(after.failure.code, after.failure);
  const { text, team } = after.value;
  if (team === null) throw new StepFailed(`${file} is not valid after the edit`);
  for (const line of changedLines(source, text)) output.line(line.sign, visible(line.text.trim()), 2);
  return { source: text, team };
}

/** Carries out a plan and prints its progress on a terminal. How many steps it took. */
export function applyPlan(context: DemoContext, session: LabSession, planned: StackPlan): Promise<number> {
  const terminal = context.terminal.isTerminal ? context.terminal : quiet(context);
  const options = { workflow: false, commit: null, ownerIds: new Map() };
  return done(applyPlanned(session, planned, options, terminal));
}

export function labFor({ engine, emulator, directory, today }: DemoContext, team: Team): LabSession {
  const willing: Team = { ...team, settings: { ...team.settings, reconcile: 'all' } };
  return emulatorSession(willing, { today, stack: 'team', parallelism: null, directory }, engine, emulator);
}

export async function done<T>(result: Promise<Result<T>>): Promise<T> {
  const outcome = await result;
  if (outcome.ok) return outcome.value;
  throw new StepFailed(outcome.failure.code, outcome.failure);
}

/** `0.4 s` */
export function secondsText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

export function quiet({ terminal }: DemoContext): Terminal {
  return { ...terminal, isTerminal: false, stdout: () => {}, stderr: () => {} };
}
