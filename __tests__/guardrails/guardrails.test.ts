import { blocksOf, fileBlocks, GUARDRAILS, targetBlocks } from '../../src/guardrails/guardrails.ts';
import { DEFAULT_SETTINGS, type Team } from '../../src/team/team.ts';
import { type Plan, readPlan } from '../../src/terraform/plan.ts';
import { recordedJson, recordedNames, recordedPlan } from '../support/recorded-plan.ts';
import { member, sampleTeam } from '../support/sample-team.ts';

const TODAY = '2026-11-25';

// The team of the recordings: perception-lab with ada, bo, cy, dee and later eve.
const recordedTeam: Team = {
  ...sampleTeam,
  members: [
    member({ key: 'ada' }),
    member({ key: 'bo', until: '2027-05-31' }),
    member({ key: 'cy' }),
    member({ key: 'dee' }),
  ],
  departed: [],
};
const left = (...keys: string[]): Team['departed'] =>
  keys.map((key) => ({ key, left: '2026-11-01', reason: 'graduated' }));

const codesOf = (plan: Plan, team: Team, today = TODAY): string[] =>
  blocksOf(plan, team, today).map(({ code, args }) => `${code}${'member' in args ? ` ${args.member}` : ''}`);

describe('recorded plans', () => {
  const blocked: Readonly<Record<string, string[]>> = {
    '09-member-leaves-with-keys': ['member-not-departed eve'],
    '16-lab-renamed': ['lab-changed'],
    '17-almost-all-leave': ['member-not-departed bo', 'member-not-departed cy', 'member-not-departed dee'],
  };
  test.each(recordedNames('.plan.json').filter((name) => !name.startsWith('18-')))('%s', (name) => {
    expect(codesOf(recordedPlan(name), recordedTeam)).toEqual(blocked[name] ?? []);
  });

  test('18, which is about another lab, is outside the path from end to end', () => {
    const plan = recordedPlan('18-adopt-after-kill');
    expect(new Set(blocksOf(plan, recordedTeam, TODAY).map(({ code }) => code))).toEqual(
      new Set(['user-without-boundary', 'outside-managed-path']),
    );
    expect(blocksOf(plan, { ...recordedTeam, lab: 'l' }, TODAY)).toEqual([]);
  });
});

describe('who may be deleted', () => {
  const leaves = recordedPlan('09-member-leaves-with-keys');
  const allLeave = recordedPlan('17-almost-all-leave');
  const eveUntil = (until: string) => ({ members: [member({ key: 'ada' }), member({ key: 'eve', until })] });
  test.each<[string, Plan, Partial<Team>, string[]]>([
    ['departed', leaves, { departed: left('eve') }, []],
    [
      'ten days after the last day, if users are deleted then',
      leaves,
      { ...eveUntil('2026-11-14'), settings: { ...recordedTeam.settings, deleteAfterDays: 10 } },
      [],
    ],
    [
      'a day too early',
      leaves,
      { ...eveUntil('2026-11-15'), settings: { ...recordedTeam.settings, deleteAfterDays: 10 } },
      ['member-not-departed eve'],
    ],
    ['past the last day, if users stay', leaves, eveUntil('2026-11-14'), ['member-not-departed eve']],
    ['on the last day', leaves, eveUntil(TODAY), ['member-not-departed eve']],
    [
      'another member is due',
      leaves,
      {
        members: [member({ key: 'ada' }), member({ key: 'bo', until: '2026-11-14' })],
        settings: { ...recordedTeam.settings, deleteAfterDays: 10 },
      },
      ['member-not-departed eve'],
    ],
    ['another member departed', leaves, { departed: left('ev', 'eve2') }, ['member-not-departed eve']],
    ['three, as many as allowed', allLeave, { departed: left('bo', 'cy', 'dee') }, []],
    [
      'three, one more than allowed',
      allLeave,
      { departed: left('bo', 'cy', 'dee'), settings: { ...DEFAULT_SETTINGS, maxRemovals: 2, state: null } },
      ['too-many-removals'],
    ],
    [
      'one where none may',
      leaves,
      { departed: left('eve'), settings: { ...DEFAULT_SETTINGS, maxRemovals: 0, state: null } },
      ['too-many-removals'],
    ],
  ])('%s', (_case, plan, change, codes) => {
    expect(codesOf(plan, { ...recordedTeam, ...change })).toEqual(codes);
  });
});

interface RawChange {
  address: string;
  type: string;
  mode: string;
  deposed?: string;
  change: { actions: string[]; before: Record<string, unknown> | null; after: Record<string, unknown> | null } & Record<
    string,
    unknown
  >;
}
interface Raw extends Record<string, unknown> {
  resource_changes: RawChange[];
  resource_drift?: RawChange[];
}

/** The plan of step 15, in which nothing changes, with one manual change. */
function mutated(mutate: (raw: Raw, find: (address: string) => RawChange) => void, name = '15-after'): Plan {
  const raw = recordedJson(name) as Raw;
  mutate(raw, (address) => raw.resource_changes.find((each) => each.address === address)!);
  const plan = readPlan(raw);
  if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
  return plan.value;
}

const BO = 'aws_iam_user.member_bo';
const BO_LIMITS = 'aws_iam_user_policy.member_bo_limits';
const READERS = 'aws_iam_group_membership.role_results-reader';
const READERS_POLICIES = 'aws_iam_group_policy_attachments_exclusive.role_results-reader';
const FULL = 'arn:aws:iam::aws:policy/AdministratorAccess';

type Mutation = Parameters<typeof mutated>[0];

/** Something else about the plan as a whole. */
const plan =
  (change: object): Mutation =>
  (raw) =>
    Object.assign(raw, change);

/** Something else about the change of one resource. */
const changed =
  (address: string, change: object): Mutation =>
  (_raw, find) =>
    Object.assign(find(address).change, change);

/** An update of one resource after which these attributes are otherwise. */
const updated =
  (address: string, after: object): Mutation =>
  (_raw, find) => {
    const { change } = find(address);
    Object.assign(change, { actions: ['update'], after: { ...change.after, ...after } });
  };

/** One more resource in the plan. */
const added =
  (type: string, change: RawChange['change']): Mutation =>
  (raw) =>
    raw.resource_changes.push({ address: `${type}.x`, type, mode: 'managed', ...{ name: 'x' }, change });

const updatedRole = { actions: ['update'], before: { name: 'x' }, after: { name: 'x', path: '/' } };

describe('plans that are blocked', () => {
  const secret = { actions: ['create'], after: 'x', after_sensitive: true };
  const createdKey = { actions: ['create'], before: null, after: { user: 'perception-lab-bo' } };
  test.each<[what: string, codes: readonly string[], mutate: Mutation]>([
    ['an errored plan', ['plan-incomplete'], plan({ errored: true, applyable: false, complete: false })],
    ['deferred changes', ['plan-incomplete'], plan({ deferred_changes: [{ reason: 'x' }] })],
    ['actions besides changes', ['plan-incomplete'], plan({ action_invocations: [{}] })],
    ['a part of a plan', ['plan-incomplete'], plan({ complete: false })],
    ['a whole plan of Terraform', [], plan({ complete: true, applyable: false, deferred_changes: [] })],
    ['forget', ['removed-from-state'], changed(BO, { actions: ['forget'], after: null })],
    ['create, forget', ['removed-from-state'], changed(BO, { actions: ['create', 'forget'] })],
    ['forget, create', ['removed-from-state'], changed(BO, { actions: ['forget', 'create'] })],
    ['an unknown action', ['unknown-action'], changed(BO, { actions: ['hibernate'] })],
    ['no action at all', ['unknown-action'], changed(BO, { actions: [] })],
    ['a leftover of a replacement', ['unknown-action'], (_raw, find) => Object.assign(find(BO), { deposed: 'abcd' })],
    ['a secret at a leaf', ['sensitive-value'], changed(BO, { after_sensitive: { tags: { x: true } } })],
    ['a secret as a whole', ['sensitive-value'], changed(BO, { before_sensitive: true })],
    ['a secret output', ['sensitive-value'], plan({ output_changes: { key: secret } })],
    [
      'a replaced user',
      ['member-replaced bo'],
      changed(BO, { actions: ['delete', 'create'], replace_paths: [['name']] }),
    ],
    ['replaced limits', ['limits-replaced bo'], changed(BO_LIMITS, { actions: ['delete', 'create'] })],
    [
      'replaced limits, the new ones first',
      ['limits-replaced bo'],
      changed(BO_LIMITS, { actions: ['create', 'delete'] }),
    ],
    ['a user without a boundary', ['user-without-boundary'], updated(BO, { permissions_boundary: '' })],
    [
      'a resource of which nothing is known yet',
      ['unknown-value'],
      changed(READERS, { actions: ['update'], after_unknown: true }),
    ],
    [
      'members that are not known yet',
      ['unknown-value'],
      changed(READERS, { actions: ['update'], after_unknown: { users: [false, true] } }),
    ],
    ['an access key in Terraform', ['unmanaged-resource-type'], added('aws_iam_access_key', createdKey)],
    ['the role that applies', ['trust-changed'], added('aws_iam_role', updatedRole)],
    ['what that role may do', ['trust-changed'], added('aws_iam_role_policy_attachment', updatedRole)],
    [
      'a role, and a user outside the path',
      ['trust-changed', 'outside-managed-path'],
      (raw, find) => {
        added('aws_iam_role', updatedRole)(raw, find);
        updated(BO, { path: '/' })(raw, find);
      },
    ],
    ['whom the account trusts', ['trust-changed'], added('aws_iam_openid_connect_provider', updatedRole)],
    ['what machines may do', ['trust-changed'], added('aws_iam_instance_profile', updatedRole)],
    ["the account's password policy", ['trust-changed'], added('aws_iam_account_password_policy', updatedRole)],
    [
      'the only owner deleted',
      ['member-not-departed ada', 'no-owner-left'],
      changed('aws_iam_user.member_ada', { actions: ['delete'], after: null }),
    ],
    ['a user outside the path', ['outside-managed-path'], updated(BO, { path: '/' })],
    ['a user at the path of the boundary', ['outside-managed-path'], updated(BO, { path: '/mturk-boundary/' })],
    ['a member of a foreign group', ['outside-managed-path'], updated(READERS, { group: 'Admins' })],
    ['a foreign policy attached', ['outside-managed-path'], updated(READERS_POLICIES, { policy_arns: [FULL] })],
    [
      'a foreign policy detached by its exclusive-policy resource',
      [],
      (_raw, find) => {
        const { change } = find(READERS_POLICIES);
        Object.assign(change, { actions: ['update'], before: { ...change.after, policy_arns: [FULL] } });
      },
    ],
    [
      'a user moved outside the path and back',
      [],
      (raw, find) => {
        const user = find(BO);
        const moved = { ...user.change.after, path: '/' };
        raw.resource_drift = [
          structuredClone({ ...user, change: { ...user.change, actions: ['update'], after: moved } }),
        ];
        Object.assign(user.change, { actions: ['update'], before: moved });
      },
    ],
    [
      'an imported user of another path',
      ['outside-managed-path'],
      (_raw, find) => {
        const { change } = find(BO);
        Object.assign(change, { actions: ['update'], importing: { id: 'x' }, before: { ...change.before, path: '/' } });
      },
    ],
  ])('%s', (_case, codes, mutate) => {
    expect(codesOf(mutated(mutate), recordedTeam)).toEqual(codes);
  });
});

describe('an owner who can approve the next change stays', () => {
  const owned = (owners: string[], change: Partial<Team['members'][number]>): Team => ({
    ...recordedTeam,
    owners,
    members: recordedTeam.members.map((each) => (each.key === 'ada' ? { ...each, ...change } : each)),
  });
  test.each<[string, Team, string[]]>([
    ['the owner is suspended', owned(['ada'], { suspended: true }), ['no-owner-left']],
    ['one of two is suspended', owned(['ada', 'cy'], { suspended: true }), []],
    ['the first day is tomorrow', owned(['ada'], { from: '2026-11-26' }), ['no-owner-left']],
    ['the last day was yesterday', owned(['ada'], { until: '2026-11-24' }), ['no-owner-left']],
    ['the last day is today', owned(['ada'], { until: TODAY }), []],
    ['everything is frozen', { ...owned(['ada'], {}), freeze: ['hits:publish', 'pay:bonus'] }, []],
  ])('%s', (_case, team, codes) => {
    expect(codesOf(recordedPlan('15-after'), team)).toEqual(codes);
  });

  test('once the last days of all have passed, no change is what leaves none', () => {
    const ended = owned(['ada'], { until: '2026-11-24' });
    for (const [before, codes] of [
      [recordedTeam, ['no-owner-left']],
      [ended, []],
    ] as const) {
      const blocks = [
        blocksOf(recordedPlan('15-after'), ended, TODAY, 'team', 'whole', before),
        fileBlocks(before, ended, TODAY),
      ];
      expect(blocks.map((each) => each.map(({ code }) => code))).toEqual([codes, codes]);
    }
  });

  test('an owner who is suspended during the apply has not left', () => {
    const team = owned(['ada'], { suspended: true });
    expect(blocksOf(recordedPlan('15-after'), team, TODAY, 'team', 'suspended')).toEqual([]);
  });
});

test('the first plan of an apply that suspends members may be partial; a whole plan may not', () => {
  const part = { ...recordedPlan('15-after'), complete: false };
  const codes = (stage: 'partial' | 'suspended') =>
    blocksOf(part, recordedTeam, TODAY, 'team', stage).map(({ code }) => code);
  expect(codes('partial')).toEqual([]);
  expect(codes('suspended')).toEqual(['plan-incomplete']);
});

test('a renamed lab is one reason, and names both', () => {
  const findings = blocksOf(recordedPlan('16-lab-renamed'), { ...recordedTeam, lab: 'vision-lab' }, TODAY);
  expect(findings).toMatchObject([{ code: 'lab-changed', args: { from: 'perception-lab', to: 'vision-lab' } }]);
});

test('the boundary of bootstrap is inside its own stack, and outside the team', () => {
  const boundary = {
    address: 'aws_iam_policy.boundary',
    type: 'aws_iam_policy',
    name: 'boundary',
    change: { actions: ['create'], after: { name: 'perception-lab', path: '/mturk-boundary/', policy: '{}' } },
  };
  const plan = readPlan({ format_version: '1.2', resource_changes: [boundary] });
  if (!plan.ok) throw new Error('unreadable');
  expect(blocksOf(plan.value, recordedTeam, TODAY, 'bootstrap')).toEqual([]);
  expect(codesOf(plan.value, recordedTeam)).toEqual(['trust-changed']);
  const another = { ...recordedTeam, lab: 'vision-lab' };
  expect(codesOf(plan.value, another, TODAY)).toEqual(['trust-changed']);
  expect(blocksOf(plan.value, another, TODAY, 'bootstrap').map(({ code }) => code)).toEqual(['outside-managed-path']);
  // Another lab's boundary, whose name begins as this one's does.
  const { lab } = recordedTeam;
  const shorter = { ...recordedTeam, lab: lab.slice(0, lab.indexOf('-')) };
  expect(blocksOf(plan.value, shorter, TODAY, 'bootstrap')).toMatchObject([{ code: 'outside-managed-path' }]);
});

describe('the roles of bootstrap', () => {
  const path = '/mturk-roles/perception-lab/';
  const inline = { role: 'perception-lab-plan', name: 'mturk-team', policy: '{}' };
  test.each<[string, string, object, string[]]>([
    ['a role', 'aws_iam_role', { name: 'perception-lab-plan', path }, []],
    [
      'a role that is none of the four',
      'aws_iam_role',
      { name: 'perception-lab-deploy', path },
      ['outside-managed-path'],
    ],
    ['a role elsewhere', 'aws_iam_role', { name: 'perception-lab-plan', path: '/' }, ['outside-managed-path']],
    ['its policy', 'aws_iam_role_policy', inline, []],
    ['a policy of another role', 'aws_iam_role_policy', { ...inline, role: 'deploy' }, ['outside-managed-path']],
    [
      'what is attached to it',
      'aws_iam_role_policy_attachments_exclusive',
      { role_name: inline.role, policy_arns: [] },
      [],
    ],
    ['what is attached to another', 'aws_iam_role_policies_exclusive', { role_name: 'x' }, ['outside-managed-path']],
    ['a user', 'aws_iam_user', { name: 'perception-lab', path: '/mturk-boundary/' }, ['outside-managed-path']],
    ['a policy of a user', 'aws_iam_user_policy', { user: 'perception-lab-bo' }, ['outside-managed-path']],
  ])('%s', (_name, type, after, codes) => {
    const change = { actions: ['create'], after };
    const plan = readPlan({
      format_version: '1.2',
      resource_changes: [{ address: `${type}.x`, type, name: 'x', change }],
    });
    if (!plan.ok) throw new Error('unreadable');
    const blocks = blocksOf(plan.value, recordedTeam, TODAY, 'bootstrap');
    expect(blocks.map(({ code }) => code)).toEqual(codes);
    if (type.startsWith('aws_iam_role')) for (const { args } of blocks) expect(args).toMatchObject({ managed: path });
  });
});

describe('what the two files say before there is a plan', () => {
  const state = { bucket: 'lab-state', region: 'us-east-1', key: 'mturk-team' };
  const { settings } = recordedTeam;
  test.each<[string, Team | null, Partial<Team>, string[]]>([
    ['the first file', null, {}, []],
    ['no change', recordedTeam, {}, []],
    ['another account', recordedTeam, { account: '999999999999' }, ['account-changed']],
    ['another bucket', recordedTeam, { settings: { ...settings, state } }, ['state-location-changed']],
    [
      'another key in the bucket',
      { ...recordedTeam, settings: { ...settings, state } },
      { settings: { ...settings, state: { ...state, key: 'vision-lab' } } },
      ['state-location-changed'],
    ],
    ['another lab', recordedTeam, { lab: 'vision-lab' }, ['lab-changed']],
    ['a member who is gone', recordedTeam, { members: recordedTeam.members.slice(0, 3) }, []],
  ])('%s', (_case, before, change, codes) => {
    expect(targetBlocks(before, { ...recordedTeam, ...change }, TODAY).map(({ code }) => code)).toEqual(codes);
  });

  test('a member who is gone without a statement is a block of the files, and no reason not to plan', () => {
    const after = { ...recordedTeam, members: recordedTeam.members.slice(0, 3) };
    expect(fileBlocks(recordedTeam, after, TODAY).map(({ code }) => code)).toEqual(['member-not-departed']);
  });
});

describe('a member whose key is changed', () => {
  const eve = { name: 'Eve Lindqvist', email: 'eve@lab.edu', github: 'evelind' };
  const before = { ...recordedTeam, members: [...recordedTeam.members, member({ key: 'eve', ...eve })] };
  const renamedIn = (blocks: ReturnType<typeof blocksOf>) =>
    blocks.map(({ code, args }) => [code, 'renamed' in args ? args.renamed : undefined]);
  const added = (key: string, change: Partial<typeof eve>) => ({
    ...recordedTeam,
    members: [...recordedTeam.members, member({ key, name: 'E. L.', ...change })],
  });

  test.each<[string, Team, string | null]>([
    ['the same name', added('lindqvist', { name: 'eve  lindqvist' }), 'lindqvist'],
    ['the same e-mail address', added('lindqvist', { email: 'Eve@lab.edu' }), 'lindqvist'],
    ['the same login', added('lindqvist', { github: 'EveLind' }), 'lindqvist'],
    ['another person with a similar key', added('evie', {}), null],
    ['no one else', recordedTeam, null],
  ])('%s', (_case, after, renamed) => {
    expect(renamedIn(fileBlocks(before, after, TODAY))).toEqual([['member-not-departed', renamed]]);
    const plan = mutated(({ resource_changes }) => {
      const [deleted] = resource_changes.filter(({ address }) => address === 'aws_iam_user.member_eve');
      for (const { key } of after.members.slice(recordedTeam.members.length)) {
        const values = { ...deleted!.change.before, name: `perception-lab-${key}` };
        const change = { ...deleted!.change, actions: ['create'], before: null, after: values };
        resource_changes.push({ ...deleted!, address: `aws_iam_user.member_${key}`, change });
      }
    }, '09-member-leaves-with-keys');
    expect(renamedIn(blocksOf(plan, after, TODAY, 'team', 'whole', before))).toEqual([
      ['member-not-departed', renamed],
    ]);
    // Without the file before, only the keys can be compared.
    const similar = after.members.some(({ key }) => key === 'evie') ? 'evie' : null;
    expect(renamedIn(blocksOf(plan, after, TODAY))).toEqual([['member-not-departed', similar]]);
  });
});

describe('the list of guardrails', () => {
  test('each can be checked, or is found in the account', () => {
    const unchecked = Object.entries(GUARDRAILS).filter(
      ([, { checkPlan, checkFiles }]) => checkPlan === undefined && checkFiles === undefined,
    );
    expect(unchecked.map(([code]) => code)).toEqual(['name-taken', 'boundary-missing']);
  });

  test('none supersedes itself, nor one that supersedes it', () => {
    for (const [code, { supersedes = [] }] of Object.entries(GUARDRAILS)) {
      expect(supersedes).not.toContain(code);
      for (const other of supersedes) expect(GUARDRAILS[other].supersedes ?? []).not.toContain(code);
    }
  });
});

describe('what adopt --apply may do', () => {
  const user = { name: 'perception-lab-bo', path: '/mturk/perception-lab/', tags: {}, force_destroy: false };
  const change = (type: string, actions: readonly string[], before: object | null, after: object | null) => {
    const given = { actions, before, after, after_unknown: {}, before_sensitive: false, after_sensitive: false };
    return { address: `${type}.x`, mode: 'managed', type, name: 'x', change: given };
  };
  const membership = (users: readonly string[]) => ({ group: 'perception-lab-a', name: 'perception-lab-a', users });
  const group = { name: 'perception-lab-a', path: '/mturk/perception-lab/' };
  const planOf = (...changes: readonly object[]) =>
    readPlan({ format_version: '1.2', terraform_version: '1.11.4', resource_changes: changes });
  const blocked = (...changes: readonly object[]) => {
    const plan = planOf(...changes);
    if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
    const blocks = blocksOf(plan.value, sampleTeam, TODAY, 'team', 'adopting');
    return blocks.some(({ code }) => code === 'adoption-takes-away');
  };

  test.each<[string, boolean, object]>([
    ['import a user', false, change('aws_iam_user', ['update'], user, { ...user, force_destroy: true })],
    ['change the tags of a user', true, change('aws_iam_user', ['update'], user, { ...user, tags: { a: 'b' } })],
    ['leave a user', false, change('aws_iam_user', ['no-op'], user, user)],
    ['remove a boundary', true, change('aws_iam_user', ['update'], { ...user, permissions_boundary: 'a' }, user)],
    ['rename a user', true, change('aws_iam_user', ['update'], { ...user, name: 'bo' }, user)],
    ['create a user', true, change('aws_iam_user', ['create'], null, user)],
    ['delete a user', true, change('aws_iam_user', ['delete'], user, null)],
    ['replace a user', true, change('aws_iam_user', ['delete', 'create'], user, user)],
    [
      'detach policies of a user',
      true,
      change('aws_iam_user_policy_attachments_exclusive', ['create'], null, { user_name: user.name, policy_arns: [] }),
    ],
    ['limit a user', true, change('aws_iam_user_policy', ['create'], null, { user: user.name, name: 'limits' })],
    ['create a group', false, change('aws_iam_group', ['create'], null, group)],
    ['delete a group', true, change('aws_iam_group', ['delete'], group, null)],
    ['rename a group', true, change('aws_iam_group', ['update'], { ...group, path: '/' }, group)],
    ['create members', false, change('aws_iam_group_membership', ['create'], null, membership(['a']))],
    ['add a member', false, change('aws_iam_group_membership', ['update'], membership(['a']), membership(['a', 'b']))],
    ['remove a member', true, change('aws_iam_group_membership', ['update'], membership(['a']), membership(['b']))],
  ])('%s: blocked is %s', (_title, isBlocked, given) => {
    expect(blocked(given)).toBe(isBlocked);
  });

  test('an ordinary plan is not held to it', () => {
    const plan = planOf(change('aws_iam_group', ['delete'], group, null));
    if (!plan.ok) throw new Error('no plan');
    expect(blocksOf(plan.value, sampleTeam, TODAY).map(({ code }) => code)).not.toContain('adoption-takes-away');
  });
});
