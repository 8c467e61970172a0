import { FINDING_IDS } from '../../../src/diagnostics/finding-ids.ts';
import { DRIFT_RULES } from '../../../src/drift/rules/rules.ts';

test('every id of a finding has a rule', () => {
  expect(Object.keys(DRIFT_RULES).sort()).toEqual([...FINDING_IDS].sort());
});

test('findings about keys and passwords come from the credential report, whose age is then said', () => {
  expect(FINDING_IDS.filter((id) => DRIFT_RULES[id].usesCredentialReport === true)).toEqual([
    ...['root-access-key', 'key-used-after-leaving', 'unmanaged-user', 'console-password'],
    ...['too-many-access-keys', 'old-access-key', 'unused-access-key'],
  ]);
});
