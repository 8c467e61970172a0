import type { IAMClient } from '@aws-sdk/client-iam';
import { declaredAccount } from '../../bench/declared-account.ts';
import type { AccountState } from '../../src/emulator/account/state.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import { boundaryArn, iamName, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { Member, Role, Settings, Team } from '../../src/team/team.ts';
import { callIam } from '../emulator/clients.ts';
import type { LabMemory } from './lab-in-test.ts';
import { CREDENTIALS } from './manual-changes/credentials.ts';
import { deny, document, FULL, group, LAB_PATH, type ManualChange, user } from './manual-changes/manual-change.ts';
import { PEOPLE } from './manual-changes/people.ts';
import { POLICIES } from './manual-changes/policies.ts';
import { member, role, sampleTeam } from './sample-team.ts';

/** Something that someone does to an account. */
export type Tampering = Pick<ManualChange, 'what' | 'done'>;

type Call = readonly [call: string, input: object];

const calls =
  (...list: readonly Call[]): ManualChange['done'] =>
  async ({ iam }: { readonly iam: IAMClient }) => {
    for (const [call, input] of list) await callIam(iam, call, input);
  };

const aws = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const own = (key: string) => rolePolicyArn(sampleTeam, key);
const foreign = (name: string) => `arn:aws:iam::${sampleTeam.account}:policy/${name}`;
const BONUS = 'mechanicalturk:SendBonus';

/** A document of one statement with more than action and resource. */
const says = (effect: 'Allow' | 'Deny', action: string | readonly string[], more: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: effect, ...('NotAction' in more ? {} : { Action: action }), Resource: '*', ...more }],
  });
const when = (operator: string, key: string, value: string) => ({ Condition: { [operator]: { [key]: value } } });
const from = (moment: string) => when('DateGreaterThanEquals', 'aws:CurrentTime', moment);
const until = (moment: string) => when('DateLessThan', 'aws:CurrentTime', moment);
const CHRISTMAS = '2026-12-24T00:00:00Z';

const inline = (key: string, PolicyDocument: string, PolicyName = 'extra'): Call => [
  'PutUserPolicy',
  { ...user(key), PolicyName, PolicyDocument },
];
const inlineOf = (key: string, PolicyDocument: string): Call => [
  'PutGroupPolicy',
  { ...group(key), PolicyName: 'extra', PolicyDocument },
];
const attach = (key: string, PolicyArn: string): Call => ['AttachUserPolicy', { ...user(key), PolicyArn }];
const join = (key: string, to: string): Call => ['AddUserToGroup', { ...user(key), ...group(to) }];
const leave = (key: string, of: string): Call => ['RemoveUserFromGroup', { ...user(key), ...group(of) }];
const edit = (key: string, PolicyDocument: string): Call => [
  'CreatePolicyVersion',
  { PolicyArn: own(key), PolicyDocument, SetAsDefault: true },
];
const outsider = (UserName: string, PolicyDocument: string, Path = '/'): readonly Call[] => [
  ['CreateUser', { UserName, Path }],
  ['PutUserPolicy', { UserName, PolicyName: 'own', PolicyDocument }],
];
const inGroup = (GroupName: string, Path: string, PolicyArn: string, ...users: readonly string[]): readonly Call[] => [
  ['CreateGroup', { GroupName, Path }],
  ['AttachGroupPolicy', { GroupName, PolicyArn }],
  ...users.map((key): Call => ['AddUserToGroup', { ...user(key), GroupName }]),
];
const withoutFay: readonly Call[] = [
  leave('fay', 'paymaster'),
  ['DeleteUserPermissionsBoundary', user('fay')],
  ['DeleteUser', user('fay')],
];

const allow = (more: object) => inline('bo', says('Allow', BONUS, more));
const denial = (more: object) => inline('fay', says('Deny', '*', more));

const CONDITIONS: readonly (readonly [string, Call])[] = [
  ['a member is allowed bonuses from Christmas Eve on', allow(from(CHRISTMAS))],
  ['a member is allowed bonuses until Christmas Eve', allow(until(CHRISTMAS))],
  ['a member was allowed bonuses until last year', allow(until('2025-12-24T00:00:00Z'))],
  ['a member is allowed bonuses from one network', allow(when('IpAddress', 'aws:SourceIp', '203.0.113.0/24'))],
  ['a member is allowed bonuses with MFA', allow(when('Bool', 'aws:MultiFactorAuthPresent', 'true'))],
  ['a member is allowed bonuses unless without MFA', allow(when('BoolIfExists', 'aws:MultiFactorAuthPresent', 'true'))],
  ['a member is allowed bonuses by the own name', allow(when('StringEquals', 'aws:username', 'perception-lab-bo'))],
  [
    'a member is allowed bonuses by the name of another',
    allow(when('StringEquals', 'aws:username', 'perception-lab-x')),
  ],
  ['a member is allowed bonuses by a tag', allow(when('StringLike', 'aws:PrincipalTag/mturk-team:lab', 'percep*'))],
  ['a member is allowed bonuses without a session', allow(when('Null', 'aws:TokenIssueTime', 'true'))],
  ['a member is denied everything from Christmas Eve on', denial(from(CHRISTMAS))],
  ['a member is denied everything until Christmas Eve', denial(until(CHRISTMAS))],
  ['a member is denied everything outside a network', denial(when('NotIpAddress', 'aws:SourceIp', '203.0.113.0/24'))],
  [
    'a member is denied everything unless with MFA',
    denial(when('BoolIfExists', 'aws:MultiFactorAuthPresent', 'false')),
  ],
  [
    'a member is denied everything in sessions without MFA',
    denial(when('Bool', 'aws:MultiFactorAuthPresent', 'false')),
  ],
  ['a member is denied everything but reading', denial({ NotAction: ['mechanicalturk:Get*', 'mechanicalturk:List*'] })],
  ['a member is denied what ends in Bonus', inline('fay', document('Deny', 'mechanicalturk:*Bonus'))],
  ['a member is denied something of another service', inline('fay', document('Deny', 's3:*'))],
  ['a member is allowed all but IAM', allow({ NotAction: 'iam:*' })],
  ['a member is allowed all but Mechanical Turk', allow({ NotAction: 'mechanicalturk:*' })],
  ['a member is allowed everything', inline('bo', document('Allow', '*'))],
  ['a member is allowed what begins with Send', inline('bo', document('Allow', 'mechanicalturk:Send*'))],
  ['a member is allowed bonuses in other letters', inline('bo', document('Allow', 'MechanicalTurk:sendbonu?'))],
  ['a member is allowed bonuses on a bucket', allow({ Resource: 'arn:aws:s3:::data' })],
  ['a member is allowed bonuses on all but a bucket', allow({ Resource: undefined, NotResource: 'arn:aws:s3:::data' })],
  ['a group is denied bonuses', inlineOf('paymaster', document('Deny', BONUS))],
  [
    'one member of a group is denied everything',
    inlineOf('paymaster', says('Deny', '*', when('StringEquals', 'aws:username', 'perception-lab-fay'))),
  ],
  [
    'a group is allowed everything from Christmas Eve on',
    inlineOf('results-reader', says('Allow', '*', from(CHRISTMAS))),
  ],
  ["AWS's Deny of everything is attached to a member", attach('fay', aws('AWSDenyAll'))],
  ["AWS's reading is attached to a member", attach('cy', aws('AmazonMechanicalTurkReadOnly'))],
  ['all of AWS is attached to a member, within the boundary', attach('bo', aws('AdministratorAccess'))],
  ['all of IAM is attached to a member, within the boundary', attach('bo', aws('IAMFullAccess'))],
  ["the paymaster's policy is attached to a member", attach('bo', own('paymaster'))],
  [
    "the paymaster's policy is attached to a group",
    ['AttachGroupPolicy', { ...group('results-reader'), PolicyArn: own('paymaster') }],
  ],
  [
    "AWS's Deny of everything is attached to a group",
    ['AttachGroupPolicy', { ...group('paymaster'), PolicyArn: aws('AWSDenyAll') }],
  ],
  [
    "a role's policy allows everything from Christmas Eve on",
    edit('results-reader', says('Allow', 'mechanicalturk:*', from(CHRISTMAS))),
  ],
  ["a role's policy also denies", edit('paymaster', document('Allow', 'mechanicalturk:*', deny(BONUS)))],
  ["a role's policy allows all but bonuses", edit('paymaster', says('Allow', '', { NotAction: [BONUS, 'iam:*'] }))],
  ["a reader's policy allows bonuses and nothing else", edit('results-reader', document('Allow', BONUS))],
  ['the limits of a suspended member become narrow', inline('cy', document('Deny', BONUS), 'limits')],
  ['the limits of a suspended member begin at Christmas', inline('cy', says('Deny', '*', from(CHRISTMAS)), 'limits')],
  ['the limits of a member are about something else', inline('bo', document('Allow', 's3:GetObject'), 'limits')],
  ['a member without limits gets some', inline('fay', document('Deny', BONUS), 'limits')],
  [
    "a member's boundary becomes that of readers",
    ['PutUserPermissionsBoundary', { ...user('fay'), PermissionsBoundary: aws('AmazonMechanicalTurkReadOnly') }],
  ],
  ['a suspended member loses the boundary', ['DeleteUserPermissionsBoundary', user('cy')]],
];

const COMBINED: readonly (readonly [string, readonly Call[]])[] = [
  [
    'a member without boundary gets all of AWS',
    [['DeleteUserPermissionsBoundary', user('bo')], attach('bo', aws('AdministratorAccess'))],
  ],
  [
    'a member with a wide boundary gets all of AWS',
    [
      ['PutUserPermissionsBoundary', { ...user('gus'), PermissionsBoundary: aws('AdministratorAccess') }],
      attach('gus', aws('AdministratorAccess')),
    ],
  ],
  [
    'full access and narrow limits for a suspended member',
    [inline('cy', document('Deny', BONUS), 'limits'), attach('cy', FULL)],
  ],
  ['full access and a Deny of everything', [attach('bo', FULL), attach('bo', aws('AWSDenyAll'))]],
  ['an empty group under the path has full access', inGroup('helpers', LAB_PATH, FULL)],
  ['a group under the path only denies', inGroup('helpers', LAB_PATH, aws('AWSDenyAll'), 'fay')],
  ['a group under the path reads', inGroup('helpers', LAB_PATH, aws('AmazonMechanicalTurkReadOnly'), 'bo')],
  ["a group elsewhere has the paymaster's policy", inGroup('finance', '/', own('paymaster'), 'bo')],
  [
    "a group of another lab has the paymaster's policy",
    inGroup('vision-reader', '/mturk/vision-lab/', own('paymaster')),
  ],
  [
    'two groups swap their names',
    [
      ['UpdateGroup', { ...group('paymaster'), NewGroupName: 'swap' }],
      ['UpdateGroup', { ...group('results-reader'), NewGroupName: group('paymaster').GroupName }],
      ['UpdateGroup', { GroupName: 'swap', NewGroupName: group('results-reader').GroupName }],
    ],
  ],
  [
    'two members swap their names',
    [
      ['UpdateUser', { ...user('fay'), NewUserName: 'swap' }],
      ['UpdateUser', { ...user('bo'), NewUserName: user('fay').UserName }],
      ['UpdateUser', { UserName: 'swap', NewUserName: user('bo').UserName }],
    ],
  ],
  [
    'a member is replaced, in the same groups',
    [
      ...withoutFay,
      ['CreateUser', { ...user('fay'), Path: LAB_PATH, PermissionsBoundary: boundaryArn(sampleTeam) }],
      join('fay', 'paymaster'),
      ['CreateAccessKey', user('fay')],
    ],
  ],
  [
    'a member is replaced at another path, without boundary and groups',
    [...withoutFay, ['CreateUser', user('fay')], ['CreateAccessKey', user('fay')]],
  ],
  [
    'a member is renamed, and another user takes the name',
    [
      ['UpdateUser', { ...user('fay'), NewUserName: 'old-fay' }],
      ['CreateUser', { ...user('fay'), Path: LAB_PATH }],
      join('fay', 'paymaster'),
    ],
  ],
  [
    'a member is renamed and gets full access',
    [
      ['UpdateUser', { ...user('fay'), NewUserName: 'fay' }],
      ['AttachUserPolicy', { UserName: 'fay', PolicyArn: FULL }],
    ],
  ],
  [
    'a group is renamed, and another takes its name with full access',
    [
      ['UpdateGroup', { ...group('results-reader'), NewGroupName: 'old-readers' }],
      ...inGroup(group('results-reader').GroupName, LAB_PATH, FULL, 'bo'),
    ],
  ],
  [
    'a group is moved and gets another member',
    [['UpdateGroup', { ...group('paymaster'), NewPath: '/elsewhere/' }], join('bo', 'paymaster')],
  ],
  ['a member leaves all groups', [leave('bo', 'results-reader'), leave('bo', 'task-publisher')]],
  ['two members change places', [leave('fay', 'paymaster'), join('bo', 'paymaster'), join('fay', 'task-publisher')]],
  [
    'a member is moved and gets full access',
    [['UpdateUser', { ...user('bo'), NewPath: '/elsewhere/' }], attach('bo', FULL)],
  ],
  [
    'a foreign policy is attached to a member',
    [
      ['CreatePolicy', { PolicyName: 'bonus', PolicyDocument: document('Allow', BONUS) }],
      attach('bo', foreign('bonus')),
    ],
  ],
  [
    'a foreign policy is attached, and its default is an earlier version',
    [
      ['CreatePolicy', { PolicyName: 'bonus', PolicyDocument: document('Allow', 's3:GetObject') }],
      attach('bo', foreign('bonus')),
      [
        'CreatePolicyVersion',
        { PolicyArn: foreign('bonus'), PolicyDocument: document('Allow', BONUS), SetAsDefault: true },
      ],
      ['SetDefaultPolicyVersion', { PolicyArn: foreign('bonus'), VersionId: 'v1' }],
    ],
  ],
  [
    "a role's policy has a wider version that was the default",
    [
      edit('results-reader', document('Allow', 'mechanicalturk:*')),
      ['SetDefaultPolicyVersion', { PolicyArn: own('results-reader'), VersionId: 'v1' }],
    ],
  ],
  [
    "a user elsewhere has the paymaster's policy",
    [
      ['CreateUser', { UserName: 'eve' }],
      ['AttachUserPolicy', { UserName: 'eve', PolicyArn: own('paymaster') }],
    ],
  ],
  [
    'a user elsewhere has full access from tomorrow',
    outsider('eve', says('Allow', 'mechanicalturk:*', from('2026-11-26T00:00:00Z'))),
  ],
  [
    'a user elsewhere has full access from one network',
    outsider('eve', says('Allow', 'mechanicalturk:*', when('IpAddress', 'aws:SourceIp', '203.0.113.0/24'))),
  ],
  [
    'a user elsewhere is allowed and denied everything',
    outsider('eve', document('Allow', 'mechanicalturk:*', deny('*'))),
  ],
  ['a user elsewhere reads', outsider('eve', document('Allow', 'mechanicalturk:Get*'))],
  [
    'a user elsewhere has a narrow boundary',
    [
      ...outsider('eve', document('Allow', '*')),
      ['PutUserPermissionsBoundary', { UserName: 'eve', PermissionsBoundary: aws('AmazonMechanicalTurkReadOnly') }],
    ],
  ],
  [
    'a user elsewhere creates keys for members',
    outsider(
      'eve',
      says('Allow', 'iam:CreateAccessKey', { Resource: `arn:aws:iam::${sampleTeam.account}:user/mturk/*` }),
    ),
  ],
  [
    "a user elsewhere edits the lab's policies",
    outsider(
      'eve',
      says('Allow', 'iam:CreatePolicyVersion', { Resource: `arn:aws:iam::${sampleTeam.account}:policy${LAB_PATH}*` }),
    ),
  ],
  [
    'a user under the path has a console password',
    [
      ...outsider('eve', document('Allow', BONUS), LAB_PATH),
      ['CreateLoginProfile', { UserName: 'eve', Password: 'Correct-Horse-7' }],
    ],
  ],
  [
    'a user under the path of another lab has full access',
    outsider('vision-eve', document('Allow', 'mechanicalturk:*'), '/mturk/vision-lab/'),
  ],
  ['a suspended member gets a key', [['CreateAccessKey', user('cy')]]],
  [
    'a member without boundary gets a console password',
    [
      ['DeleteUserPermissionsBoundary', user('bo')],
      ['CreateLoginProfile', { ...user('bo'), Password: 'Correct-Horse-7' }],
    ],
  ],
];

/** What the trial did to an account, and more of each kind. */
export const TAMPERINGS: readonly Tampering[] = [
  ...[...PEOPLE, ...POLICIES, ...CREDENTIALS].map(({ what, done }) => ({ what, done })),
  ...CONDITIONS.map(([what, call]) => ({ what, done: calls(call) })),
  ...COMBINED.map(([what, list]) => ({ what, done: calls(...list) })),
];

/** What a lab is in before someone tampers with it. */
export interface LabState {
  readonly what: string;
  /** What the account is as: applied, unless `account` says that another team was. */
  readonly applied: Team;
  /** `team.yaml` of today. */
  readonly file: Team;
  readonly isRecorded: boolean;
  /** A team that an apply began with and did not end. */
  readonly begun: Team | null;
  /** What the account has besides. */
  readonly more: readonly Call[];
}

const TEAM: Team = { ...sampleTeam, settings: { ...sampleTeam.settings, reconcile: 'all' } };
export const TODAY = '2026-11-25';

export type Change = (team: Team) => Team;

export const members =
  (changes: Readonly<Record<string, Partial<Member> | null>>, ...added: readonly Member[]): Change =>
  (team) => ({
    ...team,
    members: [
      ...team.members.flatMap((each) => {
        const change = changes[each.key];
        return change === null ? [] : [{ ...each, ...change }];
      }),
      ...added,
    ],
  });
export const roles =
  (changes: Readonly<Record<string, Partial<Role>>>, ...added: readonly Role[]): Change =>
  (team) => ({ ...team, roles: [...team.roles.map((each) => ({ ...each, ...changes[each.key] })), ...added] });
const settings =
  (change: Partial<Settings>): Change =>
  (team) => ({ ...team, settings: { ...team.settings, ...change } });
export const all =
  (...changes: readonly Change[]): Change =>
  (team) =>
    changes.reduce((one, change) => change(one), team);
const snoozing =
  (finding: string): Change =>
  (team) => ({
    ...team,
    snoozed: [{ finding, until: '2027-01-31', reason: 'agreed with the owners' }],
  });
const same: Change = (team) => team;
export const withoutRole =
  (key: string): Change =>
  (team) => ({
    ...team,
    roles: team.roles.filter((each) => each.key !== key),
    members: team.members.map((each) => ({ ...each, roles: each.roles.filter((one) => one !== key) })),
  });
export const renamedRole: Change = (team) => ({
  ...team,
  roles: team.roles.map((each) => (each.key === 'paymaster' ? { ...each, key: 'cashier' } : each)),
  members: team.members.map((each) => ({
    ...each,
    roles: each.roles.map((one) => (one === 'paymaster' ? 'cashier' : one)).sort(),
  })),
});
export const left: Change = all(members({ fay: null }), (team) => ({
  ...team,
  departed: [...team.departed, { key: 'fay', left: TODAY, reason: 'graduated' }],
}));
export const frozen: Change = (team) => ({ ...team, freeze: ['hits:publish', 'pay:approve', 'pay:bonus'] });

function state(
  what: string,
  applied: Change,
  {
    file = same,
    isRecorded = true,
    begun,
    more = [],
  }: Partial<Omit<LabState, 'what' | 'applied' | 'file' | 'begun'>> & {
    readonly file?: Change;
    readonly begun?: Change;
  } = {},
): LabState {
  const team = applied(TEAM);
  return { what, applied: team, file: file(team), isRecorded, begun: begun === undefined ? null : begun(team), more };
}

const OLD_USER: readonly Call[] = [
  ['CreateUser', { UserName: 'old' }],
  ['AttachUserPolicy', { UserName: 'old', PolicyArn: FULL }],
];

/** What a lab can be in. */
export const STATES: readonly LabState[] = [
  state('as applied', same),
  state('nothing is reconciled', settings({ reconcile: 'none' })),
  state('only additions are reconciled', settings({ reconcile: 'additions' })),
  state('another member is suspended', members({ fay: { suspended: true } })),
  state(
    'all are suspended but the owner',
    members({ bo: { suspended: true }, fay: { suspended: true }, gus: { suspended: true } }),
  ),
  state('spending is frozen', frozen),
  state('today is the last day of a member', members({ bo: { until: TODAY } })),
  state('the last day of a member has passed', members({ bo: { until: '2026-11-20' } })),
  state(
    'the user of a member is due to be deleted',
    all(members({ bo: { until: '2026-11-01' } }), settings({ deleteAfterDays: 10 })),
  ),
  state('a member begins later', members({ bo: { from: '2027-01-10' } })),
  state(
    'a member has two roles, one of them with a Deny',
    members({ bo: { roles: ['everything-but-bonus', 'paymaster'] } }),
  ),
  state('a member has full access', members({ fay: { roles: ['full-access'] } })),
  state(
    'a role has a policy of AWS and one of its own',
    roles({ paymaster: { managed: ['AmazonMechanicalTurkReadOnly'] } }),
  ),
  state('a role has no members', members({ fay: { roles: ['results-reader'] } })),
  state('a member has no roles', members({ bo: { roles: [] } })),
  state('there is only the owner', members({ bo: null, cy: null, fay: null, gus: null })),
  state('the removal of a role is not applied', same, { file: withoutRole('task-publisher') }),
  state('a new member is not applied', same, {
    file: members({}, member({ key: 'kim', name: 'Kim S', roles: ['paymaster'] })),
  }),
  state('a new role and its member are not applied', same, {
    file: all(
      roles({}, role({ key: 'cashier', allow: ['SendBonus'] })),
      members({ bo: { roles: ['cashier', 'results-reader'] } }),
    ),
  }),
  state('another role for a member is not applied', same, {
    file: members({ bo: { roles: ['paymaster', 'results-reader'] } }),
  }),
  state('a suspension is not applied', same, { file: members({ fay: { suspended: true } }) }),
  state('the end of a suspension is not applied', same, { file: members({ cy: { suspended: false } }) }),
  state('another last day is not applied', same, { file: members({ bo: { until: '2026-12-31' } }) }),
  state('a departure is not applied', same, { file: left }),
  state('a freeze is not applied', same, { file: frozen }),
  state('the renaming of a role was begun', same, { file: renamedRole, begun: renamedRole }),
  state('a new member was begun', same, {
    file: members({}, member({ key: 'kim', name: 'Kim S', roles: ['paymaster'] })),
    begun: members({}, member({ key: 'kim', name: 'Kim S', roles: ['paymaster'] })),
  }),
  state('there is no record', same, { isRecorded: false }),
  state('a finding is snoozed', snoozing('unmanaged-user/old/spends'), { more: OLD_USER }),
  state('an old user has full access', same, { more: OLD_USER }),
  state(
    'an administrator is excepted',
    settings({ administrators: [`arn:aws:iam::${TEAM.account}:user/root-admin`] }),
    {
      more: [
        ['CreateUser', { UserName: 'root-admin' }],
        ['AttachUserPolicy', { UserName: 'root-admin', PolicyArn: aws('AdministratorAccess') }],
      ],
    },
  ),
  state('another lab is a neighbor', settings({ neighbors: ['vision-lab'] }), {
    more: outsider('vision-joe', document('Allow', 'mechanicalturk:*'), '/mturk/vision-lab/'),
  }),
  state('some access is withheld', members({ fay: { withheld: ['SendBonus', 'ApproveAssignment'] } }), {
    file: members({ fay: { withheld: [] } }),
  }),
];

/** The account, its record and its file in a state, without Terraform. */
export function memoryOf({ applied, isRecorded, begun }: LabState): LabMemory {
  const account: AccountState = declaredAccount(applied, TODAY);
  for (const each of Object.values(account.users)) each.keys.length = 0;
  const ids = (list: readonly { readonly name: string; readonly id: string; readonly path: string }[]) =>
    Object.fromEntries(list.filter(({ path }) => path === labPath(applied.lab)).map(({ name, id }) => [name, id]));
  const recorded = {
    ...{ version: 1, commit: null, at: `${TODAY}T08:00:00Z`, owners: [], announcements: [] },
    team: appliedTeam(members({ fay: { withheld: [] } })(applied), TODAY),
    begun: begun === null ? [] : [appliedTeam(begun, TODAY)],
    ids: { user: ids(Object.values(account.users)), group: ids(Object.values(account.groups)) },
    ...{ checkedAt: `${TODAY}T08:00:00Z`, administrators: [] },
  };
  return { account, states: new Map(), record: isRecorded ? JSON.stringify(recorded) : null };
}

/** A member's key by the name of the IAM user. */
export const keyOfUser = (name: string) =>
  name.startsWith(iamName(TEAM.lab, '')) ? name.slice(TEAM.lab.length + 1) : null;
