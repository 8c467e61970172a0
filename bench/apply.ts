import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../scripts/bundles.ts';
import { HEAP_FLAG } from '../src/cli/main.ts';
import { limitsPolicy, rolePolicy } from '../src/team/documents.ts';
import { membersWithUser, type Team } from '../src/team/team.ts';
import { findEngine } from '../src/terraform/run/engine.ts';
import { runEngine } from '../src/terraform/run/process.ts';
import { prepareWorkspace } from '../src/terraform/run/workspace.ts';
import { synthesize } from '../src/terraform/synth/synth.ts';
import { type AccountProcess, TODAY, withAccount } from './account-process.ts';
import { synthTeam } from './synth-team.ts';

/** Milliseconds of the first plan with what comes before it, of the apply, and of the plan of what is applied. */
interface Times {
  readonly plan: number;
  readonly apply: number;
  readonly again: number;
}

export interface ApplyFigures {
  /** Members, all of them new. */
  readonly size: number;
  readonly ours: Times;
  readonly terraform: Times;
  readonly ratio: number;
  readonly stateBytes: number;
  /** The most memory that our process held, in MB. */
  readonly peakMb: number;
  /** What the second plan asked of the account. */
  readonly calls: number;
  /** What the real provider asks of an account with so many members. */
  readonly expectedCalls: number;
}

/** Plans, applies and plans again a new team of that size, and with Terraform alone from the same configuration. */
export async function benchApply(size: number): Promise<ApplyFigures> {
  const rounds: { readonly terraform: Times; readonly ours: Awaited<ReturnType<typeof byUs>> }[] = [];
  // The two take turns, and the fastest of each counts, so that a busy machine slows both. A large team takes minutes.
  for (let round = 0; round < (size < 500 ? 3 : 1); round += 1) {
    const terraform = await withAccount(size, 'new', (account) => byTerraform(size, account));
    rounds.push({ terraform, ours: await withAccount(size, 'new', (account) => byUs(size, account)) });
  }
  const terraform = fastest(rounds.map((round) => round.terraform));
  const ours = fastest(rounds.map((round) => round.ours.ms));
  const peakMb = Math.max(...rounds.map((round) => round.ours.peakMb));
  const [{ calls, stateBytes } = { calls: 0, stateBytes: 0 }] = rounds.map((round) => round.ours);
  const ratio = sum(ours) / sum(terraform);
  return {
    size,
    ours,
    terraform,
    ratio,
    stateBytes,
    peakMb,
    calls,
    expectedCalls: expectedCalls(synthTeam(size), TODAY),
  };
}

/** The least of each part. */
function fastest(times: readonly Times[]): Times {
  const least = (part: keyof Times) => Math.min(...times.map((each) => each[part]));
  return { plan: least('plan'), apply: least('apply'), again: least('again') };
}

function sum({ plan, apply, again }: Times): number {
  return plan + apply + again;
}

interface OurCost {
  readonly ms: Times;
  readonly calls: number;
  readonly peakMb: number;
}

async function byUs(size: number, account: AccountProcess): Promise<OurCost & { readonly stateBytes: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
  try {
    return await applied(size, account, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** As users have it: bundled, because sources that are compiled as they are loaded take memory of their own. */
async function applied(size: number, account: AccountProcess, directory: string) {
  const program = join(directory, 'apply.cjs');
  await buildProgram('bench/apply-child.ts', program);
  const child = fork(program, [String(size), JSON.stringify(account)], { execArgv: [HEAP_FLAG] });
  child.on('message', async (message) => {
    if (message === 'calls') child.send(await account.calls());
  });
  const cost = await new Promise<OurCost>((resolve, reject) => {
    child.on('message', (message: OurCost | 'calls') => message === 'calls' || resolve(message));
    child.once('exit', (code) => reject(new Error(`the apply of ${size} members ended with ${code}`)));
  });
  if (child.exitCode === null) await once(child, 'exit');
  const state = await fetch(account.environment.TF_HTTP_ADDRESS ?? '');
  return { ...cost, stateBytes: (await state.arrayBuffer()).byteLength };
}

async function byTerraform(size: number, account: AccountProcess): Promise<Times> {
  const engine = await findEngine({ env: process.env, account: 'emulator' });
  if (!engine.ok) throw new Error(JSON.stringify(engine.failure));
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
  try {
    const { stacks } = await synthesize(synthTeam(size), { today: TODAY, outDir: join(directory, 'out') });
    const workspace = await prepareWorkspace({
      engine: engine.value,
      directory: join(directory, 'team'),
      configuration: await readFile(join(stacks.team, 'cdk.tf.json'), 'utf8'),
      account: 'emulator',
      env: process.env,
      extra: account.environment,
      backend: { http: {} },
    });
    const timed = async (...commands: readonly (readonly string[])[]) => {
      const started = performance.now();
      for (const args of commands) {
        const { exitCode, stderr } = await runEngine(engine.value.binary, args, workspace);
        if (exitCode !== 0) throw new Error(`${args[0]}: ${stderr}`);
      }
      return performance.now() - started;
    };
    const options = ['-input=false', '-parallelism=20'];
    return {
      plan: await timed(['init', '-input=false'], ['plan', ...options, '-out=plan.bin']),
      apply: await timed(['apply', ...options, 'plan.bin']),
      again: await timed(['plan', ...options, '-out=plan.bin']),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
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
