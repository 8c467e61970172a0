import type { EntityIds, Inventory } from '../aws/types.ts';
import { otherLabOf } from '../team/names.ts';

type Named = { readonly name: string; readonly path: string };

/** The other lab whose user or group one is, by its path; null for what the last apply noted, wherever someone moved it. */
export function otherLabsIn({ ids }: Pick<Inventory, 'ids'>, noted: EntityIds | null, lab: string) {
  const known = { user: new Set(noted?.user.values()), group: new Set(noted?.group.values()) };
  return (kind: keyof EntityIds, { name, path }: Named): string | null =>
    known[kind].has(ids[kind].get(name) ?? '') ? null : otherLabOf(path, lab);
}

export type OtherLabs = ReturnType<typeof otherLabsIn>;
