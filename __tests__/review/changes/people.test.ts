import { desiredAccessBeforeDeletions } from '../../../src/access/sources/desired.ts';
import { reviewedPeople, withProposed } from '../../../src/review/changes/people.ts';
import type { Member, Team } from '../../../src/team/team.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const AT = new Date('2026-11-25T12:00:00Z');
const BO = sampleTeam.members.find(({ key }) => key === 'bo')!;

function edit(change: Partial<Member>): Team {
  return { ...sampleTeam, members: sampleTeam.members.map((each) => (each === BO ? { ...each, ...change } : each)) };
}
const GONE: Team = { ...sampleTeam, members: sampleTeam.members.filter((each) => each !== BO) };

function rows(before: Team, after: Team) {
  const models = { before: desiredAccessBeforeDeletions(before), after: desiredAccessBeforeDeletions(after) };
  return reviewedPeople(models, { before, after }, { at: AT, replaced: new Set() });
}

const PAYS = [...BO.roles, 'paymaster'];
const ALL = [...PAYS, 'full-access'];

test.each<[what: string, planned: Partial<Member> | null, proposed: Partial<Member>, shown: string]>([
  ['both give the same', { roles: PAYS }, { roles: PAYS }, 'plan'],
  ['the files give more', { roles: PAYS }, { roles: ALL }, 'files'],
  ['the plan gives more', { roles: ALL }, { roles: PAYS }, 'plan'],
  ['each gives something else', { roles: [...BO.roles, 'everything-but-bonus'] }, { roles: PAYS }, 'plan files'],
  ['the plan gives nothing', {}, { roles: PAYS }, 'files'],
  ['the files only take', {}, { roles: [] }, ''],
  ['the plan only takes, and the files give', { roles: [] }, { roles: PAYS }, 'files'],
  ['both only take', { roles: [] }, { roles: [], suspended: true }, 'plan'],
  ['the files give it for longer', { roles: PAYS }, { roles: PAYS, until: null }, 'files'],
  ['the plan gives it for longer', { roles: PAYS, until: null }, { roles: PAYS }, 'plan'],
  ['the files give it at once, the plan later', { roles: PAYS, from: '2027-01-10' }, { roles: PAYS }, 'files'],
  ['the files only drop a last day', {}, { until: null }, 'files'],
  ['the user is gone, and the files only drop a last day', null, { until: null }, 'files'],
  ['the plan drops the last day, too', { roles: PAYS, until: null }, { until: null }, 'plan'],
])('%s', (_what, planned, proposed, shown) => {
  const plan = rows(sampleTeam, planned === null ? GONE : edit(planned));
  const files = rows(sampleTeam, edit(proposed)).people;
  const { people, unchanged } = withProposed(plan, files);
  const sources = people.map((row) => (plan.people.includes(row) ? 'plan' : 'files'));
  expect(sources.sort().reverse().join(' ')).toBe(shown);
  expect(unchanged.includes('perception-lab-bo')).toBe(shown === '');
});

test('a plan that only ends later does not say that the files end a last day that it never had', () => {
  const endless = edit({ until: null });
  const plan = rows(endless, { ...endless, members: edit({ until: null, roles: PAYS }).members });
  const [shown] = withProposed(plan, rows(sampleTeam, edit({ until: null, roles: PAYS })).people).people;
  expect(shown?.change.ends).toEqual({ before: '2027-06-01T00:00:00.000Z', after: null });
});
