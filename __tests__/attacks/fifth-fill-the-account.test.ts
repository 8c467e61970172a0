import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import { group, user } from '../support/attacked-lab.ts';
import { appliedTo, carriedOut, copyOf, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

test('as many groups as an account may have, in place of one of the lab, stop no apply and no later reconcile', async () => {
  const start = await withLab(await appliedTo(smallTeam), async (test) => {
    const lab = test.lab(smallTeam);
    const PolicyArn = rolePolicyArn(smallTeam, 'paymaster');
    await lab.iam.send(new aws.RemoveUserFromGroupCommand({ ...group('paymaster'), ...user('fay') }));
    await lab.iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
    await lab.iam.send(new aws.DeleteGroupCommand(group('paymaster')));
    const { groups } = test.memory.account;
    const [any] = Object.values(groups);
    if (any === undefined) throw new Error('no group');
    for (let index = Object.keys(groups).length; index < 300; index += 1) {
      const id = `AGPAFILL${String(index).padStart(12, '0')}`;
      groups[id] = { ...any, id, name: `more-${index}`, path: '/', attached: [], inline: [] };
    }
    return copyOf(test.memory);
  });
  await withLab(start, async (test) => {
    const lab = test.lab(smallTeam);
    const result = await applyPlanned(lab, await planned(lab), carriedOut(), SILENT);
    const { begun } = JSON.parse(test.memory.record ?? '{}');
    expect({ failure: result.ok ? null : result.failure.code, begun: begun.length }).toEqual({
      failure: null,
      begun: 0,
    });
  });
});
