import type { AccessGroup, AccessModel, AccessUser } from '../access/model.ts';
import type { AuthorizationDetails } from '../aws/inventory/authorization-details.ts';
import type { EntityIds } from '../aws/types.ts';
import { iamArn, isAwsPolicy } from '../iam/arn.ts';
import { canonicalDocument, stableJson } from '../iam/canonical.ts';
import { mayDeny, type PolicyDocument } from '../iam/document.ts';
import { QUOTAS } from '../iam/quotas.ts';
import { BOUNDARY_PATH, iamName, labOfPath, labPath } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import type { AdoptedUser, Adoption } from './adoption.ts';

/** The part of an account that an adoption is compared with. */
export interface AccountNow {
  readonly access: AccessModel;
  readonly ids: EntityIds;
}

/** An adopted user, and the IAM user that has its unique id now; null if there is none. */
export interface AdoptedNow {
  readonly user: AdoptedUser;
  readonly now: AccessUser | null;
}

/** The adoption without users whose member is not in the file: they are left alone. */
export function ofMembers(adoption: Adoption, { members }: Pick<Team, 'members'>): Adoption {
  const keys = new Set(members.map(({ key }) => key));
  return { ...adoption, users: adoption.users.filter(({ key }) => keys.has(key)) };
}

/** Users whom `adopt --apply` moved, and whose member is not in the file any more. */
export function movedWithoutMember(adoption: Adoption, team: Team, account: AccountNow): readonly AdoptionChange[] {
  const keys = new Set(team.members.map(({ key }) => key));
  return adoptedNow(adoption, account)
    .filter((each) => !keys.has(each.user.key) && isInLab(each, team))
    .map(({ user: { name } }) => ({ kind: 'user', name, part: 'member' }));
}

/** Adopted users with what the account has of them. */
export function adoptedNow({ users }: Adoption, account: AccountNow): readonly AdoptedNow[] {
  const byId = new Map(account.access.users.map((user) => [account.ids.user.get(user.name), user]));
  return users.map((user) => ({ user, now: byId.get(user.id) ?? null }));
}

/** Name and path of a user in IAM. */
export type Place = Pick<AccessUser, 'name' | 'path'>;

/** Where the lab wants an adopted user. */
export function placeInLab({ key }: AdoptedUser, { lab }: Pick<Team, 'lab'>): Place {
  return { name: iamName(lab, key), path: labPath(lab) };
}

export function isAt(place: Place, { name, path }: Place): boolean {
  return place.name === name && place.path === path;
}

/** Whether `adopt --apply` has moved the user. */
export function isInLab({ user, now }: AdoptedNow, team: Pick<Team, 'lab'>): boolean {
  return now !== null && isAt(now, placeInLab(user, team));
}

/** Whether IAM has no room for the groups of a member's roles beside those that the user is in. */
export function isFull({ groups }: Pick<AccessUser, 'groups'>, key: string, { lab, members }: Team): boolean {
  const roles = members.find((member) => member.key === key)?.roles ?? [];
  return new Set([...groups, ...roles.map((role) => iamName(lab, role))]).size > QUOTAS.groupsPerUser;
}

/** What is not as `adopt` read it. */
export interface AdoptionChange {
  readonly kind: 'user' | 'group' | 'policy';
  /** Of then; of a policy its ARN. */
  readonly name: string;
  readonly part:
    | 'missing'
    | 'name'
    | 'groups'
    | 'attached'
    | 'inline'
    | 'boundary'
    | 'tags'
    | 'document'
    | 'members'
    | 'member'
    | 'role';
}

/** Names of groups and ARNs of policies under the lab's path, but those that were there before `adopt --apply`. */
export function madeSince(
  { existing }: Pick<Adoption, 'existing'>,
  { lab }: Pick<Team, 'lab'>,
  { account, groups, policies }: AccessModel,
): ReadonlySet<string> {
  const own = iamArn(account, 'policy', labPath(lab), '');
  const made = new Set([
    ...groups.flatMap(({ name, path }) => (path === labPath(lab) ? [name] : [])),
    ...policies.flatMap(({ arn }) => (arn.startsWith(own) ? [arn] : [])),
  ]);
  for (const name of existing) made.delete(name);
  return made;
}

/** Those of them that someone is in, and that neither a role of the file has nor `made`, which are names in Terraform's state. */
export function groupsWithoutRole(
  adoption: Adoption,
  team: Pick<Team, 'lab' | 'roles'>,
  access: AccessModel,
  made: ReadonlySet<string> = new Set(),
): readonly AdoptionChange[] {
  const known = new Set([...made, ...team.roles.map(({ key }) => iamName(team.lab, key))]);
  const used = new Set(access.users.flatMap(({ groups }) => groups));
  return [...madeSince(adoption, team, access)]
    .filter((name) => !known.has(name) && used.has(name))
    .map((name) => ({ kind: 'group', name, part: 'role' }));
}

/**
 * What changed in an account since `adopt` read it, but by `adopt --apply` and `adopt --undo`: these change names and paths of
 * users, and memberships in the groups of roles.
 */
export function changesSince(adoption: Adoption, team: Team, account: AccountNow): readonly AdoptionChange[] {
  const { access } = account;
  const adopted = adoptedNow(adoption, account);
  const users = adopted.flatMap((each) => changesOf('user', each.user.name, userParts(each, adoption, team, access)));
  const groups = adoption.groups.flatMap((group) => {
    const now = access.groups.find(({ name }) => name === group.name);
    return changesOf('group', group.name, now && { name: !isAt(now, group), ...heldParts(group, now) });
  });
  const policies = adoption.policies.flatMap(({ arn, document }) => {
    const now = access.policies.find((each) => each.arn === arn);
    const parts = now && { document: !isSameDocument(document, now.document) };
    return isAwsPolicy(arn) ? [] : changesOf('policy', arn, parts);
  });
  const known = new Set(adopted.map(({ now }) => now?.name));
  const strangers = access.users.filter(({ name }) => !known.has(name)).flatMap(({ groups: of }) => of);
  const joined = [...madeSince(adoption, team, access)].filter((name) => strangers.includes(name));
  return [
    ...users,
    ...groups,
    ...policies,
    ...joined.map((name) => ({ kind: 'group', name, part: 'members' }) as const),
  ];
}

/** A Deny at a group that `adopt --apply` made, or in a policy of one that is not as it was `written`, by name. */
export function deniesAtRoles(
  made: Unused,
  written: ReadonlyMap<string, PolicyDocument | null>,
  { groups, policies }: AccessModel,
): readonly AdoptionChange[] {
  const documents = new Map(policies.map(({ arn, document }) => [arn, document]));
  const own = policies.filter(({ arn }) => made.policies.includes(arn));
  return [
    ...groups
      .filter(({ name }) => made.groups.includes(name))
      .flatMap(({ name, inline, attached }) => {
        const others = attached.filter((arn) => !made.policies.includes(arn));
        return changesOf('group', name, {
          inline: inline.some(({ document }) => mayDeny(document)),
          attached: others.some((arn) => mayDeny(documents.get(arn) ?? null)),
        });
      }),
    ...own.flatMap(({ arn, name, document }) => {
      const isChanged = !isSameDocument(document, written.get(name) ?? null);
      return changesOf('policy', arn, { document: isChanged && mayDeny(document) });
    }),
  ];
}

type Parts = Readonly<Partial<Record<AdoptionChange['part'], boolean>>>;

/** Without parts, it is missing. */
function changesOf(
  kind: AdoptionChange['kind'],
  name: string,
  parts: Parts = { missing: true },
): readonly AdoptionChange[] {
  return (Object.keys(parts) as AdoptionChange['part'][])
    .filter((part) => parts[part] === true)
    .map((part) => ({ kind, name, part }));
}

function userParts({ user, now }: AdoptedNow, adoption: Adoption, team: Team, account: AccessModel): Parts | undefined {
  if (now === null) return undefined;
  const { groups, attached, inline, boundary, tags } = asBefore({ user, now }, adoption, team, account);
  return {
    name: !isAt(now, user) && !isAt(now, placeInLab(user, team)),
    groups: stableJson([...groups].sort()) !== stableJson([...user.groups].sort()),
    ...heldParts(user, { attached, inline }),
    boundary: user.boundary !== boundary,
    tags: stableJson(user.tags) !== stableJson(tags),
  };
}

/** An adopted user as the account has it, without what `adopt --apply` did. */
export function asBefore(
  { user, now }: AdoptedNow,
  adoption: Adoption,
  team: Pick<Team, 'lab'>,
  access: AccessModel,
): AdoptedUser {
  if (now === null) return user;
  const made = madeSince(adoption, team, access);
  const { key, id, name, path } = user;
  return {
    ...{ ...now, key, id, name, path },
    groups: now.groups.filter((group) => user.groups.includes(group) || !made.has(group)),
  };
}

function heldParts(
  before: Pick<AccessGroup, 'attached' | 'inline'>,
  now: Pick<AccessGroup, 'attached' | 'inline'>,
): Parts {
  const names = ({ inline }: Pick<AccessGroup, 'inline'>) => stableJson(inline.map(({ name }) => name).sort());
  const isAsBefore = ({ name, document }: AccessGroup['inline'][number]) =>
    isSameDocument(document, now.inline.find((each) => each.name === name)?.document ?? null);
  return {
    attached: stableJson([...before.attached].sort()) !== stableJson([...now.attached].sort()),
    inline: names(before) !== names(now) || !before.inline.every(isAsBefore),
  };
}

function isSameDocument(one: PolicyDocument | null, other: PolicyDocument | null): boolean {
  return one === null || other === null ? one === other : canonicalDocument(one) === canonicalDocument(other);
}

/** A change of name and path. */
export interface Move {
  readonly from: Place;
  readonly to: Place;
}

/** Moves in an order in which no name is taken when it is wanted; `taken` are names that stay so. IAM ignores their case. */
export function orderedMoves(
  moves: readonly Move[],
  users: readonly Place[],
): { readonly moves: readonly Move[]; readonly taken: readonly string[] } {
  const left = new Set(moves);
  const names = new Map(users.map(({ name }) => [name.toLowerCase(), name]));
  const ordered: Move[] = [];
  const isFree = ({ from, to }: Move) => (names.get(to.name.toLowerCase()) ?? from.name) === from.name;
  for (let next = [...left].find(isFree); next !== undefined; next = [...left].find(isFree)) {
    ordered.push(next);
    left.delete(next);
    names.delete(next.from.name.toLowerCase());
    names.set(next.to.name.toLowerCase(), next.to.name);
  }
  return { moves: ordered, taken: [...left].map(({ to }) => names.get(to.name.toLowerCase()) ?? to.name) };
}

/** Names of groups and policies that roles are to have: outside the lab's path, or there before. */
export function takenFromRoles(team: Team, adoption: Adoption, access: AccessModel): readonly string[] {
  const wanted = new Set(team.roles.map(({ key }) => iamName(team.lab, key).toLowerCase()));
  const made = madeSince(adoption, team, access);
  const others = [
    ...access.groups.filter(({ name }) => !made.has(name)),
    ...access.policies.filter(({ arn }) => !isAwsPolicy(arn) && !made.has(arn)),
  ];
  return others.map(({ name }) => name).filter((name) => wanted.has(name.toLowerCase()));
}

/** What only adopted users had: names of groups, ARNs of policies. */
export interface Unused {
  readonly groups: readonly string[];
  readonly policies: readonly string[];
}

/** Groups and policies of before, of no lab, that no one else has, once adopted users are in the groups of their roles alone. */
export function unusedAfter(
  adoption: Adoption,
  account: Pick<AuthorizationDetails, 'access' | 'ids' | 'roles'>,
): Unused {
  const adopted = new Set(adoptedNow(adoption, account).map(({ now }) => now?.name));
  const others = account.access.users.filter(({ name }) => !adopted.has(name));
  const had = new Set([...adoption.groups.map(({ name }) => name), ...adoption.policies.map(({ arn }) => arn)]);
  const groups = account.access.groups
    .filter(({ name, path }) => had.has(name) && labOfPath(path) === null)
    .filter(({ name }) => !others.some((user) => user.groups.includes(name)))
    .map(({ name }) => name);
  const left = account.access.groups.filter(({ name }) => !groups.includes(name));
  const held = new Set([...others, ...left, ...account.roles].flatMap(heldBy));
  const isOfLab = (path: string) => labOfPath(path) !== null || path.startsWith(BOUNDARY_PATH);
  const own = account.access.policies.filter(
    ({ arn }) => arn.startsWith(`arn:aws:iam::${adoption.account}:`) && !isOfLab(arn.slice(arn.indexOf('/'))),
  );
  return { groups, policies: own.flatMap(({ arn }) => (had.has(arn) && !held.has(arn) ? [arn] : [])) };
}

function heldBy({ attached, ...holder }: Pick<AccessUser, 'attached'> & Partial<Pick<AccessUser, 'boundary'>>) {
  return [...attached, ...(holder.boundary ? [holder.boundary] : [])];
}
