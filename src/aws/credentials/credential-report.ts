import { GenerateCredentialReportCommand, GetCredentialReportCommand, type IAMClient } from '@aws-sdk/client-iam';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { isoOfDate, readAws } from '../client.ts';
import type { NotChecked } from '../types.ts';

/** An access key in the report. */
export interface ReportedKey {
  readonly active: boolean;
  /** When it was made, or last changed; null where the report does not say. ISO 8601, UTC. */
  readonly rotated: string | null;
  /** ISO 8601, UTC, to 15 minutes; null where it was never used. */
  readonly lastUsed: string | null;
  /** False where the report has no such column. */
  readonly isUseKnown: boolean;
}

export interface ReportRow {
  /** ISO 8601, UTC; null where the report does not say. */
  readonly created: string | null;
  readonly password: { readonly lastUsed: string | null } | null;
  readonly keys: readonly ReportedKey[];
  /** `1`, `2`: the report has no ids. Active ones. */
  readonly certificates: readonly string[];
}

export interface CredentialReport {
  /** ISO 8601, UTC: up to four hours ago. */
  readonly at: string;
  /** By user name; the root is `<root_account>`, and may be missing. */
  readonly rows: ReadonlyMap<string, ReportRow>;
}

export const ROOT_ROW = '<root_account>';
const WHAT = 'the credential report';

/** Starts a report; AWS keeps one that is younger than four hours. */
export function beginReport(client: IAMClient): Promise<Result<unknown, NotChecked>> {
  return readAws(WHAT, () => client.send(new GenerateCredentialReportCommand({})));
}

/** Reads the report that was begun; where it is not ready it waits that many milliseconds, and asks once more. */
export async function readReport(
  client: IAMClient,
  patience: number,
  wait: (milliseconds: number) => Promise<void>,
): Promise<Result<CredentialReport, NotChecked>> {
  let read = await readAws(WHAT, () => fetchReport(client));
  if (read.ok && read.value === null) {
    await wait(patience);
    read = await readAws(WHAT, () => fetchReport(client));
  }
  if (!read.ok) return read;
  const report = read.value;
  if (report === null) return notChecked(`it was not ready within ${Math.round(patience / 1000)} seconds`);
  const rows = parseCredentialReport(report.text);
  return rows === null ? notChecked('it has no column called user') : succeed({ at: report.at, rows });
}

function notChecked(reason: string): Result<never, NotChecked> {
  const { failure } = fail('aws-unavailable', { reason, progress: null });
  return { ok: false, failure: { what: WHAT, failure } };
}

/** Null where it is not ready yet. */
async function fetchReport(client: IAMClient): Promise<{ readonly at: string; readonly text: string } | null> {
  try {
    const { Content, GeneratedTime } = await client.send(new GetCredentialReportCommand({}));
    return { at: isoOfDate(GeneratedTime), text: new TextDecoder().decode(Content) };
  } catch (error) {
    // Right after it was begun there may be none at all.
    if (
      error instanceof Error &&
      /^(CredentialReport(NotReady|NotPresent)|Report(InProgress|NotPresent))/.test(error.name)
    )
      return null;
    throw error;
  }
}

/**
 * The rows of a credential report, by user name; null for a text that is none. Columns are found by their names: AWS
 * has added some in the course of time, and its guide names one that not every account gets.
 */
export function parseCredentialReport(text: string): ReadonlyMap<string, ReportRow> | null {
  const [header = [], ...lines] = parseCsv(text);
  const columns = new Map(header.map((name, index) => [name.trim(), index]));
  if (!columns.has('user')) return null;
  const rows = new Map<string, ReportRow>();
  for (const cells of lines) {
    const cell = (column: string): string | null => cells[columns.get(column) ?? -1]?.trim() ?? null;
    const name = cell('user');
    // A row that does not fit the header would assign a key to another user.
    if (name === null || name === '' || cells.length !== header.length) continue;
    rows.set(name, {
      created: timeIn(cell('user_creation_time')),
      password: isTrue(cell('password_enabled')) ? { lastUsed: timeIn(cell('password_last_used')) } : null,
      keys: ['access_key_1', 'access_key_2'].flatMap((key) => keyIn(key, cell)),
      certificates: ['1', '2'].filter((number) => isTrue(cell(`cert_${number}_active`))),
    });
  }
  return rows;
}

function keyIn(key: string, cell: (column: string) => string | null): readonly ReportedKey[] {
  const active = isTrue(cell(`${key}_active`));
  const rotated = timeIn(cell(`${key}_last_rotated`));
  // An inactive key has a time, a missing key has none.
  if (!active && rotated === null) return [];
  const used = cell(`${key}_last_used_date`);
  return [{ active, rotated, lastUsed: timeIn(used), isUseKnown: used !== null }];
}

/** The guide writes `TRUE`, accounts answer `true`. */
function isTrue(cell: string | null): boolean {
  return cell?.toLowerCase() === 'true';
}

/** Null for `N/A`, `no_information`, `not_supported` and whatever else is no time. */
function timeIn(cell: string | null): string | null {
  if (cell === null || !/^\d{4}-\d{2}-\d{2}T/.test(cell)) return null;
  const time = new Date(cell);
  return Number.isNaN(time.getTime()) ? null : isoOfDate(time);
}

/** Comma-separated values as RFC 4180 has them: a name of IAM may hold a comma. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    if (cells.length > 1 || cells[0] !== '') lines.push(cells);
    cells = [];
  }
  return lines;
}
