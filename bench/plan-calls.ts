import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyStack } from '../src/cli/session/apply.ts';
import { applyBootstrap, emulatorSession, type LabSession } from '../src/cli/session/lab-session.ts';
import { isEmpty, planStack } from '../src/cli/session/plan.ts';
import type { Result } from '../src/diagnostics/failure.ts';
import { type Emulator, openEmulator } from '../src/emulator/emulator.ts';
import type { EmulatorMemory } from '../src/emulator/hosted-account.ts';
import { limitsPolicy, rolePolicy } from '../src/team/documents.ts';
import { membersWithUser, type Team } from '../src/team/team.ts';
import { type Engine, findEngine } from '../src/terraform/run/engine.ts';
import { failureText } from '../src/text/failures/failures.ts';
import { declaredAccount } from './declared-account.ts';
import { declaredState } from './declared-state.ts';
import { synthTeam } from './synth-team.ts';

export interface PlanCalls {
  readonly size: number;
  /** What the plan asked of the account. */
  readonly calls: number;
  /** What the real provider asks of an account with so many members. */
  readonly expected: number;
  readonly planMs: number;
}

const TODAY = '2026-11-25';

/** Applies a team of that size in the local AWS emulator, and counts the calls of the plan after it. */
export function benchPlanCalls(size: number): Promise<PlanCalls> {
  const team = synthTeam(size);
  return inEmulator(
    team,
    () => undefined,
    async (lab, emulator) => {
      const bootstrap = await applyBootstrap(lab);
      if (bootstrap !== null) throw new Error(failureText(bootstrap));
      given(await applyStack(lab, given(await planStack(lab))));
      return timedPlan(team, lab, emulator);
    },
  );
}

/** Plans a team of that size from a state that is written and not applied: everything is refreshed, nothing changes. */
export function benchFullPlan(size: number): Promise<PlanCalls> {
  const team = synthTeam(size);
  const account = declaredAccount(team, TODAY);
  return inEmulator(
    team,
    (engine) => ({ account, states: new Map([['team', declaredState(team, account, engine)]]) }),
    (lab, emulator) => timedPlan(team, lab, emulator),
  );
}

async function timedPlan(team: Team, lab: LabSession, emulator: Emulator): Promise<PlanCalls> {
  const before = emulator.calls.length;
  const start = performance.now();
  const plan = given(await planStack(lab));
  const planMs = performance.now() - start;
  if (!isEmpty(plan)) throw new Error('the plan of what is applied is not empty');
  const calls = emulator.calls.length - before;
  return { size: team.members.length, calls, expected: expectedCalls(team, TODAY), planMs };
}

async function inEmulator<T>(
  team: Team,
  memoryOf: (engine: Engine) => EmulatorMemory | undefined,
  run: (lab: LabSession, emulator: Emulator) => Promise<T>,
): Promise<T> {
  const engine = given(await findEngine({ env: process.env, account: 'emulator' }));
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
  const memory = memoryOf(engine);
  const emulator = await openEmulator({
    dir: null,
    accountId: team.account,
    ...(memory === undefined ? {} : { memory }),
  });
  const lab = emulatorSession(team, { today: TODAY, stack: 'team', parallelism: 20, directory }, engine, emulator);
  try {
    return await run(lab, emulator);
  } finally {
    await lab.close();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function given<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(failureText(result.failure));
}

/** People on a page of a group's members. */
const PAGE = 100;

/**
 * What the real provider asks: 1 + 3 a user + 4 a group, 1 for each further page of its members and 1 an attachment + 2 a
 * policy + 1 for each `limits`.
 */
export function expectedCalls(team: Team, today: string): number {
  const users = membersWithUser(team, today);
  const policies = team.roles.filter((role) => rolePolicy(role, team.freeze) !== null).length;
  const attachments = policies + team.roles.reduce((sum, role) => sum + role.managed.length, 0);
  const limits = users.filter((member) => limitsPolicy(member) !== null).length;
  const pages = team.roles.map(({ key }) => Math.ceil(users.filter(({ roles }) => roles.includes(key)).length / PAGE));
  const further = pages.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  return 1 + 3 * users.length + 4 * team.roles.length + further + attachments + 2 * policies + limits;
}
