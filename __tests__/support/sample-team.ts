import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { OPERATIONS, operationsOf } from '../../src/catalog/mturk.ts';
import { DEFAULT_SETTINGS, type Member, type Role, type Team } from '../../src/team/team.ts';

const READ = operationsOf('results:read');

/** The repository's own team.yaml, normalized, without the settings for reconcile and deletion. */
export const sampleTeam: Team = {
  lab: 'perception-lab',
  account: '123456789012',
  owners: ['ada'],
  roles: [
    role({ key: 'everything-but-bonus', allow: OPERATIONS, deny: ['SendBonus'] }),
    role({ key: 'full-access', managed: ['AmazonMechanicalTurkFullAccess'] }),
    role({
      key: 'paymaster',
      description: 'Decides about work and pays for it',
      extends: ['results-reader'],
      allow: OPERATIONS.filter((operation) =>
        [
          ...READ,
          ...operationsOf('pay:approve'),
          ...operationsOf('pay:reject'),
          ...operationsOf('pay:bonus'),
          ...operationsOf('account:read'),
        ].includes(operation),
      ),
    }),
    role({ key: 'results-reader', description: 'Looks at results, changes nothing', allow: READ }),
    role({
      key: 'task-publisher',
      description: 'Puts tasks online and takes them down again',
      extends: ['results-reader'],
      allow: OPERATIONS.filter((operation) =>
        [...READ, ...operationsOf('hits:publish'), ...operationsOf('hits:manage')].includes(operation),
      ),
    }),
  ],
  members: [
    member({ key: 'ada', name: "Ada O'Neill", email: 'ada@lab.edu', github: 'adaoneill', roles: ['full-access'] }),
    member({
      key: 'bo',
      name: 'Bo Chen',
      roles: ['results-reader', 'task-publisher'],
      until: '2027-05-31',
      sponsor: 'ada',
    }),
    member({ key: 'cy', name: 'Cy Moreau', roles: ['results-reader'], suspended: true }),
    member({ key: 'fay', name: 'Nguyễn Thị Ánh', roles: ['paymaster'] }),
    member({ key: 'gus', name: '李小龍', roles: ['everything-but-bonus'], until: '2027-08-31', sponsor: 'ada' }),
  ],
  departed: [{ key: 'dee', left: '2026-06-30', reason: 'graduated' }],
  freeze: [],
  snoozed: [],
  settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state: null },
};

const LEFT_OUT = { roles: ['everything-but-bonus', 'full-access'], members: ['cy', 'gus'] };

/** Three roles and three members of the sample, for tests that need no more: a plan takes time for each resource. */
export const smallTeam: Team = {
  ...sampleTeam,
  roles: sampleTeam.roles.filter(({ key }) => !LEFT_OUT.roles.includes(key)),
  members: sampleTeam.members
    .filter(({ key }) => !LEFT_OUT.members.includes(key))
    .map((one) => (one.key === 'ada' ? { ...one, roles: ['results-reader'] } : one)),
};

/** The small team with one role more, which sends bonuses, and these roles of two members. */
export const withSenders = (ada: readonly string[], fay: readonly string[]): Team => ({
  ...smallTeam,
  roles: [...smallTeam.roles, role({ key: 'senders', allow: ['SendBonus'] })].sort((a, b) => (a.key < b.key ? -1 : 1)),
  members: smallTeam.members.map((one) =>
    one.key === 'ada' ? { ...one, roles: ada } : one.key === 'fay' ? { ...one, roles: fay } : one,
  ),
});

/** The team file of the small team, with the settings of the repository's own. */
export function smallTeamFile(): string {
  const document = parseDocument(readFileSync('team.yaml', 'utf8'));
  for (const [section, keys] of Object.entries(LEFT_OUT)) for (const key of keys) document.deleteIn([section, key]);
  document.setIn(['members', 'ada', 'roles'], document.createNode(['results-reader'], { flow: true }));
  return document.toString({ lineWidth: 0 });
}

/** A role with nothing in it but what is given. */
export function role(given: Pick<Role, 'key'> & Partial<Role>): Role {
  return { description: null, extends: [], allow: [], deny: [], managed: [], ...given };
}

/** A member with only the given fields. */
export function member(given: Pick<Member, 'key'> & Partial<Member>): Member {
  return {
    name: given.key,
    email: null,
    github: null,
    roles: [],
    from: null,
    until: null,
    sponsor: null,
    reviewed: null,
    suspended: false,
    keys: 1,
    recipient: null,
    ...given,
  };
}
