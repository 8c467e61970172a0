import { compare } from '../access/compare.ts';
import { type Difference, inverse } from './difference.ts';
import { givesSomething } from './fate.ts';
import { around, concernedBy, groupOf, type ModelIndex } from './model-index.ts';
import { momentsIn } from './time-conditions.ts';
import { type Documents, withDifferences } from './with-differences.ts';

const MOST_MOMENTS = 16;

/**
 * Those of some differences that may all be undone at once: none of which takes part in giving somebody something that
 * each alone does not. Two policies that deny the same, both attached in an emergency, are an example.
 */
export function undoableTogether(
  differences: readonly Difference[],
  account: ModelIndex,
  documents: Documents,
  at: Date,
): ReadonlySet<Difference> {
  let left = differences;
  while (left.length > 0) {
    const gaining = gainersBy(left, account, documents, at);
    if (gaining.size === 0) break;
    const fewer = left.filter((difference) => !concernedBy(account, difference).some((name) => gaining.has(name)));
    // Whoever gains is somebody whom one of them concerns; were it otherwise, none could be vouched for.
    left = fewer.length < left.length ? fewer : [];
  }
  return new Set(left);
}

function gainersBy(
  differences: readonly Difference[],
  account: ModelIndex,
  documents: Documents,
  at: Date,
): ReadonlySet<string> {
  const names = new Set(differences.flatMap((difference) => concernedBy(account, difference)));
  const groups = differences.flatMap((difference) => groupOf(difference) ?? []);
  const before = around(account, names, groups);
  const after = withDifferences(before, differences.map(inverse), documents);
  const held = [before, after].flatMap((model) => [
    ...model.policies,
    ...model.groups.flatMap(({ inline }) => inline),
    ...model.users.flatMap(({ inline }) => inline),
  ]);
  const later = momentsIn(held.map(({ document }) => document)).filter((moment) => moment > at.getTime());
  const moments = [at, ...later.slice(0, MOST_MOMENTS).map((moment) => new Date(moment))];
  const gaining = moments.flatMap((moment) => compare(before, after, moment).people.filter(givesSomething));
  return new Set(gaining.map(({ user }) => user));
}
