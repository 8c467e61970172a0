import { distance } from 'fastest-levenshtein';
import type { FailureArgs } from '../diagnostics/failure.ts';

/** The candidate nearest to a mistyped name; null if none is near. */
export type Suggest = (name: string, candidates: readonly string[]) => string | null;

/** Names longer than this are not compared: the distance takes time in proportion to both lengths. */
const LONGEST = 128;

/** How many names are compared in one run, so that a file full of mistakes is answered as fast as any other. */
const COMPARISONS = 200_000;

/** A suggester with a budget of its own. The same name is searched only once. */
export function suggester(): Suggest {
  let budget = COMPARISONS;
  const known = new Map<readonly string[], Map<string, string | null>>();
  return (name, candidates) => {
    const answers = known.get(candidates) ?? new Map<string, string | null>();
    known.set(candidates, answers);
    if (!answers.has(name)) {
      budget -= candidates.length;
      answers.set(name, budget < 0 ? null : nearest(name, candidates));
    }
    return answers.get(name) ?? null;
  };
}

function nearest(name: string, candidates: readonly string[]): string | null {
  if (name.length === 0 || name.length > LONGEST) return null;
  const wanted = name.toLowerCase();
  // A third of the letters may differ: `GetHits` is near GetHIT, `bo` is near nothing but `Bo`.
  let best = Math.floor(wanted.length / 3);
  let answer: string | null = null;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > best) continue;
    const away = distance(wanted, candidate.toLowerCase());
    if (away < best || (away === best && answer === null)) {
      best = away;
      answer = candidate;
    }
  }
  return answer;
}

/** Whom someone may mean by what is no key of a member: it can be a name. */
export function nearMember(
  text: string,
  members: readonly { readonly key: string; readonly name: unknown }[],
): FailureArgs['unknown-member']['because'] {
  const keys = members.map(({ key }) => key);
  const named = members.find(({ name }) => typeof name === 'string' && name.toLowerCase() === text.toLowerCase());
  const near = named?.key ?? suggester()(text, keys);
  return near === null ? { kind: 'none', members: keys } : { kind: 'similar', member: near };
}
