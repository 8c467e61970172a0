import { planAndApply } from '../../src/cli/session/apply.ts';
import { applyRecord, noteApply } from '../../src/cli/session/records.ts';
import { appliedOwners, GIVEN_APPROVAL, unappliedApproval } from '../../src/review/approval/applied-owners.ts';
import { MANIFEST } from '../../src/review/manifest/schema.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import type { Team } from '../../src/team/team.ts';
import { filesOf } from '../support/github-files.ts';
import type { Pull } from '../support/github-repository.ts';
import { emptyMemory, TODAY, withLab } from '../support/lab-in-test.ts';
import type { LabRepository, MergeMethod } from '../support/lab-repository.ts';
import { SILENT } from '../support/silent-terminal.ts';
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

/** Planned, approved and merged, in this order. */
function apply(pull: Pull, { approvers = [] as string[], by = 'cy', method = 'merge' as MergeMethod }) {
  lab().plan(pull);
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
  const { code, stderr, outputs, manifest, summary } = await run(lab());
  expect(stderr).toMatch(reason);
  expect({ code, manifest, summary }).toEqual({ code: 1, manifest: '', summary: '' });
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
    const { code, stderr, outputs, summary } = await apply(lab.propose('pay', 'ada', pays('cy')), {
      by: 'ada',
      method,
    });
    expect(stderr).toMatch(/^Pull request #\d+ was merged at [0-9a-f]{7} by its author ada, the only owner\./);
    expect({ code, outputs }).toMatchObject({ code: 0, outputs: { 'approved-by': 'ada' } });
    expect(summary).toMatch(/merged by its author `ada`, the only owner/);
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

describe('an owner is one by what was applied last, which the record beside the state says', () => {
  const alone = (owner: string) => (team: string) =>
    team.replace('owners: [ada, dee]', `owners: [${owner}]\nsettings: { self-approval: true }`);
  const teamOf = (commit: string): Team => {
    const { team } = readTeam(lab().teamAt(commit), { file: 'team.yaml', today: TODAY });
    if (team === null) throw new Error(lab().teamAt(commit));
    return team;
  };

  /** Notes applies of these commits: each of a reviewed change of the commit before it, or an administrator's own. */
  type Recorded = NonNullable<Parameters<typeof unappliedApproval>[1]>;
  function recordOf(...applies: readonly { readonly commit: string; readonly base?: string }[]) {
    let record: Recorded = { owners: null, team: null };
    for (const { commit, base } of applies) {
      const pulls = [...repository().threads.values()].flatMap((one) =>
        'merged' in one && one.merged ? [one.merged] : [],
      );
      const mergedAt = pulls.find((merged) => merged.commit === commit)?.at ?? '2026-11-25T09:00:00Z';
      const reviewed = base === undefined ? null : { base: teamOf(base), approval: { mergedAt } };
      const owners = appliedOwners(teamOf(commit), reviewed, record.owners, new Date(mergedAt));
      record = { owners, team: teamOf(commit) };
    }
    return record;
  }

  /** Why the apply refuses what `verify-approval` let through. */
  async function refusals(verified: ReturnType<typeof verify>, record: Recorded | null) {
    const { code, stderr, approval } = await verified;
    if (code !== 0) throw new Error(stderr);
    return unappliedApproval(GIVEN_APPROVAL.parse(JSON.parse(approval)), record, TODAY);
  }

  const UNAPPLIED = (by: string) => [{ kind: 'not-applied', by }];

  test('a first pull request, merged without an approval, makes a writer an owner; a second one pays', async () => {
    const record = recordOf({ commit: lab().main });
    lab().merge(lab().propose('owners', 'bo', owns('bo')), 'bo', 'squash');
    const pays2 = apply(lab().propose('pay', 'cy', pays('bo')), { approvers: ['bo'] });
    expect(await refusals(pays2, record)).toEqual(UNAPPLIED('bo'));
  });

  test('the same, after an apply of another change that an owner approved', async () => {
    const first = lab().main;
    const base = lab().merge(lab().propose('owners', 'bo', owns('bo')), 'bo', 'squash');
    const commit = lab().merge(lab().propose('words', 'cy', describes('Moreau')), 'cy');
    const record = recordOf({ commit: first }, { commit, base });
    const second = apply(lab().propose('pay', 'cy', pays('bo')), { approvers: ['bo'] });
    expect(await refusals(second, record)).toEqual(UNAPPLIED('bo'));
  });

  test('a first pull request makes a writer the only owner, who needs no approval; a second one pays', async () => {
    const record = recordOf({ commit: lab().main });
    lab().merge(lab().propose('take-over', 'bo', alone('bo')), 'bo');
    const second = apply(lab().propose('pay', 'bo', pays('bo')), { by: 'bo' });
    expect(await refusals(second, record)).toEqual(UNAPPLIED('bo'));
  });

  test('a first change sets self-approval, merged and never applied; a second one pays', async () => {
    const before = begin((team) => alone('ada')(team).replace('true }', 'false }')).main;
    const record = recordOf({ commit: before });
    lab().merge(
      lab().propose('alone', 'ada', (team) => team.replace('self-approval: false', 'self-approval: true')),
      'ada',
    );
    const second = apply(lab().propose('pay', 'ada', pays('cy')), { by: 'ada' });
    expect(await refusals(second, record)).toEqual([{ kind: 'only-owner', by: 'ada', because: 'setting' }]);
  });

  test('a push gives the name of an owner to the account of a writer', async () => {
    const record = recordOf({ commit: lab().main });
    lab().push('main', 'bo', (team) => team.replace('github: dee', 'github: bo'));
    const second = apply(lab().propose('pay', 'cy', pays('cy')), { approvers: ['bo'] });
    expect(await refusals(second, record)).toEqual(UNAPPLIED('bo'));
  });

  test.each(['a review', 'an administrator'])(
    'a former owner, removed by %s and named again by no one, reruns the old apply that had made them one',
    (remover) => {
      const first = { commit: lab().main };
      const added = { commit: lab().merge(lab().propose('add', 'ada', owns('bo')), 'ada'), base: first.commit };
      const removes = (team: string) => team.replace(', bo]', ']');
      const commit = lab().merge(lab().propose('remove', 'ada', removes), 'ada');
      const removed = remover === 'a review' ? { commit, base: added.commit } : { commit };
      lab().push('main', 'bo', owns('bo'));
      expect(recordOf(first, added).owners?.logins).toHaveProperty('bo');
      expect(recordOf(first, added, removed, added).owners?.logins).toEqual(recordOf(first).owners?.logins);
    },
  );

  test('an old apply that someone reruns takes the right to approve from no later owner', () => {
    const first = lab().main;
    const words = { commit: lab().merge(lab().propose('words', 'cy', describes('Moreau')), 'ada'), base: first };
    const added = { commit: lab().merge(lab().propose('add', 'ada', owns('bo')), 'ada'), base: words.commit };
    const { owners } = recordOf({ commit: first }, words, added);
    expect(owners?.logins).toHaveProperty('bo');
    expect(recordOf({ commit: first }, words, added, words).owners).toEqual(owners);
  });

  test('owners that a review or an administrator appointed approve, and a suspended one does not', async () => {
    const first = lab().main;
    const changes = (team: string) => team.replace(', dee]', ', cy]');
    const commit = lab().merge(lab().propose('owners', 'dee', changes), 'dee');
    const reviewed = recordOf({ commit: first }, { commit, base: first });
    const second = apply(lab().propose('pay', 'bo', pays('bo')), { approvers: ['cy'] });
    expect(await refusals(second, reviewed)).toEqual([]);
    expect(await refusals(second, recordOf({ commit }))).toEqual([]);
    expect(await refusals(second, null)).toEqual([]);
    const members = teamOf(commit).members.map((one) => ({ ...one, suspended: one.key === 'cy' }));
    expect(await refusals(second, { owners: reviewed.owners, team: { members } })).toEqual(UNAPPLIED('cy'));
  });

  test('the apply refuses before it asks Terraform or AWS', async () => {
    const first = teamOf(lab().main);
    const base = teamOf(lab().merge(lab().propose('owners', 'bo', owns('bo')), 'bo'));
    const merged = lab().merge(lab().propose('pay', 'cy', pays('bo')), 'cy');
    const manifest = {
      ...MANIFEST.parse(JSON.parse(filesOf('03-add-member', { commit: merged, run: 1 }).manifest)),
      lab: first.lab,
    };
    await withLab(emptyMemory(), async (test) => {
      const session = test.lab(teamOf(merged));
      await noteApply(applyRecord(session.records), { ...session, team: first }, { state: 'applied' });
      const before = test.emulator.calls.length;
      const approval = { pull: 7, head: merged, by: ['bo'], how: 'review' as const, mergedAt: TODAY };
      const reviewed = { manifest, base, newest: session.team, approval };
      const options = {
        ...{ file: 'team.yaml', emulator: null, today: TODAY, parallelism: null, commit: null },
        ...{ stack: 'team' as const, yes: true, result: null, json: false },
        reviewed: { manifest: '', base: '', newest: '', approval: '' },
      };
      const refused = planAndApply(
        session,
        reviewed,
        options,
        SILENT,
        () => {},
        () => {},
      );
      expect(await refused).toEqual({
        ok: false,
        failure: { code: 'not-approved', args: { commit: merged, pull: 7, head: merged, because: UNAPPLIED('bo') } },
      });
      expect(test.emulator.calls.slice(before)).toEqual([]);
    });
  });
});
