import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emulatorSession } from '../src/cli/session/lab-session.ts';
import { isEmpty, planStack } from '../src/cli/session/plan.ts';
import { openEmulator } from '../src/emulator/emulator.ts';
import { findEngine } from '../src/terraform/run/engine.ts';
import { failureText } from '../src/text/failures/failures.ts';
import { declaredAccount } from './declared-account.ts';
import { declaredState } from './declared-state.ts';
import { expectedCalls } from './plan-calls.ts';
import { synthTeam } from './synth-team.ts';

/** A plan of a team that is applied as it is: everything is refreshed, nothing changes. */
export interface FullPlanFigures {
  readonly size: number;
  readonly calls: number;
  /** What the real provider asks of an account with so many members. */
  readonly expected: number;
  readonly planMs: number;
}

const TODAY = '2026-11-25';

/** Plans a team of that size with the engine, from a state that is written and not applied; throws where it changes anything. */
export async function benchFullPlan(size: number): Promise<FullPlanFigures> {
  const engine = await findEngine({ env: process.env, account: 'emulator' });
  if (!engine.ok) throw new Error(failureText(engine.failure));
  const team = synthTeam(size);
  const account = declaredAccount(team, TODAY);
  const memory = { account, states: new Map([['team', declaredState(team, account, engine.value)]]) };
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
  const emulator = await openEmulator({ dir: null, accountId: team.account, memory });
  const lab = emulatorSession(
    team,
    { today: TODAY, stack: 'team', parallelism: 20, directory },
    engine.value,
    emulator,
  );
  try {
    const start = performance.now();
    const planned = await planStack(lab);
    const planMs = performance.now() - start;
    if (!planned.ok) throw new Error(failureText(planned.failure));
    if (!isEmpty(planned.value)) throw new Error('the plan of what is applied is not empty');
    return { size, calls: emulator.calls.length, expected: expectedCalls(team, TODAY), planMs };
  } finally {
    await lab.close();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
}
