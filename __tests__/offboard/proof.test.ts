import { fail, succeed } from '../../src/diagnostics/failure.ts';
import { CLAIMS, type Claim, type Evidence, isProven, proofOf } from '../../src/offboard/proof.ts';
import { proofBlocks } from '../../src/offboard/proof-text.ts';
import { printMarkdown } from '../../src/text/github.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { expectGolden } from '../support/golden.ts';
import { AT, DETAILS, DOCUMENT, denied, EXTRA, FACTS, OVER, withDetails } from './sample-departure.ts';

const prove = (evidence: Evidence) => proofOf(evidence, FACTS.user, FACTS);
const open = (claims: readonly Claim[]) =>
  Object.fromEntries(claims.filter(({ state }) => state !== 'proven').map(({ id, state }) => [id, state]));
const [KEY = { id: '' }] = FACTS.keys;
const naming = { Statement: [{ Effect: 'Allow', Principal: { AWS: FACTS.user.id }, Action: '*' }] };
const own = { ...DOCUMENT, Statement: [{ Effect: 'Allow' as const, Action: 'iam:*', Resource: FACTS.user.arn }] };
const [ROLE] = DETAILS.roles;
const [GROUP] = DETAILS.access.groups;
const [USER] = DETAILS.access.users;
if (ROLE === undefined || GROUP === undefined || USER === undefined) throw new Error('a sample without a role');

test.each<[about: string, evidence: Evidence, expected: Partial<Record<Claim['id'], Claim['state']>>]>([
  ['all is over', OVER, {}],
  ['the file has the member', { ...OVER, teams: succeed(['team.yaml']) }, { departed: 'disproved' }],
  ['an apply did not end', { ...OVER, teams: succeed(['begun']) }, { departed: 'disproved' }],
  ['the record cannot be read', { ...OVER, teams: denied() }, { departed: 'unknown' }],
  [
    'a user has the name',
    withDetails(({ access }) => ({ access: { ...access, users: [{ ...USER, name: FACTS.user.name }] } })),
    { user: 'disproved' },
  ],
  [
    'a user has the name in another case',
    withDetails(({ access }) => ({ access: { ...access, users: [{ ...USER, name: FACTS.user.name.toUpperCase() }] } })),
    { user: 'disproved' },
  ],
  [
    'the user has another name',
    withDetails(({ ids }) => ({ ids: { ...ids, user: new Map([['hidden', FACTS.user.id]]) } })),
    { 'unique-id': 'disproved' },
  ],
  ['a key has a user', { ...OVER, keys: succeed(new Map([[KEY.id, 'admin']])) }, { keys: 'disproved' }],
  ['keys cannot be listed', { ...OVER, keys: denied() }, { keys: 'unknown' }],
  [
    'a policy in force names the user',
    withDetails(({ access }) => ({ access: { ...access, policies: [{ arn: EXTRA, name: 'extra', document: own }] } })),
    { policies: 'disproved' },
  ],
  [
    'a version that is not in force does',
    withDetails(() => ({
      policies: new Map([
        [EXTRA, { attachments: 1, versions: [{ id: 'v1', created: '', isInForce: false, document: own }] }],
      ]),
    })),
    { policies: 'disproved' },
  ],
  [
    'a policy cannot be read',
    withDetails(({ access }) => ({ access: { ...access, policies: [{ arn: EXTRA, name: 'extra', document: null }] } })),
    { policies: 'unknown' },
  ],
  [
    'an inline policy of a role does',
    withDetails(() => ({ roles: [{ ...ROLE, inline: [{ name: 'pass', document: own }] }] })),
    { policies: 'disproved' },
  ],
  ['a role trusts the user', withDetails(() => ({ roles: [{ ...ROLE, trust: naming }] })), { trusts: 'disproved' }],
  ['a trust cannot be read', withDetails(() => ({ roles: [{ ...ROLE, trust: null }] })), { trusts: 'unknown' }],
  [
    'a bucket names the user',
    { ...OVER, buckets: succeed([{ bucket: 'results', policy: { ok: true, value: naming } }]) },
    { buckets: 'disproved' },
  ],
  [
    'the policy of a bucket cannot be read',
    { ...OVER, buckets: succeed([{ bucket: 'results', policy: denied() }]) },
    { buckets: 'unknown' },
  ],
  [
    'a group got the policy that was attached',
    withDetails(({ access }) => ({ access: { ...access, groups: [{ ...GROUP, attached: [EXTRA] }] } })),
    { carriers: 'disproved' },
  ],
  [
    'a user got what the inline policy said, under another name',
    withDetails(({ access }) => ({
      access: { ...access, users: [{ ...USER, inline: [{ name: 'copy', document: DOCUMENT }] }] },
    })),
    { carriers: 'disproved' },
  ],
  [
    'nothing of IAM can be read',
    { ...OVER, details: denied() },
    { user: 'unknown', 'unique-id': 'unknown', policies: 'unknown', trusts: 'unknown', carriers: 'unknown' },
  ],
])('%s', (_about, evidence, expected) => {
  const claims = prove(evidence);
  expect(claims.map(({ id }) => id)).toEqual(CLAIMS);
  expect(open(claims)).toEqual(expected);
  expect(isProven(claims)).toBe(Object.keys(expected).length === 0);
});

test('without facts, what needs them is not known', () => {
  const claims = proofOf(OVER, { ...FACTS.user, id: null }, null);
  expect(Object.keys(open(claims))).toEqual(CLAIMS.filter((id) => id !== 'departed' && id !== 'user'));
});

test('what is left, and what is not known, on a terminal and in a pull request', () => {
  const evidence: Evidence = {
    ...withDetails(({ access }) => ({
      access: { ...access, groups: [{ ...GROUP, attached: [EXTRA], inline: [{ name: 'odd', document: null }] }] },
      roles: [{ ...ROLE, trust: naming }],
    })),
    keys: fail('throttled', { reason: '', progress: null }),
    buckets: succeed([
      { bucket: 'results', policy: { ok: true, value: naming } },
      { bucket: 'other', policy: denied() },
    ]),
  };
  const blocks = proofBlocks(
    { member: 'zoe', at: AT, claims: prove(evidence), facts: FACTS },
    { lab: 'perception-lab', people: new Map() },
  );
  const markdown = printMarkdown(blocks, { reveal: false });
  expect(markdown).not.toMatch(/\d{12}/);
  expectGolden(
    'offboard/mixed.txt',
    `${printTerminal(blocks, 100).join('\n')}\n\n==== in a pull request\n\n${markdown}\n`,
  );
});
