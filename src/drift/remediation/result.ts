import { z } from 'zod';
import type { Failure } from '../../diagnostics/failure.ts';

const IDS = z.array(z.string()).min(1);
const UNKNOWN_ID = z.strictObject({
  id: z.string(),
  because: z.enum(['not-found', 'snoozed', 'not-revertible']),
  /** The id that was probably meant; null if none is near. */
  nearest: z.string().nullable(),
});

const of = <Code extends string, Args extends z.ZodType>(code: Code, args: Args) =>
  z.strictObject({ code: z.literal(code), args });

/** Why reconcile changed nothing. */
export const RECONCILE_BLOCK = z.discriminatedUnion('code', [
  of('reconcile-off', z.strictObject({})),
  of('not-revertible', z.strictObject({ findings: z.array(UNKNOWN_ID).min(1) })),
  of('fingerprint-changed', z.strictObject({ expected: z.string(), found: z.string() })),
  of('scan-incomplete', z.strictObject({ notChecked: z.int().nonnegative() })),
  of('reverted-repeatedly', z.strictObject({ findings: IDS })),
  of('quota-reached', z.strictObject({ perDay: z.int(), done: z.int(), wanted: z.int() })),
  of('changed-meanwhile', z.strictObject({})),
  /** Terraform would not do exactly the inverses. */
  of('plan-deviates', z.strictObject({ addresses: IDS })),
  of('guardrail-blocked', z.strictObject({ codes: IDS })),
  /** IAM users who would gain access. */
  of('grants-access', z.strictObject({ users: IDS })),
  /** IAM users who could, during the revert, do what they may neither before nor after it. */
  of('needs-suspension', z.strictObject({ users: IDS })),
  of('not-confirmed', z.strictObject({ couldAsk: z.boolean() })),
  /** The job was stopped before it could write a report; `reason` is a reason of `failure-reason`. */
  of('no-report', z.strictObject({ reason: z.string() })),
]);

export type ReconcileBlock = Readonly<z.infer<typeof RECONCILE_BLOCK>>;

/** What waits for a later scheduled check, because it grants access or deletes a user. */
const NEXT = z.strictObject({
  /** The id of a finding, or `delete-user/KEY`. */
  id: z.string(),
  /** The earliest time at which it is done, ISO 8601, UTC. */
  from: z.iso.datetime(),
});

/** The outcome of a reconcile, for report.json and `--json`. */
export const RECONCILE_RESULT = z.strictObject({
  outcome: z.enum(['reverted', 'nothing', 'blocked', 'failed']),
  /** Ids of the findings that were reverted. */
  reverted: z.array(z.string()),
  /** IAM users that were deleted. */
  deleted: z.array(z.string()),
  next: z.array(NEXT),
  block: RECONCILE_BLOCK.nullable(),
  failure: z.custom<Failure>(isFailure, 'it must be a failure').nullable(),
});

export type ReconcileResult = Readonly<z.infer<typeof RECONCILE_RESULT>>;
export type Next = Readonly<z.infer<typeof NEXT>>;

function isFailure(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'code' in value && 'args' in value;
}
