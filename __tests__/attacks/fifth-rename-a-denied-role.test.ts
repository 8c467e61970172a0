import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { type AttackedLab, attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';
import { applied, appliedTo, carriedOut, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

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

test('a Deny at a role holds for who joins it later, although the file renames the role', async () => {
  await labs.attack(async (lab) => {
    await denied(lab);
    rename(lab);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    lab.edit('roles: [ results-reader, task-publisher ]', 'roles: [ results-reader, task-publisher, payer ]');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.may(user('bo').UserName)).not.toContain('SendBonus');
  });
});

test('a Deny at a role during an unfinished apply that renames it is kept by running it again', async () => {
  const renamed: Team = {
    ...smallTeam,
    roles: smallTeam.roles.map((one) => (one.key === 'paymaster' ? { ...one, key: 'payer' } : one)),
    members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, roles: ['payer'] } : one)),
  };
  await withLab(await appliedTo(smallTeam), async (test) => {
    const may = () => (accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? new Set()).has('SendBonus');
    const lab = test.lab(renamed);
    test.listen(({ action, phase }) => {
      if (action === 'CreateGroup' && phase === 'before') test.emulator.faults = { errorShare: 1 };
      return true;
    });
    expect(await applyPlanned(lab, await planned(lab), carriedOut(), SILENT)).toMatchObject({ ok: false });
    test.emulator.faults = {};
    test.listen(null);
    await test.emulator.releaseLocks();
    await lab.iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument }));
    expect(may()).toBe(false);
    await applied(test.lab(renamed));
    expect(may()).toBe(false);
  });
});
