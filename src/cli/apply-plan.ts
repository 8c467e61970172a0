import { dirname } from 'node:path';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { compareDigests, planDigest } from '../review/manifest/digest.ts';
import type { Manifest } from '../review/manifest/schema.ts';
import type { ApplyResult as Applied } from '../terraform/run/commands.ts';
import { progressView } from '../terraform/run/progress.ts';
import type { Terminal } from './io.ts';
import { type ApplyRecord, applyRecord, follows, noteApply } from './session/apply-record.ts';
import { applyStack } from './session/apply-stack.ts';
import type { LabSession } from './session/lab-session.ts';
import { toolsOf } from './session/origin.ts';
import { isEmpty, planStack, type StackPlan } from './session/plan-stack.ts';
import { usingRecord } from './session/record-failure.ts';

const RECORD_FILE = 'apply-record.json';

export interface ApplyRequest {
  readonly file: string;
  /** Apply without asking. */
  readonly yes: boolean;
  /** The manifest of the reviewed plan; null applies whatever the guardrails do not block. */
  readonly reviewed: Manifest | null;
  /** The commit that the file is of, blocked if a later one was applied; null if there is none. */
  readonly commit: string | null;
  /** Make a second plan after the apply, which must be empty. */
  readonly verify: boolean;
  /** How long to wait for the lock of the state; null fails at once. */
  readonly lockTimeoutSeconds: number | null;
  /** Called with the plan, before guardrails and confirmation. */
  readonly onPlan: (planned: StackPlan) => void;
  /** Called before the first change. */
  readonly onBegin: () => void;
}

export interface ApplyResult {
  readonly planned: StackPlan;
  /** The fresh plan compared to the reviewed one. */
  readonly verdict: 'equal' | 'subset' | 'empty';
  readonly steps: number;
}

/** The one apply pipeline: plan, guardrails, comparison with the review, confirmation, record, apply, check, record. */
export async function applyPlan(
  session: LabSession,
  request: ApplyRequest,
  terminal: Terminal,
): Promise<Result<ApplyResult>> {
  const { reviewed, commit, yes } = request;
  const timeout = request.lockTimeoutSeconds === null ? {} : { lockTimeoutSeconds: request.lockTimeoutSeconds };
  if (reviewed !== null && reviewed.lab !== session.team.lab) {
    return fail('manifest-unusable', { file: 'the manifest', reason: `it is about the lab ${reviewed.lab}` });
  }
  const newest = commit === null ? succeed(null) : await checkNewest(session, commit, dirname(request.file));
  if (!newest.ok) return newest;

  const plan = await planStack(session, timeout);
  if (!plan.ok) return plan;
  const planned = plan.value;
  request.onPlan(planned);
  if (planned.blocks.length > 0) {
    return fail('guardrail-blocked', { codes: [...new Set(planned.blocks.map(({ code }) => code))] });
  }
  const verdict = await compareToReview(planned, reviewed);
  if (!verdict.ok) return verdict;
  if (
    verdict.value !== 'empty' &&
    !yes &&
    !(await terminal.confirm(`Apply this to account ${session.team.account}?`))
  ) {
    return fail('not-confirmed', { couldAsk: terminal.canAsk === true });
  }
  const steps = verdict.value === 'empty' ? succeed(0) : await carryOut(session, planned, request, timeout, terminal);
  if (!steps.ok) return steps;
  const recorded = await record(session, commit, 'applied');
  return recorded.ok ? succeed({ planned, verdict: verdict.value, steps: steps.value }) : recorded;
}

/** Records first: an older commit must not follow one that was applied in part. */
async function carryOut(
  session: LabSession,
  planned: StackPlan,
  { commit, verify, onBegin }: ApplyRequest,
  timeout: { readonly lockTimeoutSeconds?: number },
  terminal: Terminal,
): Promise<Result<number>> {
  const recorded = await record(session, commit, 'applying');
  if (!recorded.ok) return recorded;
  onBegin();
  const applied = await applyWithProgress(session, planned, terminal, timeout);
  if (!applied.ok) return applied;
  if (!verify) return succeed(applied.value.done);
  const again = await planStack(session, timeout);
  if (!again.ok) return again;
  if (isEmpty(again.value)) return succeed(applied.value.done);
  const addresses = again.value.saved.plan.changes
    .filter(({ change }) => change.actions.join() !== 'no-op' || change.importing !== null)
    .map(({ address }) => address);
  return fail('not-converged', { addresses });
}

/** Applies a plan and shows its progress on standard error. */
export async function applyWithProgress(
  session: LabSession,
  planned: StackPlan,
  terminal: Terminal,
  timeout: { readonly lockTimeoutSeconds?: number } = {},
): Promise<Result<Applied>> {
  const progress = progressView({
    write: terminal.stderr,
    isTerminal: terminal.isTerminal,
    columns: process.stderr.columns,
  });
  const applied = await applyStack(session, planned, { ...timeout, onEvent: (event) => progress.show(event) });
  progress.end();
  return applied;
}

async function checkNewest(session: LabSession, commit: string, directory: string): Promise<Result<null>> {
  const read = await usingRecord(RECORD_FILE, () => applyRecord(session.records).read());
  if (!read.ok) return read;
  const last = read.value;
  if (last === null || last.commit === null) return succeed(null);
  const may = await follows(commit, last.commit, directory);
  if (may === 'yes') return succeed(null);
  return fail('superseded', { commit, last: { commit: last.commit, at: last.at }, known: may === 'no' });
}

async function record(session: LabSession, commit: string | null, state: ApplyRecord['state']): Promise<Result<null>> {
  const written = await usingRecord(RECORD_FILE, () =>
    noteApply(applyRecord(session.records), session, { state, commit }),
  );
  if (written.ok) return succeed(null);
  const { failure } = written;
  // After the apply AWS matches the file and only the record does not.
  if (state === 'applied' && failure.code === 'record-unusable') return fail('record-not-written', failure.args);
  return written;
}

async function compareToReview(
  { saved, workspace }: StackPlan,
  reviewed: Manifest | null,
): Promise<Result<ApplyResult['verdict']>> {
  if (isEmpty({ saved })) return succeed('empty');
  if (reviewed === null) return succeed('equal');
  const tools = await toolsOf(workspace);
  const now = { ...planDigest(saved.plan, tools), tools };
  const { verdict, unreviewed, missing, otherTools } = compareDigests(reviewed, now);
  if (verdict !== 'changed') return succeed(verdict);
  const title = ({ engine, provider }: typeof tools) => `${engine} and ${provider}`;
  return fail('plan-changed', {
    unreviewed,
    missing,
    tools: otherTools ? { reviewed: title(reviewed.tools), now: title(tools) } : null,
  });
}
