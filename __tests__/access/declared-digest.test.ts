import { desiredAccessDigest, desiredAccessOnAnyDay } from '../../src/access/desired-digest.ts';
import type { Team } from '../../src/team/team.ts';
import { name, withMember, withoutMember } from '../support/hands.ts';
import { member, sampleTeam } from '../support/sample-team.ts';

describe('the digest of what is declared', () => {
  test('is the same on any day, in any order, and in other words', () => {
    const words: Team = {
      ...sampleTeam,
      members: sampleTeam.members.map((each) => ({ ...each, name: 'x', email: null, sponsor: null })).reverse(),
      roles: sampleTeam.roles.map((each) => ({ ...each, description: 'y' })).reverse(),
    };
    expect(desiredAccessDigest(words)).toBe(desiredAccessDigest(sampleTeam));
    expect(desiredAccessOnAnyDay(sampleTeam).users.map((each) => each.name)).toContain(name('bo'));
  });

  test.each<[string, Team]>([
    ['a suspension', withMember('bo', { suspended: true })],
    ['another last day', withMember('bo', { until: '2027-06-30' })],
    [
      'a member who is past her last day',
      {
        ...sampleTeam,
        members: [...sampleTeam.members, member({ key: 'hal', roles: ['paymaster'], until: '2020-01-01' })],
      },
    ],
    ['another role', withMember('bo', { roles: ['paymaster'] })],
    ['a freeze', { ...sampleTeam, freeze: ['pay:bonus'] }],
    ['another lab', { ...sampleTeam, lab: 'other-lab' }],
    ['a member less', withoutMember('bo')],
  ])('is another one with %s', (_what, team) => {
    expect(desiredAccessDigest(team)).not.toBe(desiredAccessDigest(sampleTeam));
  });
});
