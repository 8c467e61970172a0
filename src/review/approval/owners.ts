import * as z from 'zod';
import type { OwningTeam, Team } from '../../team/team.ts';

/** No account of GitHub has this number: who takes the login later is not its owner. */
export const NO_ACCOUNT = 0;

/** Who approves changes. A login can be renamed, and then be another person's; the id stays. */
export const OWNER = z.strictObject({
  key: z.string(),
  login: z.string(),
  /** GitHub's number of the account; null if it is not known. */
  id: z.int().nullable(),
});

export type Owner = Readonly<z.infer<typeof OWNER>>;

/** What decides who approves: the apply record or, before the first apply, the file. */
export interface Approvers {
  readonly owners: readonly Owner[];
  readonly team: OwningTeam & { readonly settings: { readonly selfApproval: boolean } };
  /** Keys of the members in the text of a team file who have no access today. */
  withoutAccessIn(text: string): readonly string[];
}

/** The owners of a team who have a login on GitHub. A known id of a login stays but for `ids`, by login in lower case. */
export function ownersOf(
  { owners, members }: Pick<Team, 'owners' | 'members'>,
  known: readonly Owner[],
  ids: ReadonlyMap<string, number> = new Map(),
): readonly Owner[] {
  return members.flatMap(({ key, github: login }) => {
    if (!owners.includes(key) || login === null) return [];
    const id = ids.get(login.toLowerCase()) ?? known.find((owner) => isSameLogin(owner.login, login))?.id ?? null;
    return [{ key, login, id }];
  });
}

/** Whether the one owner may approve their own change. */
export function approvesAlone({ owners, settings }: Approvers['team']): boolean {
  return settings.selfApproval && owners.length === 1;
}

/** Whether an account on GitHub is an owner's. */
export function isOwner(owner: Owner, { id, login }: { readonly id: number; readonly login: string }): boolean {
  return owner.id === null ? isSameLogin(owner.login, login) : owner.id === id;
}

/** GitHub's logins ignore case. */
function isSameLogin(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
