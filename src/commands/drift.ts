import type { Failure } from '../diagnostics/failure.ts';
import { driftJson } from '../render/drift-json.ts';
import { driftLines } from '../render/drift-lines.ts';
import { labHeading } from '../render/plan-text.ts';
import { nothingToUndoText, stillDiffersText, undoneText } from '../render/reconcile-text.ts';
import type { DriftClass } from '../review/drift-finding.ts';
import type { Refusal } from '../review/reconcile-refusal.ts';
import { tellFailedLook, tellLook, tellReconciled } from './drift-tell.ts';
import type { Terminal } from './io.ts';
import { type Looked, lookFast, lookWhole } from './look.ts';
import { type Account, openAccount } from './open-account.ts';
import { type Lab, type LabOptions, openLab } from './open-lab.ts';
import { reconcile } from './reconcile.ts';
import { reportFailure } from './report-failure.ts';

export interface DriftOptions extends LabOptions {
  /** From what the account says alone: no engine and no state are needed. */
  readonly fast: boolean;
  /** False for a role that may only read. */
  readonly lock: boolean;
  /** Ask the account's trail who did it. */
  readonly trail: boolean;
  /** Undo what was added by hand. */
  readonly reconcile: boolean;
  /** Keys of members and roles whose findings are put back although that gives access. */
  readonly restore: readonly string[];
  /** The fingerprint that the look must have for anything to be put right; null for any. */
  readonly expect: string | null;
  readonly yes: boolean;
  /** Where to write what the look found, for the job that writes its issues; null for nowhere. */
  readonly report: string | null;
  /** Where to write what was put right; null for nowhere. */
  readonly result: string | null;
}

/** Applies and looks wait for each other at the lock where nobody is there to see it. */
const LOCK_TIMEOUT_SECONDS = 300;

/**
 * `drift`: 0 where the account is as the file says (or is so again), 2 where anything else was found and is still there,
 * 1 on an error and where putting right is not allowed.
 */
export async function drift(options: DriftOptions, terminal: Terminal): Promise<number> {
  const failures: Failure[] = [];
  const listening: Terminal = {
    ...terminal,
    onFailure(failure) {
      failures.push(failure);
      terminal.onFailure?.(failure);
    },
  };
  const account = options.fast ? await openAccount(options, listening) : await openLab(options, listening);
  if (typeof account === 'number') {
    await tellFailedLook(options, failures.at(-1) ?? null);
    return account;
  }
  try {
    const looked = await look(account, options, listening);
    if (!looked.ok) {
      await tellFailedLook(options, looked.failure);
      return reportFailure(looked.failure, listening);
    }
    show(account, looked.value, options, terminal);
    await tellLook(options, looked.value, account);
    const isAsked = options.reconcile || options.restore.length > 0;
    return isAsked && isLab(account)
      ? await putRight(account, looked.value, options, listening)
      : codeOf(looked.value.look.class);
  } finally {
    await account.close();
  }
}

function look(account: Account | Lab, options: DriftOptions, terminal: Terminal) {
  if (!isLab(account)) return lookFast(account, options, terminal);
  const { lock, trail } = options;
  return lookWhole(account, { trail, lock, ...lockTimeout(options) }, terminal);
}

function isLab(account: Account | Lab): account is Lab {
  return 'workspace' in account;
}

function lockTimeout({ yes }: Pick<DriftOptions, 'yes'>): { readonly lockTimeoutSeconds?: number } {
  return yes ? { lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS } : {};
}

function codeOf(found: DriftClass): number {
  if (found === 'error') return 1;
  return found === 'clean' || found === 'state-only' ? 0 : 2;
}

function show(account: Account | Lab, { look, attributed }: Looked, options: DriftOptions, terminal: Terminal): void {
  const { team, naming, kind } = account;
  if (options.json) {
    terminal.stdout(`${JSON.stringify(driftJson(look, team, naming), null, 2)}\n`);
    return;
  }
  const heading = labHeading(team, isLab(account) ? account.engine : null, kind);
  terminal.stdout(`${[heading, '', ...linesOf(account, { look, attributed }, options, terminal)].join('\n')}\n`);
}

function linesOf(
  { at, naming, team }: Account,
  { look, attributed }: Pick<Looked, 'look' | 'attributed'>,
  options: Pick<DriftOptions, 'reconcile'>,
  { width }: Terminal,
): readonly string[] {
  return driftLines(look, naming, {
    at,
    width,
    attributed,
    reconcile: options.reconcile,
    mayReconcile: team.settings.reconcile !== null,
  });
}

/** What a person has to write or to mend before anything can be put right; any other refusal leaves what was found. */
const NOT_ALLOWED: readonly Refusal['reason'][] = ['off', 'unknown-keys', 'incomplete'];

async function putRight(lab: Lab, looked: Looked, options: DriftOptions, terminal: Terminal): Promise<number> {
  // With --json the report is all that goes to standard output: one document, and not two.
  const print = options.json ? terminal.stderr : terminal.stdout;
  const request = { undo: options.reconcile, restore: options.restore, expect: options.expect };
  const ending = await reconcile(lab, looked.look, request, { yes: options.yes, ...lockTimeout(options) }, terminal);
  if (ending.outcome !== 'done') {
    await tellReconciled(options, ending, lab, null);
    if (ending.outcome === 'failed') return 1;
    if (ending.outcome === 'nothing') print(`\n${nothingToUndoText()}\n`);
    else if (ending.refusal === null || NOT_ALLOWED.includes(ending.refusal.reason)) return 1;
    return codeOf(looked.look.class);
  }
  print(`\n${undoneText(ending.undone)}\n`);
  const after = await look(lab, options, terminal);
  await tellReconciled(options, ending, lab, after);
  if (!after.ok) return reportFailure(after.failure, terminal);
  const lines = linesOf(lab, after.value, options, terminal);
  if (after.value.look.class !== 'clean') print(`\n${[stillDiffersText(), '', ...lines].join('\n')}\n`);
  return codeOf(after.value.look.class);
}
