import { accessOf } from '../../access/access-of.ts';
import type { AccessModel } from '../../access/model.ts';
import type { Holder } from '../../access/model-difference.ts';
import { around, holdersOf, indexModel, type ModelIndex } from '../../access/model-index.ts';
import { difference, includesOperation, NO_OPERATIONS } from '../../access/operation-set.ts';
import { actionOf, OPERATIONS, type Operation, type Risk, riskOf } from '../../catalog/mturk.ts';
import { RETIRED_OPERATIONS, retiredOperation } from '../../catalog/retired.ts';
import { toList } from '../../iam/context.ts';
import type { PolicyDocument, Statement } from '../../iam/document.ts';
import { actionMatches, statementsOf } from '../../iam/statement.ts';
import type { RetiredOperation } from '../finding.ts';
import { type Draft, draftOf } from '../scan/finding-draft.ts';
import { worstOf } from '../scan/look-people.ts';

const PREFIX = 'mechanicalturk:';

const DEAD_BY_LOWER_CASE = new Map(
  Object.keys(RETIRED_OPERATIONS).flatMap((name) => {
    const dead = retiredOperation(name);
    return dead === null ? [] : [[name.toLowerCase(), { name, successors: dead.successors }] as const];
  }),
);

/**
 * The names of a document that no operation answers to any more, with what they were meant to do: to exempt something
 * from an Allow (`NotAction`) is to deny it. A pattern is dead where it matches old names alone.
 */
export function deadNamesIn(document: PolicyDocument): readonly RetiredOperation[] {
  const found = new Map<string, RetiredOperation>();
  for (const statement of statementsOf(document)) {
    const effect = meantEffect(statement);
    for (const action of toList(statement.Action ?? statement.NotAction)) {
      const dead = deadAction(action);
      if (dead !== null) found.set(`${effect} ${dead.name}`, { ...dead, effect });
    }
  }
  return [...found.values()];
}

function meantEffect({ Effect, Action }: Statement): RetiredOperation['effect'] {
  if (Action !== undefined) return Effect;
  return Effect === 'Allow' ? 'Deny' : 'Allow';
}

function deadAction(action: string): Omit<RetiredOperation, 'effect'> | null {
  if (action.slice(0, PREFIX.length).toLowerCase() !== PREFIX) return null;
  const name = action.slice(PREFIX.length);
  if (!/[*?]/.test(name)) return DEAD_BY_LOWER_CASE.get(name.toLowerCase()) ?? null;
  const pattern: Statement = { Effect: 'Allow', Action: action };
  if (OPERATIONS.some((operation) => actionMatches(pattern, actionOf(operation)))) return null;
  const dead = [...DEAD_BY_LOWER_CASE.values()].filter((one) => actionMatches(pattern, `${PREFIX}${one.name}`));
  if (dead.length === 0) return null;
  const successors = new Set<Operation>(dead.flatMap((one) => one.successors));
  return { name, successors: OPERATIONS.filter((operation) => successors.has(operation)) };
}

/**
 * Every policy of an account, written into somebody or of its own, that holds such a name; `declared` is what the file
 * gives to its members.
 */
export function deadPolicies(account: ModelIndex, declared: AccessModel, at: Date): readonly Draft[] {
  const { model } = account;
  const file = indexModel(declared);
  const inline = [
    ...model.users.flatMap((user) => user.inline.map((policy) => ({ kind: 'user' as const, holder: user, policy }))),
    ...model.groups.flatMap((group) =>
      group.inline.map((policy) => ({ kind: 'group' as const, holder: group, policy })),
    ),
  ];
  const found = (
    policy: string,
    document: PolicyDocument | null,
    holder: Holder | null,
    usersOf: () => readonly string[],
  ): readonly Draft[] => {
    const names = document === null ? [] : deadNamesOnce(document);
    if (names.length === 0) return [];
    const users = [...usersOf()].sort();
    const what = { kind: 'retired-operations', policy, holder, names, users } as const;
    return [draftOf(what, { risk: stillPossible(names, users, account, file, at) })];
  };
  return [
    ...model.policies
      .filter(({ arn }) => !arn.startsWith('arn:aws:iam::aws:'))
      .flatMap(({ arn, document }) => found(arn, document, null, () => holdersOf(account, arn))),
    ...inline.flatMap(({ kind, holder, policy }) =>
      found(policy.name, policy.document, { kind, name: holder.name }, () =>
        kind === 'user' ? [holder.name] : (account.members.get(holder.name) ?? []),
      ),
    ),
  ];
}

const known = new WeakMap<PolicyDocument, readonly RetiredOperation[]>();

function deadNamesOnce(document: PolicyDocument): readonly RetiredOperation[] {
  const names = known.get(document) ?? deadNamesIn(document);
  known.set(document, names);
  return names;
}

/** The worst that somebody may do although the policy was meant to deny it and the file does not give it. */
function stillPossible(
  names: readonly RetiredOperation[],
  users: readonly string[],
  account: ModelIndex,
  file: ModelIndex,
  at: Date,
): Risk | null {
  const meant = new Set(names.flatMap(({ effect, successors }) => (effect === 'Deny' ? successors : [])));
  if (meant.size === 0) return null;
  const given = new Map(accessOf(around(file, users), { at }).map(({ user, allowed }) => [user.name, allowed]));
  return worstOf(
    accessOf(around(account, users), { at }).flatMap(({ user, allowed }) => {
      const beside = difference(allowed, given.get(user.name) ?? NO_OPERATIONS);
      return [...meant].filter((operation) => includesOperation(beside, operation)).map(riskOf);
    }),
  );
}
