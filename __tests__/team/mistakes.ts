import { IDENTITIES, otherForm } from '../support/recipients.ts';
import type { Sections } from './team-text.ts';

/** A file with one mistake, and what is underlined of it. */
export type Mistake = readonly [name: string, file: Sections | string, at: string];

const roles = (lines: string) => ({ roles: `roles:\n  reader: { allow: [results:read] }\n${lines}` });
const members = (lines: string) => ({ members: `members:\n  ada: { name: Ada, roles: [reader] }\n${lines}` });
const bo = (fields: string) => members(`  bo: { name: Bo, roles: [reader], ${fields} }`);
/** Of a lab that reviews access once a year, where ada was reviewed. */
const reviewed = (entry: string) => ({
  members: `members:\n  ada: { name: Ada, roles: [reader], reviewed: "2026-11-25" }\n  bo: ${entry}`,
  settings: 'settings: { review-every-days: 365 }',
});
const named = (text: string) => members(`  bo: { name: ${text}, roles: [reader] }`);
/** A role beside the reader, which ada has as well, so that it is used. */
const role = (fields: string) => ({
  ...roles(`  other: ${fields}`),
  members: 'members:\n  ada: { name: Ada, roles: [reader, other] }',
});
const ELEVEN = Array.from({ length: 11 }, (_, index) => `r${index}`);
const dee = (fields: string) => ({ departed: `departed:\n  dee: { ${fields} }` });
const GONE = dee('left: "2026-06-30", reason: graduated');
const RECIPIENT = IDENTITIES[0].recipient;
const WEAK = 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z';
const recipient = (text: string) => bo(`recipient: ${text}`);
const settings = (fields: string) => ({ settings: `settings: { ${fields} }` });
const administrator = (name: string, arn: string): Mistake => [
  name,
  settings(`administrators: ["${arn}"]`),
  `"${arn}"`,
];
/** Of a lab whose owners approve on GitHub, because workflows need a state. */
const state = (text: string) => ({
  members: 'members:\n  ada: { name: Ada, github: ada, roles: [reader] }',
  settings: `settings:\n  state: ${text}`,
});
const snoozed = (fields: string, id = 'unmanaged-user/old-mturk-user/spends') => ({
  snoozed: `snoozed:\n  ${id}: { ${fields} }`,
});
const snoozedId = (name: string, id: string): Mistake => [name, snoozed('until: "2027-01-31", reason: x', id), id];

/** By the code that answers them. */
export const MISTAKES: Readonly<Record<string, readonly Mistake[]>> = {
  'yaml-syntax': [
    ['a comma ends a line', members('  bo:\n    roles: [reader],\n    name: Bo'), ','],
    ['an entry of a list among members', members('  - bo: { name: Bo, roles: [reader] }'), ' '],
    ['a comment with slashes', { owners: '// who approves\nowners: [ada]' }, '// who approves...'],
    ['a full-width colon', { lab: 'lab：vision' }, 'lab：vision...'],
    ['line ends of an old Macintosh', 'version: 1\rlab: vision\r', 'v'],
    ['a bracket is not closed', { owners: 'owners: [ada' }, 'r'],
    ['a tab indents', { roles: 'roles:\n\treader: { allow: [results:read] }' }, '\t'],
    [
      'a text with a colon has no quotes',
      {
        members:
          'members:\n  ada: { roles: [reader], name: Ada }\n  bo:\n    name: Bo: the second\n    roles: [reader]',
      },
      'B',
    ],
    ['the asterisk without quotes', role('{ allow: [*] }'), '*'],
    ['a comma is forgotten before a key', members('  bo: { name: Bo roles: [reader] }'), 'Bo roles: [reader] '],
    ['an apostrophe ends a text', members("  bo: { name: 'Bo O'Chen', roles: [reader] }"), "Chen'"],
    ['a brace is not closed', members('  bo: { name: Bo, roles: [reader]\n  cy: { name: Cy, roles: [reader] }'), 'c'],
    ['a number sign in a name in braces', members('  bo: { name: Bo #2, roles: [reader] }'), '#2, roles: [reader] }'],
    ['no space after a colon', members('  bo:\n    name:Bo\n    roles: [reader]'), 'name:'],
    ['no space before braces', members('  bo:{ name: Bo, roles: [reader] }'), 'bo:'],
    ['no space before the braces of one key', members('  bo:{ name: Bo }'), 'bo:'],
    ['no space before brackets', members('  bo:\n    name: Bo\n    roles:[reader]'), 'roles:'],
    ['an escape as it is', named('B\u001B[31mo'), '['],
  ],
  'file-empty': [
    ['only a comment', '# nothing yet\n', '#'],
    ['nothing at all', '', ''],
    ['nothing but a marker', '---\n', '-'],
  ],
  'yaml-too-deep': [
    ['brackets without end', `${'['.repeat(200_000)}`, '['],
    ['dashes without end', `${'- '.repeat(100_000)}`, '-'],
    ['keys without end', `${'? '.repeat(100_000)}`, '?'],
  ],
  'yaml-anchor': [
    ['an anchor', { owners: 'owners: &who [ada]' }, '&who'],
    ['an anchor at a key', { lab: '&l lab: vision' }, '&l'],
  ],
  'special-space': [
    [
      'no-break spaces indent',
      members('  bo:\n\u00A0\u00A0\u00A0\u00A0name: Bo\n    roles: [reader]'),
      '\u00A0'.repeat(4),
    ],
    ['a no-break space follows a colon', members('  bo:\n    name:\u00A0Bo\n    roles: [reader]'), '\u00A0'],
    ['no-break spaces before an id', members('\u00A0\u00A0bo: { name: Bo, roles: [reader] }'), '\u00A0\u00A0'],
    ['a no-break space in a list of roles', members('  bo: { name: Bo, roles: [reader,\u00A0other] }'), '\u00A0'],
    [
      'a no-break space for the one after a colon in braces',
      members('  bo: { name: Bo, roles: [reader], until:\u00A0"2027-05-31" }'),
      '\u00A0',
    ],
    ['a wide space before a name', named('\u3000Bo'), '\u3000'],
  ],
  'trailing-comma': [
    ['a comma behind a name on a line of its own', members('  bo:\n    name: Bo Chen,\n    roles: [reader]'), ','],
  ],
  'merge-conflict': [
    [
      'a merge conflict',
      { owners: '<<<<<<< HEAD\nowners: [ada]\n=======\nowners: [bo]\n>>>>>>> 3f2c1ab (Add Bo)' },
      '<<<<<<< HEAD',
    ],
    ['the rest of a merge conflict', { owners: 'owners: [ada]\n=======' }, '======='],
  ],
  'comment-after-text': [
    ['a number sign in a name', members('  bo:\n    name: Bo #2\n    roles: [reader] # as usual'), '#2'],
  ],
  'yaml-alias': [['an alias', role('{ allow: [*everything] }'), '*everything']],
  'yaml-tag': [
    ['a tag of YAML', { lab: 'lab: !!str vision' }, '!!str'],
    ['a tag of another program', { lab: 'lab: !env vision' }, '!env'],
    ['a tag on a map', { departed: 'departed: !set {}' }, '!set'],
  ],
  'yaml-merge-key': [['a merge key', role('{ allow: [GetHIT], <<: { deny: [GetHIT] } }'), '<<']],
  'yaml-directive': [
    [
      'a directive, which would make YAML 1.1 of the file',
      '%YAML 1.1\n---\nversion: 1\nlab: vision\naccount: "012345678901"\nowners: [ada]\nroles:\n  reader: { allow: [GetHIT] }\nmembers:\n  ada: { name: Ada, roles: [reader] }\n',
      '%YAML 1.1',
    ],
  ],
  'yaml-many-documents': [['a second document', { settings: '---\nversion: 1' }, '---']],
  'duplicate-key': [
    ['a key twice', { freeze: 'lab: other' }, 'lab'],
    ['a member twice', members('  ada: { name: Ada Again, roles: [reader] }'), 'ada'],
  ],
  'key-not-text': [
    ['a member id that is a number', members('  007: { name: Bond, roles: [reader] }'), '007'],
    ['a member id that is a boolean', members('  true: { name: T, roles: [reader] }'), 'true'],
    ['a member id that is null', members('  null: { name: N, roles: [reader] }'), 'null'],
    ['no key before a colon', members('  : { name: N, roles: [reader] }'), ' '],
    ['a list as a key', members('  ? [a]\n  : { name: L, roles: [reader] }'), '[a]'],
  ],
  'unknown-key': [
    ['a permission of a member', bo('allow: [pay:bonus]'), 'allow'],
    [
      'a member inside another one',
      members('  bo:\n    name: Bo\n    roles: [reader]\n    eve: { name: Eve, roles: [reader] }'),
      'eve',
    ],
    ['a member at the top', { freeze: 'bo: { name: Bo, roles: [reader] }' }, 'bo'],
    ['the address of a member in a map', bo('contact: { email: bo@lab.edu, phone: "1" }'), 'contact'],
    ['a role among the settings', settings('payer: { allow: [pay:bonus] }'), 'payer'],
    ['an e-mail address at the top', { owners: 'owners: [ada]\nemail: ada@lab.edu' }, 'email'],
    ['a day of leaving in members', bo('left: "2026-06-30"'), 'left'],
    ['a mistyped key of a member', members('  bo: { name: Bo, role: [reader] }'), 'role'],
    ['a mistyped section', { members: 'membres:\n  ada: { name: Ada, roles: [reader] }' }, 'membres'],
    ['no space after a colon in braces', members('  bo: {name:Bo, roles: [reader]}'), 'name:Bo'],
    ['a name with a comma in braces', members('  bo: { name: Bo Chen, PhD, RN, roles: [reader] }'), 'PhD'],
    ['a quoted name before a key without a value', members('  bo: { name: "Bo Chen", PhD, roles: [reader] }'), 'PhD'],
    ['a login before a key without a value', bo('github: bo, PhD'), 'PhD'],
    ['an unknown key before a name', members('  bo: { color: red, roles: [reader], name: Bo }'), 'color'],
    ['a key without a value below a name', members('  bo:\n    roles: [reader]\n    name: Bo\n    PhD:'), 'PhD'],
    ['a key without a value in braces', members('  bo: { name: Bo, roles: [reader], PhD }'), 'PhD'],
    ['an unknown key like no other', role('{ allow: [GetHIT], color: red }'), 'color'],
    ['an unknown setting', settings('max-removal: 3'), 'max-removal'],
    ['a key that objects have anyway', { freeze: 'constructor: 1' }, 'constructor'],
    ['a key that changes prototypes', { freeze: '__proto__: 1' }, '__proto__'],
    [
      'a setting of the state that is none',
      state('{ bucket: lab-state, region: us-east-1, max-removals: 3 }'),
      'max-removals',
    ],
    ['a setting at the top', { settings: 'renew-before-days: 14' }, 'renew-before-days'],
    ['a snooze with another key', snoozed('until: "2027-01-31", reason: x, by: ada'), 'by'],
  ],
  'not-indented': [
    ['fields as far left as their member', members('  bo:\n  name: Bo\n  roles: [reader]'), 'name'],
    ['a field as far left as its member', members('  bo:\n    name: Bo\n  roles: [reader]'), 'roles'],
    [
      'fields as far left as their role',
      { roles: 'roles:\n  reader:\n  description: Reads\n  allow: [results:read]' },
      'description',
    ],
    [
      'fields in the same braces as their member',
      { members: 'members: { ada: { name: Ada, roles: [reader] }, bo: , name: Bo, roles: [reader] }' },
      'name',
    ],
    [
      'a field behind the braces of its member',
      { members: 'members: { ada: { name: Ada, roles: [reader] }, bo: { name: Bo }, roles: [reader] }' },
      'roles',
    ],
    ['members as far left as their section', { members: 'members:\nada: { name: Ada, roles: [reader] }' }, 'ada'],
  ],
  'missing-key': [
    ['no account', { account: '' }, 'version'],
    ['a member without a name', members('  bo: { roles: [reader] }'), 'bo'],
    ['a departed member without a reason', dee('left: "2026-06-30"'), 'dee'],
    ['a state without a region', state('{ bucket: vision-state }'), 'state'],
    ['a snooze without an end', snoozed('reason: its last study'), 'unmanaged-user/old-mturk-user/spends'],
    ['a snooze without a reason', snoozed('until: "2027-01-31"'), 'unmanaged-user/old-mturk-user/spends'],
  ],
  'wrong-type': [
    ['hyphens without spaces', members('  bo:\n    name: Bo\n    roles:\n      -reader'), '-reader'],
    ['a dash of a word processor', members('  bo:\n    name: Bo\n    roles:\n      – reader'), '– reader'],
    ['all for every operation', role('{ allow: all }'), 'all'],
    ['a map of roles', members('  bo: { name: Bo, roles: { reader: true } }'), '{ reader: true }'],
    ['yes to freeze', { freeze: 'freeze: yes' }, 'yes'],
    ['all for every role', members('  bo: { name: Bo, roles: all }'), 'all'],
    ['a list of names', named('[Bo, Chen]'), '[Bo, Chen]'],
    ['a role instead of a list of roles', members('  bo: { name: Bo, roles: reader }'), 'reader'],
    ['true to freeze', { freeze: 'freeze: true' }, 'true'],
    ['no to freeze', { freeze: 'freeze: no' }, 'no'],
    ['a number of roles', members('  bo: { name: Bo, roles: 7 }'), '7'],
    ['an operation instead of a list of them', role('{ allow: GetHIT }'), 'GetHIT'],
    ['no owners in a word', { owners: 'owners: no' }, 'no'],
    ['yes instead of true', bo('suspended: yes'), 'yes'],
    ['neither true nor false', bo('suspended: maybe'), 'maybe'],
    ['members as a list', { members: 'members: [ada]' }, '[ada]'],
    ['a name that YAML reads as a number', members('  bo: { name: 1e3, roles: [reader] }'), '1e3'],
    ['a number in a list of roles', members('  bo: { name: Bo, roles: [reader, 7] }'), '7'],
    ['a list instead of a file', '- ada\n- bo\n', '- ada...'],
    ['a text instead of a file', 'ada\n', 'ada'],
    ['a list of keys', bo('keys: [AKIAIOSFODNN7EXAMPLE]'), '[AKIAIOSFODNN7EXAMPLE]'],
    ['a day alone as a snooze', { snoozed: 'snoozed:\n  console-password/bo: "2027-01-31"' }, '"2027-01-31"'],
    ['a list of snoozes', { snoozed: 'snoozed: [password/bo]' }, '[password/bo]'],
  ],
  'empty-value': [
    ['a section without anything', { departed: 'departed:' }, 'departed'],
    ['a section without anything that each lab has', { members: 'members:' }, 'members'],
    ['a list without anything', { freeze: 'freeze:' }, 'freeze'],
    ['an until without a day', bo('until: '), 'until'],
    ['a name without a text', members('  bo: { name: , roles: [reader] }'), 'name'],
    ['a member without anything', members('  bo:'), 'bo'],
    ['days that are nothing', settings('renew-before-days:'), 'renew-before-days'],
    ['reconcile with nothing behind it', { settings: 'settings:\n  reconcile:' }, 'reconcile'],
  ],
  'empty-text': [
    ['a name of blanks', members('  bo: { name: "  ", roles: [reader] }'), '"  "'],
    ['a snooze with an empty reason', snoozed('until: "2027-01-31", reason: " "'), '" "'],
  ],
  'template-expression': [
    ['a Terraform expression in a name', named(`'\${file("/etc/passwd")}'`), `'\${file("/etc/passwd")}'`],
    ['a Terraform directive', named("'%{ if true }'"), "'%{ if true }'"],
    ['an expression by an escape', named('"$\\x7Bx}"'), '"$\\x7Bx}"'],
    ['an expression over two lines', members('  bo:\n    name: "$\\\n      {x}"\n    roles: [reader]'), '"$\\...'],
    ['an expression in a key', members("  '${x}': { name: Bo, roles: [reader] }"), "'${x}'"],
    ['a snooze with an expression in its reason', snoozed("until: '2027-01-31', reason: 'for ${bo}'"), "'for ${bo}'"],
    snoozedId('a snooze of an id with an expression', "'console-password/${bo}'"),
  ],
  'workflow-command': [
    ['a workflow command in a name', named("'Bo ##[set-output name=x]y'"), '##['],
    [
      'a workflow command on a line of a description',
      { roles: 'roles:\n  reader:\n    description: |\n      one\n      ::add-mask::one\n    allow: [results:read]' },
      '::',
    ],
  ],
  'control-character': [
    ['a bell', named('"B\\ao"'), '"B\\ao"'],
    ['an escape as it is, quoted', named("'B\u001B[31mo'"), "'B\u001B[31mo'"],
    [
      'a comment with a carriage return',
      members('  bo: { name: Bo, roles: [reader] } # left\r    suspended: true'),
      '\r    suspended: true...',
    ],
    [
      'a comment behind the sign of a block',
      members('  bo:\n    name: >- # left\r    suspended: true\n      Bo ❤️\n    roles: [reader]'),
      '\r    suspended: true...',
    ],
    ['a line break in a name', members('  bo:\n    name: |\n      Bo\n    roles: [reader]'), '|...'],
    ['a snooze with a reason that erases a line', snoozed('until: "2027-01-31", reason: "safe\\e[2K"'), '"safe\\e[2K"'],
  ],
  'bidirectional-character': [
    ['a right-to-left override', named('"Bo\u202Eeva"'), '"Bo\u202Eeva"'],
    ['an isolate in a comment', { owners: 'owners: [ada] # \u2067approved\u2069' }, '\u2067'],
    ['a mark in an id', members('  b\u200Fo: { name: Bo, roles: [reader] }'), 'b\u200Fo'],
  ],
  'invisible-character': [
    ['a zero width space', named('B\u200Bo'), 'B\u200Bo'],
    ['a joiner between Latin letters', named('B\u200Do'), 'B\u200Do'],
    ['a tag character', named('Bo\u{E0041}'), 'Bo\u{E0041}'],
    ['a byte order mark within', named('B\uFEFFo'), 'B\uFEFFo'],
    ['a Hangul filler for a name', named('\u3164'), '\u3164'],
    snoozedId('a snooze of an id with a character that is not seen', '"console-password/b\\u200Bo"'),
  ],
  'broken-character': [['half a character', named('"B\\uD83Do"'), '"B\\uD83Do"']],
  'invalid-date': [
    ['a date in typographic quotes', bo('until: “2027-05-31”'), '“2027-05-31”'],
    ['the 31st of February', bo('until: "2027-02-31"'), '"2027-02-31"'],
    ['the 29th of February in a common year', bo('until: "2027-02-29"'), '"2027-02-29"'],
    ['a month 13', bo('until: "2027-13-01"'), '"2027-13-01"'],
    ['a date as Americans write it', bo('until: 05/31/2027'), '05/31/2027'],
    ['a date with a time', bo('until: "2027-05-31T00:00:00Z"'), '"2027-05-31T00:00:00Z"'],
    ['a date that is a number', bo('until: 20270531'), '20270531'],
    ['a date of one-digit months', bo('until: 2027-5-31'), '2027-5-31'],
    ['a beginning on the 31st of April', bo('from: "2027-04-31"'), '"2027-04-31"'],
    ['a day of leaving that is none', dee('left: "2026-06-31", reason: graduated'), '"2026-06-31"'],
    ['a snooze until no day', snoozed('until: "2027-02-30", reason: x'), '"2027-02-30"'],
    ['a snooze until further notice', snoozed('until: ever, reason: x'), 'ever'],
    ['a snooze until a number', snoozed('until: 2027, reason: x'), '2027'],
  ],
  'account-not-twelve-digits': [
    ['an account in typographic quotes', { account: 'account: “123456789012”' }, '“123456789012”'],
    ['an account with hyphens', { account: 'account: 1234-5678-9012' }, '1234-5678-9012'],
    ['an account of 11 digits', { account: 'account: "12345678901"' }, '"12345678901"'],
  ],
  'unsupported-version': [
    ['a version in quotes', { version: 'version: "1"' }, '"1"'],
    ['a version of the future', { version: 'version: 2' }, '2'],
  ],
  'invalid-lab': [
    ['a lab in capitals with an underscore', { lab: 'lab: Vision_Lab' }, 'Vision_Lab'],
    ['a lab with a digit first', { lab: 'lab: 3d-vision' }, '3d-vision'],
    ['a lab too long', { lab: `lab: ${'v'.repeat(41)}` }, 'v'.repeat(41)],
  ],
  'account-not-quoted': [['an account without quotes', { account: 'account: 012345678901' }, '012345678901']],
  'invalid-id': [
    ['an id with an accent', members('  zoé: { name: Zoé, roles: [reader] }'), 'zoé'],
    ['an id with a blank', members('  ada l: { name: A, roles: [reader] }'), 'ada l'],
    ['an id without a letter', members('  __proto__: { name: P, roles: [reader] }'), '__proto__'],
    ['an empty id', members('  "": { name: P, roles: [reader] }'), '""'],
    ['an id with a comma', members('  "zoe,bo": { name: Z, roles: [reader] }'), '"zoe,bo"'],
    ['an id that reads as an account', members('  "100000005678": { name: B, roles: [reader] }'), '"100000005678"'],
    [
      'an id that reads as one of IAM',
      members('  AIDAQWERTY2345672345: { name: B, roles: [reader] }'),
      'AIDAQWERTY2345672345',
    ],
  ],
  'id-too-long': [
    [
      'an id that makes a name of 65 characters',
      members(`  ${'b'.repeat(58)}: { name: Bo, roles: [reader] }`),
      'b'.repeat(58),
    ],
    [
      'a role that makes a name of 129 characters',
      {
        roles: `roles:\n  ${'r'.repeat(122)}: { allow: [GetHIT] }`,
        members: `members:\n  ada: { name: Ada, roles: [${'r'.repeat(122)}] }`,
      },
      'r'.repeat(122),
    ],
  ],
  'ids-equal-ignoring-case': [
    ['members that differ in case only', members('  Ada: { name: Ada B, roles: [reader] }'), 'Ada'],
    [
      'roles that differ in case only',
      { ...roles('  Reader: { allow: [GetHIT] }'), members: 'members:\n  ada: { name: Ada, roles: [reader, Reader] }' },
      'Reader',
    ],
    ['departed by another case', { departed: 'departed:\n  ADA: { left: "2026-06-30", reason: graduated }' }, 'ADA'],
  ],
  'duplicate-entry': [
    ['a role given twice', members('  bo: { name: Bo, roles: [reader, reader] }'), 'reader'],
    ['an owner twice', { owners: 'owners: [ada, ada]' }, 'ada'],
    ['a neighbor twice', settings('neighbors: [hearing, hearing]'), 'hearing'],
  ],
  'team-too-large': [
    [
      '501 roles',
      { roles: `roles:\n${Array.from({ length: 501 }, (_, index) => `  r${index}: { allow: [GetHIT] }`).join('\n')}` },
      'roles',
    ],
  ],
  'unknown-role': [
    ['a capability', members('  bo: { name: Bo, roles: [pay:bonus] }'), 'pay:bonus'],
    ['a mistyped role', members('  bo: { name: Bo, roles: [raeder] }'), 'raeder'],
    ['roles without a comma', members('  bo: { name: Bo, roles: [reader reader] }'), 'reader reader'],
    ['a role that is nowhere', members('  bo: { name: Bo, roles: [paymaster] }'), 'paymaster'],
    ['a role and a word', members('  bo: { name: Bo, roles: [reader only] }'), 'reader only'],
    ['a role of a file without roles', { roles: 'roles: {}' }, 'reader'],
    [
      'a role that is not among nine',
      {
        roles: `roles:\n${ELEVEN.slice(2)
          .map((key) => `  ${key}: { allow: [GetHIT] }`)
          .join('\n')}`,
        members: `members:\n  ada: { name: Ada, roles: [${ELEVEN.slice(2).join(', ')}, paymaster] }`,
      },
      'paymaster',
    ],
    ['an extended role that is nowhere', role('{ extends: [publisher], allow: [GetHIT] }'), 'publisher'],
    ['an object property as a role', members('  bo: { name: Bo, roles: [constructor] }'), 'constructor'],
  ],
  'role-circle': [
    ['a role that extends itself', role('{ extends: [other], allow: [GetHIT] }'), 'other'],
    [
      'roles in a circle',
      {
        ...roles('  a: { extends: [b], allow: [GetHIT] }\n  b: { extends: [c] }\n  c: { extends: [reader, a] }'),
        members: 'members:\n  ada: { name: Ada, roles: [a] }',
      },
      'a',
    ],
    [
      'a long circle',
      {
        ...roles(
          ELEVEN.slice(3)
            .map((key, index) => `  ${key}: { extends: [reader, r${((index + 1) % 8) + 3}] }`)
            .join('\n'),
        ),
        members: 'members:\n  ada: { name: Ada, roles: [r3] }',
      },
      'r3',
    ],
    [
      'a role outside that extends one of a circle',
      {
        ...roles('  a: { extends: [reader, b] }\n  b: { extends: [a] }\n  c: { extends: [a] }'),
        members: 'members:\n  ada: { name: Ada, roles: [c] }',
      },
      'a',
    ],
  ],
  'unknown-permission': [
    ['a misspelt operation', role('{ allow: [ListHits] }'), 'ListHits'],
    ['everything as policies write it', role('{ allow: ["mechanicalturk:*"] }'), '"mechanicalturk:*"'],
    ['an operation with its prefix', role('{ allow: ["mechanicalturk:GetHIT"] }'), '"mechanicalturk:GetHIT"'],
    ['a wildcard', role('{ allow: ["Get*"] }'), '"Get*"'],
  ],
  'retired-operation': [
    [
      'a dead name as policies write it',
      role('{ allow: [GetHIT, "mechanicalturk:GrantBonus"] }'),
      '"mechanicalturk:GrantBonus"',
    ],
    ['a dead name', role('{ allow: [GrantBonus] }'), 'GrantBonus'],
    ['a dead name without a successor', role('{ allow: [GetHIT, GetRequesterStatistic] }'), 'GetRequesterStatistic'],
    ['a dead name denied', role('{ allow: ["*"], deny: [GrantBonus] }'), 'GrantBonus'],
  ],
  'unknown-managed-policy': [
    [
      "the ARN of AWS's policy",
      role('{ managed: ["arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly"] }'),
      '"arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly"',
    ],
    ["another policy of AWS's", role('{ managed: [AdministratorAccess] }'), 'AdministratorAccess'],
  ],
  'role-grants-nothing': [
    ['a role without anything', role('{ description: nothing }'), 'other'],
    ['a role that denies all it allows', role('{ allow: [pay:bonus], deny: [SendBonus] }'), 'other'],
    ['a role that denies alone', role('{ deny: [SendBonus] }'), 'other'],
  ],
  'deny-without-effect': [
    ['a deny of what is not allowed', role('{ allow: [results:read], deny: [SendBonus] }'), 'SendBonus'],
    [
      'a deny beside a policy that only reads',
      role('{ managed: [AmazonMechanicalTurkReadOnly], deny: [pay:bonus] }'),
      'pay:bonus',
    ],
  ],
  'unused-role': [['a role without members', roles('  other: { allow: [GetHIT] }'), 'other']],
  'too-many-roles': [
    [
      'eleven roles',
      {
        roles: `roles:\n${ELEVEN.map((key) => `  ${key}: { allow: [GetHIT] }`).join('\n')}`,
        members: `members:\n  ada: { name: Ada, roles: [${ELEVEN.join(', ')}] }`,
      },
      'roles',
    ],
  ],
  'member-without-roles': [['no role at all', members('  bo: { name: Bo, roles: [] }'), '[]']],
  'date-not-quoted': [
    ['a date without quotes', bo('until: 2027-05-31'), '2027-05-31'],
    ['a day of leaving without quotes', dee('left: 2026-06-30, reason: graduated'), '2026-06-30'],
    ['a beginning without quotes', bo('from: 2027-01-10'), '2027-01-10'],
    ['a snooze without quotes', snoozed('until: 2027-01-31, reason: its last study'), '2027-01-31'],
  ],
  'until-passed': [['an end that has passed', bo('until: "2026-11-24"'), '"2026-11-24"']],
  'until-far-away': [['a mistyped year', bo('until: "3027-05-31"'), '"3027-05-31"']],
  'misleading-name': [
    ['a name with a Cyrillic letter among Latin ones', named('B\u043e Chen'), 'B\u043e Chen'],
    ['a name that fills a line', named(`Bo ${'Chen '.repeat(16)}`.trim()), `Bo ${'Chen '.repeat(16)}`.trim()],
    ['a name with spaces that make columns', named('"Bo   as before"'), '"Bo   as before"'],
  ],
  'duplicate-person': [
    ['two members of one name', members('  ada2: { name: " ADA ", roles: [reader] }'), '" ADA "'],
    [
      'two members with one e-mail address',
      members(
        '  bo: { name: Bo, roles: [reader], email: bo@lab.edu }\n  cy: { name: Cy, roles: [reader], email: Bo@lab.edu }',
      ),
      'Bo@lab.edu',
    ],
    [
      'one person twice',
      members(
        '  bo: { name: Bo, roles: [reader], github: bochen, email: bo@lab.edu }\n  bo2: { name: Bo, roles: [reader], email: bo@lab.edu, github: bochen }',
      ),
      'Bo',
    ],
  ],
  'no-owner': [
    [
      'the only owner suspended',
      { members: 'members:\n  ada: { name: Ada, roles: [reader], suspended: true }' },
      '[ada]',
    ],
    ['no owner', { owners: 'owners: []' }, '[]'],
  ],
  'reviewed-in-future': [['a review of tomorrow', bo('reviewed: "2026-11-26"'), '"2026-11-26"']],
  'review-due': [
    ['a review of more than a year ago', reviewed('{ name: Bo, roles: [reader], reviewed: "2025-11-24" }'), 'reviewed'],
    ['no review', reviewed('{ name: Bo, roles: [reader] }'), 'bo'],
  ],
  'from-passed': [['a beginning that has passed', bo('from: "2026-11-24"'), '"2026-11-24"']],
  'from-after-until': [['a beginning after the end', bo('from: "2027-06-01", until: "2027-05-31"'), '"2027-06-01"']],
  'invalid-email': [
    ['an e-mail address without a domain', bo('email: bo@lab'), 'bo@lab'],
    ['an e-mail address with a name', bo("email: 'Bo <bo@lab.edu>'"), "'Bo <bo@lab.edu>'"],
  ],
  'invalid-github-login': [
    ['a GitHub login with @', bo("github: '@bochen'"), "'@bochen'"],
    ['a repository for a GitHub login', bo('github: https://github.com/lab/study'), 'https://github.com/lab/study'],
    ['a GitHub login with a hyphen at the end', bo('github: bo-'), 'bo-'],
  ],
  'invalid-recipient': [
    ['a recipient with two letters exchanged', recipient(RECIPIENT.replace('ug', 'gu')), RECIPIENT.replace('ug', 'gu')],
    ['a recipient in upper case', recipient(RECIPIENT.toUpperCase()), RECIPIENT.toUpperCase()],
    ['a recipient that lacks its end', recipient(RECIPIENT.slice(0, -1)), RECIPIENT.slice(0, -1)],
    ['an identity', recipient(IDENTITIES[0].identity), IDENTITIES[0].identity],
    ['a post-quantum recipient', recipient('age1pq1qqqsyqcyq5rqwzqf'), 'age1pq1qqqsyqcyq5rqwzqf'],
    ['a recipient of a plugin', recipient('age1yubikey1q2w3e4r5t6y'), 'age1yubikey1q2w3e4r5t6y'],
    ['an SSH key', recipient('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ'), 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ'],
    ['a point of low order', recipient(WEAK), WEAK],
    ['a second form of a recipient', recipient(otherForm(RECIPIENT)), otherForm(RECIPIENT)],
    ['a GitHub login', recipient('github:adaoneill'), 'github:adaoneill'],
  ],
  'duplicate-recipient': [
    [
      'two members with one recipient',
      members(
        `  bo: { name: Bo, roles: [reader], recipient: ${RECIPIENT} }\n  cy: { name: Cy, roles: [reader], recipient: ${RECIPIENT} }`,
      ),
      RECIPIENT,
    ],
  ],
  'unknown-sponsor': [['an unknown sponsor', bo('sponsor: zed'), 'zed']],
  'own-sponsor': [['their own sponsor', bo('sponsor: bo'), 'bo']],
  'sponsor-departed': [['a sponsor who has left', { ...bo('sponsor: dee'), ...GONE }, 'dee']],
  'member-also-departed': [
    [
      'a member who has departed',
      { ...members('  dee: { name: E, roles: [reader], until: "2030-12-31" }'), ...GONE },
      'dee',
    ],
  ],
  'left-in-future': [['a member who leaves next month', dee('left: "2026-12-31", reason: graduates'), '"2026-12-31"']],
  'unknown-owner': [['an unknown owner', { owners: 'owners: [ada, adda]' }, 'adda']],
  'owner-departed': [['an owner who has left', { owners: 'owners: [ada, dee]', ...GONE }, 'dee']],
  'unknown-freeze': [
    ['nothing to freeze', { freeze: 'freeze: [spending]' }, 'spending'],
    ['a frozen operation', { freeze: 'freeze: [SendBonus]' }, 'SendBonus'],
  ],
  'invalid-count': [
    ['a negative number of removals', settings('max-removals: -1'), '-1'],
    ['half a removal', settings('max-removals: 1.5'), '1.5'],
    ['a number of removals in words', settings('max-removals: three'), 'three'],
    ['an endless number of removals', settings('max-removals: .inf'), '.inf'],
    ['three access keys', bo('keys: 3'), '3'],
    ['fewer keys than none', bo('keys: -1'), '-1'],
    ['half a key', bo('keys: 0.5'), '0.5'],
    ['a number of keys in words', bo('keys: two'), 'two'],
    ['a number of keys in quotes', bo('keys: "0"'), '"0"'],
    ['an empty text for a number of keys', bo('keys: ""'), '""'],
    ['no keys in words', bo('keys: none'), 'none'],
    ['keys that are too old at once', settings('key-max-age-days: 0'), '0'],
    ['an age with a unit', settings('key-max-age-days: 90d'), '90d'],
    ['reviews counted in months', settings('review-every-days: 12'), '12'],
    ['a review that never comes', settings('review-every-days: 3650'), '3650'],
    ['a review period in quotes', settings('review-every-days: "365"'), '"365"'],
    ['a rotation without end', settings('keys: { rotate-after-days: 7 }'), '7'],
    ['a rotation after the last moment of a date', settings('keys: { rotate-after-days: 99999999 }'), '99999999'],
    ['an endless age', settings('key-max-age-days: .inf'), '.inf'],
    ['a drift check of another millennium', settings('drift-every-hours: 9999999999'), '9999999999'],
    ['a drift check every 0 hours', settings('drift-every-hours: 0'), '0'],
    ['a drift check as a cron expression', settings("drift-every-hours: '17 5 * * *'"), "'17 5 * * *'"],
    ['a drift check every half hour', settings('drift-every-hours: 0.5'), '0.5'],
    ['a renewal that is asked for afterwards', settings('renew-before-days: -7'), '-7'],
    ['a deletion on the last day', settings('delete-after-days: 0'), '0'],
  ],
  'invalid-bucket-name': [
    ['a bucket in capitals', state('{ bucket: Vision, region: eu-central-1 }'), 'Vision'],
    ['a bucket like an address', state('{ bucket: 192.168.0.1, region: eu-central-1 }'), '192.168.0.1'],
  ],
  'invalid-region': [
    ['a region by its name', state('{ bucket: vision-state, region: Frankfurt }'), 'Frankfurt'],
    [
      'a region without an end',
      state(`{ bucket: vision-state, region: us-${'e'.repeat(21)}-1 }`),
      `us-${'e'.repeat(21)}-1`,
    ],
  ],
  'invalid-state-key': [
    [
      'a state key that begins with a slash',
      state('{ bucket: lab-state, region: eu-central-1, key: /vision-lab }'),
      '/vision-lab',
    ],
    [
      "a state key below another lab's",
      state('{ bucket: lab-state, region: eu-central-1, key: labs/vision }'),
      'labs/vision',
    ],
  ],
  'invalid-neighbor': [
    ['this lab as its own neighbor', settings('neighbors: [vision]'), 'vision'],
    ['the path of a neighbor', settings('neighbors: [/mturk/hearing/]'), '/mturk/hearing/'],
  ],
  'invalid-administrator': [
    ['an administrator by name', settings('administrators: [ops]'), 'ops'],
    administrator('the root user as an administrator', 'arn:aws:iam::012345678901:root'),
    administrator('an administrator of another account', 'arn:aws:iam::999999999999:user/ops'),
    administrator(
      'an administrator of a path that IAM does not take',
      `arn:aws:iam::012345678901:user/${'x'.repeat(600)}/o`,
    ),
    administrator('a member as an administrator', 'arn:aws:iam::012345678901:user/Vision-Ada'),
    administrator(
      "a role of the lab's workflows as an administrator",
      'arn:aws:iam::012345678901:role/mturk-roles/vision/vision-apply',
    ),
    administrator("an administrator under the lab's path", 'arn:aws:iam::012345678901:user/mturk/vision/ops'),
  ],
  'owner-without-login': [
    ['one owner of two', { ...bo('github: bo'), owners: 'owners: [ada, bo]' }, 'ada'],
    ['the owner of a lab with workflows', settings('state: { bucket: lab-state, region: eu-central-1 }'), 'ada'],
    ['the owner who approves alone', settings('self-approval: true'), 'ada'],
  ],
  'self-approval-not-possible': [
    [
      'an own approval among two owners',
      {
        members:
          'members:\n  ada: { name: Ada, github: ada, roles: [reader] }\n  bo: { name: Bo, github: bo, roles: [reader] }',
        owners: 'owners: [ada, bo]',
        settings: 'settings: { self-approval: true }',
      },
      'true',
    ],
  ],
  'unknown-reconcile-mode': [
    ['a map that says off', settings('reconcile: { mode: off }'), '{ mode: off }'],
    ['reconcile: true', settings('reconcile: true'), 'true'],
    ['reconcile: 5', settings('reconcile: 5'), '5'],
    ['reconcile: no', settings('reconcile: no'), 'no'],
    ['a mistyped mode', settings('reconcile: addition'), 'addition'],
    [
      'a mode and a quota in a map',
      settings('reconcile: { mode: additions, per-day: 3 }'),
      '{ mode: additions, per-day: 3 }',
    ],
    ['a quota without a mode', { settings: 'settings:\n  reconcile:\n    per-day: 3' }, 'per-day: 3...'],
    ['reconcile as a list', { settings: 'settings:\n  reconcile:\n    - all' }, '- all...'],
  ],
  'snooze-passed': [
    ['a snooze that has ended', snoozed('until: "2026-11-24", reason: its last study'), '"2026-11-24"'],
  ],
  'snooze-far-away': [
    ['a snooze for more than a year', snoozed('until: "2027-11-26", reason: a long study'), '"2027-11-26"'],
  ],
  'invalid-finding-id': [
    snoozedId('a snooze of a sentence', 'Bo has a password'),
    snoozedId('a snooze of an id with what stood around it', "'`Console-Password/bo`'"),
    snoozedId('a snooze of a kind that is misspelt', 'unmanaged-usr/old/spends'),
    snoozedId('a snooze of a kind that there is not', 'everything'),
    snoozedId('a snooze of everything below', 'unmanaged-user/*'),
    snoozedId('a snooze of a text without end', `console-password/${'b'.repeat(984)}`),
    snoozedId('a snooze of an ARN', '"arn:aws:iam::123456789012:user/bo"'),
  ],
  'snooze-not-possible': [
    snoozedId('a snooze of what Terraform manages', 'membership-added/bo/paymaster/spends'),
    snoozedId("a snooze of a member's removed boundary", 'user-without-boundary/ada'),
    snoozedId('a snooze of a role of the workflows', 'role-changed/vision-apply'),
  ],
};

/** Mistakes that the JSON Schema can know of, so that they are seen while typing. */
export const MISTAKES_THAT_EDITORS_SEE: readonly (readonly [name: string, sections: Sections])[] = [
  ['a version in quotes', { version: 'version: "1"' }],
  ['a lab in capitals', { lab: 'lab: Vision' }],
  ['an account without quotes', { account: 'account: 123456789012' }],
  ['an account of 11 digits', { account: 'account: "12345678901"' }],
  ['a missing section', { owners: '' }],
  ['an unknown key', { freeze: 'frezze: []' }],
  ['an unknown key of a role', role('{ allow: [GetHIT], denny: [GetHIT] }')],
  ['a dead name', role('{ allow: [GrantBonus] }')],
  ["another policy of AWS's", role('{ managed: [AdministratorAccess] }')],
  ['an id with an accent', members('  zoé: { name: Zoé, roles: [reader] }')],
  ['a role given twice', members('  bo: { name: Bo, roles: [reader, reader] }')],
  ['yes instead of true', bo('suspended: yes')],
  ['a date in another format', bo('until: "31.5.2027"')],
  ['half a removal', { settings: 'settings: { max-removals: 1.5 }' }],
  ['a section without anything', { departed: 'departed:' }],
  ['three keys', bo('keys: 3')],
  ['reconcile: true', settings('reconcile: true')],
  ['reconcile as a map', settings('reconcile: { mode: all }')],
  ['a drift check every half hour', settings('drift-every-hours: 0.5')],
  ['a snooze without a reason', snoozed('until: "2027-01-31"')],
  ['a snooze until further notice', snoozed('until: ever, reason: x')],
  ['a snooze of everything below', snoozed('until: "2027-01-31", reason: x', 'unmanaged-user/*')],
];
