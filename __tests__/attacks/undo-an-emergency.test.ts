import * as aws from '@aws-sdk/client-iam';
import { rolePolicyArn } from '../../src/team/names.ts';
import { attackedLabs, group, TODAY, TOMORROW, user } from '../support/attacked-lab.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { smallTeam } from '../support/sample-team.ts';

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const PolicyArn = 'arn:aws:iam::aws:policy/AWSDenyAll';
const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:*', Resource: '*' }],
});

const NO_BONUS = PolicyDocument.replace('mechanicalturk:*', 'mechanicalturk:SendBonus');

test.each(
  sampleOf<[string, string, (iam: aws.IAMClient) => Promise<unknown>]>(
    [
      [
        'AWSDenyAll at a member',
        'fay',
        (iam) => iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn })),
      ],
      [
        'an inline Deny at a member',
        'fay',
        (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument })),
      ],
      [
        'AWSDenyAll at a group',
        'role/paymaster',
        (iam) => iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn })),
      ],
      [
        'AWSDenyAll at a group that lost its own policy',
        'role/paymaster',
        async (iam) => {
          const own = { ...group('paymaster'), PolicyArn: rolePolicyArn(smallTeam, 'paymaster') };
          await iam.send(new aws.DetachGroupPolicyCommand(own));
          await iam.send(new aws.AttachGroupPolicyCommand({ ...group('paymaster'), PolicyArn }));
        },
      ],
    ],
    1,
  ),
)('no apply and no reconcile lifts %s, before a person says so', async (_what, key, cutOff) => {
  await labs.attack(async (lab) => {
    const fay = user('fay').UserName;
    await lab.byHand(cutOff);
    expect(await lab.may(fay)).toEqual([]);
    for (const day of [TODAY, TOMORROW, '2026-11-28']) {
      expect((await lab.mturk(day, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await lab.may(fay)).toEqual([]);
    }
    lab.edit('name: Bo Chen', 'name: Bo B. Chen');
    expect(await lab.mturk('2026-11-28', 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.may(fay)).toEqual([]);
    expect(await lab.mturk('2026-11-28', 'apply', '--yes', '--restore', key)).toMatchObject({ code: 0 });
    expect(await lab.may(fay)).toContain('SendBonus');
    expect(await lab.mturk('2026-11-28', 'drift', '--quick')).toMatchObject({ code: 0 });
  });
});

test.each(
  sampleOf<[string, string, readonly [string, string], (iam: aws.IAMClient) => Promise<unknown>]>(
    [
      [
        'a suspension of the member',
        'fay',
        ['  fay: {', '  fay: { suspended: true,'],
        (iam) =>
          iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), PolicyName: 'stop', PolicyDocument: NO_BONUS })),
      ],
      [
        'a freeze',
        'role/paymaster',
        ['freeze: []', 'freeze: [spend]'],
        (iam) =>
          iam.send(
            new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument: NO_BONUS }),
          ),
      ],
    ],
    1,
  ),
)('%s in the file, once it ends, lifts no Deny that someone added', async (_what, key, [without, brake], cutOff) => {
  await labs.attack(async (lab) => {
    const fay = user('fay').UserName;
    await lab.byHand(cutOff);
    lab.edit(without, brake);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    lab.edit(brake, without);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    for (const day of [TODAY, TOMORROW]) {
      expect((await lab.mturk(day, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await lab.may(fay)).not.toContain('SendBonus');
    }
    expect(await lab.mturk(TOMORROW, 'apply', '--yes', '--restore', key)).toMatchObject({ code: 0 });
    expect(await lab.may(fay)).toContain('SendBonus');
  });
});
