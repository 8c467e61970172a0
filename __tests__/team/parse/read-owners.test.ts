import { readOwners } from '../../../src/team/parse/read-owners.ts';

const TODAY = '2026-11-25';
const team = (ada: string, rest = '') =>
  `owners: [ada, bo]\nmembers:\n  ada: { name: Ada, ${ada} }\n  bo: { name: Bo, github: Bo-Chen }\n  cy: { github: cy }\n${rest}`;

test.each<readonly [string, string, readonly string[]]>([
  ['in lower case', team('github: AdaONeill'), ['adaoneill', 'bo-chen']],
  ['without a login', team('email: ada@lab.edu'), ['bo-chen']],
  ['suspended', team('github: ada, suspended: true'), ['bo-chen']],
  ['past the last day', team('github: ada, until: "2026-11-24"'), ['bo-chen']],
  ['on the last day', team('github: ada, until: "2026-11-25"'), ['ada', 'bo-chen']],
  ['before the first day', team('github: ada, from: "2026-11-26"'), ['bo-chen']],
  ['beside a key that this version does not know', team('github: ada', 'later: 1\n'), ['ada', 'bo-chen']],
])('%s', (_name, text, logins) => {
  expect(readOwners(text, TODAY)).toEqual({ logins, selfApproval: false, count: 2 });
});

test.each(['', 'owners: [ada', 'members: {}', 'owners: ada', '<<<<<<< HEAD\nowners: [ada]\n'])(
  '%p names none',
  (text) => {
    expect(readOwners(text, TODAY)).toBeNull();
  },
);

test('an own approval needs exactly one owner', () => {
  const read = (owners: string) => readOwners(`owners: ${owners}\nsettings: { self-approval: true }`, TODAY);
  expect(read('[ada]')).toMatchObject({ selfApproval: true, count: 1 });
  expect(read('[ada, bo]')).toMatchObject({ selfApproval: false, count: 2 });
  expect(readOwners('owners: [ada]\nsettings: { self-approval: "true" }', TODAY)).toMatchObject({
    selfApproval: false,
  });
});
