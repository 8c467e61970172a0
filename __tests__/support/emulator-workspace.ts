import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { Team } from '../../src/team/team.ts';
import { applyPlan, initialize, planChanges, type SavedPlan } from '../../src/terraform/run/commands.ts';
import { type Engine, findEngine } from '../../src/terraform/run/engine.ts';
import { type ImportBlock, prepareWorkspace, type Workspace } from '../../src/terraform/run/workspace.ts';
import { synthesize } from '../../src/terraform/synth/synth.ts';
import { orThrow } from './lab-in-test.ts';

/** A stack of a team below a directory, whose engine works on an emulator. */
export async function emulatorWorkspace(
  emulator: Emulator,
  directory: string,
  stack: 'team' | 'bootstrap',
  team: Team,
  more: { readonly engine?: Engine; readonly imports?: readonly ImportBlock[] } = {},
): Promise<Workspace> {
  const { stacks } = await synthesize(team, { today: '2026-11-25', outDir: join(directory, 'out') });
  const workspace = await prepareWorkspace({
    engine: more.engine ?? orThrow(await findEngine({ env: process.env, account: 'emulator' })),
    directory: join(directory, stack),
    configuration: await readFile(join(stacks[stack], 'cdk.tf.json'), 'utf8'),
    account: 'emulator',
    env: process.env,
    extra: emulator.engineEnv(stack),
    backend: { http: {} },
    imports: more.imports ?? [],
  });
  orThrow(await initialize(workspace));
  return workspace;
}

export async function plannedIn(workspace: Workspace): Promise<SavedPlan> {
  return orThrow(await planChanges(workspace));
}

/** Applies a new plan. */
export async function appliedIn(workspace: Workspace): Promise<SavedPlan> {
  const plan = await plannedIn(workspace);
  orThrow(await applyPlan(workspace, plan));
  return plan;
}
