import { succeed } from '../../../src/diagnostics/failure.ts';
import type { GitHub } from '../../../src/github/port.ts';
import { newOwnerIds } from '../../../src/review/approval/approval.ts';
import { isOwner, NO_ACCOUNT, ownersOf } from '../../../src/review/approval/owners.ts';
import { member } from '../../support/sample-team.ts';

const team = { owners: ['ada', 'bo'], members: ['ada', 'bo'].map((key) => member({ key, github: key })) };

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
  // An administrator knows better.
  expect(ownersOf(team, owners, new Map([['bo', 99]])).some((owner) => isOwner(owner, { id: 99, login: 'bo' }))).toBe(
    true,
  );
});
