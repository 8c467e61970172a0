import { desiredAccessBeforeDeletions } from '../../../src/access/sources/desired.ts';
import { ruleFor } from '../../../src/review/rule/rule.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import type { Role, Team } from '../../../src/team/team.ts';
import { role, smallTeam } from '../../support/sample-team.ts';

const DAY = '2026-11-25';
const bo = (roles: readonly string[], ...of: readonly Role[]): Team => ({
  ...smallTeam,
  roles: of,
  members: smallTeam.members.filter(({ key }) => key === 'bo').map((each) => ({ ...each, roles })),
});
const senders = role({ key: 'c', allow: ['SendBonus'] });

/** The apply ended between its update of a policy and the call after that. */
test.each([
  [
    'a role denies what another one gives, and the member leaves it',
    bo(['a', 'c'], role({ key: 'a', allow: ['GetHIT'] }), senders),
    bo(['c'], role({ key: 'a', allow: ['GetHIT'], deny: ['SendBonus'] }), senders),
  ],
  [
    'an operation moves from one role of the member to another',
    bo(['a', 'b'], role({ key: 'a', allow: ['GetHIT', 'SendBonus'] }), role({ key: 'b', allow: ['GetHIT'] })),
    bo(['a', 'b'], role({ key: 'a', allow: ['GetHIT'] }), role({ key: 'b', allow: ['GetHIT', 'SendBonus'] })),
  ],
])('no unfinished apply is taken for a manual change: %s', (_what, before, after) => {
  const arn = rolePolicyArn(before, 'a');
  const [first, next] = [before, after].map(desiredAccessBeforeDeletions);
  const updated = next?.policies.find((policy) => policy.arn === arn);
  const { users = [], groups = [], policies = [] } = first ?? {};
  const access = {
    ...{ account: before.account, users, groups },
    policies: policies.map((policy) => (policy.arn === arn && updated !== undefined ? updated : policy)),
  };
  const idsOf = (all: readonly { readonly name: string }[]) => new Map(all.map(({ name }) => [name, name]));
  const ids = { user: idsOf(users), group: idsOf(groups) };
  const applied = { team: appliedTeam(before, DAY), begun: [appliedTeam(after, DAY)], ids };
  for (const team of [after, before]) {
    expect(ruleFor({ team, today: DAY, applied, account: { access, ids }, restore: new Set() }).withheld).toEqual([]);
  }
});
