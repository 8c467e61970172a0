import { createHash } from 'node:crypto';
import { canonicalDocument } from '../iam/canonical.ts';
import type { Team } from '../team/team.ts';
import { declare } from './declare.ts';
import type { AccessModel } from './model.ts';

/** A day before every `until`: nobody's access has ended yet. */
const BEGINNING = '0000-01-01';

/** Raised whenever what is counted changes: digests of two versions never agree. */
const FORM = 'mturk-team declared 1';

/**
 * SHA-256 (64 hexadecimal digits) of what a team file declares, with all members whatever their `until`: equal for two
 * files exactly when they give the same people the same access, names, words and settings aside. No day is in it.
 */
export function declaredDigest(team: Team): string {
  return createHash('sha256')
    .update(JSON.stringify([FORM, textOf(declare(team, BEGINNING))]))
    .digest('hex');
}

function textOf({ account, users, groups, policies }: AccessModel): unknown {
  return [
    account,
    inOrder(
      users.map((user) => [user.name, user.path, sorted(user.groups), held(user), user.boundary, tagsOf(user.tags)]),
    ),
    inOrder(groups.map((group) => [group.name, group.path, held(group)])),
    inOrder(policies.map(({ arn, document }) => [arn, document === null ? null : canonicalDocument(document)])),
  ];
}

function held({ attached, inline }: Pick<AccessModel['groups'][number], 'attached' | 'inline'>): unknown {
  return [
    sorted(attached),
    inOrder(inline.map(({ name, document }) => [name, document === null ? null : canonicalDocument(document)])),
  ];
}

function tagsOf(tags: Readonly<Record<string, string>>): unknown {
  return inOrder(Object.entries(tags));
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...texts].sort();
}

function inOrder(rows: readonly unknown[]): readonly string[] {
  return sorted(rows.map((row) => JSON.stringify(row)));
}
