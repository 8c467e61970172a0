import * as aws from '@aws-sdk/client-iam';
import type { Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const without: Team = {
  ...smallTeam,
  members: smallTeam.members.filter(({ key }) => key !== 'bo'),
  departed: [...smallTeam.departed, { key: 'bo', left: '2026-11-24', reason: 'left' }],
};
const suspended: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) => (one.key === 'bo' ? { ...one, suspended: true } : one)),
};

/** Bo's last day is 2027-05-31 in every file; an administrator ends the access on 2026-12-31. */
test.each([
  ['stays in the file', [smallTeam]],
  ['is suspended for a time', [suspended, smallTeam]],
  ['leaves the file for a time, while IAM keeps the user', [without, suspended, smallTeam]],
])('an earlier last day that an administrator set is kept, while the member %s', async (_what, files) => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const mayOn = (day: string) => [
      ...(accessAt(accessIn(test.memory.account), new Date(`${day}T12:00:00Z`)).get(user('bo').UserName) ?? []),
    ];
    const id = () => Object.values(test.memory.account.users).find(({ name }) => name === user('bo').UserName)?.id;
    const first = id();
    const { iam } = test.lab(smallTeam);
    await iam.send(new aws.CreateGroupCommand({ GroupName: 'elsewhere' }));
    await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), GroupName: 'elsewhere' }));
    const Condition = { DateGreaterThanEquals: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } };
    const Statement = [{ Effect: 'Deny', Action: '*', Resource: '*', Condition }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new aws.PutUserPolicyCommand({ ...user('bo'), PolicyName: 'stop', PolicyDocument }));
    await applied(test.lab(smallTeam));
    expect(mayOn('2027-01-15')).toEqual([]);
    for (const file of files) await applied(test.lab(file));
    expect(id()).toBe(first);
    expect(mayOn('2027-01-15')).toEqual([]);
  });
});
