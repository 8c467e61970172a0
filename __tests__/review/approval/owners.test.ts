import { succeed } from '../../../src/diagnostics/failure.ts';
import type { GitHub } from '../../../src/github/port.ts';
import { newOwnerIds } from '../../../src/review/approval/approval.ts';
import { approvesAlone, isOwner, NO_ACCOUNT, ownersOf } from '../../../src/review/approval/owners.ts';
import { member } from '../../support/sample-team.ts';

const team = { owners: ['ada', 'bo'], members: ['ada', 'bo'].map((key) => member({ key, github: key })) };

test('owners have a login, and a member with one is not yet an owner', () => {
  const members = ['ada', 'bo', 'cy'].map((key) => member({ key, github: key === 'bo' ? null : key }));
  expect(ownersOf({ owners: ['ada', 'bo'], members }, []).map(({ key }) => key)).toEqual(['ada']);
});

test.each([
  [['ada'], true, true],
  [['ada'], false, false],
  [['ada', 'bo'], true, false],
])('of %j, with self-approval %p, one approves alone: %p', (owners, selfApproval, isAlone) => {
  expect(approvesAlone({ owners, members: [], settings: { selfApproval } })).toBe(isAlone);
});

test('who takes the login of an owner without an account later is no owner', async () => {
  const github = { idOf: async (login: string) => succeed(login === 'ada' ? 7 : null) } as Partial<GitHub> as GitHub;
  expect(await newOwnerIds(github, ownersOf(team, []))).toEqual(succeed(`ada=7,bo=${NO_ACCOUNT}`));
  const ids = new Map([
    ['ada', 7],
    ['bo', NO_ACCOUNT],
  ]);
  const owners = ownersOf(team, ownersOf(team, [], ids));
  expect(await newOwnerIds(github, owners)).toEqual(succeed(''));
  expect(owners.filter((owner) => isOwner(owner, { id: 99, login: 'bo' }))).toEqual([]);
  // GitHub counts accounts from 1.
  expect(NO_ACCOUNT).toBeLessThan(1);
  // An administrator knows better.
  expect(ownersOf(team, owners, new Map([['bo', 99]])).some((owner) => isOwner(owner, { id: 99, login: 'bo' }))).toBe(
    true,
  );
});
