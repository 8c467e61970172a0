import { writeFile } from 'node:fs/promises';
import {
  type Failure,
  fail,
  failureAfter,
  progressOf,
  type Result,
  reasonOf,
  succeed,
} from '../../diagnostics/failure.ts';
import { writeOutputs } from '../../github/outputs.ts';
import type { Phase } from '../../guardrails/guardrail.ts';
import { blocksOf } from '../../guardrails/guardrails.ts';
import { suspendedTeam } from '../../review/apply/suspension.ts';
import { approvesAlone, isSameLogin } from '../../review/approval/owners.ts';
import { reviewOfPlan } from '../../review/changes/review.ts';
import { redactReview } from '../../review/manifest/manifest.ts';
import type { QuickCheck, Review } from '../../review/manifest/schema.ts';
import { keyOfIamName } from '../../team/names.ts';
import type { Member, Team } from '../../team/team.ts';
import { limitsAddress } from '../../terraform/addresses.ts';
import { effectOf } from '../../terraform/resources.ts';
import { type ApplyResult, applyPlan, type CommandOptions, planChanges } from '../../terraform/run/commands.ts';
import { withProgress } from '../../terraform/run/progress.ts';
import { redactAll } from '../../text/escape.ts';
import { listTexts, plainText, t } from '../../text/text.ts';
import { checkWritable, type Terminal } from '../io.ts';
import { type LabSession, type LabSessionOptions, openLabSession } from './lab-session.ts';
import { isEmpty, planStack, type StackPlan } from './plan.ts';
import { changeSince, type QuickChecked, quickCheck } from './quick-check.ts';
import { applyRecord, commitOf, noteApply, readRecord, usingRecord } from './records.ts';

/** Applies of a workflow wait for each other, and a large one takes minutes. */
const LOCK_TIMEOUT_SECONDS = 300;

export interface ApplyOptions extends LabSessionOptions {
  /** Apply without asking. */
  readonly yes: boolean;
  /** The commit of the team file, for the apply record; null if Git is to say it. */
  readonly commit: string | null;
  /** Numbers of owners' accounts on GitHub by login, in lower case. */
  readonly ownerIds?: ReadonlyMap<string, number>;
  /** The file for the result, as JSON. */
  readonly result: string | null;
}

export interface Applied {
  readonly team: Team;
  readonly planned: StackPlan;
  /** What the plan did to people. */
  readonly review: Review;
  readonly steps: number;
  /** How the account is after it. */
  readonly quickCheck: QuickCheck;
}

/** `check` is what else a person who is about to be asked should know; null if no question follows. */
type OnPlan = (session: LabSession, planned: StackPlan, check: QuickCheck | null) => void;

/**
 * The one apply pipeline: plan, guardrails, confirmation, record, apply, record, quick check. The result is written for the job that reports it. `onPlan` is called before guardrails and confirmation.
 */
export async function applyTeamFile(
  options: ApplyOptions,
  terminal: Terminal,
  onPlan: OnPlan,
): Promise<Result<Applied>> {
  const writable = await checkWritable([options.result]);
  if (!writable.ok) return writable;
  let during: 'plan' | 'apply' = 'plan';
  const applied = await openAndApply(options, terminal, onPlan, () => {
    during = 'apply';
  });
  await writeResult(options, applied, during);
  return applied;
}

async function openAndApply(
  options: ApplyOptions,
  terminal: Terminal,
  onPlan: OnPlan,
  onBegin: () => void,
): Promise<Result<Applied>> {
  const opened = await openLabSession(options, terminal);
  if (!opened.ok) return opened;
  try {
    return await planAndApply(opened.value, options, terminal, onPlan, onBegin);
  } finally {
    await opened.value.close();
  }
}

/** `applyTeamFile` in an open session. `onBegin` is called before the first change. */
export async function planAndApply(
  session: LabSession,
  options: ApplyOptions,
  terminal: Terminal,
  onPlan: OnPlan,
  onBegin: () => void,
): Promise<Result<Applied>> {
  const { yes } = options;
  const { team } = session;
  const plan = await planStack(session, lockTimeout(options));
  if (!plan.ok) return plan;
  const planned = plan.value;
  const appointed = await appointedText(session);
  if (!appointed.ok) return appointed;
  const asks = !yes && planned.blocks.length === 0 && (!isEmpty(planned) || appointed.value !== null);
  const before = asks ? await quickCheck(session, planned, terminal) : null;
  onPlan(session, planned, before?.check ?? null);
  if (planned.blocks.length > 0) {
    const { blocks } = planned;
    return fail('guardrail-blocked', { codes: [...new Set(blocks.map(({ code }) => code))], blocks });
  }
  if (appointed.value !== null) terminal.stderr(`\n${appointed.value}\n`);
  let confirmed = planned;
  if (before !== null) {
    if (!(await terminal.confirm(`Apply this to account ${team.account}?`))) {
      return fail('not-confirmed', { couldAsk: terminal.canAsk === true });
    }
    const still = await unchangedWhileAsking(session, planned, before, terminal);
    if (!still.ok) return still;
    confirmed = still.value;
  }
  const steps = isEmpty(planned) ? succeed(0) : await carryOut(session, confirmed, options, terminal, onBegin);
  if (!steps.ok) return steps;
  const { ownerIds, commit = null } = options;
  const applied = { commit: commit ?? (await commitOf(options.file)), ...(ownerIds === undefined ? {} : { ownerIds }) };
  const recorded = await record(session, { state: 'applied', ...applied });
  if (!recorded.ok) return recorded;
  const { check } = await quickCheck(session, null, terminal);
  const review = reviewOfPlan(team, session.today, session.at, { ...planned, plan: planned.saved.plan });
  return succeed({ team, planned, review, steps: steps.value, quickCheck: check });
}

/** Who approves from this apply on, and did not by the one before, which no plan shows. Null for no one. */
async function appointedText({ team, records }: LabSession): Promise<Result<string | null>> {
  const record = await readRecord(records);
  if (!record.ok) return record;
  const { team: applied = null, owners = [] } = record.value ?? {};
  const isNew = ({ key, github }: Member) =>
    github !== null && !owners.some((owner) => owner.key === key && isSameLogin(owner.login, github));
  const who = team.members
    .filter((member) => team.owners.includes(member.key) && isNew(member))
    .map(({ name, key, github }) => t`${name} (${key}, ${github ?? ''} on GitHub)`);
  const isAlone = approvesAlone(team) && (applied === null || !approvesAlone(applied));
  const parts = [
    ...(who.length === 0 ? [] : [t`This apply lets ${listTexts(who)} approve changes.`]),
    ...(isAlone ? [t`This apply lets the only owner merge their own changes without an approval.`] : []),
  ];
  return succeed(parts.length === 0 ? null : parts.map(plainText).join(' '));
}

/**
 * The plan to apply after the question, which may have waited for an hour: Terraform applies a saved plan without reading
 * AWS again. If AWS does not say who may do what, another plan tells; its file replaces that of the first.
 */
async function unchangedWhileAsking(
  session: LabSession,
  planned: StackPlan,
  before: QuickChecked,
  terminal: Terminal,
): Promise<Result<StackPlan>> {
  const since = await changeSince(before, session, terminal);
  if (!since.ok) return since;
  if (since.value === 'unchanged') return succeed(planned);
  const fresh = await planChanges(planned.workspace, { parallelism: session.parallelism ?? undefined });
  if (!fresh.ok) return fresh;
  const isSame = effectOf(fresh.value.plan) === effectOf(planned.saved.plan);
  return isSame ? succeed({ ...planned, saved: fresh.value }) : PLAN_STALE;
}

const PLAN_STALE = fail('plan-stale', { reason: 'the plan made again is another one' });

function isInWorkflow({ commit, result }: ApplyOptions): boolean {
  return commit !== null || result !== null;
}

function lockTimeout(options: ApplyOptions) {
  return { lockTimeoutSeconds: isInWorkflow(options) ? LOCK_TIMEOUT_SECONDS : undefined };
}

/** Records first what it may change. In a workflow a second plan must be empty. */
async function carryOut(
  session: LabSession,
  planned: StackPlan,
  options: ApplyOptions,
  terminal: Terminal,
  onBegin: () => void,
): Promise<Result<number>> {
  const recorded = await record(session, { state: 'applying' });
  if (!recorded.ok) return recorded;
  onBegin();
  const applied = await withProgress(terminal, (onEvent) =>
    applyStack(session, planned, { ...lockTimeout(options), onEvent }),
  );
  if (!applied.ok) return applied;
  const { done } = applied.value;
  if (!isInWorkflow(options)) return succeed(done);
  const again = await planStack(session, lockTimeout(options));
  if (!again.ok) return { ok: false, failure: failureAfter(again.failure, done, 0) };
  if (isEmpty(again.value)) return succeed(done);
  const addresses = again.value.saved.plan.changes
    .filter(({ change }) => change.actions.join() !== 'no-op' || change.importing !== null)
    .map(({ address }) => address);
  return fail('not-converged', { addresses });
}

const RECORD_FILE = 'apply-record.json';

async function record(session: LabSession, noted: Parameters<typeof noteApply>[2]): Promise<Result<null>> {
  const written = await usingRecord(RECORD_FILE, () => noteApply(applyRecord(session.records), session, noted));
  if (written.ok) return succeed(null);
  const { failure } = written;
  if (noted.state === 'applying') return written;
  // The apply is done, and only its record is missing.
  const reason = 'reason' in failure.args ? failure.args.reason : '';
  return fail('record-not-written', { file: RECORD_FILE, reason });
}

/** For the job that reports: a file, and outputs of the step. */
async function writeResult(
  { result, commit, emulator: directory }: ApplyOptions,
  applied: Result<Applied>,
  during: 'plan' | 'apply',
): Promise<void> {
  const failure = applied.ok ? null : failureData(applied.failure, during);
  const { steps, quickCheck, review } = applied.ok ? applied.value : { steps: null, quickCheck: null, review: null };
  if (result !== null) {
    const emulator = directory !== null;
    const data = redactAll({ version: 1, emulator, commit, failure, steps, quickCheck }, true);
    const all = { ...data, review: review === null ? null : redactReview(review) };
    await writeFile(result, `${JSON.stringify(all, null, 2)}\n`);
  }
  writeOutputs(process.env, {
    result: failure === null ? 'applied' : 'failed',
    ...(failure === null ? {} : { 'failure-reason': failure.reason }),
  });
}

function failureData(error: Failure, during: 'plan' | 'apply') {
  return { reason: reasonOf(error, during), error };
}

/** Applies a plan that no guardrail blocks, so that at no moment a user may do what neither the access before nor after allows. */
export async function applyStack(
  session: LabSession,
  plan: StackPlan,
  options: CommandOptions = {},
): Promise<Result<ApplyResult>> {
  const engineOptions = { ...options, parallelism: session.parallelism ?? undefined };
  if (plan.suspendedDuringApply.length === 0) return applyPlan(plan.workspace, plan.saved, engineOptions);

  // Each step gets a new plan, so Terraform cannot see that another apply ran since the confirmation.
  const fresh = await planChanges(plan.workspace, engineOptions);
  if (!fresh.ok) return fresh;
  if (effectOf(fresh.value.plan) !== effectOf(plan.saved.plan)) return PLAN_STALE;
  const interrupts = noteInterrupts();
  try {
    return await applyInSteps(session, plan, engineOptions, interrupts);
  } finally {
    interrupts.end();
  }
}

interface Step {
  readonly team: Team;
  readonly targets: readonly string[];
  readonly phase: Phase;
}

/** A Deny for the members at risk comes first and alone, then everything else, then the Deny is removed. */
async function applyInSteps(
  session: LabSession,
  plan: StackPlan,
  options: CommandOptions,
  interrupts: { readonly seen: boolean },
): Promise<Result<ApplyResult>> {
  const suspended = suspendedTeam(session.team, plan.suspendedDuringApply, session.today);
  const keys = plan.suspendedDuringApply.flatMap((name) => keyOfIamName(session.team.lab, name) ?? []);
  const steps: readonly Step[] = [
    { team: suspended, targets: keys.map((key) => `aws_iam_user_policy.${limitsAddress(key)}`), phase: 'partial' },
    { team: suspended, targets: [], phase: 'suspended' },
    { team: session.team, targets: [], phase: 'whole' },
  ];
  let done = 0;
  for (const step of steps) {
    const applied = await applyStep(session, plan, step, options, interrupts);
    if (applied.ok) done += applied.value.done;
    // The first step, too, can fail after it has suspended some of them.
    else if (done + (progressOf(applied.failure)?.done ?? 0) === 0) return applied;
    else return { ok: false, failure: failureAfter(applied.failure, done, 1, keys) };
  }
  return succeed({ done, total: done });
}

async function applyStep(
  session: LabSession,
  { imported }: StackPlan,
  { team, targets, phase }: Step,
  options: CommandOptions,
  interrupts: { readonly seen: boolean },
): Promise<Result<ApplyResult>> {
  if (interrupts.seen) return fail('interrupted', { progress: null });
  const workspace = await session.workspace(session.stack, team, imported);
  if (!workspace.ok) return workspace;
  const saved = await planChanges(workspace.value, { ...options, targets });
  if (!saved.ok) return saved;
  // The guardrails have checked the plan before the first step, and this is another one.
  const blocks = blocksOf(saved.value.plan, team, session.today, session.stack, phase);
  if (blocks.length > 0) {
    const codes = [...new Set(blocks.map(({ code }) => code))];
    return fail('blocked-during-apply', { codes, progress: { done: 0, total: 1 } });
  }
  return applyPlan(workspace.value, saved.value, options);
}

/** Between two steps no Terraform runs to take a signal; Ctrl-C there must not leave members suspended without a message. */
function noteInterrupts(): { readonly seen: boolean; end(): void } {
  let seen = false;
  const note = (): void => {
    seen = true;
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, note);
  return {
    get seen() {
      return seen;
    },
    end() {
      for (const signal of signals) process.off(signal, note);
    },
  };
}
