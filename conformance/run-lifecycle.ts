import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateAccessKeyCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { Failure, Result } from '../src/diagnostics/failure.ts';
import { iamName } from '../src/team/names.ts';
import type { Team } from '../src/team/team.ts';
import { applyPlan, initialize, planChanges, type SavedPlan } from '../src/terraform/run/commands.ts';
import type { Engine, Environment } from '../src/terraform/run/engine.ts';
import { type ImportBlock, prepareWorkspace, type Workspace, writeImports } from '../src/terraform/run/workspace.ts';
import { synthesize } from '../src/terraform/synth/synth.ts';
import { brokenPromises } from './broken-promises.ts';
import { isObject } from './canonical.ts';
import type { StepRecord } from './compare-steps.ts';
import type { Calls, CountingProxy, SentCall } from './counting-proxy.ts';
import { ACCOUNT, EVE_LEFT, FIRST_TEAM, LAB, NARROWED, TODAY, WITH_EVE } from './lifecycle-team.ts';
import {
  changeBehindExclusives,
  changeManually,
  deleteUnmanagedUser,
  revertBehindExclusives,
} from './manual-changes.ts';
import { configuredAttributes, planFacts } from './plan-facts.ts';
import { accessTable, accountFacts, readAccount } from './read-account.ts';
import { roleProblems } from './role-calls.ts';

/** One account with one provider and one engine, to play the lifecycle on. */
export interface Rig {
  readonly engine: Engine;
  /** The account itself, past the proxy. */
  readonly account: {
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** What the provider calls; it counts. */
  readonly proxy: CountingProxy;
  /** The administrator's client, past the proxy. */
  readonly iam: IAMClient;
  /** A directory of its own. */
  readonly directory: string;
  /** The environment of the engine: keys, provider. */
  readonly extra: Environment;
  /** TF_HTTP_* of a stack's state in our backend; null keeps the state in a file. */
  readonly stateOf: (stack: string) => Environment | null;
  /** Where the engine installs the provider from; null for its registry. */
  readonly providerMirror: string | null;
  /** Whether the provider has the `*_exclusive` resources. */
  readonly hasExclusives: boolean;
  /** Adapts the synthesized configuration to the provider; most need nothing. */
  readonly configure: (configuration: string) => string;
}

/**
 * The lifecycle that every rig runs: eight steps, six manual changes more for what only newer providers see, and a state that
 * is lost.
 */
export async function runLifecycle(rig: Rig, say: (step: string) => void): Promise<readonly StepRecord[]> {
  const lifecycle = new Lifecycle(rig, say);
  await lifecycle.change('the boundary', 'bootstrap', FIRST_TEAM);
  await lifecycle.change('create', 'team', FIRST_TEAM);
  await lifecycle.change('nothing to do', 'team', FIRST_TEAM);
  await lifecycle.change('a member joins', 'team', WITH_EVE);
  await lifecycle.change('a role is narrowed', 'team', NARROWED);
  await rig.iam.send(new CreateAccessKeyCommand({ UserName: iamName(LAB, 'eve') }));
  await lifecycle.change('a member with a key leaves', 'team', EVE_LEFT);

  await changeManually(rig.iam);
  await lifecycle.find('six manual changes', EVE_LEFT);
  await lifecycle.repair('repaired', EVE_LEFT);

  await changeBehindExclusives(rig.iam);
  await lifecycle.find('six more, behind the exclusives', EVE_LEFT);
  if (!rig.hasExclusives) await revertBehindExclusives(rig.iam);
  await lifecycle.repair('repaired again', EVE_LEFT);
  await deleteUnmanagedUser(rig.iam);

  lifecycle.loseState();
  await lifecycle.change('taken over after the state was lost', 'team', EVE_LEFT);
  await lifecycle.change('nothing to do after that', 'team', EVE_LEFT);

  await lifecycle.change('all gone', 'team', null);
  await lifecycle.change('the boundary gone', 'bootstrap', null);
  return lifecycle.records;
}

export type StackName = 'team' | 'bootstrap';

class Lifecycle {
  readonly records: StepRecord[] = [];
  readonly #rig: Rig;
  readonly #say: (step: string) => void;
  readonly #ready = new Set<string>();
  #found: SavedPlan | null = null;
  /** The name under which the team's state is kept, and what must be taken over into it. */
  #team = { state: 'team', takeOver: false };

  constructor(rig: Rig, say: (step: string) => void) {
    this.#rig = rig;
    this.#say = say;
  }

  /** Plans and applies what the team says; null takes everything away. */
  async change(step: string, stack: StackName, team: Team | null): Promise<void> {
    const workspace = await this.#workspace(stack, team);
    this.#take();
    const saved = await this.#plan(workspace);
    const planned = this.#take();
    await this.#apply(workspace, saved);
    const applied = this.#take();
    // The bootstrap stack is an administrator's.
    const denied =
      stack === 'team' ? [...roleProblems('plan', planned.sequence), ...roleProblems('apply', applied.sequence)] : [];
    const broken = [...brokenPromises(applied.sequence), ...denied];
    await this.#record(step, team, saved, planned.calls, applied.calls, broken);
  }

  /** Plans only: what the provider sees of what happened behind its back. */
  async find(step: string, team: Team): Promise<void> {
    const workspace = await this.#workspace('team', team);
    this.#take();
    const saved = await this.#plan(workspace);
    this.#found = saved;
    const { calls, sequence } = this.#take();
    await this.#record(step, team, saved, calls, {}, roleProblems('plan', sequence));
  }

  /** Applies what was found, and plans again: nothing may be left to do. */
  async repair(step: string, team: Team): Promise<void> {
    const workspace = await this.#workspace('team', team);
    if (this.#found === null) throw new Error('nothing was looked for before the repair');
    this.#take();
    await this.#apply(workspace, this.#found);
    const applied = this.#take();
    const saved = await this.#plan(workspace);
    const planned = this.#take();
    const denied = [...roleProblems('apply', applied.sequence), ...roleProblems('plan', planned.sequence)];
    await this.#record(step, team, saved, planned.calls, applied.calls, denied);
  }

  /** The calls since the last time. */
  #take(): { readonly calls: Calls; readonly sequence: readonly SentCall[] } {
    const { proxy } = this.#rig;
    return { calls: proxy.take(), sequence: proxy.takeSequence() };
  }

  /** The team's state is empty again, and the next plan takes over what the account holds. */
  loseState(): void {
    this.#team = { state: 'team-again', takeOver: true };
  }

  async #workspace(stack: StackName, team: Team | null): Promise<Workspace> {
    const rig = this.#rig;
    const configuration = await this.#configuration(stack, team);
    const state = stack === 'team' ? this.#team.state : stack;
    const workspace = await prepareRigWorkspace(rig, state, configuration);
    if (stack === 'team' && this.#team.takeOver) {
      await writeImports(workspace, importsOf(configuration));
      this.#team = { ...this.#team, takeOver: false };
    }
    if (!this.#ready.has(state)) {
      need(await initialize(workspace));
      this.#ready.add(state);
    }
    return workspace;
  }

  async #configuration(stack: StackName, team: Team | null): Promise<string> {
    const text = await configurationOf(this.#rig, stack, team ?? FIRST_TEAM);
    return team === null ? withoutResources(text) : text;
  }

  async #plan(workspace: Workspace): Promise<SavedPlan> {
    return need(await planChanges(workspace));
  }

  async #apply(workspace: Workspace, saved: SavedPlan): Promise<void> {
    if (saved.plan.changes.some(({ change }) => change.actions.join() !== 'no-op')) {
      need(await applyPlan(workspace, saved));
    }
  }

  async #record(
    step: string,
    team: Team | null,
    saved: SavedPlan,
    planCalls: StepRecord['planCalls'],
    applyCalls: StepRecord['applyCalls'],
    broken: readonly string[],
  ): Promise<void> {
    const recorded = team ?? EVE_LEFT;
    const configured = configuredAttributes([
      await this.#configuration('team', recorded),
      await this.#configuration('bootstrap', recorded),
    ]);
    const model = await readAccount(this.#rig.iam);
    this.records.push({
      step,
      plan: planFacts(saved.plan, configured),
      access: accessTable(model),
      account: accountFacts(model),
      planCalls,
      applyCalls,
      broken,
    });
    this.#say(step);
  }
}

/** Import blocks for what the real provider can import of a configuration: users, groups and policies. */
function importsOf(configuration: string): readonly ImportBlock[] {
  const parsed: unknown = JSON.parse(configuration);
  const resources = isObject(parsed) && isObject(parsed.resource) ? parsed.resource : {};
  return ['aws_iam_user', 'aws_iam_group', 'aws_iam_policy'].flatMap((type) => {
    const byName = resources[type];
    return Object.entries(isObject(byName) ? byName : {}).map(([key, body]) => {
      const { name = '', path = '/' } = isObject(body) ? body : {};
      const id = type === 'aws_iam_policy' ? `arn:aws:iam::${ACCOUNT}:policy${path}${name}` : String(name);
      return { to: `${type}.${key}`, id };
    });
  });
}

/** What the project synthesizes for a team on the lifecycle's day, adapted to the rig's provider. */
export async function configurationOf(rig: Rig, stack: StackName, team: Team): Promise<string> {
  const { stacks } = await synthesize(team, { today: TODAY, outDir: join(rig.directory, 'synth') });
  return rig.configure(await readFile(join(stacks[stack], 'cdk.tf.json'), 'utf8'));
}

/** A directory in which the rig's engine works on a stack. */
export function prepareRigWorkspace(
  rig: Rig,
  stack: string,
  configuration: string,
  directory = join(rig.directory, stack),
): Promise<Workspace> {
  const state = rig.stateOf(stack);
  return prepareWorkspace({
    engine: rig.engine,
    directory,
    configuration,
    account: 'emulator',
    env: process.env,
    extra: { ...rig.extra, ...state },
    backend: state === null ? null : { http: {} },
    providerMirror: rig.providerMirror,
  });
}

/** The same configuration with nothing in it but its provider, which is needed to take everything away. */
function withoutResources(configuration: string): string {
  const parsed: unknown = JSON.parse(configuration);
  return JSON.stringify({
    ...(isObject(parsed) ? parsed : {}),
    resource: undefined,
    locals: undefined,
    output: undefined,
  });
}

/** The engine did not do what the lifecycle needs. */
export class EngineRefused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`the engine ended in ${failure.code}: ${JSON.stringify(failure.args)}`);
    this.name = 'EngineRefused';
    this.failure = failure;
  }
}

/** The value of a result; a failure ends the lifecycle. */
export function need<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new EngineRefused(result.failure);
}
