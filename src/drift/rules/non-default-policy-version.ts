import { accessOf } from '../../access/access-of.ts';
import { conservativeDocument } from '../../access/conservative.ts';
import { type AccessModel, anyUser, around, holdersOf, type ModelIndex } from '../../access/model.ts';
import {
  difference,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  otherActions,
  union,
} from '../../access/operation-set.ts';
import { policyText, userText } from '../../access/text/names.ts';
import { laterMoments } from '../../access/time-conditions.ts';
import type { PolicyVersion } from '../../aws/types.ts';
import { CAPABILITIES, capabilityOf } from '../../catalog/mturk.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import { type PolicyDocument, statementsOf } from '../../iam/document.ts';
import { boundaryArn, rolePolicyArn } from '../../team/names.ts';
import { codeText, sentences, someTexts, t, trusted } from '../../text/text.ts';
import { withDocument } from '../access-changes.ts';
import { iamCommand } from './aws-command.ts';
import { allowedOnlyBy } from './policies.ts';
import { type Detected, detected, type Rule, type ScanContext } from './rule.ts';

export const nonDefaultPolicyVersion: Rule<'non-default-policy-version'> = {
  severity: 'high',
  detect: (context) => {
    const { expected, part, team } = context;
    // A role of AWS's policies alone has one where an apply keeps a Deny.
    const ofRoles = team.roles.map(({ key }) => rolePolicyArn(team, key));
    const ofPolicies = [...expected.policies, ...part.policies].map(({ arn }) => arn);
    const arns = new Set([...ofPolicies, ...ofRoles, boundaryArn(team)]);
    return [...arns].sort().flatMap((arn) => versionsOf(arn, context));
  },
  idParts: ({ arn, version }, names) => [...names.policy(arn), version],
  title: ({ arn, version }, names) => t`Non-default version ${codeText(version)} of ${policyText(arn, names)}`,
  effect: t`Grants more if set as default`,
  remedy: ({ data: { arn, version, operations, users, isBeyond } }, names) => {
    const who = users.length === 0 ? t`` : t` for ${someTexts(users.map((user) => userText(user, names)))}`;
    const can = [...new Set(operations.map((each) => CAPABILITIES[capabilityOf(each)].can))].join(', ');
    return {
      detail: sentences(
        operations.length === 0 ? null : t`One call makes it the default${who}: ${trusted(can)}.`,
        isBeyond ? t`It allows more than Mechanical Turk.` : null,
      ),
      toFix: t`Delete the version:`,
      commands: [iamCommand('delete-policy-version', ['policy-arn', arn], ['version-id', version])],
    };
  },
  calls: /PolicyVersion$/,
};

/**
 * Non-default versions of a policy of the lab, or of the boundary, that would grant more: one call makes them the
 * default. Versions left by applies do not count: they are older than the default one, and only about Mechanical Turk.
 */
function versionsOf(arn: string, { inventory, account, expected, at }: ScanContext): readonly Detected[] {
  const desired = expected.policies.find((policy) => policy.arn === arn)?.document ?? null;
  const versions = inventory.policies.get(arn)?.versions ?? [];
  const inForce = versions.find(({ isInForce }) => isInForce);
  if (inForce === undefined) return [];
  const known = [inForce.document, desired].filter((document) => document !== null);
  const last = lastApplied(versions, inForce, desired);
  const others = desired === null ? [] : statementsOf(desired).flatMap(otherActions);
  return versions
    .filter((version) => !version.isInForce && (numberOf(version) > last || !isOfLabForm(version, others)))
    .flatMap((version) => {
      const { operations, users } = gains(version.document, known, account, arn, at);
      const isBeyond = version.document === null || beyondMechanicalTurk(version.document, known);
      if (isEmpty(operations) && !isBeyond) return [];
      const { id, created } = version;
      const data = { arn, version: id, created, isBeyond, users, operations: listOperations(operations) };
      return [detected('non-default-policy-version', data, { cause: 'manual' })];
    });
}

/** The newest version that an apply made: an older one may be the default since. */
function lastApplied(versions: readonly PolicyVersion[], inForce: PolicyVersion, desired: PolicyDocument | null) {
  const wanted = desired === null ? null : canonicalDocument(desired);
  const isDesired = ({ document }: PolicyVersion) => document !== null && canonicalDocument(document) === wanted;
  if (isDesired(inForce)) return numberOf(inForce);
  return Math.max(numberOf(inForce), ...versions.filter(isDesired).map(numberOf));
}

/** `v7` is the seventh that was made. */
function numberOf({ id }: PolicyVersion): number {
  return Number(id.slice(1));
}

/** Whether it is of Mechanical Turk alone, as a role's policy, or of the other actions of bootstrap's boundary. */
function isOfLabForm({ document }: PolicyVersion, others: readonly string[]): boolean {
  const actions = document === null ? null : statementsOf(document).flatMap(otherActions);
  return actions?.every((action) => others.includes(action)) === true;
}

function beyondMechanicalTurk(document: PolicyDocument, known: readonly PolicyDocument[]): boolean {
  const wider = known.map((one) => allowedOnlyBy(document, one));
  const [first = statementsOf(document), ...rest] = wider;
  return first.some((each) => otherActions(each).length > 0 && rest.every((list) => list.includes(each)));
}

/** The operations that a document would grant beyond others, counting doubt as allowed, and the users who would gain them. */
function gains(
  document: PolicyDocument | null,
  known: readonly PolicyDocument[],
  account: ModelIndex,
  arn: string,
  at: Date,
): { readonly operations: OperationSet; readonly users: readonly string[] } {
  if (document === null) return { operations: NO_OPERATIONS, users: [] };
  const doubted = conservativeDocument(document);
  const moments = [at, ...laterMoments([], [document], at)];
  const holders = around(account, holdersOf(account, arn));
  const probed: AccessModel = { ...holders, users: [...holders.users, anyUser([], [arn])] };
  const allowedBy = (policy: PolicyDocument | null, moment: Date) =>
    accessOf(withDocument(probed, arn, policy), { at: moment }).map(({ allowed }) => allowed);
  let operations = NO_OPERATIONS;
  const users = new Set<string>();
  for (const moment of moments) {
    const befores = known.map((one) => allowedBy(one, moment));
    for (const [index, after] of allowedBy(doubted, moment).entries()) {
      const before = befores.map((each) => each[index] ?? NO_OPERATIONS).reduce(union, NO_OPERATIONS);
      const more = difference(after, before);
      if (isEmpty(more)) continue;
      operations = union(operations, more);
      users.add(probed.users[index]?.name ?? '');
    }
  }
  return { operations, users: [...users].filter((name) => name !== '').sort() };
}
