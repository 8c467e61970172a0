import { verifyApproval } from '../../../src/review/approval/approval.ts';
import { failureOf, githubInTest, obtained, sha } from '../../support/github-client.ts';
import type { GitHubRepository, ReviewState } from '../../support/github-repository.ts';

const { repository, client } = githubInTest();
const [HEAD, OLD, MERGE] = [sha('a'), sha('b'), sha('c')];

type Step = readonly [author: string | null, state: ReviewState, commit?: string];

/** Eve's pull request, reviewed by the steps and merged. Ada, Bo and the owner may write; Cy may read. */
function reviewed(steps: readonly Step[], change: (repository: GitHubRepository) => void = () => {}) {
  const github = repository();
  for (const [login, permission] of [
    ['ada', 'write'],
    ['bo', 'admin'],
    ['eve', 'write'],
    ['cy', 'read'],
  ] as const) {
    github.permissions.set(login, permission);
  }
  github.openPull({ author: 'eve', head: HEAD });
  for (const [author, state, commit] of steps) github.review(1, author, state, commit);
  github.merge(1, 'ada', MERGE);
  change(github);
  return verifyApproval(client(), { commit: MERGE, base: 'main' });
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
  test('a person who approves again comes last', async () => {
    const steps: readonly Step[] = [
      ['ada', 'APPROVED'],
      ['bo', 'APPROVED'],
      ['ada', 'APPROVED'],
    ];
    expect(obtained(await reviewed(steps))).toMatchObject({ by: ['bo', 'ada'] });
  });

  test.each(cases)('%s', async (_name, steps, by) => {
    expect(obtained(await reviewed(steps))).toEqual({ pull: 1, head: HEAD, by });
  });

  test('among hundreds of reviews', async () => {
    const noise = Array.from({ length: 230 }, (): Step => ['ada', 'COMMENTED']);
    expect(obtained(await reviewed([...noise, ['ada', 'APPROVED'], ...noise]))).toMatchObject({ by: ['ada'] });
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
  test.each(cases)('%s', async (_name, steps, because) => {
    expect(failureOf(await reviewed(steps))).toEqual({
      code: 'not-approved',
      args: { commit: MERGE, pull: 1, head: HEAD, because },
    });
  });
});

describe('no pull request', () => {
  const approved: readonly Step[] = [['ada', 'APPROVED']];
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
          merged: { commit: sha('d'), by: 'ada' },
          head: { ...github.pull(1).head, sha: MERGE },
        }),
    ],
  ];
  test.each(cases)('%s', async (_name, change) => {
    expect(failureOf(await reviewed(approved, change))).toEqual(notApproved);
  });

  test('two at once', async () => {
    const failure = failureOf(
      await reviewed(approved, (github) => {
        github.openPull({ author: 'eve', head: OLD, number: 90 });
        github.merge(90, 'eve', MERGE);
      }),
    );
    expect(failure).toMatchObject({ args: { because: [{ kind: 'several-pull-requests', pulls: [1, 90] }] } });
  });

  test('a permission that cannot be asked for is no permission', async () => {
    const github = repository();
    github.tokens.set('none', { login: 'x', kind: 'installation', grants: {} });
    expect(failureOf(await verifyApproval(client({ token: 'none' }), { commit: MERGE, base: 'main' }))).toMatchObject({
      code: 'github-denied',
    });
  });
});
