import { CAPABILITY_NAMES, type Capability, SPENDING_CAPABILITIES } from '../mturk/operations.ts';
import type { DraftList, TeamDraft } from './draft.ts';
import { inCatalogueOrder, resolveRoles, textsOf } from './resolve-roles.ts';
import type { Team } from './team.ts';

/** What one apply may delete where the file says nothing. */
const DEFAULT_MAX_REMOVALS = 3;

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
      .map((member) => ({ ...member, name: member.name ?? '', roles: sorted(member.roles ?? []) }))
      .sort(byKey),
    departed: draft.departed
      .map(({ key, left, reason }) => ({ key, left: left ?? '', reason: reason ?? '' }))
      .sort(byKey),
    freeze: frozenCapabilities(draft.freeze),
    settings: {
      maxRemovals: draft.maxRemovals ?? DEFAULT_MAX_REMOVALS,
      state: draft.state === null ? null : { bucket: draft.state.bucket ?? '', region: draft.state.region ?? '' },
    },
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
