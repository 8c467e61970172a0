import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { Team } from '../../../src/team/team.ts';
import {
  all,
  attach,
  changeUser,
  FULL,
  name,
  putInto,
  scanOfAccount,
  TODAY,
  withUser,
} from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

describe('snoozes', () => {
  const unmanaged = withUser({ name: 'old', attached: [FULL] });
  const account = all(unmanaged, withUser({ name: 'older', attached: [FULL] }))(desiredAccess(sampleTeam, TODAY));
  const snooze = (finding: string, until: string) => ({ finding, until, reason: 'known' });
  const withSnoozes = (...snoozed: Team['snoozed']): Team => ({ ...sampleTeam, snoozed });

  test('one holds back its finding and no other, until its day is over', () => {
    const team = withSnoozes(snooze('unmanaged-user/old/spends', TODAY));
    const seen = scanOfAccount({ team, account });
    expect(seen.findings.map(({ id }) => id)).toEqual(['unmanaged-user/older/spends', 'user-without-boundary/old']);
    expect(seen.snoozed).toMatchObject([{ until: TODAY, reason: 'known', finding: { rule: 'unmanaged-user' } }]);
    expect(seen.unusedSnoozes).toEqual([]);
    const later = scanOfAccount({ team, account, today: '2026-11-26' });
    expect(later).toMatchObject({ snoozed: [], unusedSnoozes: ['unmanaged-user/old/spends'] });
    expect(later.findings).toHaveLength(2);
  });

  test('what is worse than it was, and what is not there, is not held back', () => {
    const team = withSnoozes(snooze('unmanaged-user/old', '2027-01-01'), snooze('console-password/ada', '2027-01-01'));
    expect(scanOfAccount({ team, account })).toMatchObject({
      snoozed: [],
      unusedSnoozes: ['console-password/ada', 'unmanaged-user/old'],
    });
  });

  test('where all is snoozed, the account counts as clean', () => {
    const account = unmanaged(desiredAccess(sampleTeam, TODAY));
    const snoozes = ['unmanaged-user/old/spends', 'user-without-boundary/old'].map((id) => snooze(id, TODAY));
    const seen = scanOfAccount({ team: withSnoozes(...snoozes), account });
    expect(seen).toMatchObject({ class: 'clean', findings: [], unusedSnoozes: [] });
  });

  test('what Terraform manages is shown, whatever the file says', () => {
    const account = all(
      putInto('bo', name('paymaster')),
      attach('fay', FULL),
      changeUser('gus', () => ({ boundary: null })),
    )(desiredAccess(sampleTeam, TODAY));
    const found = scanOfAccount({ account }).findings.map(({ id }) => id);
    expect(found).toHaveLength(3);
    const seen = scanOfAccount({ team: withSnoozes(...found.map((id) => snooze(id, TODAY))), account });
    expect(seen).toMatchObject({ class: 'drift', snoozed: [], unusedSnoozes: [...found].sort() });
    expect(seen.findings.map(({ id }) => id)).toEqual(found);
  });
});
