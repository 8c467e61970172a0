import { matchesPattern, type Pattern } from './pattern.ts';

export type IamResource = 'user' | 'group' | 'policy' | 'role';

/** `arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-bo`; a path starts and ends with `/`. */
export function iamArn(account: string, kind: IamResource, path: string, name: string): string {
  return `arn:aws:iam::${account}:${kind}${path}${name}`;
}

/** Kind, path and name: `user/ops/eva`, `role/ops`. A path may contain colons. */
export function resourceOfArn(arn: string): string {
  return arn.replace(/^(?:[^:]*:){5}/, '');
}

/** Whether a managed policy is AWS's own, the same in every account. */
export function isAwsPolicy(arn: string): boolean {
  return arn.startsWith('arn:aws:iam::aws:');
}

/**
 * `ArnEquals` and `ArnLike`, which are the same: each of the six parts is compared by itself, so a `*` never reaches
 * into the next one. `unknown` if the policy's own value is no ARN, as a lone `*` is none. `resolve` compiles a part.
 */
export function matchesArn(
  wanted: string,
  actual: string,
  resolve: (part: string) => Pattern | null,
): boolean | 'unknown' {
  const parts = components(wanted);
  if (parts === null) return 'unknown';
  const values = components(actual);
  if (values === null) return false;
  return parts.every((part, index) => {
    const pattern = resolve(part);
    return pattern !== null && matchesPattern(pattern, values[index] ?? '');
  });
}

/** Six parts; colons inside a policy variable do not separate any. */
function components(text: string): readonly string[] | null {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let index = 0; index < text.length && parts.length < 5; index += 1) {
    if (text.startsWith('${', index)) depth += 1;
    else if (text[index] === '}' && depth > 0) depth -= 1;
    else if (text[index] === ':' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return parts.length < 5 ? null : [...parts, text.slice(start)];
}
