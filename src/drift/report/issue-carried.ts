import { createHash } from 'node:crypto';
import type { Issue } from '../../github/port.ts';
import { stateOf, wasClosedByUs } from './issue-state.ts';
import type { DriftReportFile } from './report-file.ts';

/** What an issue told of that a look, which did not see everything, could not look for again. */
export interface Carried {
  readonly keys: readonly string[];
  readonly count: number;
  /** Not where the issue did not keep every key: then the count is the most that it can be. */
  readonly isExact: boolean;
  /** By which the findings are called, as far as the issue still has them. */
  readonly names: readonly string[];
}

const NOTHING: Carried = { keys: [], count: 0, isExact: true, names: [] };
const CODE = /`([^`\s]{1,300})`/g;

/** What is to be kept of the issue that is there, so that not being seen makes nothing gone, and nothing new later. */
export function carriedOver(
  look: {
    readonly report: DriftReportFile;
    readonly reconciled: { readonly undone: readonly string[] } | null;
    readonly first: DriftReportFile | null;
  },
  present: Issue | null,
): Carried {
  const { report, reconciled, first } = look;
  if (report.complete || present === null || (present.state === 'closed' && wasClosedByUs(present))) return NOTHING;
  const kept = stateOf(present);
  if (kept === null) return NOTHING;
  const undone = (first?.findings ?? []).filter(({ line }) => reconciled?.undone.includes(line));
  const known = new Set([...report.findings, ...undone].map(({ key }) => key));
  const keys = kept.keys.filter((key) => !known.has(key));
  const isExact = kept.count === kept.keys.length;
  return {
    keys,
    count: isExact ? keys.length : Math.max(keys.length, kept.count - report.findings.length),
    isExact,
    names: namesIn(present.body, keys),
  };
}

/** What stands in code there and has one of the keys: nothing else can be slipped in by whoever edits the issue. */
function namesIn(body: string, keys: readonly string[]): readonly string[] {
  const spans = [...body.matchAll(CODE)].map(([, name = '']) => name);
  const keyOf = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 12);
  return [...new Set(spans)].filter((name) => keys.includes(keyOf(name)));
}
