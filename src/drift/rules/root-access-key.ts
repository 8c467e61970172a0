import { sentences, strongText, t } from '../../text/text.ts';
import { detected, type Rule } from './rule.ts';

export const rootAccessKey: Rule<'root-access-key'> = {
  severity: 'critical',
  idEffect: 'never',
  usesCredentialReport: true,
  detect: ({ inventory }) => {
    const keys = inventory.rootKeys?.filter(({ active }) => active) ?? [];
    return keys.length === 0 ? [] : [detected('root-access-key', { keys }, { risk: 'spends' })];
  },
  idParts: ({ keys }) => (keys.length > 1 ? [String(keys.length)] : []),
  title: () => t`The root user has an access key`,
  effect: t`${strongText(t`Full control of the account`)}`,
  remedy: ({ data: { keys } }) => ({
    detail: sentences(
      t`A root key can do everything in the account, and no policy limits it.`,
      keys.some(({ created }) => created === null) ? t`The credential report does not list it yet.` : null,
    ),
    toFix: t`Sign in as the root user, then Security credentials, Access keys, Delete.`,
  }),
};
