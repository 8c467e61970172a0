import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import type { DriftFinding } from '../../../src/drift/finding.ts';
import { findingView, worstText } from '../../../src/drift/report/finding-view.ts';
import type { Statement } from '../../../src/iam/document.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import { plainText } from '../../../src/text/text.ts';
import {
  after,
  all,
  type Change,
  changeUser,
  edit,
  name,
  putInto,
  says,
  scanOfAccount,
  statement,
  TODAY,
  takeOut,
  withMember,
  withUser,
  write,
} from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

/** Bo, who publishes, begins on 10 Jan 2027. */
const team = withMember('bo', { from: '2027-01-10' });

const PAYS =
  'Can spend money: approve work, pay bonuses; harm workers: reject work; also view the balance, from 10 Jan 2027';

test.each<[string, Change, string[]]>([
  ['an account as team.yaml says', (account) => account, []],
  [
    'what a manual change grants from that day on',
    putInto('bo', name('paymaster')),
    [`critical: Bo Chen (bo) added to paymaster: ${PAYS}`],
  ],
  [
    'the Deny before that day, deleted',
    changeUser('bo', (user) => ({ ...user, inline: [] })),
    [
      'critical: Inline policy limits of Bo Chen (bo) deleted: Can spend money: publish HITs; also manage HITs, read results',
    ],
  ],
])('%s', (_what, change, expected) => {
  const { findings } = scanOfAccount({ team, account: change(desiredAccess(team, TODAY)) });
  const texts = findings.map((finding) => {
    const { title, effect } = findingView(finding, namingOf(team));
    return `${finding.severity}: ${plainText(title)}: ${plainText(effect)}`;
  });
  expect(texts).toEqual(expected);
});

const of = (statements: readonly Statement[]): readonly DriftFinding[] =>
  scanOfAccount({ account: write('bo', 'x', says(...statements))(desiredAccess(sampleTeam, TODAY)) }).findings;
const allow = (operations: readonly string[], more: object = {}) =>
  statement(
    'Allow',
    operations.map((each) => `mechanicalturk:${each}`),
    more,
  );
const later = after('2027-01-01');

test.each<[string, readonly Statement[], string]>([
  [
    'what is gained now is not dated later, beside what is worse',
    [allow(['RejectAssignment', 'DeleteHIT']), allow(['RejectAssignment', 'DeleteHIT', 'SendBonus'], later)],
    'Can harm workers: reject work; delete data: delete HITs. Can spend money: pay bonuses, from 1 Jan 2027',
  ],
  [
    'what depends on a condition',
    [
      allow(['SendBonus', 'RejectAssignment'], { Condition: { StringEquals: { 'aws:ResourceAccount': '1' } } }),
      allow(['RejectAssignment']),
    ],
    'Can harm workers: reject work. Depending on a condition, can spend money: pay bonuses',
  ],
  [
    'what depends on one is still gained later without it',
    [
      allow(['SendBonus'], { Condition: { StringEquals: { 'aws:ResourceAccount': '1' } } }),
      allow(['SendBonus'], later),
    ],
    'Depending on a condition, can spend money: pay bonuses. Can spend money: pay bonuses, from 1 Jan 2027',
  ],
])('%s', (_what, statements, expected) => {
  const [finding] = of(statements);
  expect(plainText(findingView(finding!, namingOf(sampleTeam)).effect)).toBe(expected);
});

test.each<[string, Statement[], string, string]>([
  ['for sure', [allow(['*'])], 'Unmanaged user eve has full access', 'eve can use all of Mechanical Turk'],
  [
    'only with MFA',
    [allow(['*'], { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })],
    'Unmanaged user eve',
    'eve can use all of Mechanical Turk, depending on a condition',
  ],
])('a user of no member can do everything %s', (_what, statements, title, worst) => {
  const eve = withUser({ name: 'eve', inline: [{ name: 'own', document: says(...statements) }] });
  const [finding] = scanOfAccount({ account: eve(desiredAccess(sampleTeam, TODAY)) }).findings;
  const naming = namingOf(sampleTeam);
  const { who, can } = worstText(finding!, naming)!;
  expect(plainText(findingView(finding!, naming).title)).toBe(title);
  expect(`${plainText(who)} ${plainText(can)}`).toBe(worst);
});

test('what a policy denies beside what it gives is kept, and not given back later', () => {
  const deny = statement('Deny', 'mechanicalturk:CreateHIT');
  const [finding] = of([allow(['DeleteHIT']), deny]);
  const toFix = plainText(findingView(finding!, namingOf(sampleTeam), { reconcile: 'all' }).toFix);
  expect(toFix).toBe('Reverted automatically; a Deny is kept.');
  const [edited] = scanOfAccount({
    account: edit(rolePolicyArn(sampleTeam, 'paymaster'), says(allow(['DeleteHIT'])))(desiredAccess(sampleTeam, TODAY)),
  }).findings;
  const texts = (['additions', 'all'] as const).map((reconcile) =>
    plainText(findingView(edited!, namingOf(sampleTeam), { reconcile }).toFix),
  );
  expect(texts).toEqual([
    'Reverted automatically; what was taken is withheld.',
    'Reverted automatically; what was taken is given back later.',
  ]);
});

test('what two changes allow and two others give, any of which would do, is said by one of them', () => {
  const role = 'everything-but-bonus';
  const gives = (policy: string) => write('gus', policy, says(allow(['SendBonus'])));
  const change = all(
    takeOut('gus', name(role)),
    edit(rolePolicyArn(sampleTeam, role), says(allow(['GetHIT']))),
    gives('one'),
    gives('two'),
  );
  const { findings } = scanOfAccount({ account: change(desiredAccess(sampleTeam, TODAY)) });
  const saying = findings.filter(({ changes }) =>
    changes.some(({ user, operations }) => user === name('gus') && operations.gained.includes('SendBonus')),
  );
  expect(saying.map(({ severity }) => severity)).toEqual(['critical']);
});
