import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** SHA-256 of HashiCorp's own terraform-provider-aws_3.39.0_linux_amd64.zip, as HashiCorp published it. */
const RELEASED_PROVIDER_SHA256 = '4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3';

type Mirror = { readonly mirror: string } | { readonly problem: string };

/**
 * Lays a zip of the provider where an engine takes providers from instead of a registry. The zip came through third hands:
 * a single other byte and it is refused, before anything unpacks it or runs it.
 */
export async function mirrorReleasedProvider(
  zip: string,
  home: string,
  sha256 = RELEASED_PROVIDER_SHA256,
): Promise<Mirror> {
  const bytes = await readFile(zip).catch(() => null);
  if (bytes === null) return { problem: `the released provider is not where its package should have put it: ${zip}` };
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    return { problem: `${basename(zip)} is not what HashiCorp released: SHA-256 is ${found}, must be ${sha256}` };
  }
  const mirror = join(home, 'mirror');
  await rm(mirror, { recursive: true, force: true });
  // OpenTofu and Terraform read the same short name as the address of two different registries.
  for (const registry of ['registry.opentofu.org', 'registry.terraform.io']) {
    const folder = join(mirror, registry, 'hashicorp', 'aws');
    await mkdir(folder, { recursive: true });
    await copyFile(zip, join(folder, basename(zip)));
  }
  return { mirror };
}
