import { isKnownOperator } from '../iam/conditions.ts';
import { type ConditionBlock, type PolicyDocument, type Statement, statementsOf, toList } from '../iam/document.ts';
import { isPersonalKey, OPEN_KEYS, sharedContextOf } from './decide.ts';
import type { AccessModel, InlinePolicy } from './model.ts';

/** Condition keys that a decision knows of every user, or takes to be anything already. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...OPEN_KEYS,
  ...Object.keys(sharedContextOf({ account: '', users: [], groups: [], policies: [] }, { at: new Date(0) })).map(lower),
]);

/**
 * A model for conservative evaluation of unmanaged users: a condition on an unknown key (who
 * signed in how, what the organization is) holds for an Allow, and keeps a Deny from denying. What is not understood
 * must not hide access.
 */
export function conservativeModel(model: AccessModel): AccessModel {
  return {
    ...model,
    users: model.users.map((user) => ({ ...user, inline: conservativeInline(user.inline) })),
    groups: model.groups.map((group) => ({ ...group, inline: conservativeInline(group.inline) })),
    policies: model.policies.map((policy) => ({ ...policy, document: conservativeDocument(policy.document) })),
  };
}

function conservativeInline(inline: readonly InlinePolicy[]): readonly InlinePolicy[] {
  return inline.map(({ name, document }) => ({ name, document: conservativeDocument(document) }));
}

/** By document: it is the same one for as long as it is read the same, and most accounts have few. */
const conservatives = new WeakMap<PolicyDocument, PolicyDocument>();

export function conservativeDocument(document: PolicyDocument | null): PolicyDocument | null {
  if (document === null) return null;
  let changed = conservatives.get(document);
  if (changed === undefined) {
    const statements = statementsOf(document);
    const kept = statements.flatMap(conservativeStatement);
    const isSame = kept.length === statements.length && kept.every((one, index) => one === statements[index]);
    changed = isSame ? document : { ...document, Statement: kept };
    conservatives.set(document, changed);
  }
  return changed;
}

function conservativeStatement(statement: Statement): readonly Statement[] {
  const { Condition, ...bare } = statement;
  const unknown = Object.entries(Condition ?? {}).flatMap(([operator, byKey]) =>
    Object.entries(byKey).filter(([key, values]) => !isJudged(operator, key, toList(values))),
  );
  if (statement.Effect === 'Deny') return unknown.length > 0 ? [] : [statement];
  const resources = toList(statement.Resource);
  const isOpen = resources.some((resource) => variablesIn(resource).some((key) => !isKnownKey(key)));
  if (unknown.length === 0 && !isOpen) return [statement];
  const left: ConditionBlock = Object.fromEntries(
    Object.entries(Condition ?? {}).flatMap(([operator, byKey]) => {
      const keys = Object.entries(byKey).filter(([key, values]) => isJudged(operator, key, toList(values)));
      return keys.length === 0 ? [] : [[operator, Object.fromEntries(keys)] as const];
    }),
  );
  const without: Statement = isOpen ? { ...bare, Resource: resources.map(withoutUnknown) } : bare;
  return [Object.keys(left).length === 0 ? without : { ...without, Condition: left }];
}

function isJudged(operator: string, key: string, values: readonly string[]): boolean {
  return isKnownOperator(operator) && isKnownKey(key) && values.every((value) => variablesIn(value).every(isKnownKey));
}

function isKnownKey(key: string): boolean {
  return KNOWN_KEYS.has(lower(key)) || isPersonalKey(key);
}

const VARIABLE = /\$\{([^},]*)[^}]*\}/g;

/** The keys that a text's policy variables name; `${*}` and the like are characters. */
function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(VARIABLE)].flatMap(([, key = '']) => (key.length <= 1 ? [] : [key.trim()]));
}

function withoutUnknown(resource: string): string {
  return resource.replace(VARIABLE, (whole, key: string) => (key.length <= 1 || isKnownKey(key.trim()) ? whole : '*'));
}

function lower(text: string): string {
  return text.toLowerCase();
}
