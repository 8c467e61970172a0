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
  const reconcile = mapOf(settings.reconcile);
  const state = isMap(settings.state) ? settings.state : null;
  return {
    hasRoles: isMap(file.roles),
    hasMembers: isMap(file.members),
    lab: textOf(file.lab),
    account: textOf(file.account),
    owners: Array.isArray(file.owners) ? listOf(file.owners) : null,
    roles: entriesOf(file.roles).map(([key, role]) => ({
      key,
      description: textOf(role.description),
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
      suspended: member.suspended === true,
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
    settings: {
      maxRemovals: numberOf(settings['max-removals']),
      state: state === null ? null : { bucket: textOf(state.bucket), region: textOf(state.region) },
      keyMaxAgeDays: numberOf(settings['key-max-age-days']),
      reconcile: { mode: textOf(reconcile.mode), perDay: numberOf(reconcile['per-day']) },
      deleteAfterDays: numberOf(settings['delete-after-days']),
      driftEveryHours: numberOf(settings['drift-every-hours']),
      renewBeforeDays: numberOf(settings['renew-before-days']),
    },
  };
}

type PlainMap = Readonly<Record<string, unknown>>;

const EMPTY: PlainMap = Object.freeze(Object.create(null));
const EMPTY_LIST: DraftList = Object.freeze([]);

function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapOf(value: unknown): PlainMap {
  return isMap(value) ? value : EMPTY;
}

function entriesOf(value: unknown): [key: string, value: PlainMap][] {
  return Object.entries(mapOf(value)).map(([key, entry]) => [key, mapOf(entry)]);
}

function listOf(value: unknown): DraftList {
  if (!Array.isArray(value)) return EMPTY_LIST;
  return value.map(textOf);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
