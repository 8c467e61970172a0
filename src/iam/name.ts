import { QUOTAS } from './quotas.ts';

export type NamedThing = 'user' | 'group' | 'policy';
export type NameProblem = 'empty' | 'too-long' | 'alphabet';

const ALPHABET = /^[A-Za-z0-9+=,.@_-]+$/;

/** The most characters that the name of such a thing may have. */
const NAME_LENGTHS: Readonly<Record<NamedThing, number>> = {
  user: QUOTAS.userNameLength,
  group: QUOTAS.groupNameLength,
  policy: QUOTAS.policyNameLength,
};

/** What keeps IAM from taking the name, or null. The alphabet is letters, digits and `+ = , . @ _ -`. */
export function nameProblem(kind: NamedThing, name: string): NameProblem | null {
  if (name.length === 0) return 'empty';
  if (!ALPHABET.test(name)) return 'alphabet';
  return name.length > NAME_LENGTHS[kind] ? 'too-long' : null;
}

/** `/`, or text that starts and ends with `/` and holds printable ASCII, 512 characters at most. */
export function isIamPath(path: string): boolean {
  return path.length <= QUOTAS.pathLength && /^\/(?:[!-~]+\/)?$/.test(path);
}
