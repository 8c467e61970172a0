import { memberKeyOf, userText } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/types.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, counted, countedText, listTexts, t, trusted } from '../../text/text.ts';
import { isRotating, riskOfUser } from './access-keys.ts';
import { keyCommands } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

export const tooManyAccessKeys: Rule<'too-many-access-keys'> = {
  severity: 'low',
  idEffect: 'never',
  usesCredentialReport: true,
  /** Only active keys: an inactive one signs nothing, and is the second half of a rotation. */
  detect: ({ credentialUsers, account, at, team }) =>
    credentialUsers.flatMap((each) => {
      const { user, allowed, credentials } = each;
      const keys = credentials.keys.filter(({ active }) => active);
      return allowed === null || keys.length <= allowed || isRotating(each, team)
        ? []
        : [detected('too-many-access-keys', { user, keys, allowed }, { risk: riskOfUser(user, account, at) })];
    }),
  idParts: ({ user, keys, allowed }, names) => {
    const extra = keys.length - allowed;
    return [...names.user(user), ...(extra > 1 ? [String(extra)] : [])];
  },
  title: ({ user, keys }, names) => t`${userText(user, names)} has ${trusted(counted(keys.length, 'access key'))}`,
  effect: t`More keys that can leak`,
  remedy: ({ data: { user, keys, allowed } }, names) => {
    const key = memberKeyOf(user, names);
    const extra = allowed === 0 ? keys : leastUsed(keys);
    return {
      detail: t`${countedText(keys.length, 'active key')}, last used ${listTexts([...new Set(keys.map(useOf))].map(trusted))}.`,
      toFix:
        allowed === 0
          ? t`Deactivate every key:`
          : extra.some(({ lastUsed }) => lastUsed === null)
            ? t`Deactivate the key that was never used:`
            : t`Ask ${userText(user, names)} which key is still needed, then deactivate the other:`,
      commands: keyCommands(user, extra),
      ifIntended:
        key === null
          ? null
          : t`Set ${codeText(`keys: ${keys.length}`)} for ${codeText(key)} in ${codeText('team.yaml')}.`,
    };
  },
  calls: /^CreateAccessKey$/,
};

function useOf({ isUseKnown, lastUsed }: AccessKey): string {
  return lastUsed === null ? (isUseKnown ? 'never' : 'at an unknown time') : dateWords(lastUsed);
}

/** Of two keys the one used longest ago; none if both were used on the same day, or AWS does not say when. */
function leastUsed(keys: readonly AccessKey[]): readonly AccessKey[] {
  const dayOf = ({ lastUsed }: AccessKey) => lastUsed?.replace(/T.*/, '') ?? '';
  const least = keys.filter((key) => keys.every((other) => dayOf(key) <= dayOf(other)));
  return least.length === 1 && keys.every(({ isUseKnown }) => isUseKnown) ? least : [];
}
