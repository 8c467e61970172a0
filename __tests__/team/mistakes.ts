import { settings, snoozed } from './drift-mistakes.ts';
import type { Sections } from './team-text.ts';

/** A file with one mistake, the code that answers it and what is underlined. */
export interface Mistake {
  readonly name: string;
  readonly file: Sections | string;
  readonly code: string;
  readonly at: string;
}

const roles = (lines: string) => ({ roles: `roles:\n  reader: { allow: [results:read] }\n${lines}` });
const members = (lines: string) => ({ members: `members:\n  ada: { name: Ada, roles: [reader] }\n${lines}` });
const bo = (fields: string) => members(`  bo: { name: Bo, roles: [reader], ${fields} }`);
/** A role beside the reader, which ada has as well, so that it is used. */
const role = (fields: string) => ({
  ...roles(`  other: ${fields}`),
  members: 'members:\n  ada: { name: Ada, roles: [reader, other] }',
});

export const DOCUMENT_MISTAKES: readonly Mistake[] = [
  {
    name: 'a bracket is not closed',
    file: { owners: 'owners: [ada' },
    code: 'yaml-syntax',
    at: 'r',
  },
  {
    name: 'a tab indents',
    file: { roles: 'roles:\n\treader: { allow: [results:read] }' },
    code: 'yaml-syntax',
    at: '\t',
  },
  {
    name: 'a text with a colon has no quotes',
    file: {
      members: 'members:\n  ada: { roles: [reader], name: Ada }\n  bo:\n    name: Bo: the second\n    roles: [reader]',
    },
    code: 'yaml-syntax',
    at: 'B',
  },
  { name: 'only a comment', file: '# nothing yet\n', code: 'file-empty', at: '#' },
  { name: 'nothing at all', file: '', code: 'file-empty', at: '' },
  { name: 'nothing but a marker', file: '---\n', code: 'file-empty', at: '-' },
  {
    name: 'brackets without end',
    file: `${'['.repeat(200_000)}`,
    code: 'yaml-too-deep',
    at: '[',
  },
  { name: 'dashes without end', file: `${'- '.repeat(100_000)}`, code: 'yaml-too-deep', at: '-' },
  { name: 'keys without end', file: `${'? '.repeat(100_000)}`, code: 'yaml-too-deep', at: '?' },
  {
    name: 'an anchor',
    file: { owners: 'owners: &who [ada]' },
    code: 'yaml-anchor',
    at: '&who',
  },
  { name: 'an anchor at a key', file: { lab: '&l lab: vision' }, code: 'yaml-anchor', at: '&l' },
  {
    name: 'the asterisk without quotes',
    file: role('{ allow: [*] }'),
    code: 'yaml-syntax',
    at: '*',
  },
  {
    name: 'a comma is forgotten before a key',
    file: members('  bo: { name: Bo roles: [reader] }'),
    code: 'yaml-syntax',
    at: 'Bo roles: [reader] ',
  },
  {
    name: 'an apostrophe ends a text',
    file: members("  bo: { name: 'Bo O'Chen', roles: [reader] }"),
    code: 'yaml-syntax',
    at: "Chen'",
  },
  {
    name: 'a brace is not closed',
    file: members('  bo: { name: Bo, roles: [reader]\n  cy: { name: Cy, roles: [reader] }'),
    code: 'yaml-syntax',
    at: 'c',
  },
  {
    name: 'no-break spaces indent',
    file: members('  bo:\n\u00A0\u00A0\u00A0\u00A0name: Bo\n    roles: [reader]'),
    code: 'special-space',
    at: '\u00A0'.repeat(4),
  },
  {
    name: 'a no-break space follows a colon',
    file: members('  bo:\n    name:\u00A0Bo\n    roles: [reader]'),
    code: 'special-space',
    at: '\u00A0',
  },
  {
    name: 'a merge conflict',
    file: { owners: '<<<<<<< HEAD\nowners: [ada]\n=======\nowners: [bo]\n>>>>>>> 3f2c1ab (Add Bo)' },
    code: 'merge-conflict',
    at: '<<<<<<< HEAD',
  },
  {
    name: 'the rest of a merge conflict',
    file: { owners: 'owners: [ada]\n=======' },
    code: 'merge-conflict',
    at: '=======',
  },
  {
    name: 'a number sign in a name in braces',
    file: members('  bo: { name: Bo #2, roles: [reader] }'),
    code: 'yaml-syntax',
    at: '#2, roles: [reader] }',
  },
  {
    name: 'a number sign in a name',
    file: members('  bo:\n    name: Bo #2\n    roles: [reader] # as usual'),
    code: 'comment-after-text',
    at: '#2',
  },
  {
    name: 'no space after a colon',
    file: members('  bo:\n    name:Bo\n    roles: [reader]'),
    code: 'yaml-syntax',
    at: 'name:Bo...',
  },
  { name: 'an alias', file: role('{ allow: [*everything] }'), code: 'yaml-alias', at: '*everything' },
  { name: 'a tag of YAML', file: { lab: 'lab: !!str vision' }, code: 'yaml-tag', at: '!!str' },
  { name: 'a tag of another program', file: { lab: 'lab: !env vision' }, code: 'yaml-tag', at: '!env' },
  { name: 'a tag on a map', file: { departed: 'departed: !set {}' }, code: 'yaml-tag', at: '!set' },
  {
    name: 'a merge key',
    file: role('{ allow: [GetHIT], <<: { deny: [GetHIT] } }'),
    code: 'yaml-merge-key',
    at: '<<',
  },
  {
    name: 'a directive, which would make YAML 1.1 of the file',
    file: '%YAML 1.1\n---\nversion: 1\nlab: vision\naccount: "012345678901"\nowners: [ada]\nroles:\n  reader: { allow: [GetHIT] }\nmembers:\n  ada: { name: Ada, roles: [reader] }\n',
    code: 'yaml-directive',
    at: '%YAML 1.1',
  },
  { name: 'a second document', file: { settings: '---\nversion: 1' }, code: 'yaml-many-documents', at: '---' },
  {
    name: 'a key twice',
    file: { freeze: 'lab: other' },
    code: 'duplicate-key',
    at: 'lab',
  },
  {
    name: 'a member twice',
    file: members('  ada: { name: Ada Again, roles: [reader] }'),
    code: 'duplicate-key',
    at: 'ada',
  },
  {
    name: 'a member id that is a number',
    file: members('  007: { name: Bond, roles: [reader] }'),
    code: 'key-not-text',
    at: '007',
  },
  {
    name: 'a member id that is a boolean',
    file: members('  true: { name: T, roles: [reader] }'),
    code: 'key-not-text',
    at: 'true',
  },
  {
    name: 'a member id that is null',
    file: members('  null: { name: N, roles: [reader] }'),
    code: 'key-not-text',
    at: 'null',
  },
  {
    name: 'a list as a key',
    file: members('  ? [a]\n  : { name: L, roles: [reader] }'),
    code: 'key-not-text',
    at: '[a]',
  },
];

export const SHAPE_MISTAKES: readonly Mistake[] = [
  {
    name: 'a member inside another one',
    file: members('  bo:\n    name: Bo\n    roles: [reader]\n    eve: { name: Eve, roles: [reader] }'),
    code: 'unknown-key',
    at: 'eve',
  },
  {
    name: 'an e-mail address at the top',
    file: { owners: 'owners: [ada]\nemail: ada@lab.edu' },
    code: 'unknown-key',
    at: 'email',
  },
  {
    name: 'a day of leaving in members',
    file: bo('left: "2026-06-30"'),
    code: 'unknown-key',
    at: 'left',
  },
  {
    name: 'a mistyped key of a member',
    file: members('  bo: { name: Bo, role: [reader] }'),
    code: 'unknown-key',
    at: 'role',
  },
  {
    name: 'a mistyped section',
    file: { members: 'membres:\n  ada: { name: Ada, roles: [reader] }' },
    code: 'unknown-key',
    at: 'membres',
  },
  {
    name: 'fields as far left as their member',
    file: members('  bo:\n  name: Bo\n  roles: [reader]'),
    code: 'not-indented',
    at: 'name',
  },
  {
    name: 'a field as far left as its member',
    file: members('  bo:\n    name: Bo\n  roles: [reader]'),
    code: 'not-indented',
    at: 'roles',
  },
  {
    name: 'fields as far left as their role',
    file: {
      roles: 'roles:\n  reader:\n  description: Reads\n  allow: [results:read]',
    },
    code: 'not-indented',
    at: 'description',
  },
  {
    name: 'members as far left as their section',
    file: { members: 'members:\nada: { name: Ada, roles: [reader] }' },
    code: 'not-indented',
    at: 'ada',
  },
  {
    name: 'no space after a colon in braces',
    file: members('  bo: {name:Bo, roles: [reader]}'),
    code: 'unknown-key',
    at: 'name:Bo',
  },
  {
    name: 'a name with a comma in braces',
    file: members('  bo: { name: Bo Chen, PhD, RN, roles: [reader] }'),
    code: 'unknown-key',
    at: 'PhD',
  },
  {
    name: 'a key without a value in braces',
    file: members('  bo: { name: Bo, roles: [reader], PhD }'),
    code: 'unknown-key',
    at: 'PhD',
  },
  {
    name: 'an unknown key like no other',
    file: role('{ allow: [GetHIT], color: red }'),
    code: 'unknown-key',
    at: 'color',
  },
  {
    name: 'an unknown setting',
    file: { settings: 'settings: { max-removal: 3 }' },
    code: 'unknown-key',
    at: 'max-removal',
  },
  {
    name: 'a key that objects have anyway',
    file: { freeze: 'constructor: 1' },
    code: 'unknown-key',
    at: 'constructor',
  },
  { name: 'a key that changes prototypes', file: { freeze: '__proto__: 1' }, code: 'unknown-key', at: '__proto__' },
  {
    name: 'no account',
    file: { account: '' },
    code: 'missing-key',
    at: 'version',
  },
  {
    name: 'a member without a name',
    file: members('  bo: { roles: [reader] }'),
    code: 'missing-key',
    at: 'bo',
  },
  {
    name: 'a departed member without a reason',
    file: { departed: 'departed:\n  dee: { left: "2026-06-30" }' },
    code: 'missing-key',
    at: 'dee',
  },
  {
    name: 'a state without a region',
    file: { settings: 'settings:\n  state: { bucket: vision-state }' },
    code: 'missing-key',
    at: 'state',
  },
  {
    name: 'a role instead of a list of roles',
    file: members('  bo: { name: Bo, roles: reader }'),
    code: 'wrong-type',
    at: 'reader',
  },
  { name: 'true to freeze', file: { freeze: 'freeze: true' }, code: 'wrong-type', at: 'true' },
  { name: 'no to freeze', file: { freeze: 'freeze: no' }, code: 'wrong-type', at: 'no' },
  { name: 'a number of roles', file: members('  bo: { name: Bo, roles: 1 }'), code: 'wrong-type', at: '1' },
  {
    name: 'yes instead of true',
    file: bo('suspended: yes'),
    code: 'wrong-type',
    at: 'yes',
  },
  { name: 'members as a list', file: { members: 'members: [ada]' }, code: 'wrong-type', at: '[ada]' },
  {
    name: 'a name that YAML reads as a number',
    file: members('  bo: { name: 1e3, roles: [reader] }'),
    code: 'wrong-type',
    at: '1e3',
  },
  {
    name: 'a number in a list of roles',
    file: members('  bo: { name: Bo, roles: [reader, 7] }'),
    code: 'wrong-type',
    at: '7',
  },
  { name: 'a list instead of a file', file: '- ada\n- bo\n', code: 'wrong-type', at: '- ada...' },
  { name: 'a text instead of a file', file: 'ada\n', code: 'wrong-type', at: 'ada' },
  {
    name: 'a section without anything',
    file: { departed: 'departed:' },
    code: 'empty-value',
    at: 'departed',
  },
  { name: 'a list without anything', file: { freeze: 'freeze:' }, code: 'empty-value', at: 'freeze' },
  { name: 'an until without a day', file: bo('until: '), code: 'empty-value', at: 'until' },
  {
    name: 'a name without a text',
    file: members('  bo: { name: , roles: [reader] }'),
    code: 'empty-value',
    at: 'name',
  },
  { name: 'a member without anything', file: members('  bo:'), code: 'empty-value', at: 'bo' },
  { name: 'a name of blanks', file: members('  bo: { name: "  ", roles: [reader] }'), code: 'empty-text', at: '"  "' },
];

const TEXT_AT = (text: string) => members(`  bo: { name: ${text}, roles: [reader] }`);

export const TEXT_MISTAKES: readonly Mistake[] = [
  {
    name: 'a Terraform expression in a name',
    file: TEXT_AT(`'\${file("/etc/passwd")}'`),
    code: 'template-expression',
    at: `'\${file("/etc/passwd")}'`,
  },
  { name: 'a Terraform directive', file: TEXT_AT("'%{ if true }'"), code: 'template-expression', at: "'%{ if true }'" },
  { name: 'an expression by an escape', file: TEXT_AT('"$\\x7Bx}"'), code: 'template-expression', at: '"$\\x7Bx}"' },
  {
    name: 'an expression over two lines',
    file: members('  bo:\n    name: "$\\\n      {x}"\n    roles: [reader]'),
    code: 'template-expression',
    at: '"$\\...',
  },
  {
    name: 'an expression in a key',
    file: members("  '${x}': { name: Bo, roles: [reader] }"),
    code: 'template-expression',
    at: "'${x}'",
  },
  {
    name: 'a workflow command in a name',
    file: TEXT_AT("'Bo ##[set-output name=x]y'"),
    code: 'workflow-command',
    at: '##[',
  },
  {
    name: 'a workflow command on a line of a description',
    file: {
      roles: 'roles:\n  reader:\n    description: |\n      one\n      ::add-mask::one\n    allow: [results:read]',
    },
    code: 'workflow-command',
    at: '::',
  },
  { name: 'a bell', file: TEXT_AT('"B\\ao"'), code: 'control-character', at: '"B\\ao"' },
  { name: 'an escape as it is', file: TEXT_AT('B\u001B[31mo'), code: 'yaml-syntax', at: '[' },
  {
    name: 'an escape as it is, quoted',
    file: TEXT_AT("'B\u001B[31mo'"),
    code: 'control-character',
    at: "'B\u001B[31mo'",
  },
  {
    name: 'a line break in a name',
    file: members('  bo:\n    name: |\n      Bo\n    roles: [reader]'),
    code: 'control-character',
    at: '|...',
  },
  {
    name: 'a right-to-left override',
    file: TEXT_AT('"Bo\u202Eeva"'),
    code: 'bidirectional-character',
    at: '"Bo\u202Eeva"',
  },
  {
    name: 'an isolate in a comment',
    file: { owners: 'owners: [ada] # \u2067approved\u2069' },
    code: 'bidirectional-character',
    at: '\u2067',
  },
  {
    name: 'a mark in an id',
    file: members('  b\u200Fo: { name: Bo, roles: [reader] }'),
    code: 'bidirectional-character',
    at: 'b\u200Fo',
  },
  {
    name: 'no-break spaces before an id',
    file: members('\u00A0\u00A0bo: { name: Bo, roles: [reader] }'),
    code: 'special-space',
    at: '\u00A0\u00A0',
  },
  {
    name: 'a no-break space in a list of roles',
    file: members('  bo: { name: Bo, roles: [reader,\u00A0other] }'),
    code: 'special-space',
    at: '\u00A0',
  },
  {
    name: 'a no-break space for the one after a colon in braces',
    file: members('  bo: { name: Bo, roles: [reader], until:\u00A0"2027-05-31" }'),
    code: 'special-space',
    at: '\u00A0',
  },
  { name: 'a wide space before a name', file: TEXT_AT('\u3000Bo'), code: 'special-space', at: '\u3000' },
  { name: 'a zero width space', file: TEXT_AT('B\u200Bo'), code: 'invisible-character', at: 'B\u200Bo' },
  { name: 'a joiner between Latin letters', file: TEXT_AT('B\u200Do'), code: 'invisible-character', at: 'B\u200Do' },
  { name: 'a tag character', file: TEXT_AT('Bo\u{E0041}'), code: 'invisible-character', at: 'Bo\u{E0041}' },
  { name: 'a byte order mark within', file: TEXT_AT('B\uFEFFo'), code: 'invisible-character', at: 'B\uFEFFo' },
  { name: 'a Hangul filler for a name', file: TEXT_AT('\u3164'), code: 'invisible-character', at: '\u3164' },
  { name: 'half a character', file: TEXT_AT('"B\\uD83Do"'), code: 'broken-character', at: '"B\\uD83Do"' },
];

export const VALUE_MISTAKES: readonly Mistake[] = [
  {
    name: 'a date in typographic quotes',
    file: bo('until: “2027-05-31”'),
    code: 'invalid-date',
    at: '“2027-05-31”',
  },
  {
    name: 'an account in typographic quotes',
    file: { account: 'account: “123456789012”' },
    code: 'account-not-twelve-digits',
    at: '“123456789012”',
  },
  {
    name: 'a version in quotes',
    file: { version: 'version: "1"' },
    code: 'unsupported-version',
    at: '"1"',
  },
  { name: 'a version of the future', file: { version: 'version: 2' }, code: 'unsupported-version', at: '2' },
  {
    name: 'a lab in capitals with an underscore',
    file: { lab: 'lab: Vision_Lab' },
    code: 'invalid-lab',
    at: 'Vision_Lab',
  },
  { name: 'a lab with a digit first', file: { lab: 'lab: 3d-vision' }, code: 'invalid-lab', at: '3d-vision' },
  { name: 'a lab too long', file: { lab: `lab: ${'v'.repeat(41)}` }, code: 'invalid-lab', at: 'v'.repeat(41) },
  {
    name: 'an account without quotes',
    file: { account: 'account: 012345678901' },
    code: 'account-not-quoted',
    at: '012345678901',
  },
  {
    name: 'an account with hyphens',
    file: { account: 'account: 1234-5678-9012' },
    code: 'account-not-twelve-digits',
    at: '1234-5678-9012',
  },
  {
    name: 'an account of 11 digits',
    file: { account: 'account: "12345678901"' },
    code: 'account-not-twelve-digits',
    at: '"12345678901"',
  },
  {
    name: 'an id with an accent',
    file: members('  zoé: { name: Zoé, roles: [reader] }'),
    code: 'invalid-id',
    at: 'zoé',
  },
  {
    name: 'an id with a blank',
    file: members('  ada l: { name: A, roles: [reader] }'),
    code: 'invalid-id',
    at: 'ada l',
  },
  {
    name: 'an id without a letter',
    file: members('  __proto__: { name: P, roles: [reader] }'),
    code: 'invalid-id',
    at: '__proto__',
  },
  { name: 'an empty id', file: members('  "": { name: P, roles: [reader] }'), code: 'invalid-id', at: '""' },
  {
    name: 'an id that makes a name of 65 characters',
    file: members(`  ${'b'.repeat(58)}: { name: Bo, roles: [reader] }`),
    code: 'id-too-long',
    at: 'b'.repeat(58),
  },
  {
    name: 'a role that makes a name of 129 characters',
    file: {
      roles: `roles:\n  ${'r'.repeat(122)}: { allow: [GetHIT] }`,
      members: `members:\n  ada: { name: Ada, roles: [${'r'.repeat(122)}] }`,
    },
    code: 'id-too-long',
    at: 'r'.repeat(122),
  },
  {
    name: 'members that differ in case only',
    file: members('  Ada: { name: Ada B, roles: [reader] }'),
    code: 'ids-equal-ignoring-case',
    at: 'Ada',
  },
  {
    name: 'roles that differ in case only',
    file: {
      ...roles('  Reader: { allow: [GetHIT] }'),
      members: 'members:\n  ada: { name: Ada, roles: [reader, Reader] }',
    },
    code: 'ids-equal-ignoring-case',
    at: 'Reader',
  },
  {
    name: 'departed by another case',
    file: { departed: 'departed:\n  ADA: { left: "2026-06-30", reason: graduated }' },
    code: 'ids-equal-ignoring-case',
    at: 'ADA',
  },
  {
    name: 'a role given twice',
    file: members('  bo: { name: Bo, roles: [reader, reader] }'),
    code: 'duplicate-entry',
    at: 'reader',
  },
  { name: 'an owner twice', file: { owners: 'owners: [ada, ada]' }, code: 'duplicate-entry', at: 'ada' },
  {
    name: '501 roles',
    file: {
      roles: `roles:\n${Array.from({ length: 501 }, (_, index) => `  r${index}: { allow: [GetHIT] }`).join('\n')}`,
    },
    code: 'team-too-large',
    at: 'roles',
  },
];

const ELEVEN = Array.from({ length: 11 }, (_, index) => `r${index}`);

export const ROLE_MISTAKES: readonly Mistake[] = [
  {
    name: 'a mistyped role',
    file: members('  bo: { name: Bo, roles: [raeder] }'),
    code: 'unknown-role',
    at: 'raeder',
  },
  {
    name: 'roles without a comma',
    file: members('  bo: { name: Bo, roles: [reader reader] }'),
    code: 'unknown-role',
    at: 'reader reader',
  },
  {
    name: 'a role that is nowhere',
    file: members('  bo: { name: Bo, roles: [paymaster] }'),
    code: 'unknown-role',
    at: 'paymaster',
  },
  {
    name: 'an extended role that is nowhere',
    file: role('{ extends: [publisher], allow: [GetHIT] }'),
    code: 'unknown-role',
    at: 'publisher',
  },
  {
    name: 'an object property as a role',
    file: members('  bo: { name: Bo, roles: [constructor] }'),
    code: 'unknown-role',
    at: 'constructor',
  },
  {
    name: 'a role that extends itself',
    file: role('{ extends: [other], allow: [GetHIT] }'),
    code: 'role-circle',
    at: 'other',
  },
  {
    name: 'roles in a circle',
    file: {
      ...roles('  a: { extends: [b], allow: [GetHIT] }\n  b: { extends: [c] }\n  c: { extends: [reader, a] }'),
      members: 'members:\n  ada: { name: Ada, roles: [a] }',
    },
    code: 'role-circle',
    at: 'a',
  },
  {
    name: 'a misspelt operation',
    file: role('{ allow: [ListHits] }'),
    code: 'unknown-permission',
    at: 'ListHits',
  },
  {
    name: 'a dead name as policies write it',
    file: role('{ allow: [GetHIT, "mechanicalturk:GrantBonus"] }'),
    code: 'retired-operation',
    at: '"mechanicalturk:GrantBonus"',
  },
  {
    name: 'everything as policies write it',
    file: role('{ allow: ["mechanicalturk:*"] }'),
    code: 'unknown-permission',
    at: '"mechanicalturk:*"',
  },
  {
    name: 'an operation with its prefix',
    file: role('{ allow: ["mechanicalturk:GetHIT"] }'),
    code: 'unknown-permission',
    at: '"mechanicalturk:GetHIT"',
  },
  { name: 'a wildcard', file: role('{ allow: ["Get*"] }'), code: 'unknown-permission', at: '"Get*"' },
  {
    name: 'a dead name',
    file: role('{ allow: [GrantBonus] }'),
    code: 'retired-operation',
    at: 'GrantBonus',
  },
  {
    name: 'a dead name denied',
    file: role('{ allow: ["*"], deny: [GrantBonus] }'),
    code: 'retired-operation',
    at: 'GrantBonus',
  },
  {
    name: "the ARN of AWS's policy",
    file: role('{ managed: ["arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly"] }'),
    code: 'unknown-managed-policy',
    at: '"arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly"',
  },
  {
    name: "another policy of AWS's",
    file: role('{ managed: [AdministratorAccess] }'),
    code: 'unknown-managed-policy',
    at: 'AdministratorAccess',
  },
  { name: 'a role without anything', file: role('{ description: nothing }'), code: 'role-grants-nothing', at: 'other' },
  {
    name: 'a role that denies all it allows',
    file: role('{ allow: [pay:bonus], deny: [SendBonus] }'),
    code: 'role-grants-nothing',
    at: 'other',
  },
  { name: 'a role that denies alone', file: role('{ deny: [SendBonus] }'), code: 'role-grants-nothing', at: 'other' },
  {
    name: 'a deny of what is not allowed',
    file: role('{ allow: [results:read], deny: [SendBonus] }'),
    code: 'deny-without-effect',
    at: 'SendBonus',
  },
  {
    name: 'a deny beside a policy that only reads',
    file: role('{ managed: [AmazonMechanicalTurkReadOnly], deny: [pay:bonus] }'),
    code: 'deny-without-effect',
    at: 'pay:bonus',
  },
  {
    name: 'a role without members',
    file: roles('  other: { allow: [GetHIT] }'),
    code: 'unused-role',
    at: 'other',
  },
  {
    name: 'eleven roles',
    file: {
      roles: `roles:\n${ELEVEN.map((key) => `  ${key}: { allow: [GetHIT] }`).join('\n')}`,
      members: `members:\n  ada: { name: Ada, roles: [${ELEVEN.join(', ')}] }`,
    },
    code: 'too-many-roles',
    at: 'roles',
  },
];

const GONE = 'departed:\n  dee: { left: "2026-06-30", reason: graduated }';
const ended = (key: string) => `  ${key}: { name: E, roles: [reader], until: "2030-12-31" }`;

export const PEOPLE_MISTAKES: readonly Mistake[] = [
  { name: 'no role at all', file: members('  bo: { name: Bo, roles: [] }'), code: 'member-without-roles', at: '[]' },
  {
    name: 'the 31st of February',
    file: bo('until: "2027-02-31"'),
    code: 'invalid-date',
    at: '"2027-02-31"',
  },
  {
    name: 'the 29th of February in a common year',
    file: bo('until: "2027-02-29"'),
    code: 'invalid-date',
    at: '"2027-02-29"',
  },
  { name: 'a month 13', file: bo('until: "2027-13-01"'), code: 'invalid-date', at: '"2027-13-01"' },
  {
    name: 'a date as Americans write it',
    file: bo('until: 05/31/2027'),
    code: 'invalid-date',
    at: '05/31/2027',
  },
  {
    name: 'a date with a time',
    file: bo('until: "2027-05-31T00:00:00Z"'),
    code: 'invalid-date',
    at: '"2027-05-31T00:00:00Z"',
  },
  { name: 'a date that is a number', file: bo('until: 20270531'), code: 'invalid-date', at: '20270531' },
  { name: 'a date of one-digit months', file: bo('until: 2027-5-31'), code: 'invalid-date', at: '2027-5-31' },
  {
    name: 'a date without quotes',
    file: bo('until: 2027-05-31'),
    code: 'date-not-quoted',
    at: '2027-05-31',
  },
  {
    name: 'a day of leaving without quotes',
    file: { departed: 'departed:\n  dee: { left: 2026-06-30, reason: graduated }' },
    code: 'date-not-quoted',
    at: '2026-06-30',
  },
  {
    name: 'an end that has passed',
    file: bo('until: "2026-11-24"'),
    code: 'until-passed',
    at: '"2026-11-24"',
  },
  { name: 'a mistyped year', file: bo('until: "3027-05-31"'), code: 'until-far-away', at: '"3027-05-31"' },
  {
    name: 'a name with a Cyrillic letter among Latin ones',
    file: TEXT_AT('B\u043e Chen'),
    code: 'misleading-name',
    at: 'B\u043e Chen',
  },
  {
    name: 'two members of one name',
    file: members('  ada2: { name: " ADA ", roles: [reader] }'),
    code: 'duplicate-person',
    at: '" ADA "',
  },
  {
    name: 'two members with one e-mail address',
    file: members(
      '  bo: { name: Bo, roles: [reader], email: bo@lab.edu }\n  cy: { name: Cy, roles: [reader], email: Bo@lab.edu }',
    ),
    code: 'duplicate-person',
    at: 'Bo@lab.edu',
  },
  {
    name: 'one person twice',
    file: members(
      '  bo: { name: Bo, roles: [reader], github: bochen, email: bo@lab.edu }\n  bo2: { name: Bo, roles: [reader], email: bo@lab.edu, github: bochen }',
    ),
    code: 'duplicate-person',
    at: 'Bo',
  },
  {
    name: 'the only owner suspended',
    file: { members: 'members:\n  ada: { name: Ada, roles: [reader], suspended: true }' },
    code: 'no-owner',
    at: '[ada]',
  },
  {
    name: 'a beginning on the 31st of April',
    file: bo('from: "2027-04-31"'),
    code: 'invalid-date',
    at: '"2027-04-31"',
  },
  { name: 'a beginning without quotes', file: bo('from: 2027-01-10'), code: 'date-not-quoted', at: '2027-01-10' },
  { name: 'a beginning that has passed', file: bo('from: "2026-11-24"'), code: 'from-passed', at: '"2026-11-24"' },
  {
    name: 'a beginning after the end',
    file: bo('from: "2027-06-01", until: "2027-05-31"'),
    code: 'from-after-until',
    at: '"2027-06-01"',
  },
  { name: 'an e-mail address without a domain', file: bo('email: bo@lab'), code: 'invalid-email', at: 'bo@lab' },
  {
    name: 'an e-mail address with a name',
    file: bo("email: 'Bo <bo@lab.edu>'"),
    code: 'invalid-email',
    at: "'Bo <bo@lab.edu>'",
  },
  {
    name: 'a GitHub login with @',
    file: bo("github: '@bochen'"),
    code: 'invalid-github-login',
    at: "'@bochen'",
  },
  { name: 'a GitHub login with a hyphen at the end', file: bo('github: bo-'), code: 'invalid-github-login', at: 'bo-' },
  { name: 'an unknown sponsor', file: bo('sponsor: zed'), code: 'unknown-sponsor', at: 'zed' },
  { name: 'their own sponsor', file: bo('sponsor: bo'), code: 'own-sponsor', at: 'bo' },
  {
    name: 'a sponsor who has left',
    file: { ...bo('sponsor: dee'), departed: GONE },
    code: 'sponsor-departed',
    at: 'dee',
  },
  {
    name: 'a member who has departed',
    file: { ...members(ended('dee')), departed: GONE },
    code: 'member-also-departed',
    at: 'dee',
  },
  {
    name: 'a member who leaves next month',
    file: { departed: 'departed:\n  dee: { left: "2026-12-31", reason: graduates }' },
    code: 'left-in-future',
    at: '"2026-12-31"',
  },
  {
    name: 'a day of leaving that is none',
    file: { departed: 'departed:\n  dee: { left: "2026-06-31", reason: graduated }' },
    code: 'invalid-date',
    at: '"2026-06-31"',
  },
  {
    name: 'an unknown owner',
    file: { owners: 'owners: [ada, adda]' },
    code: 'unknown-owner',
    at: 'adda',
  },
  {
    name: 'an owner who has left',
    file: { owners: 'owners: [ada, dee]', departed: GONE },
    code: 'owner-departed',
    at: 'dee',
  },
  { name: 'no owner', file: { owners: 'owners: []' }, code: 'no-owner', at: '[]' },
  {
    name: 'nothing to freeze',
    file: { freeze: 'freeze: [spending]' },
    code: 'unknown-freeze',
    at: 'spending',
  },
  {
    name: 'a frozen operation',
    file: { freeze: 'freeze: [SendBonus]' },
    code: 'unknown-freeze',
    at: 'SendBonus',
  },
  {
    name: 'a negative number of removals',
    file: { settings: 'settings: { max-removals: -1 }' },
    code: 'invalid-count',
    at: '-1',
  },
  {
    name: 'half a removal',
    file: { settings: 'settings: { max-removals: 1.5 }' },
    code: 'invalid-count',
    at: '1.5',
  },
  {
    name: 'a number of removals in words',
    file: { settings: 'settings: { max-removals: three }' },
    code: 'invalid-count',
    at: 'three',
  },
  {
    name: 'an endless number of removals',
    file: { settings: 'settings: { max-removals: .inf }' },
    code: 'invalid-count',
    at: '.inf',
  },
  {
    name: 'a bucket in capitals',
    file: { settings: 'settings:\n  state: { bucket: Vision, region: eu-central-1 }' },
    code: 'invalid-bucket-name',
    at: 'Vision',
  },
  {
    name: 'a bucket like an address',
    file: { settings: 'settings:\n  state: { bucket: 192.168.0.1, region: eu-central-1 }' },
    code: 'invalid-bucket-name',
    at: '192.168.0.1',
  },
  {
    name: 'a region by its name',
    file: { settings: 'settings:\n  state: { bucket: vision-state, region: Frankfurt }' },
    code: 'invalid-region',
    at: 'Frankfurt',
  },
];

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
