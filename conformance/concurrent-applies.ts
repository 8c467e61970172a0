import { join } from 'node:path';
import type { Failure } from '../src/diagnostics/failure.ts';
import { applyPlan, initialize, planChanges } from '../src/terraform/run/commands.ts';
import type { Workspace } from '../src/terraform/run/workspace.ts';
import { FIRST_TEAM, WITH_EVE } from './lifecycle-team.ts';
import { configuredAttributes, planFacts } from './plan-facts.ts';
import { accessTable, readAccount } from './read-account.ts';
import { configurationOf, need, prepareRigWorkspace, type Rig } from './run-lifecycle.ts';

/** How a run ended: it changed something, found nothing left to do, or was refused with this code. */
type Ending = 'applied' | 'nothing to do' | Failure['code'];

/** What two applies of the same change at the same time left behind. */
export interface ConcurrentOutcome {
  readonly endings: readonly [Ending, Ending];
  /** How often the member of the change was created, over both runs and the repetition of a refused one. */
  readonly created: number;
  /** What a plan still finds to do once both are through. */
  readonly leftToDo: readonly string[];
  /** Everybody of the team is there with the access that the team gives. */
  readonly members: readonly string[];
}

/**
 * Two people apply the same change to the same state at the same time. The one who comes second waits as long as
 * `lockTimeoutSeconds`, else is refused; it then runs again, as its message says.
 */
export async function applyConcurrently(rig: Rig, lockTimeoutSeconds: number | null): Promise<ConcurrentOutcome> {
  const boundary = await prepareRigWorkspace(rig, 'bootstrap', await configurationOf(rig, 'bootstrap', FIRST_TEAM));
  need(await initialize(boundary));
  need(await applyPlan(boundary, need(await planChanges(boundary))));
  const before = await desk(rig, 'first', FIRST_TEAM);
  need(await applyPlan(before, need(await planChanges(before))));

  const desks = [await desk(rig, 'first', WITH_EVE), await desk(rig, 'second', WITH_EVE)] as const;
  rig.proxy.take();
  const [one, other] = await Promise.all(desks.map((workspace) => run(workspace, lockTimeoutSeconds)));
  if (one === undefined || other === undefined) throw new Error('two runs have two endings');
  for (const [index, ending] of [one, other].entries()) {
    const workspace = desks[index];
    if (workspace !== undefined && isRefusal(ending)) need(await again(workspace));
  }
  const created = rig.proxy.take().CreateUser ?? 0;
  const configuration = await configurationOf(rig, 'team', WITH_EVE);
  const left = need(await planChanges(desks[0]));
  return {
    endings: [one, other],
    created,
    leftToDo: planFacts(left.plan, configuredAttributes([configuration])).changes,
    members: Object.keys(accessTable(await readAccount(rig.iam))),
  };
}

/** What is wrong with the outcome; empty if nothing was lost. */
export function concurrencyProblems(outcome: ConcurrentOutcome): readonly string[] {
  const problems: string[] = [];
  if (!outcome.endings.includes('applied')) problems.push(`neither apply went through: ${outcome.endings.join(', ')}`);
  for (const ending of outcome.endings.filter(isRefusal)) {
    if (ending !== 'state-locked' && ending !== 'plan-stale') problems.push(`an apply ended in ${ending}`);
  }
  if (outcome.created !== 1) problems.push(`the new member was created ${outcome.created} times`);
  if (outcome.leftToDo.length > 0) problems.push(`a plan still finds: ${outcome.leftToDo.join('; ')}`);
  if (outcome.members.length !== WITH_EVE.members.length) problems.push(`users are ${outcome.members.join(', ')}`);
  return problems;
}

function isRefusal(ending: Ending): boolean {
  return ending !== 'applied' && ending !== 'nothing to do';
}

/** A working directory for each person, on the state that all share. */
async function desk(rig: Rig, owner: string, team: typeof FIRST_TEAM): Promise<Workspace> {
  const configuration = await configurationOf(rig, 'team', team);
  const workspace = await prepareRigWorkspace(rig, 'team', configuration, join(rig.directory, owner));
  need(await initialize(workspace));
  return workspace;
}

async function run(workspace: Workspace, lockTimeoutSeconds: number | null): Promise<Ending> {
  const options = lockTimeoutSeconds === null ? {} : { lockTimeoutSeconds };
  const planned = await planChanges(workspace, options);
  if (!planned.ok) return planned.failure.code;
  if (planned.value.plan.changes.every(({ change }) => change.actions.join() === 'no-op')) return 'nothing to do';
  const applied = await applyPlan(workspace, planned.value, options);
  return applied.ok ? 'applied' : applied.failure.code;
}

async function again(workspace: Workspace): ReturnType<typeof applyPlan> {
  const planned = need(await planChanges(workspace));
  return applyPlan(workspace, planned);
}
