import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import type { EngineHandle } from '../../src/terraform/run/process.ts';
import { applied, carriedOut, copyOf, inTurns, type LabMemory, orThrow, planned, withLab } from './lab-in-test.ts';
import { comparableAccount, recordedObjects } from './lab-in-test-account.ts';
import { applyAndKill, callNames, isRunning, type Killing, type NamedCall } from './lab-in-test-killed.ts';
import { SILENT } from './silent-terminal.ts';
import { accessIn, watchAccess } from './transient-access.ts';

/** A change without an interruption: every interrupted one must end like it. */
export interface Reference {
  readonly team: Team;
  readonly before: LabMemory;
  readonly after: LabMemory;
  /** Every call of the engine that applies. */
  readonly calls: readonly NamedCall[];
  /** IAM users suspended during the apply: then it took three applies. */
  readonly held: readonly string[];
}

/** Applies a team to an account without a disturbance. */
export function undisturbed(before: LabMemory, team: Team): Promise<Reference> {
  return withLab(before, async (test) => {
    const calls: NamedCall[] = [];
    const nameOf = callNames();
    const lab = test.lab(team, { parallelism: 1 });
    const plan = await planned(lab);
    let pid: number | null = null;
    test.listen((call) => {
      if (call.phase !== 'before') return true;
      const named = nameOf(call);
      // Between two steps the account is read without an engine.
      if (pid !== null && isRunning(pid)) calls.push(named);
      return true;
    });
    const onStart = (started: EngineHandle) => {
      pid = started.pid;
    };
    orThrow(await applyPlanned(lab, plan, { ...carriedOut(), onStart }, SILENT));
    test.listen(null);
    return { team, before, after: copyOf(test.memory), calls, held: plan.suspendedDuringApply };
  });
}

/** Every place to kill Terraform at: before each call, and after each call that writes. */
export function killsOf({ calls }: Reference): readonly Killing[] {
  return calls.flatMap((call): readonly Killing[] =>
    (isWrite(call) ? PHASES : PHASES.slice(0, 1)).map((phase) => ({ call, phase })),
  );
}

export function isWrite({ action }: NamedCall): boolean {
  return !/^(Get|List)/.test(action);
}

const PHASES = ['before', 'after'] as const;

export interface Recoveries {
  readonly killed: number;
  /** Calls that wrote, in interrupted applies and recoveries: everyone's access was checked after each. */
  readonly checks: number;
  /** How many recoveries imported what an interrupted apply had created. */
  readonly importing: number;
  readonly seconds: number;
  readonly problems: readonly string[];
}

/** Writes figures to standard error if MTURK_TEAM_FIGURES is set. */
export function report(title: string, { problems, ...figures }: Recoveries): void {
  if (process.env.MTURK_TEAM_FIGURES === undefined) return;
  process.stderr.write(`${title}: ${JSON.stringify({ ...figures, problems: problems.length })}\n`);
}

/** Kills Terraform at each of these calls, each time from the same account, applies again, and collects what is wrong. */
export async function recoverFrom(reference: Reference, killings: readonly Killing[]): Promise<Recoveries> {
  const problems: string[] = [];
  let checks = 0;
  let importing = 0;
  const started = Date.now();
  await inTurns(killings, async (killing) => {
    const one = await recover(reference, killing);
    checks += one.checks;
    importing += one.imported > 0 ? 1 : 0;
    problems.push(...one.problems.map((problem) => `${killing.phase} ${killing.call.identity}: ${problem}`));
  });
  return { killed: killings.length, checks, importing, seconds: Math.round((Date.now() - started) / 1000), problems };
}

async function recover({ team, before, after }: Reference, killing: Killing) {
  return withLab(before, async (test) => {
    const watch = watchAccess(accessIn(before.account), accessIn(after.account));
    const { code, lateCalls } = await applyAndKill(test, test.lab(team, { parallelism: 1 }), killing, (call) =>
      watch.look(call, test.memory.account),
    );
    const problems: string[] = [];
    if (code !== 'killed') problems.push(`the apply ended as ${code}`);
    if (lateCalls.length > 0) problems.push(`the killed Terraform still called ${lateCalls.join(', ')}`);
    let imported = 0;
    try {
      imported = (await applied(test.lab(team))).imported.length;
    } catch (error) {
      problems.push(String(error));
    }
    problems.push(...watch.problems, ...differences(test.memory, after, before));
    return { problems, checks: watch.looks, imported };
  });
}

/** In which parts two accounts and the records of their engines differ, in words short enough for a failed test. */
export function differences(have: LabMemory, want: LabMemory, known: LabMemory): readonly string[] {
  const lines = (memory: LabMemory) => [
    ...Object.entries(comparableAccount(memory.account, known.account) as Record<string, unknown[]>).flatMap(
      ([kind, list]) => list.map((thing) => `${kind}: ${JSON.stringify(thing)}`),
    ),
    ...recordedObjects(memory).map((object) => `record: ${object}`),
  ];
  const [mine, theirs] = [lines(have), lines(want)];
  return [
    ...mine.filter((line) => !theirs.includes(line)).map((line) => `the account has ${line}`),
    ...theirs.filter((line) => !mine.includes(line)).map((line) => `the account lacks ${line}`),
  ];
}
