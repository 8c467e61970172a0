import { codeText, t } from '../../text/text.ts';
import type { Rule } from './rule.ts';
import { setupFindings, setupRemedy } from './setup-changes.ts';

export const roleChanged: Rule<'role-changed'> = {
  id: 'role-changed',
  severity: 'critical',
  detect: ({ setup }) => setupFindings('role-changed', setup?.roles ?? []),
  idParts: ({ name }) => [name],
  title: ({ name, settings }) =>
    settings.includes('exists')
      ? t`Role ${codeText(name)} is under the path of the workflows' roles`
      : t`Role ${codeText(name)} of the workflows was changed`,
  effect: t`Who may take the role, or what it may do, is not what was reviewed`,
  remedy: setupRemedy,
};
