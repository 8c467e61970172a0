import { codeText, listTexts, t, trusted } from '../../text/text.ts';
import type { SetupChange, SetupSetting } from '../finding.ts';
import { type Detected, detected, type RemedyText } from './rule.ts';

type SetupRule = 'role-changed' | 'bucket-changed' | 'identity-provider-changed';

const WORDS: Readonly<Record<SetupSetting, string>> = {
  exists: 'no such role should exist',
  path: 'path',
  trust: 'trust policy',
  permissions: 'permissions',
  'other-policies': 'further policies',
  'public-access': 'public access is not blocked',
  versioning: 'versioning',
  encryption: 'encryption',
  'tls-only': 'TLS only',
  'old-versions': 'expiry of old versions',
  'other-writers': 'the bucket policy lets others write',
  audience: 'audience',
};

export function setupFindings(rule: SetupRule, changes: readonly SetupChange[]): readonly Detected[] {
  return changes
    .filter(({ settings }) => settings.length > 0)
    .map((change) => detected(rule, change, { cause: 'manual' }));
}

export function setupRemedy({ data: { settings } }: { readonly data: SetupChange }): RemedyText {
  return {
    detail: t`Differs from what this version writes: ${listTexts(settings.map((each) => trusted(WORDS[each])))}.`,
    toFix: t`Ask an administrator to run ${codeText('mturk-team bootstrap')}.`,
  };
}
