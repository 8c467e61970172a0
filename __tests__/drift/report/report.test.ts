import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DriftReport, readDriftReport, writeDriftReport } from '../../../src/drift/report/report.ts';
import { scratch } from '../../support/command.ts';
import { reportWith, sixChanges, UNMANAGED } from '../../support/drift-reports.ts';

let directory: ReturnType<typeof scratch>;
beforeEach(() => {
  directory = scratch();
});
afterEach(() => directory.remove());
const file = (name: string) => join(directory.directory, name);

test('a report is read as it is written, but for key ids and source addresses', async () => {
  const announced = {
    kind: 'operations' as const,
    key: 'eve',
    operations: ['GetHIT' as const],
    until: null,
    at: '2026-11-25T05:17:00.000Z',
  };
  const reports = [reportWith([]), { ...reportWith([]), announcements: [announced] }];
  for (const report of reports) {
    await writeDriftReport(file('report.json'), report);
    const read = await readDriftReport(file('report.json'));
    expect(read).toMatchObject({
      ok: true,
      value: { lab: report.lab, announcements: report.announcements, check: { kind: 'scanned' } },
    });
  }
  await writeDriftReport(file('report.json'), sixChanges());
  const text = readFileSync(file('report.json'), 'utf8');
  expect(text).not.toMatch(/AKIA[A-Z2-7]{12}|203\.0\.113\.9/);
  expect(text).toContain(UNMANAGED);
});

test('access that ends on each of the days of renew-before-days fits into a report', async () => {
  const members = [{ key: 'bo', name: 'Bo', sponsor: null }];
  const expiring = Array.from({ length: 3_651 }, (_, day) => ({
    ...{ until: new Date(Date.UTC(2026, 10, 25 + day)).toISOString().slice(0, 10), members, owners: [] },
  }));
  await writeDriftReport(file('report.json'), { ...reportWith([]), expiring });
  expect(await readDriftReport(file('report.json'))).toMatchObject({ ok: true, value: { expiring } });
});

test('a missing file is no unreadable file', async () => {
  expect(await readDriftReport(file('none.json'))).toBeNull();
});

test.each<[what: string, wrong: Partial<Record<keyof DriftReport, unknown>>, where: string]>([
  ['a kind of check that does not exist', { check: { kind: 'fine' } }, 'check.kind'],
  ['a day that does not exist', { expiring: [{ until: '2026-02-30', members: [], owners: [] }] }, 'expiring.0.until'],
  ['no commit', { commit: 'main' }, 'commit'],
  ['a time without a zone', { at: '2026-11-25T05:17:00' }, 'at'],
  ['an announcement of nothing', { announcements: [{ kind: 'nothing' }] }, 'announcements.0.kind'],
  ['an account that is none', { account: '12' }, 'account'],
])('a report with %s is neither read nor written', async (_what, wrong, where) => {
  const report = { ...reportWith([]), ...wrong } as DriftReport;
  directory.write('report.json', JSON.stringify(report));
  const reason = expect.stringContaining(`${where}: `);
  expect(await readDriftReport(file('report.json'))).toMatchObject({ ok: false, reason });
  await expect(writeDriftReport(file('other.json'), report)).rejects.toThrow();
});
