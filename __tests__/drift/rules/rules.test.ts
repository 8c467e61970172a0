import { readFileSync } from 'node:fs';
import { FINDING_IDS } from '../../../src/diagnostics/finding-ids.ts';
import { DRIFT_RULES } from '../../../src/drift/rules/rules.ts';

test('every id of a finding has a rule, in the order of the ids', () => {
  expect(Object.keys(DRIFT_RULES)).toEqual(FINDING_IDS);
});

test('every rule has one section in the reference of findings', () => {
  const headings = readFileSync('docs/reference/findings.md', 'utf8').match(/^### \S+$/gm) ?? [];
  const counts = Object.keys(DRIFT_RULES).map((id) => [id, headings.filter((each) => each === `### ${id}`).length]);
  expect(counts).toEqual(Object.keys(DRIFT_RULES).map((id) => [id, 1]));
});

test('findings about keys and passwords come from the credential report, whose age is then said', () => {
  const rules = Object.entries(DRIFT_RULES).filter(([, { usesCredentialReport }]) => usesCredentialReport === true);
  expect(rules.map(([id]) => id)).toEqual([
    ...['root-access-key', 'key-used-after-leaving', 'unmanaged-user', 'console-password'],
    ...['too-many-access-keys', 'old-access-key', 'unused-access-key'],
  ]);
});
