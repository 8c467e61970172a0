import { join } from 'node:path';
import {
  type DriftReportFile,
  readDriftReport,
  readReconcileResult,
  writeDriftReport,
  writeReconcileResult,
} from '../../../src/drift/report/report-file.ts';
import { scratch } from '../../support/command.ts';
import { driftFile, resultFile } from '../../support/drift-files.ts';

let directory: ReturnType<typeof scratch>;
beforeEach(() => {
  directory = scratch();
});
afterEach(() => directory.remove());
const file = (name: string) => join(directory.directory, name);

test('what is written is read', async () => {
  const report = driftFile(['membership-added/bo/paymaster'], {
    renewals: [{ cohort: '2026-12-20', title: 'Ends', body: 'x' }],
    error: { title: 'Not all', body: 'y' },
  });
  await writeDriftReport(file('report.json'), report);
  expect(await readDriftReport(file('report.json'))).toEqual({ ok: true, value: report });
  const result = resultFile({ undone: ['one'], report });
  await writeReconcileResult(file('result.json'), result);
  expect(await readReconcileResult(file('result.json'))).toEqual({ ok: true, value: result });
});

test('a file that is not there is no file that cannot be read', async () => {
  expect(await readDriftReport(file('none.json'))).toBeNull();
  expect(await readReconcileResult(file('none.json'))).toBeNull();
});

test.each<[what: string, wrong: Partial<Record<keyof DriftReportFile, unknown>>, where: string]>([
  ['a fingerprint of another length', { fingerprint: 'abc' }, 'fingerprint'],
  ['a class that nobody knows', { class: 'fine' }, 'class'],
  ['a day that does not exist', { renewals: [{ cohort: '2026-02-30', title: 't', body: 'b' }] }, 'renewals.0.cohort'],
  ['a line of two lines', { findings: [{ key: 'a'.repeat(12), line: 'one\ntwo' }] }, 'findings.0.line'],
  ['a key that could end a comment', { findings: [{ key: '-->', line: 'x' }] }, 'findings.0.key'],
  ['a commit that is none', { commit: 'main' }, 'commit'],
  ['a moment without a zone', { at: '2026-11-25T05:17:00' }, 'at'],
])('%s is neither read nor written', async (_what, wrong, where) => {
  const report = { ...driftFile([]), ...wrong } as DriftReportFile;
  directory.write('report.json', JSON.stringify(report));
  expect(await readDriftReport(file('report.json'))).toMatchObject({
    ok: false,
    reason: expect.stringContaining(`${where}: `),
  });
  await expect(writeDriftReport(file('other.json'), report)).rejects.toThrow();
  directory.write('result.json', JSON.stringify(resultFile({ report })));
  expect(await readReconcileResult(file('result.json'))).toMatchObject({
    ok: false,
    reason: expect.stringContaining(`report.${where}: `),
  });
});
