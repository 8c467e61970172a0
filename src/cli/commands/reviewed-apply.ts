import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { awsFailure } from '../../aws/aws-errors.ts';
import type { Failure } from '../../diagnostics/failure.ts';
import type { FailureReason, Stop } from '../../diagnostics/pipeline-codes.ts';
import { reasonOf } from '../../diagnostics/pipeline-reason.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { compareDigests } from '../../review/manifest/compare.ts';
import { planDigest } from '../../review/manifest/digest.ts';
import { type Manifest, readManifest } from '../../review/manifest/manifest.ts';
import { recordText, stopText } from '../../review/text/pipeline.ts';
import { confirmQuestion, doneText, notConfirmedText, refusalLines } from '../../review/text/plan.ts';
import { progressView } from '../../terraform/run/progress.ts';
import { failureText } from '../../text/failures/failure-text.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import { applyLab } from '../session/lab-apply.ts';
import { isEmpty, type LabPlan, planLab } from '../session/lab-plan.ts';
import {
  follows,
  type LastApplied,
  type LastAppliedRecord,
  lastAppliedRecord,
  noteApply,
} from '../session/last-applied.ts';
import { type Lab, openLab } from '../session/open-lab.ts';
import { toolsOf } from '../session/origin.ts';
import type { ApplyOptions } from './apply.ts';
import { showPlan } from './plan.ts';

export interface ReviewedOptions {
  /** The manifest of the plan that was reviewed; null applies whatever the blocks let through. */
  readonly reviewed: string | null;
  /** The commit that the file is of: refused where a later one was applied. */
  readonly commit: string | null;
  /** Where to write how it ended. */
  readonly result: string | null;
}

type Ending =
  | { readonly ok: true; readonly verdict: 'equal' | 'subset' | 'empty'; readonly steps: number }
  | { readonly ok: false; readonly stop: Stop };

/** Applies wait for each other at the lock, and a large one takes minutes. */
const LOCK_TIMEOUT_SECONDS = 300;

/**
 * `apply --reviewed`, `--commit`: applies what was reviewed, or what is left of it, and nothing else; then plans once
 * more, which must find nothing. 0 when the account is as the file says, 1 with the reason in the result and in the
 * step's outputs.
 */
export async function applyReviewed(options: ApplyOptions & ReviewedOptions, terminal: Terminal): Promise<number> {
  const failures: Failure[] = [];
  const listening: Terminal = { ...terminal, onFailure: (failure) => void failures.push(failure) };
  const ending = await attempt(options, listening, () => failures.at(-1) ?? null);
  if (!ending.ok && (!('failed' in ending.stop) || failures.length === 0))
    terminal.stderr(`\n${stopText(ending.stop)}\n`);
  await tell(options, ending);
  return ending.ok ? 0 : 1;
}

async function attempt(
  options: ApplyOptions & ReviewedOptions,
  terminal: Terminal,
  lastFailure: () => Failure | null,
): Promise<Ending> {
  const reviewed = await reviewedPlan(options.reviewed);
  if (reviewed !== null && !reviewed.ok) return reviewed;
  const lab = await openLab(options, terminal);
  if (typeof lab === 'number') {
    const failure = lastFailure();
    // Without a failure it was the file, and what is wrong with it has been printed.
    return failure === null ? failed('validate-failed', '') : stopped(failure, 'plan');
  }
  try {
    const record = lastAppliedRecord(lab.records);
    return await inOrder(lab, { ...options, reviewed: reviewed?.manifest ?? null }, record, terminal);
  } finally {
    await lab.close();
  }
}

interface Asked extends Omit<ApplyOptions & ReviewedOptions, 'reviewed'> {
  readonly reviewed: Manifest | null;
}

/** Everything that must hold, in the order in which it is cheapest to find out. */
async function inOrder(lab: Lab, options: Asked, record: LastAppliedRecord, terminal: Terminal): Promise<Ending> {
  const { reviewed, commit, file } = options;
  if (reviewed !== null && reviewed.lab !== lab.team.lab) {
    const because = `it is about the lab ${reviewed.lab}`;
    return { ok: false, stop: { reason: 'no-approved-plan', file: 'the manifest', because } };
  }
  const old = commit === null ? null : await supersededBy(commit, record, dirname(file));
  if (old !== null) return old;

  const planned = await planLab(lab, { lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS });
  if (!planned.ok) return reported(planned.failure, 'plan', terminal);
  if (!options.json) showPlan(lab, planned.value, { json: false, resources: false }, terminal);
  if (planned.value.blocks.length > 0) {
    if (options.json) terminal.stderr(`${refusalLines(planned.value.blocks).join('\n')}\n`);
    const codes = [...new Set(planned.value.blocks.map(({ code }) => code))];
    return { ok: false, stop: { reason: 'guardrail-blocked', codes } };
  }
  const verdict = await verdictOn(planned.value, reviewed);
  if (typeof verdict !== 'string') return { ok: false, stop: verdict };
  if (verdict !== 'empty' && !options.yes && !(await terminal.confirm(confirmQuestion(lab.team.account)))) {
    return failed('apply-failed', notConfirmedText(terminal.canAsk === true));
  }
  const done = verdict === 'empty' ? 0 : await carryOut(lab, planned.value, options, record, terminal);
  if (typeof done !== 'number') return done;
  const unnoted = await note(lab, record, commit, 'applied');
  if (unnoted !== null) return unnoted;
  if (!options.json) terminal.stdout(`\n${doneText(done, lab.team.account, file)}\n`);
  return { ok: true, verdict, steps: done };
}

async function supersededBy(commit: string, record: LastAppliedRecord, directory: string): Promise<Ending | null> {
  let last: Awaited<ReturnType<LastAppliedRecord['read']>>;
  try {
    last = await record.read();
  } catch (error) {
    return unreadable(error, 'read');
  }
  if (last === null || last.commit === null) return null;
  const may = await follows(commit, last.commit, directory);
  if (may === 'yes') return null;
  return {
    ok: false,
    stop: { reason: 'superseded', commit, last: { commit: last.commit, at: last.at }, known: may === 'no' },
  };
}

/** Null where it is noted. */
async function note(
  lab: Lab,
  record: LastAppliedRecord,
  commit: string | null,
  state: LastApplied['state'],
): Promise<Ending | null> {
  try {
    await noteApply(record, lab, { state, commit });
    return null;
  } catch (error) {
    return unreadable(error, state === 'applying' ? 'read' : 'written');
  }
}

/** Before anything is applied the record must be there to hold; afterwards the account is right and the record is not. */
function unreadable(error: unknown, step: 'read' | 'written'): Ending {
  const failure = awsFailure(error);
  const reason = step === 'written' ? 'apply-failed' : failure === null ? 'plan-failed' : reasonOf(failure, 'plan');
  return failed(reason, failure === null ? recordText(messageOf(error), step) : failureText(failure));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the fresh plan is of what was reviewed. Without a reviewed one everything that the blocks let through is. */
async function verdictOn(
  { saved, workspace }: LabPlan,
  reviewed: Manifest | null,
): Promise<'equal' | 'subset' | 'empty' | Stop> {
  if (isEmpty({ saved })) return 'empty';
  if (reviewed === null) return 'equal';
  const tools = await toolsOf(workspace);
  const { verdict, unreviewed, missing, otherTools } = compareDigests(reviewed, {
    ...planDigest(saved.plan, tools),
    tools,
  });
  if (verdict !== 'changed') return verdict;
  const title = ({ engine, provider }: typeof tools) => `${engine} and ${provider}`;
  return {
    reason: 'plan-changed',
    unreviewed,
    missing,
    tools: otherTools ? { reviewed: title(reviewed.tools), now: title(tools) } : null,
  };
}

async function carryOut(
  lab: Lab,
  planned: LabPlan,
  options: Asked,
  record: LastAppliedRecord,
  terminal: Terminal,
): Promise<number | Ending> {
  // Noted before the first change: an older commit must not follow one that was only half applied, either.
  const unnoted = await note(lab, record, options.commit, 'applying');
  if (unnoted !== null) return unnoted;
  const progress = progressView({ write: terminal.stderr, isTerminal: terminal.isTerminal });
  const applied = await applyLab(lab, planned, {
    onEvent: (event) => progress.show(event),
    lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS,
  });
  progress.end();
  if (!applied.ok) return reported(applied.failure, 'apply', terminal);
  const again = await planLab(lab, { lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS });
  if (!again.ok) return reported(again.failure, 'apply', terminal);
  if (isEmpty(again.value)) return applied.value.done;
  const addresses = again.value.saved.plan.changes
    .filter(({ change }) => change.actions.join() !== 'no-op' || change.importing !== null)
    .map(({ address }) => address);
  return { ok: false, stop: { reason: 'not-converged', addresses } };
}

async function reviewedPlan(
  file: string | null,
): Promise<{ readonly ok: true; readonly manifest: Manifest } | { readonly ok: false; readonly stop: Stop } | null> {
  if (file === null) return null;
  const refused = (because: string) => ({ ok: false, stop: { reason: 'no-approved-plan', file, because } }) as const;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return refused('there is no such file');
  }
  const read = readManifest(text);
  return read.ok ? { ok: true, manifest: read.value } : refused(read.reason);
}

function reported(failure: Failure, during: 'plan' | 'apply', terminal: Terminal): Ending {
  reportFailure(failure, terminal);
  return stopped(failure, during);
}

function stopped(failure: Failure, during: 'plan' | 'apply'): Ending {
  return failed(reasonOf(failure, during), failureText(failure));
}

function failed(reason: FailureReason, text: string): Ending {
  return { ok: false, stop: { reason, failed: true, text } };
}

/** For the job that reports: a file, and outputs of the step. */
async function tell({ result, commit }: ReviewedOptions, ending: Ending): Promise<void> {
  const failure = ending.ok ? null : { reason: ending.stop.reason, detail: stopText(ending.stop) };
  const facts = ending.ok ? { verdict: ending.verdict, steps: ending.steps } : { verdict: null, steps: null };
  if (result !== null) {
    await writeFile(result, `${JSON.stringify({ version: 1, commit, failure, ...facts }, null, 2)}\n`);
  }
  writeOutputs(process.env, {
    result: failure === null ? 'applied' : 'failed',
    ...(failure === null ? {} : { 'failure-reason': failure.reason }),
  });
}
