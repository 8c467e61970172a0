import * as aws from '@aws-sdk/client-iam';
import { type AttackedLab, attackedLabs, FULL, TODAY, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const OUTSIDER = 'unmanaged-user/outsider/spends';
const SNOOZED = `snoozed:\n  ${OUTSIDER}: { until: "2026-12-24", reason: known }\n`;

const attach = (lab: AttackedLab, name: string) =>
  lab.byHand((iam) => iam.send(new aws.AttachUserPolicyCommand({ UserName: name, PolicyArn: FULL })));

/** What a check with reconcile leaves of full access that someone gave to Bo, and whether it finds the outsider. */
async function checked(lab: AttackedLab) {
  await attach(lab, user('bo').UserName);
  await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
  const { stdout } = await lab.mturk(TODAY, 'drift', '--quick', '--json');
  const ids = JSON.parse(stdout).drift.findings.map(({ id }: { id: string }) => id);
  return { kept: (await lab.may(user('bo').UserName)).includes('SendBonus'), found: ids.includes(OUTSIDER) };
}

const SILENT = { kept: false, found: false };

test.each(
  sampleOf<[string, string, string, object]>(
    [
      ['a snooze', 'settings:', `${SNOOZED}settings:`, SILENT],
      ['a neighbor', 'settings:', 'settings:\n  neighbors: [elsewhere]', SILENT],
      [
        'an administrator',
        'settings:',
        'settings:\n  administrators: ["arn:aws:iam::123456789012:user/mturk/elsewhere/outsider"]',
        SILENT,
      ],
      ['the mode none', 'reconcile: all', 'reconcile: none', { kept: true, found: true }],
    ],
    1,
  ),
)('%s that was merged and not applied silences nothing', async (_what, from, to, applied) => {
  await labs.attack(async (lab) => {
    await lab.byHand((iam) => iam.send(new aws.CreateUserCommand({ UserName: 'outsider', Path: '/mturk/elsewhere/' })));
    await attach(lab, 'outsider');
    lab.edit(from, to);
    expect(await checked(lab)).toEqual({ kept: false, found: true });
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await checked(lab)).toEqual(applied);
  });
});
