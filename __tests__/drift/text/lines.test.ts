import { driftLines } from '../../../src/drift/text/lines.ts';
import { ATTACKS } from '../../support/hostile-text.ts';
import { AT, DIFFERENCES, finds, lookOf, naming, OTHERS } from '../../support/sample-looks.ts';

const linesOf = (findings: Parameters<typeof lookOf>[0], named = naming) =>
  driftLines(lookOf(findings), named, { at: AT, reconcile: false });

test('a terminal shows account ids, ARNs, addresses and key ids, so that commands can be pasted', () => {
  const user = 'backup-123456789012';
  const named = finds(`console-password/${user}`, { kind: 'console-password', user, lastUsed: null });
  const text = linesOf([...DIFFERENCES, ...OTHERS, named]).join('\n');
  for (const shown of [/\d{12}/, /203\.0\.113\.9/, /A[KPC][A-Z]AEXAMPLE\w{8}/]) expect(text).toMatch(shown);
  expect(text).toContain(`aws iam delete-login-profile --user-name ${user}`);
  expect(text).not.toContain('$ACCOUNT');
});

test('no name breaks a line of a terminal', () => {
  for (const attack of ['null and escape', 'right-to-left override', 'line separator', 'new row', 'carriage return']) {
    const people = new Map([...naming.people].map(([user, { key }]) => [user, { key, name: ATTACKS[attack] ?? '' }]));
    const lines = linesOf(DIFFERENCES, { ...naming, people });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(lines.filter((line) => /[\u0000-\u001f\u202e\u2028]/.test(line))).toEqual([]);
  }
});
