import * as aws from '@aws-sdk/client-iam';
import type { Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(1);

const GroupName = 'company-mturk';
const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
});

/** The file with a member suspended, as owners merge it. */
const suspending = (key: string): Team => ({
  ...smallTeam,
  members: smallTeam.members.map((each) => (each.key === key ? { ...each, suspended: true } : each)),
});

// The control has no renaming: there it is withheld, although a group of the company gives it, too.
test.each([
  ['has another member’s name for the time of one apply', true],
  ['keeps its name', false],
])('what a boundary took from a user who %s is not given back as a suspension ends', async (_what, isRenamed) => {
  await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
    const { iam } = test.lab(smallTeam);
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
    const rename = (UserName: string, NewUserName: string) =>
      iam.send(new aws.UpdateUserCommand({ UserName, NewUserName }));
    const [fay, bo] = [user('fay').UserName, user('bo').UserName];
    await iam.send(new aws.CreateGroupCommand({ GroupName }));
    await iam.send(new aws.PutGroupPolicyCommand({ GroupName, PolicyName: 'p', PolicyDocument }));
    await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), GroupName }));
    await applied(test.lab(smallTeam));
    expect(may()).toContain('SendBonus');
    // An administrator's emergency.
    const Deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
    const stop = { PolicyName: 'stop', PolicyDocument: JSON.stringify(Deny) };
    const { Policy } = await iam.send(new aws.CreatePolicyCommand(stop));
    const PermissionsBoundary = Policy?.Arn ?? '';
    await iam.send(new aws.PutUserPermissionsBoundaryCommand({ ...user('fay'), PermissionsBoundary }));
    expect(may()).toEqual([]);
    // Someone who may rename users, and nothing else, before the next apply or check.
    if (isRenamed) {
      await rename(bo, 'elsewhere');
      await rename(fay, bo);
    }
    await applied(test.lab(smallTeam));
    if (isRenamed) {
      await rename(bo, fay);
      await rename('elsewhere', bo);
    }
    // Owners suspend the member, too, and let them go on later, without what the administrator took.
    await applied(test.lab(suspending('fay')));
    expect(may()).toEqual([]);
    await applied(test.lab(smallTeam));
    expect(may()).not.toContain('SendBonus');
  });
});
