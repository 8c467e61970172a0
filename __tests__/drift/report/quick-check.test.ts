import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import { quickCheckOf } from '../../../src/drift/report/quick-check.ts';
import type { QuickCheck } from '../../../src/review/manifest/schema.ts';
import { appliedText, quickCheckText } from '../../../src/review/text/quick-check.ts';
import { plainText, t } from '../../../src/text/text.ts';
import { FULL, name, scanOfAccount, TODAY } from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const NAMING = namingOf(sampleTeam);
const DECLARED = desiredAccess(sampleTeam, TODAY);

/** A group under the lab's own path, created manually, that grants Bo everything. */
const SHADOW: AccessModel = {
  ...DECLARED,
  groups: [...DECLARED.groups, { name: name('shadow'), path: '/mturk/perception-lab/', attached: [FULL], inline: [] }],
  users: DECLARED.users.map((user) =>
    user.name === name('bo') ? { ...user, groups: [...user.groups, name('shadow')] } : user,
  ),
};

function checkOf(account: AccessModel, plan: { before: AccessModel; after: AccessModel } | null, complete = true) {
  const access = plan === null ? null : { access: { recorded: plan.before, ...plan } };
  return quickCheckOf({ scan: scanOfAccount({ account }), complete }, access, NAMING);
}

const says = (check: QuickCheck | null) => plainText(appliedText(check, t`account 1`, 'team.yaml'));

test('a hand-made group under the lab’s path: nothing says that the account matches team.yaml', () => {
  const empty = { before: DECLARED, after: DECLARED };
  const check = checkOf(SHADOW, empty);
  expect(check.findings[0]).toMatchObject({
    effect: 'spends',
    people: [{ user: 'perception-lab-bo', key: 'bo', name: 'Bo Chen' }],
  });
  expect(plainText(quickCheckText(check, 'planned'))).toMatch(
    /^Quick check of AWS: 1 finding not in this plan: Bo Chen \(bo\) can spend money \(unmanaged-group.*\/spends\)\. To fix, see mturk-team drift\.$/,
  );
  expect(checkOf(SHADOW, { before: SHADOW, after: SHADOW }).findings).toHaveLength(1);
  expect(checkOf(SHADOW, { before: SHADOW, after: { ...SHADOW, users: DECLARED.users } }).findings).toEqual([]);
  expect(says(checkOf(SHADOW, null))).toMatch(
    /^Terraform has nothing left to do in account 1\. Quick check of AWS: 1 /,
  );
  expect(says(checkOf(DECLARED, null))).toBe('account 1 matches team.yaml (quick check).');
});

test('what was not asked, or not answered, is not said', () => {
  expect(says(null)).toBe('account 1 was not compared with team.yaml afterwards.');
  expect(says({ findings: [], isAccessKnown: true, notChecked: ['the credential report'] })).toBe(
    'Terraform has nothing left to do in account 1. Quick check of AWS: no drift in what was checked. Not checked: the credential report.',
  );
  const unknown = checkOf(SHADOW, null, false);
  expect(unknown).toMatchObject({ findings: [], isAccessKnown: false });
  expect(says({ ...unknown, notChecked: ['users, groups and policies'] })).toBe(
    'account 1 was not compared with team.yaml afterwards. Quick check of AWS: not possible. Not checked: users, groups and policies.',
  );
});

test('what the plan carries out is no finding beside it; after the apply everything is one', () => {
  const before: AccessModel = {
    ...DECLARED,
    users: DECLARED.users.map((user) => (user.name === name('bo') ? { ...user, groups: [] } : user)),
  };
  expect(checkOf(before, { before, after: DECLARED }).findings).toEqual([]);
  expect(checkOf(before, null).findings).toMatchObject([
    { effect: 'lost-access', people: [{ user: 'perception-lab-bo', key: 'bo', name: 'Bo Chen' }] },
    { effect: 'lost-access', people: [{ user: 'perception-lab-bo', key: 'bo', name: 'Bo Chen' }] },
  ]);
});

test('without an apply on record, what is missing is not yet applied', () => {
  const nothing = { ...DECLARED, users: [], groups: [], policies: [] };
  const scan = scanOfAccount({ account: nothing, applied: null });
  const plan = { access: { recorded: nothing, before: nothing, after: nothing } };
  const rules = quickCheckOf({ scan, complete: true }, plan, NAMING).findings.map(({ id }) => id);
  expect(rules).toEqual(['nothing-applied']);
});
