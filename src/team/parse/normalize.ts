import { CAPABILITY_NAMES, type Capability, SPENDING_CAPABILITIES } from '../../catalog/mturk.ts';
import type { TeamFile } from '../schema/schema.ts';
import { DEFAULT_KEYS, DEFAULT_SETTINGS, type Settings } from '../settings.ts';
import type { Team } from '../team.ts';
import { inCatalogOrder, type ResolvedRole } from './resolve-roles.ts';

/** The team of a file without errors. It does not depend on the order of the file. */
export function normalize(file: TeamFile, resolved: ReadonlyMap<string, ResolvedRole>): Team {
  return {
    lab: file.lab,
    account: file.account,
    owners: [...file.owners].sort(),
    roles: entriesByKey(file.roles).map(([key, role]) => {
      const whole = resolved.get(key);
      return {
        key,
        description: role.description ?? null,
        extends: [...(role.extends ?? [])].sort(),
        allow: whole === undefined ? [] : inCatalogOrder(whole.allow),
        deny: whole === undefined ? [] : inCatalogOrder(whole.deny),
        managed: whole === undefined ? [] : [...whole.managed].sort(),
      };
    }),
    members: entriesByKey(file.members).map(([key, member]) => ({
      key,
      name: member.name,
      email: member.email ?? null,
      github: member.github ?? null,
      roles: [...member.roles].sort(),
      until: member.until ?? null,
      sponsor: member.sponsor ?? null,
      suspended: member.suspended ?? false,
      keys: member.keys ?? DEFAULT_KEYS,
    })),
    departed: entriesByKey(file.departed ?? {}).map(([key, departure]) => ({ key, ...departure })),
    freeze: frozenCapabilities(file.freeze ?? []),
    snoozed: entriesByKey(file.snoozed ?? {}).map(([finding, snooze]) => ({ finding, ...snooze })),
    settings: settingsOf(file.settings ?? {}),
  };
}

function settingsOf(settings: NonNullable<TeamFile['settings']>): Settings {
  const { state, reconcile } = settings;
  return {
    maxRemovals: settings['max-removals'] ?? DEFAULT_SETTINGS.maxRemovals,
    state: state ?? DEFAULT_SETTINGS.state,
    keyMaxAgeDays: settings['key-max-age-days'] ?? DEFAULT_SETTINGS.keyMaxAgeDays,
    reconcile: {
      mode: reconcile?.mode ?? DEFAULT_SETTINGS.reconcile.mode,
      perDay: reconcile?.['per-day'] ?? DEFAULT_SETTINGS.reconcile.perDay,
    },
    deleteAfterDays: settings['delete-after-days'] ?? DEFAULT_SETTINGS.deleteAfterDays,
    driftEveryHours: settings['drift-every-hours'] ?? DEFAULT_SETTINGS.driftEveryHours,
    renewBeforeDays: settings['renew-before-days'] ?? DEFAULT_SETTINGS.renewBeforeDays,
  };
}

function frozenCapabilities(freeze: readonly string[]): readonly Capability[] {
  return CAPABILITY_NAMES.filter(
    (name) => freeze.includes(name) || (freeze.includes('spend') && SPENDING_CAPABILITIES.includes(name)),
  );
}

/** By code units, so that the order does not depend on a locale. */
function entriesByKey<Value>(map: Readonly<Record<string, Value>>): [key: string, value: Value][] {
  return Object.entries(map).sort(([one], [two]) => (one < two ? -1 : one > two ? 1 : 0));
}
