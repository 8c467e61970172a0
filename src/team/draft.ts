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
  const settings = mapOf(file.settings);
  return {
    hasRoles: isObject(file.roles),
    hasMembers: isObject(file.members),
    lab: textOf(file.lab),
    account: textOf(file.account),
    owners: Array.isArray(file.owners) ? listOf(file.owners) : null,
    roles: entriesOf(file.roles).map(([key, role]) => ({
      key,
      extends: listOf(role.extends),
      allow: listOf(role.allow),
      deny: listOf(role.deny),
      managed: listOf(role.managed),
    })),
    members: entriesOf(file.members).map(([key, member]) => ({
      key,
      roles: Array.isArray(member.roles) ? listOf(member.roles) : null,
    })),
    /** The entries of sections about people and snoozes, by key. */
    sections: {
      members: entriesOf(file.members),
      departed: entriesOf(file.departed),
      snoozed: entriesOf(file.snoozed),
    },
    settings,
  };
}

export type PlainMap = Readonly<Record<string, unknown>>;

function mapOf(value: unknown): PlainMap {
  return isObject(value) ? value : {};
}

function entriesOf(value: unknown): [key: string, value: PlainMap][] {
  return Object.entries(mapOf(value)).map(([key, entry]) => [key, mapOf(entry)]);
}

function listOf(value: unknown): DraftList {
  return Array.isArray(value) ? value.map(textOf) : [];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
