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
  const state = mapOf(settings.state);
  return {
    hasRoles: isMap(file.roles),
    hasMembers: isMap(file.members),
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
      name: textOf(member.name),
      email: textOf(member.email),
      github: textOf(member.github),
      roles: Array.isArray(member.roles) ? listOf(member.roles) : null,
      until: textOf(member.until),
      sponsor: textOf(member.sponsor),
      keys: numberOf(member.keys),
    })),
    departed: entriesOf(file.departed).map(([key, departure]) => ({
      key,
      left: textOf(departure.left),
      reason: textOf(departure.reason),
    })),
    freeze: listOf(file.freeze),
    snoozed: entriesOf(file.snoozed).map(([finding, snooze]) => ({
      finding,
      until: textOf(snooze.until),
      reason: textOf(snooze.reason),
    })),
    settings,
    reconcile: mapOf(settings.reconcile),
    bucket: textOf(state.bucket),
    region: textOf(state.region),
  };
}

export type PlainMap = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapOf(value: unknown): PlainMap {
  return isMap(value) ? value : {};
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

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
