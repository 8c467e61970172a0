import { memberKeyOf, userText } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/types.ts';
import { codeText, counted, t, trusted } from '../../text/text.ts';
import { ageInDays, isRotating, keyUseText } from './access-keys.ts';
import { keyCommands } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

/** A key not used for so long after its creation is not needed. */
const UNUSED_AFTER_DAYS = 30;
const EFFECT = t`A leaked key stays usable`;

/** A key that was never used needs no rotation: `unused-access-key` reports it. */
export const oldAccessKey: Rule<'old-access-key'> = {
  severity: 'low',
  usesCredentialReport: true,
  detect: ({ credentialUsers, team, at }) => {
    const { keyMaxAgeDays, rotateAfterDays } = team.settings;
    return credentialUsers.flatMap((member) => {
      const { user, allowed, ended, credentials, hasRecipient } = member;
      const { keys } = credentials;
      const limit = hasRecipient ? (rotateAfterDays ?? keyMaxAgeDays) : keyMaxAgeDays;
      if (allowed === null || isRotating(member, team)) return [];
      return keys
        .filter((key) => key.active && !isUnused(key, at) && ageInDays(key, at) > limit)
        .map((key) => {
          const other = keys.find((each) => each !== key) ?? null;
          const facts = { days: ageInDays(key, at), limit, other, isSuspended: ended !== null };
          return detected('old-access-key', { user, key, ...facts, hasRecipient });
        });
    });
  },
  title: ({ user, days }, names) => t`Access key of ${userText(user, names)} is ${trusted(counted(days, 'day'))} old`,
  effect: EFFECT,
  remedy({ data: { user, key, other, isSuspended, hasRecipient = false } }, names) {
    const detail = keyUseText(key);
    if (hasRecipient && other === null && !isSuspended) {
      const command = `mturk-team keys create ${memberKeyOf(user, names) ?? ''}`;
      return { detail, toFix: t`Run ${codeText(command)}; ${codeText('keys sync')} then deactivates this one.` };
    }
    return {
      detail,
      toFix: isSuspended
        ? t`Deactivate it:`
        : other === null
          ? t`Create a second key, then deactivate this one:`
          : t`Move to the other key, then deactivate this one:`,
      commands: keyCommands(user, [key]),
    };
  },
  entity: () => null,
};

export const unusedAccessKey: Rule<'unused-access-key'> = {
  severity: 'low',
  usesCredentialReport: true,
  detect: ({ credentialUsers, at }) =>
    credentialUsers.flatMap(({ user, allowed, credentials: { keys } }) =>
      keys
        .filter((key) => allowed !== null && isUnused(key, at))
        .map((key) => detected('unused-access-key', { user, key, days: ageInDays(key, at) })),
    ),
  title: ({ user, days }, names) =>
    t`Access key of ${userText(user, names)} is unused for ${trusted(counted(days, 'day'))}`,
  effect: EFFECT,
  remedy: ({ data: { user, key } }) => ({
    detail: keyUseText(key),
    toFix: t`Deactivate it, then delete it:`,
    commands: keyCommands(user, [key]),
  }),
  entity: () => null,
};

function isUnused(key: AccessKey, at: Date): boolean {
  const { active, isUseKnown, lastUsed } = key;
  return active && isUseKnown && lastUsed === null && ageInDays(key, at) >= UNUSED_AFTER_DAYS;
}
