import { z } from 'zod';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const KEPT_MS = 8 * DAY_MS;
/** A report younger than this does not count as an earlier one: a check started by hand must leave time to read it. */
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
});

export type ReconcileRecord = Readonly<z.infer<typeof RECONCILE_RECORD>>;

export const NO_RECONCILE_RECORD: ReconcileRecord = { version: 1, reverts: [], reported: [] };

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

/** The ids of what was reverted within so many days before a moment, one for each time. */
export function revertsWithin(record: ReconcileRecord, days: number, at: Date): readonly string[] {
  return record.reverts
    .filter((each) => at.getTime() - Date.parse(each.at) < days * DAY_MS)
    .map(({ finding }) => finding);
}

/** Whether an earlier scheduled check has reported it. */
export function wasReported(record: ReconcileRecord, id: string, at: Date): boolean {
  const entry = record.reported.find((each) => each.id === id);
  return entry !== undefined && at.getTime() - Date.parse(entry.first) >= REPORTED_MS;
}
