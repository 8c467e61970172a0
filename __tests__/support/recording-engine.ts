import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { withS3 } from '../../src/aws/state-object.ts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { runHere, type scratch } from './command.ts';

const ENGINE = `#!/bin/sh
[ "$1" = version ] && echo "OpenTofu v1.12.6" && exit
echo "$@" "$(pwd)" $(ls -A) $(cat "$TF_CLI_CONFIG_FILE" .*.hcl 2>/dev/null) > "$0.said"
exit 1
`;

/** A lab whose plan of a real account starts an engine that writes down how it was started, and fails. */
export function recordingEngine(place: ReturnType<typeof scratch>) {
  place.write('engine', ENGINE);
  const file = join(place.directory, 'engine');
  chmodSync(file, 0o755);
  return {
    /** Arguments, directory, the files in it, and the CLI configuration and lock file; null if it was not started. */
    said: () => (existsSync(`${file}.said`) ? readFileSync(`${file}.said`, 'utf8') : null),
    /** What `plan` says on standard error. */
    async plan(env: Readonly<Record<string, string>> = {}, accountId = '123456789012'): Promise<string> {
      const account = await openEmulator({ dir: null, accountId, provider: false });
      const { accessKeyId, secretAccessKey } = account.rootCredentials;
      await withS3({ endpoint: account.endpoint, region: 'us-east-1', credentials: account.rootCredentials }, (s3) =>
        s3.send(new CreateBucketCommand({ Bucket: `perception-lab-mturk-${accountId}` })),
      );
      const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      const own = { TERRAFORM_BINARY_NAME: './engine', AWS_ENDPOINT_URL: account.endpoint, ...keys };
      const { stderr } = await runHere(['plan'], { cwd: place.directory, env: { ...own, ...env } });
      await account.close();
      return stderr;
    },
  };
}
