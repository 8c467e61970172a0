import * as z from 'zod';

/** IAM takes tab, line feed, carriage return and U+0020 to U+00FF. */
const ALPHABET = /^[\t\n\r -\u00ff]*$/;

function oneOrMany(pattern: RegExp) {
  const text = z.string().regex(pattern);
  return z.union([text, z.array(text).min(1).readonly()]).optional();
}

export const ACTION_NAMES = oneOrMany(/^(?:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?_-]+|\*:\*)$/);
export const RESOURCE_ARNS = oneOrMany(/^(?:\*|arn:.*)$/);

/** Numbers and booleans become text, which is what IAM compares. */
const CONDITION_VALUE = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Condition operator -> condition key -> values. */
export const CONDITIONS = z.record(
  z.string(),
  z.record(z.string(), z.union([CONDITION_VALUE, z.array(CONDITION_VALUE).readonly()])),
);

/** One statement of an identity policy. */
const STATEMENT = z
  .strictObject({
    Sid: z
      .string()
      .regex(/^[A-Za-z0-9]*$/)
      .optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: ACTION_NAMES,
    NotAction: ACTION_NAMES,
    Resource: RESOURCE_ARNS,
    NotResource: RESOURCE_ARNS,
    Condition: CONDITIONS.optional(),
  })
  .refine((each) => (each.Action === undefined) !== (each.NotAction === undefined))
  .refine((each) => (each.Resource === undefined) !== (each.NotResource === undefined));

/** An identity policy as IAM stores it. */
export const POLICY_DOCUMENT = z.strictObject({
  Version: z
    .string()
    .regex(/^(?:2008-10-17|2012-10-17)$/)
    .optional(),
  Id: z.string().optional(),
  Statement: z.union([STATEMENT, z.array(STATEMENT).min(1).readonly()]),
});

export type ConditionBlock = z.infer<typeof CONDITIONS>;
export type Statement = z.infer<typeof STATEMENT>;
export type Effect = Statement['Effect'];
export type PolicyDocument = z.infer<typeof POLICY_DOCUMENT>;

const everything = (Effect: 'Allow' | 'Deny'): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action: '*', Resource: '*' }],
});

/** What an unknown policy counts as: taken for nothing, a foreign policy would pass unnoticed. */
export const ALLOW_ALL = everything('Allow');
export const DENY_ALL = everything('Deny');

/** Whether a policy denies anything; one that cannot be read may. */
export function mayDeny(document: PolicyDocument | null): boolean {
  return document === null || statementsOf(document).some(({ Effect }) => Effect === 'Deny');
}

/**
 * The identity policy in a text, with a list of statements; null if IAM would call it malformed. Names of actions and
 * operators are not checked: IAM does not know all either, and a policy that could not be read would hide what it grants.
 */
export function parsePolicyDocument(text: string): PolicyDocument | null {
  const { data: document } = POLICY_DOCUMENT.safeParse(policyJson(text));
  if (document === undefined) return null;
  const statements = statementsOf(document);
  const sids = statements.flatMap(({ Sid }) => Sid || []);
  return new Set(sids).size < sids.length ? null : { ...document, Statement: statements };
}

/** The JSON of a policy's text; undefined if it is none, or has characters that IAM does not take. */
export function policyJson(text: string): unknown {
  if (!ALPHABET.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The statements of a document, which IAM lets be a single one. */
export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return toList<Statement>(document.Statement);
}

/** The conditions of a statement, a key at a time. */
export function conditionsOf({ Condition }: Statement) {
  const found: { readonly operator: string; readonly key: string; readonly values: readonly string[] }[] = [];
  if (Condition === undefined) return found;
  for (const [operator, byKey] of Object.entries(Condition)) {
    for (const [key, values] of Object.entries(byKey)) found.push({ operator, key, values: toList(values) });
  }
  return found;
}

/** IAM writes a list of one as the one: both are a list here. */
export function toList<Item>(value: Item | readonly Item[] | undefined): readonly Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Item];
}
