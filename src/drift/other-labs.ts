import type { EntityIds, Inventory } from '../aws/types.ts';
import { otherLabOf } from '../team/names.ts';

type Named = { readonly name: string; readonly path: string };

/** The other lab whose user or group one is, by its path; null for what the last apply noted, wherever someone moved it. */
export function otherLabsIn({ ids }: Pick<Inventory, 'ids'>, noted: EntityIds | null, lab: string) {
  return (kind: keyof EntityIds, { name, path }: Named): string | null => {
    const id = ids[kind].get(name);
    const isNoted = id !== undefined && [...(noted?.[kind].values() ?? [])].includes(id);
    return isNoted ? null : otherLabOf(path, lab);
  };
}

export type OtherLabs = ReturnType<typeof otherLabsIn>;
