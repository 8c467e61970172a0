import * as z from 'zod';
import { OPERATION_LIST } from '../../access/capability-access.ts';
import type { Operation } from '../../catalog/mturk.ts';
import { TEXT } from '../../diagnostics/parse-data.ts';
import { HOUR_MS } from '../../text/dates.ts';

/** What reconcile will give back to a member, or the IAM user that it will delete, and since when that is announced. */
export const ANNOUNCEMENT = z.strictObject({
  /** `operations` that are withheld, a `missing` user to create again, a user whose `deletion` is due. */
  kind: z.enum(['operations', 'missing', 'deletion']),
  /** The member's key. */
  key: TEXT,
  operations: OPERATION_LIST,
  /** The last day (`YYYY-MM-DD`, UTC) for which a deletion is due; null for what is given back. */
  until: z.iso.date().nullable(),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
});

export type Announcement = Readonly<z.infer<typeof ANNOUNCEMENT>>;

/** What a check found that must be announced before it is done. */
export type Due = Omit<Announcement, 'at'>;

/** How long something is announced before reconcile does it. */
const ANNOUNCED_HOURS = 20;

/** From when reconcile does it. */
export function ripeFrom({ at }: Pick<Announcement, 'at'>): Date {
  return new Date(Date.parse(at) + ANNOUNCED_HOURS * HOUR_MS);
}

/**
 * The announcements after a complete check that found what is due: one whose operations grew, whose last day changed, or that
 * a later manual change (`isChangedSince`) may have caused, begins again; one that is not due any more is void.
 */
export function announced(
  earlier: readonly Announcement[],
  due: readonly Due[],
  now: Date,
  isChangedSince: (key: string, since: Date) => boolean,
): readonly Announcement[] {
  return due.map((each) => {
    const known = earlier.find(
      ({ kind, key, until }) => kind === each.kind && key === each.key && until === each.until,
    );
    const isSame =
      known !== undefined &&
      each.operations.every((operation) => known.operations.includes(operation)) &&
      !isChangedSince(each.key, new Date(known.at));
    return { ...each, at: isSame ? known.at : now.toISOString() };
  });
}

/**
 * What is ripe of the announcements, limited to what the newest file gives: it never undoes a change that waits for its apply.
 * A missing user, who is created with all roles, waits until the newest file gives all of it.
 */
export function ripe(
  announcements: readonly Announcement[],
  now: Date,
  gives: (key: string) => readonly Operation[],
): readonly Announcement[] {
  return announcements
    .filter((each) => ripeFrom(each).getTime() <= now.getTime())
    .map((each) => {
      const given = gives(each.key);
      const operations = each.operations.filter((operation) => given.includes(operation));
      const isLess = operations.length < each.operations.length;
      return { ...each, operations: each.kind === 'missing' && isLess ? [] : operations };
    })
    .filter(({ kind, operations }) => kind === 'deletion' || operations.length > 0);
}
