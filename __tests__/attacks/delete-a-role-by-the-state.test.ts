import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(1);

const place = scratch();
afterAll(() => place.remove());
const dir = join(place.directory, 'emulator');
const GIVEN = ['--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
const bootstrap = () => runHere(['bootstrap', '--yes', ...GIVEN, '--emulator', dir], { cwd: place.directory });

async function byHand<Value>(work: (iam: IAMClient) => Promise<Value>): Promise<Value> {
  const emulator = await openEmulator({ dir, accountId: '123456789012', kind: 'server', provider: false });
  const iam = new IAMClient({
    endpoint: emulator.endpoint,
    credentials: emulator.rootCredentials,
    region: 'us-east-1',
  });
  try {
    return await work(iam);
  } finally {
    iam.destroy();
    await emulator.close();
  }
}

test('a state that calls another role of the account one of the lab has bootstrap delete nothing', async () => {
  const state = 'state: { bucket: lab-mturk-123456789012, region: us-east-1, key: lab }';
  place.write('team.yaml', readFileSync('team.yaml', 'utf8').replace('settings:\n', `settings:\n  ${state}\n`));
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', place.directory]);
  execFileSync('git', ['-C', place.directory, 'remote', 'add', 'origin', 'git@github.com:lab/access.git']);
  expect(await bootstrap()).toMatchObject({ code: 0 });
  const Statement = [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await byHand((iam) => iam.send(new CreateRoleCommand({ RoleName: 'Payroll', AssumeRolePolicyDocument })));

  const file = join(dir, 'state/lab_bootstrap.tfstate');
  const { resources, serial, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  const own = resources.find(({ type }: { type: string }) => type === 'aws_iam_role');
  const other = structuredClone({ ...own, name: 'old' });
  Object.assign(other.instances[0].attributes, { id: 'Payroll', arn: 'arn:aws:iam::123456789012:role/Payroll' });
  writeFileSync(file, JSON.stringify({ ...rest, serial: serial + 1, resources: [...resources, other] }));
  expect(await bootstrap()).toMatchObject({ code: 1, stderr: expect.stringContaining('outside-managed-path') });
  expect(await byHand((iam) => iam.send(new GetRoleCommand({ RoleName: 'Payroll' })))).toBeDefined();
});
