import { around, indexModel } from '../access/model.ts';
import type { EntityIds } from '../aws/types.ts';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { iamName } from '../team/names.ts';
import { readTeam } from '../team/parse/read-team.ts';
import { nearMember } from '../team/suggest.ts';
import type { Team } from '../team/team.ts';
import type { AdoptedUser, Adoption } from './adoption.ts';
import type { Chosen, LeftAlone } from './candidates.ts';
import { differencesOf, type PersonAccess } from './differences.ts';
import { draftText } from './draft.ts';
import { adoptedNow, asBefore, isFull, isInLab, madeSince } from './progress.ts';
import { proposalOf } from './proposal.ts';
import { type Reference, type Referring, referencesTo } from './references.ts';

/** What `adopt` read. */
export interface Found {
  /** The team file as it is. */
  readonly file: string;
  readonly text: string;
  readonly team: Team;
  readonly at: Date;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly account: Referring & { readonly ids: EntityIds };
  readonly chosen: Chosen;
  /** By name of a candidate. */
  readonly credentials: ReadonlyMap<string, { readonly keys: number; readonly password: boolean }>;
  /** What an earlier run read; null before the first. */
  readonly earlier: Adoption | null;
}

/** What an adoption does to people, and what it asks. */
export interface Survey {
  /** The team of the draft or, if one was drafted before, of the file. */
  readonly team: Team;
  /** The text of a draft, and the file that it goes to; null if there is none. */
  readonly draft: { readonly file: string; readonly text: string } | null;
  readonly adoption: Adoption;
  readonly people: readonly PersonAccess[];
  readonly left: readonly LeftAlone[];
  /** Keys of members who have no user in the account. */
  readonly newMembers: readonly string[];
  readonly references: readonly Reference[];
  /** Users who sign in to the console, by the names before and after. */
  readonly signIns: readonly { readonly from: string; readonly to: string }[];
  /** Names of users, with the tags that they lose: Terraform keeps its own alone. */
  readonly tags: readonly { readonly user: string; readonly tags: readonly string[] }[];
  /** Names of users who would be in more groups than IAM allows. */
  readonly fullGroups: readonly string[];
}

/** Compares an account with a draft of the team file, or with the file that was drafted before. `accept` are keys of members. */
export function surveyOf(found: Found, accept: readonly string[]): Result<Survey> {
  const { account, chosen, at, today } = found;
  const drafted = draftOf(found);
  if (!drafted.ok) return drafted;
  const { team, draft } = drafted.value;
  const members = new Map(team.members.map((member) => [member.key, member]));
  const candidates = chosen.candidates.filter(({ key }) => members.has(key));
  // Those without a member, too: `adopt --undo` moves them back.
  const moved = movedUsers(found, team);
  const adopted = candidates.map(({ user, key }) => ({ ...user, key, id: account.ids.user.get(user.name) ?? '' }));
  const users = [...moved, ...adopted].sort((one, other) => (one.key < other.key ? -1 : 1));
  // Before anyone is moved, nothing there is of `adopt --apply`.
  const existing = moved.length > 0 ? found.earlier?.existing : [...madeSince({ existing: [] }, team, account.access)];
  const adoption = adoptionOf(found, users, existing ?? []);
  const people = differencesOf(adoption, team, { at, today });
  const unknown = accept.find((key) => !people.some((person) => person.key === key));
  if (unknown !== undefined) {
    const because = nearMember(unknown, team.members);
    return fail('unknown-member', { member: unknown, file: draft?.file ?? found.file, because });
  }
  const keys = new Set(users.map(({ key }) => key));
  const movedNames = new Set(moved.map(({ key }) => iamName(team.lab, key)));
  return succeed({
    ...{ team, draft, people },
    adoption: { ...adoption, accepted: acceptedOf(adoption, people, accept) },
    left: [
      ...chosen.left.filter(({ user }) => !movedNames.has(user)),
      ...chosen.candidates
        .filter(({ key }) => !members.has(key))
        .map(({ user }) => ({ user: user.name, reason: 'not-in-file' as const, meant: [] })),
    ],
    newMembers: [...members.keys()].filter((key) => !keys.has(key)),
    references: referencesTo(candidates, team, account),
    signIns: candidates
      .filter(({ user }) => found.credentials.get(user.name)?.password)
      .map(({ user, key }) => ({ from: user.name, to: iamName(team.lab, key) })),
    tags: candidates.flatMap(({ user: { name, tags } }) =>
      Object.keys(tags).length === 0 ? [] : [{ user: name, tags: Object.keys(tags) }],
    ),
    fullGroups: candidates.filter(({ user, key }) => isFull(user, key, team)).map(({ user }) => user.name),
  });
}

/** A first file, which has its owners alone, is drafted in place; one with members of its own stays as it is. */
function draftOf({ file, text, team, today, account, chosen, credentials, earlier }: Found) {
  if (earlier !== null || chosen.candidates.length === 0) return succeed({ team, draft: null });
  const isFirst = team.members.every(({ key }) => team.owners.includes(key));
  const keys = new Map([...credentials].map(([name, each]) => [name, each.keys]));
  const draft = {
    file: isFirst ? file : file.replace(/(\.ya?ml)?$/, '.adopt$1'),
    text: draftText(text, proposalOf(chosen.candidates, account.access, team), keys),
  };
  const { team: drafted, findings, source } = readTeam(draft.text, { file: draft.file, today });
  return drafted === null
    ? fail('team-file-invalid', { file: draft.file, findings, source })
    : succeed({ team: drafted, draft });
}

/** Users whom `adopt --apply` moved, as they would be without: name and path are known from the earlier run alone. */
function movedUsers({ earlier, account }: Found, team: Team): readonly AdoptedUser[] {
  if (earlier === null) return [];
  return adoptedNow(earlier, account)
    .filter((each) => isInLab(each, team))
    .map((each) => asBefore(each, earlier, team, account.access));
}

function adoptionOf(
  { team, at, account, earlier }: Found,
  users: readonly AdoptedUser[],
  existing: Adoption['existing'],
): Adoption {
  const names = users.map(({ name }) => name);
  const { groups, policies } = around(indexModel({ ...account.access, users }), names);
  return {
    ...{ version: 1, account: team.account, lab: team.lab, at: at.toISOString(), users },
    ...{ groups, policies },
    existing,
    accepted: (earlier?.accepted ?? []).filter(({ key }) => idOf(earlier?.users ?? [], key) === idOf(users, key)),
  };
}

function idOf(users: readonly AdoptedUser[], key: string): string | undefined {
  return users.find((user) => user.key === key)?.id;
}

function acceptedOf(
  { accepted }: Adoption,
  people: readonly PersonAccess[],
  keys: readonly string[],
): Adoption['accepted'] {
  const now = people
    .filter(({ key }) => keys.includes(key))
    .map(({ key, differences }) => ({ key, differences: differences.map(({ id }) => id) }));
  return [...accepted.filter(({ key }) => !keys.includes(key)), ...now];
}
