import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** What an expression may speak of. An unknown root or function is an error, also where it would not be evaluated. */
export type Contexts = Readonly<Record<string, unknown>>;

const ALWAYS = { name: 'always', minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(true) };

function evaluate(text: string, contexts: Contexts): data.ExpressionData {
  const parsed = new Parser(new Lexer(text).lex().tokens, Object.keys(contexts), [ALWAYS]).parse();
  const known = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  return new Evaluator(parsed, known, new Map([[ALWAYS.name, ALWAYS]])).evaluate();
}

/** Whether a condition holds, with or without `${{ }}` around it. */
export function holds(condition: string, contexts: Contexts): boolean {
  const text = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition)?.[1] ?? condition;
  // GitHub's own notion of what is true, which the package does not export.
  return evaluate(`!!(${text})`, contexts).coerceString() === 'true';
}

/** A text with the values of its `${{ }}`. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_all, inner: string) => evaluate(inner, contexts).coerceString());
}
