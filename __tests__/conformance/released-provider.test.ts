import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mirrorReleasedProvider } from '../../conformance/released-provider.ts';

let home: string;
let zip: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mturk-team-mirror-'));
  zip = join(home, 'terraform-provider-aws_3.39.0_linux_amd64.zip');
  await writeFile(zip, 'not what HashiCorp released');
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

test('bytes that HashiCorp did not publish are refused, and nothing is laid out', async () => {
  const mirror = await mirrorReleasedProvider(zip, home);
  expect(mirror).toEqual({ problem: expect.stringMatching(/is not what HashiCorp released: SHA-256 is [0-9a-f]{64}/) });
  await expect(stat(join(home, 'mirror'))).rejects.toThrow('ENOENT');
});

test('a zip that is not there is a problem, not a stack trace', async () => {
  expect(await mirrorReleasedProvider(join(home, 'missing.zip'), home)).toEqual({
    problem: expect.stringContaining('missing.zip'),
  });
});

test('the right bytes are laid out for both engines', async () => {
  const sha256 = createHash('sha256').update('not what HashiCorp released').digest('hex');
  const mirror = await mirrorReleasedProvider(zip, home, sha256);
  if ('problem' in mirror) throw new Error(mirror.problem);
  expect(mirror).toEqual({ mirror: join(home, 'mirror') });
  for (const registry of ['registry.opentofu.org', 'registry.terraform.io']) {
    const laid = join(home, 'mirror', registry, 'hashicorp', 'aws', 'terraform-provider-aws_3.39.0_linux_amd64.zip');
    expect(await readFile(laid, 'utf8')).toBe('not what HashiCorp released');
  }
});
