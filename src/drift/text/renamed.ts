import type { Difference } from '../../access/model-difference.ts';
import { groupText, memberKeyOf, roleKeyOfPolicy, userText } from '../../access/text/iam-names.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { keyOfIamName, LIMITS_POLICY, memberTags } from '../../team/names.ts';
import { codeText, type Text, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import { whatOf } from '../rules/what.ts';

/**
 * What is gone and may only have another name now: a member's user while a stray one has her tag or her limits, a role's
 * group while a stray one has the role's policy. Keys are those of `renamedKey`.
 */
export function renamedIn(findings: readonly DriftFinding[], naming: DisplayNames): ReadonlySet<string> {
  const strays = findings.map(whatOf).flatMap((what) => (what.kind === 'stray' ? [what.effect.stray] : []));
  const isRenamed = (difference: Difference): boolean => {
    if (difference.kind === 'user-deleted') {
      const key = memberKeyOf(difference.user, naming);
      return strays.some(({ kind, details: holding }) => {
        if (kind !== 'user' || holding === null) return false;
        const tags = Object.entries(key === null ? {} : memberTags(naming.lab, key));
        const isTagged = tags.some(([tag]) => holding.tags[tag] !== undefined);
        if (isTagged) return tags.every(([tag, value]) => holding.tags[tag] === value);
        return holding.inline.some(({ name }) => name === LIMITS_POLICY);
      });
    }
    if (difference.kind !== 'group-deleted') return false;
    const role = keyOfIamName(naming.lab, difference.group);
    return strays.some(
      ({ kind, details: holding }) =>
        kind === 'group' &&
        holding !== null &&
        role !== null &&
        holding.attached.some((arn) => roleKeyOfPolicy(arn, naming) === role),
    );
  };
  return new Set(
    findings
      .map(whatOf)
      .flatMap((what) =>
        what.kind === 'difference' && isRenamed(what.difference) ? [renamedKey(what.difference)] : [],
      ),
  );
}

/** Names what a difference removes; empty for any other. */
export function renamedKey(difference: Difference): string {
  if (difference.kind === 'user-deleted') return `user ${difference.user}`;
  return difference.kind === 'group-deleted' ? `group ${difference.group}` : '';
}

/** What somebody did, for "Somebody ..."; `to` is the new name, null where nobody can tell which of the two it was. */
export function renamedSaid(difference: Difference, to: string | null, naming: DisplayNames): Text | null {
  const verb = to === null ? trusted('deleted, or renamed,') : trusted('renamed');
  const as = to === null ? t`` : t` to ${codeText(to)}`;
  if (difference.kind === 'user-deleted') {
    const keys = trusted(to === null ? '; with another name it keeps its keys' : ', which keeps its keys');
    return t`${verb} the user of ${userText(difference.user, naming)}${as}${keys}`;
  }
  return difference.kind === 'group-deleted' ? t`${verb} the group ${groupText(difference.group, naming)}${as}` : null;
}
