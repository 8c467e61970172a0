import { type OperationsByUser, operationsIn } from '../../src/access/access-of.ts';
import { type AccessGroup, type AccessModel, type AccessUser, mapDocuments } from '../../src/access/model.ts';
import {
  ALL_OPERATIONS,
  difference,
  intersection,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  operationsOfStatement,
  union,
} from '../../src/access/operation-set.ts';
import { managedPolicyArn } from '../../src/catalog/managed-policies.ts';
import { operationsOf } from '../../src/catalog/mturk.ts';
import { ALLOW_ALL, type PolicyDocument, type Statement, statementsOf } from '../../src/iam/document.ts';
import { limitsPolicy, rolePolicy } from '../../src/team/documents.ts';
import { boundaryArn, iamName, LIMITS_POLICY, labPath, rolePolicyArn } from '../../src/team/names.ts';
import type { AccessTeam } from '../../src/team/team.ts';

/** What the record calls a user or group of the account. */
export interface RecordedNames {
  /** Null for a user that no record knows. */
  readonly user: (name: string) => string | null;
  readonly group: (name: string) => string;
}

const COMPUTED = ['Withheld', 'OutOfReach'];

const all = (sets: readonly OperationSet[]) => sets.reduce(union, NO_OPERATIONS);

function named(document: PolicyDocument | null, isMeant: (statement: Statement) => boolean): OperationSet {
  const statements = document === null ? [] : statementsOf(document);
  return all(
    statements
      .filter(({ Resource }) => Resource === '*' || Resource?.[0] === '*')
      .filter(isMeant)
      .map(operationsOfStatement),
  );
}

const isAllow = ({ Effect, Condition }: Statement) => Effect === 'Allow' && Condition === undefined;

/**
 * What each user has through the roles of some teams and through groups outside the lab's path as if no one denied anything but
 * by the statements that applies compute, and by a boundary: it gets less if a manual change takes something, and only then.
 */
export function hadBefore(
  account: AccessModel,
  teams: readonly AccessTeam[],
  { user: userOf, group: groupOf }: RecordedNames,
): OperationsByUser {
  const documents = new Map(account.policies.map(({ arn, document }) => [arn, document]));
  const allowed = (arns: readonly string[]) => all(arns.map((arn) => named(documents.get(arn) ?? null, isAllow)));
  const byGroup = (group: AccessGroup, user: string) =>
    all(
      teams.map(({ lab, members, roles }) => {
        if (group.path !== labPath(lab)) {
          return union(allowed(group.attached), all(group.inline.map(({ document }) => named(document, isAllow))));
        }
        const given = members.find(({ key }) => iamName(lab, key) === user)?.roles ?? [];
        const own = roles.filter(
          ({ key }) => given.includes(key) && [group.name, groupOf(group.name)].includes(iamName(lab, key)),
        );
        return all(
          own.map(({ key, allow, managed }) => {
            const arn = rolePolicyArn({ lab, account: account.account }, key);
            const has = (arns: readonly string[]) => allowed(arns.filter((each) => group.attached.includes(each)));
            return union(intersection(has([arn]), operationSet(allow)), has(managed.map(managedPolicyArn)));
          }),
        );
      }),
    );
  const within = ({ boundary }: AccessUser, lab: string) => {
    if (boundary === null || boundary === boundaryArn({ lab, account: account.account })) return ALL_OPERATIONS;
    const document = documents.get(boundary) ?? null;
    return difference(
      named(document, isAllow),
      named(document, ({ Effect }) => Effect === 'Deny'),
    );
  };
  const frozen = operationSet(teams.flatMap(({ freeze }) => freeze.flatMap(operationsOf)));
  const computed = ({ inline }: AccessUser) => {
    const limits = inline.find(({ name }) => name === LIMITS_POLICY)?.document ?? null;
    const [withheld, outOfReach] = COMPUTED.map((sid) =>
      named(limits, ({ Sid, Effect, Condition }) => Sid === sid && Effect === 'Deny' && Condition === undefined),
    );
    return union(withheld ?? NO_OPERATIONS, difference(outOfReach ?? NO_OPERATIONS, frozen));
  };
  return new Map(
    account.users.map((user) => {
      const recorded = userOf(user.name);
      const groups = account.groups.filter(({ name }) => user.groups.includes(name));
      const given = recorded === null ? NO_OPERATIONS : all(groups.map((group) => byGroup(group, recorded)));
      return [user.name, difference(intersection(given, within(user, teams[0]?.lab ?? '')), computed(user))];
    }),
  );
}

/** The account with nothing but the Denies that are of no team and no computed ones: what someone denied by hand. */
export function deniesByHand(account: AccessModel, teams: readonly AccessTeam[], names: RecordedNames): AccessModel {
  const denies = mapDocuments(account, (document) => document && without(document, ({ Effect }) => Effect === 'Allow'));
  const isOf = (documents: readonly (PolicyDocument | null)[]) => {
    const known = documents.flatMap((document) => (document === null ? [] : statementsOf(document)));
    const texts = new Set(known.map((each) => JSON.stringify(each)));
    // What has a statement's Sid counts as one that an earlier version wrote.
    const sids = new Set(known.flatMap(({ Sid, Condition }) => (Condition === undefined ? [Sid] : [])));
    return (each: Statement) => texts.has(JSON.stringify(each)) || (each.Sid !== undefined && sids.has(each.Sid));
  };
  const ofRoles = new Map(
    teams.flatMap((team) =>
      team.roles.map(({ key }) => {
        const same = teams.flatMap(({ roles, freeze }) =>
          roles.filter((role) => role.key === key).map((role) => rolePolicy(role, freeze)),
        );
        return [rolePolicyArn(team, key), isOf(same)] as const;
      }),
    ),
  );
  return {
    ...denies,
    users: denies.users.map((user) => {
      const same = teams.flatMap(({ lab, members }) =>
        members
          .filter(({ key }) => [user.name, names.user(user.name)].includes(iamName(lab, key)))
          .map((member) => limitsPolicy({ ...member, withheld: [], keptDenies: [], outOfReach: [] })),
      );
      const isKnown = isOf(same);
      const isComputed = ({ Sid, Condition }: Statement) => COMPUTED.includes(Sid ?? '') && Condition === undefined;
      const inline = user.inline.map(({ name, document }) => ({
        name,
        document:
          name === LIMITS_POLICY && document
            ? without(document, (each) => isKnown(each) || isComputed(each))
            : document,
      }));
      return { ...user, boundary: null, inline: [{ name: '', document: ALLOW_ALL }, ...inline] };
    }),
    policies: denies.policies.map((policy) => {
      const isKnown = ofRoles.get(policy.arn);
      const isOfFile = (each: Statement) =>
        isKnown?.(each) === true || (each.Sid === 'NotWidened' && each.Condition === undefined);
      return isKnown && policy.document ? { ...policy, document: without(policy.document, isOfFile) } : policy;
    }),
  };
}

function without(document: PolicyDocument, isLeft: (statement: Statement) => boolean): PolicyDocument {
  return { ...document, Statement: statementsOf(document).filter((each) => !isLeft(each)) };
}

/** When someone asks, and whether it is as a Deny under a condition on the call says. */
export interface Moment {
  readonly at: Date;
  readonly isMeant: boolean;
}

/** Who may do what at a moment. */
export function atMoment(account: AccessModel, { at, isMeant }: Moment): OperationsByUser {
  const isOfCall = ({ Effect, Condition }: Statement) =>
    Effect === 'Deny' && /IpAddress|Bool/.test(JSON.stringify(Condition ?? {}));
  const always = ({ Condition, ...each }: Statement) =>
    Condition === undefined || isOfCall({ ...each, Condition }) ? each : { ...each, Condition };
  const asked = mapDocuments(
    account,
    (document) => document && { ...document, Statement: statementsOf(document).map(always) },
  );
  return operationsIn(isMeant ? asked : account, at);
}
