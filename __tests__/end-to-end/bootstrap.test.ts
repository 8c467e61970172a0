import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { callIam } from '../emulator/clients.ts';
import { type CommandResult, runHere, scratch } from '../support/command.ts';
import { expectGolden } from '../support/golden.ts';

const BUCKET = 'labs-mturk-123456789012';
const teamFile = (lab: string) =>
  readFileSync('team.yaml', 'utf8')
    .replace('perception-lab #', `${lab} #`)
    .replace('settings:\n', `settings:\n  state: { bucket: ${BUCKET}, region: us-east-1, key: ${lab} }\n`);
const LABS = ['perception-lab', 'vision-lab'];

const place = scratch();
afterAll(() => place.remove());
for (const lab of LABS) {
  const directory = join(place.directory, lab);
  mkdirSync(directory);
  place.write(`${lab}/team.yaml`, teamFile(lab));
  execFileSync('git', ['init', '--quiet', directory]);
  execFileSync('git', ['-C', directory, 'remote', 'add', 'origin', `git@github.com:${lab}/access.git`]);
}

const EMULATOR = join(place.directory, 'emulator');
const GIVEN = ['--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
const mturk = (lab: string, ...args: string[]): Promise<CommandResult> =>
  runHere([...args, '--emulator', EMULATOR], { cwd: join(place.directory, lab) });

const actionsOf = (parts: { action: string; kind: string }[]) => parts.map(({ action, kind }) => `${action} ${kind}`);

/** `action kind`, of every part as it was before. */
async function actions(lab: string, ...more: string[]): Promise<string[]> {
  return actionsOf(JSON.parse((await mturk(lab, 'bootstrap', '--yes', '--json', ...more)).stdout).parts);
}

const AS_WANTED = ['bucket', 'provider', 'boundary', 'role', 'role', 'role', 'role'].map((kind) => `as-wanted ${kind}`);

test('two labs: made, as wanted, interrupted, repaired, and one destroyed', async () => {
  const [first = '', second = ''] = LABS;
  const account = { dir: EMULATOR, accountId: '123456789012', provider: false } as const;
  const emulator = await openEmulator({ ...account, kind: 'server' });
  const { endpoint, rootCredentials: credentials } = emulator;
  const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
  try {
    const unknown = await mturk(first, 'bootstrap', '--yes');
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('error[repository-unknown]');

    const before = emulator.calls.length;
    const made = await mturk(first, 'bootstrap', '--yes', ...GIVEN);
    const calls = emulator.calls.length - before;
    expect(made.code).toBe(0);
    // Nothing is to be asked, and the record knows the repository.
    const again = await mturk(first, 'bootstrap');
    const engine = /, (Terraform|OpenTofu) [\d.]+$/gm;
    expectGolden('bootstrap.txt', `${made.stdout}\n---- again\n\n${again.stdout}`.replace(engine, ''));

    // Among the calls that create the roles.
    emulator.faults = { failCall: calls - 25 };
    const interrupted = await mturk(second, 'bootstrap', '--yes', ...GIVEN);
    expect(interrupted.code).toBe(1);
    expect(interrupted.stderr).toMatch(
      /^ {2}state: \d+ of 17 steps applied\n {2}help: run `mturk-team bootstrap` again to finish$/m,
    );
    emulator.faults = {};
    const { parts, steps } = JSON.parse((await mturk(second, 'bootstrap', '--yes', '--json')).stdout);
    expect(actionsOf(parts).slice(0, 2)).toEqual(AS_WANTED.slice(0, 2));
    expect(steps).toBeGreaterThan(0);

    // Someone widens a role, by its trust and by another policy.
    const RoleName = 'vision-lab-apply';
    const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await callIam(iam, 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await callIam(iam, 'AttachRolePolicy', { RoleName, PolicyArn });
    const repaired = await mturk(second, 'bootstrap', '--yes');
    expect(repaired.stdout).toContain('change     role vision-lab-apply: trust policy, no other policies');

    const removed = await mturk(first, 'bootstrap', '--destroy', '--yes');
    expect(removed).toMatchObject({ code: 0, stderr: '' });
    expect(await actions(second)).toEqual(AS_WANTED);
    // Terraform's state knows what is gone.
    expect((await actions(first, ...GIVEN)).filter((part) => part.startsWith('create'))).toHaveLength(5);
  } finally {
    iam.destroy();
    await emulator.close();
  }
});
