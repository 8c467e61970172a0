import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, FULL, TODAY, user } from '../support/attacked-lab.ts';

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const OUTSIDER = 'unmanaged-user/outsider/spends';
const SNOOZED = `snoozed:\n  ${OUTSIDER}: { until: "2026-12-24", reason: known }\n`;

test.each<[string, string, string]>([
  ['a snooze', 'settings:', `${SNOOZED}settings:`],
  ['a neighbor', 'settings:', 'settings:\n  neighbors: [elsewhere]'],
  [
    'an administrator',
    'settings:',
    'settings:\n  administrators: ["arn:aws:iam::123456789012:user/elsewhere/outsider"]',
  ],
  ['the mode none', 'reconcile: all', 'reconcile: none'],
])('%s that was merged and not applied silences nothing', async (_what, from, to) => {
  await labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      await iam.send(new aws.CreateUserCommand({ UserName: 'outsider', Path: '/mturk/elsewhere/' }));
      for (const each of [{ UserName: 'outsider' }, user('bo')]) {
        await iam.send(new aws.AttachUserPolicyCommand({ ...each, PolicyArn: FULL }));
      }
    });
    lab.edit(from, to);
    expect((await lab.mturk(TODAY, 'drift', '--reconcile', '--yes')).code).toBe(2);
    // Bo's full access is gone, and what is left is still reported.
    expect(await lab.may(user('bo').UserName)).not.toContain('SendBonus');
    const left = await lab.mturk(TODAY, 'drift', '--quick', '--json');
    expect(JSON.parse(left.stdout).drift.findings).toContainEqual(expect.objectContaining({ id: OUTSIDER }));
  });
});
