import fc from 'fast-check';
import type { AccessGroup, AccessModel, AccessUser, InlinePolicy } from '../../../src/access/model.ts';
import { type Difference, differences, type Holder } from '../../../src/access/model-difference.ts';
import { declare } from '../../../src/access/sources/desired.ts';
import { keepAsIs } from '../../../src/drift/remediation/keep-as-is.ts';
import { gateProblems, type Json } from '../../../src/guardrails/gate/gate.ts';
import { isObject, resourcesOf } from '../../../src/guardrails/gate/gate-json.ts';
import { resolveReferences } from '../../../src/guardrails/gate/gate-references.ts';
import type { PolicyDocument } from '../../../src/iam/document.ts';
import { boundaryArn, rolePolicyArn } from '../../../src/team/names.ts';
import { accessFromPlan } from '../../../src/terraform/plan/plan-access.ts';
import { readPlan } from '../../../src/terraform/plan/plan-read.ts';
import { sampleTeam } from '../../support/sample-team.ts';
import { dependenciesOf, type StackJson, synthesised } from '../../support/synthesised.ts';

const TODAY = '2026-11-25';
const written = (await synthesised(sampleTeam, TODAY)).text.team;
const declared = declare(sampleTeam, TODAY);
const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const DENY: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringLike: { 'aws:x': '${aws:username}' } } },
  ],
};
const user = (key: string) => `perception-lab-${key}`;
const onUser = (key: string): Holder => ({ kind: 'user', name: user(key) });
const onGroup = (key: string): Holder => ({ kind: 'group', name: user(key) });

/** What a configuration gives to whom, once it is applied to an empty account. */
function accessOf(text: string): AccessModel {
  const configuration = JSON.parse(text) as Json;
  const plan = readPlan({
    format_version: '1.2',
    resource_changes: resourcesOf(configuration).map(({ type, name, body }) => {
      if (!isObject(body)) throw new Error(`${type}.${name}`);
      const after: Record<string, unknown> = { ...resolveReferences(body, configuration) };
      if (typeof after.policy === 'string') after.policy = after.policy.replaceAll('$${', '${').replaceAll('%%{', '%{');
      return { address: `${type}.${name}`, type, name, change: { actions: ['create'], after } };
    }),
  });
  if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
  return accessFromPlan(plan.value, sampleTeam.account).after;
}

/** What a kept configuration differs in from the file, which must be what was kept. */
function keptIn(text: string): readonly Difference[] {
  return differences(declared, accessOf(text));
}

test('what synth writes says what the team declares, by the measure of these tests', () => {
  expect(keptIn(written)).toEqual([]);
});

test('the text is left alone where nothing is kept', () => {
  expect(keepAsIs(written, [])).toBe(written);
});

const TABLE: readonly (readonly [string, Difference])[] = [
  [
    'a member of another group',
    { kind: 'membership-added', group: user('paymaster'), user: user('bo'), stranger: false },
  ],
  ['a stranger in a group', { kind: 'membership-added', group: user('paymaster'), user: 'mallory', stranger: true }],
  [
    'a member taken out of a group',
    { kind: 'membership-removed', group: user('results-reader'), user: user('bo'), stranger: false },
  ],
  ['the last of a group', { kind: 'membership-removed', group: user('paymaster'), user: user('fay'), stranger: false }],
  ['a policy on a member', { kind: 'policy-attached', holder: onUser('cy'), arn: FULL }],
  ['a policy on a group', { kind: 'policy-attached', holder: onGroup('paymaster'), arn: FULL }],
  [
    "a group's own policy detached",
    { kind: 'policy-detached', holder: onGroup('paymaster'), arn: rolePolicyArn(sampleTeam, 'paymaster') },
  ],
  ['a policy of AWS detached', { kind: 'policy-detached', holder: onGroup('full-access'), arn: FULL }],
  [
    'an inline policy on a member',
    { kind: 'inline-policy-added', holder: onUser('fay'), policy: 'emergency', document: null },
  ],
  [
    'an inline policy on a group',
    { kind: 'inline-policy-added', holder: onGroup('paymaster'), policy: 'x', document: null },
  ],
  [
    'limits deleted',
    { kind: 'inline-policy-removed', holder: onUser('bo'), policy: 'limits', document: limitsOf('bo') },
  ],
  [
    'limits edited',
    { kind: 'inline-policy-changed', holder: onUser('bo'), policy: 'limits', from: limitsOf('bo'), to: DENY },
  ],
  [
    'a document edited',
    {
      kind: 'policy-changed',
      arn: rolePolicyArn(sampleTeam, 'paymaster'),
      from: documentOf(rolePolicyArn(sampleTeam, 'paymaster')),
      to: DENY,
    },
  ],
  ['a narrower boundary', { kind: 'boundary-changed', user: user('bo'), from: boundaryArn(sampleTeam), to: FULL }],
  ['no boundary', { kind: 'boundary-changed', user: user('bo'), from: boundaryArn(sampleTeam), to: null }],
  ['a tag', { kind: 'tag-changed', user: user('ada'), tag: 'hello', from: null, to: 'x' }],
  ['a tag taken off', { kind: 'tag-changed', user: user('ada'), tag: 'mturk-team:member', from: 'ada', to: null }],
  ['a user moved', { kind: 'path-changed', holder: onUser('ada'), from: '/mturk/perception-lab/', to: '/' }],
  ['a group moved', { kind: 'path-changed', holder: onGroup('paymaster'), from: '/mturk/perception-lab/', to: '/x/' }],
];

function limitsOf(key: string): PolicyDocument | null {
  return declared.users.find(({ name }) => name === user(key))?.inline[0]?.document ?? null;
}

function documentOf(arn: string): PolicyDocument | null {
  return declared.policies.find((policy) => policy.arn === arn)?.document ?? null;
}

test.each(TABLE)('kept alone: %s', (_what, difference) => {
  const text = keepAsIs(written, [difference]);
  expect(keptIn(text)).toEqual([difference]);
  everyReferenceHolds(text);
});

/** Nothing may depend on or refer to what is not in the configuration: the engine would refuse all of it. */
function everyReferenceHolds(text: string): void {
  const stack = JSON.parse(text) as StackJson;
  for (const [type, blocks] of Object.entries(stack.resource)) {
    expect(Object.keys(blocks)).not.toEqual([]);
    for (const name of Object.keys(blocks)) dependenciesOf(stack, `${type}.${name}`);
  }
  dependenciesOf(stack, 'local.enrolled');
}

test.each<[string, Difference, readonly string[]]>([
  [
    'a user who is gone, with all she had',
    { kind: 'user-deleted', user: user('bo') },
    [
      `inline-policy-removed limits ${user('bo')}`,
      `membership-removed ${user('results-reader')} ${user('bo')}`,
      `membership-removed ${user('task-publisher')} ${user('bo')}`,
      `user-deleted ${user('bo')}`,
    ],
  ],
  [
    'a group that is gone, with its members and attachments, and its policy left',
    { kind: 'group-deleted', group: user('paymaster') },
    [
      `policy-detached ${rolePolicyArn(sampleTeam, 'paymaster')} ${user('paymaster')}`,
      `group-deleted ${user('paymaster')}`,
      `membership-removed ${user('paymaster')} ${user('fay')}`,
    ],
  ],
  [
    'a policy that is gone, with its attachments',
    { kind: 'policy-deleted', arn: rolePolicyArn(sampleTeam, 'paymaster') },
    [
      `policy-detached ${rolePolicyArn(sampleTeam, 'paymaster')} ${user('paymaster')}`,
      `policy-deleted ${rolePolicyArn(sampleTeam, 'paymaster')}`,
    ],
  ],
])('kept alone: %s', (_what, difference, expected) => {
  const text = keepAsIs(written, [difference]);
  expect(
    keptIn(text).map((each) =>
      [each.kind, ...('policy' in each ? [each.policy] : []), ...('group' in each ? [each.group] : [])]
        .concat('user' in each ? [each.user] : [], 'arn' in each ? [each.arn] : [])
        .concat('holder' in each ? [each.holder.name] : [])
        .join(' '),
    ),
  ).toEqual(expected);
  everyReferenceHolds(text);
});

test.each<[string, Difference]>([
  ['a user that nobody declares', { kind: 'user-added', user: 'mallory' }],
  ['a group that nobody declares', { kind: 'group-added', group: 'old' }],
  ['a policy that nobody declares', { kind: 'policy-added', arn: rolePolicyArn(sampleTeam, 'x') }],
  ['what a user has whom nobody declares', { kind: 'policy-attached', holder: { kind: 'user', name: 'm' }, arn: FULL }],
  [
    'a document that nobody could read',
    { kind: 'policy-changed', arn: rolePolicyArn(sampleTeam, 'paymaster'), from: null, to: null },
  ],
  [
    'limits that nobody could read',
    { kind: 'inline-policy-changed', holder: onUser('bo'), policy: 'limits', from: null, to: null },
  ],
])('no word of the configuration changes for %s', (_what, difference) => {
  expect(JSON.parse(keepAsIs(written, [difference]))).toEqual(JSON.parse(written));
});

test('what somebody wrote into an account stays a text, and never becomes an expression of the engine', () => {
  const hostile = `\${file("/etc/passwd")} %{ if true } $\${x} %%{y}`;
  const statement = { Sid: '', Effect: 'Deny', Action: '*', Resource: `arn:${hostile}` } as const;
  const text = keepAsIs(written, [
    { kind: 'tag-changed', user: user('ada'), tag: '${t}', from: null, to: hostile },
    { kind: 'path-changed', holder: onUser('cy'), from: '/', to: `/${hostile}/` },
    { kind: 'boundary-changed', user: user('bo'), from: null, to: hostile },
    { kind: 'policy-attached', holder: onUser('cy'), arn: hostile },
    { kind: 'inline-policy-added', holder: onGroup('paymaster'), policy: hostile, document: null },
    { kind: 'membership-added', group: user('paymaster'), user: hostile, stranger: true },
    {
      kind: 'policy-changed',
      arn: rolePolicyArn(sampleTeam, 'paymaster'),
      from: null,
      to: { Version: '2012-10-17', Statement: [statement] },
    },
  ]);
  const problems = gateProblems({ stack: 'team', configuration: JSON.parse(text) as Json, team: sampleTeam });
  expect(problems.filter(({ rule }) => rule === 'no-expressions')).toEqual([]);
  // Only a document can say it; what else bears such a text stays as the file has it.
  expect(keptIn(text).map(({ kind }) => kind)).toEqual(['policy-changed']);
  expect(JSON.stringify(keptIn(text))).toContain(JSON.stringify(hostile).slice(1, -1));
});

/** The sample's account after a random evening in the console. */
const tampered: fc.Arbitrary<AccessModel> = fc
  .record({
    usersGone: fc.subarray(
      declared.users.map(({ name }) => name),
      { maxLength: 2 },
    ),
    groupsGone: fc.subarray(
      declared.groups.map(({ name }) => name),
      { maxLength: 2 },
    ),
    policiesGone: fc.subarray(declared.policies.map(({ arn }) => arn).filter((arn) => arn.includes('/mturk/'))),
    edited: fc.subarray(declared.policies.map(({ arn }) => arn).filter((arn) => arn.includes('/mturk/'))),
    people: fc.array(
      fc.record({
        groups: fc.option(fc.subarray(declared.groups.map(({ name }) => name))),
        attached: fc.subarray([FULL, rolePolicyArn(sampleTeam, 'paymaster')]),
        inline: fc.constantFrom<'as-is' | 'gone' | 'edited' | 'more'>('as-is', 'gone', 'edited', 'more'),
        boundary: fc.constantFrom(boundaryArn(sampleTeam), null, FULL),
        path: fc.constantFrom('/mturk/perception-lab/', '/'),
        tags: fc.constantFrom<Record<string, string> | null>(null, {}, { 'mturk-team:lab': 'x' }),
      }),
      { minLength: declared.users.length, maxLength: declared.users.length },
    ),
    roles: fc.array(
      fc.record({
        attached: fc.option(fc.subarray([FULL, rolePolicyArn(sampleTeam, 'paymaster')])),
        inline: fc.boolean(),
        path: fc.constantFrom('/mturk/perception-lab/', '/elsewhere/'),
      }),
      { minLength: declared.groups.length, maxLength: declared.groups.length },
    ),
    stranger: fc.option(
      fc.subarray(
        declared.groups.map(({ name }) => name),
        { minLength: 1 },
      ),
    ),
  })
  .map(({ usersGone, groupsGone, policiesGone, edited, people, roles, stranger }) => {
    const there = (arns: readonly string[]) => [...new Set(arns)].filter((arn) => !policiesGone.includes(arn)).sort();
    const stay = (groups: readonly string[]) => groups.filter((name) => !groupsGone.includes(name));
    const groups: AccessGroup[] = declared.groups.flatMap((group, index) => {
      const change = roles[index];
      if (change === undefined || groupsGone.includes(group.name)) return [];
      const inline = change.inline ? [{ name: 'x', document: null }] : [];
      return [{ ...group, path: change.path, attached: there(change.attached ?? group.attached), inline }];
    });
    const users: AccessUser[] = declared.users.flatMap((each, index) => {
      const change = people[index];
      if (change === undefined || usersGone.includes(each.name)) return [];
      const inline: Record<typeof change.inline, readonly InlinePolicy[]> = {
        'as-is': each.inline,
        gone: [],
        edited: each.inline.map(({ name }) => ({ name, document: DENY })),
        more: [...each.inline, { name: 'x', document: null }],
      };
      const { boundary, path } = change;
      const own = { attached: there(change.attached), inline: inline[change.inline], boundary, path };
      return [{ ...each, ...own, groups: stay(change.groups ?? each.groups), tags: change.tags ?? each.tags }];
    });
    const strange = { name: 'mallory', path: '/', attached: [], inline: [], boundary: null, tags: {} };
    const joined = stay(stranger ?? []);
    return {
      ...declared,
      groups,
      users: joined.length === 0 ? users : [...users, { ...strange, groups: joined, stranger: true as const }],
      policies: declared.policies
        .filter(({ arn }) => !policiesGone.includes(arn))
        .map((policy) => (edited.includes(policy.arn) ? { ...policy, document: DENY } : policy)),
    };
  });

test('an account of which everything is kept is what the configuration says', () => {
  fc.assert(
    fc.property(tampered, (account) => {
      const text = keepAsIs(written, differences(declared, account));
      expect(differences(account, accessOf(text))).toEqual([]);
      everyReferenceHolds(text);
    }),
  );
});
