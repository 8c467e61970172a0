import { diffAccess } from '../../access/diff.ts';
import { type AccessModel, emptyModel } from '../../access/model.ts';
import { differenceKey, type Holder } from '../../access/model-difference.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { type Failure, type Result, succeed } from '../../diagnostics/failure.ts';
import { appliedTeam } from '../../team/applied-team.ts';
import { type DriftClass, type DriftFinding, differenceOf } from '../../drift/finding.ts';
import {
  decideReconcile,
  NO_RECONCILE_RECORD,
  type ReconcileRecord,
  type ReconcileRequest,
  withRecreated,
  withReported,
  withReverts,
} from '../../drift/remediation/decide.ts';
import {
  afterRevertText,
  NOTHING_RECONCILED,
  type ReconcileBlock,
  type ReconcileResult,
  reconcileBlockText,
  revertedText,
  revertPreview,
  revertQuestion,
} from '../../drift/remediation/reconcile-text.ts';
import { grantsAccess } from '../../drift/remediation/remediation.ts';
import {
  deletionAddresses,
  deletionDeviations,
  deviationsOf,
  type Revert,
  revertConfiguration,
  revertedModel,
  revertOf,
} from '../../drift/remediation/revert-config.ts';
import { driftJson } from '../../drift/report/finding-view.ts';
import { inNamesOfAccount } from '../../drift/rules/renamed.ts';
import { blocksOf } from '../../guardrails/guardrails.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import { usersToSuspend } from '../../review/apply/suspension.ts';
import type { Plan } from '../../terraform/plan.ts';
import { applyPlan, planChanges, type SavedPlan } from '../../terraform/run/commands.ts';
import { withProgress } from '../../terraform/run/progress.ts';
import type { Workspace } from '../../terraform/run/workspace.ts';
import { failureJson, printJson, reportFailure, shownNames, type Terminal } from '../io.ts';
import type { LabSession } from '../session/lab-session.ts';
import { idsOf, RECONCILE_FILE, reconcileRecord, usingRecord } from '../session/records.ts';
import { type CompletedScan, quickScan } from './run-scan.ts';
import { type ReportOptions, writeReconcileReport } from './write-report.ts';

/** What reconcile did. `begun`: the account may have been changed. */
export interface Reconciled extends ReconcileResult {
  readonly begun: boolean;
}

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
  if (result.failure !== null) reportFailure(result.failure, terminal);
  if (result.block !== null) {
    const names = shownNames(session.naming, terminal);
    terminal.stderr(`\n${reconcileBlockText(result.block, names, terminal, result.begun)}\n`);
  }
  return result;
}

async function attempt(
  session: LabSession,
  completed: CompletedScan,
  request: ReconcileRequest,
  options: Options,
  terminal: Terminal,
): Promise<Reconciled> {
  const ended = (result: Partial<ReconcileResult>, begun = false) => ({ ...NOTHING_RECONCILED, ...result, begun });
  const failed = (failure: Failure, begun = false) => ended({ outcome: 'failed', failure }, begun);
  const blocked = (block: ReconcileBlock) => ended({ outcome: 'blocked', block });
  const store = reconcileRecord(session.records);
  const read = await usingRecord(RECONCILE_FILE, () => store.read());
  if (!read.ok) return failed(read.failure);
  const record = read.value ?? NO_RECONCILE_RECORD;
  const applied = completed.applied?.team ?? appliedTeam(session.team, session.today);

  const decision = decideReconcile(completed, session.team, applied, request, record);
  if (decision.kind === 'blocked') return blocked(decision.block);
  const { granting, requested, deletions, next, reported } = decision;
  const noted = request.reconcile ? withReported(record, reported, new Date(completed.scan.at)) : record;
  const write = (value: ReconcileRecord) => usingRecord(RECONCILE_FILE, () => store.write(value));
  if (JSON.stringify(noted.reported) !== JSON.stringify(record.reported)) {
    const written = await write(noted);
    if (!written.ok) return failed(written.failure);
  }
  if (decision.reverts.length + deletions.length === 0) return ended({ next });

  const before = completed.access;
  const then = desiredAccess(applied, applied.day);
  const targetOf = (findings: readonly DriftFinding[]) =>
    revertedModel(before, then, differencesOf(completed, findings), deletions);
  // Two changes that are only safe one after the other: what revokes access goes first, the rest next time.
  const revoking = decision.reverts.filter((finding) => !granting.includes(finding));
  const isMixed = revoking.length > 0 && revoking.length < decision.reverts.length;
  const isSafe = usersToSuspend(before, targetOf(decision.reverts), session.at).length === 0;
  const reverts = isMixed && !isSafe ? revoking : decision.reverts;
  const target = targetOf(reverts);
  const granted = revertedModel(before, then, differencesOf(completed, granting), []);
  const unexpected = unexpectedGains(before, target, granted, session.at);
  if (unexpected.length > 0) return blocked({ code: 'grants-access', args: { users: unexpected } });
  const atRisk = usersToSuspend(before, target, session.at);
  if (atRisk.length > 0) return blocked({ code: 'needs-suspension', args: { users: atRisk } });

  const revert = revertOf(session.team.lab, before, target, differencesOf(completed, reverts), deletions);
  const addresses = revert.resources.map(({ address }) => address);
  const deviationsIn = (plan: Plan) => deviationsOf(plan, revert.resources);
  const checked = await planExactly(session, revert, addresses, deviationsIn, options);
  if (!checked.ok) return failed(checked.failure);
  if (checked.value.block !== null) return blocked(checked.value.block);
  if (!options.yes) {
    terminal.stderr(
      `\n${revertPreview(reverts, deletions, diffAccess(before, target, session.at), session.naming, terminal)}\n\n`,
    );
    if (!(await terminal.confirm(revertQuestion(reverts.length, deletions.length, session.team.account)))) {
      return blocked({ code: 'not-confirmed', args: { couldAsk: terminal.canAsk === true } });
    }
  }

  // The question may have waited for an hour, and a revocation in an emergency must not be reverted unseen.
  const now = await quickScan(session, { cloudTrail: false, credentialReport: false }, terminal);
  if (!now.complete || !isUnchanged(completed, now)) return blocked({ code: 'changed-meanwhile', args: {} });
  const counted = reverts.filter((finding) => !requested.includes(finding)).map(({ id }) => id);
  const at = session.now();
  const begun = await write(withReverts(noted, counted, at, 'begun'));
  if (!begun.ok) return failed(begun.failure);
  if (checked.value.planned !== null) {
    const done = await applyWithProgress(checked.value.planned, options, terminal);
    if (!done.ok) return failed(done.failure, true);
  }
  const recreated = withRecreated(noted, await recreatedBy(session, completed, reverts));
  const noting = await write(withReverts(recreated, counted, at, 'done'));
  if (!noting.ok) reportFailure(noting.failure, terminal);
  const deleted = await deleteUsers(session, deletions, options, terminal);
  if (!deleted.ok) return failed(deleted.failure, true);
  const reverted = reverts.map(({ id }) => id);
  if (deleted.value === null) return ended({ outcome: 'reverted', reverted, deleted: deletions, next }, true);
  const outcome = reverted.length > 0 ? 'reverted' : 'blocked';
  return ended({ outcome, reverted, block: deleted.value, next }, checked.value.planned !== null);
}

/** New unique ids, by those before, of users and groups that were created again: the next scan must not report them. */
async function recreatedBy(
  { team, names }: LabSession,
  { applied }: CompletedScan,
  reverts: readonly DriftFinding[],
): Promise<ReadonlyMap<string, string>> {
  const deleted = reverts.flatMap(({ rule, data }): readonly Holder[] => {
    if (rule === 'user-deleted') return [{ kind: 'user', name: data.user }];
    return rule === 'group-deleted' ? [{ kind: 'group', name: data.group }] : [];
  });
  if (deleted.length === 0) return new Map();
  const ids = await idsOf(team.lab, names);
  return new Map(
    deleted.flatMap(({ kind, name }) => {
      const [was, is] = [applied?.ids?.[kind].get(name), ids[kind][name]];
      return was === undefined || is === undefined ? [] : [[was, is] as const];
    }),
  );
}

/** What is to be reverted, in the names of the account. */
function differencesOf({ scan }: CompletedScan, findings: readonly DriftFinding[]) {
  const all = [...scan.findings, ...scan.snoozed.map(({ finding }) => finding)];
  return inNamesOfAccount(
    findings.flatMap((finding) => differenceOf(finding) ?? []),
    all,
  );
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
  readonly workspace: Workspace;
  readonly saved: SavedPlan;
}

/** A plan that does exactly what was decided and passes the guardrails; `planned` is null if nothing is to be done. */
type Checked = { readonly block: ReconcileBlock } | { readonly block: null; readonly planned: Planned | null };

async function planExactly(
  session: LabSession,
  revert: Revert,
  targets: readonly string[],
  deviationsIn: (plan: Plan) => readonly string[],
  { lockTimeoutSeconds }: Options,
): Promise<Result<Checked>> {
  if (targets.length === 0) return succeed({ block: null, planned: null });
  const workspace = await session.workspace(session.stack, session.team, [], (text) =>
    revertConfiguration(text, revert),
  );
  if (!workspace.ok) return workspace;
  const parallelism = session.parallelism ?? undefined;
  const saved = await planChanges(workspace.value, { targets, parallelism, lockTimeoutSeconds });
  if (!saved.ok) return saved;
  const addresses = deviationsIn(saved.value.plan);
  if (addresses.length > 0) return succeed({ block: { code: 'plan-deviates', args: { addresses } } });
  const codes = guardrailCodes(session, saved.value.plan, revert);
  if (codes.length > 0) return succeed({ block: { code: 'guardrail-blocked', args: { codes } } });
  return succeed({ block: null, planned: { workspace: workspace.value, saved: saved.value } });
}

/** What stays as the account has it is no reason for a guardrail: this plan does not put it there. */
function guardrailCodes({ team, today }: LabSession, plan: Plan, { account, target }: Revert): readonly string[] {
  const boundaryOf = (model: AccessModel, user: string) => model.users.find(({ name }) => name === user)?.boundary;
  const attached = new Set([...account.users, ...account.groups].flatMap((each) => each.attached));
  const blocks = blocksOf(plan, team, today, 'team', 'partial').filter((each) => {
    if (each.code === 'user-without-boundary') {
      return boundaryOf(account, each.args.user) !== boundaryOf(target, each.args.user);
    }
    return each.code !== 'outside-managed-path' || !attached.has(each.args.what.replace(/^policy /, ''));
  });
  return [...new Set(blocks.map(({ code }) => code))];
}

/** Deletes users whose groups are revoked already: until the last call their `limits` deny everything. */
async function deleteUsers(
  session: LabSession,
  users: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<Result<ReconcileBlock | null>> {
  const { lab, account } = session.team;
  const addresses = users.flatMap((user) => deletionAddresses(lab, user));
  const nothing = emptyModel(account);
  const revert: Revert = { lab, account: nothing, target: nothing, resources: [] };
  const deviationsIn = (plan: Plan) => deletionDeviations(plan, addresses);
  const checked = await planExactly(session, revert, addresses, deviationsIn, options);
  if (!checked.ok) return checked;
  if (checked.value.block !== null || checked.value.planned === null) return succeed(checked.value.block);
  const applied = await applyWithProgress(checked.value.planned, options, terminal);
  return applied.ok ? succeed(null) : applied;
}

function applyWithProgress({ workspace, saved }: Planned, { lockTimeoutSeconds }: Options, terminal: Terminal) {
  return withProgress(terminal, (onEvent) => applyPlan(workspace, saved, { lockTimeoutSeconds, onEvent }));
}

/** Blocks whatever the account is like; after any other block the exit code says whether the account has drifted. */
const IMPOSSIBLE: readonly ReconcileBlock['code'][] = [
  'reconcile-off',
  'not-revertible',
  'scan-incomplete',
  'not-confirmed',
];

/**
 * Reverts what is asked and prints what was done and what is left, with `--json` as one document. The class of the
 * account after that, as `scanAgain` finds it; null if it failed or was impossible.
 */
export async function revertFindings(
  session: LabSession,
  completed: CompletedScan,
  options: ReportOptions &
    Parameters<typeof reconcile>[2] &
    Parameters<typeof reconcile>[3] & { readonly json: boolean },
  terminal: Terminal,
  scanAgain: () => Promise<Result<CompletedScan>>,
): Promise<DriftClass | null> {
  const { json } = options;
  const names = shownNames(session.naming, terminal);
  const print = (text: string) => (json ? terminal.stderr : terminal.stdout)(`\n${text}\n`);
  const { begun, ...result } = await reconcile(session, completed, options, options, terminal);
  const { outcome } = result;
  if (outcome === 'reverted' || outcome === 'nothing') print(revertedText(result, completed.scan.findings, names));
  // An apply that failed may have been carried out in part: only a scan can tell.
  const after = begun ? await scanAgain() : null;
  await writeReconcileReport(options, completed, result, session, outcome === 'reverted' ? after : null);
  const now = after === null ? completed : after.ok ? after.value : null;
  const error = after === null || after.ok ? null : failureJson(after.failure);
  if (json) printJson({ ...reconciledJson(session, now, result), ...(error === null ? {} : { error }) }, terminal);
  if (after !== null && !after.ok) {
    reportFailure(after.failure, terminal);
    return null;
  }
  if (after !== null && now !== null && !json) print(afterRevertText(now.scan, names));
  const isImpossible = result.block !== null && IMPOSSIBLE.includes(result.block.code);
  return outcome === 'failed' || isImpossible ? null : (now?.scan.class ?? null);
}

/** The newest scan with the result of reconcile; `drift` is null if the account could not be scanned. */
export function reconciledJson(
  { team, naming }: Pick<LabSession, 'team' | 'naming'>,
  now: CompletedScan | null,
  reconcile: ReconcileResult,
): Record<string, unknown> {
  const { lab, account } = team;
  const scan = now === null ? { version: 1, lab, account, drift: null } : driftJson(now.scan, team, naming);
  return { ...scan, reconcile };
}

/**
 * Whether a quick check finds the same differences as a scan before it. An exclusive-policy resource removes what the
 * account has when the plan is applied, not when it was made: what someone attached in between would be removed unseen.
 */
function isUnchanged(before: Pick<CompletedScan, 'scan'>, now: Pick<CompletedScan, 'scan'>): boolean {
  const one = differencesIn(before.scan);
  const other = differencesIn(now.scan);
  return one.size === other.size && [...one].every((each) => other.has(each));
}

function differencesIn({ findings, snoozed }: CompletedScan['scan']): ReadonlySet<string> {
  return new Set(
    [...findings, ...snoozed.map(({ finding }) => finding)].flatMap((finding) => {
      const difference = differenceOf(finding);
      // What is as the file has it by now differs from Terraform's state alone.
      if (difference === null || finding.cause === 'resolved') return [];
      const document = 'document' in difference ? difference.document : null;
      return [`${differenceKey(difference)} ${document === null ? '' : canonicalDocument(document)}`];
    }),
  );
}
