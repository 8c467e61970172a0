import { createHash } from 'node:crypto';
import * as z from 'zod';
import { jsonOf } from '../../diagnostics/parse-data.ts';

/** What a drift issue keeps about itself in a hidden comment, so that the next check knows what is new. */
const driftIssueData = z.strictObject({
  version: z.literal(1),
  /** The day on which the issue was opened or reopened. */
  since: z.iso.date(),
  /** Digests of finding ids, worst first: ids may contain foreign names, and a comment must not end early. */
  findings: z.string().regex(/^(?:[0-9a-f]{12}(?: |$))*$/),
  /** How many findings there are; more than `findings` if they did not fit. */
  count: z.int().nonnegative(),
});
export type DriftIssueData = z.infer<typeof driftIssueData>;

/** The drift issue of the last check; `data` is null if it was edited by a person. */
export interface PreviousIssue {
  readonly isOpen: boolean;
  readonly data: DriftIssueData | null;
}

const DATA = /^<!-- mturk-team-drift-data (\{[^<>]{1,20000}\}) -->$/;
/** More digests would leave no room for the findings. */
const MOST_DIGESTS = 1_000;

export function hiddenData(data: DriftIssueData): string {
  return `<!-- mturk-team-drift-data ${JSON.stringify(driftIssueData.parse(data))} -->`;
}

/** What an issue keeps about itself in its second line; null if a person edited it. */
export function readHiddenData(body: string): DriftIssueData | null {
  const json = DATA.exec(body.split('\n', 2)[1]?.trimEnd() ?? '')?.[1];
  return json === undefined ? null : (driftIssueData.safeParse(jsonOf(json)).data ?? null);
}

/** What the issue keeps about findings with these ids; a check that did not see everything forgets nothing. */
export function nextData(
  ids: readonly string[],
  known: DriftIssueData | null,
  day: string,
  isWhole: boolean,
): DriftIssueData {
  const digests = ids.map(digestOf);
  const kept = isWhole ? [] : digestsOf(known).filter((digest) => !digests.includes(digest));
  const findings = [...digests, ...kept].slice(0, MOST_DIGESTS).join(' ');
  return { version: 1, since: known?.since ?? day, findings, count: digests.length + kept.length };
}

/** The ids that the last check had not; null if its digests are not all known. */
export function newFindingIds(ids: readonly string[], data: DriftIssueData | null): readonly string[] | null {
  const known = new Set(digestsOf(data));
  return data === null || data.count > known.size ? null : ids.filter((id) => !known.has(digestOf(id)));
}

function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12);
}

function digestsOf(data: DriftIssueData | null): readonly string[] {
  return data === null || data.findings === '' ? [] : data.findings.split(' ');
}
