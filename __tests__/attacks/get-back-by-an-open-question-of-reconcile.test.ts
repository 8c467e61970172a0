import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, group, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { answering, runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

test('a reconcile whose question is open while the newest file suspends someone gives that member nothing back', async () => {
  await labs.attack(async (lab) => {
    const fay = user('fay').UserName;
    await lab.byHand((iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })));
    await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    expect(await lab.may(fay)).toEqual([]);
    const person = answering([true]);
    const done = await runHere(['drift', '--reconcile', '--emulator', '--today', TOMORROW], {
      cwd: lab.path('.'),
      person: {
        ...person,
        async confirm(question) {
          // Owners merge it while an administrator reads what was found; its apply waits.
          lab.edit('name: Nguyễn Thị Ánh,', 'name: Nguyễn Thị Ánh, suspended: true,');
          return person.confirm(question);
        },
      },
    });
    expect({ may: await lab.may(fay), code: done.code }).toEqual({ may: [], code: 1 });
    // Merged before the command begins, it keeps that from being given back.
    await lab.mturk(TOMORROW, 'drift', '--reconcile', '--yes');
    expect(await lab.may(fay)).toEqual([]);
  });
});
