import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPlanned } from '../src/app/apply/carry-out.ts';
import { checkApplied, quickCheck } from '../src/app/drift/run-scan.ts';
import { noChanges, planStack } from '../src/app/plan/plan.ts';
import { emulatorSession } from '../src/app/session/lab-session.ts';
import type { Terminal } from '../src/app/terminal.ts';
import { showPlan } from '../src/cli/plan-output.ts';
import type { Result } from '../src/diagnostics/failure.ts';
import { findEngine } from '../src/terraform/run/engine.ts';
import { failureText } from '../src/text/failures/failures.ts';
import { type AccountAddress, TODAY } from './account-process.ts';
import { synthTeam } from './synth-team.ts';

/** What `plan` and `apply` do with a new team, in a process of its own, and then the plan of what is applied. */
async function main(): Promise<void> {
  const size = Number(process.argv[2]);
  const { endpoint, credentials, environment }: AccountAddress = JSON.parse(process.argv[3] ?? '');
  const team = synthTeam(size);
  const engine = given(await findEngine({ env: process.env, account: 'emulator' }));
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
  const reached = { endpoint, accountId: team.account, rootCredentials: credentials, calls: [] };
  const emulator = { ...reached, engineEnv: () => environment, close: async () => {} };
  const lab = emulatorSession(team, { today: TODAY, stack: 'team', parallelism: 20, directory }, engine, emulator);
  const terminal: Terminal = {
    stdout: () => {},
    stderr: () => {},
    confirm: async () => true,
    isTerminal: true,
    color: false,
    width: 100,
  };
  try {
    const started = performance.now();
    const plan = given(await planStack(lab));
    const check = await quickCheck(lab, plan, terminal);
    showPlan(lab, plan, check, { json: false, resources: false }, terminal);
    const planned = performance.now();
    given(
      await applyPlanned(
        lab,
        plan,
        { workflow: false, commit: null, ownerIds: new Map(), isApproved: false },
        terminal,
      ),
    );
    await checkApplied(lab, null, terminal);
    const applied = performance.now();
    const before = await callsSoFar();
    const asked = performance.now();
    if (!noChanges(given(await planStack(lab)))) throw new Error('the plan of what is applied is not empty');
    const again = performance.now() - asked;
    process.send?.({
      ms: { plan: planned - started, apply: applied - planned, again },
      calls: (await callsSoFar()) - before,
      peakMb: process.resourceUsage().maxRSS / 1024,
    });
  } finally {
    await lab.close();
    await rm(directory, { recursive: true, force: true });
  }
  process.disconnect();
}

async function callsSoFar(): Promise<number> {
  process.send?.('calls');
  const [calls] = (await once(process, 'message')) as [number];
  return calls;
}

function given<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(failureText(result.failure));
}

void main();
