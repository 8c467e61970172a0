import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import { findingView } from '../../../src/drift/report/finding-view.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import type { Statement } from '../../../src/iam/document.ts';
import type { Announcement } from '../../../src/review/rule/announcements.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { limitsPolicy } from '../../../src/team/documents.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import { plainText } from '../../../src/text/text.ts';
import { AT, all, type Change, edit, name, says, statement, TODAY, write } from '../../support/changed-account.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

const declared = desiredAccess(sampleTeam, TODAY);
const PAY = rolePolicyArn(sampleTeam, 'paymaster');

/** The limits of a member, with Denies that applies wrote. */
const limits = (key: string, given: Pick<Parameters<typeof member>[0], 'withheld' | 'keptDenies'>): Change => {
  const known = sampleTeam.members.find((each) => each.key === key) ?? member({ key });
  const document = limitsPolicy({ ...known, ...given });
  return document === null ? (account) => account : write(key, 'limits', document);
};
const withStatement =
  (arn: string, more: Statement): Change =>
  (account: AccessModel) => {
    const own = account.policies.find((policy) => policy.arn === arn)?.document?.Statement ?? [];
    return edit(arn, says(...(Array.isArray(own) ? own : [own]), more))(account);
  };

const NOTED = {
  user: new Map([
    [name('bo'), 'AIDA-bo'],
    [name('gus'), 'AIDA-gus'],
  ]),
  group: new Map([[name('paymaster'), 'AGPA-paymaster']]),
};
const PRESENT = {
  user: new Map([...NOTED.user, ['bob', 'AIDA-bo'], ['gus-fox', 'AIDA-gus']]),
  group: new Map([...NOTED.group, ['payers', 'AGPA-paymaster']]),
};

function scan(change: Change, announcements: readonly Announcement[] = []) {
  const applied = { team: appliedTeam(sampleTeam, TODAY), begun: [], ids: NOTED };
  const inventory = inventoryOf(change(declared), {}, { ids: PRESENT });
  return scanOf({ team: sampleTeam, today: TODAY, at: AT, inventory, plan: null, applied, announcements }).findings;
}

const inGroupOutside: Change = (account) => ({
  ...account,
  groups: [...account.groups, { name: 'elsewhere', path: '/', attached: [], inline: [] }],
  users: account.users.map((each) =>
    each.name === name('fay') ? { ...each, groups: [...each.groups, 'elsewhere'] } : each,
  ),
});
const outOfReach = (action: string) =>
  write('fay', 'limits', says({ Sid: 'OutOfReach', ...statement('Deny', `mechanicalturk:${action}`) }));

const noBonus = statement('Deny', 'mechanicalturk:SendBonus');
const FULL = rolePolicyArn(sampleTeam, 'full-access');
const { Sid: _sid, ...KEPT } = noBonus;
const noGroups = statement('Deny', 's3:*');

test.each<[string, Change, readonly string[]]>([
  ['what is withheld', limits('bo', { withheld: ['CreateHIT'] }), ['access-withheld/bo: medium, announced']],
  [
    'of a moved user, what is withheld comes back only once it is moved back',
    all(limits('bo', { withheld: ['CreateHIT'] }), (account) => ({
      ...account,
      users: account.users.map((each) => (each.name === name('bo') ? { ...each, path: '/elsewhere/' } : each)),
    })),
    ['access-withheld/bo: medium, manual', 'path-changed/user/bo: low, manual'],
  ],
  [
    'of a renamed user, what is withheld comes back only once the name is back',
    all(limits('bo', { withheld: ['CreateHIT'] }), (account) => ({
      ...account,
      users: account.users.map((each) => (each.name === name('bo') ? { ...each, name: 'bob' } : each)),
    })),
    ['user-renamed/bo: medium, manual'],
  ],
  [
    'beside a renamed user, what is withheld from another',
    all(limits('bo', { withheld: ['CreateHIT'] }), (account) => ({
      ...account,
      users: account.users.map((each) => (each.name === name('gus') ? { ...each, name: 'gus-fox' } : each)),
    })),
    ['access-withheld/bo: medium, announced', 'user-renamed/gus: medium, manual'],
  ],
  [
    "a kept Deny of a role of AWS's policies alone, in a policy that the file does not have",
    (account) => ({
      ...account,
      policies: [...account.policies, { arn: FULL, name: name('full-access'), document: says(KEPT) }],
      groups: account.groups.map((each) =>
        each.name === name('full-access') ? { ...each, attached: [...each.attached, FULL] } : each,
      ),
    }),
    ['deny-kept/group/full-access: medium, manual'],
  ],
  ['a kept Deny of a member', limits('fay', { keptDenies: [noBonus] }), ['deny-kept/user/fay: medium, manual']],
  [
    'a kept Deny of what the member may not do anyway',
    limits('bo', { keptDenies: [noBonus] }),
    ['deny-kept/user/bo: low, manual'],
  ],
  ['a kept Deny of a role', withStatement(PAY, noBonus), ['deny-kept/group/paymaster: medium, manual']],
  [
    'both, beside a last day that the file has',
    limits('gus', { withheld: ['GetHIT'], keptDenies: [statement('Deny', 'mechanicalturk:ListHITs')] }),
    ['access-withheld/gus: medium, announced', 'deny-kept/user/gus: medium, manual'],
  ],
  [
    'a statement with that Sid in the policy of a role is no withheld access',
    withStatement(PAY, { Sid: 'Withheld', ...noBonus }),
    ['policy-changed/paymaster: medium, announced'],
  ],
  [
    'a statement with that Sid under a condition that never holds',
    write('fay', 'limits', says({ Sid: 'Withheld', ...noBonus, Condition: { StringEquals: { 'aws:username': 'x' } } })),
    ['inline-policy-added/user/fay/limits: low, auto'],
  ],
  [
    'a statement with that Sid under a condition that holds',
    write('fay', 'limits', says({ Sid: 'Withheld', ...noBonus, Condition: { StringLike: { 'aws:username': '*' } } })),
    ['inline-policy-added/user/fay/limits: medium, manual'],
  ],
  [
    'a statement with that Sid that denies other services alone',
    write('fay', 'limits', says({ Sid: 'Withheld', ...noGroups })),
    ['inline-policy-added/user/fay/limits: low, auto'],
  ],
  [
    'what an apply writes beside a group outside the path, of who is in none',
    write('fay', 'limits', says({ Sid: 'OutOfReach', ...statement('Deny', '*') })),
    ['inline-policy-added/user/fay/limits: medium, manual'],
  ],
  [
    'beside such a group, what the file does not give',
    all(inGroupOutside, outOfReach('CreateHIT')),
    ['unmanaged-group-membership/fay/elsewhere: low, manual'],
  ],
  [
    'beside such a group, what the file gives, in the same statement',
    all(inGroupOutside, outOfReach('SendBonus')),
    ['inline-policy-added/user/fay/limits: medium, manual', 'unmanaged-group-membership/fay/elsewhere: low, manual'],
  ],
  [
    'an Allow with that Sid',
    write('fay', 'limits', says({ Sid: 'Withheld', ...statement('Allow', '*') })),
    ['inline-policy-added/user/fay/limits/spends: critical, auto'],
  ],
  [
    'an Allow without a Sid in the policy of a role',
    withStatement(PAY, statement('Allow', 'mechanicalturk:CreateHIT')),
    ['policy-changed/paymaster/spends: critical, auto'],
  ],
  [
    'a kept Deny beside a removed last day',
    write('bo', 'limits', says(noGroups)),
    ['deny-kept/user/bo: low, manual', 'inline-policy-removed/user/bo/limits/spends: critical, auto'],
  ],
  [
    'a Deny elsewhere is none that an apply kept',
    write('fay', 'stop', says(noBonus)),
    ['inline-policy-added/user/fay/stop: medium, manual'],
  ],
])('%s', (_what, change, expected) => {
  expect(
    scan(change)
      .map(({ id, severity, remediation }) => `${id}: ${severity}, ${remediation}`)
      .sort(),
  ).toEqual(expected);
});

test('who loses what is said, of a role for each member', () => {
  const [withheld] = scan(limits('bo', { withheld: ['CreateHIT'] }));
  expect(withheld?.changes).toMatchObject([{ user: name('bo'), operations: { gained: [], lost: ['CreateHIT'] } }]);
  expect(withheld?.data).toEqual({ user: name('bo'), operations: ['CreateHIT'], from: null });
  const [kept] = scan(withStatement(PAY, noBonus));
  expect(kept?.changes).toMatchObject([{ user: name('fay'), operations: { lost: ['SendBonus'] } }]);
  expect(kept?.data).toEqual({ holder: { kind: 'group', name: name('paymaster') }, operations: ['SendBonus'] });
});

test('what is announced says from when, and only for that member', () => {
  const change = all(limits('bo', { withheld: ['CreateHIT'] }), limits('fay', { withheld: ['SendBonus'] }));
  const at = '2026-11-25T05:00:00.000Z';
  const announced = { kind: 'operations' as const, key: 'bo', operations: ['CreateHIT' as const], until: null, at };
  const found = scan(change, [announced]);
  expect(found.map(({ data }) => ('from' in data ? data.from : ''))).toEqual(['2026-11-26T01:00:00.000Z', null]);
  const names = namingOf(sampleTeam);
  const texts = found.map((each) => {
    const { title, detail, toFix } = findingView(each, names, { reconcile: 'all' });
    return [title, ...(detail === null ? [] : [detail]), toFix].map(plainText);
  });
  expect(texts).toEqual([
    [
      'Access of Bo Chen (bo) taken by a manual change and withheld',
      'Announced: reconcile gives it back after 26 Nov 2026 01:00 UTC. To prevent that, merge a change before.',
      'Give it back now with mturk-team apply --restore bo.',
    ],
    [
      'Access of Nguyễn Thị Ánh (fay) taken by a manual change and withheld',
      'An apply does not give back what someone took in AWS.',
      'Give it back now with mturk-team apply --restore fay.',
    ],
  ]);
});

test('another user of a member’s name can do less by what was withheld from the member', () => {
  const idOf = (id: string) => ({ user: new Map([[name('bo'), id]]), group: new Map() });
  const applied = { team: appliedTeam(sampleTeam, TODAY), begun: [], ids: idOf('A') };
  const inventory = { ...inventoryOf(limits('bo', { withheld: ['CreateHIT'] })(declared)), ids: idOf('B') };
  const { findings } = scanOf({ team: sampleTeam, today: TODAY, at: AT, inventory, plan: null, applied });
  const gained = findings.flatMap(({ changes }) => changes.flatMap(({ operations }) => operations.gained));
  expect(findings.map(({ rule }) => rule)).toContain('user-recreated');
  expect(gained).toContain('GetHIT');
  expect(gained).not.toContain('CreateHIT');
});
