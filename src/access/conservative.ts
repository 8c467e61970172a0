import { isKnownOperator } from '../iam/conditions.ts';
import {
  type ConditionBlock,
  conditionsOf,
  type PolicyDocument,
  type Statement,
  statementsOf,
  toList,
} from '../iam/document.ts';
import { type AccessModel, mapDocuments } from './model.ts';
import { isPersonalKey, OPEN_KEYS, sharedContextOf } from './request-context.ts';

/** Condition keys that a decision knows of every user, or takes to be anything already. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...OPEN_KEYS,
  // Equivalent if mutated: the keys are the same at any moment.
  ...Object.keys(sharedContextOf({ account: '', users: [], groups: [], policies: [] }, { at: new Date(0) })).map(lower),
]);

/**
 * A model for conservative evaluation of unmanaged users: a condition on an unknown key (who
 * signed in how, what the organization is) holds for an Allow, and keeps a Deny from denying. What is not understood
 * must not hide access.
 */
export function conservativeModel(model: AccessModel): AccessModel {
  return mapDocuments(model, (document) => conservativeDocument(document));
}

type IsKnown = (key: string) => boolean;

/** By document: it is the same one for as long as it is read the same, and most accounts have few. */
const conservatives = new WeakMap<IsKnown, WeakMap<PolicyDocument, PolicyDocument>>();

/** `isKnown` says which condition keys have a known value. */
export function conservativeDocument(document: PolicyDocument, isKnown?: IsKnown): PolicyDocument;
export function conservativeDocument(document: PolicyDocument | null): PolicyDocument | null;
export function conservativeDocument(
  document: PolicyDocument | null,
  isKnown: IsKnown = isKnownKey,
): PolicyDocument | null {
  if (document === null) return null;
  const cached = conservatives.get(isKnown) ?? new WeakMap<PolicyDocument, PolicyDocument>();
  conservatives.set(isKnown, cached);
  let changed = cached.get(document);
  if (changed === undefined) {
    const statements = statementsOf(document);
    const kept = statements.flatMap((statement) => conservativeStatement(statement, isKnown));
    const isSame = kept.length === statements.length && kept.every((one, index) => one === statements[index]);
    changed = isSame ? document : { ...document, Statement: kept };
    cached.set(document, changed);
  }
  return changed;
}

function conservativeStatement(statement: Statement, isKnown: IsKnown): readonly Statement[] {
  const { Condition, ...bare } = statement;
  const { Resource, NotResource } = bare;
  const isJudged = (operator: string, key: string, values: readonly string[]) =>
    isKnownOperator(operator) && isKnown(key) && values.every((value) => variablesIn(value).every(isKnown));
  const isUnknown = conditionsOf(statement).some(({ operator, key, values }) => !isJudged(operator, key, values));
  if (statement.Effect === 'Deny') return isUnknown ? [] : [statement];
  const hasUnknown = (resource: string) => variablesIn(resource).some((key) => !isKnown(key));
  const isOpen = [...toList(Resource), ...toList(NotResource)].some(hasUnknown);
  if (!isUnknown && !isOpen) return [statement];
  const left: ConditionBlock = Object.fromEntries(
    Object.entries(Condition ?? {}).flatMap(([operator, byKey]) => {
      const keys = Object.entries(byKey).filter(([key, values]) => isJudged(operator, key, toList(values)));
      return keys.length === 0 ? [] : [[operator, Object.fromEntries(keys)] as const];
    }),
  );
  const open: Partial<Statement> =
    Resource === undefined
      ? { NotResource: toList(NotResource).filter((each) => !hasUnknown(each)) }
      : { Resource: toList(Resource).map((each) => withoutUnknown(each, isKnown)) };
  const without: Statement = isOpen ? { ...bare, ...open } : bare;
  return [Object.keys(left).length === 0 ? without : { ...without, Condition: left }];
}

/** Whether a decision knows the value of a condition key, or takes it to be any. */
export function isKnownKey(key: string): boolean {
  return KNOWN_KEYS.has(lower(key)) || isPersonalKey(key);
}

/** A policy variable; `${*}` and the like are characters. */
const VARIABLE = /\$\{([^},]{2,})[^}]*\}/g;

/** The keys that a text's policy variables name. */
function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(VARIABLE)].map(([, key = '']) => key.trim());
}

function withoutUnknown(resource: string, isKnown: IsKnown): string {
  return resource.replace(VARIABLE, (whole, key: string) => (isKnown(key.trim()) ? whole : '*'));
}

function lower(text: string): string {
  return text.toLowerCase();
}
