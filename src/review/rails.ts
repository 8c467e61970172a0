import type { Finding } from '../diagnostics/finding.ts';
import type { Team } from '../team/team.ts';
import type { Plan } from '../terraform/plan-read.ts';
import { managedBy, type Stack } from './managed.ts';
import {
  everybodyIsBounded,
  fewLeaveAtOnce,
  labStays,
  limitsStay,
  nobodyIsReplaced,
  onlyDepartedLeave,
  staysInside,
} from './people-rails.ts';
import { knownActions, knownValues, noSecrets, onlyOurTypes, wholePlan } from './plan-rails.ts';
import { rail } from './rail.ts';

/**
 * Every reason why a plan must not be applied; none means it may be. `today` is `YYYY-MM-DD`, UTC.
 * It is for whole plans: Terraform calls one that is limited to some addresses incomplete, and so do these.
 * There is no switch that overrides one: the remedy is always a reviewed change of the team file.
 */
export function railsOf(plan: Plan, team: Team, today: string, stack: Stack = 'team'): readonly Finding[] {
  const ofThePlan = [wholePlan, knownActions, noSecrets, onlyOurTypes, knownValues].flatMap((rule) => rule(plan));
  const renamed = stack === 'team' ? labStays(plan) : null;
  // A renamed lab is outside its own path everywhere: one reason is told, not one for each resource.
  if (renamed !== null) return [rail('lab-changed', renamed), ...ofThePlan, ...nobodyIsReplaced(plan, team)];
  return [
    ...onlyDepartedLeave(plan, team, today),
    ...fewLeaveAtOnce(plan, team),
    ...nobodyIsReplaced(plan, team),
    ...limitsStay(plan, team),
    ...(stack === 'team' ? everybodyIsBounded(plan, team) : []),
    ...staysInside(plan, managedBy(stack, team.lab), team.account),
    ...ofThePlan,
  ];
}
