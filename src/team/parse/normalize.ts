import { CAPABILITY_NAMES, type Capability, SPENDING_CAPABILITIES } from '../../catalog/mturk.ts';
import { DEFAULT_KEYS, DEFAULT_SETTINGS, RECONCILE_MODES, type Settings } from '../settings.ts';
import type { Team } from '../team.ts';
import type { DraftList, TeamDraft } from './draft.ts';
import { inCatalogueOrder, resolveRoles, textsOf } from './resolve-roles.ts';

/** The team that a draft without findings describes. The order of the file leaves no trace in it. */
export function normalise(draft: TeamDraft): Team {
  const resolved = resolveRoles(draft.roles);
  return {
    lab: draft.lab ?? '',
    account: draft.account ?? '',
    owners: sorted(draft.owners ?? []),
    roles: draft.roles
      .map((role) => {
        const whole = resolved.get(role.key);
        return {
          key: role.key,
          description: role.description,
          extends: sorted(role.extends),
          allow: whole === undefined ? [] : inCatalogueOrder(whole.allow),
          deny: whole === undefined ? [] : inCatalogueOrder(whole.deny),
          managed: whole === undefined ? [] : [...whole.managed].sort(),
        };
      })
      .sort(byKey),
    members: draft.members
      .map((member) => ({
        ...member,
        name: member.name ?? '',
        roles: sorted(member.roles ?? []),
        keys: member.keys ?? DEFAULT_KEYS,
      }))
      .sort(byKey),
    departed: draft.departed
      .map(({ key, left, reason }) => ({ key, left: left ?? '', reason: reason ?? '' }))
      .sort(byKey),
    freeze: frozenCapabilities(draft.freeze),
    snoozed: draft.snoozed
      .map(({ finding, until, reason }) => ({ finding, until: until ?? '', reason: reason ?? '' }))
      .sort((one, two) => (one.finding < two.finding ? -1 : 1)),
    settings: settingsOf(draft.settings),
  };
}

function settingsOf({ state, reconcile, ...numbers }: TeamDraft['settings']): Settings {
  return {
    maxRemovals: numbers.maxRemovals ?? DEFAULT_SETTINGS.maxRemovals,
    state: state === null ? null : { bucket: state.bucket ?? '', region: state.region ?? '' },
    keyMaxAgeDays: numbers.keyMaxAgeDays ?? DEFAULT_SETTINGS.keyMaxAgeDays,
    reconcile: {
      mode: RECONCILE_MODES.find((mode) => mode === reconcile.mode) ?? DEFAULT_SETTINGS.reconcile.mode,
      perDay: reconcile.perDay ?? DEFAULT_SETTINGS.reconcile.perDay,
    },
    deleteAfterDays: numbers.deleteAfterDays,
    driftEveryHours: numbers.driftEveryHours ?? DEFAULT_SETTINGS.driftEveryHours,
    renewBeforeDays: numbers.renewBeforeDays ?? DEFAULT_SETTINGS.renewBeforeDays,
  };
}

function frozenCapabilities(freeze: DraftList): readonly Capability[] {
  return CAPABILITY_NAMES.filter(
    (name) => freeze.includes(name) || (freeze.includes('spend') && SPENDING_CAPABILITIES.includes(name)),
  );
}

function sorted(list: DraftList): readonly string[] {
  return [...textsOf(list)].sort();
}

/** By code units, so that the order does not depend on the locale of whoever runs this. */
function byKey(one: { readonly key: string }, two: { readonly key: string }): number {
  return one.key < two.key ? -1 : one.key > two.key ? 1 : 0;
}
