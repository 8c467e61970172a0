import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { Team } from '../../../src/team/team.ts';
import { all, attach, FULL, name, putInto, scanOfAccount, TODAY } from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

describe('snoozes', () => {
  const account = all(
    putInto('bo', name('paymaster')),
    attach('ada', FULL),
    attach('fay', FULL),
  )(desiredAccess(sampleTeam, TODAY));
  const snooze = (finding: string, until: string) => ({ finding, until, reason: 'known' });
  const withSnoozes = (...snoozed: Team['snoozed']): Team => ({ ...sampleTeam, snoozed });

  test('one holds back its finding and no other, until its day is over', () => {
    const team = withSnoozes(snooze('membership-added/bo/paymaster/spends', TODAY));
    const seen = scanOfAccount({ team, account });
    expect(seen.findings.map(({ id }) => id)).not.toContain('membership-added/bo/paymaster/spends');
    expect(seen.findings).toHaveLength(2);
    expect(seen.snoozed).toMatchObject([{ until: TODAY, reason: 'known', finding: { remediation: 'manual' } }]);
    expect(seen.unusedSnoozes).toEqual([]);
    const later = scanOfAccount({ team, account, today: '2026-11-26' });
    expect(later).toMatchObject({ snoozed: [], unusedSnoozes: ['membership-added/bo/paymaster/spends'] });
    expect(later.findings).toHaveLength(3);
  });

  test('what is worse than it was, and what is not there, is not held back', () => {
    const team = withSnoozes(
      snooze('membership-added/bo/paymaster', '2027-01-01'),
      snooze('console-password/ada', '2027-01-01'),
    );
    expect(scanOfAccount({ team, account })).toMatchObject({
      snoozed: [],
      unusedSnoozes: ['console-password/ada', 'membership-added/bo/paymaster'],
    });
  });

  test('where all is snoozed, the account counts as clean, and the fingerprint is that of a clean one', () => {
    const account = putInto('bo', name('paymaster'))(desiredAccess(sampleTeam, TODAY));
    const seen = scanOfAccount({ team: withSnoozes(snooze('membership-added/bo/paymaster/spends', TODAY)), account });
    expect(seen).toMatchObject({ class: 'clean', findings: [], fingerprint: scanOfAccount({}).fingerprint });
  });
});
