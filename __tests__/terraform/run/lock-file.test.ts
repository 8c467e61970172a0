import { readFileSync } from 'node:fs';
import { LOCKED_PLATFORMS, lockFileOf, pinsProvider } from '../../../src/terraform/run/lock-file.ts';

const lock = (version: string, packages: number) => `provider "registry.opentofu.org/hashicorp/aws" {
  version     = "${version}"
  constraints = "${version}"
  hashes = [
${Array.from({ length: packages }, (_, index) => `    "h1:${index}=",\n`).join('')}    "zh:0",
  ]
}
`;

test.each<[string, string, boolean]>([
  ['this version for every platform', lock('6.25.0', LOCKED_PLATFORMS.length), true],
  ['this version for one platform', lock('6.25.0', 1), false],
  ['another version', lock('6.24.0', LOCKED_PLATFORMS.length), false],
  ['nothing', '', false],
])('%s', (_name, text, pins) => {
  expect(pinsProvider(text, '6.25.0')).toBe(pins);
});

test('each engine has a lock file beside the team file', () => {
  expect(lockFileOf('labs/team.yaml', { flavour: 'opentofu' })).toBe('labs/opentofu.lock.hcl');
});

test('the platforms are those of docs/reference/cli.md', () => {
  expect(readFileSync('docs/reference/cli.md', 'utf8')).toContain('for five platforms');
  expect(LOCKED_PLATFORMS).toHaveLength(5);
});
