import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { managedPolicyArn, managedPolicyByArn } from '../../../src/catalog/managed-policies.ts';
import { OPERATIONS } from '../../../src/catalog/mturk.ts';
import { fail } from '../../../src/diagnostics/failure.ts';
import type { DriftFinding } from '../../../src/drift/finding.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import type { Statement } from '../../../src/iam/document.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { limitsPolicy } from '../../../src/team/documents.ts';
import { boundaryArn, labPath, rolePolicyArn } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import {
  AT,
  after,
  all,
  attach,
  type Change,
  changeGroup,
  changeUser,
  deletesAfter,
  edit,
  FULL,
  from,
  type GivenScan,
  idOf,
  NO_IDS,
  name,
  putInto,
  says,
  scanOfAccount,
  statement,
  stopArn,
  TODAY,
  takeOut,
  until,
  withGroup,
  withMember,
  withoutMember,
  withoutUser,
  withPolicy,
  withUser,
  write,
} from '../../support/changed-account.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const PATH = labPath(sampleTeam.lab);
const READ_ONLY = managedPolicyArn('AmazonMechanicalTurkReadOnly');
const line = ({ id, cause, remediation }: DriftFinding) => `${id}: ${cause}, ${remediation}`;

const MTURK = 'mechanicalturk:*';
const doubt = (operator: string, key: string, value: string) => ({ Condition: { [operator]: { [key]: value } } });
/** Mechanical Turk until a day that is over, and policies that name some days to come. */
const endedBeside = (days: number) => [
  { name: 'ended', document: says(statement('Allow', MTURK, doubt('DateLessThan', 'aws:CurrentTime', '2026-01-01'))) },
  ...Array.from({ length: days }, (_, day) => ({
    name: `p${day}`,
    document: says(statement('Allow', 'ec2:*', after(`2027-01-${String(day + 1).padStart(2, '0')}`))),
  })),
];
const READER = rolePolicyArn(sampleTeam, 'results-reader');
const PAYMASTER = rolePolicyArn(sampleTeam, 'paymaster');
const PAY = sampleTeam.roles.find(({ key }) => key === 'paymaster')?.allow;
const NOT_OF_PAYMASTER = OPERATIONS.filter((each) => PAY?.includes(each) !== true);
const readerStatement = says(
  ...[desiredAccess(sampleTeam, TODAY).policies.find(({ arn }) => arn === READER)!.document!.Statement].flat(),
);

/** Manual changes of an account that matches the applied file, and the findings: `id: cause, remediation`. */
const BY_HAND: readonly (readonly [string, Change, readonly string[]])[] = [
  ['nothing', (account) => account, []],
  [
    'a member is put into a group',
    putInto('bo', name('paymaster')),
    ['membership-added/bo/paymaster/spends: manual, auto'],
  ],
  [
    'a member is added to a group that denies some of their access',
    all(
      withPolicy(stopArn('no-hits'), says(statement('Deny', 'mechanicalturk:CreateHIT'))),
      changeGroup('paymaster', ({ attached }) => ({ attached: [...attached, stopArn('no-hits')] })),
      putInto('bo', name('paymaster')),
    ),
    ['membership-added/bo/paymaster/spends: manual, auto', 'policy-attached/group/paymaster/no-hits: manual, manual'],
  ],
  [
    'a member is taken out of a group',
    takeOut('fay', name('paymaster')),
    ['membership-removed/fay/paymaster: manual, announced'],
  ],
  [
    'a suspended member is removed from a group, which grants no access today',
    takeOut('cy', name('results-reader')),
    ['membership-removed/cy/results-reader: manual, announced'],
  ],
  ['a user is deleted, with their access', withoutUser('bo'), ['user-deleted/bo: manual, announced']],
  [
    'an unmanaged user with the name of a member is added to a group',
    withUser({ name: 'bo', groups: [name('paymaster')] }),
    ['membership-added/iam/bo/paymaster/spends: manual, auto', 'user-without-boundary/iam/bo: unmanaged, manual'],
  ],
  [
    'full access is attached to a member',
    attach('bo', FULL),
    ['policy-attached/user/bo/AmazonMechanicalTurkFullAccess/spends: manual, auto'],
  ],
  [
    'a Deny of everything is attached in an emergency',
    all(withPolicy(stopArn('stop'), says(statement('Deny', '*'))), attach('fay', stopArn('stop'))),
    ['policy-attached/user/fay/stop: manual, manual'],
  ],
  [
    'two policies that deny the same are attached in an emergency: each alone could go',
    all(
      withPolicy(stopArn('one'), says(statement('Deny', 'mechanicalturk:*'))),
      withPolicy(stopArn('two'), says(statement('Deny', '*'))),
      attach('fay', stopArn('one'), stopArn('two')),
    ),
    ['policy-attached/user/fay/one: manual, manual', 'policy-attached/user/fay/two: manual, manual'],
  ],
  [
    'a Deny that begins next year is written into a member',
    write('fay', 'soon', says(statement('Deny', 'mechanicalturk:SendBonus', after('2027-01-01T00:00:00Z')))),
    ['inline-policy-added/user/fay/soon: manual, manual'],
  ],
  [
    'a Deny outside one address is added to a member: the effect of its removal is unknown',
    write('fay', 'office', says(statement('Deny', '*', from('192.0.2.0/24')))),
    ['inline-policy-added/user/fay/office: manual, auto'],
  ],
  [
    'a Deny of something else than Mechanical Turk is written into a member',
    write('fay', 'no-keys', says(statement('Deny', 'iam:*'))),
    ['inline-policy-added/user/fay/no-keys: manual, auto'],
  ],
  [
    'a policy that cannot be read is written into a member',
    changeUser('fay', () => ({ inline: [{ name: 'odd', document: null }] })),
    ['inline-policy-added/user/fay/odd/spends: manual, auto'],
  ],
  [
    'a suspension is lifted, and full access attached: together they spend',
    all(
      changeUser('cy', () => ({ inline: [] })),
      attach('cy', FULL),
    ),
    [
      'policy-attached/user/cy/AmazonMechanicalTurkFullAccess/spends: manual, auto',
      'inline-policy-removed/user/cy/limits/spends: manual, auto',
    ],
  ],
  [
    'an end is moved to a later day',
    write('bo', 'limits', until('2029-01-01T00:00:00Z')),
    ['inline-policy-changed/user/bo/limits/spends: manual, auto'],
  ],
  [
    'an end is moved to an earlier day',
    write('bo', 'limits', until('2027-01-01T00:00:00Z')),
    ['inline-policy-changed/user/bo/limits: manual, manual'],
  ],
  [
    'an end is deleted',
    changeUser('bo', () => ({ inline: [] })),
    ['inline-policy-removed/user/bo/limits/spends: manual, auto'],
  ],
  [
    'a member is suspended by hand',
    write('bo', 'limits', says({ Sid: 'Suspended', ...statement('Deny', '*') })),
    ['inline-policy-changed/user/bo/limits: manual, manual'],
  ],
  [
    'a document is widened',
    edit(READER, says(statement('Allow', 'mechanicalturk:*'))),
    ['policy-changed/results-reader/spends: manual, auto'],
  ],
  [
    'a document is narrowed',
    edit(PAYMASTER, says(statement('Allow', 'mechanicalturk:GetHIT'))),
    ['policy-changed/paymaster: manual, announced'],
  ],
  [
    'a document without users is narrowed',
    all(takeOut('fay', name('paymaster')), edit(PAYMASTER, says(statement('Allow', 'mechanicalturk:GetHIT')))),
    ['policy-changed/paymaster: manual, announced', 'membership-removed/fay/paymaster: manual, announced'],
  ],
  [
    'a document gives other things',
    edit(PAYMASTER, says(statement('Allow', ['mechanicalturk:CreateHIT', 'mechanicalturk:GetHIT']))),
    ['policy-changed/paymaster/spends: manual, auto'],
  ],
  [
    'a Sid is another one',
    edit(READER, says({ ...(readerStatement.Statement[0 as never] as Statement), Sid: 'Read' })),
    ['policy-changed/results-reader: manual, auto'],
  ],
  [
    'a boundary is taken off',
    changeUser('fay', () => ({ boundary: null })),
    ['user-without-boundary/fay: manual, auto'],
  ],
  [
    'a boundary is taken off a member who is moved to another path, out of reach of the roles',
    changeUser('fay', () => ({ boundary: null, path: '/elsewhere/' })),
    ['user-without-boundary/fay: manual, manual', 'path-changed/user/fay: manual, manual'],
  ],
  [
    'the same in a folder of the path, which no apply reaches either',
    changeUser('fay', () => ({ boundary: null, path: '/mturk/perception-lab/x/' })),
    ['user-without-boundary/fay: manual, manual', 'path-changed/user/fay: manual, manual'],
  ],
  [
    'a member is added to a group that is moved to another path, and to one that is not',
    all(
      putInto('bo', name('paymaster')),
      putInto('fay', name('task-publisher')),
      changeGroup('paymaster', () => ({ path: '/elsewhere/' })),
    ),
    [
      'membership-added/bo/paymaster/spends: manual, manual',
      'membership-added/fay/task-publisher/spends: manual, auto',
      'path-changed/group/paymaster: manual, manual',
    ],
  ],
  [
    'a boundary is replaced by a narrower one, on a suspended member',
    all(
      withPolicy(stopArn('locked'), says(statement('Allow', 'mechanicalturk:Get*'))),
      changeUser('cy', () => ({ boundary: stopArn('locked') })),
    ),
    ['boundary-changed/cy: manual, auto'],
  ],
  [
    'a boundary is replaced by a wider one',
    all(
      withPolicy(stopArn('open'), says(statement('Allow', '*'))),
      changeUser('fay', () => ({ boundary: stopArn('open') })),
    ),
    ['boundary-changed/fay: manual, auto'],
  ],
  [
    'a tag is put on a member',
    changeUser('ada', ({ tags }) => ({ tags: { ...tags, 'by:whom?': 'me' } })),
    ['tag-changed/ada/by=3Awhom=3F: manual, auto'],
  ],
  [
    "a member's tag is changed, and another one taken off",
    changeUser('ada', ({ tags: { 'mturk-team:member': _gone, ...tags } }) => ({
      tags: { ...tags, 'mturk-team:lab': 'another' },
    })),
    ['tag-changed/ada/mturk-team=3Alab: manual, auto', 'tag-changed/ada/mturk-team=3Amember: manual, auto'],
  ],
  [
    'the boundary of a member is taken off, and all of IAM written in: together that is everything',
    all(
      changeUser('fay', () => ({ boundary: null })),
      write('fay', 'extra', says(statement('Allow', 'iam:*'))),
    ),
    ['inline-policy-added/user/fay/extra/escalates: manual, auto', 'user-without-boundary/fay/escalates: manual, auto'],
  ],
  [
    'all of IAM is added to a member, limited by the boundary',
    write('fay', 'extra', says(statement('Allow', 'iam:*'))),
    ['inline-policy-added/user/fay/extra: manual, auto'],
  ],
  [
    'a member is given all of Mechanical Turk in doubt, and another loses it',
    all(
      write('bo', 'by-account', says(statement('Allow', MTURK, doubt('StringEquals', 'aws:ResourceAccount', '1')))),
      write('fay', 'by-agent', says(statement('Allow', MTURK, doubt('StringLike', 'aws:username', '${aws:referer}')))),
      write('fay', 'at-night', says(statement('Allow', MTURK, doubt('StringLike', 'aws:CurrentTime', '*T03:*')))),
      write('ada', 'denied', says(statement('Deny', MTURK, doubt('StringNotEquals', 'aws:ResourceAccount', '1')))),
    ),
    [
      'inline-policy-added/user/bo/by-account/spends: manual, auto',
      'inline-policy-added/user/fay/at-night/spends: manual, auto',
      'inline-policy-added/user/fay/by-agent/spends: manual, auto',
      'inline-policy-added/user/ada/denied: manual, manual',
    ],
  ],
  [
    'policies name moments that no calendar has',
    all(
      write('bo', 'ends', says(statement('Allow', MTURK, doubt('DateLessThan', 'aws:EpochTime', '9'.repeat(20))))),
      write('bo', 'begun', says(statement('Deny', '*', doubt('DateGreaterThan', 'aws:EpochTime', '9'.repeat(20))))),
      write('bo', 'over', says(statement('Deny', '*', doubt('DateLessThan', 'aws:EpochTime', `-${'9'.repeat(20)}`)))),
    ),
    [
      'inline-policy-added/user/bo/ends/spends: manual, auto',
      'inline-policy-added/user/bo/begun: manual, auto',
      'inline-policy-added/user/bo/over: manual, auto',
    ],
  ],
  [
    'a suspension ends at an hour of each day',
    write('cy', 'limits', says(statement('Deny', '*', doubt('StringNotLike', 'aws:CurrentTime', '*T03:*')))),
    ['inline-policy-removed/user/cy/limits/reads: manual, auto', 'deny-kept/user/cy: manual, manual'],
  ],
  [
    'the boundary lets through everything, and all of IAM is attached to a role',
    all(
      edit(boundaryArn(sampleTeam), says(statement('Allow', '*'))),
      withPolicy(stopArn('rule'), says(statement('Allow', 'iam:*'))),
      changeGroup('paymaster', ({ attached }) => ({ attached: [...attached, stopArn('rule')] })),
    ),
    [
      'policy-attached/group/paymaster/rule/escalates: manual, auto',
      'boundary-policy-changed/wider/escalates: manual, manual',
    ],
  ],
  [
    'an unmanaged user may use Mechanical Turk under an unknown condition, or from a date on',
    all(
      withUser({
        name: 'by-mfa',
        inline: [
          {
            name: 'all',
            document: says(
              statement('Allow', MTURK, { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
            ),
          },
        ],
      }),
      withUser({
        name: 'by-org',
        inline: [
          {
            name: 'all',
            document: says(
              statement('Allow', MTURK, { Condition: { StringEquals: { 'aws:SourceOrgID': 'o-a1b2c3' } } }),
            ),
          },
        ],
      }),
      withUser({
        name: 'next-year',
        inline: [{ name: 'all', document: says(statement('Allow', MTURK, after('2027-01-01T00:00:00Z'))) }],
      }),
      withUser({ name: 'over', inline: endedBeside(16) }),
      withUser({ name: 'over-in-doubt', inline: endedBeside(17) }),
      withUser({
        name: 'of-another',
        inline: [
          {
            name: 'all',
            document: says(statement('Allow', MTURK, { Condition: { StringEquals: { 'aws:username': 'x' } } })),
          },
        ],
      }),
    ),
    [
      'unmanaged-user/by-mfa/spends: unmanaged, manual',
      'unmanaged-user/by-org/spends: unmanaged, manual',
      'unmanaged-user/next-year/spends: unmanaged, manual',
      'unmanaged-user/over-in-doubt/spends: unmanaged, manual',
      'user-without-boundary/of-another: unmanaged, manual',
      'user-without-boundary/over: unmanaged, manual',
    ],
  ],
  [
    'unmanaged users under the path may use Mechanical Turk under an unknown condition, or from a date on',
    all(
      withUser({
        name: 'intern',
        path: PATH,
        inline: [
          {
            name: 'all',
            document: says(statement('Allow', MTURK, { Condition: { StringLike: { 'aws:userid': 'AIDA*' } } })),
          },
        ],
      }),
      withUser({
        name: 'later',
        path: PATH,
        inline: [{ name: 'all', document: says(statement('Allow', MTURK, after('2027-01-01T00:00:00Z'))) }],
      }),
      withGroup({
        name: 'helpers',
        path: PATH,
        inline: [{ name: 'all', document: says(statement('Allow', MTURK, after('2027-01-01T00:00:00Z'))) }],
      }),
      putInto('bo', 'helpers'),
    ),
    [
      'unmanaged-user/intern/spends: unmanaged, manual',
      'unmanaged-user/later/spends: unmanaged, manual',
      'unmanaged-group/helpers/spends: unmanaged, manual',
    ],
  ],
  ['a member is moved', changeUser('ada', () => ({ path: '/' })), ['path-changed/user/ada: manual, manual']],
  [
    'a policy is taken off its group',
    changeGroup('paymaster', () => ({ attached: [] })),
    ['policy-detached/group/paymaster/paymaster: manual, announced'],
  ],
  [
    "a role's policy is deleted",
    all(
      changeGroup('paymaster', () => ({ attached: [] })),
      (account) => ({ ...account, policies: account.policies.filter(({ arn }) => arn !== PAYMASTER) }),
    ),
    ['policy-deleted/paymaster: manual, announced'],
  ],
  [
    "a role's policy is narrowed that a group elsewhere has: no apply adds to it",
    all(
      edit(PAYMASTER, says(statement('Allow', 'mechanicalturk:GetHIT'))),
      withGroup({ name: 'helpers', attached: [PAYMASTER] }),
    ),
    ['policy-changed/paymaster: manual, manual', 'unmanaged-group/helpers: unmanaged, manual'],
  ],
  [
    "a role's policy is narrowed that an unmanaged user under the path has",
    all(
      edit(PAYMASTER, says(statement('Allow', 's3:GetObject'))),
      withUser({ name: 'mallory', path: PATH, attached: [PAYMASTER] }),
    ),
    ['unmanaged-user/mallory/spends: unmanaged, manual', 'policy-changed/paymaster: manual, manual'],
  ],
  [
    "a role's policy that a group elsewhere has gives other things than before",
    all(
      edit(PAYMASTER, says(statement('Allow', 'mechanicalturk:CreateHIT'))),
      withGroup({ name: 'helpers', attached: [PAYMASTER] }),
    ),
    ['policy-changed/paymaster/spends: manual, auto', 'unmanaged-group/helpers: unmanaged, manual'],
  ],
  [
    "another policy has the name of a role's: an apply leaves the role out, so that nothing comes back, and empties the group",
    all(
      changeGroup('paymaster', () => ({ attached: [FULL] })),
      (account) => ({ ...account, policies: account.policies.filter(({ arn }) => arn !== PAYMASTER) }),
      withPolicy(stopArn(name('Paymaster')), says(statement('Allow', MTURK))),
      takeOut('fay', name('paymaster')),
      putInto('bo', name('paymaster')),
    ),
    [
      'membership-added/bo/paymaster/spends: manual, auto',
      'policy-attached/group/paymaster/AmazonMechanicalTurkFullAccess/spends: manual, manual',
      'membership-removed/fay/paymaster: manual, manual',
      'policy-deleted/paymaster: manual, manual',
    ],
  ],
  [
    'a group is renamed: its members come with it',
    (account) => ({
      ...account,
      groups: account.groups.map((each) => (each.name === name('paymaster') ? { ...each, name: 'payers' } : each)),
      users: account.users.map((each) => ({
        ...each,
        groups: each.groups.map((one) => (one === name('paymaster') ? 'payers' : one)),
      })),
    }),
    ['unmanaged-group/payers/spends: unmanaged, manual', 'group-deleted/paymaster: manual, announced'],
  ],
  [
    'a member is put into a group of administrators, without a boundary',
    all(
      withGroup({ name: 'Admins', inline: [{ name: 'all', document: says(statement('Allow', '*')) }] }),
      changeUser('fay', ({ groups }) => ({ groups: [...groups, 'Admins'], boundary: null })),
    ),
    [
      'user-without-boundary/fay/escalates: manual, auto',
      'unmanaged-group-membership/fay/Admins/escalates: unmanaged, manual',
    ],
  ],
  [
    'a member is in a group that gives what an apply denies them since',
    all(
      withGroup({
        name: 'elsewhere',
        inline: [{ name: 'all', document: says(statement('Allow', 'mechanicalturk:*')) }],
      }),
      putInto('fay', 'elsewhere'),
      write(
        'fay',
        'limits',
        limitsPolicy({ from: null, until: null, suspended: false, outOfReach: NOT_OF_PAYMASTER }) ?? says(),
      ),
    ),
    ['unmanaged-group-membership/fay/elsewhere: unmanaged, manual'],
  ],
  [
    'a member is put into a group of another kind',
    all(withGroup({ name: 'newsletter' }), putInto('bo', 'newsletter')),
    ['unmanaged-group-membership/bo/newsletter: unmanaged, manual'],
  ],
  [
    'unmanaged users may use all of Mechanical Turk, may attach policies, or have no access',
    all(
      withUser({ name: 'old-mturk-user', attached: [FULL] }),
      withUser({ name: 'janitor', inline: [{ name: 'helpdesk', document: says(statement('Allow', 'iam:Put*')) }] }),
      withUser({
        name: 'self-service',
        inline: [
          {
            name: 'own',
            document: says({
              Effect: 'Allow',
              Action: ['iam:CreateAccessKey', 'iam:*MFA*'],
              Resource: 'arn:aws:iam::*:user/${aws:username}',
            }),
          },
        ],
      }),
      withUser({ name: 'reader', attached: [READ_ONLY] }),
      withPolicy(READ_ONLY, managedPolicyByArn(READ_ONLY)!),
    ),
    [
      'unmanaged-user/janitor/escalates: unmanaged, manual',
      'unmanaged-user/old-mturk-user/spends: unmanaged, manual',
      'unmanaged-user/reader/reads: unmanaged, manual',
      'user-without-boundary/self-service: unmanaged, manual',
    ],
  ],
  [
    "the tutorial's user",
    withUser({
      name: 'researcher',
      inline: [
        {
          name: 'no-bonus',
          document: says(statement('Allow', 'mechanicalturk:*'), statement('Deny', 'mechanicalturk:GrantBonus')),
        },
      ],
    }),
    [
      'unmanaged-user/researcher/spends: unmanaged, manual',
      'retired-operations/user/researcher/no-bonus: unmanaged, manual',
    ],
  ],
  [
    'an unattached policy with retired operations',
    withPolicy(stopArn('tutorial'), says(statement('Allow', ['mechanicalturk:SearchHITs', 'mechanicalturk:GetHIT']))),
    ['retired-operations/tutorial: unmanaged, manual'],
  ],
  [
    'the boundary is missing',
    (account) => ({ ...account, policies: account.policies.filter(({ arn }) => arn !== boundaryArn(sampleTeam)) }),
    ['boundary-policy-changed/missing: manual, manual'],
  ],
  [
    'the boundary lets everything through',
    edit(boundaryArn(sampleTeam), says(statement('Allow', '*'))),
    ['boundary-policy-changed/wider: manual, manual'],
  ],
  [
    'the boundary lets less through',
    edit(boundaryArn(sampleTeam), says(statement('Allow', 'mechanicalturk:Get*'))),
    ['boundary-policy-changed/narrower: manual, manual'],
  ],
];

test.each(BY_HAND)('%s', (_what, change, expected) => {
  const { findings, class: found } = scanOfAccount({ account: change(desiredAccess(sampleTeam, TODAY)) });
  expect(findings.map(line)).toEqual(expected);
  const causes = new Set(findings.map(({ cause }) => cause));
  expect(found).toBe(causes.has('manual') ? 'drift' : causes.has('unmanaged') ? 'unmanaged' : 'clean');
});

describe('what is pending, and what is unmanaged', () => {
  const applied = desiredAccess(sampleTeam, TODAY);
  const leaver: Team = { ...withoutMember('bo'), departed: [{ key: 'bo', left: '2026-11-20', reason: 'graduated' }] };
  const cases: readonly (readonly [string, GivenScan, string, readonly string[]])[] = [
    [
      'a member whose user is to be deleted, and is still there',
      { team: deletesAfter(10), today: '2027-06-11', account: applied },
      'pending',
      ['unmanaged-user/bo: expired, manual'],
    ],
    [
      'the day before the user is to be deleted',
      { team: deletesAfter(10), today: '2027-06-10', account: applied },
      'clean',
      [],
    ],
    [
      'a member whose last day has passed, and whose user stays',
      { today: '2028-01-01', account: applied },
      'clean',
      [],
    ],
    [
      'the limits were deleted: a manual change that grants access',
      { team: deletesAfter(10), today: '2027-06-11', account: changeUser('bo', () => ({ inline: [] }))(applied) },
      'drift',
      ['inline-policy-removed/user/bo/limits/spends: manual, auto', 'unmanaged-user/bo/spends: expired, manual'],
    ],
    [
      'the limits of a member past their last day were deleted, whose user stays',
      { today: '2027-06-01', account: changeUser('bo', () => ({ inline: [] }))(applied) },
      'drift',
      ['inline-policy-removed/user/bo/limits/spends: manual, auto'],
    ],
    ['a member whose last day is today', { today: '2027-05-31', account: applied }, 'clean', []],
    ['a member whose user was deleted when due', { team: deletesAfter(10), today: '2027-06-11' }, 'clean', []],
    [
      'a member who has left, before that is applied',
      { team: leaver, applied: sampleTeam, account: applied },
      'pending',
      ['unmanaged-user/bo/spends: pending, manual'],
    ],
    [
      'the same, and their boundary was taken off: only the deletion is pending',
      { team: leaver, applied: sampleTeam, account: changeUser('bo', () => ({ boundary: null }))(applied) },
      'unmanaged',
      ['unmanaged-user/bo/spends: pending, manual', 'user-without-boundary/bo: unmanaged, manual'],
    ],
    [
      'a member who has left, of whom a user is there although that was applied',
      { team: leaver, account: applied },
      'drift',
      [
        'membership-added/bo/task-publisher/spends: manual, auto',
        'unmanaged-user/bo/spends: unmanaged, manual',
        'membership-added/bo/results-reader/reads: manual, auto',
      ],
    ],
    [
      'a member taken out of the file, before that is applied',
      { team: withoutMember('bo'), applied: sampleTeam, account: applied },
      'pending',
      ['unmanaged-user/perception-lab-bo/spends: pending, manual'],
    ],
    [
      'a user under the path who is in no file',
      { applied: null, account: withUser({ name: 'intern', path: PATH, attached: [FULL] })(applied) },
      'pending',
      ['unmanaged-user/intern/spends: unknown, manual'],
    ],
    [
      'the same, who may do so in doubt',
      {
        applied: null,
        account: withUser({
          ...{ name: 'intern', path: PATH },
          inline: [
            { name: 'all', document: says(statement('Allow', MTURK, doubt('StringEquals', 'aws:SourceOrgID', 'o'))) },
          ],
        })(applied),
      },
      'pending',
      ['unmanaged-user/intern/spends: unknown, manual'],
    ],
    [
      'the same where this file is the one that was applied',
      { account: withUser({ name: 'intern', path: PATH, attached: [FULL] })(applied) },
      'unmanaged',
      ['unmanaged-user/intern/spends: unmanaged, manual'],
    ],
    [
      'a change of the file that is not applied',
      { team: withMember('bo', { roles: ['results-reader'] }), applied: sampleTeam, account: applied },
      'pending',
      ['membership-added/bo/task-publisher/spends: pending, manual'],
    ],
    [
      'words that change are no change of access',
      {
        team: withMember('bo', { name: 'Bo B. Chen', email: 'bo@lab.edu', keys: 2 }),
        applied: sampleTeam,
        account: applied,
      },
      'clean',
      [],
    ],
    [
      'a suspension that is not applied',
      { team: withMember('bo', { suspended: true }), applied: sampleTeam, account: applied },
      'pending',
      ['inline-policy-changed/user/bo/limits/spends: pending, manual'],
    ],
  ];

  test('a user who is renamed in the letters alone is so by hand', () => {
    const seen = scanOfAccount({
      account: changeUser('fay', () => ({ name: 'perception-lab-Fay' }))(applied),
      noted: idOf('user', name('fay'), 'AIDA1'),
      inventory: { ids: idOf('user', 'perception-lab-Fay', 'AIDA1') },
    });
    expect(seen.class).toBe('drift');
    expect(seen.findings.map(line)).toEqual(['user-renamed/fay: manual, manual']);
  });

  test.each(cases)('%s', (_what, given, found, expected) => {
    const seen = scanOfAccount(given);
    expect(seen.findings.map(line)).toEqual(expected);
    expect(seen.class).toBe(found);
  });
});

test('a boundary that is removed from a member who is past their last day is drift until the user is deleted', () => {
  const applied = deletesAfter(null, withMember('bo', { until: '2026-11-01' }));
  const account = changeUser('bo', () => ({ boundary: null }))(desiredAccess(applied, TODAY));
  const seen = scanOfAccount({ team: deletesAfter(1, applied), applied, account });
  expect(seen.class).toBe('drift');
  expect(seen.findings.map(line)).toEqual([
    'user-without-boundary/bo: manual, auto',
    'unmanaged-user/bo: expired, manual',
  ]);
});

describe('what could not be checked', () => {
  const failure = {
    what: 'users, groups and policies',
    failure: fail('aws-unavailable', { reason: 'AccessDenied', progress: null }).failure,
  };
  const blind = inventoryOf(
    { account: sampleTeam.account, users: [], groups: [], policies: [] },
    {},
    {
      isAccessKnown: false,
      notChecked: [failure],
    },
  );

  test('is never taken for an empty account', () => {
    const seen = scanOf({ team: sampleTeam, today: TODAY, at: AT, inventory: blind, plan: null, applied: null });
    expect(seen).toMatchObject({ class: 'error', findings: [], notChecked: [failure] });
  });

  test('makes an error of what is clean otherwise, and no more than a note of what is not', () => {
    const inventory = (account: AccessModel) =>
      inventoryOf(account, {}, { notChecked: [{ ...failure, what: 'the credential report' }] });
    const classOf = (account: AccessModel) =>
      scanOf({
        team: sampleTeam,
        today: TODAY,
        at: AT,
        inventory: inventory(account),
        plan: null,
        applied: { team: appliedTeam(sampleTeam, TODAY), begun: [], ids: NO_IDS },
      }).class;
    expect(classOf(desiredAccess(sampleTeam, TODAY))).toBe('error');
    expect(classOf(putInto('bo', name('paymaster'))(desiredAccess(sampleTeam, TODAY)))).toBe('drift');
  });
});
