import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyStack } from '../src/cli/session/apply.ts';
import { applyBootstrap, emulatorSession } from '../src/cli/session/lab-session.ts';
import { planStack } from '../src/cli/session/plan.ts';
import { openEmulator } from '../src/emulator/emulator.ts';
import { limitsPolicy, rolePolicy } from '../src/team/documents.ts';
import { activeMembers, type Team } from '../src/team/team.ts';
import { findEngine } from '../src/terraform/run/engine.ts';
import { failureText } from '../src/text/failures/failures.ts';
import { synthTeam } from './synth-team.ts';

export interface PlanCalls {
  readonly size: number;
  /** What a plan of an applied team asked of the account. */
  readonly calls: number;
  /** What the real provider asks. */
  readonly expected: number;
  readonly planMs: number;
}

const TODAY = '2026-11-25';

/** Applies teams of those sizes in the local AWS emulator, and counts the calls of the plan after it. */
export async function benchPlanCalls(sizes: readonly number[]): Promise<PlanCalls[]> {
  const engine = await findEngine({ env: process.env, account: 'emulator' });
  if (!engine.ok) throw new Error(failureText(engine.failure));
  const figures: PlanCalls[] = [];
  for (const size of sizes) {
    const team = synthTeam(size);
    const directory = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
    const emulator = await openEmulator({ dir: null, accountId: team.account });
    const lab = emulatorSession(
      team,
      { today: TODAY, stack: 'team', parallelism: 20, directory },
      engine.value,
      emulator,
    );
    try {
      const bootstrap = await applyBootstrap(lab);
      if (bootstrap !== null) throw new Error(failureText(bootstrap));
      const planned = await planStack(lab);
      if (!planned.ok) throw new Error(failureText(planned.failure));
      const applied = await applyStack(lab, planned.value);
      if (!applied.ok) throw new Error(failureText(applied.failure));
      const before = emulator.calls.length;
      const start = performance.now();
      const again = await planStack(lab);
      const planMs = performance.now() - start;
      if (!again.ok) throw new Error(failureText(again.failure));
      const expected = expectedCalls(team, TODAY);
      figures.push({ size, calls: emulator.calls.length - before, expected, planMs });
    } finally {
      await lab.close();
      await emulator.close();
      await rm(directory, { recursive: true, force: true });
    }
  }
  return figures;
}

/** People on a page of a group's members. */
const PAGE = 100;

/**
 * What the real provider asks: 1 + 3 a user + 4 a group, 1 for each further page of its members and 1 an attachment + 2 a
 * policy + 1 for each `limits`.
 */
export function expectedCalls(team: Team, today: string): number {
  const users = activeMembers(team, today);
  const policies = team.roles.filter((role) => rolePolicy(role, team.freeze) !== null).length;
  const attachments = policies + team.roles.reduce((sum, role) => sum + role.managed.length, 0);
  const limits = users.filter((member) => limitsPolicy(member) !== null).length;
  const pages = team.roles.map(({ key }) => Math.ceil(users.filter(({ roles }) => roles.includes(key)).length / PAGE));
  const further = pages.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  return 1 + 3 * users.length + 4 * team.roles.length + further + attachments + 2 * policies + limits;
}
