/**
 * Ids of the findings of a drift check, worst first: the order of those of one severity and risk. They are the first part of what
 * `snoozed` in team.yaml names, and here because its schema and the drift rules both need them.
 */
export const FINDING_IDS = [
  'root-access-key',
  'access-not-given',
  'key-used-after-leaving',
  'membership-added',
  'policy-attached',
  'inline-policy-added',
  'inline-policy-changed',
  'inline-policy-removed',
  'policy-changed',
  'user-without-boundary',
  'boundary-changed',
  'boundary-policy-changed',
  'role-changed',
  'bucket-changed',
  'identity-provider-changed',
  'unmanaged-group-membership',
  'unmanaged-user',
  'unmanaged-role',
  'unmanaged-group',
  'unmanaged-policy',
  'access-withheld',
  'membership-removed',
  'policy-detached',
  'user-deleted',
  'user-renamed',
  'user-recreated',
  'name-taken',
  'group-deleted',
  'group-renamed',
  'policy-deleted',
  'deny-kept',
  'non-default-policy-version',
  'retired-operations',
  'console-password',
  'too-many-access-keys',
  'old-access-key',
  'unused-access-key',
  'ssh-key',
  'signing-certificate',
  'service-specific-credential',
  'path-changed',
  'tag-changed',
  'resource-changed',
  'nothing-applied',
] as const;

export type FindingId = (typeof FINDING_IDS)[number];

/**
 * Ids of findings that cannot be snoozed: about what Terraform manages, which an apply reverts, and about what bootstrap
 * writes, which decides who controls the lab. A member's `user-without-boundary` is one, too; that of another user is not.
 */
export const NOT_SNOOZABLE_IDS: readonly FindingId[] = [
  'access-not-given',
  'membership-added',
  'membership-removed',
  'policy-attached',
  'policy-detached',
  'policy-changed',
  'policy-deleted',
  'inline-policy-added',
  'inline-policy-changed',
  'inline-policy-removed',
  'boundary-changed',
  'user-deleted',
  'user-renamed',
  'user-recreated',
  'name-taken',
  'group-deleted',
  'group-renamed',
  'path-changed',
  'tag-changed',
  'resource-changed',
  'boundary-policy-changed',
  'role-changed',
  'bucket-changed',
  'identity-provider-changed',
];

export function isFindingId(text: string): text is FindingId {
  return FINDING_IDS.some((id) => id === text);
}
