const MEMBER_PREFIX = 'member_';
const ROLE_PREFIX = 'role_';

/**
 * The Terraform name of a member's user: `bo` -> `member_bo`. Made from the key alone, so that neither a role, a date
 * nor the order of the file can move an address, and moving an address would delete and create a person.
 */
export function memberAddress(key: string): string {
  return `${MEMBER_PREFIX}${encodeKey(key)}`;
}

/** The Terraform name of a role's group and policy: `results-reader` -> `role_results-reader`. */
export function roleAddress(key: string): string {
  return `${ROLE_PREFIX}${encodeKey(key)}`;
}

/** The Terraform name of a member's inline policy `limits`: `member_bo_limits`. */
export function limitsAddress(memberKey: string): string {
  return `${memberAddress(memberKey)}_limits`;
}

/**
 * The Terraform name of a policy's attachment to a role's group: `role_paymaster_own` for the role's own policy,
 * `role_paymaster_AmazonMechanicalTurkReadOnly` for one of AWS's.
 */
export function attachmentAddress(roleKey: string, policy: string): string {
  return `${roleAddress(roleKey)}_${policy}`;
}

/**
 * The member's key in a Terraform name or address of this project, with or without its resource type and suffix
 * (`aws_iam_user_policy.member_bo_limits` -> `bo`), or null where it is no member's.
 */
export function memberKeyOfAddress(address: string): string | null {
  return keyOf(address, MEMBER_PREFIX);
}

/** The role's key in a Terraform name or address of this project, or null where it is no role's. */
export function roleKeyOfAddress(address: string): string | null {
  return keyOf(address, ROLE_PREFIX);
}

/**
 * Letters, digits and hyphens stand for themselves; anything else is `_` and its code in two lower-case hexadecimal
 * digits. A suffix is `_` and something that is never two such digits, so no key can imitate another key's suffix.
 */
function encodeKey(key: string): string {
  return key.replace(/[^A-Za-z0-9-]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code > 0xff) throw new RangeError(`A key holds the character U+${code.toString(16)}, which IAM refuses`);
    return `_${code.toString(16).padStart(2, '0')}`;
  });
}

function keyOf(address: string, prefix: string): string | null {
  const name = address.slice(address.lastIndexOf('.') + 1);
  if (!name.startsWith(prefix)) return null;
  const match = /^((?:[A-Za-z0-9-]|_[0-9a-f]{2})+)(?:_(?![0-9a-f]{2})[A-Za-z0-9-]+)?$/.exec(name.slice(prefix.length));
  return (
    match?.[1]?.replace(/_([0-9a-f]{2})/g, (_escape, code: string) => String.fromCharCode(parseInt(code, 16))) ?? null
  );
}
