import { filesOf } from '../support/github-files.ts';
import type { Pull } from '../support/github-repository.ts';
import { approvalInTest } from '../support/verify-approval.ts';

/** A writer wants another plan applied than the one that an owner saw and approved. */
const { repository, lab, verify } = approvalInTest();

const OTHER = '06-role-loses-bonus';
const change = (team: string) => team.replace('roles: [reader] }', 'roles: [reader, paymaster] }');
let pull: Pull;
beforeEach(() => {
  pull = lab().propose('pay', 'cy', change);
});

function approve(): void {
  repository().review(pull.number, 'ada', 'APPROVED');
}

describe('refused', () => {
  test.each<readonly [string, RegExp, () => void]>([
    [
      'the same run is started again after the approval, when access had been revoked in AWS',
      /planned again since the approval, with another result/,
      () => {
        const run = lab().plan(pull);
        approve();
        lab().planAgain(run, OTHER);
      },
    ],
    [
      'a new run is started after the approval, by closing and reopening',
      /planned again since the approval/,
      () => {
        lab().plan(pull);
        approve();
        lab().plan(pull, OTHER);
      },
    ],
    [
      'a second pull request has the same commit planned after the approval',
      /planned again since the approval/,
      () => {
        lab().plan(pull);
        approve();
        lab().plan(lab().open('pay-2', 'cy', pull.head.sha), OTHER);
      },
    ],
    [
      'a run after the approval leaves another manifest and fails',
      /planned again since the approval/,
      () => {
        lab().plan(pull);
        approve();
        const run = repository().addRun({ headSha: pull.head.sha, status: 'in_progress', conclusion: null });
        lab().upload(run, OTHER);
        repository().end(run, 'failure');
      },
    ],
    [
      'a run after the approval leaves a manifest that cannot be read',
      /planned again since the approval/,
      () => {
        lab().plan(pull);
        approve();
        const run = repository().addRun({ headSha: pull.head.sha, status: 'in_progress', conclusion: null });
        repository().addArtifact(run.id, 'manifest', { 'manifest.json': '{}' });
      },
    ],
    [
      'the owner approves before the plan is there',
      /run \d+ of `plan.yml` ended after the approval/,
      () => {
        approve();
        lab().plan(pull);
      },
    ],
    [
      'the owner approves while the plan still runs',
      /ended after the approval/,
      () => {
        const run = repository().addRun({ headSha: pull.head.sha, status: 'in_progress', conclusion: null });
        approve();
        lab().finish(run);
      },
    ],
    [
      'the run is started again while the owner approves',
      /planned again since the approval/,
      () => {
        const run = lab().plan(pull);
        repository().rerun(run);
        approve();
        lab().finish(run, OTHER);
      },
    ],
  ])('%s', async (_name, reason, act) => {
    act();
    const { code, stderr, outputs, manifest, summary } = await verify(lab().merge(pull, 'cy'));
    expect(stderr).toMatch(reason);
    expect({ code, manifest, summary }).toEqual({ code: 1, manifest: '', summary: '' });
    expect(outputs).toMatchObject({ 'failure-reason': 'no-approved-plan' });
  });
});

describe('what was reviewed is applied', () => {
  test.each<readonly [string, () => void]>([
    [
      'the run is started again with the same result',
      () => {
        const run = lab().plan(pull);
        approve();
        lab().planAgain(run);
      },
    ],
    [
      'another attempt is under way',
      () => {
        const run = lab().plan(pull);
        approve();
        repository().rerun(run);
      },
    ],
    [
      'the owner approves the newer plan',
      () => {
        const run = lab().plan(pull, OTHER);
        approve();
        lab().planAgain(run);
        approve();
      },
    ],
  ])('%s', async (_name, act) => {
    act();
    const { code, manifest } = await verify(lab().merge(pull, 'cy'));
    expect({ code, digest: JSON.parse(manifest).digest }).toEqual({ code: 0, digest: digestOf('03-add-member') });
  });

  test('the owner approves again, after the merge', async () => {
    lab().plan(pull);
    approve();
    lab().plan(pull, OTHER);
    const commit = lab().merge(pull, 'cy');
    expect((await verify(commit)).code).toBe(1);
    approve();
    const { code, manifest, summary } = await verify(commit);
    expect({ code, digest: JSON.parse(manifest).digest }).toEqual({ code: 0, digest: digestOf(OTHER) });
    expect(summary).toMatch(/^### To be applied: /m);
  });
});

function digestOf(name: string): string {
  return JSON.parse(filesOf(name, { commit: '0'.repeat(40), run: 1 }).manifest).digest;
}
