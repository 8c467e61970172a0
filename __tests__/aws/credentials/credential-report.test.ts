import { parseCredentialReport } from '../../../src/aws/credentials/credential-report.ts';

const KEY = (number: 1 | 2): string[] =>
  ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
    (part) => `access_key_${number}_${part}`,
  );
const PASSWORD = ['password_enabled', 'password_last_used', 'password_last_changed', 'password_next_rotation'];
const CERTIFICATES = ['cert_1_active', 'cert_1_last_rotated', 'cert_2_active', 'cert_2_last_rotated'];
const COLUMNS = ['user', 'arn', 'user_creation_time', ...PASSWORD, 'mfa_active', ...KEY(1), ...KEY(2), ...CERTIFICATES];

const ARN = 'arn:aws:iam::123456789012:user/mturk/perception-lab/bo';
const BO: Readonly<Record<string, string>> = {
  user: 'bo',
  arn: ARN,
  user_creation_time: '2025-03-01T10:00:00+00:00',
  password_enabled: 'true',
  password_last_used: '2026-11-01T09:15:00+00:00',
  password_last_changed: '2025-03-01T10:00:00+00:00',
  password_next_rotation: 'N/A',
  mfa_active: 'true',
  access_key_1_active: 'true',
  access_key_1_last_rotated: '2025-03-01T10:05:00+00:00',
  access_key_1_last_used_date: '2026-11-24T07:30:00+00:00',
  access_key_1_last_used_region: 'us-east-1',
  access_key_1_last_used_service: 'mechanicalturk',
  access_key_2_active: 'false',
  access_key_2_last_rotated: 'N/A',
  access_key_2_last_used_date: 'N/A',
  access_key_2_last_used_region: 'N/A',
  access_key_2_last_used_service: 'N/A',
  cert_1_active: 'false',
  cert_1_last_rotated: 'N/A',
  cert_2_active: 'true',
  cert_2_last_rotated: '2025-04-01T10:00:00+00:00',
};

const text = (columns: readonly string[], ...rows: Readonly<Record<string, string>>[]): string =>
  [columns, ...rows.map((row) => columns.map((column) => row[column] ?? 'N/A'))]
    .map((cells) => cells.join(','))
    .join('\n');

/** The column of the other key. */
const swapped = (column: string): string =>
  column.replace(/^access_key_([12])/, (_, number) => `access_key_${3 - Number(number)}`);

const FIRST_KEY = {
  active: true,
  rotated: '2025-03-01T10:05:00Z',
  lastUsed: '2026-11-24T07:30:00Z',
  isUseKnown: true,
};
const READ = {
  created: '2025-03-01T10:00:00Z',
  password: { lastUsed: '2026-11-01T09:15:00Z' },
  keys: [FIRST_KEY],
  certificates: ['2'],
};

const without = (...names: string[]): string[] => COLUMNS.filter((column) => !names.includes(column));

test.each<[string, string, object]>([
  ['the 22 columns', text(COLUMNS, BO), READ],
  ['a 23rd', text([...COLUMNS, 'additional_credentials_info'], BO), READ],
  ['a new one in front', text(['passkey_1_active', ...COLUMNS], BO), READ],
  ['shuffled', text(COLUMNS.toReversed(), BO), READ],
  ['shuffled otherwise', text([...COLUMNS.slice(9), 'console_2_active', ...COLUMNS.slice(0, 9)], BO), READ],
  ['no certificates, as the first reports', text(without(...CERTIFICATES), BO), { ...READ, certificates: [] }],
  ['no second key', text(without(...KEY(2)), BO), READ],
  [
    'keys without their use, as before 2015',
    text(without(...KEY(1).slice(2), ...KEY(2).slice(2)), BO),
    { ...READ, keys: [{ ...FIRST_KEY, lastUsed: null, isUseKnown: false }] },
  ],
  ['no time of creation', text(without('user_creation_time'), BO), { ...READ, created: null }],
  ['Windows line ends', text(COLUMNS, BO).replaceAll('\n', '\r\n'), READ],
  ['a line end at the end', `${text(COLUMNS, BO)}\n`, READ],
  ['quoted cells', text(COLUMNS, BO).replaceAll(/[^,\n]+/g, '"$&"'), READ],
  [
    'a quoted comma and a doubled quote in an unused cell',
    text([...COLUMNS, 'additional_credentials_info'], { ...BO, additional_credentials_info: '"a, ""b"""' }),
    READ,
  ],
  [
    'capital letters, as the guide has them',
    text(COLUMNS, BO).replaceAll('true', 'TRUE').replaceAll('false', 'FALSE'),
    READ,
  ],
  ['Z for UTC', text(COLUMNS, BO).replaceAll('+00:00', 'Z'), READ],
  ['fractions of a second', text(COLUMNS, BO).replaceAll('+00:00', '.123000+00:00'), READ],
  [
    'a key that was never used',
    text(COLUMNS, { ...BO, access_key_1_last_used_date: 'N/A' }),
    { ...READ, keys: [{ ...FIRST_KEY, lastUsed: null }] },
  ],
  [
    'a key of which there is no information',
    text(COLUMNS, { ...BO, access_key_1_last_used_date: 'no_information' }),
    { ...READ, keys: [{ ...FIRST_KEY, lastUsed: null }] },
  ],
  [
    'a key that is off',
    text(COLUMNS, { ...BO, access_key_1_active: 'false' }),
    { ...READ, keys: [{ ...FIRST_KEY, active: false }] },
  ],
  [
    'a password that was never used',
    text(COLUMNS, { ...BO, password_last_used: 'no_information' }),
    { ...READ, password: { lastUsed: null } },
  ],
  [
    'no password',
    text(COLUMNS, { ...BO, password_enabled: 'false', password_last_used: 'N/A' }),
    { ...READ, password: null },
  ],
  [
    'a password that is not supported, as the root has it',
    text(COLUMNS, { ...BO, password_enabled: 'not_supported', password_last_used: 'not_supported' }),
    { ...READ, password: null },
  ],
  [
    'a second key alone',
    text(COLUMNS, Object.fromEntries(Object.entries(BO).map(([column, cell]) => [swapped(column), cell]))),
    READ,
  ],
])('%s', (_case, report, expected) => {
  expect(parseCredentialReport(report)?.get('bo')).toEqual(expected);
});

test('rows by name, the root among them or not', () => {
  const names = (...rows: string[]) => [
    ...(parseCredentialReport(text(COLUMNS, ...rows.map((user) => ({ ...BO, user }))))?.keys() ?? []),
  ];
  expect(names('<root_account>', 'bo', 'cy')).toEqual(['<root_account>', 'bo', 'cy']);
  expect(names('bo')).toEqual(['bo']);
  expect(names()).toEqual([]);
  expect(names('"a,b"', 'cy')).toEqual(['a,b', 'cy']);
});

test('a row that is out of step is left out, and not read one column off', () => {
  const rows = parseCredentialReport(`${text(COLUMNS, BO)}\na,b,${text(COLUMNS, BO).split('\n')[1]}\ncy,short`);
  expect([...(rows?.keys() ?? [])]).toEqual(['bo']);
});

test.each(['', '<html>no</html>', 'arn,mfa_active\nx,true'])(
  'what is no report is not taken for an empty one: %j',
  (report) => {
    expect(parseCredentialReport(report)).toBeNull();
  },
);
