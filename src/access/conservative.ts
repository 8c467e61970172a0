import { isUnderstood } from '../iam/conditions.ts';
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
import { hasFewMoments, isLasting, readsMoments } from './time-conditions.ts';

/** Condition keys that a decision knows of every user, or takes to be anything already. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...OPEN_KEYS,
  // Equivalent if mutated: the keys are the same at any moment.
  ...Object.keys(sharedContextOf({ account: '', users: [], groups: [], policies: [] }, { at: new Date(0) })).map(lower),
]);

/**
 * A model for conservative evaluation: a condition on an unknown key (who signed in how, what the organization is), or on
 * more moments than are looked at, holds for an Allow, and keeps a Deny from denying. What is not understood must not hide
 * access. The same model if all is understood. For `isKnown` see `conservativeDocument`.
 */
export function conservativeModel(model: AccessModel, isKnown?: IsKnown): AccessModel {
  let isSame = true;
  const changed = mapDocuments(model, (document) => {
    const doubted = conservativeDocument(document, isKnown);
    isSame &&= doubted === document;
    return doubted;
  });
  return isSame ? model : changed;
}

type IsKnown = (key: string) => boolean;

/** By document: it is the same one for as long as it is read the same, and most accounts have few. */
const conservatives = new WeakMap<IsKnown, WeakMap<PolicyDocument, PolicyDocument>>();

/** `isKnown` says which condition keys have a known value. */
export function conservativeDocument(document: PolicyDocument, isKnown?: IsKnown): PolicyDocument;
export function conservativeDocument(document: PolicyDocument | null, isKnown?: IsKnown): PolicyDocument | null;
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
    const isTimed = hasFewMoments(document);
    const kept = statements.flatMap((statement) => conservativeStatement(statement, isKnown, isTimed));
    const isSame = kept.length === statements.length && kept.every((one, index) => one === statements[index]);
    changed = isSame ? document : { ...document, Statement: kept };
    cached.set(document, changed);
  }
  return changed;
}

function conservativeStatement(statement: Statement, isKnown: IsKnown, isTimed: boolean): readonly Statement[] {
  const { Condition, ...given } = statement;
  const isKnownAlways: IsKnown = (key) => isKnown(key) && isLasting(key);
  const isJudged = (operator: string, key: string, values: readonly string[]) =>
    isUnderstood(operator, values) &&
    isKnown(key) &&
    (isLasting(key) || (isTimed && readsMoments(operator, values))) &&
    values.every((value) => variablesIn(value).every(isKnownAlways));
  const isUnknown = conditionsOf(statement).some(({ operator, key, values }) => !isJudged(operator, key, values));
  const { Resource, NotResource } = statement;
  const isOpenText = (text: string) => !OWN_ARN.test(text) && !variablesIn(text).every(isKnownAlways);
  const isOpen = [...toList(Resource), ...toList(NotResource)].some(isOpenText);
  if (!isUnknown && !isOpen) return [statement];
  if (isUnknown && statement.Effect === 'Deny') return [];
  const open = (texts: typeof Resource) =>
    toList(texts).map((text) => (isOpenText(text) ? withoutUnknown(text, isKnownAlways) : text));
  const bare: Statement = {
    ...given,
    ...(isOpen && Resource !== undefined ? { Resource: open(Resource) } : {}),
    ...(isOpen && NotResource !== undefined ? { NotResource: open(NotResource) } : {}),
  };
  const left: ConditionBlock = Object.fromEntries(
    Object.entries(Condition ?? {}).flatMap(([operator, byKey]) => {
      const keys = Object.entries(byKey).filter(([key, values]) => isJudged(operator, key, toList(values)));
      return keys.length === 0 ? [] : [[operator, Object.fromEntries(keys)] as const];
    }),
  );
  return [Object.keys(left).length === 0 ? bare : { ...bare, Condition: left }];
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

/** A user's own ARN, whatever its name is: no two users have the same. */
const OWN_ARN = /:user\/(?:[^$]*\/)?\$\{aws:username\}$/i;

/** A variable of an open key, which may be any text. */
const ANY_TEXT = '${aws:useragent}';

function withoutUnknown(resource: string, isKnown: IsKnown): string {
  return resource.replace(VARIABLE, (whole, key: string) => (isKnown(key.trim()) ? whole : ANY_TEXT));
}

function lower(text: string): string {
  return text.toLowerCase();
}
