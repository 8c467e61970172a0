import { accessOf } from '../../access/access-of.ts';
import { conservativeDocument } from '../../access/conservative.ts';
import type { AccessModel, AccessUser } from '../../access/model.ts';
import { around, holdersOf, type ModelIndex } from '../../access/model-index.ts';
import {
  difference,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  union,
} from '../../access/operation-set.ts';
import { laterMoments } from '../../access/time-conditions.ts';
import type { Inventory, PolicyVersion } from '../../aws/inventory/types.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import { toList } from '../../iam/context.ts';
import type { PolicyDocument, Statement } from '../../iam/document.ts';
import { statementsOf } from '../../iam/statement.ts';
import { type Draft, draftOf } from '../scan/finding-draft.ts';
import { allowedBeside } from './boundary.ts';

/**
 * Versions of the lab's policies, the boundary among them, that are not in force and would give more: one call brings
 * each of them in force. What applying leaves behind is none of them: its versions are in force when they are made, so
 * they are older than the one that is, and speak of Mechanical Turk alone.
 */
export function waitingVersions(
  { policies }: Pick<Inventory, 'policies'>,
  account: ModelIndex,
  part: AccessModel,
  expected: AccessModel,
  boundary: string,
  at: Date,
): readonly Draft[] {
  const declared = new Map(expected.policies.map(({ arn, document }) => [arn, document]));
  const arns = new Set([...declared.keys(), ...part.policies.map(({ arn }) => arn), boundary]);
  return [...arns].sort().flatMap((arn) => {
    const versions = policies.get(arn)?.versions ?? [];
    const inForce = versions.find(({ isInForce }) => isInForce);
    if (versions.length < 2 || inForce === undefined) return [];
    const known = [inForce.document, declared.get(arn) ?? null].filter((document) => document !== null);
    const last = lastOfOurs(versions, inForce, declared.get(arn) ?? null);
    return versions
      .filter((version) => !version.isInForce && (numberOf(version) > last || !isOfOurForm(version, arn === boundary)))
      .flatMap((version) => {
        const { operations, users } = gains(version.document, known, account, arn, at);
        const isBeyond = version.document === null || beyondMechanicalTurk(version.document, known);
        if (isEmpty(operations) && !isBeyond) return [];
        const { id, created } = version;
        const what = { kind: 'non-default-policy-version', arn, version: id, created, isBeyond, users } as const;
        return [draftOf({ ...what, operations: listOperations(operations) }, { cause: 'manual' })];
      });
  });
}

/** Where somebody went back to an older version, those that the file was applied by since are no news. */
function lastOfOurs(versions: readonly PolicyVersion[], inForce: PolicyVersion, declared: PolicyDocument | null) {
  const isDeclared = ({ document }: PolicyVersion) =>
    document !== null && declared !== null && canonicalDocument(document) === canonicalDocument(declared);
  if (declared === null || isDeclared(inForce)) return numberOf(inForce);
  return Math.max(numberOf(inForce), ...versions.filter(isDeclared).map(numberOf));
}

/** `v7` is the seventh that was made. */
function numberOf({ id }: PolicyVersion): number {
  return Number(id.slice(1));
}

/** Whether a policy of the lab, or bootstrap's boundary, may have said this in some earlier file. */
function isOfOurForm({ document }: PolicyVersion, isBoundary: boolean): boolean {
  if (document === null) return false;
  return statementsOf(document).every(
    ({ Effect, Action }) =>
      Effect === 'Deny' ||
      (Action !== undefined &&
        toList(Action).every((action) => isMechanicalTurks(action) || (isBoundary && !/[*?]/.test(action)))),
  );
}

function isMechanicalTurks(action: string): boolean {
  return action.toLowerCase().startsWith('mechanicalturk:');
}

function beyondMechanicalTurk(document: PolicyDocument, known: readonly PolicyDocument[]): boolean {
  const speaksBeyond = ({ Action }: Statement) => Action === undefined || !toList(Action).every(isMechanicalTurks);
  const wider = known.map((one) => allowedBeside(document, one));
  const [first = statementsOf(document).filter(({ Effect }) => Effect === 'Allow'), ...rest] = wider;
  return first.some((statement) => speaksBeyond(statement) && rest.every((list) => list.includes(statement)));
}

/** No user of IAM has an empty name. */
const NOBODY: AccessUser = { name: '', path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} };

/** The operations that a document would give beside some others, in doubt and at some moment, and to whom of those who have it. */
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
  const everybody = around(account, holdersOf(account, arn));
  const probed: AccessModel = { ...everybody, users: [...everybody.users, { ...NOBODY, attached: [arn] }] };
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

function withDocument(model: AccessModel, arn: string, document: PolicyDocument | null): AccessModel {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  return { ...model, policies: [...model.policies.filter((policy) => policy.arn !== arn), { arn, name, document }] };
}
