import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { applyPlanned, type CarryOutOptions } from '../../src/app/apply/carry-out.ts';
import { planStack, type RuleOptions, type StackPlan } from '../../src/app/plan/plan.ts';
import { applyBootstrap, emulatorSession, type LabSession } from '../../src/app/session/lab-session.ts';
import { RECORD_FILE } from '../../src/app/session/records.ts';
import type { Result } from '../../src/diagnostics/failure.ts';
import { emptyState } from '../../src/emulator/account/account.ts';
import { type Emulator, type EmulatorOptions, openEmulator } from '../../src/emulator/emulator.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import type { ObservedCall } from '../../src/emulator/server/aws-endpoint.ts';
import type { Team } from '../../src/team/team.ts';
import { type Engine, engineTitle, findEngine } from '../../src/terraform/run/engine.ts';
import { sampleTeam } from './sample-team.ts';
import { SILENT } from './silent-terminal.ts';

export const TODAY = '2026-11-25';

/** Called for every request, before and after it is carried out; false ends its connection without an answer. */
export type Listener = (call: ObservedCall) => boolean | Promise<boolean>;

/** An account, its states, and the text of its apply record, if it has one. */
export interface LabMemory extends EmulatorMemory {
  readonly record?: string | null;
}

/** An account in memory, with all that a command needs to plan and apply a team to it. */
export interface LabInTest {
  readonly emulator: Emulator;
  /** The account itself: what it holds at this moment, seen without a call. */
  readonly memory: LabMemory;
  readonly engine: Engine;
  /** As another command would open it: one lab for each planning. */
  lab(team: Team, options?: { readonly parallelism?: number; readonly today?: string }): LabSession;
  listen(listener: Listener | null): void;
  /** Sets what the account takes for now (`2026-12-31T23:59:59Z`); until then it is the machine's clock. */
  setClock(now: string): void;
  close(): Promise<void>;
}

const engine = await findEngine({ env: process.env, account: 'emulator' });

function engineInTest(): Engine {
  if (!engine.ok) throw new Error(JSON.stringify(engine.failure));
  return engine.value;
}

export const ENGINE_TITLE = engine.ok ? engineTitle(engine.value) : 'no engine';

export function emptyMemory(): LabMemory {
  const account = emptyState(sampleTeam.account, `${TODAY}T00:00:00Z`, 'lab in test');
  return { account, states: new Map() };
}

/** A whole account is a few kilobytes: copying one is fast, creating one needs Terraform. */
export function copyOf({ account, states, record }: LabMemory): LabMemory {
  return { account: structuredClone(account), states: new Map(states), record };
}

type EmulatorInTest = Pick<EmulatorOptions, 'providerAttempts' | 'issuers'>;

/** Opens an account on a copy of what is given. */
async function openLabInTest(from: LabMemory, options: EmulatorInTest): Promise<LabInTest> {
  const { record = null, ...memory } = copyOf(from);
  let listener: Listener | null = null;
  let now: Date | null = null;
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-lab-'));
  const labs: LabSession[] = [];
  const file = join(directory, RECORD_FILE);
  if (record !== null) await writeFile(file, record);
  const emulator = await openEmulator({
    dir: null,
    memory,
    accountId: memory.account.accountId,
    providerAttempts: 4,
    ...options,
    clock: () => now ?? new Date(),
    onCall: async (call) => ((await listener?.(call)) === false ? 'drop' : 'continue'),
  });
  return {
    emulator,
    memory: Object.defineProperty(memory as LabMemory, 'record', {
      get: () => (existsSync(file) ? readFileSync(file, 'utf8') : null),
    }),
    engine: engineInTest(),
    lab(team, { parallelism = null, today = TODAY }: { parallelism?: number | null; today?: string } = {}) {
      const options = { today, stack: 'team', parallelism, directory } as const;
      // On the day itself a command takes the time of day.
      const at = new Date(`${today}T12:00:00Z`);
      const lab = { ...emulatorSession(team, options, engineInTest(), emulator), at };
      labs.push(lab);
      return lab;
    },
    listen(next) {
      listener = next;
    },
    setClock(next) {
      now = new Date(next);
    },
    async close() {
      for (const lab of labs) await lab.close();
      await emulator.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Works on a copy of an account and closes it, however the work ends. */
export async function withLab<T>(
  from: LabMemory,
  work: (lab: LabInTest) => Promise<T>,
  options: EmulatorInTest = {},
): Promise<T> {
  const lab = await openLabInTest(from, options);
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

/** A new account after an administrator has applied the sample lab's boundary. */
export function bootstrapped(): Promise<LabMemory> {
  return madeOnce('bootstrapped', () =>
    withLab(emptyMemory(), async (lab) => {
      const applied = await applyBootstrap(lab.lab(sampleTeam));
      if (!applied.ok) throw new Error(JSON.stringify(applied.failure));
      return copyOf(lab.memory);
    }),
  );
}

/** A bootstrapped account after an apply of a team. */
export function appliedTo(team: Team, today = TODAY): Promise<LabMemory> {
  return madeOnce(JSON.stringify([team, today]), async () =>
    withLab(await bootstrapped(), async (test) => {
      test.setClock(`${today}T12:00:00Z`);
      await applied(test.lab(team, { today }));
      return copyOf(test.memory);
    }),
  );
}

/** Makes a snapshot of an account once in a test run, for all test files; see jest.global-setup.js. */
async function madeOnce(key: string, make: () => Promise<LabMemory>): Promise<LabMemory> {
  const directory = process.env.MTURK_TEAM_SNAPSHOTS;
  if (directory === undefined) return make();
  const file = join(directory, createHash('sha256').update(key).digest('hex'));
  if (existsSync(file)) return deserialize(await readFile(file)) as LabMemory;
  const made = await make();
  // Two turns of one process can make the same.
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, serialize(made));
  await rename(partial, file);
  return made;
}

export function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** A plan that nothing blocks, as `apply` wants it. */
export async function planned(lab: LabSession, rule: RuleOptions = {}): Promise<StackPlan> {
  const plan = orThrow(await planStack(lab, { rule }));
  if (plan.blocks.length > 0) throw new Error(JSON.stringify(plan.blocks));
  return plan;
}

/** How the tests carry out a plan. */
export function carriedOut(): CarryOutOptions {
  return { workflow: false, commit: null, ownerIds: new Map(), isApproved: false };
}

/** Plans and applies a team with the real engine, record included: it fails unless a second plan is empty. */
export async function applied(lab: LabSession, rule: RuleOptions = {}): Promise<StackPlan> {
  const plan = await planned(lab, rule);
  orThrow(await applyPlanned(lab, plan, carriedOut(), SILENT));
  return plan;
}

/** Carries out every piece of work, a few at a time: an engine leaves a processor idle half of its time. */
export async function inTurns<T>(pieces: readonly T[], work: (piece: T) => Promise<void>): Promise<void> {
  const queue = [...pieces];
  const turn = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all([turn(), turn(), turn()]);
}
