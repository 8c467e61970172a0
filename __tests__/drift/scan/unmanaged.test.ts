import { escalationTargets } from '../../../src/access/escalation/targets.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import type { IamEntity } from '../../../src/aws/iam-names.ts';
import { boundaryState } from '../../../src/aws/inventory/boundary.ts';
import {
  findUnmanaged,
  type GroupDetails,
  type PolicyDetails,
  type UserDetails,
} from '../../../src/aws/inventory/unmanaged.ts';
import type { Inventory } from '../../../src/aws/types.ts';
import { fail } from '../../../src/diagnostics/failure.ts';
import { riskOfUnmanaged, unmanagedEffectsOf } from '../../../src/drift/access-changes.ts';
import { driftLines } from '../../../src/drift/report/terminal.ts';
import { boundaryEffectOf } from '../../../src/drift/rules/boundary-policy-changed.ts';
import { bySeverity } from '../../../src/drift/scan/scan.ts';
import type { PolicyDocument } from '../../../src/iam/document.ts';
import { boundaryPolicy, rolePolicy } from '../../../src/team/documents.ts';
import { boundaryArn, labPath, rolePolicyArn } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { expectGolden } from '../../support/golden.ts';
import { finds, sampleScan } from '../../support/sample-scans.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const PATH = labPath(sampleTeam.lab);
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const PAYMASTER = rolePolicyArn(sampleTeam, 'paymaster');
const BOUNDARY = boundaryArn(sampleTeam);
const allow = (...actions: string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});

/** The sample team, with only ada in a role that pays. */
const team: Team = {
  ...sampleTeam,
  members: sampleTeam.members.map((each) => (each.key === 'fay' ? { ...each, roles: ['results-reader'] } : each)),
};
const paymaster = team.roles.find(({ key }) => key === 'paymaster')!;

interface Fake {
  readonly groups?: Readonly<Record<string, Partial<GroupDetails>>>;
  readonly users?: Readonly<Record<string, Partial<UserDetails>>>;
  /** By ARN. */
  readonly policies?: Readonly<Record<string, PolicyDetails>>;
  readonly boundary?: PolicyDocument | null;
  /** Where things lie that are not under the lab's path. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** Set if the caller may not read who has which access. */
  readonly denied?: true;
}

type Seen = Pick<Inventory, 'access' | 'policies' | 'isAccessKnown' | 'notChecked'>;

function accountWith(fake: Fake): Seen {
  if (fake.denied === true) {
    const reason = 'AccessDenied: User: plan-role is not authorized to perform: iam:GetAccountAuthorizationDetails';
    const { failure } = fail('credentials-denied', { reason, progress: null });
    const nothing = { account: team.account, users: [], groups: [], policies: [] };
    const notChecked = [{ what: 'users, groups and policies', failure }];
    return { access: nothing, policies: new Map(), isAccessKnown: false, notChecked };
  }
  const { groups = {}, users = {}, boundary = boundaryPolicy(team), elsewhere = {} } = fake;
  const policies: Readonly<Record<string, PolicyDetails>> = {
    [ADMINISTRATOR]: { document: allow('*'), attachments: 1 },
    [PAYMASTER]: { document: rolePolicy(paymaster, []), attachments: 2 },
    ...(boundary === null ? {} : { [BOUNDARY]: { document: boundary, attachments: 5 } }),
    ...fake.policies,
  };
  const pathOf = (name: string): string => elsewhere[name] ?? PATH;
  const held = { attached: [], inline: [] };
  const members = Object.values(groups).flatMap((group) => group.members ?? []);
  return {
    access: {
      account: team.account,
      users: [...new Set(['perception-lab-fay', ...Object.keys(users), ...members])].sort().map((name) => {
        const joined = Object.entries(groups).flatMap(([group, { members = [] }]) =>
          members.includes(name) ? [group] : [],
        );
        const own = { groups: [], boundary: null, tags: {}, ...held, ...users[name] };
        // A name that appears only as a member is a user of the lab, or an unrelated one.
        const path = name in users || name.startsWith('perception-lab-') ? pathOf(name) : '/';
        return { name, path, ...own, groups: [...own.groups, ...joined].sort() };
      }),
      groups: [
        { name: 'perception-lab-paymaster', path: PATH, attached: [PAYMASTER], inline: [] },
        ...Object.entries(groups).map(([name, { attached = [], inline = [] }]) => ({
          name,
          path: pathOf(name),
          attached,
          inline,
        })),
      ],
      policies: Object.entries(policies).map(([arn, { document }]) => ({
        arn,
        name: arn.slice(arn.lastIndexOf('/') + 1),
        document,
      })),
    },
    policies: new Map(Object.entries(policies).map(([arn, held]) => [arn, { ...held, versions: [] }])),
    isAccessKnown: true,
    notChecked: [],
  };
}

/** What the state or the file has: the lab's own, and one policy. */
const knows = ({ kind, name }: IamEntity): boolean =>
  kind === 'policy' ? name === 'perception-lab-paymaster' : name.startsWith('perception-lab-');

const targetsOf = (of: typeof team) => escalationTargets(of.lab, [desiredAccess(of, TODAY)]);

function besideIn(fake: Fake, of = team) {
  const account = accountWith(fake);
  const groups = new Set(of.roles.map(({ key }) => `perception-lab-${key}`));
  const found = findUnmanaged(account, { path: PATH, knows, groups });
  const boundary = boundaryState(account, of);
  return {
    unmanaged: unmanagedEffectsOf(found, of, desiredAccess(sampleTeam, '2026-01-01'), TODAY, AT, targetsOf(of)),
    boundary: boundaryEffectOf(boundary, of, TODAY, AT),
    boundaryState: boundary.state,
    notChecked: account.notChecked,
  };
}

const OLD_PAYERS = { 'old-payers': { members: ['perception-lab-fay'], attached: [PAYMASTER] } };

const CASES: Readonly<Record<string, Fake>> = {
  'a clean account': {},
  'a group renamed by hand': { groups: OLD_PAYERS },
  'the same group, moved out of the path': { groups: OLD_PAYERS, elsewhere: { 'old-payers': '/' } },
  'a user outside the lab with a policy of the lab, and one without': {
    users: { zoe: { attached: [PAYMASTER] }, yan: { attached: [ADMINISTRATOR] } },
    elsewhere: { zoe: '/', yan: '/' },
  },
  'a user with AdministratorAccess': { users: { ghost: { attached: [ADMINISTRATOR] } } },
  'the same user under the boundary': { users: { ghost: { attached: [ADMINISTRATOR], boundary: BOUNDARY } } },
  'a user in a group outside the lab, and in one of the lab': {
    users: { ghost: { groups: ['everybody', 'perception-lab-paymaster'] } },
    groups: { everybody: { inline: [{ name: 'blocks', document: allow('mechanicalturk:CreateWorkerBlock') }] } },
    elsewhere: { everybody: '/' },
  },
  'an empty group': { groups: { empty: {} } },
  'a group with a policy that cannot be read, and an unmanaged user': {
    groups: { odd: { members: ['zoe'], inline: [{ name: "it's", document: null }] } },
  },
  'a policy that is attached to nothing': {
    policies: { [`arn:aws:iam::${team.account}:policy${PATH}spare`]: { document: allow('*'), attachments: 0 } },
  },
  'a boundary that lets everything through': { boundary: allow('*') },
  'a boundary that lets less through': { boundary: allow('mechanicalturk:Get*') },
  'a boundary with a hole in it': {
    boundary: {
      Version: '2012-10-17',
      Statement: [
        ...[boundaryPolicy(team).Statement].flat(),
        { Effect: 'Allow', Action: ['mechanicalturk:Get*', 's3:*'], Resource: 'arn:aws:s3:::data' },
        { Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' },
      ],
    },
  },
  'no boundary': { boundary: null },
  'nothing may be asked': { denied: true },
  'several at once, the worst first': {
    groups: { ...OLD_PAYERS, empty: {} },
    users: { reader: { inline: [{ name: 'reads', document: allow('mechanicalturk:GetHIT') }] } },
    boundary: allow('*'),
  },
};

const naming = namingOf(team);

function reportOf({ unmanaged, boundary, notChecked }: ReturnType<typeof besideIn>): string {
  const findings = [
    ...unmanaged.map((effect) => {
      const { resource, changes, keeps, escalates } = effect;
      const given = { changes, escalates, risk: riskOfUnmanaged(effect) };
      return finds(`unmanaged-${resource.kind}/${resource.name}`, { kind: 'unmanaged', resource, keeps }, given);
    }),
    ...(boundary === null ? [] : [finds('boundary-policy-changed', { kind: 'boundary', ...boundary })]),
  ].sort(bySeverity);
  const found = findings.length > 0 ? 'unmanaged' : notChecked.length > 0 ? 'error' : 'clean';
  return driftLines(sampleScan(findings, { class: found, notChecked }), naming).join('\n');
}

test('the report of each, as a person reads it', () => {
  const texts = Object.entries(CASES).map(([name, fake]) => `## ${name}\n${reportOf(besideIn(fake))}\n`);
  expectGolden('drift/unmanaged.txt', texts.join('\n'));
});

test.each<[keyof typeof CASES, string, string[], string[]]>([
  ['a clean account', 'unchanged', [], []],
  ['a group renamed by hand', 'unchanged', ['group old-payers'], ['perception-lab-fay']],
  ['the same group, moved out of the path', 'unchanged', ['group old-payers'], ['perception-lab-fay']],
  ['a user outside the lab with a policy of the lab, and one without', 'unchanged', ['user zoe'], ['zoe']],
  ['a user with AdministratorAccess', 'unchanged', ['user ghost'], ['ghost']],
  ['the same user under the boundary', 'unchanged', ['user ghost'], ['ghost']],
  ['a user in a group outside the lab, and in one of the lab', 'unchanged', ['user ghost'], ['ghost']],
  ['an empty group', 'unchanged', ['group empty'], []],
  ['a policy that is attached to nothing', 'unchanged', ['policy spare'], []],
  ['a boundary that lets everything through', 'changed', [], []],
  ['no boundary', 'missing', [], []],
  ['nothing may be asked', 'not-checked', [], []],
])('%s: the boundary is %s', (name, state, unmanaged, gaining) => {
  const beside = besideIn(CASES[name]!);
  expect(beside.boundaryState).toBe(state);
  expect(beside.unmanaged.map(({ resource }) => `${resource.kind} ${resource.name}`)).toEqual(unmanaged);
  expect(beside.unmanaged.flatMap(({ changes }) => changes.map(({ user }) => user))).toEqual(gaining);
});

test('access from both the file and an unmanaged group is reported as kept', () => {
  const { unmanaged } = besideIn({ groups: OLD_PAYERS }, sampleTeam);
  expect(unmanaged).toMatchObject([
    { changes: [], keeps: [{ user: 'perception-lab-fay', worstGain: 'spends', operations: { lost: [] } }] },
  ]);
});

test('a suspended member has no access through an unmanaged group either', () => {
  const { unmanaged } = besideIn({
    groups: { 'old-payers': { members: ['perception-lab-cy'], attached: [PAYMASTER] } },
  });
  expect(unmanaged).toMatchObject([{ changes: [], keeps: [] }]);
});

test('a member past their last day is still limited, until the user is deleted', () => {
  const until = (day: string): Team => ({
    ...team,
    members: team.members.map((each) => (each.key === 'bo' ? { ...each, until: day } : each)),
  });
  const found = findUnmanaged(
    accountWith({ groups: { 'old-payers': { members: ['perception-lab-bo'], attached: [PAYMASTER] } } }),
    { path: PATH, knows, groups: new Set() },
  );
  const gaining = (day: string) =>
    unmanagedEffectsOf(found, until(day), desiredAccess(until(day), '2026-01-01'), TODAY, AT, targetsOf(team))[0]!
      .changes.length;
  expect([gaining('2026-11-01'), gaining('2026-12-01')]).toEqual([0, 1]);
});

test('who may attach policies is said, and not of whom the boundary stops', () => {
  const free = besideIn(CASES['a user with AdministratorAccess']!);
  expect(free.unmanaged[0]!.escalates).toEqual(['ghost']);
  const capped = besideIn(CASES['the same user under the boundary']!);
  expect(capped.unmanaged[0]!.escalates).toEqual([]);
});

test('a boundary with the same statements in another order and spelling is as written', () => {
  const { Statement, Version } = boundaryPolicy(team);
  const statements = Array.isArray(Statement) ? [...Statement].reverse() : [];
  const account = accountWith({ boundary: { Statement: statements, Version } });
  expect(boundaryState(account, team)).toEqual({ state: 'unchanged', arn: BOUNDARY });
});
