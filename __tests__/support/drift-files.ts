import { createHash } from 'node:crypto';
import type { DriftReportFile, ReconcileResultFile } from '../../src/drift/report/report-file.ts';

/** A report of a look at perception-lab that found these things, by id, or nothing. */
export function driftFile(ids: readonly string[], given: Partial<DriftReportFile> = {}): DriftReportFile {
  const findings = ids.map((id) => ({ key: digest(id).slice(0, 12), line: `**${id}** is not as it should be.` }));
  return {
    version: 1,
    lab: 'perception-lab',
    commit: 'c'.repeat(40),
    at: new Date().toISOString(),
    class: ids.length === 0 ? 'clean' : 'drift',
    fingerprint: digest(ids.join('\n')),
    complete: true,
    undo: 0,
    everyHours: 24,
    reconcile: false,
    issue:
      ids.length === 0
        ? null
        : {
            title: `perception-lab differs from team.yaml: ${ids.length} findings`,
            body: findings.map(({ line }, index) => `${index + 1}. ${line}`).join('\n'),
          },
    findings,
    snoozed: 0,
    error: null,
    pending: null,
    renewals: [],
    ...given,
  };
}

/** What a reconcile left, with the look after it. */
export function resultFile(given: Partial<ReconcileResultFile>): ReconcileResultFile {
  return { version: 1, outcome: 'done', reason: null, undone: [], report: null, ...given };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
