import fc from 'fast-check';
import { emptyState } from '../../src/emulator/account/account.ts';
import type {
  AccountState,
  GroupRecord,
  InlineRecord,
  PolicyRecord,
  UserRecord,
} from '../../src/emulator/account/state.ts';

const ACCOUNT = '123456789012';
const CREATED = '2026-11-25T08:00:00Z';
const PATHS = [
  '/',
  '/mturk/perception-lab/',
  '/mturk/perception-lab/deeper/',
  '/mturk/perception-lab-2/',
  '/mturk-boundary/',
];
const NAMES = [
  'ada',
  'Bo',
  'cy+old',
  'd,e',
  'perception-lab-ada',
  'perception-lab-bo',
  'f@lab.edu',
  'g=h',
  'I_j',
  'k.l',
];
const AWS = ['AmazonMechanicalTurkFullAccess', 'AmazonMechanicalTurkReadOnly', 'AdministratorAccess'].map(
  (name) => `arn:aws:iam::aws:policy/${name}`,
);

/** What a condition may say: all that IAM takes, and XML, percent signs and the like do not. */
const anyText = fc.string({ unit: fc.constantFrom(...' <>&"\'%+/\\é~!()*=,;:?#[]{}$\tab0ÿ'), maxLength: 12 });

const anyDocument = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom<(string | string[])[]>(
      'mechanicalturk:*',
      ['mechanicalturk:GetHIT', 'iam:*'],
      'GrantBonus:x',
    ),
    text: anyText,
    spaces: fc.constantFrom(0, 1, 2),
  })
  .map(({ Effect, Action, text, spaces }) => {
    const Statement = [
      { Sid: 'A', Effect, Action, Resource: '*', Condition: { StringEquals: { 'aws:PrincipalTag/x': text } } },
    ];
    return JSON.stringify({ Version: '2012-10-17', Statement }, null, spaces);
  });

const anyInline: fc.Arbitrary<InlineRecord[]> = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('limits', 'Extra', 'a+b'), document: anyDocument }),
  { maxLength: 2, selector: ({ name }) => name },
);

const anyTags = fc.uniqueArray(fc.record({ key: fc.constantFrom('mturk-team:lab', 'Ünï', 'a'), value: anyText }), {
  maxLength: 2,
  selector: ({ key }) => key,
});

const named = { name: fc.constantFrom(...NAMES), path: fc.constantFrom(...PATHS) };
const unique = <T extends { readonly name: string }>(one: fc.Arbitrary<T>) =>
  fc.uniqueArray(one, { maxLength: 6, selector: ({ name }) => name });

/** Accounts of all sorts of users, groups and policies, in and beside a lab's path, as they are remembered. */
export const anyAccount: fc.Arbitrary<AccountState> = fc
  .record({
    policies: unique(
      fc.record({ ...named, versions: fc.array(anyDocument, { minLength: 1, maxLength: 3 }), inForce: fc.nat() }),
    ),
    groups: unique(fc.record({ ...named, inline: anyInline, attached: fc.array(fc.nat(), { maxLength: 3 }) })),
    users: unique(
      fc.record({
        ...named,
        inline: anyInline,
        tags: anyTags,
        attached: fc.array(fc.nat(), { maxLength: 3 }),
        groups: fc.array(fc.nat(), { maxLength: 3 }),
        boundary: fc.option(fc.nat()),
      }),
    ),
  })
  .map(({ policies, groups, users }) => {
    const state = emptyState(ACCOUNT, CREATED, 'seed');
    for (const { name, path, versions, inForce } of policies) {
      const arn = `arn:aws:iam::${ACCOUNT}:policy${path}${name}`;
      state.policies[arn] = policyOf(name, path, arn, versions, inForce % versions.length);
    }
    const arns = [...AWS, ...Object.keys(state.policies)];
    const pick = (numbers: readonly number[], from: readonly string[]): string[] => [
      ...new Set(numbers.flatMap((number) => from[number % from.length] ?? [])),
    ];
    for (const [index, { name, path, inline, attached }] of groups.entries()) {
      const id = `AGPA${index}`;
      state.groups[id] = {
        id,
        name,
        path,
        created: CREATED,
        inline,
        attached: pick(attached, arns),
      } satisfies GroupRecord;
    }
    const ids = Object.keys(state.groups);
    for (const [index, user] of users.entries()) {
      const id = `AIDA${index}`;
      const [boundary = null] = user.boundary === null ? [] : pick([user.boundary], arns);
      state.users[id] = {
        ...NO_CREDENTIALS,
        ...user,
        id,
        created: CREATED,
        groups: pick(user.groups, ids),
        attached: pick(user.attached, arns),
        boundary,
      } satisfies UserRecord;
    }
    return state;
  });

const NO_CREDENTIALS = { keys: [], login: null, mfa: [], ssh: [], certificates: [], serviceCredentials: [] };

function policyOf(
  name: string,
  path: string,
  arn: string,
  documents: readonly string[],
  inForce: number,
): PolicyRecord {
  return {
    id: `ANPA${name}`,
    name,
    path,
    arn,
    description: null,
    created: CREATED,
    updated: CREATED,
    defaultVersion: `v${inForce + 1}`,
    nextVersion: documents.length + 1,
    versions: documents.map((document, index) => ({ id: `v${index + 1}`, document, created: CREATED })),
    tags: [],
  };
}
