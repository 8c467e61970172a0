import { declare } from '../../src/access/declare.ts';
import { lookAtBoundary } from '../../src/account/boundary.ts';
import type { IamNames, NamedKind, NamedThing } from '../../src/account/iam-names.ts';
import { lookForStrays } from '../../src/account/strays.ts';
import type { GroupHolding, PolicyHolding, UserHolding } from '../../src/account/strays-holdings.ts';
import { namingOf } from '../../src/commands/naming.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import { driftReportLines } from '../../src/render/drift-text.ts';
import { besideJson, besideLines, leftAloneText } from '../../src/render/stray-text.ts';
import { driftOf } from '../../src/review/drift.ts';
import { type Beside, besideOf, lookedClass } from '../../src/review/stray-report.ts';
import { boundaryPolicy, rolePolicy } from '../../src/team/documents.ts';
import { boundaryArn, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { expectGolden } from '../support/golden.ts';
import { recordedPlan } from '../support/recorded-plan.ts';
import { sampleTeam } from '../support/sample-team.ts';

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

/** The sample team, with nobody but ada in a role that pays. */
const team: Team = {
  ...sampleTeam,
  members: sampleTeam.members.map((each) => (each.key === 'fay' ? { ...each, roles: ['results-reader'] } : each)),
};
const paymaster = team.roles.find(({ key }) => key === 'paymaster')!;

interface Fake {
  readonly groups?: Readonly<Record<string, Partial<GroupHolding>>>;
  readonly users?: Readonly<Record<string, Partial<UserHolding>>>;
  /** By ARN. */
  readonly policies?: Readonly<Record<string, PolicyHolding>>;
  readonly boundary?: PolicyDocument | null;
  /** What the caller may not ask: `list user`, `group old-payers`, `policy <arn>`. */
  readonly denied?: readonly string[];
  /** Where things lie that are not under the lab's path. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

function accountWith(fake: Fake): Pick<IamNames, 'list' | 'holdings'> {
  const { groups = {}, users = {}, boundary = boundaryPolicy(team), denied = [], elsewhere = {} } = fake;
  const policies: Readonly<Record<string, PolicyHolding>> = {
    [ADMINISTRATOR]: { document: allow('*'), attachments: 1 },
    [PAYMASTER]: { document: rolePolicy(paymaster, []), attachments: 2 },
    ...(boundary === null ? {} : { [BOUNDARY]: { document: boundary, attachments: 5 } }),
    ...fake.policies,
  };
  const ask = (what: string) => {
    if (!denied.includes(what)) return;
    throw Object.assign(new Error(`User: plan-role is not authorized to perform: iam (${what})`), {
      name: 'AccessDenied',
    });
  };
  const held = { attached: [], inline: [] };
  const thing = (kind: NamedKind, name: string): NamedThing => {
    const path = elsewhere[name] ?? PATH;
    return { kind, name, path, arn: `arn:aws:iam::${team.account}:${kind}${path}${name}` };
  };
  return {
    async list(kind) {
      ask(`list ${kind}`);
      if (kind === 'group')
        return ['perception-lab-paymaster', ...Object.keys(groups)].map((name) => thing(kind, name));
      if (kind === 'user') return ['perception-lab-fay', ...Object.keys(users)].map((name) => thing(kind, name));
      return Object.keys(policies)
        .filter((arn) => arn.startsWith(`arn:aws:iam::${team.account}:policy/`))
        .map((arn) => {
          const name = arn.slice(arn.lastIndexOf('/') + 1);
          return { kind, name, arn, path: arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1) };
        });
    },
    holdings: {
      async group(name) {
        ask(`group ${name}`);
        const found = groups[name];
        return found === undefined ? null : { members: [], ...held, ...found };
      },
      async user(name) {
        ask(`user ${name}`);
        const found = users[name];
        return found === undefined ? null : { groups: [], boundary: null, tags: {}, ...held, ...found };
      },
      async holdersOf(arn) {
        ask(`holders ${arn}`);
        const having = (kind: 'group' | 'user', things: Readonly<Record<string, { attached?: readonly string[] }>>) =>
          Object.entries(things).flatMap(([name, { attached = [] }]) =>
            attached.includes(arn) ? [{ kind, name }] : [],
          );
        return [...having('group', groups), ...having('user', users)];
      },
      async policy(arn) {
        ask(`policy ${arn}`);
        return policies[arn] ?? null;
      },
    },
  };
}

const KNOWN = ['group perception-lab-paymaster', 'user perception-lab-fay', 'policy perception-lab-paymaster'];

async function besideIn(fake: Fake, of = team): Promise<Beside> {
  const account = accountWith(fake);
  const look = await lookForStrays(
    {
      path: PATH,
      knows: ({ kind, name }) => KNOWN.includes(`${kind} ${name}`),
      groups: new Set(of.roles.map(({ key }) => `perception-lab-${key}`)),
    },
    account,
  );
  const boundary = await lookAtBoundary(of, account);
  return besideOf({ look, boundary }, of, declare(sampleTeam, '2026-01-01'), TODAY, AT);
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
  'a group with a policy that cannot be read, and somebody from outside': {
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
  'nothing may be asked': {
    denied: ['list user', 'list group', 'list policy', `policy ${BOUNDARY}`],
  },
  'a stray that may not be looked into': { groups: OLD_PAYERS, denied: ['group old-payers'] },
  'several at once, the worst first': {
    groups: { ...OLD_PAYERS, empty: {} },
    users: { reader: { inline: [{ name: 'reads', document: allow('mechanicalturk:GetHIT') }] } },
    boundary: allow('*'),
  },
};

const clean = driftOf(recordedPlan('02-nochange'), team.account);
const naming = namingOf(team);

function reportOf(beside: Beside): string {
  const lines = driftReportLines(clean, [], naming, {
    at: AT,
    reconcile: false,
    beside: besideLines(clean.class, beside, naming),
  });
  return lines.join('\n');
}

test('the report of each, as a person reads it', async () => {
  const texts: string[] = [];
  for (const [name, fake] of Object.entries(CASES)) {
    const beside = await besideIn(fake);
    texts.push(`## ${name}\n${reportOf(beside)}\n\nafter reconciling: ${leftAloneText(beside) ?? '(nothing)'}\n`);
  }
  expectGolden('strays.txt', texts.join('\n'));
});

test.each<[keyof typeof CASES, string, string[], string[]]>([
  ['a clean account', 'clean', [], []],
  ['a group renamed by hand', 'unmanaged', ['group old-payers'], ['perception-lab-fay']],
  ['the same group, moved out of the path', 'unmanaged', ['group old-payers'], ['perception-lab-fay']],
  ['a user outside the lab with a policy of the lab, and one without', 'unmanaged', ['user zoe'], ['zoe']],
  ['a user with AdministratorAccess', 'unmanaged', ['user ghost'], ['ghost']],
  ['the same user under the boundary', 'unmanaged', ['user ghost'], ['ghost']],
  ['a user in a group outside the lab, and in one of the lab', 'unmanaged', ['user ghost'], ['ghost']],
  ['an empty group', 'unmanaged', ['group empty'], []],
  ['a policy that is attached to nothing', 'unmanaged', ['policy spare'], []],
  ['a boundary that lets everything through', 'drift', [], []],
  ['no boundary', 'drift', [], []],
  ['nothing may be asked', 'error', [], []],
  ['a stray that may not be looked into', 'unmanaged', ['group old-payers'], []],
])('%s is %s', async (name, expected, strays, gaining) => {
  const beside = await besideIn(CASES[name]!);
  expect(lookedClass('clean', beside)).toBe(expected);
  expect(beside.strays.map(({ stray }) => `${stray.kind} ${stray.name}`)).toEqual(strays);
  expect(beside.strays.flatMap(({ people }) => people.map(({ user }) => user))).toEqual(gaining);
});

test('only a clean plan changes its class by what lies beside it', async () => {
  const beside = await besideIn({ groups: OLD_PAYERS, boundary: allow('*') });
  for (const found of ['pending', 'drift', 'state-only', 'unexplained'] as const) {
    expect(lookedClass(found, beside)).toBe(found);
  }
});

test('what a member has from the file and from a stray is told as what she would keep', async () => {
  const { strays } = await besideIn({ groups: OLD_PAYERS }, sampleTeam);
  expect(strays).toMatchObject([
    { people: [], keeps: [{ user: 'perception-lab-fay', worstGain: 'spends', operations: { lost: [] } }] },
  ]);
});

test('a member who is suspended may nothing through a stray either', async () => {
  const { strays } = await besideIn({
    groups: { 'old-payers': { members: ['perception-lab-cy'], attached: [PAYMASTER] } },
  });
  expect(strays).toMatchObject([{ people: [], keeps: [] }]);
});

test('a member who is past her last day is still under her limits, until she is removed', async () => {
  const until = (day: string): Team => ({
    ...team,
    members: team.members.map((each) => (each.key === 'bo' ? { ...each, until: day } : each)),
  });
  const look = await lookForStrays(
    { path: PATH, knows: ({ kind, name }) => KNOWN.includes(`${kind} ${name}`), groups: new Set() },
    accountWith({ groups: { 'old-payers': { members: ['perception-lab-bo'], attached: [PAYMASTER] } } }),
  );
  const boundary = { state: 'as-written', arn: BOUNDARY } as const;
  const gaining = (day: string) =>
    besideOf({ look, boundary }, until(day), declare(until(day), '2026-01-01'), TODAY, AT).strays[0]!.people.length;
  expect([gaining('2026-11-01'), gaining('2026-12-01')]).toEqual([0, 1]);
});

test('who may attach policies is said, and not of whom the boundary stops', async () => {
  const free = await besideIn(CASES['a user with AdministratorAccess']!);
  expect(free.strays[0]!.administrators).toEqual(['ghost']);
  const capped = await besideIn(CASES['the same user under the boundary']!);
  expect(capped.strays[0]!.administrators).toEqual([]);
});

test('a boundary with the same statements in another order and spelling is as written', async () => {
  const { Statement, Version } = boundaryPolicy(team);
  const statements = Array.isArray(Statement) ? [...Statement].reverse() : [];
  const account = accountWith({ boundary: { Statement: statements, Version } });
  expect(await lookAtBoundary(team, account)).toEqual({ state: 'as-written', arn: BOUNDARY });
});

test('what AWS refuses is unseen in JSON too, and a mistake of ours is thrown', async () => {
  const json = besideJson(await besideIn(CASES['nothing may be asked']!), naming);
  expect(json).toMatchObject({ strays: [], boundary: { state: 'unseen' } });
  expect(json.unseen).toHaveLength(4);
  const broken = { ...accountWith({}), list: () => Promise.reject(new TypeError('x is not a function')) };
  await expect(lookForStrays({ path: PATH, knows: () => true, groups: new Set() }, broken)).rejects.toThrow('x is not');
});
