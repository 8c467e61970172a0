import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { driftJson } from '../../../src/drift/report/finding-view.ts';
import { driftLines } from '../../../src/drift/report/terminal.ts';
import { scanOfAccount, TODAY, withoutMember } from '../../support/changed-account.ts';
import { expectGolden } from '../../support/golden.ts';
import { sixManualChanges } from '../../support/sample-drift.ts';
import {
  because,
  CHANGED_BACK,
  DIFFERENCES,
  naming,
  OTHERS,
  sampleScan,
  team,
  worstFirst,
} from '../../support/sample-scans.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const SCANS = {
  'six-manual-changes': sixManualChanges(),
  clean: sampleScan([]),
  differences: sampleScan(DIFFERENCES),
  others: sampleScan(worstFirst(OTHERS)),
  pending: sampleScan(because('pending', DIFFERENCES), { class: 'pending' }),
  undecided: sampleScan(because('unknown', DIFFERENCES), { planned: false }),
};

describe.each(Object.entries(SCANS))('%s', (name, scan) => {
  test('is the golden file of each scenario', () => {
    expectGolden(`drift/${name}.txt`, `${driftLines(scan, naming).join('\n')}\n`);
  });
});

const denied = {
  code: 'credentials-denied' as const,
  args: {
    reason: `AccessDenied: User: arn:aws:sts::123456789012:assumed-role/mturk-team-plan/run is not authorized to perform: iam:GenerateCredentialReport`,
    progress: null,
  },
};

test('snoozed, unused and unchecked parts are printed in short', () => {
  const [first, unmanaged, ...rest] = sixManualChanges().findings;
  const settled = because('resolved', [{ ...DIFFERENCES[2]!, changes: [], risk: null }]);
  const scan = sampleScan([...rest, ...because('pending', [first!]), ...settled], {
    snoozed: [{ finding: unmanaged!, until: '2027-01-31', reason: 'its last study ends in January' }],
    // One has passed, and the password is reported again; the other is gone.
    unusedSnoozes: ['old-access-key/ada', 'console-password/gus'],
    changedBack: CHANGED_BACK,
    eventsComplete: false,
    notChecked: [{ what: 'the credential report', failure: denied }],
    credentialReportAt: null,
  });
  expectGolden('drift/short-sections.txt', `${driftLines(scan, naming, { attributed: true }).join('\n')}\n`);
});

test('a member whom only the last apply has is not called merged, and what they can do is said', () => {
  const scan = scanOfAccount({
    team: withoutMember('fay'),
    applied: sampleTeam,
    account: desiredAccess(sampleTeam, TODAY),
  });
  const lines = [false, true].map((isFileOld) => driftLines(scan, naming, { isFileOld }).join('\n'));
  expectGolden('drift/old-file.txt', `${lines.join('\n\n')}\n`);
});

test('as JSON it is one list of findings with their words and commands', () => {
  expectGolden(
    'drift/six-manual-changes.json',
    `${JSON.stringify(driftJson(sixManualChanges(), team, naming), null, 2)}\n`,
  );
});
