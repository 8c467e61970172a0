/** A list as written; null in the place of an entry that is no text, so that an index is one of the file. */
export type DraftList = readonly (string | null)[];

export interface RoleDraft {
  readonly key: string;
  readonly description: string | null;
  readonly extends: DraftList;
  readonly allow: DraftList;
  readonly deny: DraftList;
  readonly managed: DraftList;
}

interface MemberDraft {
  readonly key: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly github: string | null;
  /** Null where there is no list. */
  readonly roles: DraftList | null;
  readonly until: string | null;
  readonly sponsor: string | null;
  readonly suspended: boolean;
  readonly keys: number | null;
}

interface SnoozeDraft {
  readonly finding: string;
  readonly until: string | null;
  readonly reason: string | null;
}

interface SettingsDraft {
  readonly maxRemovals: number | null;
  readonly state: { readonly bucket: string | null; readonly region: string | null } | null;
  readonly keyMaxAgeDays: number | null;
  readonly reconcile: { readonly mode: string | null; readonly perDay: number | null };
  readonly deleteAfterDays: number | null;
  readonly driftEveryHours: number | null;
  readonly renewBeforeDays: number | null;
}

interface DepartureDraft {
  readonly key: string;
  readonly left: string | null;
  readonly reason: string | null;
}

/**
 * What is well-formed in a team file, whatever else is wrong with it: rules work on this, so that one run finds
 * everything. Whatever is absent or malformed is null or left out; the latter has been reported as a finding of shape.
 */
export interface TeamDraft {
  /** Whether `roles` and `members` are there at all: where not, nothing can be said about who refers to them. */
  readonly hasRoles: boolean;
  readonly hasMembers: boolean;
  readonly lab: string | null;
  readonly account: string | null;
  readonly owners: DraftList | null;
  readonly roles: readonly RoleDraft[];
  readonly members: readonly MemberDraft[];
  readonly departed: readonly DepartureDraft[];
  readonly freeze: DraftList;
  readonly snoozed: readonly SnoozeDraft[];
  readonly settings: SettingsDraft;
}

/** Takes from plain data what has the right shape. Never fails, whatever it is given. */
export function draftOf(value: unknown): TeamDraft {
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
