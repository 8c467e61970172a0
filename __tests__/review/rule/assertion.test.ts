import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { gainsBeyond, heldBeyond } from '../../../src/review/rule/assertion.ts';
import { labPath, rolePolicyArn } from '../../../src/team/names.ts';
import {
  AT,
  all,
  attach,
  type Change,
  changeGroup,
  changeUser,
  edit,
  FULL,
  name,
  putInto,
  says,
  statement,
  stopArn,
  TODAY,
  takeOut,
  withMember,
  withPolicy,
  withUser,
  write,
} from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const account = desiredAccess(sampleTeam, TODAY);
const bonus = statement('Allow', 'mechanicalturk:SendBonus');
const path = '/mturk/perception-lab/';

describe('before an apply: who would gain what the written team does not give', () => {
  const withheld = withMember('fay', { withheld: ['SendBonus'] });
  const payArn = rolePolicyArn(sampleTeam, 'paymaster');
  const zoe = withUser({ name: 'zoe', groups: [name('paymaster')] });
  const outside = all(
    zoe,
    changeGroup('paymaster', () => ({ path: '/elsewhere/' })),
  );
  const narrow = edit(payArn, says(statement('Allow', 'mechanicalturk:GetHIT')));
  test.each<[string, AccessModel, AccessModel, typeof sampleTeam, readonly string[]]>([
    ['a plan of the team gives no one more', takeOut('fay', name('paymaster'))(account), account, sampleTeam, []],
    [
      'a plan that gives more',
      account,
      write('fay', 'x', says(bonus, statement('Allow', 'mechanicalturk:CreateHIT')))(account),
      sampleTeam,
      [name('fay')],
    ],
    [
      'a plan that gives back what is withheld',
      takeOut('fay', name('paymaster'))(account),
      account,
      withheld,
      [name('fay')],
    ],
    [
      'what a member had before is no gain',
      write('fay', 'x', says(statement('Allow', '*')))(account),
      write('fay', 'x', says(statement('Allow', '*')))(account),
      sampleTeam,
      [],
    ],
    ['a user who is no member', account, withUser({ name: 'zoe', attached: [FULL] })(account), sampleTeam, []],
    ['a user in a role’s group outside the path, whose policy stays', outside(account), account, sampleTeam, []],
    [
      'a user in a role’s group outside the path, whose policy gives more',
      ...([all(outside, narrow)(account), account, sampleTeam, ['zoe']] as const),
    ],
    [
      'a user under the path whom the plan does not have, with a policy of a role that gives more',
      ...([
        all(withUser({ name: 'zoe', path: labPath(sampleTeam.lab), attached: [payArn] }), narrow)(account),
        account,
      ] as const),
      ...([sampleTeam, ['zoe']] as const),
    ],
    [
      'a member’s user at another path, with a policy of a role that gives more',
      ...([
        all(
          changeUser('bo', () => ({ path: '/elsewhere/', attached: [payArn], groups: [] })),
          narrow,
        )(account),
        account,
      ] as const),
      ...([sampleTeam, [name('bo')]] as const),
    ],
    [
      'a user in the group of a role, which they leave',
      ...([all(zoe, narrow)(account), account, sampleTeam, []] as const),
    ],
  ])('%s', (_what, before, planned, written, expected) => {
    expect(
      gainsBeyond(
        before,
        { recorded: account, before: account, after: planned },
        { team: written, renamed: [] },
        AT,
      ).map(({ user }) => user),
    ).toEqual(expected);
  });
});

const renamed = [{ user: 'bob', limits: says(statement('Deny', 'mechanicalturk:*')) }];

describe('after an apply: who may do more through the lab than the written team gives', () => {
  const withBonus = edit(rolePolicyArn(sampleTeam, 'results-reader'), says(statement('Allow', 'mechanicalturk:*')));
  test.each<[string, Change, readonly string[]]>([
    ['no one', (same) => same, []],
    ['a policy of a role that allows more', withBonus, [name('bo')]],
    [
      'a policy attached to a role',
      all(
        withPolicy(stopArn('x'), says(bonus)),
        changeGroup('results-reader', ({ attached }) => ({ attached: [...attached, stopArn('x')] })),
      ),
      [name('bo')],
    ],
    [
      'a policy attached to a member',
      all(withPolicy(stopArn('x'), says(bonus)), attach('bo', stopArn('x'))),
      [name('bo')],
    ],
    ['a member in the group of another role', putInto('bo', name('paymaster')), [name('bo')]],
    ['a user who is no member in a group of the lab', withUser({ name: 'zoe', groups: [name('paymaster')] }), ['zoe']],
    [
      'a user of the account who is in none',
      all(withPolicy(stopArn('x'), says(bonus)), withUser({ name: 'zoe', path: '/', attached: [stopArn('x')] })),
      [],
    ],
    [
      'a user under the path who is no member, which is a finding of its own',
      all(withPolicy(stopArn('x'), says(bonus)), withUser({ name: 'zoe', path, attached: [stopArn('x')] })),
      [],
    ],
    [
      'a member’s user under another name',
      all(withPolicy(stopArn('x'), says(bonus)), withUser({ name: 'bob', path, attached: [stopArn('x')] })),
      ['bob'],
    ],
    ['a group that is not the lab’s', all(withPolicy(stopArn('x'), says(bonus)), putInto('bo', 'helpers')), []],
  ])('%s', (_what, change, expected) => {
    expect(heldBeyond(change(account), { team: sampleTeam, renamed }, AT).map(({ user }) => user)).toEqual(expected);
  });

  test('no one through a group that has the name of a role, but is not the lab’s', () => {
    const roles = sampleTeam.roles.map((each) => (each.key === 'paymaster' ? { ...each, withoutGroup: true } : each));
    const { members } = withMember('fay', { roles: [] });
    expect(heldBeyond(account, { team: { ...sampleTeam, roles, members }, renamed }, AT)).toEqual([]);
  });

  test('the operations are named, in catalog order', () => {
    const change = all(withPolicy(stopArn('x'), says(bonus)), attach('bo', stopArn('x')));
    expect(heldBeyond(change(account), { team: sampleTeam, renamed }, AT)).toEqual([
      { user: name('bo'), operations: ['SendBonus'] },
    ]);
  });
});
