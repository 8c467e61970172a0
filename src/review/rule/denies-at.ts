import type { AccessGroup, AccessUser } from '../../access/model.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../../iam/document.ts';
import { limitsPolicy, NOT_WIDENED_SID, OUT_OF_REACH_SID, rolePolicy, WITHHELD_SID } from '../../team/documents.ts';
import { iamName, keyOfIamName, LIMITS_POLICY, labPath, rolePolicyArn } from '../../team/names.ts';
import type { AccessTeam, Member, Role } from '../../team/team.ts';
import { documentsOf } from './access.ts';
import { recordedNames } from './identity.ts';
import type { RuleInput } from './input.ts';
import { isComputed, isFirstDay, isLastDay, manualDenies } from './kept-denies.ts';
import { takenGroup, takenPolicy } from './outside.ts';

/** Denies that someone added for a member: at the user, a group of no role, or a role that the member leaves. */
export function deniesAtUser(member: Member, actual: AccessUser, input: RuleInput): readonly Statement[] {
  const { team, today, applied, account } = input;
  // The file says nothing of the days of another user who has the member's name.
  const isOwn = recordedNames('user', actual.name, input).includes(iamName(team.lab, member.key));
  const was = isOwn ? applied?.team.members.find(({ key }) => key === member.key) : undefined;
  const { known, exact } = deniesOfTeams(input, ({ members }, brakes) => {
    const same = members.find(({ key }) => key === member.key);
    return same === undefined ? null : limitsPolicy({ ...same, withheld: [], suspended: same.suspended && brakes });
  });
  // Only a day that gives more ends another one: the first of the file, and one that takes, leave what is there.
  const { from = null, until = null } = was ?? {};
  const isLater = until !== null && (member.until === null || member.until > until);
  const isEarlier = from !== null && from > today && (member.from === null || member.from < from);
  const document = actual.inline.find(({ name }) => name === LIMITS_POLICY)?.document ?? null;
  const isEnded = (deny: Statement) => (isLater && isLastDay(deny)) || (isEarlier && isFirstDay(deny));
  const inline = actual.inline.filter(({ name }) => name !== LIMITS_POLICY);
  const own = [withoutSids(document, [WITHHELD_SID, OUT_OF_REACH_SID])];
  const others = [
    { Version: '2012-10-17', Statement: deniesAtLeft(member, actual, input) },
    ...documentsOf({ ...actual, inline }, account.access),
  ];
  return manualDenies({ own, others }, known, exact).filter((deny) => !isEnded(deny));
}

/**
 * Denies that someone added at roles and groups of the lab in which a member was, by a file or by hand, and does not stay: they
 * are the member's, although someone took the member out of the group before, or the role's name is taken.
 */
function deniesAtLeft({ roles }: Member, actual: AccessUser, input: RuleInput): readonly Statement[] {
  const { team, applied, account } = input;
  const { lab } = team;
  // By its unique id: under another member's name it is the same user, and one that an apply creates had no role.
  const keys = recordedNames('user', actual.name, input).flatMap((name) => keyOfIamName(lab, name) ?? []);
  const teams = applied === null ? [] : [applied.team, ...applied.begun];
  const had = teams.flatMap(({ members }) => members.flatMap((each) => (keys.includes(each.key) ? each.roles : [])));
  const isIn = ({ name, path }: AccessGroup) => path === labPath(lab) && actual.groups.includes(name);
  const inside = account.access.groups.filter(isIn);
  const isTaken = (role: string) => (takenGroup(role, input) ?? takenPolicy(role, team, account.access)) !== null;
  const isLeft = (role: string) => !roles.includes(role) || isTaken(role);
  const left = new Set([...had, ...inside.flatMap((group) => rolesOfGroup(group, input))].filter(isLeft));
  const ofNoRole = inside.filter((group) => rolesOfGroup(group, input).length === 0);
  const others = ofNoRole.flatMap((group) => documentsOf(group, account.access));
  return [
    ...[...left].flatMap((role) => deniesAtGroup({ key: role }, input, true)),
    ...manualDenies({ own: [], others }, [], []),
  ];
}

/** The keys of the roles that a group is of by its name, and by the one that the record has for its unique id. */
function rolesOfGroup({ name }: AccessGroup, input: RuleInput): readonly string[] {
  return [name, ...recordedNames('group', name, input)].flatMap((each) => keyOfIamName(input.team.lab, each) ?? []);
}

/** Denies that someone added at a role; for who leaves it (`isLeft`), no Deny that the present file has there covers one. */
export function deniesAtGroup({ key }: Pick<Role, 'key'>, input: RuleInput, isLeft = false): readonly Statement[] {
  const { team, account } = input;
  const groups = account.access.groups.filter((group) => rolesOfGroup(group, input).includes(key));
  const { known, exact } = deniesOfTeams(input, ({ roles, freeze }: AccessTeam, brakes: boolean) => {
    const same = roles.find((role) => role.key === key);
    return same === undefined ? null : rolePolicy(same, brakes ? freeze : []);
  });
  // Another role's policy denies by hand, also at a group that has the other's name or had it.
  const attached = groups.flatMap((group) => group.attached.filter((arn) => arn !== rolePolicyArn(team, key)));
  // Its policy has the Denies that were kept, attached or not.
  const documents = documentsOf({ inline: [], attached: [rolePolicyArn(team, key)] }, account.access);
  const own = documents.map((document) => withoutSids(document, [NOT_WIDENED_SID]));
  const others = documentsOf({ inline: groups.flatMap(({ inline }) => inline), attached }, account.access);
  return manualDenies({ own, others }, isLeft ? [] : known, exact);
}

/** A document without what every apply computes again under some Sids. */
function withoutSids(document: PolicyDocument | null, sids: readonly string[]): PolicyDocument | null {
  return document && { ...document, Statement: statementsOf(document).filter((each) => !isComputed(each, sids)) };
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
