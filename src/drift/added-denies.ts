import { ofUser } from '../access/access-of.ts';
import type { AccessModel, Holder } from '../access/model.ts';
import { ALL_OPERATIONS, difference, intersection, isEmpty, operationSet } from '../access/operation-set.ts';
import { operationsOf } from '../catalog/mturk.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../iam/document.ts';
import { givenBy } from '../review/rule/access.ts';
import { deniedBy, isComputed } from '../review/rule/kept-denies.ts';
import { NOT_WIDENED_SID, OUT_OF_REACH_SID, rolePolicy, WITHHELD_SID } from '../team/documents.ts';
import { iamName, LIMITS_POLICY, rolePolicyArn } from '../team/names.ts';
import type { AccessTeam } from '../team/team.ts';

/** Denies that the file does not have and an apply writes or keeps, of a member's user or a role's group. */
export interface AddedDenies {
  readonly holder: Holder;
  /** `withheld`: what an apply does not give back yet. `kept`: what someone denied outside Terraform. */
  readonly kind: 'withheld' | 'kept';
  readonly statements: readonly Statement[];
}

/** An account without those Denies, to be compared with the file, and the Denies. */
export function withoutAddedDenies(
  access: AccessModel,
  team: AccessTeam,
): { readonly access: AccessModel; readonly denies: readonly AddedDenies[] } {
  const denies: AddedDenies[] = [];
  const gives = givenBy(team);
  const frozen = operationSet(team.freeze.flatMap(operationsOf));
  const without = (document: PolicyDocument | null, holder: Holder, given = ALL_OPERATIONS): PolicyDocument | null => {
    if (document === null) return null;
    const statements = statementsOf(document);
    const isOf = (sid: string, each: Statement) =>
      holder.kind === 'user' && isComputed(each, [sid]) && !isEmpty(deniedBy(each));
    const isWithheld = (each: Statement) => isOf(WITHHELD_SID, each);
    // Every statement of the file has a Sid.
    const isKept = ({ Sid, Effect }: Statement) => Effect === 'Deny' && ['', NOT_WIDENED_SID].includes(Sid ?? '');
    const add = (kind: AddedDenies['kind'], found: readonly Statement[]) => {
      if (found.length > 0) denies.push({ holder, kind, statements: found });
    };
    add('withheld', statements.filter(isWithheld));
    add('kept', statements.filter(isKept));
    // An apply writes it beside groups outside the lab's path.
    const isOutOfReach = (each: Statement) =>
      isOf(OUT_OF_REACH_SID, each) && isEmpty(intersection(deniedBy(each), given));
    const Statement = statements.filter((each) => !isWithheld(each) && !isKept(each) && !isOutOfReach(each));
    return Statement.length === statements.length ? document : { ...document, Statement };
  };
  const members = new Set(team.members.map(({ key }) => iamName(team.lab, key)));
  const users = access.users.map((user) => {
    if (!members.has(user.name)) return user;
    const inline = user.inline.flatMap((policy) => {
      if (policy.name !== LIMITS_POLICY) return [policy];
      const given = difference(ofUser(gives, user.name), frozen);
      const holder = { kind: 'user', name: user.name } as const;
      const document = without(policy.document, holder, given);
      return document !== null && statementsOf(document).length === 0 ? [] : [{ ...policy, document }];
    });
    return { ...user, inline };
  });
  const roles = new Map(team.roles.map((role) => [rolePolicyArn(team, role.key), role]));
  // Of a role of AWS's policies alone the file has no policy: an apply writes one for the Denies that it keeps.
  const forDenies = new Set<string>();
  const policies = access.policies.map((policy) => {
    const role = roles.get(policy.arn);
    if (role === undefined) return policy;
    const holder = { kind: 'group', name: iamName(team.lab, role.key) } as const;
    const document = without(policy.document, holder);
    const isLeft = document === null || statementsOf(document).length > 0;
    if (!isLeft && rolePolicy({ ...role, keptDenies: [] }, team.freeze) === null) forDenies.add(policy.arn);
    return { ...policy, document };
  });
  const groups = access.groups.map((group) => {
    const isOwn = (arn: string) => forDenies.has(arn) && group.name === iamName(team.lab, roles.get(arn)?.key ?? '');
    return group.attached.some(isOwn) ? { ...group, attached: group.attached.filter((arn) => !isOwn(arn)) } : group;
  });
  const held = new Set([...users, ...groups].flatMap(({ attached }) => attached));
  const left = policies.filter(({ arn }) => held.has(arn) || !forDenies.has(arn));
  return { access: { ...access, users, groups, policies: left }, denies };
}
