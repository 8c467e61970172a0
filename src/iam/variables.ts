import { type RequestContext, valuesOf } from './context.ts';
import { compilePattern, type Pattern, type Wildcards } from './pattern.ts';

/** Policy variables are text in documents of the older version, and in those that name none. */
const VERSION_WITH_VARIABLES = '2012-10-17';

const VARIABLE = /\$\{([^}]*)\}/g;
const WITH_DEFAULT = /^([^,]+?)\s*,\s*'(.*)'$/s;
const SPECIAL: Readonly<Record<string, string>> = { '*': '*', '?': '?', $: '$' };

/**
 * Replaces the policy variables in a resource or a condition's value. What a variable stands for is literal text: a
 * `*` in it is no wildcard. Null where a variable has no value and no default, or has many values: nothing is equal or
 * like it, so neither the resource nor the value matches anything.
 */
export function resolvePattern(
  text: string,
  wildcards: Wildcards,
  version: string | undefined,
  context: RequestContext,
): Pattern | null {
  if (version !== VERSION_WITH_VARIABLES || !text.includes('${')) return compilePattern(text, wildcards);
  const pattern: number[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    // The end of the literal part is compiled with what follows in mind: a star before a variable is inside a segment.
    pattern.push(...literalPart(text.slice(end, match.index), wildcards));
    const value = variableValue(match[1] ?? '', context);
    if (value === null) return null;
    pattern.push(...compilePattern(value, 'literal'));
    end = match.index + match[0].length;
  }
  pattern.push(...compilePattern(text.slice(end), wildcards));
  return pattern;
}

/** Whether the meaning of the text depends on who asks. */
export function hasVariables(text: string, version: string | undefined): boolean {
  return version === VERSION_WITH_VARIABLES && text.includes('${');
}

function literalPart(text: string, wildcards: Wildcards): Pattern {
  return compilePattern(`${text}x`, wildcards).slice(0, -1);
}

function variableValue(variable: string, context: RequestContext): string | null {
  const special = SPECIAL[variable];
  if (special !== undefined) return special;
  const withDefault = WITH_DEFAULT.exec(variable);
  const values = valuesOf(context, (withDefault?.[1] ?? variable).trim());
  if (values === null) return withDefault?.[2] ?? null;
  return values.length === 1 ? (values[0] ?? null) : null;
}
