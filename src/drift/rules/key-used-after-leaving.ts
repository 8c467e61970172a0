import { userText } from '../../access/text/names.ts';
import { t } from '../../text/text.ts';
import { keyUseText, riskOfUser } from './access-keys.ts';
import { keyCommands } from './aws-command.ts';
import { detected, type Rule, subjectParts } from './rule.ts';

export const keyUsedAfterLeaving: Rule<'key-used-after-leaving'> = {
  severity: 'high',
  idEffect: 'never',
  // A later use is another finding.
  idParts: (data, names) => [...subjectParts(data, names), (data.key.lastUsed ?? '').slice(0, 10)],
  usesCredentialReport: true,
  detect: ({ credentialUsers, account, at }) =>
    credentialUsers.flatMap(({ user, ended, credentials: { keys } }) =>
      ended === null
        ? []
        : keys
            // Equivalent if mutated: no use is after no time.
            .filter(({ lastUsed }) => lastUsed !== null && Date.parse(lastUsed) >= ended.since)
            .map((key) =>
              detected(
                'key-used-after-leaving',
                { user, key, because: ended.because },
                { risk: riskOfUser(user, account, at) },
              ),
            ),
    ),
  title: ({ user }, names) => t`Access key of ${userText(user, names)} used after access ended`,
  effect: t`Someone has the key and uses it`,
  remedy: ({ data: { user, key } }) => ({
    detail: keyUseText(key),
    toFix: key.active
      ? t`Deactivate it, ask who used it, then snooze this:`
      : t`It is inactive. Ask who used it, then snooze this.`,
    commands: key.active ? keyCommands(user, [key]) : [],
  }),
  entity: () => null,
};
