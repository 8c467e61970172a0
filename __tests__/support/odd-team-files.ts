import { readFileSync } from 'node:fs';

const SAMPLE = readFileSync('team.yaml', 'utf8');
const HEAD = `version: 1
lab: l
account: "123456789012"
owners: [ada]
roles:
  r: { allow: [results:read] }
  s: { allow: [pay:bonus] }
  t: { allow: [hits:manage] }
`;
const JSON_DATA = {
  ...{ version: 1, lab: 'l', account: '123456789012', owners: ['ada'] },
  roles: { r: { allow: ['results:read'] }, s: { allow: ['pay:bonus'] }, t: { allow: ['hits:manage'] } },
  members: { ada: { name: 'A', roles: ['r'] }, bo: { name: 'B', roles: ['r', 's'] } },
  ...{ departed: {}, freeze: [] },
};

/** A file with members ada and bo, who has the roles r and s, and with an empty freeze. */
const withMembers = (members: string, rest = 'departed: {}\nfreeze: []\n') => `${HEAD}members:${members}${rest}`;
const ADA = '\n  ada: { name: A, roles: [r] }\n';
const sample = SAMPLE.replaceAll(/results-reader/g, 'r')
  .replaceAll('task-publisher', 's')
  .replaceAll('everything-but-bonus', 't');

/** Team files as people write them, by what is odd about them. */
export const ODD_TEAM_FILES: Readonly<Record<string, string>> = {
  'the sample': sample,
  CRLF: sample.replaceAll('\n', '\r\n'),
  'no newline at the end': sample.trimEnd(),
  'a byte order mark': `\uFEFF${sample}`,
  'spaces and tabs at the end of lines': sample
    .replace('sponsor: ada\n', 'sponsor: ada  \t\n')
    .replace('freeze: []', 'freeze: []\t '),
  'four spaces': sample.replace(/^ +/gm, '$&$&'),
  'members on one line': withMembers(' { ada: { name: A, roles: [r] }, bo: { name: B, roles: [r, s] } }\n'),
  'braces over lines': withMembers(`${ADA}  bo: {\n    name: B,\n    roles: [r, s]\n  }\n`),
  'braces over lines with a last comma': withMembers(
    `${ADA}  bo: {\n    name: B,\n    roles: [\n      r,\n      s,\n    ],\n  }\n`,
  ),
  'braces over lines with comments': withMembers(
    `${ADA}  bo: {\n    name: B, # the name\n    roles: [\n      r, # reads\n      s # pays\n    ] # end\n  }\n`,
  ),
  'a brace on the next line': withMembers(`${ADA}  bo:\n    { name: B,\n      roles: [r, s] }\n`),
  'no padding in braces': withMembers('\n  ada: {name: A, roles: [r]}\n  bo: {name: B, roles: [r, s]}\n'),
  'single quotes': withMembers("\n  ada: { name: 'A', roles: ['r'] }\n  bo: { name: 'B', roles: ['r', 's'] }\n"),
  'lists as far left as their key': withMembers(
    '\n  ada:\n    name: A\n    roles:\n    - r\n  bo:\n    name: B\n    roles:\n    - r\n    - s\n',
  ),
  'lists with comments': withMembers(
    `\n  ada:\n    name: A\n    roles:\n      - r\n  bo:\n    name: B\n    roles: # which\n      # first\n      - r # reads\n\n      - s\n      # - old\n    # end of bo\n\n# below\n`,
  ),
  'nothing but members': withMembers(`${ADA}  bo: { name: B, roles: [r, s] }\n`, ''),
  'a comment below an empty section': withMembers(
    `${ADA}  bo: { name: B, roles: [r, s] }\n`,
    'departed: {} # none\n  # none yet\n\nfreeze: []\n',
  ),
  'quoted keys': withMembers(
    `\n  'ada': { "name": A, roles: [r] }\n  "bo":\n    "name": 'B'\n    'roles': ["r", 's']\n`,
    '"departed": {}\nfreeze: []\n',
  ),
  'explicit keys': withMembers('\n  ? ada\n  : { name: A, roles: [r] }\n  ? bo\n  : name: B\n    roles: [r, s]\n'),
  'document markers': `---\n${withMembers(`${ADA}  bo: { name: B, roles: [r, s] }\n`)}...\n`,
  'a name over lines at the end': `${HEAD}departed: {}\nfreeze: []\nmembers:${ADA}  bo:\n    roles: [r, s]\n    name: |\n      Bo\n\n\n`,
  'a name that keeps its line breaks': `${HEAD}departed: {}\nfreeze: []\nmembers:${ADA}  bo:\n    roles: [r, s]\n    name: |+\n      Bo\n\n\n`,
  'a folded name': withMembers(`${ADA}  bo:\n    name: Bo\n      Chen\n    roles: [r,\n      s]\n`),
  'comments between key and value': withMembers(
    `${ADA}  bo: # one\n    # two\n    name: B\n    roles:\n      # three\n      [r, s] # four\n`,
  ),
  'comments farther left': withMembers(
    `${ADA}# loose\n  bo:\n# looser\n    name: B\n   # odd\n    roles: [r, s]\n      # deep\n`,
  ),
  'empty lines': withMembers(`\n${ADA}\n\n  # Bo is a student\n  bo:\n\n    name: B\n\n    roles: [r, s]\n\n\n`),
  'members last, without a newline': `${HEAD}departed: {}\nfreeze: []\nmembers:${ADA}  bo: { name: B, roles: [r, s] }`,
  'spaces before colons': withMembers(
    '\n  ada : { name : A, roles : [r] }\n  bo  :   { name: B,roles: [r,s] }\n',
    'departed : {}\nfreeze : []\n',
  ),
  JSON: `${JSON.stringify(JSON_DATA, null, 2)}\n`,
  'JSON on one line': JSON.stringify(JSON_DATA),
  'emoji and CJK': withMembers(
    `\n  ada: { name: 李小龍 👩‍🔬, roles: [r] } # 👋\n  bo: { name: "Bo 🐝", roles: [r, s] } # é\u0301\n`,
  ),
};
