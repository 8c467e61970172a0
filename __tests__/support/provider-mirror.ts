import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCKED_PLATFORMS } from '../../src/terraform/run/lock-file.ts';

/** A mirror with packages that nothing runs: an engine that locks them reads them alone. */
export function fakeMirror(directory: string, registry: string): string {
  const mirror = join(directory, 'mirror');
  for (const platform of LOCKED_PLATFORMS) {
    const unpacked = join(mirror, registry, 'hashicorp/aws/6.25.0', platform);
    mkdirSync(unpacked, { recursive: true });
    writeFileSync(join(unpacked, 'terraform-provider-aws_v6.25.0'), platform);
  }
  return mirror;
}
