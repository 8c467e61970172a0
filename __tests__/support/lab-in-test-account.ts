import type { AccountState, InlineRecord } from '../../src/emulator/account/state.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';

/**
 * All of an account that anybody can see, with names in the place of ids and without dates. Users of `known` keep ids and
 * keys: a caller that had an account before must still have the same one.
 */
export function comparableAccount(account: AccountState, known: AccountState): unknown {
  const kept = new Set(Object.keys(known.users));
  const groupName = (id: string): string => account.groups[id]?.name ?? `the missing group ${id}`;
  return {
    users: byName(Object.values(account.users)).map((user) => ({
      name: user.name,
      path: user.path,
      id: kept.has(user.id) ? user.id : 'new',
      keys: user.keys.map(({ id, status }) => `${id} ${status}`).sort(),
      groups: user.groups.map(groupName).sort(),
      attached: [...user.attached].sort(),
      inline: inline(user.inline),
      boundary: user.boundary,
      tags: user.tags.map(({ key, value }) => `${key}=${value}`).sort(),
      others: [user.login, user.mfa, user.ssh, user.certificates, user.serviceCredentials],
    })),
    groups: byName(Object.values(account.groups)).map((group) => ({
      name: group.name,
      path: group.path,
      attached: [...group.attached].sort(),
      inline: inline(group.inline),
    })),
    policies: byName(Object.values(account.policies)).map((policy) => ({
      arn: policy.arn,
      description: policy.description,
      tags: policy.tags,
      inForce: parsed(policy.versions.find(({ id }) => id === policy.defaultVersion)?.document),
      versions: policy.versions.length,
    })),
    devices: Object.keys(account.virtualMfa),
  };
}

/** What the engine remembers of the team, one line for each object: nothing tainted, deposed or forgotten may be in it. */
export function recordedObjects({ states }: EmulatorMemory): readonly string[] {
  const state = JSON.parse(states.get('team') ?? '{"resources":[]}') as {
    resources: { type: string; name: string; instances: { status?: string; deposed?: string }[] }[];
  };
  return state.resources
    .flatMap(({ type, name, instances }) =>
      instances.map(({ status, deposed }) =>
        [`${type}.${name}`, status, deposed === undefined ? undefined : 'deposed'].filter(Boolean).join(' '),
      ),
    )
    .sort();
}

function inline(policies: readonly InlineRecord[]): readonly unknown[] {
  return byName(policies).map(({ name, document }) => [name, parsed(document)]);
}

function parsed(document: string | undefined): unknown {
  return document === undefined ? 'none' : JSON.parse(document);
}

function byName<T extends { readonly name: string }>(things: readonly T[]): readonly T[] {
  return [...things].sort((a, b) => (a.name < b.name ? -1 : 1));
}
