import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { type CommandResult, runHere, scratch } from './command.ts';
import { smallTeamFile } from './sample-team.ts';

export const BUCKET = 'labs-mturk-123456789012';
export const STATE = `  state: { bucket: ${BUCKET}, region: us-east-1, key: perception-lab }\n`;
const FACTS = ['--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
/** What GitHub gives each step. */
export const WORKFLOW = {
  ...{ GITHUB_REPOSITORY: 'perception-lab/access', GITHUB_REPOSITORY_ID: '22', GITHUB_REPOSITORY_OWNER_ID: '11' },
  CALLED_REPOSITORY: 'perception-lab/access',
};

/** A lab of the small team with a bucket for its state, on an emulator of its own. */
export function labWithBucket() {
  const team = smallTeamFile().replace('settings:\n', `settings:\n${STATE}`);
  const place = scratch({ 'team.yaml': team });
  const dir = join(place.directory, 'emulator');
  execFileSync('git', ['init', '--quiet', place.directory]);
  execFileSync('git', ['-C', place.directory, 'remote', 'add', 'origin', 'git@github.com:perception-lab/access.git']);
  const mturk = (args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> =>
    runHere([...args, '--emulator', dir, '--today', '2026-11-25'], { cwd: place.directory, env });
  return {
    ...{ team, mturk },
    write: (text: string) => place.write('team.yaml', text),
    remove: () => place.remove(),
    bootstrap: () => mturk(['bootstrap', '--yes', ...FACTS]),
    /** As someone with all rights in the account, on the morning before. */
    async byHand(work: (iam: IAMClient, s3: S3Client) => Promise<unknown>): Promise<void> {
      const clock = () => new Date('2026-11-25T11:00:00Z');
      const emulator = await openEmulator({ dir, accountId: '123456789012', provider: false, clock });
      const reach = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: emulator.rootCredentials };
      const [iam, s3] = [new IAMClient(reach), new S3Client({ ...reach, forcePathStyle: true })];
      try {
        await work(iam, s3);
      } finally {
        iam.destroy();
        s3.destroy();
        await emulator.close();
      }
    },
    /** IDs of findings, and what was not checked. */
    async found(env: Record<string, string> = {}): Promise<readonly unknown[]> {
      const { stdout, stderr } = await mturk(['drift', '--json'], env);
      if (stdout === '') throw new Error(stderr);
      const { findings, notChecked } = JSON.parse(stdout).drift;
      return [...findings.map(({ id }: { id: string }) => id), ...notChecked];
    },
  };
}
