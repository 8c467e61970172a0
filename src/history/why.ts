import { accessOf } from '../access/access-of.ts';
import type { Query } from '../access/explain.ts';
import {
  difference,
  intersection,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  union,
} from '../access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../access/sources/desired.ts';
import { type Capability, capabilityOf, type Operation, operationsOf } from '../catalog/mturk.ts';
import type { Result } from '../diagnostics/failure.ts';
import { allowedByRole } from '../team/resolve-roles.ts';
import { type WhomToAsk, whomToAsk } from '../team/sponsors.ts';
import { beginsLater, hasExpired, type Member, type Role, type Team } from '../team/team.ts';
import { type Since, type Source, sinceWhen, type Version } from './timeline.ts';

/** What becomes of what a role grants, of what is asked; `denies` if it denies some of that, `none` if it does neither. */
export type RoleOutcome = 'granted' | 'denied' | 'suspended' | 'frozen' | 'not-yet' | 'ended' | 'denies' | 'none';

/** One reason of the answer, with the commit that made it so. */
export type Reason = { readonly since: Since | null } & (
  | {
      readonly kind: 'role';
      readonly role: string;
      readonly outcome: RoleOutcome;
      readonly operations: readonly Operation[];
    }
  | { readonly kind: 'suspended' | 'no-role' | 'not-in-file' }
  | { readonly kind: 'frozen'; readonly capability: Capability }
  | { readonly kind: 'first-day' | 'last-day' | 'left'; readonly day: string }
);

/** A change of the file without which the answer stays no. */
export type Need =
  | { readonly kind: 'resume' | 'extend' | 'add-member' }
  | { readonly kind: 'wait'; readonly day: string }
  | { readonly kind: 'unfreeze'; readonly capability: Capability }
  | { readonly kind: 'remove-role'; readonly role: string }
  /** One of the roles; without any, one that allows it has to be written. */
  | { readonly kind: 'add-role'; readonly roles: readonly string[] };

/** Whether a member may do something at a moment, and why or why not. */
export interface Why {
  readonly member: { readonly key: string; readonly name: string };
  readonly operations: readonly Operation[];
  readonly allowed: readonly Operation[];
  readonly verdict: 'allowed' | 'partly' | 'denied';
  readonly reasons: readonly Reason[];
  /** Empty if everything asked for is allowed. */
  readonly needs: readonly Need[];
  /** Who can change it, or say who can. */
  readonly ask: WhomToAsk;
}

/** Who decided a commit. What Git does not know is null, never a guess. */
export interface Decision {
  readonly authors: readonly string[];
  /** Of a merge commit. A squashed one does not say who merged it. */
  readonly merger: string | null;
  /** What GitHub says of its pull requests; null if it was not asked. */
  readonly onGitHub: Result<
    readonly { readonly number: number; readonly mergedBy: string | null; readonly approvedBy: readonly string[] }[]
  > | null;
}

/** The answer with the version that it is from, and who decided it. */
export interface WhyAnswer extends Source {
  readonly why: Why;
  readonly query: Query;
  readonly team: Team;
  readonly at: Date;
  /** Of each commit that a reason names, by id. */
  readonly decisions: ReadonlyMap<string, Decision>;
}

/** Versions up to the one that is asked, oldest first, the last of which can be read. Null for a key that none has. */
export function whyOf(
  versions: readonly Version[],
  key: string,
  operations: readonly Operation[],
  at: Date,
): Why | null {
  const team = versions.at(-1)?.past.team;
  if (team === null || team === undefined) return null;
  const member = memberOf(team, key);
  const asked = operationSet(operations);
  const allowed = member === null ? NO_OPERATIONS : intersection(allowedTo(team, member, at), asked);
  const known = versions.flatMap(({ past }) => (past.team && memberOf(past.team, key)) ?? []).at(-1);
  const missing = difference(asked, allowed);
  const left = team.departed.some((departed) => departed.key === key);
  if (known === undefined && !left) return null;
  return {
    member: { key, name: known?.name ?? key },
    operations,
    allowed: listOperations(allowed),
    verdict: isEmpty(missing) ? 'allowed' : isEmpty(allowed) ? 'denied' : 'partly',
    reasons: member === null ? absence(versions, team, key) : reasonsOf({ versions, team, member, asked, allowed, at }),
    needs: isEmpty(missing) ? [] : needsOf(team, member, { asked, missing }, at),
    ask: whomToAsk(team, key, at.toISOString().slice(0, 10)),
  };
}

function allowedTo(team: Team, member: Member, at: Date): OperationSet {
  const alone = { ...team, members: [member], roles: team.roles.filter(({ key }) => member.roles.includes(key)) };
  return accessOf(desiredAccessBeforeDeletions(alone), { at })[0]?.allowed ?? NO_OPERATIONS;
}

function memberOf(team: Team, key: string): Member | null {
  return team.members.find((member) => member.key === key) ?? null;
}

function absence(versions: readonly Version[], team: Team, key: string): readonly Reason[] {
  const since = sinceWhen(versions, (then) => memberOf(then, key) === null);
  const left = team.departed.find((departed) => departed.key === key)?.left;
  return [left === undefined ? { kind: 'not-in-file', since } : { kind: 'left', day: left, since }];
}

interface Asked {
  readonly versions: readonly Version[];
  readonly team: Team;
  readonly member: Member;
  readonly asked: OperationSet;
  readonly allowed: OperationSet;
  readonly at: Date;
}

function reasonsOf(question: Asked): readonly Reason[] {
  const { versions, team, member, asked, at } = question;
  const { key, from, until, suspended } = member;
  const today = at.toISOString().slice(0, 10);
  const since = (isSo: (then: Member, team: Team) => boolean) =>
    sinceWhen(versions, (then) => {
      const found = memberOf(then, key);
      return found !== null && isSo(found, then);
    });
  const roles = member.roles.flatMap((role) => roleReasons(question, role, since));
  const frozen = frozenIn(team, asked);
  return [
    ...roles,
    ...(member.roles.every((role) => isEmpty(grantedBy(team, role, asked)))
      ? [{ kind: 'no-role' as const, since: since((m, t) => m.roles.every((r) => isEmpty(grantedBy(t, r, asked)))) }]
      : []),
    ...(suspended ? [{ kind: 'suspended' as const, since: since((then) => then.suspended) }] : []),
    ...frozen.map((capability) => ({
      ...{ kind: 'frozen' as const, capability },
      since: sinceWhen(versions, ({ freeze }) => freeze.includes(capability)),
    })),
    ...(from === null || !beginsLater(member, today)
      ? []
      : [{ kind: 'first-day' as const, day: from, since: since((then) => then.from === from) }]),
    ...(until === null
      ? []
      : [{ kind: 'last-day' as const, day: until, since: since((then) => then.until === until) }]),
  ];
}

type SinceMember = (isSo: (then: Member, team: Team) => boolean) => Since | null;

function roleReasons(question: Asked, role: string, since: SinceMember): readonly Reason[] {
  const { team, asked, allowed } = question;
  const denied = deniedBy(team, role, asked);
  const granted = difference(grantedBy(team, role, asked), denied);
  const effective = intersection(granted, allowed);
  const reason = (outcome: RoleOutcome, operations: OperationSet, does = grantedBy): Reason => {
    const isSo = (then: Member, team: Team) =>
      then.roles.includes(role) && isEmpty(difference(operations, does(team, role, asked)));
    return { kind: 'role', role, outcome, operations: listOperations(operations), since: since(isSo) };
  };
  if (isEmpty(granted) && isEmpty(denied)) return [reason('none', NO_OPERATIONS)];
  const stopped = isEmpty(effective) ? reason(stopOf(question, granted), granted) : reason('granted', effective);
  return [...(isEmpty(granted) ? [] : [stopped]), ...(isEmpty(denied) ? [] : [reason('denies', denied, deniedBy)])];
}

function stopOf({ team, member, at }: Asked, granted: OperationSet): RoleOutcome {
  const today = at.toISOString().slice(0, 10);
  if (hasExpired(member, today)) return 'ended';
  if (beginsLater(member, today)) return 'not-yet';
  if (member.suspended) return 'suspended';
  const frozen = operationSet(team.freeze.flatMap(operationsOf));
  return isEmpty(difference(granted, frozen)) ? 'frozen' : 'denied';
}

function frozenIn({ freeze }: Team, operations: OperationSet): readonly Capability[] {
  return [...new Set(listOperations(operations).map(capabilityOf))].filter((name) => freeze.includes(name));
}

/** Of some operations, those that a role allows, whatever it, another one, a freeze or a suspension denies. */
export function grantedBy(team: Team, key: string, asked: OperationSet): OperationSet {
  const role = team.roles.find((each) => each.key === key);
  return intersection(operationSet(role === undefined ? [] : allowedByRole(role)), asked);
}

function deniedBy(team: Team, key: string, asked: OperationSet): OperationSet {
  return intersection(operationSet(team.roles.find((role) => role.key === key)?.deny ?? []), asked);
}

const OFFERED = 3;

/** What would have to change for all of it to be allowed, given that nothing else changes. */
function needsOf(
  team: Team,
  member: Member | null,
  { asked, missing }: { readonly asked: OperationSet; readonly missing: OperationSet },
  at: Date,
): readonly Need[] {
  const today = at.toISOString().slice(0, 10);
  // The last day can be before it.
  const first = member !== null && beginsLater(member, today) ? member.from : null;
  const frozen = frozenIn(team, missing);
  const denying = (member?.roles ?? []).filter((role) => !isEmpty(deniedBy(team, role, missing)));
  const kept = (member?.roles ?? []).filter((role) => !denying.includes(role));
  // Who loses a role that denies a part loses what else it grants.
  const granted = kept.reduce((set, role) => union(set, grantedBy(team, role, asked)), NO_OPERATIONS);
  const lacking = difference(asked, granted);
  return [
    ...(member === null ? [{ kind: 'add-member' as const }] : []),
    ...(member !== null && hasExpired(member, first ?? today) ? [{ kind: 'extend' as const }] : []),
    ...(first === null ? [] : [{ kind: 'wait' as const, day: first }]),
    ...(member?.suspended ? [{ kind: 'resume' as const }] : []),
    ...frozen.map((capability) => ({ kind: 'unfreeze' as const, capability })),
    ...denying.map((role) => ({ kind: 'remove-role' as const, role })),
    ...(isEmpty(lacking) ? [] : [{ kind: 'add-role' as const, roles: rolesFor(team, asked, lacking) }]),
  ];
}

/** Roles that grant what is lacking and deny nothing of what is asked, those that grant least first. */
function rolesFor(team: Team, asked: OperationSet, lacking: OperationSet): readonly string[] {
  const size = (role: Role) => new Set(allowedByRole(role)).size;
  return team.roles
    .filter(({ key }) => isEmpty(difference(lacking, grantedBy(team, key, lacking))))
    .filter(({ key }) => isEmpty(deniedBy(team, key, asked)))
    .sort((one, other) => size(one) - size(other))
    .slice(0, OFFERED)
    .map(({ key }) => key);
}
