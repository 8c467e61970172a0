import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operationsOf } from '../../src/catalog/mturk.ts';
import { type Emulator, openEmulator } from '../../src/emulator/emulator.ts';
import type { Team } from '../../src/team/team.ts';
import { findEngine } from '../../src/terraform/run/engine.ts';
import { appliedIn, emulatorWorkspace, plannedIn } from '../support/emulator-workspace.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { orThrow } from '../support/lab-in-test.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';

type Side = Partial<Pick<Team, 'roles' | 'members'>>;

const READ = operationsOf('results:read');
const reader = role({ key: 'reader', allow: READ });
const wide = role({ key: 'payer', allow: [...READ, ...operationsOf('pay:bonus')] });
const narrow = role({ key: 'payer', allow: READ });
const fullButBonus = role({ key: 'payer', managed: ['AmazonMechanicalTurkFullAccess'], deny: ['SendBonus'] });
const suspended = member({ key: 'bo', roles: ['payer'], suspended: true });
const free = member({ key: 'bo', roles: ['payer'] });

/** Each: before, after, and the IAM calls of the second apply that must come in this order. */
const CHANGES: [string, Side, Side, string[]][] = [
  ['a suspended member joins', {}, { members: [suspended] }, ['PutUserPolicy', 'AddUserToGroup']],
  [
    'a suspended member leaves',
    { members: [suspended] },
    {},
    ['RemoveUserFromGroup', 'DeleteUserPolicy', 'DeleteUser'],
  ],
  [
    'a suspended member leaves while their role is removed',
    { members: [suspended] },
    { roles: [reader] },
    ['RemoveUserFromGroup', 'DeleteUserPolicy', 'DeleteUser'],
  ],
  [
    'a role narrows while one joins',
    {},
    { roles: [reader, narrow], members: [free] },
    ['CreatePolicyVersion', 'AddUserToGroup'],
  ],
  [
    "AWS's policy goes together with the Deny that tempered it",
    { roles: [reader, fullButBonus], members: [free] },
    { roles: [reader, narrow], members: [free] },
    ['DetachGroupPolicy', 'CreatePolicyVersion'],
  ],
];

const engine = orThrow(await findEngine({ env: { PATH: '' }, account: 'emulator' }));
let emulator: Emulator;
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mturk-team-order-'));
  emulator = await openEmulator({ dir: null, accountId: sampleTeam.account });
});
afterEach(async () => {
  await emulator.close();
  await rm(directory, { recursive: true, force: true });
});

/** Applies a stack of the team and gives the names of the IAM calls that it made. */
async function apply(side: Side, stack: 'team' | 'bootstrap'): Promise<string[]> {
  const team = { ...sampleTeam, roles: [reader, wide], members: [], ...side };
  const workspace = await emulatorWorkspace(emulator, directory, stack, team, { engine });
  const plan = await plannedIn(workspace);
  const before = emulator.calls.length;
  await appliedIn(workspace, plan);
  return emulator.calls.slice(before).map(({ action }) => action);
}

test.each(sampleOf(CHANGES, 1))('%s', async (_what, before, after, order) => {
  await apply({}, 'bootstrap');
  await apply(before, 'team');
  const calls = await apply(after, 'team');
  for (const [index, first] of order.entries()) {
    expect(calls).toContain(first);
    const next = order[index + 1];
    if (next !== undefined) expect(calls.lastIndexOf(first)).toBeLessThan(calls.indexOf(next));
  }
});
