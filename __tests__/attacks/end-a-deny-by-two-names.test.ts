import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { boundaryArn, iamName } from '../../src/team/names.ts';
import { attackedLabs, swap, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, planned, withLab } from '../support/lab-in-test.ts';
import { runAndKill } from '../support/lab-in-test-killed.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(7);

const labs = attackedLabs((file) => file.replace('until: "2027-05-31"', 'suspended: true\n    until: "2027-05-31"'));
beforeAll(labs.prepare);
afterAll(labs.remove);

const says = (Effect: string, action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action: `mechanicalturk:${action}`, Resource: '*' }] });
const [bo, fay] = ['bo', 'fay'].map((key) => iamName(smallTeam.lab, key)) as [string, string];

test('a Deny by hand beside a suspension stays, although two users have each other’s names for a time', async () => {
  await labs.attack(async (lab) => {
    const stop = { ...user('bo'), PolicyName: 'stop', PolicyDocument: says('Deny', 'CreateHIT') };
    await lab.byHand((iam) => iam.send(new aws.PutUserPolicyCommand(stop)));
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    const check = (day: string) => lab.mturk(day, 'drift', '--reconcile', '--yes');
    await lab.byHand(swap);
    await check(TODAY);
    await lab.byHand(swap);
    await check(TODAY);
    // Days later, owners end the suspension; what the swap took is announced, and given back.
    lab.edit('suspended: true\n    ', '');
    expect(await lab.mturk('2026-11-28', 'apply', '--yes')).toMatchObject({ code: 0 });
    for (const day of ['2026-11-28', '2026-11-30']) await check(day);
    expect(await lab.may(bo)).not.toContain('CreateHIT');
  });
});

test('what another boundary took stays withheld, although an apply fails while the user is outside the path', async () =>
  withLab(await appliedTo(smallTeam), async (test) => {
    const { iam } = test.lab(smallTeam);
    const may = () => [...(accessAt(accessIn(test.memory.account)).get(fay) ?? [])];
    const PolicyDocument = says('Allow', 'GetHIT');
    const { Policy } = await iam.send(new aws.CreatePolicyCommand({ PolicyName: 'stop', PolicyDocument }));
    await iam.send(new aws.PutUserPermissionsBoundaryCommand({ ...user('fay'), PermissionsBoundary: Policy?.Arn }));
    expect(may()).toEqual(['GetHIT']);
    // A writer cancels the run (F4) once the boundary is restored.
    const action = 'PutUserPermissionsBoundary';
    const params = { ...user('fay'), PermissionsBoundary: boundaryArn(smallTeam) };
    const call = { action, identity: `${action} ${JSON.stringify(params)} 0` };
    const lab = test.lab(smallTeam);
    const first = await planned(lab);
    const run = () => applyPlanned(lab, first, carriedOut(), SILENT);
    const killed = await runAndKill(test, { call, phase: 'after' }, () => true, run);
    expect(killed.code).not.toBe('it was never killed');
    test.listen(null);
    await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewPath: '/elsewhere/' }));
    const plan = await planned(test.lab(smallTeam));
    test.listen(({ action: each }) => !each.startsWith('Remove'));
    expect((await applyPlanned(test.lab(smallTeam), plan, carriedOut(), SILENT)).ok).toBe(false);
    test.listen(null);
    await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewPath: '/mturk/perception-lab/' }));
    await applied(test.lab(smallTeam));
    // What was taken from a user outside the path is not known: everything counts.
    expect(may()).toEqual([]);
  }));
