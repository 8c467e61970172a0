import { type Capability, type Operation, operationsOf } from '../../src/catalog/mturk.ts';
import { DEFAULT_SETTINGS, type Member, type Team } from '../../src/team/team.ts';
import { type Plan, readPlan } from '../../src/terraform/plan.ts';
import { recordedText } from './recorded-plan.ts';
import { member, role } from './sample-team.ts';

// What the recorded roles allow is that of the experiment, and less than our capabilities hold.
const READ: readonly Operation[] = [
  'GetHIT',
  'ListHITs',
  'ListReviewableHITs',
  'GetAssignment',
  'ListAssignmentsForHIT',
];
const PAY: readonly Operation[] = ['GetAccountBalance', 'ApproveAssignment'];

const reader = role({ key: 'results-reader', allow: READ });
const publisher = role({
  key: 'task-publisher',
  extends: ['results-reader'],
  allow: [...READ, 'CreateHIT', 'CreateHITType', 'CreateHITWithHITType'],
});
const paymaster = role({ key: 'paymaster', extends: ['results-reader'], allow: [...READ, ...PAY, 'SendBonus'] });
const approver = role({ key: 'paymaster', extends: ['results-reader'], allow: [...READ, ...PAY] });
const full = role({ key: 'full-access', managed: ['AmazonMechanicalTurkFullAccess'] });

const ada = member({ key: 'ada', name: "Ada O'Neill", roles: ['full-access'] });
const bo = member({
  key: 'bo',
  name: 'Bo Chen',
  roles: ['results-reader', 'task-publisher'],
  until: '2027-05-31',
  sponsor: 'ada',
});
const suspended = member({ key: 'cy', name: 'Cy Moreau', roles: ['results-reader'], suspended: true });
const cy = { ...suspended, suspended: false };
const dee = member({ key: 'dee', name: 'Dee Okafor', roles: ['paymaster', 'results-reader'] });
const reading = { ...dee, roles: ['results-reader'] };
const eveUntil = (until: string | null): Member =>
  member({ key: 'eve', name: 'Eve Lindqvist', roles: ['results-reader', 'task-publisher'], until, sponsor: 'ada' });

const lab = (given: Partial<Team> & Pick<Team, 'members'>): Team => ({
  lab: 'perception-lab',
  account: '123456789012',
  owners: ['ada'],
  roles: [full, paymaster, reader, publisher],
  departed: [],
  freeze: [],
  snoozed: [],
  settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state: null },
  ...given,
});
const left = (...keys: string[]): Team['departed'] =>
  keys.map((key) => ({ key, left: '2026-11-20', reason: 'graduated' }));

const SPENDING: readonly Capability[] = ['hits:publish', 'pay:approve', 'pay:bonus'];
const created = lab({ members: [ada, bo, suspended, dee] });
const [first, later] = ['2027-08-31', '2027-11-30'];
const joined = lab({ members: [ada, bo, suspended, dee, eveUntil(first)] });
const moved = lab({ members: [ada, bo, suspended, dee, eveUntil(later)] });
const freed = lab({ members: [ada, bo, cy, dee, eveUntil(null)] });
const narrowed = { ...freed, roles: [full, approver, reader, publisher] };
const frozen: Team = { ...narrowed, freeze: SPENDING };
const withoutEve: Team = { ...narrowed, members: [ada, bo, cy, dee], departed: left('eve') };
const withoutPaymaster = lab({ roles: [full, reader, publisher], members: [ada, bo, cy, reading] });
const alone = lab({ roles: [full], members: [ada], departed: left('bo', 'cy', 'dee') });

const FREEZE = SPENDING.flatMap(operationsOf).map((operation) => `\\"mechanicalturk:${operation}\\"`);

/** A recorded plan whose limits and freeze are written as this project writes them: the experiment's were narrower. */
export function recordedAsOurs(name: string): Plan {
  const text = recordedText(`${name}.plan.json`)
    .replaceAll('\\"Action\\":\\"mechanicalturk:*\\",\\"Condition\\"', '\\"Action\\":\\"*\\",\\"Condition\\"')
    .replaceAll(/\\"Action\\":\[[^\]]*\],\\"Effect\\":\\"Deny\\"/g, `\\"Action\\":[${FREEZE}],\\"Effect\\":\\"Deny\\"`);
  const plan = readPlan(JSON.parse(text));
  if (!plan.ok) throw new Error(`${name} cannot be read`);
  return plan.value;
}

/** The team files before and after each recorded plan, as far as the recording's policies are those of a team. */
export const RECORDED_TEAMS: Readonly<Record<string, readonly [before: Team | null, after: Team]>> = {
  '01-create': [null, created],
  '02-nochange': [created, created],
  '03-add-member': [created, joined],
  '04-change-until': [joined, moved],
  '05-remove-until-unsuspend': [moved, freed],
  '06-role-loses-bonus': [freed, narrowed],
  '07-freeze': [narrowed, frozen],
  '08-unfreeze': [frozen, narrowed],
  '09-member-leaves-with-keys': [narrowed, withoutEve],
  '10-role-removed': [withoutEve, withoutPaymaster],
  '12-drift': [withoutPaymaster, withoutPaymaster],
  '13-after-drift': [withoutPaymaster, withoutPaymaster],
  '14-user-deleted-by-hand': [withoutPaymaster, withoutPaymaster],
  '15-after': [withoutPaymaster, withoutPaymaster],
  '16-lab-renamed': [withoutPaymaster, { ...withoutPaymaster, lab: 'vision-lab' }],
  '17-almost-all-leave': [withoutPaymaster, alone],
};
