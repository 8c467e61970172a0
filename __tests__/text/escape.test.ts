import fc from 'fast-check';
import { redact, redactAll } from '../../src/text/escape.ts';

/** With twelve digits in a row. */
const COMMIT = '756579940829bf56fd7c98f69ec0d295821f9393';

test.each([
  ['account 123456789012', 'account …9012', 'account 123456789012'],
  ['1234-5678-9012', '…9012', '1234-5678-9012'],
  [
    'arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-bo',
    'arn:…:user/mturk/perception-lab/perception-lab-bo',
    'arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-bo',
  ],
  [
    'User: arn:aws-us-gov:sts::123456789012:assumed-role/plan/run is not',
    'User: arn:…:assumed-role/plan/run is not',
    'User: arn:aws-us-gov:sts::123456789012:assumed-role/plan/run is not',
  ],
  ['arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess', 'arn:…:policy/AmazonMechanicalTurkFullAccess', null],
  ['key AKIAIOSFODNN7EXAMPLE', 'key AKIA…MPLE', 'key AKIA…MPLE'],
  [`at ${COMMIT}`, `at ${COMMIT}`, `at ${COMMIT}`],
  ['run 1234567890123 of 12345', 'run 1234567890123 of 12345', 'run 1234567890123 of 12345'],
  ['Bo Chen', 'Bo Chen', 'Bo Chen'],
])('%s', (text, redacted, revealed) => {
  expect(redact(text, false)).toBe(redacted);
  expect(redact(text, true)).toBe(revealed ?? text);
});

test('no account id is left in any data, however deep; times stay', () => {
  const account = fc.integer({ min: 1e11, max: 1e12 - 1 }).map(String);
  fc.assert(
    fc.property(account, fc.json(), (id, json) => {
      const data = {
        json: JSON.parse(json),
        list: [{ arn: `arn:aws:iam::${id}:user/x` }, id, `in ${id}.`],
        at: id,
      };
      const redacted = redactAll(data, false);
      expect(JSON.stringify(redacted.list)).not.toContain(id);
      expect(redacted.at).toBe(id);
      expect(redactAll(data, true)).toEqual(data);
    }),
  );
});
