import { judge, latestOfEach, verifyApproval } from '../../../src/review/approval/approval.ts';
import { failureOf, githubInTest, sha } from '../../support/github-client.ts';
import type { GitHubRepository, ReviewState } from '../../support/github-repository.ts';

const { repository, client } = githubInTest();
const [HEAD, OLD, MERGE] = [sha('a'), sha('b'), sha('c')];

const ASKED = { commit: MERGE, base: 'main', today: '2026-11-25' };

type Step = readonly [author: string | null, state: ReviewState, commit?: string];

/**
 * Eve's pull request, reviewed by the steps, a second each. Ada, Bo and Eve own the lab; Fay may write; Cy may read. Bo pushed
 * the branch as well, and Gil signed a commit in it.
 */
function judged(steps: readonly Step[], { since = '' } = {}) {
  const reviews = steps.map(([author, state, commit = HEAD], index) => ({
    ...{ author: author === null ? null : { login: author, isBot: author.endsWith('[bot]') }, state, commit },
    at: timeOf(index),
  }));
  return judge({
    pull: {
      ...{ number: 1, author: 'eve', isByBot: false, head: { ref: 'change', sha: HEAD, repository: 'perception/lab' } },
      ...{ base: { ref: 'main', repository: 'perception/lab' }, createdAt: timeOf(0), mergedAt: timeOf(59) },
      ...{ mergedBy: 'eve', mergeCommit: MERGE },
    },
    owners: { logins: ['ada', 'bo', 'eve', 'gil', 'hal'], selfApproval: false, count: 5 },
    pushes: [
      { actor: 'eve', commit: OLD },
      { actor: 'hal', commit: HEAD },
    ],
    teamBefore: '',
    signers: [{ login: 'gil', commit: OLD }],
    since,
    latest: latestOfEach(reviews),
    writers: new Set(['ada', 'bo', 'eve', 'fay', 'gil', 'hal']),
  });
}

function timeOf(second: number): string {
  return `2026-11-25T09:00:${String(second).padStart(2, '0')}Z`;
}

describe('approved', () => {
  const cases: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
    ['by one who may write', [['ada', 'APPROVED']], ['ada']],
    [
      'by two',
      [
        ['ada', 'APPROVED'],
        ['bo', 'APPROVED'],
      ],
      ['ada', 'bo'],
    ],
    [
      'after asking for changes',
      [
        ['ada', 'CHANGES_REQUESTED', OLD],
        ['ada', 'APPROVED'],
      ],
      ['ada'],
    ],
    [
      'and commented afterwards',
      [
        ['ada', 'APPROVED'],
        ['ada', 'COMMENTED'],
      ],
      ['ada'],
    ],
    [
      'with a review not sent yet',
      [
        ['ada', 'APPROVED'],
        ['bo', 'PENDING'],
      ],
      ['ada'],
    ],
    [
      'with an older approval by another person',
      [
        ['bo', 'APPROVED', OLD],
        ['ada', 'APPROVED'],
      ],
      ['ada'],
    ],
    [
      'first at an older commit, then at the last',
      [
        ['ada', 'APPROVED', OLD],
        ['ada', 'APPROVED'],
      ],
      ['ada'],
    ],
    [
      'although an outsider asks for changes',
      [
        ['ada', 'APPROVED'],
        ['mallory', 'CHANGES_REQUESTED'],
      ],
      ['ada'],
    ],
    [
      'although a reader asks for changes',
      [
        ['ada', 'APPROVED'],
        ['cy', 'CHANGES_REQUESTED'],
      ],
      ['ada'],
    ],
    [
      'and a request for changes dismissed',
      [
        ['bo', 'CHANGES_REQUESTED'],
        ['bo', 'DISMISSED'],
        ['ada', 'APPROVED'],
      ],
      ['ada'],
    ],
  ];
  test('a person who approves again comes last', () => {
    const steps: readonly Step[] = [
      ['ada', 'APPROVED'],
      ['bo', 'APPROVED'],
      ['ada', 'APPROVED'],
    ];
    expect(judged(steps)).toMatchObject({ by: ['bo', 'ada'], at: timeOf(2) });
  });

  test.each(cases)('%s', (_name, steps, by) => {
    expect(judged(steps)).toMatchObject({ pull: 1, head: HEAD, by, how: 'review' });
  });

  test('among hundreds of reviews', () => {
    const noise = Array.from({ length: 230 }, (): Step => ['ada', 'COMMENTED']);
    expect(judged([...noise, ['ada', 'APPROVED'], ...noise])).toMatchObject({ by: ['ada'] });
  });
});

describe('not approved', () => {
  const cases: readonly (readonly [string, readonly Step[], readonly object[]])[] = [
    ['no review', [], [{ kind: 'no-approval' }]],
    ['a comment only', [['ada', 'COMMENTED']], [{ kind: 'no-approval' }]],
    ['a review that was not sent', [['ada', 'PENDING']], [{ kind: 'no-approval' }]],
    ['by its author', [['eve', 'APPROVED']], [{ kind: 'author', by: 'eve' }]],
    ['by its author in other letters', [['EVE', 'APPROVED']], [{ kind: 'author', by: 'EVE' }]],
    ['at an older commit', [['ada', 'APPROVED', OLD]], [{ kind: 'older-head', by: 'ada', commit: OLD }]],
    ['by a reader', [['cy', 'APPROVED']], [{ kind: 'no-write-access', by: 'cy' }]],
    ['by a writer who is no owner', [['fay', 'APPROVED']], [{ kind: 'not-owner', by: 'fay' }]],
    ['by an owner who pushed to it', [['hal', 'APPROVED']], [{ kind: 'pushed', by: 'hal', commit: HEAD }]],
    ['by an owner who signed a commit in it', [['gil', 'APPROVED']], [{ kind: 'wrote', by: 'gil', commit: OLD }]],
    ['by an outsider', [['mallory', 'APPROVED']], [{ kind: 'no-write-access', by: 'mallory' }]],
    ['by a bot', [['github-actions[bot]', 'APPROVED']], [{ kind: 'not-a-person', by: 'github-actions[bot]' }]],
    ['by a deleted account', [[null, 'APPROVED']], [{ kind: 'no-write-access', by: 'a deleted account' }]],
    [
      'taken back',
      [
        ['ada', 'APPROVED'],
        ['ada', 'DISMISSED'],
      ],
      [{ kind: 'dismissed', by: 'ada' }],
    ],
    [
      'turned into a request for changes',
      [
        ['ada', 'APPROVED'],
        ['ada', 'CHANGES_REQUESTED'],
      ],
      [{ kind: 'changes-requested', by: 'ada' }],
    ],
    [
      'while another asks for changes',
      [
        ['bo', 'CHANGES_REQUESTED', OLD],
        ['ada', 'APPROVED'],
      ],
      [{ kind: 'changes-requested', by: 'bo' }],
    ],
    [
      'while a deleted account asks for changes',
      [
        [null, 'CHANGES_REQUESTED'],
        ['ada', 'APPROVED'],
      ],
      [{ kind: 'changes-requested', by: 'a deleted account' }],
    ],
    [
      'several reasons at once',
      [
        ['eve', 'APPROVED'],
        ['cy', 'APPROVED'],
        ['ada', 'APPROVED', OLD],
      ],
      [
        { kind: 'author', by: 'eve' },
        { kind: 'no-write-access', by: 'cy' },
        { kind: 'older-head', by: 'ada', commit: OLD },
      ],
    ],
  ];
  test('before the base branch changed, or in the same second', () => {
    const outdated = [{ kind: 'outdated', by: 'ada' }];
    expect(judged([['ada', 'APPROVED']], { since: timeOf(0) })).toEqual(outdated);
    expect(judged([['ada', 'APPROVED']], { since: timeOf(1) })).toEqual(outdated);
    expect(
      judged(
        [
          ['eve', 'COMMENTED'],
          ['ada', 'APPROVED'],
        ],
        { since: timeOf(0) },
      ),
    ).toMatchObject({ by: ['ada'] });
  });

  test.each(cases)('%s', (_name, steps, because) => {
    expect(judged(steps)).toEqual(because);
  });
});

describe('no pull request', () => {
  function merged(change: (repository: GitHubRepository) => void) {
    const github = repository();
    github.openPull({ author: 'eve', head: HEAD });
    github.merge(1, 'ada', MERGE);
    change(github);
    return verifyApproval(client(), ASKED);
  }
  const notApproved = {
    code: 'not-approved',
    args: { commit: MERGE, pull: null, head: null, because: [{ kind: 'no-pull-request' }] },
  };
  const cases: readonly (readonly [string, (repository: GitHubRepository) => void])[] = [
    ['pushed directly', (github) => github.threads.clear()],
    [
      'a pull request that is still open',
      (github) => Object.assign(github.pull(1), { merged: null, head: { ...github.pull(1).head, sha: MERGE } }),
    ],
    ['merged into another branch', (github) => Object.assign(github.pull(1), { base: 'staging' })],
    [
      'merged as another commit, of which this one is a part',
      (github) =>
        Object.assign(github.pull(1), {
          merged: { commit: sha('d'), by: 'ada', at: timeOf(0) },
          head: { ...github.pull(1).head, sha: MERGE },
        }),
    ],
  ];
  test.each(cases)('%s', async (_name, change) => {
    expect(failureOf(await merged(change))).toEqual(notApproved);
  });

  test('two at once', async () => {
    const failure = failureOf(
      await merged((github) => {
        github.openPull({ author: 'eve', head: OLD, number: 90 });
        github.merge(90, 'eve', MERGE);
      }),
    );
    expect(failure).toMatchObject({ args: { because: [{ kind: 'several-pull-requests', pulls: [1, 90] }] } });
  });

  test('a permission that cannot be asked for is no permission', async () => {
    const github = repository();
    github.tokens.set('none', { login: 'x', kind: 'installation', grants: {} });
    expect(failureOf(await verifyApproval(client({ token: 'none' }), ASKED))).toMatchObject({
      code: 'github-denied',
    });
  });
});
