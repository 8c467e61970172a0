import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { actionOf, OPERATIONS } from '../../../src/catalog/mturk.ts';
import { RETIRED_OPERATIONS } from '../../../src/catalog/retired.ts';
import { retiredIn } from '../../../src/drift/rules/retired-operations.ts';
import type { Statement } from '../../../src/iam/document.ts';
import {
  all,
  attach,
  changeGroup,
  name,
  says,
  scanOfAccount,
  statement,
  stopArn,
  TODAY,
  withPolicy,
  withUser,
} from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const not = (effect: 'Allow' | 'Deny', ...actions: readonly string[]): Statement => ({
  Effect: effect,
  NotAction: actions,
  Resource: '*',
});

test.each<[string, Statement, readonly string[]]>([
  [
    'the tutorial: everything but the bonus',
    statement('Deny', 'mechanicalturk:GrantBonus'),
    ['Deny GrantBonus -> SendBonus'],
  ],
  [
    "the tutorial's reader",
    statement('Allow', ['mechanicalturk:SearchHITs', 'mechanicalturk:GetHIT', 'mechanicalturk:GetAssignmentsForHIT']),
    ['Allow SearchHITs -> ListHITs', 'Allow GetAssignmentsForHIT -> ListAssignmentsForHIT'],
  ],
  ['in any case', statement('Deny', 'MechanicalTurk:grantbonus'), ['Deny GrantBonus -> SendBonus']],
  [
    'without a successor',
    statement('Allow', 'mechanicalturk:GetRequesterStatistic'),
    ['Allow GetRequesterStatistic -> '],
  ],
  [
    'a pattern that matches old names alone',
    statement('Allow', 'mechanicalturk:Search*'),
    ['Allow Search* -> ListHITs ListQualificationTypes'],
  ],
  ['a pattern that matches one old name', statement('Deny', 'mechanicalturk:GrantB*'), ['Deny GrantB* -> SendBonus']],
  [
    'an exception from an Allow is meant to deny',
    not('Allow', 'mechanicalturk:GrantBonus'),
    ['Deny GrantBonus -> SendBonus'],
  ],
  [
    'an exception from a Deny is meant to allow',
    not('Deny', 'mechanicalturk:GrantBonus'),
    ['Allow GrantBonus -> SendBonus'],
  ],
  ['everything', statement('Allow', '*'), []],
  ['everything of Mechanical Turk', statement('Allow', 'mechanicalturk:*'), []],
  ['a pattern that matches old and current names', statement('Allow', 'mechanicalturk:Get*'), []],
  ['names that are still there', statement('Allow', ['mechanicalturk:GetHIT', 'mechanicalturk:ApproveAssignment']), []],
  ['what never was a name', statement('Allow', 'mechanicalturk:GetHITs'), []],
  ['a pattern that never matched a name', statement('Allow', 'mechanicalturk:Grants*'), []],
  ['another service', statement('Allow', 's3:GrantBonus'), []],
])('%s', (_what, given, expected) => {
  const found = retiredIn(says(given));
  expect(found.map(({ effect, name, successors }) => `${effect} ${name} -> ${successors.join(' ')}`)).toEqual(expected);
});

test('every old name is dead or current, and no current one is dead', () => {
  const old = Object.keys(RETIRED_OPERATIONS);
  const dead = retiredIn(
    says(
      statement(
        'Deny',
        old.map((each) => `mechanicalturk:${each}`),
      ),
    ),
  );
  expect(dead.length).toBe(29);
  expect(retiredIn(says(statement('Deny', OPERATIONS.map(actionOf))))).toEqual([]);
});

test('who has such a policy is said, and weighs what was meant to be denied and the file does not give', () => {
  const arn = stopArn('no-bonus');
  const account = all(
    withPolicy(arn, says(statement('Deny', 'mechanicalturk:GrantBonus'))),
    withUser({ name: 'zoe', inline: [{ name: 'all', document: says(statement('Allow', 'mechanicalturk:*')) }] }),
    changeGroup('paymaster', ({ attached }) => ({ attached: [...attached, arn] })),
  )(desiredAccess(sampleTeam, TODAY));
  const dead = (model: typeof account) =>
    scanOfAccount({ account: model }).findings.flatMap(({ rule, data, risk }) =>
      rule === 'retired-operations' ? [[data.users, risk]] : [],
    );
  expect(dead(account)).toEqual([[[name('fay')], null]]);
  const zoe = {
    ...account,
    users: account.users.map((user) => (user.name === 'zoe' ? { ...user, attached: [arn] } : user)),
  };
  expect(dead(zoe)).toEqual([[[name('fay'), 'zoe'], 'spends']]);
  expect(dead(attach('bo', arn)(account))).toEqual([[[name('bo'), name('fay')], null]]);
});

test('what the lab itself writes has none', () => {
  const { policies, users } = desiredAccess(sampleTeam, TODAY);
  const documents = [...policies, ...users.flatMap(({ inline }) => inline)].flatMap(({ document }) => document ?? []);
  expect(documents.flatMap(retiredIn)).toEqual([]);
});
