import { parseCloudTrailEvent } from '../../src/aws/cloudtrail.ts';
import { changedBack, manualChanges } from '../../src/drift/events/events.ts';
import { sampleTeam } from '../support/sample-team.ts';

const call = (eventName: string, minute: number, userIdentity: object) =>
  parseCloudTrailEvent(
    JSON.stringify({
      ...{ eventName, eventSource: 'iam.amazonaws.com', eventTime: `2026-11-25T20:0${minute}:00Z` },
      ...{ userIdentity, requestParameters: null, sourceIPAddress: '198.51.100.7', userAgent: 'Mozilla/5.0' },
    }),
  );
const listed = (userIdentity: object) => {
  const events = [call('DeleteAccessKey', 2, userIdentity), call('CreateAccessKey', 1, userIdentity)].flatMap(
    (each) => each ?? [],
  );
  expect(events).toHaveLength(2);
  const facts = { team: sampleTeam, since: new Date('2026-11-25T18:00:00Z'), applied: '2026-11-25T12:00:00Z' };
  return changedBack([], manualChanges(events, sampleTeam), facts).flatMap(({ changes }) => changes);
};

test.each([
  ['an IAM user', { type: 'IAMUser', userName: 'mallory', accountId: '123456789012' }],
  ['the root user', { type: 'Root', arn: 'arn:aws:iam::123456789012:root', accountId: '123456789012' }],
])('a key that %s made of itself, used and deleted before the check is listed', (_who, identity) => {
  expect(listed(identity)).toHaveLength(2);
});
