import type { Difference, ListedDifference } from './compare-steps.ts';
import { EXCLUSIVE_TYPES } from './without-exclusives.ts';

const EXCLUSIVE_READS = [
  'ListAttachedGroupPolicies',
  'ListAttachedUserPolicies',
  'ListGroupPolicies',
  'ListUserPolicies',
];
const GUARD_WRITES = ['DeleteGroupPolicy', 'DeleteUserPolicy', 'DetachGroupPolicy', 'DetachUserPolicy'];
const REMOVALS = ['a member with a key leaves', 'all gone'];

/** What HashiCorp's provider 3.39.0 of 2021 does otherwise than 6.25, which ours follows. */
export const RELEASED_PROVIDER_DIFFERENCES: readonly ListedDifference[] = [
  {
    reason: 'Provider 3.39.0 has no `*_exclusive` resources: the test leaves them out of its configuration.',
    matches: ({ aspect, subject, other }) => isPlan(aspect) && other === null && isExclusive(subject),
  },
  {
    reason: 'The exclusive-policy resources read the attached and inline policies of each user and group.',
    matches: (difference) =>
      isCall(difference) && EXCLUSIVE_READS.includes(difference.subject) && !removes(difference) && fewer(difference),
  },
  {
    reason:
      'The exclusive-policy resources revert manual attachments and inline policies; without them the test does it.',
    matches: (difference) =>
      difference.step === 'repaired again' &&
      isCall(difference) &&
      GUARD_WRITES.includes(difference.subject) &&
      difference.other === null,
  },
  {
    reason:
      'Provider 3.39.0 reads a missing boundary of a user as unchanged: it neither reports nor reverts its removal.',
    matches: ({ step, aspect, subject, other }) =>
      other === null &&
      ((step === 'six more, behind the exclusives' && isPlan(aspect) && subject === 'aws_iam_user.member_gus') ||
        (step === 'repaired again' &&
          aspect === 'apply calls' &&
          ['GetUser', 'PutUserPermissionsBoundary'].includes(subject))),
  },
  {
    reason: 'Newer providers read a new group once more, and an inline policy after they wrote it.',
    matches: (difference) =>
      difference.aspect === 'apply calls' &&
      ['GetGroup', 'GetUserPolicy'].includes(difference.subject) &&
      fewer(difference),
  },
  {
    reason: '`force_destroy` of newer providers also takes policies and service-specific credentials off a user.',
    matches: (difference) =>
      difference.aspect === 'apply calls' &&
      removes(difference) &&
      ['ListAttachedUserPolicies', 'ListServiceSpecificCredentials', 'ListUserPolicies'].includes(difference.subject) &&
      difference.other === null,
  },
  {
    reason: 'Provider 3.39.0 asks STS twice who it is, for its credentials and for the account.',
    matches: ({ aspect, subject, reference, other }) =>
      aspect.endsWith('calls') && subject === 'GetCallerIdentity' && reference === '1' && other === '2',
  },
];

/** What moto 5.2.5 answers less than AWS does. */
export const MOTO_DIFFERENCES: readonly ListedDifference[] = [
  {
    reason:
      'AWS names each policy in GetAccountAuthorizationDetails (ManagedPolicyDetail.PolicyName); moto leaves the name out.',
    matches: ({ aspect, subject, other }) => aspect === 'account' && /^policy .* name$/.test(subject) && other === '""',
  },
];

function isPlan(aspect: Difference['aspect']): boolean {
  return aspect === 'changes' || aspect === 'drift';
}

function isCall({ aspect }: Difference): boolean {
  return aspect === 'plan calls' || aspect === 'apply calls';
}

function isExclusive(address: string): boolean {
  return EXCLUSIVE_TYPES.some((exclusive) => address.startsWith(`${exclusive}.`));
}

/** The calls of a removal have a reason of their own. */
function removes({ step, aspect }: Difference): boolean {
  return aspect === 'apply calls' && REMOVALS.includes(step);
}

function fewer({ reference, other }: Difference): boolean {
  return Number(other ?? 0) < Number(reference ?? 0);
}
