import { z } from 'zod';
import type { Issue } from '../../github/port.ts';

/** The most keys that are kept: more would leave no room for what they stand for. */
export const MOST_KEYS = 100;

/** What an issue remembers about itself, hidden in its second line. */
const stateOfIssue = z.strictObject({
  version: z.literal(1),
  /** Of the look that it was written from. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** The day on which that was first found. */
  since: z.iso.date(),
  /** Of the findings, the first ones. */
  keys: z.array(z.string().regex(/^[0-9a-f]{12}$/)).max(MOST_KEYS),
  /** How many findings there are. */
  count: z.int().nonnegative(),
  /** How many of them were not looked for again since a look that saw everything. */
  carried: z.int().nonnegative().default(0),
  /** Of what a reconcile said last; null where there was none, or nothing worth saying. */
  said: z
    .string()
    .regex(/^[0-9a-f]{12}$/)
    .nullable(),
});

export type DriftIssueState = z.infer<typeof stateOfIssue>;

const LINE = /^<!-- mturk-team-drift-state (\{[^<>]{1,4000}\}) -->$/;

/** What an issue remembers; null where it has nothing, or somebody edited it. */
export function stateOf({ body }: Pick<Issue, 'body'>): DriftIssueState | null {
  const second = body.split('\n', 2)[1]?.trimEnd() ?? '';
  const json = LINE.exec(second)?.[1];
  if (json === undefined) return null;
  try {
    const read = stateOfIssue.safeParse(JSON.parse(json));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** The line to hide. */
export function stateLine(state: DriftIssueState): string {
  return `<!-- mturk-team-drift-state ${JSON.stringify(state)} -->`;
}

const CLOSED = '<!-- closed by mturk-team -->';

/** The body of an issue that we close: else nobody could tell whether it was a person who closed it. */
export function closedBody({ body }: Pick<Issue, 'body'>): string {
  return wasClosedByUs({ body }) ? body : `${body.trimEnd()}\n\n${CLOSED}`;
}

/** Whether it was us who closed it; a body is written anew where an issue is opened again. */
export function wasClosedByUs({ body }: Pick<Issue, 'body'>): boolean {
  return body.trimEnd().endsWith(CLOSED);
}
