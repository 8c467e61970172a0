import { readFileSync, writeFileSync } from 'node:fs';
import { newIdentity } from '../../src/keys/encryption.ts';
import { type AttackedLab, attackedLabs, TODAY } from '../support/attacked-lab.ts';
import { runHere } from '../support/command.ts';

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

/** The comment on a pull request that changes what is merged by an edit. */
async function commentOf(lab: AttackedLab, edit: () => void): Promise<string> {
  writeFileSync(lab.path('base.yaml'), readFileSync(lab.path('team.yaml')));
  edit();
  await lab.mturk(TODAY, 'plan', '--base', 'base.yaml', '--manifest', 'm.json');
  const args = ['preview', '--base', 'base.yaml', '--manifest', 'm.json', '--format', 'markdown', '--today', TODAY];
  return (await runHere(args, { cwd: lab.path('.') })).stdout;
}

const { recipient } = await newIdentity();

/** What a refused merge has: nothing of it is for Terraform. */
const REFUSED = [
  ['    sponsor: ada', `    sponsor: ada\n    github: bo-mallory\n    recipient: ${recipient}`],
  ['owners: [ ada ]', 'owners: [ ada, bo ]'],
  ['  reconcile: all', '  neighbors: [ other-lab ]\n  reconcile: none'],
] as const;

const edits = (lab: AttackedLab, pairs: readonly (readonly [string, string])[]) => {
  for (const [from, to] of pairs) lab.edit(from, to);
};

const SHOWN = [
  /Owners:\*{0,2} `?bo`? can approve changes/,
  /Approver:\*{0,2} for owner `?bo`?, GitHub login `?bo-mallory/,
  /Neighbors:/,
  /Reconcile:/,
  /Recipient:\*{0,2} access keys of Bo Chen \(`?bo`?\)/,
];

test('what was merged and refused is in the comment on a later pull request, which does not propose it', () =>
  labs.attack(async (lab) => {
    edits(lab, REFUSED);
    const comment = await commentOf(lab, () => lab.edit("name: Ada O'Neill", "name: Ada M. O'Neill"));
    expect(comment).toMatch(/^### If merged: only descriptive fields change$/m);
    const [, earlier = ''] = comment.split('**Merged earlier and not applied yet:**');
    for (const setting of SHOWN) expect(earlier).toMatch(setting);
    expect(comment).toMatch(/^> \*\*Also applies what was merged earlier:\*\* .*Owners:/m);
    expect(comment).toMatch(/did Bo Chen \(`bo`\) confirm the recipient/);

    const undone = await commentOf(lab, () =>
      edits(
        lab,
        REFUSED.map(([from, to]) => [to, from]),
      ),
    );
    expect(undone).toContain('`bo` can no longer approve changes');
    expect(undone).not.toContain('earlier');
  }));

test('a terminal shows and asks what no Terraform does: who approves, what silences, where keys go', () =>
  labs.attack(async (lab) => {
    edits(lab, REFUSED);
    const refused = await lab.mturk(TODAY, 'apply');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-confirmed]') });
    const text = refused.stdout.replace(/\s+/g, ' ');
    for (const setting of SHOWN) expect(text).toMatch(setting);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.mturk(TODAY, 'apply')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing changes'),
    });
  }));
