import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, group, TODAY, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const idsOf = (stdout: string) => JSON.parse(stdout).drift.findings.map(({ id }: { id: string }) => id);

test('a member who joined while another user had the name gets access once an administrator restores it', () =>
  labs.attack(async (lab) => {
    await lab.byHand((iam) => iam.send(new aws.CreateUserCommand({ ...user('uma'), Path: '/' })));
    lab.edit('  fay: {', '  uma: { name: Uma, roles: [results-reader] }\n  fay: {');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    await lab.byHand((iam) => iam.send(new aws.DeleteUserCommand(user('uma'))));
    expect(await lab.mturk(TODAY, 'apply', '--restore', 'uma', '--yes')).toMatchObject({ code: 0 });
    expect(idsOf((await lab.mturk(TODAY, 'drift', '--json')).stdout)).toEqual([]);
    expect(await lab.may(user('uma').UserName)).toContain('ListHITs');
  }));

test('a role whose name another group had gives access once an administrator restores it', () =>
  labs.attack(async (lab) => {
    await lab.byHand((iam) => iam.send(new aws.CreateGroupCommand({ ...group('extra'), Path: '/' })));
    lab.edit('roles:\n', 'roles:\n  extra: { allow: [workers:block] }\n');
    lab.edit('Ánh, roles: [ paymaster ]', 'Ánh, roles: [ paymaster, extra ]');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    await lab.byHand((iam) => iam.send(new aws.DeleteGroupCommand(group('extra'))));
    expect(await lab.mturk(TODAY, 'apply', '--restore', 'fay', '--yes')).toMatchObject({ code: 0 });
    expect(idsOf((await lab.mturk(TODAY, 'drift', '--json')).stdout)).toEqual([]);
    expect(await lab.may(user('fay').UserName)).toContain('CreateWorkerBlock');
  }));
