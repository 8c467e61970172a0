import * as aws from '@aws-sdk/client-iam';
import { type AttackedLab, attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
});
const LATER = ['2027-01-15', '2027-01-17', '2027-01-19'];

async function denied(lab: AttackedLab) {
  await lab.byHand((iam) =>
    iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument })),
  );
  expect((await lab.mturk(TODAY, 'drift', '--reconcile', '--yes')).code).toBe(2);
  expect(await lab.may(user('fay').UserName)).not.toContain('SendBonus');
}

function rename(lab: AttackedLab) {
  lab.edit('\n  paymaster:', '\n  payer:');
  lab.edit('roles: [ paymaster ]', 'roles: [ payer ]');
}

test('a Deny at a role stays on every day, although the file renames the role', async () => {
  await labs.attack(async (lab) => {
    await denied(lab);
    rename(lab);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    const fay = [];
    for (const day of LATER) {
      await lab.mturk(day, 'drift', '--reconcile', '--yes');
      fay.push((await lab.may(user('fay').UserName)).includes('SendBonus'));
    }
    expect(fay).toEqual([false, false, false]);
  });
});
