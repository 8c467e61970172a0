import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { testInTurn } from '../support/exhaustive.ts';
import { labsOfOneAccount } from '../support/labs-of-one-account.ts';

const test = testInTurn(1);

const labs = labsOfOneAccount();
const { mturk } = labs;
const FILE = { roles: { reader: 'results:read' }, members: { ada: ['reader'], bo: ['reader'] } };
afterAll(() => labs.remove());

test("the record of another lab whose first apply has begun is refused as another lab's", async () => {
  labs.write('vision', FILE);
  await labs.bound('vision');
  expect((await mturk('vision', 'apply', '--yes')).code).toBe(0);
  // As if the first apply had been killed right after it wrote what it begins, before its first call.
  const file = labs.kept('vision/apply-record.json');
  const record = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(
    file,
    JSON.stringify({ ...record, team: null, owners: [], begun: [record.team], ids: { user: {}, group: {} } }),
  );
  rmSync(labs.kept('state/vision_team.tfstate'));
  labs.write('sound', { ...FILE, key: 'vision' });
  await labs.bound('sound');
  const plan = await mturk('sound', 'plan');
  const apply = await mturk('sound', 'apply', '--yes');
  const now = JSON.parse(readFileSync(file, 'utf8'));
  expect({ plan: plan.stderr, apply: apply.stderr, lab: (now.team ?? now.begun[0]).lab }).toEqual({
    plan: expect.stringContaining('error[state-of-another-lab]'),
    apply: expect.stringContaining('error[state-of-another-lab]'),
    lab: 'vision',
  });
});
