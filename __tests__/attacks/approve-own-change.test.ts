import type { Pull } from '../support/github-repository.ts';
import type { LabRepository, MergeMethod } from '../support/lab-repository.ts';
import { approvalInTest } from '../support/verify-approval.ts';

/** One person wants a change applied that no one else has agreed to. Ada and Dee own the lab; Bo and Cy can write. */
const { repository, lab, begin, verify } = approvalInTest();

const pays = (who: string) => (team: string) =>
  team.replace(new RegExp(`(${who}: .*roles: \\[)reader`), '$1reader, paymaster');
const owns = (who: string) => (team: string) => team.replace('owners: [ada, dee]', `owners: [ada, dee, ${who}]`);
const manages = (team: string) => team.replace('results:read', 'results:read, hits:manage');
const describes = (words: string) => (team: string) => team.replace('name: Cy', `name: Cy ${words}`);

function approve(pull: Pull, ...people: readonly string[]): void {
  for (const person of people) repository().review(pull.number, person, 'APPROVED');
}

/** Approved and merged, in this order. */
function apply(pull: Pull, { approvers = [] as string[], by = 'cy', method = 'merge' as MergeMethod }) {
  approve(pull, ...approvers);
  return verify(lab().merge(pull, by, method));
}

type Attack = readonly [name: string, reason: RegExp, run: (lab: LabRepository) => ReturnType<typeof verify>];

const ATTACKS: readonly Attack[] = [
  ...(['merge', 'squash', 'rebase'] as const).map(
    (method): Attack => [
      `a writer pushes onto a colleague's pull request and approves it (${method})`,
      /`bo` approved it, but is no owner/,
      (lab) => {
        const pull = lab.open('words', 'cy', lab.push('words', 'bo', pays('bo')));
        return apply(pull, { approvers: ['bo'], by: 'bo', method });
      },
    ],
  ),
  [
    "an owner pushes onto a colleague's pull request and approves it",
    /`dee` approved it, but pushed `[0-9a-f]{7}` to it/,
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      lab.push('words', 'dee', pays('dee'));
      return apply(pull, { approvers: ['dee'], by: 'dee' });
    },
  ],
  [
    'an owner approves what was pushed in an account with other letters',
    /`DEE` approved it, but pushed/,
    (lab) => {
      const pull = lab.open('words', 'cy', lab.push('words', 'Dee', pays('dee')));
      return apply(pull, { approvers: ['DEE'] });
    },
  ],
  [
    'a pull request makes its approver an owner (squash)',
    /`bo` approved it, but is no owner in the `team.yaml` from before it/,
    (lab) => apply(lab.propose('owners', 'cy', owns('bo')), { approvers: ['bo'], method: 'squash' }),
  ],
  ...(['bo', 'cy'] as const).map(
    (approver): Attack => [
      `the first rebased commit makes ${approver} an owner, the second pays`,
      /rebased onto the main branch one by one/,
      (lab) => {
        const pull = lab.propose('two', 'bo', owns(approver));
        lab.push('two', 'bo', pays('bo'));
        return apply(pull, { approvers: [approver], method: 'rebase' });
      },
    ],
  ),
  ...['+9999', '-9999'].map(
    (zone): Attack => [
      `rebased commits, written in a time zone that does not exist (${zone})`,
      /rebased onto the main branch one by one/,
      (lab) => {
        const pull = lab.open('two', 'bo', lab.push('two', 'bo', owns('cy'), { zone }));
        lab.push('two', 'bo', pays('bo'), { zone });
        return apply(pull, { approvers: ['cy'], method: 'rebase' });
      },
    ],
  ),
  [
    'an owner deletes the branch after a push, and a colleague restores it',
    /`dee` approved it, but pushed/,
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      const head = lab.push('words', 'dee', pays('dee'));
      lab.set('words', 'dee', null);
      lab.set('words', 'cy', head);
      return apply(pull, { approvers: ['dee'] });
    },
  ],
  [
    'a merge with a change of its own looks like "Update branch"',
    /`dee` approved it, but pushed/,
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      lab.merge(lab.propose('other', 'ada', manages), 'ada');
      lab.push('words', 'dee', pays('dee'), { parents: [pull.head.sha, lab.main] });
      return apply(pull, { approvers: ['dee'] });
    },
  ],
  [
    'a clean merge of main brings in a commit that no one had pushed',
    /`dee` approved it, but pushed/,
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      lab.merge(lab.propose('other', 'ada', manages), 'ada');
      const head = pull.head.sha;
      const hidden = lab.push('hidden', 'dee', pays('dee'), { parents: [head] });
      lab.set('hidden', 'dee', null);
      repository().activity.splice(-2);
      lab.set('words', 'dee', hidden);
      repository().activity.pop();
      lab.update('words', 'dee');
      Object.assign(repository().activity.at(-1) ?? {}, { before: head });
      return apply(pull, { approvers: ['dee'] });
    },
  ],
  [
    'an owner lets a colleague push a commit that the owner signed',
    /`dee` approved it, but signed/,
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      repository().verified.add(lab.push('words', 'cy', pays('dee'), { author: 'dee' }));
      return apply(pull, { approvers: ['dee'] });
    },
  ],
  [
    'GitHub does not say who pushed',
    /GitHub does not say which person pushed `[0-9a-f]{7}` to its branch/,
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      lab.push('words', null, pays('dee'));
      return apply(pull, { approvers: ['dee'] });
    },
  ],
  [
    "an owner has a workflow of a branch push onto a colleague's pull request",
    /GitHub does not say which person pushed `[0-9a-f]{7}` to its branch/,
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      lab.push('words', 'github-actions[bot]', pays('dee'));
      return apply(pull, { approvers: ['dee'], by: 'dee' });
    },
  ],
  [
    "an owner has a workflow of a branch open a pull request of a colleague's unfinished branch",
    /`github-actions\[bot\]`, which is not a person, opened it/,
    (lab) =>
      apply(lab.open('draft', 'github-actions[bot]', lab.push('draft', 'cy', pays('dee'))), { approvers: ['dee'] }),
  ],
  [
    'the pushes are so old that GitHub has forgotten them',
    /GitHub does not say which person pushed/,
    (lab) => {
      const pull = lab.propose('words', 'cy', pays('dee'));
      repository().activity.splice(1);
      return apply(pull, { approvers: ['ada'] });
    },
  ],
  [
    'a stranger proposes from a fork the commit that a writer had planned on a branch',
    /it comes from a fork/,
    (lab) => {
      const head = lab.push('own', 'bo', pays('bo'));
      const fork = repository().openPull({ author: 'mallory', head, ref: 'own', repository: 'mallory/lab' });
      return apply(fork, { approvers: ['ada'], by: 'bo' });
    },
  ],
  [
    'a writer merges by hand, with more than was approved',
    /not what GitHub makes of a merge of its last commit/,
    (lab) => {
      const pull = lab.propose('words', 'cy', describes('Moreau'));
      lab.plan(pull);
      approve(pull, 'ada');
      const more = lab.push('words-and-more', 'bo', pays('bo'), { parents: [pull.head.sha] });
      const commit = lab.push('main', 'bo', pays('bo'), { parents: [lab.main, more] });
      repository().merge(pull.number, 'bo', commit);
      return verify(commit);
    },
  ],
  [
    'the pull request is approved against another base, and then retargeted',
    /approved it before its base branch changed/,
    (lab) => {
      lab.set('hostile-base', 'bo', lab.main);
      const pull = lab.propose('words', 'bo', pays('bo'));
      pull.base = 'hostile-base';
      lab.plan(pull);
      approve(pull, 'ada');
      repository().retarget(pull.number, 'bo', 'main');
      return verify(lab.merge(pull, 'bo'));
    },
  ],
  [
    "a writer dismisses an owner's request for changes",
    /approved it before its base branch changed or a review was dismissed/,
    (lab) => {
      const pull = lab.propose('words', 'bo', pays('bo'));
      lab.plan(pull);
      approve(pull, 'ada');
      repository().dismiss(repository().review(pull.number, 'dee', 'CHANGES_REQUESTED'), 'bo');
      return verify(lab.merge(pull, 'bo'));
    },
  ],
];

test.each(ATTACKS)('%s', async (_name, reason, run) => {
  const { code, stderr, outputs } = await run(lab());
  expect(stderr).toMatch(reason);
  expect(code).toBe(1);
  expect(outputs).toMatchObject({ 'pull-request': expect.any(String), 'failure-reason': 'not-approved' });
});

describe('a lab with one owner', () => {
  const alone = (setting: boolean) => (team: string) =>
    team.replace('owners: [ada, dee]', `owners: [ada]\nsettings: { self-approval: ${setting} }`);
  const approvesAlone = (team: string) => team.replace('self-approval: false', 'self-approval: true');

  test.each<readonly [string, boolean, RegExp, (lab: LabRepository) => ReturnType<typeof verify>]>([
    [
      'the setting is not there yet',
      false,
      /is the only owner and proposed it, so no one else can approve it[\s\S]*self-approval: true/,
      (lab) => apply(lab.propose('pay', 'ada', pays('cy')), { by: 'ada' }),
    ],
    [
      'the change itself sets it',
      false,
      /so no one else can approve it/,
      (lab) => apply(lab.propose('alone', 'ada', approvesAlone), { by: 'ada' }),
    ],
    [
      "a writer pushes onto the owner's pull request",
      true,
      /but someone else pushed to it/,
      (lab) => {
        const pull = lab.propose('pay', 'ada', describes('Moreau'));
        lab.push('pay', 'bo', pays('bo'));
        return apply(pull, { by: 'ada' });
      },
    ],
    [
      "a writer merges the owner's unfinished pull request",
      true,
      /but someone else merged it/,
      (lab) => apply(lab.propose('draft', 'ada', pays('bo')), { by: 'bo' }),
    ],
    [
      'a writer merges a change of their own',
      true,
      /no one approved it/,
      (lab) => apply(lab.propose('pay', 'bo', pays('bo')), { by: 'bo' }),
    ],
    [
      "the owner's own branch gets the commit of a writer, who opens the pull request",
      true,
      /`Ada` approved it, but pushed/,
      (lab) => apply(lab.open('pay', 'bo', lab.push('pay', 'ada', pays('bo'))), { approvers: ['Ada'], by: 'bo' }),
    ],
  ])('attack: %s', async (_name, setting, reason, run) => {
    const { code, stderr } = await run(begin(alone(setting)));
    expect(stderr).toMatch(reason);
    expect(code).toBe(1);
  });

  test.each(['merge', 'squash', 'rebase'] as const)('the owner merges their own change (%s)', async (method) => {
    const lab = begin(alone(true));
    const { code, stderr, outputs } = await apply(lab.propose('pay', 'ada', pays('cy')), {
      by: 'ada',
      method,
    });
    expect(stderr).toMatch(/^Pull request #\d+ was merged at [0-9a-f]{7} by its author ada, the only owner\./);
    expect({ code, outputs }).toMatchObject({ code: 0, outputs: { 'approved-by': 'ada' } });
  });

  test('without the setting, the owner approves what others propose', async () => {
    const lab = begin(alone(false));
    expect(await apply(lab.propose('alone', 'bo', approvesAlone), { approvers: ['ada'] })).toMatchObject({ code: 0 });
  });
});

describe('an owner is not kept from approving', () => {
  test.each<readonly [string, (lab: LabRepository) => ReturnType<typeof verify>]>([
    ['a merge', (lab) => apply(lab.propose('pay', 'bo', pays('cy')), { approvers: ['ada'] })],
    ['a squash', (lab) => apply(lab.propose('pay', 'bo', pays('cy')), { approvers: ['ada'], method: 'squash' })],
    [
      'a squash of several commits',
      (lab) => {
        const pull = lab.propose('pay', 'bo', describes('Moreau'));
        lab.push('pay', 'bo', pays('cy'));
        return apply(pull, { approvers: ['ada'], method: 'squash' });
      },
    ],
    [
      'a rebase of one commit',
      (lab) => apply(lab.propose('p', 'bo', pays('cy')), { approvers: ['dee'], method: 'rebase' }),
    ],
    [
      'by a forged author',
      (lab) => {
        const pull = lab.propose('pay', 'bo', describes('Moreau'));
        lab.push('pay', 'bo', pays('cy'), { author: 'ada' });
        return apply(pull, { approvers: ['ada'] });
      },
    ],
    [
      'by a forged author in a commit that another person signed',
      (lab) => {
        const pull = lab.propose('pay', 'bo', describes('Moreau'));
        repository().verified.add(lab.push('pay', 'bo', pays('cy'), { author: 'ada', committer: 'bo' }));
        return apply(pull, { approvers: ['ada'] });
      },
    ],
    [
      'by "Update branch", although both changed the file',
      (lab) => {
        const pull = lab.propose('pay', 'bo', pays('cy'));
        lab.merge(lab.propose('roles', 'dee', manages), 'dee');
        lab.update('pay', 'ada');
        return apply(pull, { approvers: ['ada'], method: 'squash' });
      },
    ],
    [
      'by making the branch, before anything of it',
      (lab) => {
        lab.set('pay', 'ada', lab.main);
        return apply(lab.propose('pay', 'bo', pays('cy')), { approvers: ['ada'] });
      },
    ],
    [
      'by an earlier branch of the same name',
      (lab) => {
        lab.merge(lab.propose('patch-1', 'ada', describes('Moreau')), 'ada');
        lab.set('patch-1', 'ada', null);
        return apply(lab.propose('patch-1', 'bo', pays('cy')), { approvers: ['ada'] });
      },
    ],
    [
      'when the branch is deleted after the merge, and the name used again',
      (lab) => {
        const pull = lab.propose('pay', 'bo', pays('cy'));
        lab.plan(pull);
        approve(pull, 'ada');
        const commit = lab.merge(pull, 'bo');
        lab.set('pay', 'bo', null);
        lab.push('pay', 'ada', pays('bo'));
        return verify(commit);
      },
    ],
    [
      'by a change of the base branch that they have seen',
      (lab) => {
        const pull = lab.propose('pay', 'bo', pays('cy'));
        repository().retarget(pull.number, 'bo', 'main');
        return apply(pull, { approvers: ['ada'] });
      },
    ],
  ])('%s', async (_name, run) => {
    const { code, stderr } = await run(lab());
    expect(stderr).toMatch(/^Pull request #\d+ was approved at/);
    expect(code).toBe(0);
  });
});
