import * as aws from '@aws-sdk/client-iam';
import { accessOf } from '../../src/access/access-of.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { boundaryArn, rolePolicyArn } from '../../src/team/names.ts';
import { user } from '../support/attacked-lab.ts';
import {
  applied,
  appliedTo,
  carriedOut,
  copyOf,
  type LabInTest,
  planned,
  TODAY,
  withLab,
} from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessIn } from '../support/transient-access.ts';

const WRITES = /^(?:Put|Add|Remove|Create|Delete|Attach|Detach|Update|Set|Tag|Untag)/;
const RESTORES = /^(?:CreatePolicyVersion|TagUser|UntagUser|AttachGroupPolicy|AddUserToGroup)$/;
type Call = (iam: aws.IAMClient) => Promise<unknown>;

/** What fay may do where no condition about the request is met. */
const may = ({ memory }: LabInTest) => {
  const at = new Date(`${TODAY}T12:00:00Z`);
  return accessOf(accessIn(memory.account), { at, openKeys: [] }).flatMap((found) =>
    found.user.name === user('fay').UserName ? listOperations(found.allowed) : [],
  );
};
const { Version, Statement } = boundaryPolicy(smallTeam);
const inForce = (PolicyArn: string, statements: readonly object[]) =>
  new aws.CreatePolicyVersionCommand({
    PolicyArn,
    PolicyDocument: JSON.stringify({ Version, Statement: statements }),
    SetAsDefault: true,
  });

/** An administrator lets the role be used from the office alone. */
const onlyFromOffice: Call = (iam) =>
  iam.send(
    inForce(rolePolicyArn(smallTeam, 'paymaster'), [
      {
        Effect: 'Allow',
        Action: 'mechanicalturk:*',
        Resource: '*',
        Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
      },
    ]),
  );
/** An administrator lets no one who has a tag send bonuses, by the boundary. */
const stoppedByTag: Call = async (iam) => {
  const Condition = { StringEquals: { 'aws:PrincipalTag/stop': 'yes' } };
  const stop = { Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*', Condition };
  await iam.send(inForce(boundaryArn(smallTeam), [...[Statement].flat(), stop]));
  await iam.send(new aws.TagUserCommand({ ...user('fay'), Tags: [{ Key: 'stop', Value: 'yes' }] }));
};
const noPolicy: Call = (iam) =>
  iam.send(
    new aws.DetachGroupPolicyCommand({
      GroupName: 'perception-lab-paymaster',
      PolicyArn: rolePolicyArn(smallTeam, 'paymaster'),
    }),
  );

/** The call that writes `limits` takes longer than the one that restores, or waits for it in vain. */
function slowLimits(test: LabInTest, onWritten: (action: string) => void, isCancelled = () => false): void {
  let isRestored = false;
  test.listen(async ({ action, phase }) => {
    if (isCancelled() && phase === 'before') return false;
    if (action === 'PutUserPolicy' && phase === 'before') {
      for (let tries = 0; tries < 40 && !isRestored; tries += 1) await new Promise((done) => setTimeout(done, 50));
      if (isCancelled()) return false;
    }
    if (WRITES.test(action) && phase === 'after') {
      isRestored ||= RESTORES.test(action);
      onWritten(action);
    }
    return true;
  });
}

describe.each<[string, Call]>([
  ['whose role is for the office alone', onlyFromOffice],
  ['whose tag the boundary asks for', stoppedByTag],
  ['whose role has no policy', noPolicy],
])('a member %s', (_what, take) => {
  test('has nothing back between two calls of an apply', async () => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      await take(test.lab(smallTeam).iam);
      expect(may(test)).not.toContain('SendBonus');
      const lab = test.lab(smallTeam);
      const plan = await planned(lab);
      const trace: string[] = [];
      slowLimits(test, (action) => trace.push(`${action}: ${may(test).includes('SendBonus') ? 'back' : 'taken'}`));
      const done = await applyPlanned(lab, plan, carriedOut(), SILENT);
      test.listen(null);
      expect([done.ok, trace.length > 1]).toEqual([true, true]);
      expect(trace.filter((each) => each.endsWith('back'))).toEqual([]);
    });
  });

  test('has nothing back once an apply is cancelled between these calls', async () => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      await take(test.lab(smallTeam).iam);
      const lab = test.lab(smallTeam);
      const plan = await planned(lab);
      let isCancelled = false;
      slowLimits(
        test,
        () => (isCancelled = true),
        () => isCancelled,
      );
      const done = await applyPlanned(lab, plan, carriedOut(), SILENT);
      test.listen(null);
      expect(done.ok).toBe(false);
      const mid = may(test).includes('SendBonus');
      await applied(test.lab(smallTeam));
      expect([mid, may(test).includes('SendBonus')]).toEqual([false, false]);
    });
  });
});
