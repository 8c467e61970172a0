import type { AccessModel, InlinePolicy } from '../src/access/model.ts';
import { desiredAccess } from '../src/access/sources/desired.ts';
import { emptyState } from '../src/emulator/account/account.ts';
import type {
  AccountState,
  GroupRecord,
  InlineRecord,
  PolicyRecord,
  UserRecord,
} from '../src/emulator/account/state.ts';
import { nextId, secretOf } from '../src/emulator/account/state.ts';
import type { Team } from '../src/team/team.ts';

const CREATED = '2026-11-01T09:00:00Z';

/** An account that holds what a team declares on a day, one access key for each user, as if it had been applied. */
export function declaredAccount(team: Team, today: string): AccountState {
  const model = desiredAccess(team, today);
  const state = emptyState(team.account, CREATED, 'bench');
  for (const policy of model.policies) {
    // AWS's own policies are in every account.
    if (policy.arn.startsWith('arn:aws:iam::aws:')) continue;
    state.policies[policy.arn] = policyRecord(state, policy);
  }
  const groups = new Map(
    model.groups.map((group): [string, GroupRecord] => {
      const { name, path } = group;
      const attached = [...group.attached];
      const record = { id: nextId(state, 'AGPA'), name, path, created: CREATED, attached, inline: inlineOf(group) };
      return [name, record];
    }),
  );
  for (const group of groups.values()) state.groups[group.id] = group;
  for (const user of model.users) {
    const record = userRecord(state, user, groups);
    state.users[record.id] = record;
  }
  return state;
}

function policyRecord(state: AccountState, { arn, name, document }: AccessModel['policies'][number]): PolicyRecord {
  return {
    id: nextId(state, 'ANPA'),
    name,
    path: arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1),
    arn,
    description: null,
    created: CREATED,
    updated: CREATED,
    defaultVersion: 'v1',
    nextVersion: 2,
    versions: [{ id: 'v1', document: JSON.stringify(document), created: CREATED }],
    tags: [],
  };
}

function userRecord(
  state: AccountState,
  user: AccessModel['users'][number],
  groups: ReadonlyMap<string, GroupRecord>,
): UserRecord {
  const key = nextId(state, 'AKIA');
  return {
    id: nextId(state, 'AIDA'),
    name: user.name,
    path: user.path,
    created: CREATED,
    tags: Object.entries(user.tags).map(([name, value]) => ({ key: name, value })),
    groups: user.groups.flatMap((name) => groups.get(name)?.id ?? []),
    attached: [...user.attached],
    inline: inlineOf(user),
    boundary: user.boundary,
    keys: [{ id: key, secret: secretOf(state.seed, key), created: CREATED, status: 'Active', lastUsed: null }],
    login: null,
    mfa: [],
    ssh: [],
    certificates: [],
    serviceCredentials: [],
  };
}

function inlineOf({ inline }: { readonly inline: readonly InlinePolicy[] }): InlineRecord[] {
  return inline.map(({ name, document }) => ({ name, document: JSON.stringify(document) }));
}
