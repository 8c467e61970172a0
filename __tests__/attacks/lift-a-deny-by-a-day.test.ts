import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const labs = attackedLabs((file) => file.replace('until: "2027-05-31"', 'from: "2026-01-01"\n    until: "2027-05-31"'));
beforeAll(labs.prepare);
afterAll(labs.remove);

const bo = user('bo');
const deny = (operator: string, day: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        ...{ Effect: 'Deny', Action: 'mechanicalturk:*', Resource: '*' },
        Condition: { [operator]: { 'aws:CurrentTime': `${day}T00:00:00Z` } },
      },
    ],
  });

test.each([
  [
    'until a day',
    deny('DateLessThan', '2027-01-31'),
    'removes the first day, long past',
    'from: "2026-01-01"\n    ',
    '',
  ],
  ['since a day', deny('DateGreaterThan', '2026-11-01'), 'shortens the access', '2027-05-31', '2027-05-30'],
])(
  'a Deny of everything %s stays, although the file then changes a day',
  async (_what, PolicyDocument, _change, from, to) => {
    await labs.attack(async (lab) => {
      expect(await lab.may(bo.UserName)).not.toEqual([]);
      await lab.byHand((iam) => iam.send(new aws.PutUserPolicyCommand({ ...bo, PolicyName: 'stop', PolicyDocument })));
      expect(await lab.may(bo.UserName)).toEqual([]);
      expect((await lab.mturk(TODAY, 'drift', '--reconcile', '--yes')).code).toBe(2);
      expect(await lab.may(bo.UserName)).toEqual([]);
      lab.edit(from, to);
      expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
      expect(await lab.may(bo.UserName)).toEqual([]);
    });
  },
);

test('an apply converges that ends a Deny from a day on, in a policy of its own, by a later last day', async () => {
  await labs.attack(async (lab) => {
    const PolicyDocument = deny('DateGreaterThanEquals', '2026-12-24');
    await lab.byHand((iam) => iam.send(new aws.PutUserPolicyCommand({ ...bo, PolicyName: 'stop', PolicyDocument })));
    lab.edit('2027-05-31', '2027-08-31');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.mturk(TODAY, 'plan')).toMatchObject({ code: 0 });
  });
});

test('a Deny until a day stays, although the file removes a first day that came since the last apply', async () => {
  await labs.attack(async (lab) => {
    lab.edit('2026-01-01', '2026-12-01');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    const PolicyDocument = deny('DateLessThan', '2027-02-28');
    await lab.byHand((iam) => iam.send(new aws.PutUserPolicyCommand({ ...bo, PolicyName: 'stop', PolicyDocument })));
    lab.edit('from: "2026-12-01"\n    ', '');
    expect(await lab.mturk('2027-01-15', 'apply', '--yes')).toMatchObject({ code: 0 });
    const limits = { ...bo, PolicyName: 'limits' };
    await lab.byHand(async (iam) => {
      const { PolicyDocument: kept = '' } = await iam.send(new aws.GetUserPolicyCommand(limits));
      expect(decodeURIComponent(kept)).toContain('2027-02-28');
    });
  });
});
