import { attackedLabs, commentOf } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const ROLES = `
  bonus-payer: { allow: [ results:read, pay:approve, pay:reject, pay:bonus, account:read ] }
  no-bonus: { allow: [ results:read, pay:bonus ], deny: [ pay:bonus ] }
  full-access: { managed: [ AmazonMechanicalTurkFullAccess ] }
`;
const FAY = '  fay: { name: Nguyễn Thị Ánh, roles: [ paymaster ] }\n';
const labs = attackedLabs((file) =>
  file.replace('roles:\n', `roles:${ROLES}`).replace(FAY, `${FAY}  hal: { name: Hal Ito, roles: [ full-access ] }\n`),
);
beforeAll(labs.prepare);
afterAll(labs.remove);

type Edits = readonly (readonly [from: string, to: string])[];
const MERGED: readonly (readonly [string, merged: Edits, proposed: Edits, key: string])[] = [
  [
    'moves a member to another role, this one to a third',
    [[FAY, FAY.replace('paymaster', 'results-reader')]],
    [[FAY.replace('paymaster', 'results-reader'), FAY.replace('paymaster', 'bonus-payer')]],
    'fay',
  ],
  [
    'lets a member leave, this one join another role',
    [
      [FAY, ''],
      ['departed:\n', 'departed:\n  fay: { left: "2026-11-24", reason: x }\n'],
    ],
    [
      ['  fay: { left: "2026-11-24", reason: x }\n', ''],
      ['  hal:', `${FAY.replace('paymaster', 'bonus-payer')}  hal:`],
    ],
    'fay',
  ],
  [
    'renames and narrows a role, this one renames and widens it',
    [
      ['  paymaster:', '  payer:'],
      ['[ paymaster ]', '[ payer ]'],
      ['pay:approve, pay:reject, pay:bonus, account:read ]\n', 'pay:approve, account:read ]\n'],
    ],
    [
      ['  payer:', '  pay-team:'],
      ['[ payer ]', '[ pay-team ]'],
      ['pay:approve, account:read ]\n', 'pay:approve, pay:bonus, account:read ]\n'],
    ],
    'fay',
  ],
  [
    'puts a member into a role that denies, this one takes them out',
    [['[ paymaster ]', '[ paymaster, no-bonus ]']],
    [['[ paymaster, no-bonus ]', '[ paymaster ]']],
    'fay',
  ],
  [
    'freezes, this one ends that for a role with nothing but AWS’s policy',
    [['freeze: []', 'freeze: [ pay:bonus ]']],
    [['freeze: [ pay:bonus ]', 'freeze: []']],
    'hal',
  ],
];

test.each(MERGED)('where an earlier change that waits %s, the comment says who gains', (_what, merged, proposed, key) =>
  labs.attack(async (lab) => {
    for (const [from, to] of merged) lab.edit(from, to);
    const comment = await commentOf(lab, () => {
      for (const [from, to] of proposed) lab.edit(from, to);
    });
    expect(comment).toMatch(new RegExp(`^> \\*\\*.*\\(\`${key}\`\\)\\*\\*.* will be able to .*pay bonuses`, 'm'));
    expect(comment).not.toContain('descriptive fields');
  }),
);
