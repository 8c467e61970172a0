import { approvalInTest } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { account } from '../support/github-bodies.ts';
import { ENFORCED, enforce, LAB, type LabRepository } from '../support/lab-repository.ts';

const test = testInTurn(2);

/** One person wants a change applied that no owner has agreed to. Ada and Dee own the lab; Bo and Cy can write. */
const { repository, server, lab, begin, record, forget, approve, check } = approvalInTest();

const pays = (who: string) => (team: string) =>
  team.replace(new RegExp(`(${who}: .*roles: \\[)reader`), '$1reader, paymaster');
const owns = (who: string) => (team: string) => team.replace('owners: [ada, dee]', `owners: [ada, dee, ${who}]`);
const describes = (words: string) => (team: string) => team.replace('name: Cy', `name: Cy ${words}`);
const HOSTILE = { '.github/workflows/apply.yml': 'on: push' };

type Attack = readonly [name: string, kind: string, run: (lab: LabRepository) => unknown];

const ATTACKS: readonly Attack[] = [
  [
    'a writer merges by hand, with more than was approved',
    'other-tree',
    (lab) => {
      // Under another pull request with the same head, an approval of an owner was theirs.
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      approve(pull, 'ada');
      const hostile = lab.open('hostile', 'bo', pull.head.sha);
      approve(hostile, 'bo');
      const commit = lab.push('main', pays('bo'));
      repository().merge(pull.number, 'bo', commit);
    },
  ],
  ['a writer pushes to main', 'no-pull-request', (lab) => lab.push('main', pays('bo'))],
  ['a writer pushes a workflow to main', 'no-pull-request', (lab) => lab.pushFiles('main', HOSTILE)],
  [
    'a writer pushes a lock file to main, and words that are approved follow',
    'no-pull-request',
    (lab) => {
      lab.pushFiles('main', { 'opentofu.lock.hcl': 'x' });
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      approve(pull, 'ada');
      lab.merge(pull, 'cy');
    },
  ],
  [
    'an approved pull request is merged onto a push that the approver did not see',
    'other-tree',
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      approve(pull, 'ada');
      lab.push('main', (team) => `${team}# A later line\n`);
      lab.merge(pull, 'cy');
    },
  ],
  [
    'a push to main goes back to the files from before an approved change, as an old pull request has them',
    'behind',
    (lab) => {
      const grants = lab.propose('grants', 'bo', pays('bo'));
      approve(grants, 'ada');
      lab.merge(grants, 'bo');
      const revokes = lab.propose('revokes', 'cy', () => LAB);
      approve(revokes, 'ada');
      lab.merge(revokes, 'cy');
      const commit = lab.push('main', () => lab.teamAt(grants.head.sha));
      repository().openPull({ author: 'bo', head: commit, ref: 'again', number: 900 });
      Object.assign(repository().pull(900).head, { sha: grants.head.sha });
      repository().merge(900, 'bo', commit);
      approve({ number: 900 }, 'ada');
    },
  ],
  [
    'of two rebased commits, the first was never the last of a pull request',
    'behind',
    (lab) => {
      const pull = lab.propose('two', 'bo', owns('bo'));
      lab.push('two', pays('bo'));
      approve(pull, 'ada');
      lab.merge(pull, 'bo', 'rebase');
    },
  ],
  [
    "a writer approves a colleague's pull request",
    'no-approval',
    (lab) => {
      const pull = lab.propose('words', 'cy', pays('bo'));
      approve(pull, 'bo');
      lab.merge(pull, 'bo');
    },
  ],
  [
    'a pull request makes its approver an owner',
    'no-approval',
    (lab) => {
      const pull = lab.propose('owners', 'cy', owns('bo'));
      approve(pull, 'bo');
      lab.merge(pull, 'bo');
    },
  ],
  [
    'a first pull request, merged without an approval, makes a writer an owner, who approves a second',
    'no-approval',
    (lab) => {
      lab.merge(lab.propose('owners', 'bo', owns('bo')), 'bo');
      const pull = lab.propose('pay', 'cy', pays('bo'));
      approve(pull, 'bo');
      lab.merge(pull, 'cy');
    },
  ],
  [
    'an owner approves their own change',
    'author',
    (lab) => {
      const pull = lab.propose('pay', 'dee', pays('dee'));
      approve(pull, 'dee');
      lab.merge(pull, 'dee');
    },
  ],
  [
    'a writer pushes after the approval',
    'older-commit',
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      approve(pull, 'ada');
      lab.push('words', pays('cy'));
      lab.merge(pull, 'cy');
    },
  ],
  [
    'the pull request is approved against another base, and then retargeted',
    'older-base',
    (lab) => {
      const pull = lab.propose('words', 'bo', pays('bo'));
      pull.base = 'hostile-base';
      approve(pull, 'ada');
      // More than a page of GitHub's.
      for (let count = 0; count < 100; count += 1) repository().enableAutoMerge(pull.number, 'bo');
      repository().retarget(pull.number, 'bo', 'main');
      lab.merge(pull, 'bo');
    },
  ],
  [
    'an open pull request moves to an approved commit while the pushed one is compared',
    'older-commit',
    (lab) => {
      const { number } = lab.propose('words', 'bo', describes('Moreau'));
      approve({ number }, 'ada');
      const { sha } = repository().pull(number).head;
      Object.assign(repository().pull(number).head, { sha: lab.push('main', pays('bo')) });
      const repo = { full_name: 'perception/lab' };
      const [user, base] = [
        { id: 2, login: 'bo', type: 'User' },
        { ref: 'main', repo },
      ];
      server().trouble({ when: /pulls\/\d+$/, status: 200, body: { number, user, base, head: { sha } } });
    },
  ],
  [
    'a pull request into another branch has the commit, and its approval',
    'no-pull-request',
    (lab) => {
      const pull = lab.propose('words', 'bo', pays('bo'));
      pull.base = 'elsewhere';
      approve(pull, 'ada');
      lab.merge(pull, 'bo');
    },
  ],
  [
    "an owner has a workflow of a branch open a pull request of a colleague's unfinished branch",
    'not-opened-by-person',
    (lab) => {
      const pull = lab.open('draft', 'github-actions[bot]', lab.push('draft', pays('dee')));
      approve(pull, 'dee');
      lab.merge(pull, 'dee');
    },
  ],
  [
    'an account takes the login that an owner gave up',
    'no-approval',
    async (lab) => {
      await record({ commit: lab.main, owners: [{ key: 'ada', login: 'Ada', id: account('ada').id + 1 }] });
      const pull = lab.propose('pay', 'bo', pays('bo'));
      approve(pull, 'Ada');
      lab.merge(pull, 'bo');
    },
  ],
  [
    'an owner who is suspended approves',
    'no-approval',
    async () => {
      const lab = await begin(LAB.replace('{ name: Dee', '{ suspended: true, name: Dee'));
      const pull = lab.propose('pay', 'bo', pays('bo'));
      approve(pull, 'dee');
      lab.merge(pull, 'bo');
    },
  ],
];

test.each(ATTACKS)('%s', async (_name, kind, run) => {
  await run(lab());
  const { code, outputs, failure } = await check();
  expect(code).toBe(1);
  expect(outputs).toMatchObject({ commit: lab().main, 'failure-reason': 'not-approved', 'owner-ids': '' });
  const { error } = JSON.parse(failure).failure;
  expect(error.args.because.map((problem: { kind: string }) => problem.kind)).toContain(kind);
});

describe('a merge commit, whose author chooses its first parent', () => {
  test('is refused, although an owner approved its pull request', async () => {
    const pull = lab().propose('words', 'cy', describes('Moreau'));
    approve(pull, 'ada');
    const commit = lab().merge(pull, 'cy', 'merge');
    const { failure } = await check();
    expect(JSON.parse(failure).failure.error.args).toEqual({ commit, because: [{ kind: 'merge-commit' }] });
    await record({ commit });
    expect(await check()).toMatchObject({ code: 0 });
  });

  test.each<[string, string, (lab: LabRepository) => void]>([
    [
      'an owner grants themselves by a bot',
      'dee',
      (lab) => {
        const pull = lab.open('draft', 'github-actions[bot]', lab.push('draft', pays('dee')));
        approve(pull, 'dee');
        lab.merge(pull, 'dee');
      },
    ],
    [
      'a writer retargets an approved pull request',
      'bo',
      (lab) => {
        const pull = lab.propose('grant', 'bo', pays('bo'));
        pull.base = 'hostile-base';
        approve(pull, 'ada');
        repository().retarget(pull.number, 'bo', 'main');
        lab.merge(pull, 'bo');
      },
    ],
  ])('does not carry past the check what was refused: %s', async (_what, who, refused) => {
    const applied = lab().main;
    refused(lab());
    expect(await check()).toMatchObject({ code: 1 });
    const unapproved = lab().main;
    // Against main its head changes a word alone. Its first parent is its own branch, which begins at what was applied.
    const own = lab().pushFiles('words', { 'notes.txt': 'x' }, [applied]);
    const text = describes('Moreau')(lab().teamAt(unapproved));
    const head = lab().pushFiles('words', { 'team.yaml': text }, [own, unapproved]);
    const pull = lab().open('words', who);
    approve(pull, 'ada');
    // By hand, not by the button: `git push origin words:main`.
    lab().set('main', head);
    repository().merge(pull.number, who, head);
    expect(lab().teamAt(head)).toMatch(new RegExp(`${who}: .*paymaster`));
    expect(await check()).toMatchObject({ code: 1, outputs: { 'failure-reason': 'not-approved' } });
  });

  test('does not bring back a grant that was revoked', async () => {
    const grants = lab().propose('grants', 'bo', pays('bo'));
    approve(grants, 'ada');
    lab().merge(grants, 'bo');
    const granted = lab().teamAt(lab().main);
    const revokes = lab().propose('revokes', 'cy', () => LAB);
    approve(revokes, 'ada');
    await record({ commit: lab().merge(revokes, 'cy') });
    lab().pushFiles('main', { 'team.yaml': granted }, [grants.head.sha, lab().main]);
    expect(await check()).toMatchObject({ code: 1, outputs: { 'failure-reason': 'not-approved' } });
  });
});

test('a change without an approval stops every later one, until an administrator applies it', async () => {
  const before = lab().propose('pay', 'bo', pays('bo'));
  const commit = lab().merge(before, 'bo');
  const pull = lab().propose('words', 'cy', describes('Moreau'));
  approve(pull, 'ada');
  lab().merge(pull, 'cy');
  const refused = await check();
  expect(JSON.parse(refused.failure).failure.error.args).toMatchObject({ commit });
  expect(refused.outputs['pull-requests']).toBe(`${before.number},${pull.number}`);
  await record({ commit });
  expect(await check()).toMatchObject({ code: 0, outputs: { 'pull-requests': String(pull.number) } });
});

test.each<[string, null | readonly [], string]>([
  ['has lost its owners', null, 'record-unusable'],
  ['names no owner', [], 'not-approved'],
])('a record that %s lets no file say who approves', async (_what, owners, code) => {
  await record({ commit: lab().push('main', owns('bo')), owners } as never);
  const pull = lab().propose('pay', 'cy', pays('cy'));
  approve(pull, 'bo');
  lab().merge(pull, 'cy');
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining(`error[${code}]`) });
});

test.each<[string, (lab: LabRepository) => void]>([
  ['lacks a rule', () => enforce(repository(), ENFORCED.slice(1))],
  ['was disabled', () => Object.assign(repository().settings.rulesets[0] ?? {}, { enforcement: 'disabled' })],
  [
    'is not to be had for a private repository',
    () => Object.assign(repository().settings, { isPrivate: true, isPaid: false }),
  ],
])('while the ruleset %s, an approval counts for nothing', async (_what, act) => {
  const pull = lab().propose('words', 'cy', describes('Moreau'));
  approve(pull, 'ada');
  lab().merge(pull, 'cy');
  act(lab());
  const { code, outputs } = await check();
  expect({ code, outputs }).toMatchObject({
    code: 1,
    outputs: { 'failure-reason': 'rules-not-enforced', 'pull-requests': String(pull.number) },
  });
});

test('runs and artifacts, which writers delete and forge, decide nothing', async () => {
  // Without the run that the owner had read, an older one became the reviewed plan.
  const pull = lab().propose('words', 'cy', describes('Moreau'));
  approve(pull, 'ada');
  lab().merge(pull, 'cy');
  expect(await check()).toMatchObject({ code: 0 });
  expect(server().requests.filter(({ path }) => path.includes('/actions/'))).toEqual([]);
});

test('comments on a pull request, which anyone writes and deletes, are not read', async () => {
  const pull = lab().propose('words', 'cy', describes('Moreau'));
  approve(pull, 'ada');
  lab().merge(pull, 'cy');
  for (let count = 0; count < 5_001; count += 1) repository().comment(pull.number, 'mallory', 'x');
  expect(await check()).toMatchObject({ code: 0 });
});

test('more than 5,000 reviews of a stranger stop applies, until an administrator applies', async () => {
  const pull = lab().propose('words', 'cy', describes('Moreau'));
  approve(pull, 'ada');
  const commit = lab().merge(pull, 'cy');
  for (let count = 0; count < 5_001; count += 1) repository().review(pull.number, 'mallory', 'COMMENTED');
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[github-unreadable]') });
  await record({ commit });
  expect(await check()).toMatchObject({ code: 0 });
});

const alone = LAB.replace('owners: [ada, dee]', 'owners: [ada]\nsettings: { self-approval: true }');
const withoutApprovals = ENFORCED.map((rule) =>
  rule.type === 'pull_request' ? { ...rule, parameters: { required_approving_review_count: 0 } } : rule,
);

describe('before the first apply', () => {
  test.each([
    ['two owners', LAB, forget],
    ['one owner, as setup.md says', alone, forget],
    ['an apply that did not end', alone, () => record({ commit: lab().main, team: null })],
  ])(
    'a writer who makes themselves the only owner, with self-approval, turns no rule off: %s',
    async (_what, team, unapply) => {
      await begin(team);
      enforce(repository(), withoutApprovals);
      await unapply();
      const takesOver = pays('bo')(alone.replace('[ada]', '[bo]'));
      lab().merge(
        lab().propose('mine', 'bo', () => takesOver),
        'bo',
      );
      expect(await check()).toMatchObject({
        code: 1,
        outputs: { 'failure-reason': 'rules-not-enforced', 'owner-ids': '' },
      });
      enforce(repository());
      expect(await check()).toMatchObject({ code: 1, outputs: { 'failure-reason': 'not-approved', 'owner-ids': '' } });
    },
  );

  test.each([
    ['a lock file', { 'opentofu.lock.hcl': 'x' }],
    ['a workflow', { '.github/workflows/apply.yml': 'x' }],
  ])('the approval of %s is none of the team.yaml below it', async (_what, files) => {
    forget();
    const commit = lab().push('main', pays('bo'));
    lab().pushFiles('words', files);
    const pull = lab().open('words', 'cy');
    approve(pull, 'ada');
    lab().merge(pull, 'cy');
    const { code, failure } = await check();
    expect({ code, commit: JSON.parse(failure).failure.error.args.commit }).toEqual({ code: 1, commit });
  });
});

describe('a lab with one owner', () => {
  beforeEach(async () => {
    await begin(alone);
    enforce(repository(), withoutApprovals);
  });

  test.each<[string, string | null, (lab: LabRepository) => void]>([
    ['the owner merges their own change', null, (lab) => void lab.merge(lab.propose('pay', 'Ada', pays('cy')), 'Ada')],
    [
      "another merges the owner's change",
      'not-merged-by-owner',
      (lab) => void lab.merge(lab.propose('pay', 'Ada', pays('cy')), 'cy'),
    ],
    [
      "the owner merges another's change",
      'no-approval',
      (lab) => void lab.merge(lab.propose('pay', 'cy', pays('cy')), 'Ada'),
    ],
    [
      'GitHub merges it later, with what another has pushed since',
      'not-merged-by-owner',
      (lab) => {
        const pull = lab.propose('words', 'Ada', describes('Moreau'));
        repository().enableAutoMerge(pull.number, 'Ada');
        lab.push('words', pays('cy'));
        lab.merge(pull, 'Ada');
      },
    ],
  ])('%s', async (_what, kind, act) => {
    act(lab());
    const { code, failure } = await check();
    const because = failure === '' ? null : JSON.parse(failure).failure.error.args.because[0].kind;
    expect({ code, because }).toEqual({ code: kind === null ? 0 : 1, because: kind });
  });

  test('the setting counts once it is applied, not in the change that brings it', async () => {
    await record({ commit: lab().main }, (await begin(LAB)).main);
    lab().merge(
      lab().propose('alone', 'Ada', () => alone),
      'Ada',
    );
    expect(await check()).toMatchObject({ code: 1 });
  });
});
