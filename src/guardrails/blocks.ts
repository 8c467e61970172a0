import { type Block, block } from '../diagnostics/block.ts';
import type { Team } from '../team/team.ts';
import type { Plan } from '../terraform/plan/plan-read.ts';
import { managedBy, type Stack } from './managed.ts';
import {
  anOwnerStays,
  everybodyIsBounded,
  fewLeaveAtOnce,
  labStays,
  limitsStay,
  nobodyIsReplaced,
  onlyDepartedLeave,
  staysInside,
} from './people-blocks.ts';
import { knownActions, knownValues, noSecrets, onlyOurTypes, trustStays, wholePlan } from './plan-blocks.ts';

/**
 * Where in an apply a plan stands. Most are the `whole` of it. Where somebody must be held (see `usersToHold`), plans come
 * before it in which they are suspended: their team is the `held` one, and the first of them, a `part`, is limited to
 * some addresses, which Terraform calls incomplete.
 */
export type Stage = 'whole' | 'held' | 'part';

/**
 * Every reason why a plan must not be applied; none means it may be. `today` is `YYYY-MM-DD`, UTC.
 * There is no switch that overrides one: the remedy is always a reviewed change of the team file.
 */
export function blocksOf(
  plan: Plan,
  team: Team,
  today: string,
  stack: Stack = 'team',
  stage: Stage = 'whole',
): readonly Block[] {
  const ofThePlan = [
    ...wholePlan(stage === 'part' ? { ...plan, complete: null } : plan),
    ...[knownActions, noSecrets, onlyOurTypes, knownValues].flatMap((rule) => rule(plan)),
  ];
  const renamed = stack === 'team' ? labStays(plan) : null;
  // A renamed lab is outside its own path everywhere: one reason is told, not one for each resource.
  if (renamed !== null) return [block('lab-changed', renamed), ...ofThePlan, ...nobodyIsReplaced(plan, team)];
  const trust = stack === 'team' ? trustStays(plan) : [];
  const told = new Set(trust.map(addressOf));
  const ofPeople = [
    ...onlyDepartedLeave(plan, team, today),
    ...fewLeaveAtOnce(plan, team),
    ...nobodyIsReplaced(plan, team),
    ...limitsStay(plan, team),
    // Whoever is held is suspended in between only.
    ...(stack === 'team' && stage === 'whole' ? anOwnerStays(plan, team, today) : []),
    ...(stack === 'team' ? everybodyIsBounded(plan, team) : []),
  ];
  const ofPlaces = [...staysInside(plan, managedBy(stack, team.lab), team.account), ...ofThePlan].filter(
    (finding) => !(WORSE_IS_TOLD.includes(finding.code) && told.has(addressOf(finding))),
  );
  return [...ofPeople, ...trust, ...ofPlaces];
}

/** What is said of an address only where nothing worse is. */
const WORSE_IS_TOLD: readonly Block['code'][] = ['outside-managed-path', 'unmanaged-resource-type'];

function addressOf({ args }: Block): string | null {
  return 'address' in args ? args.address : null;
}
