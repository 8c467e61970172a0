import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { ScanResult } from '../../../src/drift/finding.ts';
import { findingTitle } from '../../../src/drift/report/finding-view.ts';
import { driftLines } from '../../../src/drift/report/terminal.ts';
import { adoptingText } from '../../../src/drift/rules/nothing-applied.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { plainText } from '../../../src/text/text.ts';
import { AT, all, FULL, name, scanOfAccount, TODAY, withGroup, withUser } from '../../support/changed-account.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const names = { lab: sampleTeam.lab, people: new Map() };
const EMPTY: AccessModel = { account: sampleTeam.account, users: [], groups: [], policies: [] };
const policies = desiredAccess(sampleTeam, TODAY).policies.filter(({ arn }) => !arn.includes(':policy/mturk/'));
const scanned = (account: AccessModel) => scanOfAccount({ applied: null, account });
const idsOf = ({ findings }: ScanResult) => findings.map(({ id, cause }) => `${id}: ${cause}`);
const textOf = ({ findings }: ScanResult) => plainText(findingTitle(findings.at(-1)!, names));

test('before the first apply there is one finding, and no change of what never was', () => {
  const scan = scanned(EMPTY);
  expect(idsOf(scan)).toEqual(['nothing-applied: pending']);
  expect(scan.class).toBe('pending');
  // A role of policies that AWS manages has none of its own.
  expect(textOf(scan)).toContain('creates 5 users, 5 groups and 4 policies.');
  expect(textOf(scan)).toContain('an administrator runs mturk-team bootstrap');
  const lines = driftLines(scan, names).join('\n');
  expect(lines).toContain('perception-lab: nothing has been applied yet.');
  expect(lines).not.toContain('Merged but not applied');
});

test('what has a name of the lab elsewhere is in the way, neither moved nor changed; what others may do is a finding', () => {
  const made = all(
    withUser({ name: name('mallory'), path: '/', attached: [FULL] }),
    withUser({ name: name('bo'), path: '/', attached: [FULL] }),
    withUser({ name: name('ADA'), path: '/people/' }),
    withGroup({ name: name('paymaster') }),
  )({ ...EMPTY, policies });
  const scan = scanned(made);
  expect(idsOf(scan)).toEqual([
    'unmanaged-user/perception-lab-mallory/spends: unmanaged',
    'user-without-boundary/perception-lab-ADA: unmanaged',
    'nothing-applied: pending',
  ]);
  expect(textOf(scan)).toMatch(/In the way: user perception-lab-bo at path \/, user perception-lab-ADA at path/);
  expect(textOf(scan)).not.toContain('bootstrap');
  const group = withGroup({ name: name('paymaster') })(EMPTY);
  expect(textOf(scanned(group))).toContain('In the way: group perception-lab-paymaster at path /.');
});

test('users of members who exist by hand are not adopted yet, and nothing takes their keys', () => {
  const made = all(
    withUser({ name: 'Bo@lab.edu', path: '/', attached: [FULL] }),
    withUser({ name: 'cy', path: '/' }),
    withUser({ name: 'ada', path: '/', attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
  )({
    ...EMPTY,
    policies: [
      ...policies,
      {
        ...{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess', name: 'AdministratorAccess' },
        document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      },
    ],
  });
  const scan = scanned(made);
  expect(idsOf(scan)).toEqual([
    'unmanaged-user/iam/ada/escalates: unmanaged',
    'user-without-boundary/iam/cy: unmanaged',
    'nothing-applied: pending',
  ]);
  expect(textOf(scan)).toContain('Not adopted yet: the IAM users of bo, made outside Terraform.');
  expect(driftLines(scan, names).join('\n')).not.toContain('--user-name Bo@lab.edu');
});

test('between adopt --apply and adopt --finish, only what gives access is a finding', () => {
  const desired = desiredAccess(sampleTeam, TODAY);
  const users = desired.users.map((user) => ({
    ...user,
    boundary: null,
    tags: {},
    groups: [...user.groups, 'Readers'],
  }));
  const groups = [...desired.groups, { name: 'Readers', path: '/', attached: [], inline: [] }];
  const [first, ...rest] = users;
  const scan = scanned({ ...desired, users: [{ ...first!, attached: [FULL] }, ...rest], groups });
  expect(idsOf(scan)).toEqual(['nothing-applied: pending']);
  expect(textOf(scan)).toMatch(
    /^The IAM users of ada, bo, .* Run mturk-team adopt --finish, or mturk-team adopt --undo\.$/,
  );
  const others = [
    { ...first!, name: name('zoe') },
    { ...first!, name: name('bo'), path: '/' },
  ];
  expect(textOf(scanned({ ...desired, users: [first!, ...others], groups }))).toMatch(
    /^The IAM users of ada are moved/,
  );
  const seven = [...'abcdefg'].map((key) => ({ key, user: name(key) }));
  expect(plainText(adoptingText(seven))).toMatch(/^The IAM users of a, b, c, d, e and 2 others are moved/);
  const unlimited = users.map((user) => ({ ...user, inline: [] }));
  expect(idsOf(scanned({ ...desired, users: unlimited.slice(1), groups }))).toEqual(['nothing-applied: pending']);
  const bo = users.find((user) => user.name === name('bo'))!;
  const gained = { ...desired, groups, users: [...users.filter((user) => user !== bo), { ...bo, attached: [FULL] }] };
  expect(idsOf(scanned(gained))).toContain('policy-attached/user/bo/AmazonMechanicalTurkFullAccess/spends: unknown');
  const tagged = [{ ...first!, tags: { 'mturk-team:lab': sampleTeam.lab } }, ...rest];
  expect(idsOf(scanned({ ...desired, users: tagged, groups }))).not.toContain('nothing-applied: pending');
});

test('as soon as anything that an apply makes exists, or an apply ended, it is not the first one', () => {
  const [group] = desiredAccess(sampleTeam, TODAY).groups;
  const begun = scanned({ ...EMPTY, groups: [group!] });
  expect(idsOf(begun)).not.toContain('nothing-applied: pending');
  const inCapitals = { ...group!, name: group!.name.toUpperCase() };
  expect(idsOf(scanned({ ...EMPTY, groups: [inCapitals] }))).toContain('nothing-applied: pending');
  const [ada] = desiredAccess(sampleTeam, TODAY).users;
  expect(idsOf(scanned({ ...EMPTY, users: [ada!] }))).not.toContain('nothing-applied: pending');
  const byHand = scanned({ ...EMPTY, users: [{ ...ada!, tags: {} }] });
  expect(idsOf(byHand)).toContain('nothing-applied: pending');
  expect(textOf(byHand)).toMatch(/^Nothing of this lab has been applied yet\./);
  const emptied = scanOfAccount({ account: EMPTY });
  expect(emptied.findings.map(({ rule }) => rule)).toContain('user-deleted');
  expect(emptied.findings.map(({ rule }) => rule)).not.toContain('nothing-applied');
});

test('a record that cannot be read is not one that is missing', () => {
  const inventory = inventoryOf(EMPTY);
  const given = { team: sampleTeam, today: TODAY, at: AT, inventory, plan: null, applied: null };
  expect(scanOf({ ...given, isRecordRead: false }).findings.map(({ rule }) => rule)).not.toContain('nothing-applied');
});
