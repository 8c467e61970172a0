import type { Command } from 'commander';
import type { Terminal } from '../app/terminal.ts';

interface CommandModule {
  /** Gives the command its arguments, options and action. */
  register(command: Command, terminal: Terminal): void;
}

/** The module of each command. Only that of the command that runs is loaded. */
export const LOAD = {
  check: () => import('./commands/check.ts'),
  plan: () => import('./commands/plan.ts'),
  apply: () => import('./commands/apply.ts'),
  drift: () => import('./commands/drift.ts'),
  explain: () => import('./commands/explain.ts'),
  'who-can': () => import('./commands/who-can.ts'),
  why: () => import('./commands/why.ts'),
  history: () => import('./commands/history.ts'),
  page: () => import('./commands/page.ts'),
  offboard: () => import('./commands/offboard.ts'),
  member: () => import('./commands/edit.ts'),
  role: () => import('./commands/edit.ts'),
  freeze: () => import('./commands/edit.ts'),
  unfreeze: () => import('./commands/edit.ts'),
  snooze: () => import('./commands/edit.ts'),
  keys: () => import('./commands/keys.ts'),
  init: () => import('./commands/init.ts'),
  adopt: () => import('./commands/adopt.ts'),
  synth: () => import('./commands/synth.ts'),
  bootstrap: () => import('./commands/bootstrap.ts'),
  doctor: () => import('./commands/doctor.ts'),
  codeowners: () => import('./commands/codeowners.ts'),
  schema: () => import('./commands/schema.ts'),
  'wind-down': () => import('./commands/wind-down.ts'),
  eject: () => import('./commands/eject.ts'),
  demo: () => import('./commands/demo.ts'),
  emulator: () => import('./commands/emulator.ts'),
  preview: () => import('./commands/preview.ts'),
  comment: () => import('./commands/comment.ts'),
  'check-approval': () => import('./commands/check-approval.ts'),
  'drift-issue': () => import('./commands/drift-issue.ts'),
} as const satisfies Readonly<Record<string, () => Promise<CommandModule>>>;

export type CommandName = keyof typeof LOAD;
