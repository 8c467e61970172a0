import * as z from 'zod';
import type { AccessModel } from '../../access/model.ts';
import { iamName } from '../../team/names.ts';
import { suggester } from '../../team/suggest.ts';
import { type AccessTeam, isDeletionDue, type Settings } from '../../team/team.ts';
import { DAY_MS, HOUR_MS } from '../../text/dates.ts';
import { type DriftFinding, differenceOf, type ScanResult } from '../finding.ts';
import { deletionId, type Next, type ReconcileBlock } from './reconcile-text.ts';

/** A scan, and what the account held that decides who may do what. */
export interface ScannedAccount {
  readonly scan: Pick<ScanResult, 'findings' | 'snoozed' | 'notChecked' | 'fingerprint' | 'at' | 'class'>;
  readonly access: AccessModel;
  /** Whether all that decides who may do what is known. */
  readonly complete: boolean;
}

export interface ReconcileRequest {
  /** As the scheduled job does: what `settings.reconcile` allows. */
  readonly reconcile: boolean;
  /** Ids of findings that a person wants reverted, although that may grant access. */
  readonly revert: readonly string[];
  /** The fingerprint of the scan, or its first digits; null for any. */
  readonly ifFingerprint: string | null;
}

export interface ReconcileTeam extends AccessTeam {
  readonly settings: Pick<Settings, 'reconcile' | 'deleteAfterDays' | 'maxRemovals' | 'driftEveryHours'>;
}

export type ReconcileDecision =
  | { readonly kind: 'blocked'; readonly block: ReconcileBlock }
  | {
      /** Nothing is reverted if `reverts` and `deletions` are empty. */
      readonly kind: 'decided';
      /** In the order of the scan. */
      readonly reverts: readonly DriftFinding[];
      /** Those of them that may grant access. */
      readonly granting: readonly DriftFinding[];
      /** Those of them that a person asked for. They do not count as a repetition. */
      readonly requested: readonly DriftFinding[];
      /** IAM users whose last day passed `deleteAfterDays` ago. */
      readonly deletions: readonly string[];
      /** What waits for a later scheduled check. */
      readonly next: readonly Next[];
      /** Ids that this check reports, if it is a scheduled one. */
      readonly reported: readonly string[];
    };

const REPEATED_DAYS = 7;
/** How often the same finding is reverted within that time before a person must act. */
const REPETITIONS = 2;

/** What no scan can change: known from the team file alone. Null if the request is possible. */
export function impossibleRequest(team: ReconcileTeam, { reconcile }: ReconcileRequest): ReconcileBlock | null {
  return reconcile && team.settings.reconcile === 'none' ? { code: 'reconcile-off', args: {} } : null;
}

/**
 * What of a scan is reverted. `auto` findings are reverted in both modes. Mode `all` reverts what grants access, too, but
 * only if an earlier scheduled check has reported it, so that an emergency revocation is seen before it is reverted.
 * Pending changes stay as they are: only an apply with its approval carries them out. All or nothing.
 */
export function decideReconcile(
  scanned: ScannedAccount,
  team: ReconcileTeam,
  applied: AccessTeam,
  request: ReconcileRequest,
  record: ReconcileRecord,
): ReconcileDecision {
  const { scan } = scanned;
  const { reconcile: isScheduled, revert, ifFingerprint } = request;
  const impossible = impossibleRequest(team, request);
  if (impossible !== null) return blocked(impossible);
  if (ifFingerprint !== null && !scan.fingerprint.startsWith(ifFingerprint)) {
    return blocked({ code: 'fingerprint-changed', args: { expected: ifFingerprint, found: scan.fingerprint } });
  }
  if (!scanned.complete || scan.class === 'error') {
    return blocked({ code: 'scan-incomplete', args: { notChecked: scan.notChecked.length } });
  }
  const possible = scan.findings.filter(isRevertible);
  const refused = notRevertible(revert, scan, possible);
  if (refused.length > 0) return blocked({ code: 'not-revertible', args: { findings: refused } });

  const at = new Date(scan.at);
  const mode = team.settings.reconcile;
  const requested = possible.filter(({ id }) => revert.includes(id));
  const others = isScheduled ? possible.filter((finding) => !requested.includes(finding)) : [];
  const auto = others.filter(({ remediation }) => remediation === 'auto');
  const granting = mode === 'all' ? others.filter(({ remediation }) => remediation === 'on-request') : [];
  const due = isScheduled ? deletionsDue(team, applied, scanned) : [];
  const reported = (id: string) => wasReported(record, id, at);
  const ripe = granting.filter(({ id }) => reported(id));
  const deletions = due.filter(({ id }) => reported(id)).slice(0, team.settings.maxRemovals);
  const byJob = [...auto, ...ripe];

  const before = revertsWithin(record, REPEATED_DAYS, at);
  const repeated = byJob.filter(({ id }) => before.filter((each) => each === id).length >= REPETITIONS);
  if (repeated.length > 0) {
    return blocked({ code: 'reverted-repeatedly', args: { findings: repeated.map(({ id }) => id) } });
  }
  const from = new Date(at.getTime() + team.settings.driftEveryHours * HOUR_MS).toISOString();
  const waiting = [
    ...granting.filter((finding) => !ripe.includes(finding)),
    ...due.filter((deletion) => !deletions.includes(deletion)),
  ];
  const wanted = new Set([...requested, ...byJob]);
  return {
    kind: 'decided',
    reverts: possible.filter((finding) => wanted.has(finding)),
    granting: [...requested, ...ripe].filter(({ remediation }) => remediation !== 'auto'),
    requested,
    deletions: deletions.map(({ user }) => user),
    next: waiting.map(({ id }) => ({ id, from })),
    reported: [...granting, ...due].map(({ id }) => id),
  };
}

/** Whether a scheduled reconcile has anything to do or to record: else its job need not start. */
export function needsReconcile(scanned: ScannedAccount, team: ReconcileTeam, applied: AccessTeam): boolean {
  const request = { reconcile: true, revert: [], ifFingerprint: null };
  const decision = decideReconcile(scanned, team, applied, request, NO_RECONCILE_RECORD);
  if (decision.kind === 'blocked') return false;
  return decision.reverts.length + decision.reported.length > 0;
}

/** A moved user or group is moved back only for an administrator who asks: the workflows' roles may not. */
function isRevertible(finding: DriftFinding): boolean {
  const { cause, remediation, rule } = finding;
  const isPossible = remediation !== 'manual' || rule === 'path-changed';
  return cause === 'manual' && isPossible && differenceOf(finding) !== null;
}

interface Deletion {
  readonly id: string;
  readonly user: string;
}

/** Users whose last day, both as applied and in the file, passed so long ago, oldest first. */
function deletionsDue(
  team: ReconcileTeam,
  applied: AccessTeam,
  { access, scan: { at } }: ScannedAccount,
): readonly Deletion[] {
  const today = at.slice(0, 10);
  const existing = new Set(access.users.map(({ name }) => name));
  const untilApplied = new Map(applied.members.map(({ key, until }) => [key, until]));
  return team.members
    .flatMap(({ key, until }) => {
      const user = iamName(team.lab, key);
      const isDue = [until, untilApplied.get(key) ?? null].every((day) =>
        isDeletionDue({ until: day }, team.settings, today),
      );
      return until !== null && isDue && existing.has(user) ? [{ id: deletionId(key), user, until }] : [];
    })
    .sort((one, other) => (one.until < other.until ? -1 : one.until > other.until ? 1 : 0));
}

type Refused = Extract<ReconcileBlock, { readonly code: 'not-revertible' }>['args']['findings'];

function notRevertible(
  ids: readonly string[],
  { findings, snoozed }: ScannedAccount['scan'],
  possible: readonly DriftFinding[],
): Refused {
  const known = possible.map(({ id }) => id);
  const suggest = suggester();
  return ids
    .filter((id) => !known.includes(id))
    .map((id) => {
      if (findings.some((finding) => finding.id === id)) return { id, because: 'not-revertible', nearest: null };
      if (snoozed.some(({ finding }) => finding.id === id)) return { id, because: 'snoozed', nearest: null };
      // A finding that got worse has another last segment, or one more.
      const nearest = known.find((each) => each.startsWith(`${id}/`)) ?? suggest(id, known);
      return { id, because: 'not-found', nearest };
    });
}

function blocked(block: ReconcileBlock): ReconcileDecision {
  return { kind: 'blocked', block };
}

const KEPT_MS = 8 * DAY_MS;
/** A report younger than this does not count as an earlier one: a check that a person starts must leave time to read it. */
const REPORTED_MS = HOUR_MS;
const MOST = 10_000;

/** `reconcile-record.json`: written by reconcile alone, so that its role cannot reopen old applies. */
export const RECONCILE_RECORD = z.strictObject({
  version: z.literal(1),
  /** The reverts of the last eight days. */
  reverts: z
    .array(
      z.strictObject({
        /** A finding's id. */
        finding: z.string(),
        /** When it began, ISO 8601, UTC. */
        at: z.iso.datetime(),
        /** One that began and did not end counts, too. */
        state: z.enum(['begun', 'done']),
      }),
    )
    .max(MOST),
  /** What scheduled checks have reported that waits for the next one, by id, with the first time. */
  reported: z.array(z.strictObject({ id: z.string(), first: z.iso.datetime() })).max(MOST),
  /** Users and groups that reconcile created again: IAM's new unique id by the one that the last apply noted. */
  recreated: z.record(z.string().max(128), z.string().max(128)).default({}),
});

export type ReconcileRecord = Readonly<z.infer<typeof RECONCILE_RECORD>>;

export const NO_RECONCILE_RECORD: ReconcileRecord = { version: 1, reverts: [], reported: [], recreated: {} };

/** The record after a scheduled check that reported these ids: each keeps its first time, others are dropped. */
export function withReported(record: ReconcileRecord, ids: readonly string[], at: Date): ReconcileRecord {
  const first = new Map(record.reported.map((each) => [each.id, each.first]));
  return { ...record, reported: ids.map((id) => ({ id, first: first.get(id) ?? at.toISOString() })) };
}

/** The record with reverts that begin or are done; those of more than eight days ago are dropped. */
export function withReverts(
  record: ReconcileRecord,
  findings: readonly string[],
  at: Date,
  state: 'begun' | 'done',
): ReconcileRecord {
  const recent = record.reverts.filter((each) => at.getTime() - Date.parse(each.at) < KEPT_MS);
  const reverts = findings.map((finding) => ({ finding, at: at.toISOString(), state }));
  return { ...record, reverts: [...recent, ...reverts] };
}

/** The record after users or groups were created again: their new unique ids by those before. */
export function withRecreated(record: ReconcileRecord, recreated: ReadonlyMap<string, string>): ReconcileRecord {
  const earlier = Object.entries(record.recreated).map(([was, is]) => [was, recreated.get(is) ?? is] as const);
  return { ...record, recreated: Object.fromEntries([...earlier, ...recreated]) };
}

/** The ids of what was reverted within so many days before a moment, one for each time. */
function revertsWithin(record: ReconcileRecord, days: number, at: Date): readonly string[] {
  return record.reverts
    .filter((each) => at.getTime() - Date.parse(each.at) < days * DAY_MS)
    .map(({ finding }) => finding);
}

/** Whether an earlier scheduled check has reported it. */
function wasReported(record: ReconcileRecord, id: string, at: Date): boolean {
  const entry = record.reported.find((each) => each.id === id);
  return entry !== undefined && at.getTime() - Date.parse(entry.first) >= REPORTED_MS;
}
