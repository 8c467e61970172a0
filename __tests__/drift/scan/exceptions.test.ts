import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import { findingView } from '../../../src/drift/report/finding-view.ts';
import { driftLines } from '../../../src/drift/report/terminal.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { plainText } from '../../../src/text/text.ts';
import {
  all,
  attach,
  type Change,
  changeUser,
  FULL,
  name,
  scanOfAccount,
  TODAY,
  withGroup,
  withUser,
} from '../../support/changed-account.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const team: Team = {
  ...sampleTeam,
  settings: {
    ...sampleTeam.settings,
    neighbors: ['vision-lab'],
    administrators: ['arn:aws:iam::123456789012:user/ops/eva'],
  },
};
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const PAYMASTER = rolePolicyArn(sampleTeam, 'paymaster');

const SSO = 'role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef';
const SSO_ROLE = {
  ...{ name: 'AWSReservedSSO_Admin_fedcba9876543210', path: '/aws-reserved/sso.amazonaws.com/' },
  arn: 'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_fedcba9876543210',
  ...{ trust: {}, inline: [], attached: [], boundary: null, tags: {} },
};

const zed = (path: string, more: Partial<Parameters<typeof withUser>[0]> = {}) =>
  withUser({ name: 'zed', path, attached: [FULL], ...more });
const eva = (path: string, more: Partial<Parameters<typeof withUser>[0]> = {}) =>
  withUser({ name: 'eva', path, attached: [ADMINISTRATOR], ...more });

test.each<[string, Change, string[]]>([
  ['a user of a neighbor with full access', zed('/mturk/vision-lab/', { boundary: FULL }), []],
  ['a user of a neighbor without a boundary', zed('/mturk/vision-lab/'), ['user-without-boundary/zed']],
  ['a user of a lab that is no neighbor', zed('/mturk/vision/'), ['unmanaged-user/zed/spends']],
  ['a user who only seems to be a neighbor', zed('/mturk/vision-lab-2/'), ['unmanaged-user/zed/spends']],
  [
    "a user of a neighbor in this lab's group",
    zed('/mturk/vision-lab/', { attached: [], groups: [name('paymaster')], boundary: FULL }),
    ['membership-added/zed/paymaster/spends'],
  ],
  [
    "a user of a neighbor with this lab's policy",
    zed('/mturk/vision-lab/', { attached: [PAYMASTER] }),
    ['unmanaged-user/zed/spends'],
  ],
  [
    'a user of a neighbor who can escalate',
    zed('/mturk/vision-lab/', { attached: [ADMINISTRATOR] }),
    ['unmanaged-user/zed/escalates'],
  ],
  [
    'a group of a neighbor with a member of this lab',
    all(
      withGroup({ name: 'vision-lab-payer', path: '/mturk/vision-lab/', attached: [FULL] }),
      changeUser('cy', ({ groups }) => ({ groups: [...groups, 'vision-lab-payer'] })),
    ),
    ['unmanaged-group-membership/cy/vision-lab-payer'],
  ],
  ['an administrator', eva('/ops/'), []],
  ['a user of that name under another path', eva('/'), ['unmanaged-user/eva/escalates']],
  [
    "an administrator in this lab's group",
    eva('/ops/', { groups: [name('paymaster')] }),
    ['membership-added/eva/paymaster'],
  ],
  ['a member with that access', attach('cy', ADMINISTRATOR), ['policy-attached/user/cy/AdministratorAccess']],
])('%s', (_what, change, expected) => {
  const { findings } = scanOfAccount({ team, account: change(desiredAccess(team, TODAY)) });
  expect(findings.map(({ id }) => id)).toEqual(expected);
});

test.each<[string, Change, string]>([
  ['another lab', zed('/mturk/hearing/'), 'Add hearing to settings.neighbors. Or snooze unmanaged-user/zed/spends.'],
  ['an administrator', eva('/'), 'Add the ARN to settings.administrators. Or snooze unmanaged-user/eva/escalates.'],
  ['any other user', zed('/'), 'Snooze unmanaged-user/zed/spends.'],
])('a finding names the setting that accepts %s', (_what, change, expected) => {
  const { findings } = scanOfAccount({ team, account: change(desiredAccess(team, TODAY)) });
  const texts = findings.map((each) => findingView(each, namingOf(team)).ifIntended);
  expect(texts.map((text) => text && plainText(text))).toEqual([expected]);
});

test('the report names what is excepted', () => {
  const administrators = ['role/ops', 'user/ops'].map((each) => `arn:aws:iam::123456789012:${each}`);
  const lab = { ...team, settings: { ...team.settings, administrators } };
  const text = driftLines(scanOfAccount({ team: lab }), namingOf(team)).join(' ');
  expect(text).toContain('Administrators, not reported: role/ops and user/ops. ');
  expect(text).toContain(
    'To be removed from settings.administrators, as there is no such user or role: role/ops and user/ops.',
  );
  expect(text).toContain('Neighbor labs, not reported: vision-lab.');
});

test.each<[string, Parameters<typeof scanOfAccount>[0], readonly string[]]>([
  ['neither exists', {}, ['user/ops/eva', SSO]],
  ['the user', { account: eva('/ops/')(desiredAccess(team, TODAY)) }, [SSO]],
  ['a user of that name under another path', { account: eva('/')(desiredAccess(team, TODAY)) }, ['user/ops/eva', SSO]],
  ['the role, with another suffix', { inventory: { roles: [SSO_ROLE] } }, ['user/ops/eva']],
  ['neither was read', { inventory: { isAccessKnown: false } }, []],
])('the report names exceptions of no user and no role: %s', (_what, part, expected) => {
  const names = ['user/ops/eva', SSO, 'role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX'];
  const administrators = names.map((each) => `arn:aws:iam::123456789012:${each}`);
  const lab = { ...team, settings: { ...team.settings, administrators } };
  expect(scanOfAccount({ team: lab, ...part }).excepted.missing).toEqual(expected);
});
