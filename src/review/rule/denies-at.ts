import type { AccessGroup, AccessUser } from '../../access/model.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../../iam/document.ts';
import { limitsPolicy, rolePolicy } from '../../team/documents.ts';
import { iamName, keyOfIamName, LIMITS_POLICY, labPath, rolePolicyArn } from '../../team/names.ts';
import type { AccessTeam, Member, Role } from '../../team/team.ts';
import { documentsOf } from './access.ts';
import { recordedGroupName, userOfId } from './identity.ts';
import type { RuleInput } from './input.ts';
import { isComputed, isFirstDay, isLastDay, manualDenies } from './kept-denies.ts';
import { holderOutside, takenGroup, takenPolicy } from './outside.ts';

/** Denies that someone added for a member: at the user, a group of no role, or a role that the member leaves. */
export function deniesAtUser(member: Member, actual: AccessUser, input: RuleInput): readonly Statement[] {
  const { team, applied, account } = input;
  const was = (applied?.team ?? team).members.find(({ key }) => key === member.key);
  const { known, exact } = deniesOfTeams(input, ({ members }, brakes) => {
    const same = members.find(({ key }) => key === member.key);
    return same === undefined ? null : limitsPolicy({ ...same, withheld: [], suspended: same.suspended && brakes });
  });
  // Only a day that gives more ends another one: the first of the file, and one that takes, leave what is there.
  const { from = null, until = null } = was ?? {};
  const isLater = until !== null && (member.until === null || member.until > until);
  const hasBegun = from === null || from <= (applied?.team.day ?? from);
  const isEarlier = !hasBegun && (member.from === null || member.from < (from ?? ''));
  const document = actual.inline.find(({ name }) => name === LIMITS_POLICY)?.document ?? null;
  const limits = deniesIn(document);
  const isEnded = (deny: Statement) => (isLater && isLastDay(deny)) || (isEarlier && isFirstDay(deny));
  const inline = actual.inline.filter(({ name }) => name !== LIMITS_POLICY);
  const own = [{ ...document, Statement: limits.filter((deny) => !isComputed(deny)) }];
  // A policy that is not widened has Denies of earlier files, none of which is under a condition.
  const isLasting = (role: string) => (deny: Statement) =>
    deny.Condition !== undefined || holderOutside(role, input) === null;
  const ofLeft = rolesLeftBy(member, actual, input).flatMap((role) =>
    deniesAtGroup(role, input).filter(isLasting(role.key)),
  );
  const others = [
    { Version: '2012-10-17', Statement: ofLeft },
    ...documentsOf({ ...actual, inline }, account.access),
    ...groupsOfNoRole(actual, input).flatMap((group) => documentsOf(group, account.access)),
  ];
  return manualDenies({ own, others }, known, exact).filter((deny) => !isEnded(deny));
}

/** Denies at roles that a member leaves and whose policy is not widened: those without a condition are not kept. */
export function deniesNotKept(member: Member, actual: AccessUser, input: RuleInput): readonly Statement[] {
  const left = rolesLeftBy(member, actual, input).filter(({ key }) => holderOutside(key, input) !== null);
  return left.flatMap((role) => deniesAtGroup(role, input));
}

/**
 * Roles that an apply takes from a member, renamed ones, those of a manual membership, and those left out because a name is
 * taken: their Denies stay the member's, although someone took the member out of the group before.
 */
function rolesLeftBy({ key, roles }: Member, actual: AccessUser, input: RuleInput): readonly Pick<Role, 'key'>[] {
  const { team, applied, account } = input;
  // A user that an apply creates had no role.
  const isOwn = userOfId(iamName(team.lab, key), input) === actual;
  const teams = applied === null || !isOwn ? [] : [applied.team, ...applied.begun];
  const had = teams.flatMap(({ members }) => members.find((each) => each.key === key)?.roles ?? []);
  const isIn = ({ name, path }: AccessGroup) => path === labPath(team.lab) && actual.groups.includes(name);
  const inside = account.access.groups.filter(isIn);
  // A renamed group of a role has the Denies of that role's policy, unless it is another role's now.
  const isOfRole = (name: string) => team.roles.some((role) => iamName(team.lab, role.key) === name);
  const namesOf = (name: string) => (isOfRole(name) ? [name] : [name, recordedGroupName(name, input)]);
  const added = inside.flatMap(({ name }) => namesOf(name).flatMap((each) => keyOfIamName(team.lab, each) ?? []));
  const isTaken = (role: string) => (takenGroup(role, input) ?? takenPolicy(role, team, account.access)) !== null;
  const isLeft = (role: string) => !roles.includes(role) || isTaken(role);
  return [...new Set([...had, ...added])].filter(isLeft).map((role) => ({ key: role }));
}

/** A user's groups under the lab's path that are of no role, which an apply empties, without the policies of roles. */
function groupsOfNoRole({ groups }: AccessUser, input: RuleInput): readonly Pick<AccessGroup, 'inline' | 'attached'>[] {
  const { team, applied, account } = input;
  const { lab } = team;
  const teams = applied === null ? [team] : [team, applied.team, ...applied.begun];
  const keys = teams.flatMap(({ roles }) => roles.map(({ key }) => key));
  const names = new Set(keys.map((key) => iamName(lab, key)));
  return account.access.groups
    .filter(({ name, path }) => path === labPath(lab) && groups.includes(name) && !names.has(name))
    .map(({ name, inline, attached }) => {
      // A renamed group of a role has that role's policy; at another one, someone attached it.
      const own = keys.filter((key) => iamName(lab, key) === recordedGroupName(name, input));
      return { inline, attached: attached.filter((arn) => !own.some((key) => arn === rolePolicyArn(team, key))) };
    });
}

/** Denies that someone added at a role; if it must not be widened (`isFixed`), also of earlier files. */
export function deniesAtGroup(role: Pick<Role, 'key'>, input: RuleInput, isFixed = false): readonly Statement[] {
  const { team, account } = input;
  const name = iamName(team.lab, role.key);
  // Someone may have renamed or moved its group, whose unique id the record has.
  const groups = account.access.groups.filter(
    (group) =>
      (group.name === name && group.path === labPath(team.lab)) || recordedGroupName(group.name, input) === name,
  );
  const policy = rolePolicyArn(team, role.key);
  const documentOf = ({ roles, freeze }: AccessTeam, brakes: boolean) => {
    const same = roles.find(({ key }) => key === role.key);
    return same === undefined ? null : rolePolicy(same, brakes ? freeze : []);
  };
  const { known, exact } = isFixed
    ? { known: deniesIn(documentOf(team, false)), exact: deniesIn(documentOf(team, true)) }
    : deniesOfTeams(input, documentOf);
  const attached = groups.flatMap((group) => group.attached).filter((arn) => arn !== policy);
  // Its policy has the Denies that were kept, attached or not.
  const own = documentsOf({ inline: [], attached: [policy] }, account.access);
  const others = documentsOf({ inline: groups.flatMap(({ inline }) => inline), attached }, account.access);
  return manualDenies({ own, others }, known, exact);
}

/** `known` of the present team, without its suspension and freeze: what these cover for a time is not lifted when they end. */
function deniesOfTeams(
  { team, applied }: RuleInput,
  documentOf: (team: AccessTeam, brakes: boolean) => PolicyDocument | null,
): { readonly known: readonly Statement[]; readonly exact: readonly Statement[] } {
  const teams = applied === null ? [team] : [team, applied.team, ...applied.begun];
  return {
    known: deniesIn(documentOf(team, false)),
    exact: teams.flatMap((each) => deniesIn(documentOf(each, true))),
  };
}

function deniesIn(document: PolicyDocument | null): readonly Statement[] {
  return document === null ? [] : statementsOf(document).filter(({ Effect }) => Effect === 'Deny');
}
