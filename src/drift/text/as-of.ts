import { timeWords } from '../../text/dates.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';

/** Kinds of which some facts are those of the credential report, and may be four hours old. */
const REPORTED: ReadonlySet<DriftFinding['rule']> = new Set([
  'unmanaged-user',
  'root-access-key',
  'key-used-after-leaving',
  'too-many-access-keys',
  'old-access-key',
  'unused-access-key',
  'console-password',
]);

/** From when that is which is told of keys and passwords; null where nothing is told of them. */
export function asOfReportWords({
  findings,
  credentialReportAt: reportedAt,
}: Pick<ScanResult, 'findings' | 'credentialReportAt'>): string | null {
  if (reportedAt === null || !findings.some(({ rule }) => REPORTED.has(rule))) return null;
  return `Keys and passwords as of ${timeWords(reportedAt)}, when AWS made its report.`;
}
