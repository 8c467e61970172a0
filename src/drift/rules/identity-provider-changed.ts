import { t } from '../../text/text.ts';
import type { Rule } from './rule.ts';
import { setupFindings, setupRemedy } from './setup-changes.ts';

export const identityProviderChanged: Rule<'identity-provider-changed'> = {
  id: 'identity-provider-changed',
  severity: 'medium',
  detect: ({ setup }) => setupFindings('identity-provider-changed', setup?.provider ? [setup.provider] : []),
  idParts: () => [],
  title: () => t`The identity provider of GitHub was changed`,
  effect: t`The workflows may not be able to take their roles`,
  remedy: setupRemedy,
};
