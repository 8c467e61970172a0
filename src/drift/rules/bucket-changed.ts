import { codeText, t } from '../../text/text.ts';
import type { Rule } from './rule.ts';
import { setupFindings, setupRemedy } from './setup-changes.ts';

export const bucketChanged: Rule<'bucket-changed'> = {
  id: 'bucket-changed',
  severity: 'high',
  severityOf: ({ settings }) => (settings.includes('other-writers') ? 'critical' : 'high'),
  detect: ({ setup }) => setupFindings('bucket-changed', setup?.bucket ? [setup.bucket] : []),
  idParts: ({ name, settings }) => [name, ...(settings.includes('other-writers') ? ['writers'] : [])],
  title: ({ name }) => t`Bucket ${codeText(name)} of the state was changed`,
  effect: t`Who can write the state can steer an apply`,
  remedy: setupRemedy,
};
