import fc from 'fast-check';
import type { DriftFinding, DriftLook } from '../../../src/drift/finding.ts';
import { renewalIssueText } from '../../../src/drift/report/renewal-text.ts';
import { driftErrorText } from '../../../src/drift/text/error-text.ts';
import { driftIssueText } from '../../../src/drift/text/issue.ts';
import { findingLine } from '../../../src/drift/text/item.ts';
import { driftLines } from '../../../src/drift/text/lines.ts';
import { pendingIssueText } from '../../../src/drift/text/pending-text.ts';
import { bytes } from '../../../src/text/budget.ts';
import { codeTexts, GITHUB_MAKES, htmlOf, skeletonOf, textOutsideCode } from '../../support/github-page.ts';
import { ATTACKS, hostileText } from '../../support/hostile-text.ts';
import { sixTamperings } from '../../support/sample-drift.ts';
import { AT, because, DIFFERENCES, finds, lookOf, naming, OTHERS, userOf } from '../../support/sample-looks.ts';

const ALL = [...DIFFERENCES, ...OTHERS];
const view = { naming, reveal: false, reconcile: false };
const REPOSITORY = 'https://github.com/perception-lab/team';

/** Findings of all kinds, in any order, of any number. */
const findings = fc.array(fc.constantFrom(...ALL), { maxLength: 400 });

describe('an issue', () => {
  test('is never longer than its budget, says how many findings there are, and has the worst of them', () => {
    fc.assert(
      fc.property(findings, fc.integer({ min: 0, max: 80_000 }), (list, budget) => {
        const look = lookOf(list);
        const { title, body } = driftIssueText(look, { ...view, repository: REPOSITORY, budget });
        expect(bytes(body)).toBeLessThanOrEqual(Math.max(12_000, budget));
        if (list.length === 0) return;
        expect(title).toContain(`${list.length} finding${list.length === 1 ? '' : 's'}`);
        expect(body).toContain(title);
        expect(body).toContain(findingLine(list[0]!, naming, { attributed: list.some(({ by }) => by !== null) }));
        // What is shown and what is said to be left out make the whole.
        const shown = body.match(/^\d+\. /gm)?.length ?? 0;
        const left = /… and ([\d,]+) more findings?/.exec(body)?.[1]?.replaceAll(',', '') ?? '0';
        expect(shown + Number(left)).toBe(list.length);
      }),
      { numRuns: 60 },
    );
  });

  test('of 60,000 bytes and less than 65,536 characters is what a large one comes to', () => {
    const list = Array.from({ length: 40 }, () => ALL).flat();
    const { body } = driftIssueText(lookOf(list), { ...view, repository: REPOSITORY });
    expect(bytes(body)).toBeLessThanOrEqual(60_000);
    expect(bytes(body)).toBeGreaterThan(50_000);
    expect(body).toMatch(/… and [\d,]+ more findings that are no worse than those above, left out here/);
  });

  test('keeps what a list of commands, however long, would push out', () => {
    const stray = OTHERS.find(({ id }) => id.startsWith('stray/user'))!;
    const effect = (stray.what as Extract<DriftFinding['what'], { kind: 'stray' }>).effect;
    const attached = Array.from(
      { length: 200 },
      (_, index) => `arn:aws:iam::123456789012:policy/${'p'.repeat(100)}${index}`,
    );
    const many = {
      ...stray,
      what: {
        kind: 'stray',
        effect: { ...effect, stray: { ...effect.stray, details: { ...effect.stray.details, attached } } },
      },
    } as DriftFinding;
    const { body } = driftIssueText(lookOf([many, ...ALL]), { ...view, budget: 12_000 });
    expect(bytes(body)).toBeLessThanOrEqual(12_000);
    expect(body).toContain('# and 195 more: mturk-team drift lists them');
    // The second-worst is there, too.
    expect(body).toMatch(/^2\. /m);
  });
});

describe('account ids, ARNs of the account, network addresses and ids of keys', () => {
  const SECRETS = [/\d{12}/, /arn:aws:(iam|sts)::\d/, /203\.0\.113\.9/, /A[KPC][A-Z]AEXAMPLE\w{8}/];
  const look = lookOf([...ALL, ...because('pending', DIFFERENCES), ...because('unexplained', DIFFERENCES)], {
    unseen: [
      {
        what: 'the policy arn:aws:iam::123456789012:policy/x',
        failure: {
          code: 'credentials-denied',
          args: { reason: 'User arn:aws:sts::123456789012:assumed-role/x/AKIAEXAMPLEKEYOFBO2A', progress: null },
        },
      },
    ],
  });

  test('are not in what everybody may read', () => {
    const texts = [
      driftIssueText(look, { ...view, budget: 1_000_000 }).body,
      pendingIssueText(look, view)!.body,
      driftErrorText({
        lab: 'perception-lab',
        unseen: look.unseen,
        failure: look.unseen[0]!.failure,
        runUrl: null,
        at: look.at,
      }).body,
      ...look.findings.map((finding) => findingLine(finding, naming)),
    ];
    for (const text of texts) for (const secret of SECRETS) expect(text).not.toMatch(secret);
  });

  test('are told where that is wanted, but for ids of keys', () => {
    const { body } = driftIssueText(look, { ...view, reveal: true, budget: 1_000_000 });
    for (const told of SECRETS.slice(0, 3)) expect(body).toMatch(told);
    expect(body).not.toMatch(SECRETS[3]!);
  });

  test('are told on a terminal: the commands can be pasted as they are', () => {
    const text = driftLines(look, naming, { at: AT, reconcile: false }).join('\n');
    for (const told of SECRETS) expect(text).toMatch(told);
    expect(text).not.toContain('$ACCOUNT');
  });

  test('are not in it by way of a name either: such a command is told on a terminal alone', () => {
    const named = finds('console-password/backup-123456789012', {
      kind: 'console-password',
      user: 'backup-123456789012',
      lastUsed: null,
    });
    const { body } = driftIssueText(
      lookOf([named], {
        snoozed: [{ finding: named, until: '2027-01-31', reason: 'of 123456789012' }],
        idle: [named.id],
      }),
      { ...view, repository: REPOSITORY },
    );
    expect(body).not.toContain('123456789012');
    expect(body).toContain('# and 1 more: mturk-team drift lists them');
    expect(driftLines(lookOf([named]), naming, { at: AT, reconcile: false }).join('\n')).toContain(
      'aws iam delete-login-profile --user-name backup-123456789012',
    );
  });

  test('a command in which the account is not told says how to fill it in', () => {
    const { body } = driftIssueText(lookOf([OTHERS[3]!]), view);
    expect(body).toContain('arn:aws:iam::$ACCOUNT:policy/mturk/perception-lab/perception-lab-paymaster');
    expect(body).toContain('ACCOUNT=$(aws sts get-caller-identity --query Account --output text)');
  });
});

/** The look with a text in every place that comes from a file or from AWS. */
function withText(text: string): { readonly look: DriftLook; readonly named: typeof naming } {
  const replaced = (value: unknown): unknown => {
    if (typeof value === 'string') return PLACES.includes(value) ? text : value.replaceAll('old-mturk-user', text);
    if (value instanceof Map) return new Map([...value].map(([name, item]) => [name, replaced(item)]));
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaced(item)]));
  };
  const look = lookOf(
    ALL.map((finding) => ({ ...(replaced(finding) as DriftFinding), id: finding.id })),
    {
      snoozed: [{ finding: { ...ALL[0]!, id: text }, until: '2027-01-31', reason: text }],
      idle: [text],
      unseen: [{ what: text, failure: { code: 'credentials-denied', args: { reason: text, progress: null } } }],
    },
  );
  const people = new Map([...naming.people].map(([user, { key }]) => [user, { key, name: text }]));
  return { look, named: { ...naming, people } };
}

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

function bodiesWith(text: string): string {
  const { look, named } = withText(text);
  const cohort = {
    until: '2027-05-31',
    members: [
      {
        key: 'bo',
        name: text,
        daysLeft: 3,
        sponsor: { key: 'ada', name: text, github: null, standing: 'stays' as const, until: null },
      },
    ],
    owners: [{ key: 'ada', name: text, github: null }],
  };
  return [
    driftIssueText(look, { ...view, naming: named, budget: 1_000_000 }).body,
    pendingIssueText({ ...look, findings: because('pending', look.findings.slice(0, 24)) }, { ...view, naming: named })!
      .body,
    driftErrorText({
      lab: 'perception-lab',
      unseen: look.unseen,
      failure: look.unseen[0]!.failure,
      runUrl: null,
      at: look.at,
    }).body,
    renewalIssueText(cohort, { lab: 'perception-lab', repository: null }).body,
    ...look.findings.map((finding) => `- ${findingLine(finding, named)}`),
  ].join('\n\n');
}

describe('a text from a file or from AWS', () => {
  const harmless = skeletonOf(htmlOf(bodiesWith('Bo')));

  function expectHarmless(text: string): void {
    const { look, named } = withText(text);
    // One line of the report file, which the job that writes the issues takes for no longer.
    for (const finding of look.findings) expect(findingLine(finding, named).length).toBeLessThanOrEqual(4_000);
    const html = htmlOf(bodiesWith(text));
    expect(skeletonOf(html)).toBe(harmless);
    const plain = textOutsideCode(html);
    expect(
      Object.entries(GITHUB_MAKES).flatMap(([what, pattern]) =>
        pattern.test(plain) ? [`${what}: ${pattern.exec(plain)?.[0]}`] : [],
      ),
    ).toEqual([]);
  }

  test.each(Object.entries(ATTACKS))('that would make a %s stays text', (_name, text) => {
    expectHarmless(text);
  });

  test('of any kind stays text', () => {
    fc.assert(
      fc.property(hostileText(), (text) => expectHarmless(text)),
      { numRuns: 12 },
    );
  });

  test('breaks no line of a terminal', () => {
    for (const text of [
      'null and escape',
      'right-to-left override',
      'line separator',
      'new row',
      'carriage return',
    ].map((name) => ATTACKS[name] ?? '')) {
      const { look, named } = withText(text);
      const lines = driftLines(look, named, { at: AT, reconcile: false });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      expect(lines.filter((line) => /[\u0000-\u001f\u202e\u2028]/.test(line))).toEqual([]);
    }
  });
});

test('a login is a mention only where it is one', () => {
  const ask = (github: string) =>
    renewalIssueText(
      {
        until: '2027-05-31',
        members: [
          {
            key: 'bo',
            name: 'Bo Chen',
            daysLeft: 3,
            sponsor: { key: 'ada', name: 'Ada', github, standing: 'stays', until: null },
          },
        ],
        owners: [],
      },
      { lab: 'perception-lab', repository: null },
    ).body;
  expect(ask('adaoneill')).toContain('(@adaoneill)');
  for (const odd of ['ada oneill', 'perception-lab/owners', '-ada', 'a'.repeat(40), 'ada*', ''])
    expect(ask(odd)).not.toContain('@');
});

test('what has to be pasted is in code, whole, and in the order of the report', () => {
  const commands = codeTexts(htmlOf(driftIssueText(sixTamperings(), view).body)).filter((text) =>
    text.startsWith('aws iam'),
  );
  expect(commands).toEqual([
    [
      `aws iam update-access-key --user-name old-mturk-user --access-key-id "$(aws iam list-access-keys --user-name old-mturk-user --query "AccessKeyMetadata[?ends_with(AccessKeyId,'BO2A')].AccessKeyId" --output text)" --status Inactive`,
      'aws iam detach-user-policy --user-name old-mturk-user --policy-arn arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess',
      '',
    ].join('\n'),
    `aws iam delete-login-profile --user-name ${userOf('gus')}\n`,
  ]);
});
