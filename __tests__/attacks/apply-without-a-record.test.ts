import { readdirSync, readFileSync, rmSync } from 'node:fs';
import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, canPay, group, keyOf, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, bootstrapped, withLab } from '../support/lab-in-test.ts';
import { applyAndKill } from '../support/lab-in-test-killed.ts';
import { undisturbed } from '../support/lab-in-test-recovery.ts';
import { smallTeam } from '../support/sample-team.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(3);

const RECORD = '.mturk-team/emulator/apply-record.json';
const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

test('who deletes the record gets nothing given back, by a workflow or at a terminal', async () => {
  await labs.attack(async (lab) => {
    const fay = user('fay').UserName;
    const key = await lab.byHand(async (iam) => {
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
      return keyOf(iam, fay);
    });
    rmSync(lab.path(RECORD));
    for (const args of [
      ['--commit', 'a'.repeat(40)],
      ['--result', 'result.json'],
    ]) {
      const { code, stderr } = await lab.mturk(TODAY, 'apply', '--yes', ...args);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[no-apply-record]') });
    }
    expect(readdirSync(lab.path('.'))).toContain('result.json');
    expect(JSON.parse(readFileSync(lab.path('result.json'), 'utf8'))).toMatchObject({
      failure: { reason: expect.any(String), error: { code: 'no-apply-record' } },
    });
    expect(await canPay(lab, key)).toBe(false);
    const { code, stderr } = await lab.mturk(TODAY, 'drift', '--reconcile', '--yes');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[no-apply-record]') });
    expect(await canPay(lab, key)).toBe(false);
    // No user is known: an administrator accepts each by name.
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await canPay(lab, key)).toBe(false);
    for (const name of ['ada', 'bo', 'fay']) expect(await lab.may(user(name).UserName)).toEqual([]);
    expect(await lab.mturk(TODAY, 'apply', '--yes', '--restore', 'ada,bo,fay')).toMatchObject({ code: 0 });
    expect(await canPay(lab, key)).toBe(true);
  });
});

test('a user created under a name of a killed first apply gets no role by its repetition', async () => {
  const start = await bootstrapped();
  const { calls } = await undisturbed(start, smallTeam);
  const fay = user('fay').UserName;
  const call = calls.find(({ action, identity }) => action === 'CreateUser' && identity.includes(fay));
  if (call === undefined) throw new Error('no user is created');
  await withLab(start, async (test) => {
    await applyAndKill(test, test.lab(smallTeam, { parallelism: 1 }), { call, phase: 'before' }, () => true);
    const { iam } = test.lab(smallTeam);
    await iam.send(new aws.CreateUserCommand({ UserName: fay, Path: '/mturk/perception-lab/' }));
    await keyOf(iam, fay);
    const { ruled } = await applied(test.lab(smallTeam));
    expect(ruled.withheld).toMatchObject([{ kind: 'replaced', key: 'fay' }]);
    const access = accessAt(accessIn(test.memory.account));
    expect([...(access.get(fay) ?? [])]).toEqual([]);
    expect(access.get(user('bo').UserName)?.has('CreateHIT')).toBe(true);
  });
});
