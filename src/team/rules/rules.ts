import { QUOTAS } from '../../iam/quotas.ts';
import { datesAreQuoted, datesAreReal, nobodyLeavesInTheFuture, untilLiesAhead } from './dates.ts';
import {
  accountHasTwelveDigits,
  idsAreInIamsAlphabet,
  idsDifferInMoreThanCase,
  idsFitIntoIamNames,
  labIsAnIamPath,
} from './lab.ts';
import { noEntryStandsTwice } from './lists.ts';
import {
  emailsArePlausible,
  everyMemberHasARole,
  githubLoginsArePossible,
  nobodyHasMoreRolesThanIamAllows,
  peopleAndReasonsAreNamed,
  rolesOfMembersExist,
  sponsorsAreMembers,
} from './members.ts';
import { nobodyIsMemberAndDeparted, ownersAreMembers, somebodyOwnsTheFile } from './owners.ts';
import {
  everyDenyTakesSomethingAway,
  everyRoleGrantsSomething,
  everyRoleIsUsed,
  rolePoliciesFit,
} from './role-effects.ts';
import { extendedRolesExist, managedPoliciesExist, permissionsExist, rolesExtendInNoCircle } from './role-names.ts';
import type { Rule } from './rule.ts';
import {
  countsAreInRange,
  freezeNamesCapabilities,
  reconcileModeExists,
  stateBucketCanExist,
  stateRegionIsOne,
} from './settings.ts';
import { snoozesEndWithinAYear, snoozesHoldStill, snoozesNameFindings } from './snoozed.ts';

/**
 * Everything that is asked of a file beyond its shape. The order matters: what is wrong with a name is said before
 * anything is concluded from the name, and a rule keeps silent about what is already known to be wrong.
 */
export const RULES: readonly Rule[] = [
  labIsAnIamPath,
  accountHasTwelveDigits,
  idsAreInIamsAlphabet,
  idsFitIntoIamNames,
  idsDifferInMoreThanCase,
  noEntryStandsTwice,
  permissionsExist,
  managedPoliciesExist,
  extendedRolesExist,
  rolesExtendInNoCircle,
  everyRoleGrantsSomething,
  everyDenyTakesSomethingAway,
  rolePoliciesFit(QUOTAS.managedPolicySize),
  everyRoleIsUsed,
  rolesOfMembersExist,
  everyMemberHasARole,
  nobodyHasMoreRolesThanIamAllows,
  peopleAndReasonsAreNamed,
  emailsArePlausible,
  githubLoginsArePossible,
  datesAreReal,
  datesAreQuoted,
  untilLiesAhead,
  nobodyLeavesInTheFuture,
  nobodyIsMemberAndDeparted,
  sponsorsAreMembers,
  ownersAreMembers,
  somebodyOwnsTheFile,
  freezeNamesCapabilities,
  snoozesNameFindings,
  snoozesHoldStill,
  snoozesEndWithinAYear,
  countsAreInRange,
  reconcileModeExists,
  stateBucketCanExist,
  stateRegionIsOne,
];
