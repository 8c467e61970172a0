import fc from 'fast-check';
import { accessOf } from '../../src/access/access-of.ts';
import type { AccessModel } from '../../src/access/model.ts';
import { includesOperation } from '../../src/access/operation-set.ts';
import { policiesOf } from '../../src/access/policies-of.ts';
import { contextOf, OPEN_KEYS } from '../../src/access/request-context.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { modelBefore } from '../../src/adopt/adoption.ts';
import { candidatesIn } from '../../src/adopt/candidates.ts';
import { unaccepted } from '../../src/adopt/differences.ts';
import { type Found, type Survey, surveyOf } from '../../src/adopt/survey.ts';
import { OPERATIONS } from '../../src/catalog/mturk.ts';
import type { PolicyDocument, Statement } from '../../src/iam/document.ts';
import { evaluate } from '../../src/iam/evaluate.ts';
import { iamName } from '../../src/team/names.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { ACCOUNT } from '../emulator/clients.ts';
import { runs } from '../support/exhaustive.ts';
import { FIRST_FILE } from '../support/first-team-file.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const LAB = 'perception-lab';

const NAMES = [
  'ada',
  'ADA@lab.edu',
  'Bo.Chen',
  'perception-lab-bo.chen',
  'c,d',
  '_e',
  'lead',
  'no',
  '007',
  'x'.repeat(64),
];
const GROUPS = ['Readers', 'perception-lab-readers', 'all+', 'Pay_Masters'];
const POLICIES = ['MTurkPay', 'perception-lab-pay', 'Own'];
const AWS = ['AmazonMechanicalTurkFullAccess', 'AmazonMechanicalTurkReadOnly'];
const ACTIONS = [
  ...['*', 'mechanicalturk:*', 'mechanicalturk:Get*', 'mechanicalturk:SendBonus', 'mechanicalturk:Create*'],
  ...['mechanicalturk:GrantBonus', 'mechanicalturk:Search*', 's3:GetObject', 'iam:ListUsers', 'mechanicalturk:*HIT*'],
];
const CONDITIONS: readonly Statement['Condition'][] = [
  ...[undefined, undefined, undefined],
  { StringEquals: { 'aws:username': 'ada' } },
  { DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
  { DateGreaterThanEquals: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
  { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
];

const anyStatement: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom<Statement['Effect'][]>('Allow', 'Allow', 'Allow', 'Deny'),
    not: fc.nat(5),
    actions: fc.subarray(ACTIONS, { minLength: 1, maxLength: 3 }),
    resource: fc.constantFrom<Statement['Resource'][]>('*', '*', '*', ['*', 'arn:aws:s3:::x'], 'arn:aws:s3:::x/*'),
    condition: fc.constantFrom(...CONDITIONS),
  })
  .map(({ Effect, not, actions, resource, condition }) => ({
    Effect,
    ...(not === 0 ? { NotAction: actions } : { Action: actions }),
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  }));

const anyDocument: fc.Arbitrary<PolicyDocument | null> = fc.option(
  fc.record({ Version: fc.constant('2012-10-17'), Statement: fc.array(anyStatement, { minLength: 1, maxLength: 3 }) }),
  { freq: 20 },
);
const anyInline = fc.uniqueArray(fc.record({ name: fc.constantFrom('mturk', 'more'), document: anyDocument }), {
  ...{ maxLength: 2, selector: ({ name }: { name: string }) => name },
});
const arnsOf = [
  ...POLICIES.map((name) => `arn:aws:iam::${ACCOUNT}:policy/${name}`),
  ...AWS.map((name) => `arn:aws:iam::aws:policy/${name}`),
];
const FULL = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: 'mechanicalturk:*', Resource: '*' }],
};

const anyAccount: fc.Arbitrary<AccessModel> = fc
  .record({
    users: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...NAMES),
        path: fc.constantFrom('/', '/', '/people/', '/mturk/vision-lab/'),
        groups: fc.subarray(GROUPS, { maxLength: 2 }),
        attached: fc.subarray(arnsOf, { maxLength: 2 }),
        inline: anyInline,
        boundary: fc.option(fc.constantFrom(...arnsOf), { freq: 1, nil: null }),
        tags: fc.constant({}),
      }),
      { selector: ({ name }) => name.toLowerCase(), maxLength: 6 },
    ),
    groups: fc.array(fc.record({ attached: fc.subarray(arnsOf, { maxLength: 1 }), inline: anyInline }), {
      ...{ minLength: GROUPS.length, maxLength: GROUPS.length },
    }),
    documents: fc.array(anyDocument, { minLength: POLICIES.length, maxLength: POLICIES.length }),
  })
  .map(({ users, groups, documents }) => ({
    account: ACCOUNT,
    users: users.sort((one, other) => (one.name < other.name ? -1 : 1)),
    groups: GROUPS.map((name, index) => ({ name, path: '/', ...groups[index]! })),
    policies: [
      ...POLICIES.map((name, index) => ({ arn: arnsOf[index]!, name, document: documents[index]! })),
      { arn: arnsOf[3]!, name: AWS[0]!, document: FULL },
      {
        ...{ arn: arnsOf[4]!, name: AWS[1]! },
        document: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow' as const, Action: ['mechanicalturk:Get*', 'mechanicalturk:List*'], Resource: '*' },
          ],
        },
      },
    ],
  }));

function surveyed(
  access: AccessModel,
  given: Pick<Found, 'text' | 'earlier'> = { text: FIRST_FILE, earlier: null },
): Survey {
  const team = readTeam(given.text, { file: 'team.yaml', today: TODAY }).team!;
  const ids = { user: new Map(access.users.map(({ name }) => [name, `AIDA${name}`])), group: new Map() };
  const keys = new Map(given.earlier?.users.map(({ name, key }) => [name, key]));
  const survey = surveyOf(
    {
      ...{ file: 'team.yaml', team, at: AT, today: TODAY, credentials: new Map(), ...given },
      account: { access, ids, roles: [], buckets: [] },
      chosen: candidatesIn(access, team, { at: AT, without: new Set(), keys }),
    },
    [],
  );
  if (!survey.ok) throw new Error(JSON.stringify(survey.failure));
  return survey.value;
}

/** Moments, and what is known of calls. */
const CIRCUMSTANCES = ['2020-01-01', TODAY, '2030-01-01'].flatMap((day) =>
  [OPEN_KEYS, []].map((openKeys) => ({ at: new Date(`${day}T12:00:00Z`), openKeys })),
);

test('who has no difference can do exactly what they could, whenever and from wherever they ask; others as is said', () => {
  fc.assert(
    fc.property(anyAccount, (access) => {
      const { people, team, adoption } = surveyed(access);
      for (const circumstances of CIRCUMSTANCES) {
        const before = new Map(accessOf(modelBefore(adoption), circumstances).map((each) => [each.user.name, each]));
        const after = new Map(
          accessOf(desiredAccess(team, TODAY), circumstances).map((each) => [each.user.name, each]),
        );
        for (const { key, name, differences } of people) {
          const was = before.get(name)!.allowed;
          const will = after.get(iamName(LAB, key))!.allowed;
          const said = (kinds: readonly string[], operation: string) =>
            differences.some(
              (each) => kinds.includes(each.kind) && 'operation' in each && each.operation === operation,
            );
          for (const operation of OPERATIONS) {
            const [could, can] = [includesOperation(was, operation), includesOperation(will, operation)];
            if (can && !could) expect(said(['gained', 'unlimited'], operation)).toBe(true);
            if (could && !can) expect(said(['lost', 'conditional'], operation)).toBe(true);
          }
        }
      }
    }),
    { numRuns: runs(200) },
  );
});

test('every permission outside Mechanical Turk is named', () => {
  fc.assert(
    fc.property(anyAccount, (access) => {
      const { people, adoption } = surveyed(access);
      const before = modelBefore(adoption);
      for (const { name, differences } of people) {
        const user = before.users.find((each) => each.name === name)!;
        const context = contextOf(before, user, { at: AT });
        const others = ['s3:GetObject', 'iam:ListUsers', 'ec2:RunInstances'].filter((action) =>
          ['*', 'arn:aws:s3:::x/y'].some((resource) => {
            const request = { action, resource, context, openKeys: OPEN_KEYS };
            return evaluate(policiesOf(before, user), request).outcome === 'allowed';
          }),
        );
        if (others.length > 0) expect(differences.map(({ kind }) => kind)).toContain('other-permission');
      }
    }),
    { numRuns: runs(200) },
  );
});

test('the draft has no errors, and a key and a role for each user who is adopted', () => {
  fc.assert(
    fc.property(anyAccount, (access) => {
      const { draft, adoption, people, left } = surveyed(access);
      expect(left.length + people.length).toBe(access.users.length);
      if (draft === null) return;
      const { team, findings } = readTeam(draft.text, { file: 'team.yaml', today: TODAY });
      expect(findings.filter(({ code }) => code !== 'duplicate-person')).toEqual([]);
      const taken = access.users.map(({ name }) => name.toLowerCase());
      for (const { key, name } of adoption.users) {
        const member = team!.members.find((each) => each.key === key);
        expect(member?.roles).toHaveLength(1);
        const own = iamName(LAB, key).toLowerCase();
        expect(own === name.toLowerCase() || !taken.includes(own)).toBe(true);
      }
      // What was drafted is compared as it is, with the same result.
      const again = surveyed(access, { text: draft.text, earlier: adoption });
      expect(again).toMatchObject({ draft: null, people, adoption });
      const names = [...access.groups, ...access.policies].map(({ name }) => name.toLowerCase());
      expect(team!.roles.filter(({ key }) => names.includes(iamName(LAB, key).toLowerCase()))).toEqual([]);
      expect(unaccepted(adoption, people).map(({ key }) => key)).toEqual(
        people.filter(({ differences }) => differences.length > 0).map(({ key }) => key),
      );
    }),
    { numRuns: runs(200) },
  );
});
