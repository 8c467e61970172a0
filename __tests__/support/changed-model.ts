import fc from 'fast-check';
import type { AccessGroup, AccessModel, AccessUser, InlinePolicy } from '../../src/access/model.ts';
import { desiredAccess, desiredAccessBeforeDeletions } from '../../src/access/sources/desired.ts';
import type { EntityIds } from '../../src/aws/types.ts';
import { managedPolicyArn, managedPolicyByArn } from '../../src/catalog/managed-policies.ts';
import type { ScanResult } from '../../src/drift/finding.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import { labPath } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { scanOfAccount, TODAY } from './changed-account.ts';
import { anyStatement } from './random-model.ts';
import { teams } from './team-arbitrary.ts';

/** One manual change of an account. Numbers choose among the existing resources. */
export interface ManualChange {
  readonly act: keyof typeof ACTS;
  readonly one: number;
  readonly other: number;
  readonly document: PolicyDocument;
}

const FULL = managedPolicyArn('AmazonMechanicalTurkFullAccess');
const READ = managedPolicyArn('AmazonMechanicalTurkReadOnly');
/** Policies of the account that are not the lab's, to be attached and made boundaries. */
const OWN = ['helpers', 'stop'];

const anyDocument: fc.Arbitrary<PolicyDocument> = fc.oneof(
  fc.array(anyStatement, { minLength: 1, maxLength: 3 }).map((Statement) => ({ Version: '2012-10-17', Statement })),
  fc.constantFrom<PolicyDocument[]>(
    { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: '*', Resource: '*' } },
    { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
    { Version: '2012-10-17', Statement: { Sid: 'Suspended', Effect: 'Deny', Action: '*', Resource: '*' } },
    ...['OutOfReach', 'Withheld', 'Freeze'].map((Sid): PolicyDocument => {
      const Action = ['mechanicalturk:GetHIT', 'mechanicalturk:SendBonus'];
      return { Version: '2012-10-17', Statement: { Sid, Effect: 'Deny', Action, Resource: '*' } };
    }),
    {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Action: Array(45).fill('mechanicalturk:DisassociateQualificationFromWorker'),
        Resource: '*',
      },
    },
    {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-12-24T00:00:00Z' } },
      },
    },
  ),
);

export function manualChanges(
  acts: readonly (keyof typeof ACTS)[] = Object.keys(ACTS) as (keyof typeof ACTS)[],
  documents = anyDocument,
): fc.Arbitrary<readonly ManualChange[]> {
  const one = fc.record({
    act: fc.constantFrom(...acts),
    // Few numbers: several changes must meet in one user or group.
    one: fc.nat(7),
    other: fc.nat(3),
    document: documents,
  });
  return fc.array(one, { minLength: 1, maxLength: 6 });
}

/** The account after all of it, with two policies of its own that anybody may attach. */
export function changedWith(model: AccessModel, team: Team, done: readonly ManualChange[]): AccessModel {
  return done.reduce<AccessModel>((account, change) => ACTS[change.act](account, change, team), {
    ...model,
    policies: [
      ...model.policies,
      ...[FULL, READ]
        .filter((arn) => !model.policies.some((policy) => policy.arn === arn))
        .map((arn) => ({ arn, name: arn.slice(arn.lastIndexOf('/') + 1), document: managedPolicyByArn(arn) })),
    ],
  });
}

export interface ChangedAccount {
  readonly team: Team;
  /** The account as the team was applied, members past their last day included or not. */
  readonly declared: AccessModel;
  readonly account: AccessModel;
}

export function changedAccounts(applied: fc.Arbitrary<Team> = teams()): fc.Arbitrary<ChangedAccount> {
  return fc.tuple(applied, manualChanges(), fc.boolean()).map(([team, done, isLate]) => {
    const declared = isLate ? desiredAccessBeforeDeletions(team) : desiredAccess(team, TODAY);
    return { team, declared, account: changedWith(declared, team, done) };
  });
}

/** A scan without a plan; the file is the one that was applied, so that all differences are manual changes. */
export function scanOfChanged(
  team: Team,
  account: AccessModel,
  { noted, ids }: Partial<Pick<RenamedAccount, 'noted' | 'ids'>> = {},
): ScanResult {
  return scanOfAccount({
    ...{ team: { ...team, snoozed: [], departed: [] }, applied: team, account },
    ...(noted && { noted }),
    inventory: ids === undefined ? {} : { ids },
  });
}

/** An account in which users and groups got other names, also each other's, and others theirs. */
export interface RenamedAccount extends ChangedAccount {
  /** Unique ids as the last apply noted them, and as the account has them: the name at first. */
  readonly noted: EntityIds;
  readonly ids: EntityIds;
}

export function renamedAccounts(): fc.Arbitrary<RenamedAccount> {
  const renaming = fc.tuple(fc.constantFrom('users' as const, 'groups' as const), fc.nat(5), fc.nat(7));
  return fc
    .tuple(changedAccounts(), fc.array(renaming, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([changed, renamings, isReplaced]) => {
      const { declared } = changed;
      const first = { users: changed.account.users.map(nameOf), groups: changed.account.groups.map(nameOf) };
      const [now, freed] = [structuredClone(first), structuredClone({ users: [], groups: [] } as typeof first)];
      for (const [kind, one, other] of renamings) {
        const at = one % Math.max(1, now[kind].length);
        const from = now[kind][at];
        const to = pick(['zed', 'zoe', ...freed[kind]], other);
        if (from === undefined || to === undefined || now[kind].includes(to)) continue;
        now[kind][at] = to;
        freed[kind].push(from);
      }
      const present = (kind: 'users' | 'groups', name: string) => now[kind][first[kind].indexOf(name)] ?? name;
      const { users, groups } = changed.account;
      const renamed: AccessModel = {
        ...changed.account,
        users: users.map((user) => ({
          ...user,
          name: present('users', user.name),
          groups: user.groups.map((group) => present('groups', group)),
        })),
        groups: groups.map((group) => ({ ...group, name: present('groups', group.name) })),
      };
      const free = freed.users.find((name) => !now.users.includes(name));
      const stranger = { ...bare(free ?? '', labPath(changed.team.lab)), attached: [FULL] };
      const idsOf = (names: readonly string[], of: readonly string[]) =>
        new Map(names.map((name, at) => [name, of[at] ?? '']));
      const known = (kind: 'users' | 'groups') => declared[kind].map(nameOf);
      return {
        ...changed,
        account: isReplaced && free !== undefined ? withNewUser(renamed, stranger) : renamed,
        noted: { user: idsOf(known('users'), known('users')), group: idsOf(known('groups'), known('groups')) },
        ids: {
          user: idsOf([...now.users, free ?? ''], [...first.users, 'new']),
          group: idsOf(now.groups, first.groups),
        },
      };
    });
}

const nameOf = ({ name }: { readonly name: string }): string => name;

type Act = (account: AccessModel, change: ManualChange, team: Team) => AccessModel;

const pick = <Item>(items: readonly Item[], number: number): Item | undefined => items[number % items.length];

const ownArn = ({ account }: AccessModel, number: number) =>
  `arn:aws:iam::${account}:policy/${OWN[number % OWN.length]}`;

const bare = (name: string, path: string): AccessUser => ({
  ...{ name, path, groups: [], attached: [], inline: [], boundary: null, tags: {} },
});

function withUser(account: AccessModel, number: number, map: (user: AccessUser) => AccessUser): AccessModel {
  const chosen = pick(account.users, number);
  return { ...account, users: account.users.map((user) => (user === chosen ? map(user) : user)) };
}

function withHolder(
  account: AccessModel,
  number: number,
  map: <Held extends Pick<AccessGroup, 'attached' | 'inline'>>(held: Held) => Held,
): AccessModel {
  if (number % 2 === 0) return withUser(account, number / 2, map);
  const chosen = pick(account.groups, (number - 1) / 2);
  return { ...account, groups: account.groups.map((group) => (group === chosen ? map(group) : group)) };
}

function withOwnPolicy(account: AccessModel, number: number, document: PolicyDocument): AccessModel {
  const arn = ownArn(account, number);
  if (account.policies.some((policy) => policy.arn === arn)) return account;
  return { ...account, policies: [...account.policies, { arn, name: arn.slice(arn.lastIndexOf('/') + 1), document }] };
}

function withInline(inline: readonly InlinePolicy[], name: string, document: PolicyDocument): readonly InlinePolicy[] {
  return [...inline.filter((policy) => policy.name !== name), { name, document }];
}

function withNewUser(account: AccessModel, user: AccessUser): AccessModel {
  return account.users.some(({ name }) => name === user.name)
    ? account
    : { ...account, users: [...account.users, user] };
}

function inNewGroup(
  account: AccessModel,
  one: number,
  name: string,
  path: string,
  document: PolicyDocument,
): AccessModel {
  const group = { name, path, attached: [], inline: [{ name: 'all', document }] };
  const known = account.groups.some((each) => each.name === name);
  return withUser(known ? account : { ...account, groups: [...account.groups, group] }, one, (user) =>
    user.groups.includes(name) ? user : { ...user, groups: [...user.groups, name] },
  );
}

const ACTS = {
  join: (account, { one, other }) =>
    withUser(account, one, (user) => {
      const group = pick(account.groups, other)?.name;
      return group === undefined || user.groups.includes(group) ? user : { ...user, groups: [...user.groups, group] };
    }),
  leave: (account, { one, other }) =>
    withUser(account, one, (user) => ({ ...user, groups: user.groups.filter((_group, index) => index !== other % 2) })),
  'join and remove another': (account, { one, other }) => {
    const group = pick(account.groups, other)?.name;
    const removed = account.users.find(({ groups }) => group !== undefined && groups.includes(group));
    const without = account.users.map((user) =>
      user === removed ? { ...user, groups: user.groups.filter((each) => each !== group) } : user,
    );
    return withUser({ ...account, users: without }, one, (user) =>
      group === undefined || user.groups.includes(group) ? user : { ...user, groups: [...user.groups, group] },
    );
  },
  'attach and detach another': (account, { one }) =>
    withHolder(account, one, (held) => ({ ...held, attached: [...held.attached.slice(1), FULL] })),
  'attach AWS': (account, { one, other }) =>
    withHolder(account, one, (held) => {
      const arn = pick([FULL, READ], other) ?? FULL;
      return held.attached.includes(arn) ? held : { ...held, attached: [...held.attached, arn] };
    }),
  'attach own': (account, { one, other, document }) =>
    withHolder(withOwnPolicy(account, other, document), one, (held) => {
      const arn = ownArn(account, other);
      return held.attached.includes(arn) ? held : { ...held, attached: [...held.attached, arn] };
    }),
  "attach the lab's": (account, { one, other }) =>
    withHolder(account, one, (held) => {
      const arn = pick(
        account.policies.filter((policy) => policy.arn.includes('/mturk/')),
        other,
      )?.arn;
      return arn === undefined || held.attached.includes(arn) ? held : { ...held, attached: [...held.attached, arn] };
    }),
  detach: (account, { one }) => withHolder(account, one, (held) => ({ ...held, attached: held.attached.slice(1) })),
  write: (account, { one, document }) =>
    withHolder(account, one, (held) => ({ ...held, inline: withInline(held.inline, 'extra', document) })),
  limit: (account, { one, document }) =>
    withUser(account, one, (user) => ({ ...user, inline: withInline(user.inline, 'limits', document) })),
  unlimit: (account, { one }) =>
    withUser(account, one, (user) => ({ ...user, inline: user.inline.filter(({ name }) => name !== 'limits') })),
  edit: (account, { one, document }) => {
    const chosen = pick(
      account.policies.filter(({ arn }) => arn.includes('/mturk/')),
      one,
    );
    const policies = account.policies.map((policy) => (policy === chosen ? { ...policy, document } : policy));
    return { ...account, policies };
  },
  'edit the boundary': (account, { document }) => ({
    ...account,
    policies: account.policies.map((policy) =>
      policy.arn.includes('/mturk-boundary/') ? { ...policy, document } : policy,
    ),
  }),
  unbound: (account, { one }) => withUser(account, one, (user) => ({ ...user, boundary: null })),
  rebound: (account, { one, other, document }) =>
    withUser(withOwnPolicy(account, other, document), one, (user) => ({ ...user, boundary: ownArn(account, other) })),
  tag: (account, { one }) => withUser(account, one, (user) => ({ ...user, tags: { ...user.tags, member: 'ada' } })),
  untag: (account, { one }) => withUser(account, one, (user) => ({ ...user, tags: {} })),
  move: (account, { one }) => withUser(account, one, (user) => ({ ...user, path: '/elsewhere/' })),
  'move a group': (account, { one }) => {
    const chosen = pick(account.groups, one);
    const groups = account.groups.map((group) => (group === chosen ? { ...group, path: '/elsewhere/' } : group));
    return { ...account, groups };
  },
  'delete a user': (account, { one }) => {
    const chosen = pick(account.users, one);
    return { ...account, users: account.users.filter((user) => user !== chosen) };
  },
  'delete a group': (account, { one }) => {
    const chosen = pick(account.groups, one)?.name;
    return {
      ...account,
      groups: account.groups.filter(({ name }) => name !== chosen),
      users: account.users.map((user) => ({ ...user, groups: user.groups.filter((group) => group !== chosen) })),
    };
  },
  'a user in the path': (account, { document }, { lab }) =>
    withNewUser(account, { ...bare('intern', labPath(lab)), inline: [{ name: 'all', document }] }),
  'a user outside': (account, { document }) =>
    withNewUser(account, { ...bare('outsider', '/'), inline: [{ name: 'all', document }] }),
  'a group in the path': (account, { one, document }, { lab }) =>
    inNewGroup(account, one, `made-${lab}`, labPath(lab), document),
  'a group outside': (account, { one, document }) => inNewGroup(account, one, 'everybody', '/', document),
} satisfies Readonly<Record<string, Act>>;
