import { accessOf } from '../../src/access/access-of.ts';
import { type AccessChange, diffAccess, effectsBetween, hasEffect } from '../../src/access/diff.ts';
import type { AccessModel, AccessUser } from '../../src/access/model.ts';
import type { Difference } from '../../src/access/model-difference.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { withDifferences } from '../../src/access/with-differences.ts';
import { namingOf } from '../../src/app/session/read-team.ts';
import type { AccessKey } from '../../src/aws/types.ts';
import { type Operation, RISKS } from '../../src/catalog/mturk.ts';
import type { Attribution, DriftFinding, ScanResult } from '../../src/drift/finding.ts';
import { findingIds } from '../../src/drift/scan/finding-id.ts';
import { bySeverity, remediationOf, severityOf } from '../../src/drift/scan/scan.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import { boundaryArn, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { detectedOf, type Sample } from './detected-of.ts';
import { member, sampleTeam } from './sample-team.ts';

export const TODAY = '2026-11-25';
export const AT = new Date(`${TODAY}T05:17:00Z`);

/** The sample team, with a member who loses access. */
export const team: Team = {
  ...sampleTeam,
  members: [
    ...sampleTeam.members,
    member({ key: 'eve', name: 'Eve Lindqvist', roles: ['results-reader'], until: '2027-05-31', sponsor: 'ada' }),
  ],
};
export const naming = namingOf(team);
export const declared: AccessModel = desiredAccess(team, TODAY);

export const userOf = (key: string) => `perception-lab-${key}`;
export const FULL_ACCESS = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const PAYMASTER = rolePolicyArn(team, 'paymaster');
const READER = rolePolicyArn(team, 'results-reader');

export const document = (effect: 'Allow' | 'Deny', ...actions: string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: effect, Action: actions, Resource: '*' }],
});

export const BY_ADA: Attribution = {
  actor: 'perception-lab-ada',
  at: '2026-11-24T16:02:11Z',
  sourceIp: '203.0.113.9',
  userAgent: 'console',
};

/** Bo was in paymaster for four minutes; a policy has been tagged. */
export const CHANGED_BACK: ScanResult['changedBack'] = [
  {
    entity: { kind: 'user', name: userOf('bo') },
    changes: [
      { ...BY_ADA, at: '2026-11-24T16:06:00Z', event: 'RemoveUserFromGroup', target: 'perception-lab-paymaster' },
      { ...BY_ADA, actor: 'intern', event: 'AddUserToGroup', target: 'perception-lab-paymaster' },
    ],
  },
  {
    entity: { kind: 'policy', name: READER },
    changes: [{ ...BY_ADA, actor: 'root', sourceIp: null, userAgent: 'cli', event: 'TagPolicy', target: READER }],
  },
];

export const key = (given: Partial<AccessKey> = {}): AccessKey => ({
  id: 'AKIAEXAMPLEKEYOFBO2A',
  active: true,
  created: '2026-03-02T09:00:00Z',
  lastUsed: null,
  isUseKnown: true,
  ...given,
});

/** What a difference does by itself to what the file declares. */
function peopleOf(difference: Difference): readonly AccessChange[] {
  const documents = new Map<string, PolicyDocument | null>([[ADMINISTRATOR, document('Allow', '*')]]);
  const removed = difference.kind === 'user-added' ? [] : [difference];
  return effectsBetween(declared, withDifferences(declared, removed, documents), AT);
}

/** A finding about something that is not as declared; nothing of it is looked up. */
function differs(difference: Difference, given: Partial<DriftFinding> = {}): DriftFinding {
  const people = given.changes ?? peopleOf(difference);
  const gains = people.flatMap(({ worstGain }) => worstGain ?? []);
  const risk = RISKS.find((each) => gains.includes(each)) ?? null;
  return findingOf(
    { kind: 'difference', difference },
    {
      cause: 'manual',
      remediation: remediationOf(difference, people),
      changes: people,
      risk,
      ...given,
    },
  );
}

/** A finding of that rule and data; what is not given is as harmless as can be. */
export function findingOf(sample: Sample, given: Partial<DriftFinding> = {}): DriftFinding {
  const { changes = [], risk = null, escalates = [], cause = 'unmanaged', remediation = 'manual' } = given;
  const found = detectedOf(sample, declared, team.lab, { cause, remediation, changes, risk, escalates });
  const id = given.id ?? findingIds(team)(found);
  return { lastChange: null, ...given, ...found, id, severity: severityOf(found) } as DriftFinding;
}

/** A finding of any other kind. */
export function finds(id: string, what: Sample, given: Partial<DriftFinding> = {}): DriftFinding {
  return findingOf(what, { ...given, id });
}

/** The access of an unmanaged user. */
function unmanagedUser(user: AccessUser, keys: readonly AccessKey[], isAdministrator = false): Sample {
  const model: AccessModel = {
    account: team.account,
    users: [user],
    groups: [{ name: 'Admins', path: '/', attached: [ADMINISTRATOR], inline: [] }],
    policies: [
      { arn: FULL_ACCESS, name: 'AmazonMechanicalTurkFullAccess', document: document('Allow', 'mechanicalturk:*') },
      { arn: ADMINISTRATOR, name: 'AdministratorAccess', document: document('Allow', '*') },
    ],
  };
  const [access] = accessOf(model, { at: AT });
  const { people: changes } = diffAccess({ ...model, users: [] }, model, AT);
  return { kind: 'other-user', access: access!, isAdministrator, keys, changes };
}

export const user = (name: string, given: Partial<AccessUser> = {}): AccessUser => ({
  name,
  path: '/',
  groups: [],
  attached: [],
  inline: [],
  boundary: null,
  tags: {},
  ...given,
});

export const group = (name: string) => ({ kind: 'group' as const, name: `perception-lab-${name}` });
const holder = (name: string) => ({ kind: 'user' as const, name: userOf(name) });

const bo = userOf('bo');
const eve = userOf('eve');
const readable = document('Allow', 'mechanicalturk:GetHIT');

/** Every kind of difference, done by hand. */
export const DIFFERENCES: readonly DriftFinding[] = [
  differs(
    { kind: 'membership-added', group: 'perception-lab-paymaster', user: bo, unmanaged: false },
    { lastChange: BY_ADA },
  ),
  differs(
    { kind: 'membership-added', group: 'perception-lab-paymaster', user: 'stranger', unmanaged: true },
    { lastChange: { ...BY_ADA, actor: 'root', sourceIp: null, userAgent: 'cli' } },
  ),
  differs({ kind: 'policy-attached', holder: holder('eve'), arn: FULL_ACCESS }),
  differs({ kind: 'policy-attached', holder: group('results-reader'), arn: FULL_ACCESS }),
  differs(
    { kind: 'inline-policy-added', holder: holder('eve'), policy: 'extra', document: null },
    { remediation: 'manual' },
  ),
  differs({
    kind: 'inline-policy-added',
    holder: group('results-reader'),
    policy: 'extra',
    document: document('Allow', 'mechanicalturk:SendBonus'),
  }),
  differs({ kind: 'inline-policy-added', holder: holder('fay'), policy: 'emergency', document: document('Deny', '*') }),
  differs({ kind: 'inline-policy-removed', holder: holder('cy'), policy: 'limits', document: null }),
  differs({ kind: 'inline-policy-removed', holder: holder('bo'), policy: 'limits', document: null }),
  differs({
    kind: 'inline-policy-changed',
    holder: holder('bo'),
    policy: 'limits',
    from: null,
    to: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2029-01-01T00:00:00Z' } },
        },
      ],
    },
  }),
  differs({
    kind: 'policy-changed',
    arn: READER,
    from: null,
    to: document('Allow', 'mechanicalturk:Get*', 'mechanicalturk:List*', 'mechanicalturk:CreateHIT'),
  }),
  differs({ kind: 'policy-changed', arn: PAYMASTER, from: null, to: readable }),
  differs({
    ...{
      kind: 'policy-changed',
      arn: PAYMASTER,
      from: null,
      to: document('Allow', 'mechanicalturk:CreateWorkerBlock'),
    },
  }),
  differs({ kind: 'boundary-changed', user: bo, from: boundaryArn(team), to: null }),
  differs(
    { kind: 'boundary-changed', user: eve, from: boundaryArn(team), to: `arn:aws:iam::${team.account}:policy/none` },
    { changes: [] },
  ),
  differs(
    { kind: 'membership-removed', group: 'perception-lab-results-reader', user: eve, unmanaged: false },
    { lastChange: { ...BY_ADA, actor: 'AdminRole/ada', userAgent: 'sdk' } },
  ),
  differs({ kind: 'policy-detached', holder: group('paymaster'), arn: PAYMASTER }),
  differs({ kind: 'user-deleted', user: eve }),
  differs({ kind: 'group-deleted', group: 'perception-lab-paymaster' }),
  differs({ kind: 'policy-deleted', arn: PAYMASTER }),
  differs({ kind: 'user-added', user: userOf('zed') }, { remediation: 'manual' }),
  differs({ kind: 'group-added', group: 'perception-lab-visitors' }, { remediation: 'manual' }),
  differs({ kind: 'policy-added', arn: rolePolicyArn(team, 'visitors') }, { remediation: 'manual' }),
  differs({ kind: 'path-changed', holder: holder('bo'), from: labPath(team.lab), to: '/' }),
  differs({ kind: 'tag-changed', user: bo, tag: 'mturk-team:member', from: 'bo', to: 'other' }),
];

const unmanaged = (kind: 'user' | 'group' | 'policy', name: string) => ({
  name,
  path: labPath(team.lab),
  arn: `arn:aws:iam::${team.account}:${kind}${labPath(team.lab)}${name}`,
});

/** Every other kind. */
export const OTHERS: readonly DriftFinding[] = [
  finds(
    'unmanaged-user/old-mturk-user/spends',
    unmanagedUser(user('old-mturk-user', { attached: [FULL_ACCESS] }), [
      key({ lastUsed: '2019-03-04T10:00:00Z', created: '2017-03-01T00:00:00Z' }),
    ]),
    { risk: 'spends' },
  ),
  finds('unmanaged-user/pi/escalates', unmanagedUser(user('pi', { groups: ['Admins'] }), [], true), { risk: 'spends' }),
  finds(
    'unmanaged-user/ghost/escalates',
    {
      kind: 'unmanaged',
      resource: {
        kind: 'user',
        ...unmanaged('user', 'ghost'),
        details: { groups: ['everybody'], attached: [FULL_ACCESS], inline: [], boundary: null, tags: {} },
      },
      escalates: ['ghost'],
    },
    { risk: 'spends' },
  ),
  finds(
    'unmanaged-group/old-payers/spends',
    {
      kind: 'unmanaged',
      resource: {
        kind: 'group',
        ...unmanaged('group', 'old-payers'),
        details: { members: [eve], attached: [PAYMASTER], inline: [] },
      },
    },
    { risk: 'spends', changes: peopleOf({ kind: 'policy-attached', holder: holder('eve'), arn: PAYMASTER }) },
  ),
  finds('unmanaged-policy/spare', {
    kind: 'unmanaged',
    resource: { kind: 'policy', ...unmanaged('policy', 'spare'), details: { document: readable, attachments: 0 } },
  }),
  finds('boundary-policy-changed/missing', {
    ...{ kind: 'boundary', state: 'missing', arn: boundaryArn(team), document: null, wider: [], narrower: [] },
  }),
  finds('boundary-policy-changed/wider/narrower', {
    kind: 'boundary',
    state: 'changed',
    arn: boundaryArn(team),
    document: readable,
    wider: [{ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::data' }],
    narrower: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
  }),
  finds(
    'unmanaged-group-membership/bo/Admins',
    { kind: 'unmanaged-group-membership', user: bo, group: 'Admins' },
    { lastChange: BY_ADA },
  ),
  finds('non-default-policy-version/results-reader/v7', {
    ...{ kind: 'non-default-policy-version', arn: rolePolicyArn(team, 'results-reader'), version: 'v7' },
    ...{ created: '2026-11-24T16:58:00Z', operations: ['SendBonus'], isBeyond: false, users: [bo] },
  }),
  finds('non-default-policy-version/perception-lab/v2', {
    ...{ kind: 'non-default-policy-version', arn: boundaryArn(team), version: 'v2' },
    ...{ created: '2026-11-24T16:58:00Z', operations: [], isBeyond: true, users: [] },
  }),
  finds('retired-operations/no-bonus', {
    kind: 'retired-operations',
    policy: `arn:aws:iam::${team.account}:policy/no-bonus`,
    holder: null,
    names: [{ name: 'GrantBonus', successors: ['SendBonus'], effect: 'Deny' }],
    users: [bo, 'old-mturk-user'],
  }),
  finds('retired-operations/user/old-mturk-user/search', {
    kind: 'retired-operations',
    policy: 'search',
    holder: { kind: 'user', name: 'old-mturk-user' },
    names: [
      { name: 'SearchHITs', successors: ['ListHITs'], effect: 'Allow' },
      { name: 'GetRequesterStatistic', successors: [], effect: 'Allow' },
      { name: 'DisableHIT', successors: ['UpdateExpirationForHIT', 'DeleteHIT'], effect: 'Allow' },
    ],
    users: [],
  }),
  finds('root-access-key', {
    kind: 'root-access-key',
    keys: [key({ id: null, created: '2016-05-05T00:00:00Z', lastUsed: '2026-11-20T00:00:00Z' })],
  }),
  finds('key-used-after-leaving/cy/2026-11-24', {
    kind: 'key-used-after-leaving',
    user: userOf('cy'),
    key: key({ lastUsed: '2026-11-24T20:15:00Z' }),
    because: 'suspended',
  }),
  finds('key-used-after-leaving/dee/2026-11-01', {
    kind: 'key-used-after-leaving',
    user: userOf('dee'),
    key: key({ id: null, lastUsed: '2026-11-01T20:15:00Z' }),
    because: 'departed',
  }),
  finds('too-many-access-keys/bo', {
    kind: 'too-many-access-keys',
    user: bo,
    keys: [
      key({ lastUsed: '2026-11-24T20:15:00Z' }),
      key({ id: 'AKIAEXAMPLEKEYOFBO2B', created: '2026-10-02T09:00:00Z' }),
    ],
    allowed: 1,
  }),
  finds('old-access-key/eve', {
    kind: 'old-access-key',
    user: eve,
    key: key({ lastUsed: '2026-11-24T20:15:00Z' }),
    days: 268,
    limit: 90,
    other: null,
    isSuspended: false,
  }),
  finds('unused-access-key/fay', {
    kind: 'unused-access-key',
    user: userOf('fay'),
    key: key({ created: '2026-09-02T09:00:00Z' }),
    days: 84,
  }),
  finds('service-specific-credential/bo', {
    kind: 'service-specific-credential',
    user: bo,
    credentials: [{ id: 'ACCAEXAMPLESERVICE2A', service: 'bedrock.amazonaws.com' }],
  }),
  finds('console-password/bo', { kind: 'console-password', user: bo, lastUsed: '2026-11-02T08:00:00Z' }),
  finds('ssh-key/eve', { kind: 'ssh-key', user: eve, ids: ['APKAEXAMPLESSHKEYY2A', 'APKAEXAMPLESSHKEYY2B'] }),
  finds('signing-certificate/eve', { kind: 'signing-certificate', user: eve, ids: ['TA7SMP42TDN5Z26OBPJE7EXAMPLE'] }),
  finds(
    'resource-changed/aws_iam_user.member_bo',
    { kind: 'resource-changed', address: 'aws_iam_user.member_bo', attributes: ['tags_all'] },
    { cause: 'manual' },
  ),
];

/** Denies that applies wrote: announced, not announced, and kept at a user and a group. */
export const WITHHELD: readonly DriftFinding[] = [
  finds(
    'access-withheld/eve',
    { kind: 'access-withheld', user: eve, operations: ['GetHIT'], from: '2026-11-26T01:17:00.000Z' },
    { cause: 'manual', remediation: 'announced', changes: losesBy(eve, 'GetHIT') },
  ),
  finds(
    'access-withheld/bo',
    { kind: 'access-withheld', user: bo, operations: ['CreateHIT'], from: null },
    { cause: 'manual', remediation: 'announced', changes: losesBy(bo, 'CreateHIT') },
  ),
  finds(
    'deny-kept/user/bo',
    { kind: 'deny-kept', holder: holder('bo'), operations: ['ListHITs'] },
    { cause: 'manual', changes: losesBy(bo, 'ListHITs') },
  ),
  finds(
    'deny-kept/group/paymaster',
    { kind: 'deny-kept', holder: group('paymaster'), operations: ['NotifyWorkers'] },
    { cause: 'manual' },
  ),
];

/** What a user loses by a Deny of that operation. */
function losesBy(name: string, operation: Operation): readonly AccessChange[] {
  const denying = (each: AccessUser) => ({
    ...each,
    inline: [...each.inline, { name: 'more', document: document('Deny', `mechanicalturk:${operation}`) }],
  });
  const users = declared.users.map((each) => (each.name === name ? denying(each) : each));
  return diffAccess(declared, { ...declared, users }, AT).people.filter(hasEffect);
}

export function sampleScan(findings: readonly DriftFinding[], given: Partial<ScanResult> = {}): ScanResult {
  return {
    class: findings.length === 0 ? 'clean' : 'drift',
    findings,
    snoozed: [],
    unusedSnoozes: [],
    excepted: { administrators: [], missing: [], neighbors: [] },
    administrators: [],
    notChecked: [],
    changedBack: [],
    eventsComplete: true,
    planned: true,
    at: AT.toISOString(),
    credentialReportAt: '2026-11-25T03:04:00Z',
    ...given,
  };
}

/** As a look has them. */
export function worstFirst(findings: readonly DriftFinding[]): readonly DriftFinding[] {
  return [...findings].sort(bySeverity);
}

/** The same findings with another cause. */
export function because(cause: DriftFinding['cause'], findings: readonly DriftFinding[]): readonly DriftFinding[] {
  return findings.map((finding) => ({ ...finding, cause, by: null }));
}
