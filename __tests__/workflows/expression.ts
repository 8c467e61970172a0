/** What an expression may speak of. A missing property is null, as GitHub has it; a missing root is a mistake. */
export type Contexts = Readonly<Record<string, unknown>>;
type Functions = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

type Token = { readonly kind: 'name' | 'string' | 'number' | 'sign'; readonly text: string };

const TOKEN =
  /\s*(?:(?<string>'(?:[^']|'')*')|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_][\w-]*)|(?<sign>==|!=|&&|\|\||[!().,]))/y;

/**
 * Evaluates the part of GitHub's expression language that our workflows use: literals, property access, `== != && || !`,
 * parentheses and functions. Whatever else there is, is an error.
 */
export function evaluate(text: string, contexts: Contexts, functions: Functions = {}): unknown {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = (sign: string): boolean => tokens[at]?.kind === 'sign' && tokens[at]?.text === sign;
  const take = (sign: string): boolean => peek(sign) && ++at > 0;
  const unknown = (what: string): never => {
    throw new Error(`${what} in the expression \`${text}\``);
  };

  const primary = (): unknown => {
    const token = tokens[at++];
    if (token === undefined) return unknown('something is missing');
    if (token.kind === 'string') return token.text.slice(1, -1).replaceAll("''", "'");
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'sign') {
      if (token.text !== '(') return unknown(`"${token.text}" is not understood`);
      const value = or();
      return take(')') ? value : unknown('a parenthesis is not closed');
    }
    if (token.text === 'true' || token.text === 'false') return token.text === 'true';
    if (token.text === 'null') return null;
    return take('(') ? call(token.text) : property(token.text);
  };
  const call = (name: string): unknown => {
    const work = functions[name];
    if (work === undefined) return unknown(`the function ${name} is not known`);
    const args: unknown[] = [];
    while (!take(')')) {
      args.push(or());
      if (!take(',') && !peek(')')) return unknown('an argument does not end');
    }
    return work(...args);
  };
  const property = (root: string): unknown => {
    if (!(root in contexts)) return unknown(`the context ${root} is not known`);
    let value = contexts[root];
    while (take('.')) {
      const name = tokens[at++];
      if (name?.kind !== 'name') return unknown('a property has no name');
      value =
        typeof value === 'object' && value !== null ? ((value as Record<string, unknown>)[name.text] ?? null) : null;
    }
    return value;
  };
  const not = (): unknown => (take('!') ? !truthy(not()) : primary());
  const compare = (): unknown => {
    const left = not();
    if (take('==')) return same(left, not());
    if (take('!=')) return !same(left, not());
    return left;
  };
  // Both sides are evaluated, so that a mistake in the one not taken is found too.
  const and = (): unknown => {
    let value = compare();
    while (take('&&')) {
      const right = compare();
      value = truthy(value) ? right : value;
    }
    return value;
  };
  const or = (): unknown => {
    let value = and();
    while (take('||')) {
      const right = and();
      value = truthy(value) ? value : right;
    }
    return value;
  };

  const value = or();
  if (at !== tokens.length) unknown(`"${tokens[at]?.text}" is not expected`);
  return value;
}

/** A text with `${{ }}` in it; one that is nothing else keeps the type of its value. */
export function interpolate(text: string, contexts: Contexts, functions: Functions = {}): unknown {
  const whole = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text);
  if (whole?.[1] !== undefined) return evaluate(whole[1], contexts, functions);
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_all, inner: string) => asText(evaluate(inner, contexts, functions)));
}

export function truthy(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && value !== 0 && value !== '';
}

export function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') throw new Error('an object stands where a text is wanted');
  return String(value);
}

/** Texts are equal whatever their case; unlike types are compared as numbers, where '' and null are 0. */
function same(left: unknown, right: unknown): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left.toLowerCase() === right.toLowerCase();
  if (typeof left === typeof right || (left === null && right === null)) return left === right;
  return numberOf(left) === numberOf(right);
}

function numberOf(value: unknown): number {
  return value === null ? 0 : typeof value === 'object' ? Number.NaN : Number(value);
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  while (text.slice(end).trim() !== '') {
    TOKEN.lastIndex = end;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw new Error(`"${text.slice(end)}" is not understood in the expression \`${text}\``);
    const kind = (['string', 'number', 'name', 'sign'] as const).find((each) => groups[each] !== undefined);
    if (kind === undefined) throw new Error('a token has a kind');
    tokens.push({ kind, text: groups[kind] ?? '' });
    end = TOKEN.lastIndex;
  }
  return tokens;
}
