import { memberKeyOf, userText } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/types.ts';
import { codeText, counted, sentences, t, trusted } from '../../text/text.ts';
import { keyUseText, riskOfUser } from './access-keys.ts';
import { keyCommands } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

export const tooManyAccessKeys: Rule<'too-many-access-keys'> = {
  severity: 'low',
  idEffect: 'never',
  usesCredentialReport: true,
  /** Only active keys: an inactive one signs nothing, and is the second half of a rotation. */
  detect: ({ credentialUsers, account, at }) =>
    credentialUsers.flatMap(({ user, allowed, credentials }) => {
      const keys = credentials.keys.filter(({ active }) => active);
      return allowed === null || keys.length <= allowed
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
    return {
      detail: sentences(...keys.map(keyUseText)),
      toFix: t`Deactivate the key that is not used:`,
      commands: keyCommands(user, leastUsed(keys, keys.length - allowed)),
      // AWS allows a user two keys.
      ifIntended:
        key === null || keys.length > 2
          ? null
          : t`Set ${codeText(`keys: ${keys.length}`)} for ${codeText(key)} in ${codeText('team.yaml')}.`,
    };
  },
  calls: /^CreateAccessKey$/,
};

/** The keys used longest ago; none if AWS does not say when. */
function leastUsed(keys: readonly AccessKey[], count: number): readonly AccessKey[] {
  if (!keys.every(({ isUseKnown }) => isUseKnown)) return [];
  return [...keys].sort((one, other) => ((one.lastUsed ?? '') < (other.lastUsed ?? '') ? -1 : 1)).slice(0, count);
}
