import type { ReportedKey, ReportRow } from '../../../src/aws/credentials/credential-report.ts';
import { credentialsOf, type OwnCredentials } from '../../../src/aws/credentials/user-credentials.ts';
import type { UserCredentials } from '../../../src/aws/types.ts';

const [EARLY, LATER, LATEST] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'];
const USED = '2026-11-24T07:30:00Z';
const SHARED: UserCredentials['services'] = [];

const reported = (rotated: string, lastUsed: string | null, active = true): ReportedKey => ({
  active,
  rotated,
  lastUsed,
  isUseKnown: true,
});
const row = (...keys: ReportedKey[]): ReportRow => ({
  created: EARLY,
  password: null,
  keys,
  certificates: [],
});
const own = (...created: string[]): OwnCredentials => ({
  keys: { ok: true, value: created.map((time, index) => ({ id: `K${index}`, active: true, created: time })) },
  ssh: { ok: true, value: [] },
  certificates: { ok: true, value: [] },
  password: { ok: true, value: null },
});

test.each<[string, string[], ReportedKey[], (string | null)[]]>([
  ['each by its time', [EARLY, LATER], [reported(EARLY, USED), reported(LATER, null)], [USED, null]],
  ['in another order', [LATER, EARLY], [reported(EARLY, USED), reported(LATER, null)], [USED, null]],
  ['one that was deleted since', [LATER], [reported(EARLY, USED), reported(LATER, null)], [null]],
  ['one that is new', [EARLY, LATEST], [reported(EARLY, USED)], [USED, 'unknown']],
  ['one that is new, after the other was deleted', [LATEST], [reported(EARLY, USED)], ['unknown']],
  ['one that was changed, which moves its time', [EARLY], [reported(LATER, USED)], [USED]],
  ['one of two that was changed', [EARLY, LATER], [reported(LATER, null), reported(LATEST, USED)], [USED, null]],
  [
    'two that were both changed',
    [EARLY, LATER],
    [reported(LATEST, USED), reported(LATEST, null)],
    ['unknown', 'unknown'],
  ],
  ['two of one second', [EARLY, EARLY], [reported(EARLY, USED), reported(EARLY, null)], [USED, USED]],
  ['none in the report', [EARLY], [], ['unknown']],
])('the use of keys: %s', (_case, listed, keys, expected) => {
  const credentials = credentialsOf(own(...listed), row(...keys), SHARED);
  expect(credentials.keys.map(({ lastUsed, isUseKnown }) => (isUseKnown ? lastUsed : 'unknown'))).toEqual(expected);
  expect(credentials.keys.map(({ created }) => created)).toEqual([...listed].sort());
  expect(credentials.keys.every(({ id }) => id !== null)).toBe(true);
});

test('a user whose credentials were not read has those of the report', () => {
  const known: ReportRow = {
    ...row(reported(LATER, null), reported(EARLY, USED, false)),
    password: { lastUsed: USED },
    certificates: ['2'],
  };
  expect(credentialsOf(null, known, SHARED)).toEqual({
    keys: [
      { id: null, active: false, created: EARLY, lastUsed: USED, isUseKnown: true },
      { id: null, active: true, created: LATER, lastUsed: null, isUseKnown: true },
    ],
    password: { lastUsed: USED },
    certificates: ['2'],
    ssh: [],
    services: [],
  });
});

test('a password that only the account knows of', () => {
  const listed: OwnCredentials = { ...own(), password: { ok: true, value: {} } };
  expect(credentialsOf(listed, null, SHARED).password).toEqual({ lastUsed: null });
  expect(credentialsOf(listed, { ...row(), password: { lastUsed: USED } }, SHARED).password).toEqual({
    lastUsed: USED,
  });
  expect(credentialsOf(own(), { ...row(), password: { lastUsed: USED } }, SHARED).password).toBeNull();
});
