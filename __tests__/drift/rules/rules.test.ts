import { FINDING_IDS } from '../../../src/diagnostics/finding-ids.ts';
import { DRIFT_RULES } from '../../../src/drift/rules/rules.ts';

test('every id of a finding has a rule, in the order of the ids', () => {
  expect(Object.keys(DRIFT_RULES)).toEqual(FINDING_IDS);
});

test('findings about keys and passwords come from the credential report, whose age is then said', () => {
  const rules = Object.entries(DRIFT_RULES).filter(([, { usesCredentialReport }]) => usesCredentialReport === true);
  expect(rules.map(([id]) => id)).toEqual([
    ...['root-access-key', 'key-used-after-leaving', 'unmanaged-user', 'console-password'],
    ...['too-many-access-keys', 'old-access-key', 'unused-access-key'],
  ]);
});
