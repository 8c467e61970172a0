import { type Capability, OPERATIONS, type Operation, operationsOf } from '../src/catalog/mturk.ts';
import { DEFAULT_SETTINGS, type Member, type Role, type Team } from '../src/team/team.ts';

/** The account id that moto uses and cannot be configured otherwise without more patches. */
export const ACCOUNT = '123456789012';
export const LAB = 'perception-lab';
/** The day of the lifecycle; nothing in it depends on when it is played. */
export const TODAY = '2026-11-25';

const READER: readonly Capability[] = ['results:read'];

function role(key: string, capabilities: readonly Capability[], more: Partial<Role> = {}): Role {
  const wanted = new Set(capabilities.flatMap(operationsOf));
  const allow = OPERATIONS.filter((operation) => wanted.has(operation));
  return { key, description: null, extends: [], allow, deny: [], managed: [], ...more };
}

function member(key: string, roles: readonly string[], more: Partial<Member> = {}): Member {
  return {
    key,
    name: key,
    email: null,
    github: null,
    roles,
    from: null,
    until: null,
    sponsor: null,
    reviewed: null,
    suspended: false,
    keys: 1,
    recipient: null,
    ...more,
  };
}

const EVERYTHING: readonly Operation[] = OPERATIONS;

/**
 * The lab of the lifecycle: a role of each kind (own policy, a Deny, AWS's policy), and a member with an end, one
 * suspended, one with neither.
 */
export const FIRST_TEAM: Team = {
  lab: LAB,
  account: ACCOUNT,
  owners: ['ada'],
  roles: [
    role('everything-but-bonus', [], { allow: EVERYTHING, deny: ['SendBonus'] }),
    role('full-access', [], { managed: ['AmazonMechanicalTurkFullAccess'] }),
    role('paymaster', [...READER, 'pay:approve', 'pay:reject', 'pay:bonus', 'account:read']),
    role('results-reader', READER),
    role('task-publisher', [...READER, 'hits:publish', 'hits:manage']),
  ],
  members: [
    member('ada', ['full-access']),
    member('bo', ['results-reader', 'task-publisher'], { until: '2027-05-31' }),
    member('cy', ['results-reader'], { suspended: true }),
    member('fay', ['paymaster']),
    member('gus', ['everything-but-bonus'], { until: '2027-08-31' }),
  ],
  departed: [],
  freeze: [],
  snoozed: [],
  settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state: null },
};

/** Eve joins as a student. */
export const WITH_EVE: Team = {
  ...FIRST_TEAM,
  members: [...FIRST_TEAM.members, member('eve', ['results-reader', 'task-publisher'], { until: '2027-05-31' })].sort(
    (a, b) => (a.key < b.key ? -1 : 1),
  ),
};

/** The paymaster may no longer send bonuses. */
export const NARROWED: Team = {
  ...WITH_EVE,
  roles: WITH_EVE.roles.map((old) =>
    old.key === 'paymaster' ? role('paymaster', [...READER, 'pay:approve', 'pay:reject', 'account:read']) : old,
  ),
};

/** Eve leaves. */
export const EVE_LEFT: Team = {
  ...NARROWED,
  members: NARROWED.members.filter(({ key }) => key !== 'eve'),
  departed: [{ key: 'eve', left: '2026-11-25', reason: 'graduated' }],
};
