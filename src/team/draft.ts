import { isObject } from '../diagnostics/parse-data.ts';

/** A list as written; an entry that is no text is null, so that indexes are those of the file. */
export type DraftList = readonly (string | null)[];

/**
 * What is well-formed in a team file, so that rules find everything in one run. What is absent or malformed is null or left
 * out; the latter is reported as a finding of shape. Without `hasRoles` or `hasMembers`, nothing is known about names of
 * roles or members.
 */
export type TeamDraft = ReturnType<typeof draftOf>;

export type RoleDraft = TeamDraft['roles'][number];

/** Takes from plain data what has the right shape. Never fails. */
export function draftOf(value: unknown) {
  const file = mapOf(value);
  return {
    hasRoles: isObject(file.roles),
    hasMembers: isObject(file.members),
    lab: textOf(file.lab),
    account: textOf(file.account),
    owners: listIn(file.owners),
    freeze: listIn(file.freeze) ?? [],
    roles: entriesOf(file.roles).map(([key, role]) => ({
      key,
      extends: listIn(role.extends) ?? [],
      allow: listIn(role.allow) ?? [],
      deny: listIn(role.deny) ?? [],
      managed: listIn(role.managed) ?? [],
    })),
    members: entriesOf(file.members),
    departed: entriesOf(file.departed),
    snoozed: entriesOf(file.snoozed),
    settings: mapOf(file.settings),
  };
}

export type PlainMap = Readonly<Record<string, unknown>>;

export function mapOf(value: unknown): PlainMap {
  return isObject(value) ? value : {};
}

function entriesOf(value: unknown): [key: string, value: PlainMap][] {
  return Object.entries(mapOf(value)).map(([key, entry]) => [key, mapOf(entry)]);
}

/** By code units, so that the order does not depend on a locale. */
export function sortedEntries<Value>(map: Readonly<Record<string, Value>>): [key: string, value: Value][] {
  return Object.entries(map).sort(([one], [two]) => (one < two ? -1 : 1));
}

/** A list; null if it is none. */
export function listIn(value: unknown): DraftList | null {
  return Array.isArray(value) ? value.map(textOf) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
