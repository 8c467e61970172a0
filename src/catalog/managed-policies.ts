export type ManagedPolicyName = keyof typeof MANAGED_POLICIES;

/**
 * AWS's two managed policies for Mechanical Turk in their current default versions (FullAccess v1 of 2015-12-11,
 * ReadOnly v3 of 2019-09-25), by name.
 */
export const MANAGED_POLICIES = {
  AmazonMechanicalTurkFullAccess: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['mechanicalturk:*'], Resource: ['*'] }],
  },
  AmazonMechanicalTurkReadOnly: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['mechanicalturk:Get*', 'mechanicalturk:List*'], Resource: ['*'] }],
  },
} as const;

export const MANAGED_POLICY_NAMES = Object.keys(MANAGED_POLICIES) as ManagedPolicyName[];

export function isManagedPolicyName(name: string): name is ManagedPolicyName {
  return Object.hasOwn(MANAGED_POLICIES, name);
}

/** `arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess` */
export function managedPolicyArn(name: ManagedPolicyName): string {
  return `arn:aws:iam::aws:policy/${name}`;
}

/** The document of one of AWS's Mechanical Turk policies by its ARN, or null if the ARN names another policy. */
export function managedPolicyByArn(arn: string): (typeof MANAGED_POLICIES)[ManagedPolicyName] | null {
  const name = arn.startsWith('arn:aws:iam::aws:policy/') ? arn.slice('arn:aws:iam::aws:policy/'.length) : '';
  return isManagedPolicyName(name) ? MANAGED_POLICIES[name] : null;
}

/** AWS's policy that denies everything: an administrator's emergency brake. */
export const DENY_ALL_ARN = 'arn:aws:iam::aws:policy/AWSDenyAll';
