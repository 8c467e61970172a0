import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { readShownReport } from '../drift/report/drift-run.ts';
import type { DriftReport } from '../drift/report/report.ts';
import { lastMomentOf } from '../history/timeline.ts';
import { accessPage } from '../page/page.ts';
import { checkUnlinked, replaceFile, written } from './files.ts';
import { readVersions } from './history/read-history.ts';
import type { AccountSessionOptions } from './session/account-session.ts';
import { momentOf, readTeam } from './session/read-team.ts';

export interface PageOptions extends Pick<AccountSessionOptions, 'file' | 'today'> {
  /** The folder of the page, made if there is none. */
  readonly out: string;
  /** report.json of a drift check; null for none. */
  readonly report: string | null;
  readonly isPublic: boolean;
}

const PAGE = 'access.html';

/** Writes the access page of a team file. Gives its path, and why it has no history; null if it has one. */
export async function writePage({ file, out, today, report: reportFile, isPublic }: PageOptions) {
  const read = await readTeam(file, today);
  if (!read.ok) return read;
  const team = read.value;
  const report = reportFile === null ? succeed(null) : await reportOf(reportFile, team.lab);
  if (!report.ok) return report;
  const unlinked = await checkUnlinked(out);
  if (!unlinked.ok) return unlinked;
  const past = await readVersions(file, lastMomentOf(today));
  const text = accessPage({ team, today, past, report: report.value, isPublic }, momentOf(today));
  const path = join(out, PAGE);
  return written(async () => {
    await mkdir(out, { recursive: true });
    await replaceFile(path, text);
    return { path, noHistory: past.ok ? null : past.failure };
  });
}

async function reportOf(file: string, lab: string): Promise<Result<DriftReport>> {
  const parsed = await readShownReport(file);
  const unusable = (reason: string) => fail('file-not-readable', { file, reason });
  if (parsed === null) return unusable('there is no such file');
  if (!parsed.ok) return unusable(`it is no report of a drift check: ${parsed.reason}`);
  return parsed.value.lab === lab ? succeed(parsed.value) : unusable(`it is of another lab: ${parsed.value.lab}`);
}
