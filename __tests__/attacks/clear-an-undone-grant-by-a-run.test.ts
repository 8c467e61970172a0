import { writeFileSync } from 'node:fs';
import { approvalInTest, pays } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, approve, clone, check } = approvalInTest();

/** What the job of `called-apply.yml` runs after its check of the approval. */
const workflow = (checked: Awaited<ReturnType<typeof check>>) => [
  ...['--commit', lab().main, '--owner-ids', `${checked.outputs['owner-ids']}`],
  ...['--applied-at', `${checked.outputs['applied-at']}`, '--result', 'result.json'],
];

test.each(['of no commit', 'of the commit that was applied before, while main has a newer README'])(
  'a grant that an administrator applied and took back by a file %s is not given by its earlier approval, though a workflow applied since',
  async (undo) => {
    const { pull, apply, write, recorded } = clone();
    const before = lab().main;
    pull(before);
    expect((await apply()).code).toBe(0);
    // Changes nothing that an apply is about: no workflow runs for it.
    const main = lab().pushFiles('main', { 'README.md': 'x' });
    const change = lab().propose('pays', 'cy', pays('cy'));
    approve(change, 'ada');
    // An administrator applies the branch, and takes it back.
    pull(change.head.sha);
    expect((await apply()).code).toBe(0);
    if (undo === 'of no commit') write('team.yaml', lab().teamAt(before));
    else pull(before);
    expect((await apply()).code).toBe(0);
    await record(recorded(), main);
    // Cy, a writer, starts the workflow `apply`: nothing to do.
    const first = await check();
    expect(first.code).toBe(0);
    pull(main);
    expect((await apply(...workflow(first))).code).toBe(0);
    await record(recorded(), main);
    // Cy merges the pull request, whose approval is from before.
    const granted = lab().merge(change, 'cy');
    const second = await check();
    pull(granted);
    const again = second.code === 0 ? await apply(...workflow(second)) : second;
    const roles = recorded().team.members.find(({ key }: { key: string }) => key === 'cy').roles;
    expect({ check: second.code, apply: again.code, roles }).toEqual({ check: 1, apply: 1, roles: ['reader'] });
  },
);

test('nor is it, if the run ends one that was cancelled', async () => {
  const { pull, apply, record: file, recorded } = clone();
  const { main } = lab();
  pull(main);
  expect((await apply()).code).toBe(0);
  const change = lab().propose('pays', 'cy', pays('cy'));
  approve(change, 'ada');
  // An administrator applies the branch, and takes it back in a checkout of main.
  pull(change.head.sha);
  expect((await apply()).code).toBe(0);
  pull(main);
  expect((await apply()).code).toBe(0);
  // What a reconcile, or a run of the workflow `apply`, leaves that Cy cancels.
  writeFileSync(file, JSON.stringify({ ...recorded(), begun: [recorded().team] }));
  await record(recorded(), main);
  const first = await check();
  expect(first.code).toBe(0);
  expect((await apply(...workflow(first))).code).toBe(0);
  expect(recorded()).toMatchObject({ begun: [], commit: main });
  await record(recorded(), main);
  lab().merge(change, 'cy');
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
});
