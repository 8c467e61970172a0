import { diffAccess } from '../../access/diff.ts';
import { type Difference, inverse } from '../../access/model-difference.ts';
import { around, concernedBy, groupOf, type ModelIndex } from '../../access/model-index.ts';
import { laterMoments } from '../../access/time-conditions.ts';
import { type Documents, withDifferences } from '../../access/with-differences.ts';
import { givesSomething } from './fate.ts';

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
  // Each alone has been judged already.
  while (left.length > 1) {
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
  const moments = [at, ...laterMoments([before, after], [], at)];
  const gaining = moments.flatMap((moment) => diffAccess(before, after, moment).people.filter(givesSomething));
  return new Set(gaining.map(({ user }) => user));
}
