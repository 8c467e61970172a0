import { diffAccess } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import type { Failure, Result } from '../../diagnostics/failure.ts';
import { appliedTeam } from '../../drift/applied.ts';
import type { DriftFinding } from '../../drift/finding.ts';
import { decideReconcile, type ReconcileRequest, type RevertibleFinding } from '../../drift/remediation/decide.ts';
import {
  NO_RECONCILE_RECORD,
  RECONCILE_RECORD,
  type ReconcileRecord,
  withReported,
  withReverts,
} from '../../drift/remediation/reconcile-record.ts';
import { reconcileBlockText, revertPreview, revertQuestion } from '../../drift/remediation/reconcile-text.ts';
import { grantsAccess } from '../../drift/remediation/remediation.ts';
import type { Next, ReconcileBlock, ReconcileResult } from '../../drift/remediation/result.ts';
import {
  deletionAddresses,
  deletionDeviations,
  deviationsOf,
  type Revert,
  revertConfiguration,
  revertedModel,
  revertOf,
} from '../../drift/remediation/revert-config.ts';
import { blocksOf } from '../../guardrails/guardrails.ts';
import { usersToSuspend } from '../../review/apply/suspension.ts';
import { applyPlan, planChanges, type SavedPlan } from '../../terraform/run/commands.ts';
import { progressView } from '../../terraform/run/progress.ts';
import type { Workspace } from '../../terraform/run/workspace.ts';
import type { Terminal } from '../io.ts';
import { reportFailure } from '../report-failure.ts';
import type { LabSession } from '../session/lab-session.ts';
import { usingRecord } from '../session/record-failure.ts';
import { stateRecord } from '../session/state-record.ts';
import { type CompletedScan, quickScan } from './run-scan.ts';
import { isUnchanged, toReconcile } from './scan-to-reconcile.ts';

const FILE = 'reconcile-record.json';

export type Reconciled =
  | {
      readonly outcome: 'reverted';
      readonly reverted: readonly DriftFinding[];
      /** IAM users. */
      readonly deleted: readonly string[];
      readonly next: readonly Next[];
    }
  | { readonly outcome: 'nothing'; readonly next: readonly Next[] }
  | { readonly outcome: 'blocked'; readonly block: ReconcileBlock }
  /** `begun`: the account may have been changed. */
  | { readonly outcome: 'failed'; readonly failure: Failure; readonly begun: boolean };

interface Options {
  /** Do not ask. */
  readonly yes: boolean;
  readonly lockTimeoutSeconds?: number;
}

/**
 * Reverts findings of a scan, as `decideReconcile` says: plans the resources to revert alone, checks that the plan is
 * exactly the inverses, scans the account again, and applies that saved plan. Blocks and failures are printed.
 */
export async function reconcile(
  session: LabSession,
  completed: CompletedScan,
  request: ReconcileRequest,
  options: Options,
  terminal: Terminal,
): Promise<Reconciled> {
  const result = await attempt(session, completed, request, options, terminal);
  if (result.outcome === 'failed') reportFailure(result.failure, terminal);
  if (result.outcome === 'blocked')
    terminal.stderr(`\n${reconcileBlockText(result.block, session.naming, terminal)}\n`);
  return result;
}

async function attempt(
  session: LabSession,
  completed: CompletedScan,
  request: ReconcileRequest,
  options: Options,
  terminal: Terminal,
): Promise<Reconciled> {
  const failed = (failure: Failure, begun = false): Reconciled => ({ outcome: 'failed', failure, begun });
  const blocked = (block: ReconcileBlock): Reconciled => ({ outcome: 'blocked', block });
  const store = stateRecord(session.records, FILE, RECONCILE_RECORD);
  const read = await usingRecord(FILE, () => store.read());
  if (!read.ok) return failed(read.failure);
  const record = read.value ?? NO_RECONCILE_RECORD;
  const applied = completed.applied?.team ?? appliedTeam(session.team, session.today);

  const decision = decideReconcile(toReconcile(completed), session.team, applied, request, record);
  if (decision.kind === 'blocked') return blocked(decision.block);
  const { granting, requested, deletions, next, reported } = decision;
  const noted = request.reconcile ? withReported(record, reported, new Date(completed.scan.at)) : record;
  const write = (value: ReconcileRecord) => usingRecord(FILE, () => store.write(value));
  if (JSON.stringify(noted.reported) !== JSON.stringify(record.reported)) {
    const written = await write(noted);
    if (!written.ok) return failed(written.failure);
  }
  if (decision.reverts.length + deletions.length === 0) return { outcome: 'nothing', next };

  const before = completed.access;
  const then = desiredAccess(applied, applied.day);
  const targetOf = (findings: readonly RevertibleFinding[]) =>
    revertedModel(before, then, differencesOf(findings), deletions);
  // Two changes that are only safe one after the other: what revokes access goes first, the rest next time.
  const revoking = decision.reverts.filter((finding) => !granting.includes(finding));
  const isMixed = revoking.length > 0 && revoking.length < decision.reverts.length;
  const isSafe = usersToSuspend(before, targetOf(decision.reverts), session.at).length === 0;
  const reverts = isMixed && !isSafe ? revoking : decision.reverts;
  const target = targetOf(reverts);
  const granted = revertedModel(before, then, differencesOf(granting), []);
  const unexpected = unexpectedGains(before, target, granted, session.at);
  if (unexpected.length > 0) return blocked({ code: 'grants-access', args: { users: unexpected } });
  const atRisk = usersToSuspend(before, target, session.at);
  if (atRisk.length > 0) return blocked({ code: 'needs-suspension', args: { users: [...atRisk] } });

  const revert = revertOf(session.team.lab, before, target, differencesOf(reverts), deletions);
  const planned = await planRevert(session, revert, options);
  if (!planned.ok) return failed(planned.failure);
  if (planned.value.kind === 'blocked') return blocked(planned.value.block);
  const findings = completed.scan.findings.filter(({ id }) => reverts.some((each) => each.id === id));
  if (!options.yes) {
    terminal.stderr(
      `\n${revertPreview(findings, deletions, diffAccess(before, target, session.at), session.naming, terminal)}\n\n`,
    );
    if (!(await terminal.confirm(revertQuestion(findings.length, deletions.length, session.team.account)))) {
      return blocked({ code: 'not-confirmed', args: { couldAsk: terminal.canAsk === true } });
    }
  }

  // The question may have waited for an hour, and a revocation in an emergency must not be reverted unseen.
  const now = await quickScan(session, { trail: false }, terminal);
  if (!now.ok) return failed(now.failure);
  if (!now.value.complete || !isUnchanged(completed, now.value))
    return blocked({ code: 'changed-meanwhile', args: {} });
  const counted = reverts.filter((finding) => !requested.includes(finding)).map(({ id }) => id);
  const at = session.now();
  const begun = await write(withReverts(noted, counted, at, 'begun'));
  if (!begun.ok) return failed(begun.failure);
  if (planned.value.kind === 'planned') {
    const done = await applyWithProgress(planned.value, options, terminal);
    if (!done.ok) return failed(done.failure, true);
  }
  const deleted = await deleteUsers(session, deletions, options, terminal);
  if (!deleted.ok) return failed(deleted.failure, true);
  if (deleted.value !== null) return blocked(deleted.value);
  const ended = await write(withReverts(noted, counted, at, 'done'));
  if (!ended.ok) reportFailure(ended.failure, terminal);
  return { outcome: 'reverted', reverted: findings, deleted: deletions, next };
}

/** The outcome as plain data. */
export function reconcileResult(ending: Reconciled): ReconcileResult {
  const none = { reverted: [], deleted: [], next: [], block: null, failure: null };
  switch (ending.outcome) {
    case 'reverted': {
      const { reverted, deleted, next } = ending;
      return {
        ...none,
        outcome: 'reverted',
        reverted: reverted.map(({ id }) => id),
        ...{ deleted: [...deleted], next: [...next] },
      };
    }
    case 'nothing':
      return { ...none, outcome: 'nothing', next: [...ending.next] };
    case 'blocked':
      return { ...none, outcome: 'blocked', block: ending.block };
    case 'failed':
      return { ...none, outcome: 'failed', failure: ending.failure };
  }
}

function differencesOf(findings: readonly RevertibleFinding[]) {
  return findings.flatMap(({ difference }) => difference ?? []);
}

/** IAM users who would gain access, besides those who gain it by what was asked for or reported before. */
function unexpectedGains(before: AccessModel, after: AccessModel, granted: AccessModel, at: Date): string[] {
  const gains = (model: AccessModel) =>
    diffAccess(before, model, at)
      .people.filter(grantsAccess)
      .map(({ user }) => user);
  const expected = new Set(gains(granted));
  return gains(after).filter((user) => !expected.has(user));
}

interface Planned {
  readonly kind: 'planned';
  readonly workspace: Workspace;
  readonly saved: SavedPlan;
}

type Plannable = Planned | { readonly kind: 'nothing' } | { readonly kind: 'blocked'; readonly block: ReconcileBlock };

async function planRevert(session: LabSession, revert: Revert, options: Options): Promise<Result<Plannable>> {
  const addresses = revert.resources.map(({ address }) => address);
  if (addresses.length === 0) return { ok: true, value: { kind: 'nothing' } };
  const planned = await planTargets(session, revert, addresses, options);
  if (!planned.ok) return planned;
  const { plan } = planned.value.saved;
  const deviations = deviationsOf(plan, revert.resources);
  if (deviations.length > 0) return planBlocked({ code: 'plan-deviates', args: { addresses: [...deviations] } });
  return guarded(session, planned.value, revert);
}

async function planTargets(
  session: LabSession,
  revert: Revert,
  targets: readonly string[],
  { lockTimeoutSeconds }: Options,
): Promise<Result<Planned>> {
  const workspace = await session.workspace(session.stack, session.team, [], (text) =>
    revertConfiguration(text, revert),
  );
  if (!workspace.ok) return workspace;
  const saved = await planChanges(workspace.value, {
    targets,
    ...(session.parallelism === null ? {} : { parallelism: session.parallelism }),
    ...(lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds }),
  });
  return saved.ok ? { ok: true, value: { kind: 'planned', workspace: workspace.value, saved: saved.value } } : saved;
}

/** What stays as the account has it is no reason for a guardrail: this plan does not put it there. */
function guarded(session: LabSession, planned: Planned, { account, target }: Revert): Result<Plannable> {
  const boundaryOf = (model: AccessModel, user: string) => model.users.find(({ name }) => name === user)?.boundary;
  const attached = new Set([...account.users, ...account.groups].flatMap((each) => each.attached));
  const blocks = blocksOf(planned.saved.plan, session.team, session.today, 'team', 'partial').filter((each) => {
    if (each.code === 'user-without-boundary') {
      return boundaryOf(account, each.args.user) !== boundaryOf(target, each.args.user);
    }
    return each.code !== 'outside-managed-path' || !attached.has(each.args.what.replace(/^policy /, ''));
  });
  if (blocks.length === 0) return { ok: true, value: planned };
  return planBlocked({ code: 'guardrail-blocked', args: { codes: [...new Set(blocks.map(({ code }) => code))] } });
}

function planBlocked(block: ReconcileBlock): Result<Plannable> {
  return { ok: true, value: { kind: 'blocked', block } };
}

/** Deletes users whose groups are revoked already: until the last call their `limits` deny everything. */
async function deleteUsers(
  session: LabSession,
  users: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<Result<ReconcileBlock | null>> {
  if (users.length === 0) return { ok: true, value: null };
  const addresses = users.flatMap((user) => deletionAddresses(session.team.lab, user));
  const nothing: AccessModel = { account: session.team.account, users: [], groups: [], policies: [] };
  const revert: Revert = { lab: session.team.lab, account: nothing, target: nothing, resources: [] };
  const planned = await planTargets(session, revert, addresses, options);
  if (!planned.ok) return planned;
  const deviations = deletionDeviations(planned.value.saved.plan, addresses);
  if (deviations.length > 0) {
    return { ok: true, value: { code: 'plan-deviates', args: { addresses: [...deviations] } } };
  }
  const checked = guarded(session, planned.value, revert);
  if (!checked.ok) return checked;
  if (checked.value.kind === 'blocked') return { ok: true, value: checked.value.block };
  const applied = await applyWithProgress(planned.value, options, terminal);
  return applied.ok ? { ok: true, value: null } : applied;
}

async function applyWithProgress({ workspace, saved }: Planned, options: Options, terminal: Terminal) {
  const progress = progressView({
    write: terminal.stderr,
    isTerminal: terminal.isTerminal,
    columns: process.stderr.columns,
  });
  const { lockTimeoutSeconds } = options;
  const applied = await applyPlan(workspace, saved, {
    ...(lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds }),
    onEvent: (event) => progress.show(event),
  });
  progress.end();
  return applied;
}
