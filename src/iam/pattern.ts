/**
 * A compiled pattern: char codes, and the three wildcards as negative numbers. Wildcards are distinguished from literal
 * stars here, because the value of a policy variable and `${*}` are literal text even where `*` is a wildcard.
 */
export type Pattern = readonly number[];

/** `*` of an action or a string condition. */
const ANY_TEXT = -1;
/** `?` */
const ANY_CHARACTER = -2;
/** `*` of a resource that is not the last of its segment: IAM does not let it run across a colon. */
const ANY_TEXT_IN_SEGMENT = -3;

/** How `*` and `?` are read: as text, as wildcards, or as wildcards of a resource ARN. */
export type Wildcards = 'literal' | 'text' | 'resource';

const STAR = 42;
const QUESTION = 63;
const COLON = 58;

/** Compiles text; `*` and `?` in it are read as `wildcards` says. */
export function compilePattern(text: string, wildcards: Wildcards): Pattern {
  const pattern: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (wildcards === 'literal' || (code !== STAR && code !== QUESTION)) pattern.push(code);
    else if (code === QUESTION) pattern.push(ANY_CHARACTER);
    else if (wildcards === 'text') pattern.push(ANY_TEXT);
    else {
      const next = text.charCodeAt(index + 1);
      pattern.push(Number.isNaN(next) || next === COLON ? ANY_TEXT : ANY_TEXT_IN_SEGMENT);
    }
  }
  return pattern;
}

/**
 * Whether the whole text matches. Time is bounded by the product of both lengths: a policy is hostile input, and a
 * regular expression of many stars is not.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  const last = pattern.length;
  let states = new Uint8Array(last + 1);
  let next = new Uint8Array(last + 1);
  enter(pattern, states, 0);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    next.fill(0);
    let alive = false;
    for (let state = 0; state < last; state += 1) {
      if (states[state] === 0) continue;
      const token = pattern[state];
      if (token === ANY_TEXT || (token === ANY_TEXT_IN_SEGMENT && code !== COLON)) enter(pattern, next, state);
      else if (token === code || token === ANY_CHARACTER) enter(pattern, next, state + 1);
      else continue;
      alive = true;
    }
    if (!alive) return false;
    [states, next] = [next, states];
  }
  return states[last] === 1;
}

/** A star may match nothing, so being before it is being behind it, too. */
function enter(pattern: Pattern, states: Uint8Array, state: number): void {
  states[state] = 1;
  const token = pattern[state];
  if (token === ANY_TEXT || token === ANY_TEXT_IN_SEGMENT) enter(pattern, states, state + 1);
}
