import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import type { DriftFinding } from '../../../src/drift/finding.ts';
import { closingBlocks, driftIssue, notAppliedIssue } from '../../../src/drift/report/drift-issue.ts';
import { findingTitle } from '../../../src/drift/report/finding-view.ts';
import { type DriftReport, namingOfReport, newestScan } from '../../../src/drift/report/report.ts';
import { type DriftLinesOptions, driftJson, driftLines } from '../../../src/drift/report/terminal.ts';
import { printMarkdown } from '../../../src/text/github.ts';
import { plainText } from '../../../src/text/text.ts';
import { deletesAfter, scanOfAccount, TODAY, withMember, withoutMember } from '../../support/changed-account.ts';
import { ADDED, DENIED, reportOf } from '../../support/drift-reports.ts';
import { expectGolden } from '../../support/golden.ts';
import { sixManualChanges } from '../../support/sample-drift.ts';
import {
  AT,
  because,
  CHANGED_BACK,
  DIFFERENCES,
  naming,
  OTHERS,
  sampleScan,
  team,
  WITHHELD,
  worstFirst,
} from '../../support/sample-scans.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const ALL = [...DIFFERENCES, ...OTHERS];
const REPOSITORY = 'https://github.com/perception-lab/team';
const LINKS = { repository: REPOSITORY, runUrl: `${REPOSITORY}/actions/runs/19283746` };

/** What a person reads of one report: at a terminal, and in the issues. */
function bothOf(report: DriftReport, options: DriftLinesOptions = {}): string {
  const { scan, isAttributed } = newestScan(report)!;
  const { announcements, settings } = report;
  const given = { reconcile: settings.reconcile, announcements, isAttributed, ...options };
  const drift = driftIssue(report, null, LINKS);
  const issues = [drift, notAppliedIssue(report, LINKS)].flatMap((issue) => issue ?? []);
  const closing = drift === null ? [printMarkdown(closingBlocks(report, LINKS), { reveal: false })] : [];
  return [
    ['```text', ...driftLines(scan, namingOfReport(report), given), '```'].join('\n'),
    ...issues.map(({ title, blocks }) => `## ${title}\n\n${printMarkdown(blocks, { reveal: false })}`),
    ...closing,
  ].join('\n\n');
}

const reported = (
  scan: Parameters<typeof reportOf>[0],
  reconcile: DriftReport['settings']['reconcile'] = 'additions',
) => reportOf(scan, { at: AT.toISOString(), settings: { checkEveryHours: 24, reconcile } });

/** One golden file a scenario, the two renderings below each other; the first is what the docs show. */
const SCENARIOS: Readonly<Record<string, () => string>> = {
  'six-manual-changes': () => bothOf(reported(sixManualChanges())),
  'mode-all': () => bothOf(reported(sixManualChanges(), 'all')),
  // Reconcile fails until the interrupted apply is finished, so it reverts nothing.
  interrupted: () => bothOf({ ...reported(sixManualChanges(), 'all'), isInterrupted: true }, { isInterrupted: true }),
  'only-reverted': () => bothOf(reported(sampleScan(ALL.filter(({ id }) => id === ADDED)))),
  // One that reconcile has announced, one that it has not, and Denies that it keeps.
  withheld: () => bothOf(reported(sampleScan(WITHHELD), 'all')),
  undecided: () => bothOf(reported(sampleScan(because('unknown', DIFFERENCES.slice(0, 2)), { planned: false }))),
  'snoozed-and-not-checked': () => {
    const [first, unmanaged] = sixManualChanges().findings;
    const resolved = because('resolved', [{ ...DIFFERENCES[2]!, changes: [], risk: null }]);
    const given = {
      snoozed: [{ finding: unmanaged!, until: '2027-01-31', reason: 'its last study ends in January' }],
      // One has passed, and the password is reported again; the other is gone.
      unusedSnoozes: ['old-access-key/ada', 'console-password/gus'],
      changedBack: CHANGED_BACK,
      eventsComplete: false,
      notChecked: [DENIED],
      credentialReportAt: null,
    };
    const password = sixManualChanges().findings.slice(-1);
    return bothOf(reported(sampleScan([...password, ...because('pending', [first!]), ...resolved], given)));
  },
  // A member before the apply that creates the user; one whose access ended, and whose deletion is announced.
  'not-applied': () => {
    const until = '2026-09-30';
    const ended = deletesAfter(30, withMember('fay', { until }));
    const applied = { ...ended, members: ended.members.filter(({ key }) => key !== 'gus') };
    const scan = scanOfAccount({ team: ended, applied, account: desiredAccess(applied, until) });
    const announced = { kind: 'deletion', key: 'fay', operations: [], until, at: AT.toISOString() } as const;
    const names = Object.fromEntries(namingOf(ended).people);
    return bothOf({ ...reported({ ...scan, eventsComplete: true }), names, announcements: [announced] });
  },
  // A member whom only the last apply has is not called merged.
  'old-file': () => {
    const account = desiredAccess(sampleTeam, TODAY);
    const scan = scanOfAccount({ team: withoutMember('fay'), applied: sampleTeam, account });
    return bothOf(reported({ ...scan, eventsComplete: true }), { isFileOld: true });
  },
};

test.each(Object.keys(SCENARIOS))('%s', (name) => {
  expectGolden(`drift/${name}.md`, `${SCENARIOS[name]!()}\n`);
});

test.each([
  ['differences', DIFFERENCES],
  ['others', worstFirst(OTHERS)],
])('%s, each at a terminal', (name, findings) => {
  expectGolden(`drift/${name}.txt`, `${driftLines(sampleScan(findings), naming).join('\n')}\n`);
});

test('a check without findings', () => {
  const snoozed = [{ finding: OTHERS[0]!, until: '2027-01-31', reason: 'its last study ends in January' }];
  const texts = [{}, { snoozed }, { notChecked: [DENIED] }].map((given) => bothOf(reported(sampleScan([], given))));
  expectGolden('drift/clean.md', `${texts.join('\n\n')}\n`);
});

test('a check that missed something says no more than that no decision is needed in what was checked', () => {
  const added = ALL.filter(({ id }) => id === ADDED);
  const alertOf = (notChecked: (typeof DENIED)[]) => bothOf(reported(sampleScan(added, { notChecked })));
  expect(alertOf([])).toContain('**No decision needed.**');
  expect(alertOf([DENIED])).toContain('**No decision needed in what was checked.**');
  expect(alertOf([DENIED])).not.toContain('**No decision needed.**');
});

test('a title says what someone did, what is so, and what an apply will do', () => {
  const titles = DIFFERENCES.map((finding) =>
    (['manual', 'unknown', 'pending'] as const)
      .map((cause) => plainText(findingTitle({ ...finding, cause } as DriftFinding, naming)))
      .join('\n'),
  );
  expectGolden('drift/titles.txt', `${titles.join('\n\n')}\n`);
});

test('as JSON it is one list of findings with their words and commands', () => {
  expectGolden(
    'drift/six-manual-changes.json',
    `${JSON.stringify(driftJson(sixManualChanges(), team, naming), null, 2)}\n`,
  );
});
