import { accessOf, operationsIn } from '../../access/access-of.ts';
import {
  type AccessModel,
  around,
  type Holder,
  holdersOf,
  indexModel,
  type ModelIndex,
  policyName,
  usersOf,
} from '../../access/model.ts';
import { difference, includesOperation, NO_OPERATIONS } from '../../access/operation-set.ts';
import { type DisplayNames, otherPolicyText, userText } from '../../access/text/names.ts';
import { actionOf, OPERATIONS, type Operation, type Risk, riskOf } from '../../catalog/mturk.ts';
import { RETIRED_OPERATIONS, retiredOperation } from '../../catalog/retired.ts';
import { isAwsPolicy } from '../../iam/arn.ts';
import { type PolicyDocument, type Statement, statementsOf, toList } from '../../iam/document.ts';
import { actionMatches } from '../../iam/evaluate.ts';
import { codeText, joinTexts, listTexts, sentences, someTexts, t } from '../../text/text.ts';
import { worstOf } from '../access-changes.ts';
import type { NamedRetiredOperation, RuleData } from '../finding.ts';
import { type Detected, detected, type RemedyText, type Rule, subjectParts } from './rule.ts';

export const retiredOperations: Rule<'retired-operations'> = {
  severity: 'low',
  idEffect: 'never',
  detect: ({ account, expected, at }) => policiesWithRetired(account, expected, at),
  idParts: (data, names) => (data.holder === null ? [policyName(data.policy)] : subjectParts(data, names)),
  title: ({ policy }, names) => t`Policy ${otherPolicyText(policy, names)} names retired operations`,
  effect: t`These operations grant and deny nothing`,
  remedy: ({ data }, names) => remedyText(data, names),
  entity: ({ holder, policy }) => holder ?? { kind: 'policy', name: policy },
  calls: /^(Create|Put|SetDefault)/,
};

const RETIRED_BY_LOWER_CASE = new Map(
  Object.keys(RETIRED_OPERATIONS).flatMap((name) => {
    const retired = retiredOperation(name);
    return retired === null ? [] : [[name.toLowerCase(), { name, successors: retired.successors }] as const];
  }),
);

/** An exception from an Allow (`NotAction`) denies. A pattern counts if it matches only retired names. */
export function retiredIn(document: PolicyDocument): readonly NamedRetiredOperation[] {
  const found = new Map<string, NamedRetiredOperation>();
  for (const statement of statementsOf(document)) {
    const effect = meantEffect(statement);
    for (const action of toList(statement.Action ?? statement.NotAction)) {
      const retired = retiredAction(action);
      if (retired !== null) found.set(`${effect} ${retired.name}`, { ...retired, effect });
    }
  }
  return [...found.values()];
}

function meantEffect({ Effect, Action }: Statement): NamedRetiredOperation['effect'] {
  if (Action !== undefined) return Effect;
  return Effect === 'Allow' ? 'Deny' : 'Allow';
}

function retiredAction(action: string): Omit<NamedRetiredOperation, 'effect'> | null {
  const [, name] = /^mechanicalturk:(.*)$/is.exec(action) ?? [];
  if (name === undefined) return null;
  if (!/[*?]/.test(name)) return RETIRED_BY_LOWER_CASE.get(name.toLowerCase()) ?? null;
  const pattern: Statement = { Effect: 'Allow', Action: action };
  if (OPERATIONS.some((operation) => actionMatches(pattern, actionOf(operation)))) return null;
  const retired = [...RETIRED_BY_LOWER_CASE.values()].filter((one) =>
    actionMatches(pattern, `mechanicalturk:${one.name}`),
  );
  if (retired.length === 0) return null;
  const successors = new Set<Operation>(retired.flatMap((one) => one.successors));
  return { name, successors: OPERATIONS.filter((operation) => successors.has(operation)) };
}

function policiesWithRetired(account: ModelIndex, expected: AccessModel, at: Date): readonly Detected[] {
  const { users, groups, policies } = account.model;
  const file = indexModel(expected);
  const inlineOf = (kind: Holder['kind'], holders: typeof users | typeof groups) =>
    holders.flatMap(({ name, inline }) => inline.map((each) => ({ ...each, holder: { kind, name } })));
  const managed = policies.filter(({ arn }) => !isAwsPolicy(arn));
  const all = [
    ...managed.map(({ arn, document }) => ({ name: arn, document, holder: null })),
    ...inlineOf('user', users),
    ...inlineOf('group', groups),
  ];
  return all.flatMap(({ name: policy, document, holder }) => {
    const names = document === null ? [] : retiredIn(document);
    if (names.length === 0) return [];
    const having = [...(holder === null ? holdersOf(account, policy) : usersOf(account, holder))].sort();
    const risk = stillPossible(names, having, account, file, at);
    return [detected('retired-operations', { policy, holder, names, users: having }, { risk })];
  });
}

/** The worst operation that the policy should deny, team.yaml does not grant, and a user can still do. */
function stillPossible(
  names: readonly NamedRetiredOperation[],
  users: readonly string[],
  account: ModelIndex,
  file: ModelIndex,
  at: Date,
): Risk | null {
  const meant = new Set(names.flatMap(({ effect, successors }) => (effect === 'Deny' ? successors : [])));
  const desired = operationsIn(around(file, users), at);
  return worstOf(
    accessOf(around(account, users), { at }).flatMap(({ user, allowed }) => {
      const beside = difference(allowed, desired.get(user.name) ?? NO_OPERATIONS);
      return [...meant].filter((operation) => includesOperation(beside, operation)).map(riskOf);
    }),
  );
}

function remedyText({ names: retired, users }: RuleData['retired-operations'], names: DisplayNames): RemedyText {
  const list = [...new Map(retired.map((each) => [each.name, each])).values()];
  const denies = retired.some(({ effect }) => effect === 'Deny');
  const successors = list.flatMap(({ name, successors: all }) =>
    all.length === 0 ? [] : [t`${listTexts(all.map(codeText))} instead of ${codeText(name)}`],
  );
  return {
    detail: sentences(
      t`IAM accepts ${someTexts(list.map(({ name }) => codeText(name)))}, but ${denies ? t`denies` : t`grants`} nothing by ${list.length === 1 ? t`it` : t`them`}.`,
      users.length === 0 ? null : t`Users with the policy: ${someTexts(users.map((user) => userText(user, names)))}.`,
    ),
    toFix:
      successors.length === 0
        ? t`Remove the names from the policy.`
        : t`In the policy, use ${joinTexts(successors, ', and ')}.`,
  };
}
