import { renewalIssueText } from '../../../src/drift/report/renewal-text.ts';
import { renewalsOf } from '../../../src/drift/report/renewals.ts';
import { driftJson } from '../../../src/drift/text/drift-json.ts';
import { driftErrorText } from '../../../src/drift/text/error-text.ts';
import { driftIssueText } from '../../../src/drift/text/issue.ts';
import { driftLines } from '../../../src/drift/text/lines.ts';
import { pendingIssueText } from '../../../src/drift/text/pending-text.ts';
import { expectGolden } from '../../support/golden.ts';
import { sixTamperings } from '../../support/sample-drift.ts';
import { AT, because, DIFFERENCES, lookOf, naming, OTHERS, team, worstFirst } from '../../support/sample-looks.ts';
import { member } from '../../support/sample-team.ts';

const REPOSITORY = 'https://github.com/perception-lab/team';
const view = { naming, reveal: false, reconcile: true, repository: REPOSITORY };

const LOOKS = {
  'six-tamperings': sixTamperings(),
  clean: lookOf([]),
  differences: lookOf(DIFFERENCES),
  others: lookOf(worstFirst(OTHERS)),
  pending: lookOf(because('pending', DIFFERENCES), { class: 'pending' }),
  undecided: lookOf(because('undecided', DIFFERENCES), { planned: false }),
};

describe.each(Object.entries(LOOKS))('%s', (name, look) => {
  test('reads on a terminal as it was looked at', () => {
    expectGolden(`drift/${name}.txt`, `${driftLines(look, naming, { at: AT, reconcile: false }).join('\n')}\n`);
  });

  test('reads as an issue as it was looked at', () => {
    const { title, body } = driftIssueText(look, view);
    expectGolden(`drift/${name}.md`, `${title}\n\n${body}\n`);
  });
});

const RUN = 'https://github.com/perception-lab/team/actions/runs/19283746';
const denied = {
  code: 'credentials-denied' as const,
  args: {
    reason: `AccessDenied: User: arn:aws:sts::123456789012:assumed-role/mturk-team-plan/run is not authorized to perform: iam:GenerateCredentialReport`,
    progress: null,
  },
};

test('what could not be looked at reads as it was looked at, and is never told as drift', () => {
  const error = { lab: 'perception-lab', runUrl: RUN, at: AT.toISOString() };
  const texts = [
    driftErrorText({ ...error, unseen: [{ what: 'the credential report', failure: denied }], failure: null }),
    driftErrorText({ ...error, unseen: [], failure: denied }),
    driftErrorText({
      ...error,
      unseen: [],
      failure: { code: 'plan-failed', args: { reason: 'Error: reading IAM User (perception-lab-eve)' } },
    }),
    driftErrorText({ ...error, unseen: [], failure: null }),
  ];
  expectGolden('drift/errors.md', texts.map(({ title, body }) => `${title}\n\n${body}\n`).join('\n---\n\n'));
  for (const { title, body } of texts) {
    expect(`${title} ${body}`).not.toContain('differs from team.yaml');
    expect(body).toContain('This is not drift');
  }
});

test('what is snoozed, what was not found any more and what could not be seen is told in short', () => {
  const [first, outsider, ...rest] = sixTamperings().findings;
  const settled = because('settled', [{ ...DIFFERENCES[2]!, people: [], risk: null }]);
  const look = lookOf([...rest, ...because('pending', [first!]), ...settled], {
    snoozed: [{ finding: outsider!, until: '2027-01-31', reason: 'its last study ends in January' }],
    // One has passed, and the password is told again; the other is gone.
    idle: ['old-access-key/ada', 'console-password/gus'],
    unseen: [{ what: 'the credential report', failure: denied }],
    reportedAt: null,
  });
  const { title, body } = driftIssueText(look, { ...view, reconcile: false });
  expectGolden('drift/short-sections.md', `${title}\n\n${body}\n`);
  expectGolden('drift/short-sections.txt', `${driftLines(look, naming, { at: AT, reconcile: false }).join('\n')}\n`);
});

test('what is merged and not applied has an issue of its own', () => {
  const look = lookOf(
    because(
      'pending',
      DIFFERENCES.filter((_, index) => [0, 15, 20].includes(index)),
    ),
    { class: 'pending' },
  );
  const text = pendingIssueText(look, view);
  expectGolden('drift/pending-issue.md', `${text?.title}\n\n${text?.body}\n`);
  expect(pendingIssueText(lookOf(DIFFERENCES), view)).toBeNull();
});

test('whose last day is near is asked about, with the lines to change', () => {
  const cohorts = renewalsOf(
    {
      ...team,
      members: [
        ...team.members,
        member({ key: 'ida', name: 'Ida Roth', roles: ['results-reader'], until: '2027-05-20', sponsor: 'gus' }),
        member({ key: 'joe', name: 'Joe', roles: ['results-reader'], until: '2027-05-20' }),
      ],
    },
    '2027-05-10',
  );
  const texts = [REPOSITORY, null].flatMap((repository) =>
    cohorts.map((cohort) => renewalIssueText(cohort, { lab: team.lab, repository })),
  );
  expectGolden('drift/renewals.md', texts.map(({ title, body }) => `${title}\n\n${body}\n`).join('\n---\n\n'));
});

test('as JSON it is one list of findings with their words and commands', () => {
  expectGolden('drift/six-tamperings.json', `${JSON.stringify(driftJson(sixTamperings(), team, naming), null, 2)}\n`);
});
