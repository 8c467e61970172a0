import type { IAMClient } from '@aws-sdk/client-iam';
import { decide } from '../../access/decide.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { applyPlanned } from '../../app/apply/carry-out.ts';
import type { StackPlan } from '../../app/plan/plan.ts';
import type { LocalEmulator } from '../../app/session/emulator.ts';
import { emulatorSession, type LabSession } from '../../app/session/lab-session.ts';
import type { Terminal } from '../../app/terminal.ts';
import type { Operation } from '../../catalog/mturk.ts';
import type { Failure, Result } from '../../diagnostics/failure.ts';
import { changedLines } from '../../edit/diff.ts';
import { edited, readEditable } from '../../edit/edit.ts';
import type { Edit } from '../../edit/verbs.ts';
import { iamName } from '../../team/names.ts';
import type { Member, Team } from '../../team/team.ts';
import type { Engine } from '../../terraform/run/engine.ts';
import { visible } from '../../text/escape.ts';
import type { DemoOutput } from './print.ts';
import type { Scenario } from './scenario.ts';

export interface DemoBase {
  readonly output: DemoOutput;
  readonly terminal: Terminal;
  readonly team: Team;
  readonly today: string;
  readonly engine: Engine;
  readonly emulator: LocalEmulator;
  readonly iam: IAMClient;
  readonly directory: string;
}

export interface DemoContext extends DemoBase {
  readonly file: string;
  readonly source: string;
  readonly scenario: Scenario;
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

/** Edits the file as `member` does, prints the lines that change, and gives what later steps work on. */
export function editFile(context: DemoContext, edit: Edit): DemoContext {
  const { output, file, source, today } = context;
  const before = readEditable({ file, text: source, codeowners: null }, today);
  const after = before.ok ? edited(before.value, edit) : before;
  if (!after.ok) throw new StepFailed(after.failure.code, after.failure);
  const { text, team } = after.value;
  if (team === null) throw new StepFailed(`${file} is not valid after the edit`);
  for (const line of changedLines(source, text)) output.line(line.sign, visible(line.text.trim()), 2);
  return { ...context, source: text, team };
}

/** Carries out a plan and prints its progress on a terminal. How many steps it took. */
export function applyPlan(context: DemoContext, session: LabSession, planned: StackPlan): Promise<number> {
  const terminal = context.terminal.isTerminal ? context.terminal : quiet(context);
  const options = { workflow: false, commit: null, ownerIds: new Map(), isApproved: false };
  return done(applyPlanned(session, planned, options, terminal));
}

export function labFor({ engine, emulator, directory, today, team }: DemoBase): LabSession {
  const willing: Team = { ...team, settings: { ...team.settings, reconcile: 'all' } };
  return emulatorSession(willing, { today, stack: 'team', parallelism: null, directory }, engine, emulator);
}

/** Whether the file gives an operation to a member. */
export function isGivenTo(context: DemoBase, { key }: Pick<Member, 'key'>): (operation: Operation) => boolean {
  const model = desiredAccess(context.team, context.today);
  const { at } = labFor(context);
  const user = iamName(context.team.lab, key);
  return (operation) => decide(model, user, operation, { at }).outcome === 'allowed';
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

export function quiet({ terminal }: DemoBase): Terminal {
  return { ...terminal, isTerminal: false, stdout: () => {}, stderr: () => {} };
}
