import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Parsed, parseData } from '../../diagnostics/parse-data.ts';
import { LAB_PATTERN } from '../../team/patterns.ts';

/** GitHub refuses an issue of 65,536 characters; what is hidden in one, and its last lines, take the rest. */
const LONGEST_ISSUE_BODY = 60_000;
const LONGEST_TITLE = 256;
const LONGEST_LINE = 4_000;

const day = z.iso.date();
const moment = z.iso.datetime();
const commit = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const line = z
  .string()
  .min(1)
  .max(LONGEST_LINE)
  .regex(/^[^\r\n]*$/, 'it must be one line');

/** Of an issue: a title in plain text, a body in Markdown without marker and footer. */
const issueText = z.strictObject({
  title: z
    .string()
    .min(1)
    .max(LONGEST_TITLE)
    .regex(/^[^\r\n]*$/, 'it must be one line'),
  body: z.string().min(1).max(LONGEST_ISSUE_BODY),
});

const reportFile = z.strictObject({
  version: z.literal(1),
  lab: z.string().max(40).regex(LAB_PATTERN),
  /** The commit whose team file was compared; null outside a repository. */
  commit: commit.nullable(),
  /** When it was looked. */
  at: moment,
  class: z.enum(['clean', 'pending', 'drift', 'state-only', 'unmanaged', 'unexplained', 'error']),
  /** Equal for two looks that found the same; empty where nothing could be looked at. */
  fingerprint: z.string().regex(/^(?:[0-9a-f]{64})?$/),
  /** Whether everything could be looked at. */
  complete: z.boolean(),
  /** How many findings a reconcile would undo. */
  undo: z.int().nonnegative(),
  /** Hours from one look to the next, as the team file has them. */
  everyHours: z.int().positive(),
  /** Whether the team file lets the workflow reconcile. */
  reconcile: z.boolean(),
  /** Null where nothing is to be reported. */
  issue: issueText.nullable(),
  /** What the issue is about, worst first, each known by a key of its own. */
  findings: z.array(z.strictObject({ key: z.string().regex(/^[0-9a-f]{12}$/), line })).max(50_000),
  snoozed: z.int().nonnegative(),
  /** What could not be looked at. */
  error: issueText.nullable(),
  /** What was merged and is not applied. */
  pending: issueText.nullable(),
  renewals: z.array(issueText.extend({ cohort: day })).max(400),
});

const resultFile = z.strictObject({
  version: z.literal(1),
  outcome: z.enum(['done', 'nothing', 'refused', 'failed']),
  reason: z.string().max(10_000).nullable(),
  /** What was undone, in Markdown. */
  undone: z.array(line).max(1_000),
  /** The look after it; null where there was none. */
  report: reportFile.nullable(),
});

/** What one look at an account found, with the words for its issues: what `drift --report` writes. */
export type DriftReportFile = z.infer<typeof reportFile>;

/** What a reconcile did: what `drift --reconcile --result` writes. */
export type ReconcileResultFile = z.infer<typeof resultFile>;

/** Writes a report; throws where it is none, since nobody else could read it either. */
export async function writeDriftReport(file: string, report: DriftReportFile): Promise<void> {
  await writeFile(file, textOf(reportFile.parse(report)));
}

/** Writes what a reconcile did; throws where it is no such thing. */
export async function writeReconcileResult(file: string, result: ReconcileResultFile): Promise<void> {
  await writeFile(file, textOf(resultFile.parse(result)));
}

/** Reads a report as untrusted data. Null where there is no such file: the job that makes it has failed. */
export function readDriftReport(file: string): Promise<Parsed<DriftReportFile> | null> {
  return read(file, reportFile);
}

/** The same for what a reconcile did. */
export function readReconcileResult(file: string): Promise<Parsed<ReconcileResultFile> | null> {
  return read(file, resultFile);
}

function textOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function read<Value>(file: string, schema: z.ZodType<Value>): Promise<Parsed<Value> | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return null;
  }
  return parseData(text, schema);
}
