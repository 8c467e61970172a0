import { CAPABILITY_NAMES, OPERATIONS } from '../../src/catalog/mturk.ts';
import { QUOTAS } from '../../src/iam/quotas.ts';
import { limitsPolicy, rolePolicy } from '../../src/team/documents.ts';
import { draftOf } from '../../src/team/draft.ts';
import { memberTags } from '../../src/team/names.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { resolveRoles } from '../../src/team/resolve-roles.ts';
import { policyTooLong } from '../../src/team/rules/roles.ts';
import { codesOf, findingsOf, pointedAt, teamText } from './team-text.ts';

const ON_GITHUB = { members: 'members:\n  ada: { name: Ada, github: ada, roles: [reader] }' };

describe('people whose access has ended', () => {
  const ended =
    'members:\n  ada: { name: Ada, roles: [reader] }\n  eve: { name: Eve, roles: [reader], until: "2026-11-24" }';

  test('the last day itself is a day of access', () => {
    expect(codesOf(teamText({ members: ended.replace('24"', '25"') }))).toEqual([]);
  });

  test('a sponsor who is gone is a warning', () => {
    const text = teamText({ members: `${ended}\n  bo: { name: Bo, roles: [reader], sponsor: eve }` });
    const args = { member: 'eve', until: '2026-11-24' };
    expect(findingsOf(text)).toMatchObject([
      { code: 'until-passed', severity: 'warning', args },
      { code: 'sponsor-expired', severity: 'warning', args },
    ]);
  });

  test('an owner who is gone is a warning while another one is there', () => {
    expect(codesOf(teamText({ owners: 'owners: [eve, ada]', members: ended }))).toEqual([
      'owner-expired',
      'until-passed',
    ]);
  });

  test('a last day that passes ends no check, though no owner is left', () => {
    const suspended = ended.replace('name: Ada', 'suspended: true, name: Ada');
    const warnings = [
      ['owner-expired', 'warning'],
      ['until-passed', 'warning'],
    ];
    for (const [owners, members] of [
      ['owners: [eve, ada]', suspended],
      ['owners: [eve]', ended],
    ] as const)
      expect(findingsOf(teamText({ owners, members })).map(({ code, severity }) => [code, severity])).toEqual(warnings);
    expect(
      codesOf(teamText({ owners: 'owners: [ada, bo]', members: `${suspended}\n  bo: { name: Bo, roles: [reader] }` })),
    ).toEqual(['until-passed']);
  });
});

describe('the review of access', () => {
  const codesWith = (fields: string, settings = 'settings: { review-every-days: 365 }') => {
    const members = `members:\n  ada: { name: Ada, roles: [reader], reviewed: "2026-11-25" }\n  bo: { name: Bo, roles: [reader]${fields} }`;
    return codesOf(teamText({ members, settings }));
  };
  test.each<[string, string, readonly string[]]>([
    ['never', '', ['review-due']],
    ['today', ', reviewed: "2026-11-25"', []],
    ['365 days ago', ', reviewed: "2025-11-25"', []],
    ['366 days ago', ', reviewed: "2025-11-24"', ['review-due']],
    ['tomorrow', ', reviewed: "2026-11-26"', ['reviewed-in-future']],
    ['on no day', ', reviewed: soon', ['invalid-date']],
    ['on a day long ago that the calendar has not', ', reviewed: "2025-02-29"', ['invalid-date']],
    ['never, of a suspended member', ', suspended: true', []],
    ['never, of a member past the last day', ', until: "2026-11-24"', ['until-passed']],
    ['never, of a member on the last day', ', until: "2026-11-25"', ['review-due']],
    ['never, of a member before the first day', ', from: "2026-11-26"', []],
    ['never, of a member on the first day', ', from: "2026-11-25"', ['review-due']],
  ])('%s', (_what, fields, codes) => {
    expect(codesWith(fields)).toEqual(codes);
  });

  test('is never due without the setting, and is counted in days of its own', () => {
    expect(codesWith(', reviewed: "2020-01-31"', 'settings: {}')).toEqual([]);
    expect(codesWith(', reviewed: "2026-10-26"', 'settings: { review-every-days: 30 }')).toEqual([]);
    expect(codesWith(', reviewed: "2026-10-25"', 'settings: { review-every-days: 30 }')).toEqual(['review-due']);
    expect(codesWith('', 'settings: { review-every-days: 29 }')).toEqual(['invalid-count']);
  });
});

describe('the days of a snooze', () => {
  const snoozedUntil = (until: string, today: string) => {
    const text = teamText({ snoozed: `snoozed:\n  console-password/bo: { until: "${until}", reason: known }` });
    return readTeam(text, { file: 'team.yaml', today }).findings.map(({ code }) => code);
  };
  test.each<[string, string, string, readonly string[]]>([
    ['the day before', '2026-11-24', '2026-11-25', ['snooze-passed']],
    ['the last day itself', '2026-11-25', '2026-11-25', []],
    ['a year', '2027-11-25', '2026-11-25', []],
    ['a year and a day', '2027-11-26', '2026-11-25', ['snooze-far-away']],
    ['a year from a leap day', '2029-02-28', '2028-02-29', []],
    ['a year and a day from a leap day', '2029-03-01', '2028-02-29', ['snooze-far-away']],
    ['a year to a leap day', '2028-02-28', '2027-02-28', []],
    ['a year and a day to a leap day', '2028-02-29', '2027-02-28', ['snooze-far-away']],
    ['another year of four digits', '9999-12-31', '2026-11-25', ['snooze-far-away']],
  ])('%s', (_, until, today, codes) => {
    expect(snoozedUntil(until, today)).toEqual(codes);
  });
});

test.each([
  'root-access-key',
  'unmanaged-user/old-mturk-user/spends',
  'unmanaged-group-membership/bo/other',
  'user-without-boundary/ops',
  'user-without-boundary/iam/ada/spends',
  'console-password/a+b=c,d.e@f_g-h',
])('%s may be snoozed', (id) => {
  expect(codesOf(teamText({ snoozed: `snoozed:\n  ${id}: { until: "2027-01-31", reason: known }` }))).toEqual([]);
});

test.each([
  'membership-added/bo/paymaster/spends',
  'policy-detached/group/reader/own',
  'user-recreated/bo/2026-11-25',
  'resource-changed/aws_iam_user.bo_2emarsh',
  'user-without-boundary/ada/spends',
])('%s may not, because Terraform manages it', (id) => {
  expect(codesOf(teamText({ snoozed: `snoozed:\n  ${id}: { until: "2027-01-31", reason: known }` }))).toEqual([
    'snooze-not-possible',
  ]);
});

test.each([
  'Root-keys',
  'root_keys',
  '-keys',
  'keys-',
  'console-password/',
  'console-password//bo',
  '/password/bo',
  'console-password/ö',
  'a b/c',
])('%s may not', (id) => {
  expect(codesOf(teamText({ snoozed: `snoozed:\n  "${id}": { until: "2027-01-31", reason: known }` }))).toEqual([
    'invalid-finding-id',
  ]);
});

describe('one mistake is one finding, whatever hangs on it', () => {
  test.each<[string, Parameters<typeof teamText>[0], readonly string[]]>([
    [
      'a mistyped role name does not leave the role unused',
      { members: 'members:\n  ada: { name: Ada, roles: [raeder] }' },
      ['unknown-role'],
    ],
    [
      'a mistyped operation does not make the role grant nothing',
      { roles: 'roles:\n  reader: { allow: [GetHIIT] }' },
      ['unknown-permission'],
    ],
    [
      'nor the roles that extend it',
      {
        roles: 'roles:\n  reader: { allow: [GetHIIT] }\n  other: { extends: [reader], deny: [GetHIT] }',
        members: 'members:\n  ada: { name: Ada, roles: [other] }',
      },
      ['unknown-permission'],
    ],
    [
      'a mistyped section does not orphan the owners',
      { members: 'member:\n  ada: { name: Ada, roles: [reader] }' },
      ['unknown-key'],
    ],
    ['no members at all is one thing to say', { members: '' }, ['missing-key']],
    ['an empty section is one thing to say', { members: 'members:' }, ['empty-value']],
    ['no roles at all is one thing to say', { roles: '' }, ['missing-key']],
    ['an alias is not also a wrong type', { members: 'members: *all' }, ['yaml-alias']],
    ['a bad lab does not make ids too long', { lab: `lab: ${'x'.repeat(70)}` }, ['invalid-lab']],
    [
      'a role given eleven times is not eleven groups',
      { members: `members:\n  ada: { name: Ada, roles: [${Array(11).fill('reader').join(', ')}] }` },
      Array(10).fill('duplicate-entry'),
    ],
    [
      'an unquoted day that is none is first of all no day',
      { members: 'members:\n  ada: { name: Ada, roles: [reader], until: 2027-02-31 }' },
      ['invalid-date'],
    ],
    [
      'a snooze that cannot be one and has ended is first of all none',
      { snoozed: 'snoozed:\n  "Bo!": { until: "2020-01-01", reason: known }' },
      ['invalid-finding-id', 'snooze-passed'],
    ],
    [
      'a snooze without quotes that has ended is first of all without quotes',
      { snoozed: 'snoozed:\n  console-password/bo: { until: 2020-01-01, reason: known }' },
      ['date-not-quoted'],
    ],
    [
      'a misspelt setting of keys does not make the member wrong',
      { members: 'members:\n  ada: { name: Ada, roles: [reader], keys: 2.5 }' },
      ['invalid-count'],
    ],
    [
      'a member can have the key of a setting',
      { members: 'members:\n  ada: { name: Ada, roles: [reader] }\n  max-removals: 3' },
      ['wrong-type'],
    ],
    [
      'a mistyped owner does not make the approval of two impossible',
      { ...ON_GITHUB, owners: 'owners: [ada, adda]', settings: 'settings: { self-approval: true }' },
      ['unknown-owner'],
    ],
    [
      'no members at all, of a lab on GitHub',
      { members: '', settings: 'settings: { self-approval: true }' },
      ['missing-key'],
    ],
    ['a version with a hidden character', { version: 'version: "1\\u200B"' }, ['invisible-character']],
    [
      'what is beside an empty section belongs to it only if it looks so',
      { departed: 'departed:\nemail: ada@lab.edu' },
      ['empty-value', 'unknown-key'],
    ],
    [
      'nothing belongs to an empty list',
      { freeze: 'freeze:\nbo: { name: Bo, roles: [reader] }' },
      ['empty-value', 'unknown-key'],
    ],
    [
      'a list with a mistake in it, where no list belongs',
      { members: 'members:\n  ada: { name: Ada, roles: [reader], keys: ["${x}"] }' },
      ['wrong-type', 'template-expression'],
    ],
    [
      'what is no text in braces does not hide a mistyped key',
      { members: 'members:\n  ada: { name: Ada, role, PhD }' },
      ['unknown-key', 'unknown-key'],
    ],
    [
      'nor one without a space',
      { members: 'members:\n  ada: { name: Ada, roles:reader, PhD }' },
      ['unknown-key', 'unknown-key'],
    ],
    [
      'a member can have the id of a field',
      {
        members: 'members:\n  ada: { name: Ada, roles: [reader] }\n  bo:\n  sponsor: { name: Cy, roles: [reader] }',
      },
      ['empty-value'],
    ],
    [
      'without an account, an administrator is in no other one',
      { account: '', settings: 'settings: { administrators: ["arn:aws:iam::012345678901:user/ops"] }' },
      ['missing-key'],
    ],
    [
      'a role is not unused while the roles of a member cannot be read',
      {
        roles: 'roles:\n  reader: { allow: [GetHIT] }\n  payer: { allow: [SendBonus] }',
        members: 'members:\n  ada: { name: Ada, roles: [reader] }\n  bo: { name: Bo, roles: [7] }',
      },
      ['wrong-type'],
    ],
    ['a mode with a hidden character', { settings: 'settings: { reconcile: "al\\u200Bl" }' }, ['invisible-character']],
    [
      'what lacks to a member whose id has a hidden character',
      { members: 'members:\n  ada: { name: Ada, roles: [reader] }\n  "b\\u200Bo": { roles: [reader] }' },
      ['invisible-character', 'missing-key'],
    ],
    [
      'a field beside a member who has it belongs to no one',
      { members: 'members:\n  ada: { name: Ada, roles: [reader] }\n  bo:\n    name: Bo\n  name: Cy' },
      ['missing-key', 'wrong-type'],
    ],
    [
      'two mistakes in one name',
      { members: 'members:\n  ada: { name: "${x}\\u200B", roles: [reader] }' },
      ['template-expression', 'invisible-character'],
    ],
    [
      'an id with a hidden character is not also outside the alphabet',
      { members: 'members:\n  ada: { name: Ada, roles: [reader] }\n  "b\\u200Bo": { name: Bo, roles: [reader] }' },
      ['invisible-character'],
    ],
  ])('%s', (_, sections, codes) => {
    expect(codesOf(teamText(sections))).toEqual(codes);
  });
});

const settings = (fields: string) => ({ settings: `settings: { ${fields} }` });
const inState = (fields: string) => ({ ...ON_GITHUB, ...settings(`state: { ${fields} }`) });
const bucket = (name: string) => inState(`bucket: ${name}, region: us-east-1`);
const email = (text: string) => ({ members: `members:\n  ada: { name: Ada, roles: [reader], email: ${text} }` });

test.each<[string, Parameters<typeof teamText>[0], readonly string[]]>([
  ['the longest address', email(`ada@${'l'.repeat(246)}.edu`), []],
  ['a longer address', email(`ada@${'l'.repeat(247)}.edu`), ['invalid-email']],
  ['a bucket with a prefix of AWS', bucket('xn--lab'), ['invalid-bucket-name']],
  ['a bucket that is an access point of an Outpost', bucket('lab-state--op-s3'), ['invalid-bucket-name']],
  ['a bucket with two dots', bucket('lab..state'), ['invalid-bucket-name']],
  ['the longest state key', inState(`bucket: lab, region: us-east-1, key: ${'k'.repeat(80)}`), []],
  ['a longer state key', inState(`bucket: lab, region: us-east-1, key: ${'k'.repeat(81)}`), ['invalid-state-key']],
  ['the longest neighbor', settings(`neighbors: [${'v'.repeat(40)}]`), []],
  ['a longer neighbor', settings(`neighbors: [${'v'.repeat(41)}]`), ['invalid-neighbor']],
  ['an administrator beside the lab', settings('administrators: ["arn:aws:iam::012345678901:user/ops"]'), []],
  ['a name in French', { members: 'members:\n  ada: { name: "Ada\\u00A0: O", roles: [reader] }' }, []],
  ['an owner of today', { members: 'members:\n  ada: { name: Ada, roles: [reader], from: "2026-11-25" }' }, []],
  [
    'no owner before tomorrow',
    { members: 'members:\n  ada: { name: Ada, roles: [reader], from: "2026-11-26" }' },
    ['no-owner'],
  ],
  ['a role with the name of a member', settings('administrators: ["arn:aws:iam::012345678901:role/vision-ada"]'), []],
  ['a day as a description', { roles: 'roles:\n  reader: { description: 2026-11-25, allow: [GetHIT] }' }, []],
  ['a setting that is yes', settings('self-approval: yes'), ['wrong-type']],
  ['an account that is true', { account: 'account: true' }, ['wrong-type']],
  ['a comma that ends a description', { roles: 'roles:\n  reader:\n    description: Reads,\n    allow: [GetHIT]' }, []],
  [
    'what one list allows and another denies',
    { roles: 'roles:\n  reader: { allow: [GetHIT, pay:bonus], deny: [pay:bonus] }' },
    [],
  ],
  [
    'a denied capability of which one operation is allowed',
    { roles: 'roles:\n  reader: { allow: [GetHIT, DeleteWorkerBlock], deny: [workers:block] }' },
    [],
  ],
])('what may and may not be written: %s', (_, sections, codes) => {
  expect(codesOf(teamText(sections))).toEqual(codes);
});

test('mistakes of different kinds are found in one run, in the order of the file', () => {
  const text = teamText({
    version: 'version: 2',
    owners: 'owners: [adda]',
    roles: 'roles:\n  reader: { allow: [SearchHITs], deni: [] }',
    members: 'members:\n  ada: { name: 7, roles: reader, until: never }',
    departed: 'departed:',
    freeze: 'freeze: [spent]',
  });
  expect(codesOf(text)).toEqual([
    'unsupported-version',
    'unknown-owner',
    'retired-operation',
    'unknown-key',
    'wrong-type',
    'wrong-type',
    'invalid-date',
    'empty-value',
    'unknown-freeze',
  ]);
});

test.each([
  '    name: Bo # 2',
  '    name: Bo ## 2',
  '    name: "Bo #2" #2',
  '    name: Bo#2',
  '    name: Bo\n    #suspended: true',
])('%j has a comment that is one, or none', (name) => {
  const text = teamText({
    members: `members:\n  ada: { name: Ada, #x\n    roles: [reader] }\n  bo:\n${name}\n    roles: [reader] #x`,
  });
  expect(codesOf(text)).toEqual([]);
});

test('what is not indented is checked as it was meant, in its place', () => {
  const text = teamText({
    members:
      'members:\n  ada: { name: Ada, roles: [reader] }\n  bo:\n  name: Bo\n  roles: [raeder]\n  until: "2027-02-31"\n  sponsor: ada',
  });
  expect(findingsOf(text).map((finding) => [finding.code, pointedAt(text, finding)])).toEqual([
    ['not-indented', 'name'],
    ['unknown-role', 'raeder'],
    ['invalid-date', '"2027-02-31"'],
  ]);
});

test.each(['bo: &it', 'bo: !!null', 'bo: later', '? bo'])('no field beside the member %j belongs to it', (bo) => {
  const text = teamText({ members: `members:\n  ada: { name: Ada, roles: [reader] }\n  ${bo}\n  name: Bo` });
  expect(codesOf(text)).not.toContain('not-indented');
});

test('control characters of a comment are reported once, on the last line, too', () => {
  expect(codesOf(`${teamText({}).trimEnd()} # \u0007\u0007`)).toEqual(['control-character']);
});

test('a field that is not indented below two members is not a repeated key, and its date is read', () => {
  const fields = '  name: Bo\n  roles: [reader]\n  until: 2027-02-28';
  const text = teamText({
    members: `members:\n  ada: { name: Ada, roles: [reader] }\n  bo:\n${fields}\n  cy:\n${fields.replace('Bo', 'Cy')}`,
  });
  expect(codesOf(text)).toEqual(['not-indented', 'date-not-quoted', 'not-indented', 'date-not-quoted']);
});

describe('lengths of policies', () => {
  const policyOf = (limit: number) => {
    const value = { roles: { small: { allow: ['GetHIT'] }, large: { allow: ['*'], deny: ['SendBonus'] } } };
    const draft = draftOf(value);
    const found: [string, unknown][] = [];
    const context = {
      value,
      draft,
      resolved: resolveRoles(draft.roles),
      today: '2026-11-25',
      unquotedDates: [],
      roleKeys: ['small', 'large'],
      memberKeys: [],
      intact: () => true,
      suggest: () => null,
    };
    policyTooLong(limit).check?.(context, (path, args) => found.push([path.join('.'), args]));
    return found;
  };

  test('a role is measured with everything frozen, and without white space', () => {
    const role = {
      key: '',
      description: null,
      extends: [],
      allow: OPERATIONS,
      deny: ['SendBonus' as const],
      managed: [],
    };
    const length = JSON.stringify(rolePolicy(role, CAPABILITY_NAMES)).length;
    expect(policyOf(length)).toEqual([]);
    expect(policyOf(length - 1)).toEqual([['roles.large', { role: 'large', length, limit: length - 1 }]]);
  });

  test('with the catalog as it is, the longest role with everything frozen fits', () => {
    const role = { key: '', description: null, extends: [], allow: OPERATIONS, deny: OPERATIONS, managed: [] };
    expect(JSON.stringify(rolePolicy(role, CAPABILITY_NAMES)).length).toBeLessThanOrEqual(QUOTAS.managedPolicySize);
  });

  test('a member whose key has every character of a name has tags that IAM takes', () => {
    const tags = memberTags('perception-lab', 'a+=.@_-9');
    expect(tags['mturk-team:member']).toBe('a+=.@_-9');
    for (const [name, value] of Object.entries(tags)) expect(name + value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u);
  });

  test('the inline policy of a member, which has one length for all members, fits into its 2,048 characters', () => {
    const member = {
      key: 'a',
      name: 'A',
      email: null,
      github: null,
      roles: [],
      sponsor: null,
      reviewed: null,
      keys: 1,
      recipient: null,
    };
    const limits = limitsPolicy({ ...member, from: '2027-01-10', until: '2027-05-31', suspended: true });
    expect(JSON.stringify(limits).length).toBeLessThanOrEqual(2_048);
  });
});
