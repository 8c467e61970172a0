import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { BOUNDARY_PATH } from '../../src/team/names.ts';
import { callIam } from '../emulator/clients.ts';
import { runHere, scratch } from '../support/command.ts';

const ACCOUNT = '123456789012';
const place = scratch();
const EMULATOR = join(place.directory, 'emulator');
afterAll(() => place.remove());

const mturk = (lab: string, ...args: string[]) =>
  runHere([...args, '--emulator', EMULATOR], { cwd: join(place.directory, lab) });

function write(lab: string, neighbor: string, roles: readonly string[], members: readonly string[]): void {
  mkdirSync(join(place.directory, lab), { recursive: true });
  const text = `version: 1
lab: ${lab}
account: "${ACCOUNT}"
owners: [ada]
roles:
  base: { allow: [results:read] }
${roles.map((role) => `  ${role}: { allow: [pay:bonus] }\n`).join('')}
members:
  ada: { name: Ada, github: ada-${lab}, roles: [base] }
${members.map((member) => `  ${member}: { name: ${member}, roles: [base, ${roles[0]}] }\n`).join('')}
settings:
  state: { bucket: labs-mturk-123456789012, region: us-east-1, key: ${lab} }
  neighbors: [${neighbor}]
`;
  writeFileSync(join(place.directory, lab, 'team.yaml'), text);
}

async function byHand(work: (iam: IAMClient) => Promise<unknown>): Promise<void> {
  const emulator = await openEmulator({ dir: EMULATOR, accountId: ACCOUNT, kind: 'server', provider: false });
  const { endpoint, rootCredentials: credentials } = emulator;
  const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
  await work(iam);
  iam.destroy();
  await emulator.close();
}

const account = () => readFileSync(join(EMULATOR, 'account.json'), 'utf8');

async function drift() {
  const { stdout } = await mturk('vision-x', 'drift', '--no-cloudtrail');
  return { text: stdout.replace(/\s+/g, ' '), commands: stdout.match(/aws iam .*/g) ?? [] };
}

test('a lab whose name begins another one gets no user, group or policy of its neighbor, whichever has the names first', async () => {
  for (const [lab, neighbor] of [
    ['vision', 'vision-x'],
    ['vision-x', 'vision'],
  ] as const) {
    write(lab, neighbor, [], []);
    const PolicyDocument = JSON.stringify(boundaryPolicy({ lab, account: ACCOUNT }));
    await byHand((iam) => callIam(iam, 'CreatePolicy', { Path: BOUNDARY_PATH, PolicyName: lab, PolicyDocument }));
    expect(await mturk(lab, 'apply', '--yes')).toMatchObject({ code: 0 });
  }
  // The IAM names are vision-x-bo and vision-x-payer.
  write('vision', 'vision-x', ['x-payer'], ['x-bo']);
  expect(await mturk('vision', 'apply', '--yes')).toMatchObject({ code: 0 });
  write('vision-x', 'vision', ['payer'], ['bo', 'cy']);
  expect(await mturk('vision-x', 'apply', '--yes')).toMatchObject({ code: 0 });

  const found = await drift();
  expect(found.text).toContain('IAM name of group payer is taken by lab vision');
  // It has a member's name, and access.
  expect(found.text).toContain('Unmanaged user vision-x-bo');
  expect(found.text).not.toContain('Add vision to settings.neighbors');
  expect(found.text).toContain('IAM name of bo is taken by lab vision');
  expect(found.text).not.toMatch(/replaced|moved|removed|deleted/);
  expect(found.commands).toEqual([]);

  const before = account();
  for (const key of ['bo', 'role/payer']) {
    const { code, stderr } = await mturk('vision-x', 'apply', '--yes', '--restore', key);
    expect([code, stderr]).toEqual([1, expect.stringContaining('error[not-restorable]')]);
    expect(stderr).toContain('ask the owners of lab `vision`');
    expect(stderr).not.toMatch(/aws iam|delete/);
  }
  expect(account()).toBe(before);

  // In a group of this lab it is found as what it is, and the next apply removes it there.
  await byHand((iam) => callIam(iam, 'AddUserToGroup', { UserName: 'vision-x-bo', GroupName: 'vision-x-base' }));
  const joined = await drift();
  expect(joined.text).toContain('vision-x-bo (not in team.yaml) added to base');
  expect(joined.commands).toEqual([]);
  expect(await mturk('vision-x', 'apply', '--yes')).toMatchObject({ code: 0 });
  expect(JSON.parse(account()).users).toEqual(JSON.parse(before).users);
});
