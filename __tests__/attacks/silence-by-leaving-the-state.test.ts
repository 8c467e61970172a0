import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { iamOf } from '../emulator/clients.ts';
import { runHere, scratch } from '../support/command.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const STATE = '  state: { bucket: labs-mturk-123456789012, region: us-east-1, key: perception-lab }\n';
const text = smallTeamFile().replace('settings:\n', `settings:\n${STATE}`);
const place = scratch({ 'team.yaml': text });
const EMULATOR = join(place.directory, 'emulator');
execFileSync('git', ['init', '--quiet', place.directory]);
execFileSync('git', ['-C', place.directory, 'remote', 'add', 'origin', 'git@github.com:perception-lab/access.git']);
afterAll(() => place.remove());

const WORKFLOW = {
  ...{ GITHUB_REPOSITORY: 'perception-lab/access', GITHUB_REPOSITORY_ID: '22', GITHUB_REPOSITORY_OWNER_ID: '11' },
};
const mturk = (...args: readonly string[]) =>
  runHere([...args, '--emulator', EMULATOR, '--today', '2026-11-25'], { cwd: place.directory, env: WORKFLOW });

const SNOOZED = [
  ...['unmanaged-user/outsider/spends', 'user-without-boundary/outsider'],
  // Without the state, no role is known as one of the lab's workflows.
  'unmanaged-role/perception-lab-keys/escalates',
];
const silencing = (text: string) =>
  text.replace(
    'settings:\n',
    ['snoozed:', ...SNOOZED.map((id) => `  ${id}: { until: "2026-12-24", reason: known }`), 'settings:\n'].join('\n'),
  );

/** A file that was merged and not applied: no apply has approved it. */
test.each([
  ['that snoozes it', silencing],
  ['that snoozes it and leaves the state out', (text: string) => silencing(text).replace(STATE, '')],
])('who can use Mechanical Turk is found, whatever a file says %s and was not applied', async (what, change) => {
  if (what === 'that snoozes it') {
    const given = ['--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
    expect(await mturk('bootstrap', '--yes', ...given)).toMatchObject({ code: 0 });
    expect(await mturk('apply', '--yes')).toMatchObject({ code: 0 });
    const emulator = await openEmulator({ dir: EMULATOR, accountId: '123456789012', provider: false });
    const iam = iamOf(emulator);
    await iam.send(new aws.CreateUserCommand({ UserName: 'outsider' }));
    await iam.send(
      new aws.AttachUserPolicyCommand({
        UserName: 'outsider',
        PolicyArn: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess',
      }),
    );
    iam.destroy();
    await emulator.close();
  }
  place.write('team.yaml', change(text));
  const { stdout } = await mturk('drift', '--json');
  place.write('team.yaml', text);
  const { findings, notChecked } = JSON.parse(stdout).drift;
  expect(notChecked).toEqual([]);
  expect(findings.map(({ id }: { id: string }) => id)).toContain('unmanaged-user/outsider/spends');
});
