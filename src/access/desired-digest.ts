import { createHash } from 'node:crypto';
import { canonicalDocument } from '../iam/canonical.ts';
import type { PolicyDocument } from '../iam/document.ts';
import type { Team } from '../team/team.ts';
import type { AccessModel, InlinePolicy } from './model.ts';
import { desiredAccess } from './sources/desired.ts';

/** A day on which nobody's last day has passed. */
const BEFORE_EVERY_DAY = '0000-01-01';

/** The access that a team declares whatever the day: members past their last day are in it, with what limits them. */
export function desiredAccessOnAnyDay(team: Team): AccessModel {
  return desiredAccess(team, BEFORE_EVERY_DAY);
}

/**
 * The SHA-256, in 64 hexadecimal digits, of everything that a team file declares, the same on any day. Words (names,
 * e-mails, reasons) and order make no difference; suspensions and last days are in it, for they are policies.
 */
export function desiredAccessDigest(team: Team): string {
  const { account, users, groups, policies } = desiredAccessOnAnyDay(team);
  const parts = [
    ['account', account, team.lab],
    ...users.map((user) => [
      'user',
      user.name,
      user.path,
      [...user.groups].sort(),
      [...user.attached].sort(),
      inlineParts(user.inline),
      user.boundary,
      Object.entries(user.tags).sort(),
    ]),
    ...groups.map(({ name, path, attached, inline }) => [
      'group',
      name,
      path,
      [...attached].sort(),
      inlineParts(inline),
    ]),
    ...policies.map(({ arn, document }) => ['policy', arn, documentPart(document)]),
  ].map((part) => JSON.stringify(part));
  return createHash('sha256').update(parts.sort().join('\n')).digest('hex');
}

function inlineParts(inline: readonly InlinePolicy[]): readonly (readonly string[])[] {
  return inline.map(({ name, document }) => [name, documentPart(document)]).sort();
}

function documentPart(document: PolicyDocument | null): string {
  return document === null ? '' : canonicalDocument(document);
}
