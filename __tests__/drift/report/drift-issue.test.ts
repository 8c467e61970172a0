import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { DriftFinding, ScanResult } from '../../../src/drift/finding.ts';
import { closingBlocks, driftIssue, notAppliedIssue } from '../../../src/drift/report/drift-issue.ts';
import { failedCheckIssue } from '../../../src/drift/report/failed-check-issue.ts';
import { hiddenData, readHiddenData } from '../../../src/drift/report/issue-data.ts';
import { driftDecision } from '../../../src/drift/report/issues.ts';
import type { DriftReport } from '../../../src/drift/report/report.ts';
import type { Block } from '../../../src/text/document.ts';
import { printMarkdown } from '../../../src/text/github.ts';
import { chromiumPath, domOf } from '../../support/chromium.ts';
import { ADDED, DENIED, REMOVED, reportOf, sixChanges } from '../../support/drift-reports.ts';
import { runs, testInTurn } from '../../support/exhaustive.ts';
import { codeTexts, GITHUB_MAKES, htmlOf, pageOf, skeletonOf, textOutsideCode } from '../../support/github-page.ts';
import { expectGolden } from '../../support/golden.ts';
import { ATTACKS, hostileText } from '../../support/hostile-text.ts';
import {
  AT,
  BY_ADA,
  because,
  CHANGED_BACK,
  DIFFERENCES,
  finds,
  naming,
  OTHERS,
  sampleScan,
} from '../../support/sample-scans.ts';

const ALL = [...DIFFERENCES, ...OTHERS];
const REPOSITORY = 'https://github.com/perception-lab/team';
const LINKS = { repository: REPOSITORY, runUrl: `${REPOSITORY}/actions/runs/19283746` };
const CHECKED = { lab: 'perception-lab', at: AT.toISOString() };

function bodyOf(report: DriftReport): string {
  const decision = driftDecision(null, report, LINKS);
  if (decision.kind !== 'open') throw new Error(`there is no issue: ${decision.kind}`);
  return decision.body;
}

const bodyOfScan = (scan: ScanResult) => bodyOf(reportOf(scan));

function printed({ title, blocks }: { readonly title: string; readonly blocks: readonly Block[] }): string {
  return `${title}\n\n${printMarkdown(blocks, { reveal: false })}\n`;
}

function issueText(report: DriftReport): string {
  return printed(driftIssue(report, null, LINKS)!);
}

test('failed checks and the note about changes that are not applied', () => {
  const failure = DENIED.failure;
  const pending = because(
    'pending',
    DIFFERENCES.filter((_, index) => [0, 15, 20].includes(index)),
  );
  const texts = [
    failedCheckIssue({ kind: 'incomplete', notChecked: [DENIED] }, CHECKED, LINKS),
    failedCheckIssue({ kind: 'failed', failure }, CHECKED, LINKS),
    failedCheckIssue({ kind: 'reconcile', reason: 'state-locked' }, CHECKED, LINKS),
    failedCheckIssue({ kind: 'keys', reason: 'keys-failed' }, CHECKED, LINKS),
    failedCheckIssue({ kind: 'keys', reason: 'credentials-failed' }, CHECKED, LINKS),
    failedCheckIssue(
      { kind: 'no-report', reason: 'credentials-failed', details: [] },
      { ...CHECKED, lab: null },
      LINKS,
    ),
    notAppliedIssue(reportOf(sampleScan(pending, { class: 'pending' })), LINKS)!,
  ];
  expectGolden('drift/issue-other.md', texts.map(printed).join('\n---\n\n'));
  expect(notAppliedIssue(reportOf(sampleScan(DIFFERENCES)), LINKS)).toBeNull();
});

describe('who acts', () => {
  const actions = (reconcile: DriftReport['settings']['reconcile'], findings: readonly DriftFinding[]) => {
    const report = { ...reportOf(sampleScan(findings)), settings: { checkEveryHours: 24, reconcile } };
    return bodyOf(report)
      .match(/\| (?:\*\*Decide\*\*|Reconcile(?:, [^|]+)?) \|$/gm)
      ?.map((cell) => cell.replace(/[|*]/g, '').trim());
  };
  const sample = ALL.filter(({ id }) => [ADDED, REMOVED].includes(id));

  test('reconcile reverts what it may; a person decides the rest, or all if it is off', () => {
    expect(actions('additions', sample)).toEqual(['Reconcile', 'Decide']);
    expect(actions('none', sample)).toEqual(['Decide', 'Decide']);
    expect(actions('all', sample)).toEqual(['Reconcile', 'Reconcile, at a later check']);
  });
});

describe('hidden data', () => {
  const { data } = driftIssue(reportOf(sampleScan(ALL)), null, LINKS)!;

  test('is read as it was written, from the second line alone', () => {
    expect(readHiddenData(`<!-- marker -->\n${hiddenData(data)}\n\ntext`)).toEqual(data);
    expect(readHiddenData(`text\n\n${hiddenData(data)}`)).toBeNull();
    expect(readHiddenData(`<!-- marker -->\n${hiddenData(data).replace('"version":1', '"version":2')}`)).toBeNull();
  });

  test('holds no foreign text that could end its comment', () => {
    const odd = OTHERS.map((each) => ({ ...each, id: '--><script>' }));
    const line = hiddenData(driftIssue(reportOf(sampleScan(odd)), null, LINKS)!.data);
    expect(line).not.toContain('script');
    expect(line.indexOf('-->')).toBe(line.length - 3);
  });
});

test('a body fits, counts what it leaves out, and always has the worst finding', () => {
  const findings = fc.array(fc.constantFrom(...ALL), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(findings, (list) => {
      const body = bodyOfScan(sampleScan(list));
      expect(body.length).toBeLessThanOrEqual(65_536);
      const shown = body.match(/^\| \d+ \|/gm)?.length ?? 0;
      const left = /… and ([\d,]+) more findings?, none worse/.exec(body)?.[1]?.replaceAll(',', '') ?? '0';
      expect(shown).toBeGreaterThan(0);
      expect(shown + Number(left)).toBe(list.length);
    }),
    { numRuns: runs(10) },
  );
});

test('many commands push nothing out, and read the account id from AWS', () => {
  const ghost = OTHERS.find(({ id }) => id.startsWith('unmanaged-user/ghost'))!;
  const attached = Array.from({ length: 200 }, (_, at) => `arn:aws:iam::123456789012:policy/${'p'.repeat(100)}${at}`);
  const many = { ...ghost, data: { ...ghost.data, attached } } as DriftFinding;
  const body = bodyOfScan(sampleScan([many, ...ALL.filter(({ id }) => id === REMOVED)]));
  const commands = codeTexts(htmlOf(body)).find((text) => text.includes('# and'));
  expect(commands).toMatch(/^ACCOUNT=\$\(aws sts get-caller-identity --query Account --output text\)\n/);
  expect(commands).toContain('arn:aws:iam::$ACCOUNT:policy/');
  expect(body).toContain('#### 2. ');
});

describe('account ids, ARNs, addresses and key ids', () => {
  const SECRETS = [/\d{12}/, /arn:aws:(iam|sts)::\d/, /203\.0\.113\.9/, /A[KPC][A-Z]AEXAMPLE\w{8}/];
  const reason = 'User arn:aws:sts::123456789012:assumed-role/x/AKIAEXAMPLEKEYOFBO2A';
  const failure = { code: 'credentials-denied' as const, args: { reason, progress: null } };
  const notChecked = [{ what: 'the policy arn:aws:iam::123456789012:policy/x', failure }];

  test('are in no issue', () => {
    const scan = sampleScan([...ALL, ...because('pending', DIFFERENCES)], { notChecked });
    const texts = [
      issueText(reportOf(scan)),
      printed(notAppliedIssue(reportOf(scan), LINKS)!),
      printed(failedCheckIssue({ kind: 'failed', failure }, CHECKED, LINKS)),
      printed(failedCheckIssue({ kind: 'incomplete', notChecked }, CHECKED, LINKS)),
    ];
    for (const text of texts) for (const secret of SECRETS) expect(text).not.toMatch(secret);
  });

  test('a name that contains one has no command, since a shortened name is another name', () => {
    const data = { kind: 'console-password', user: 'backup-123456789012', lastUsed: null } as const;
    const named = finds('console-password/backup-123456789012', data);
    const snoozed = [{ finding: named, until: '2027-01-31', reason: 'of 123456789012' }];
    const body = bodyOfScan(sampleScan([named], { snoozed, unusedSnoozes: [named.id] }));
    expect(body).not.toContain('123456789012');
    expect(body).toContain('# and 1 more: mturk-team drift');
  });

  test('commands are whole, in the order of the findings', () => {
    const commands = codeTexts(htmlOf(bodyOf(sixChanges()))).filter((text) => text.startsWith('aws iam'));
    expect(commands).toEqual([
      [
        `aws iam update-access-key --user-name old-mturk-user --access-key-id "$(aws iam list-access-keys --user-name old-mturk-user --query "AccessKeyMetadata[?ends_with(AccessKeyId,'BO2A')].AccessKeyId" --output text)" --status Inactive`,
        'aws iam detach-user-policy --user-name old-mturk-user --policy-arn arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess',
        '',
      ].join('\n'),
      'aws iam delete-login-profile --user-name perception-lab-gus\n',
    ]);
  });
});

/** Names that AWS or a file gave. */
const PLACES = [
  'ghost',
  'old-payers',
  'spare',
  'closed',
  'Admins',
  'everybody',
  'extra',
  'emergency',
  'stranger',
  'AdminRole/ada',
  'bedrock.amazonaws.com',
  'search',
  'mturk-team:member',
  'pi',
];

/** Every issue with a text in every place that comes from a file or from AWS. */
function bodiesWith(text: string): string {
  const replaced = (value: unknown): unknown => {
    if (typeof value === 'string') return PLACES.includes(value) ? text : value.replaceAll('old-mturk-user', text);
    if (value instanceof Map) return new Map([...value].map(([name, item]) => [name, replaced(item)]));
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaced(item)]));
  };
  // A third of the rules: each prints foreign names through the same templates.
  const some = ALL.filter((_, index) => index % 3 === 0);
  const findings = some.map((finding) => ({ ...(replaced(finding) as DriftFinding), id: finding.id }));
  const failure = { code: 'credentials-denied' as const, args: { reason: text, progress: null } };
  const notChecked = [{ what: text, failure }];
  const scan = sampleScan(findings, {
    snoozed: [{ finding: { ...ALL[0]!, id: text }, until: '2027-01-31', reason: text }],
    unusedSnoozes: [text],
    notChecked,
    changedBack: [
      {
        entity: { kind: 'user', name: text },
        changes: [{ ...BY_ADA, actor: text, event: 'AddUserToGroup', target: 'payers' }],
      },
    ],
  });
  const names = Object.fromEntries([...naming.people].map(([user, { key }]) => [user, { key, name: text }]));
  const report = { ...reportOf(scan), names };
  const few = { ...reportOf(sampleScan(findings.slice(0, 3))), names };
  const pending = sampleScan(because('pending', findings));
  return [
    issueText(report),
    printMarkdown(driftIssue(few, { isOpen: false, data: null }, LINKS)!.comment!, { reveal: false }),
    printed(notAppliedIssue({ ...reportOf(pending), names }, LINKS)!),
    printed(failedCheckIssue({ kind: 'failed', failure }, CHECKED, LINKS)),
    printed(failedCheckIssue({ kind: 'incomplete', notChecked }, CHECKED, LINKS)),
  ].join('\n\n');
}

test('without drift, the closing line and the summary of the run list what was changed and changed back', () => {
  const report = reportOf(sampleScan([], { changedBack: CHANGED_BACK }));
  expect(driftIssue(report, null, LINKS)).toBeNull();
  expect(printMarkdown(closingBlocks(report, LINKS), { reveal: false })).toContain(
    '- Bo Chen (`bo`): `AddUserToGroup` `perception-lab-paymaster` and',
  );
});

describe('a text from a file or from AWS', () => {
  const harmless = skeletonOf(htmlOf(bodiesWith('Bo')));

  function expectHarmless(text: string): void {
    const html = htmlOf(bodiesWith(text));
    // As a whole it is long.
    expect(skeletonOf(html) === harmless).toBe(true);
    const plain = textOutsideCode(html);
    expect(
      Object.entries(GITHUB_MAKES).flatMap(([what, pattern]) =>
        pattern.test(plain) ? [`${what}: ${pattern.exec(plain)?.[0]}`] : [],
      ),
    ).toEqual([]);
  }

  testInTurn(3).each(Object.entries(ATTACKS))('that would make a %s stays text', (_name, text) => {
    expectHarmless(text);
  });

  test('of any kind stays text', () => {
    fc.assert(
      fc.property(hostileText(), (text) => expectHarmless(text)),
      { numRuns: runs(5) },
    );
  });
});

const chromium = chromiumPath();
const inBrowser = chromium === null ? test.skip : test;

inBrowser('no issue is wider than its column, long commands and names included', () => {
  const long = OTHERS.map((finding) => ({ ...finding, id: `${finding.id}/${'x'.repeat(128)}` }));
  const bodies = [bodyOf(sixChanges()), ...[DIFFERENCES, OTHERS, long].map((list) => bodyOfScan(sampleScan(list)))];
  const directory = mkdtempSync(join(tmpdir(), 'mturk-team-page-'));
  try {
    const page = join(directory, 'page.html');
    writeFileSync(page, pageOf(...bodies));
    expect(/data-overflow="(\w+)"/.exec(domOf(chromium ?? '', page))?.[1]).toBe('none');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
