import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { startProvider } from '../src/emulator/provider/provider.ts';
import { LOCKED_PLATFORMS } from '../src/terraform/run/lock-file.ts';

/** Of one provider in `reattach`. */
const ADDRESSES = z.record(z.string(), z.object({ Addr: z.object({ String: z.string() }) }));

/**
 * Starts our provider and writes a mirror with a package of it for every platform, so that Terraform locks it, verifies it,
 * installs it and starts it as any other: `src/` hands the real account to no provider by TF_REATTACH_PROVIDERS.
 */
export async function mirrorOwnProvider(options: {
  readonly provider: Parameters<typeof startProvider>[0];
  readonly version: string;
  /** Where `mirror/` is written; `makeCertificate` was given `certificates`. */
  readonly directory: string;
  readonly certificates: string;
  readonly sources: string;
}): Promise<{ readonly mirror: string; stop(): Promise<void> }> {
  const { directory, version, sources, certificates } = options;
  const running = await startProvider(options.provider);
  const [address] = Object.values(ADDRESSES.parse(running.reattach));
  const args = [
    ...[process.execPath, join(sources, 'plugin-relay.mjs'), address?.Addr.String ?? ''],
    ...['certificate.pem', 'key.pem'].map((name) => join(certificates, name)),
  ];
  // Each package has other bytes, or the lock file had one hash for all.
  const programFor = (platform: string) =>
    `#!/bin/sh\n# ${platform}\nexec ${args.map((arg) => `'${arg}'`).join(' ')}\n`;
  const mirror = join(directory, 'mirror');
  for (const platform of LOCKED_PLATFORMS) {
    const folder = join(mirror, 'registry.terraform.io', 'hashicorp', 'aws', version, platform);
    const file = join(folder, `terraform-provider-aws_v${version}_x5`);
    await mkdir(folder, { recursive: true });
    await writeFile(file, programFor(platform), { mode: 0o755 });
  }
  return { mirror, stop: () => running.close() };
}
