import { codeText, listTexts, t, trusted } from '../../text/text.ts';
import type { SetupChange, SetupSetting } from '../finding.ts';
import { type Detected, detected, type RemedyText, type Rule } from './rule.ts';

type SetupRule = 'role-changed' | 'bucket-changed' | 'identity-provider-changed';

const WORDS: Readonly<Record<SetupSetting, string>> = {
  exists: 'no such role should exist',
  path: 'path',
  trust: 'trust policy',
  permissions: 'permissions',
  boundary: 'a permissions boundary',
  'other-policies': 'further policies',
  'public-access': 'public access is not blocked',
  ownership: 'access control lists (ACLs) can let others in',
  versioning: 'versioning',
  encryption: 'encryption',
  policy: 'the bucket policy lets others in, hinders the workflows, or allows access without TLS',
  'old-versions': 'the rules by which objects expire or are archived',
  audience: 'audience',
};

export const roleChanged: Rule<'role-changed'> = {
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

/** Each is an ID of its own: what lets others in is worse than what was known. */
const LETS_IN: readonly SetupSetting[] = ['ownership', 'policy'];

export const bucketChanged: Rule<'bucket-changed'> = {
  severity: 'high',
  severityOf: ({ settings }) => (settings.some((each) => LETS_IN.includes(each)) ? 'critical' : 'high'),
  detect: ({ setup }) => setupFindings('bucket-changed', setup?.bucket ? [setup.bucket] : []),
  idParts: ({ name, settings }) => [name, ...LETS_IN.filter((each) => settings.includes(each))],
  title: ({ name }) => t`Bucket ${codeText(name)} of the state was changed`,
  effect: t`Who can write the state can steer an apply`,
  remedy: setupRemedy,
};

export const identityProviderChanged: Rule<'identity-provider-changed'> = {
  severity: 'medium',
  detect: ({ setup }) => setupFindings('identity-provider-changed', setup?.provider ? [setup.provider] : []),
  title: () => t`The identity provider of GitHub was changed`,
  effect: t`The workflows may not be able to take their roles`,
  remedy: setupRemedy,
};

function setupFindings(rule: SetupRule, changes: readonly SetupChange[]): readonly Detected[] {
  return changes
    .filter(({ settings }) => settings.length > 0)
    .map((change) => detected(rule, change, { cause: 'manual' }));
}

function setupRemedy({ data: { settings } }: { readonly data: SetupChange }): RemedyText {
  return {
    detail: t`Differs from what this version writes: ${listTexts(settings.map((each) => trusted(WORDS[each])))}.`,
    toFix: t`Ask an administrator to run ${codeText('mturk-team bootstrap')}.`,
  };
}
