import { canonical, isObject, same } from './canonical.ts';

/** A field of answers in which moto is known to differ from AWS, and by which rule of AWS ours does otherwise. */
export interface FieldRule {
  readonly rule: string;
  /** The calls whose answers it is about; null for all. */
  readonly calls: readonly string[] | null;
  readonly field: string;
  /** Which of the two leaves the field out where the other has it; `neither` where both have it with other values. */
  readonly missingFrom: 'moto' | 'ours' | 'neither';
}

/**
 * By the IAM API Reference, as it stands in the documentation comments of @aws-sdk/client-iam: PolicyVersion ("not
 * returned in the response to the CreatePolicyVersion or ListPolicyVersions operations"), ManagedPolicyDetail, Policy,
 * CreateOpenIDConnectProvider, LoginProfile, VirtualMFADevice ("listing operations return a subset of the available attributes"), and IsTruncated
 * of every listing.
 */
const FIELD_RULES: readonly FieldRule[] = [
  {
    rule: 'every list says whether it IsTruncated',
    calls: null,
    field: 'IsTruncated',
    missingFrom: 'moto',
  },
  {
    rule: 'a managed policy says how many boundaries it is (PermissionsBoundaryUsageCount)',
    calls: null,
    field: 'PermissionsBoundaryUsageCount',
    missingFrom: 'moto',
  },
  {
    rule: 'GetAccountAuthorizationDetails names each policy',
    calls: ['GetAccountAuthorizationDetails'],
    field: 'PolicyName',
    missingFrom: 'moto',
  },
  {
    rule: "GetAccountAuthorizationDetails gives each policy's id",
    calls: ['GetAccountAuthorizationDetails'],
    field: 'PolicyId',
    missingFrom: 'moto',
  },
  {
    rule: 'a policy without a description has none, not an empty one',
    calls: ['GetAccountAuthorizationDetails'],
    field: 'Description',
    missingFrom: 'ours',
  },
  {
    rule: 'CreatePolicyVersion and ListPolicyVersions do not repeat documents: GetPolicyVersion gives them',
    calls: ['CreatePolicyVersion', 'ListPolicyVersions'],
    field: 'Document',
    missingFrom: 'ours',
  },
  {
    rule: 'whether a password must be changed is kept as CreateLoginProfile said it',
    calls: ['CreateLoginProfile', 'GetLoginProfile'],
    field: 'PasswordResetRequired',
    missingFrom: 'neither',
  },
  {
    rule: 'CreateOpenIDConnectProvider answers with the tags',
    calls: ['CreateOpenIDConnectProvider'],
    field: 'Tags',
    missingFrom: 'moto',
  },
  {
    rule: "only CreateVirtualMFADevice gives a device's seed",
    calls: ['ListVirtualMFADevices'],
    field: 'Base32StringSeed',
    missingFrom: 'ours',
  },
  {
    rule: "only CreateVirtualMFADevice shows a device's code",
    calls: ['ListVirtualMFADevices'],
    field: 'QRCodePNG',
    missingFrom: 'ours',
  },
];

/**
 * The rules that explain all by which two answers to a call differ, null where something else differs, too. A field
 * that is missing from one is left out of both only as long as that one does not have it more often than the other.
 */
export function explainedByFields(
  call: string,
  ours: unknown,
  moto: unknown,
  rules: readonly FieldRule[] = FIELD_RULES,
): readonly FieldRule[] | null {
  const used: FieldRule[] = [];
  let [one, other] = [ours, moto];
  for (const rule of rules) {
    if (rule.calls !== null && !rule.calls.includes(call)) continue;
    const [had, has] = [occurrences(one, rule.field), occurrences(other, rule.field)];
    const fits =
      rule.missingFrom === 'moto' ? had > has : rule.missingFrom === 'ours' ? had < has : had === has && had > 0;
    if (!fits) continue;
    one = without(one, rule.field);
    other = without(other, rule.field);
    used.push(rule);
  }
  return used.length > 0 && same(one, other) ? used : null;
}

function occurrences(value: unknown, field: string): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + occurrences(item, field), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (key === field ? 1 : 0) + occurrences(inner, field),
    0,
  );
}

function without(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, field));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => key !== field);
  return canonical(Object.fromEntries(kept.map(([key, inner]) => [key, without(inner, field)])));
}
