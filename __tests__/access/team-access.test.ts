import { accessOf } from '../../src/access/access-of.ts';
import { decide } from '../../src/access/decide.ts';
import type { AccessModel } from '../../src/access/model.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { policiesOf } from '../../src/access/policies-of.ts';
import { contextOf, OPEN_KEYS } from '../../src/access/request-context.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { CATALOG, OPERATIONS, type Operation, operationsOf, SPENDING_CAPABILITIES } from '../../src/catalog/mturk.ts';
import type { Statement } from '../../src/iam/document.ts';
import { evaluate } from '../../src/iam/evaluate.ts';
import type { Member, Team } from '../../src/team/team.ts';
import { changeGroup, says, statement } from '../support/changed-account.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';

const TODAY = '2026-11-25';
const NOW = new Date('2026-11-25T12:00:00Z');
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

function allowed(model: AccessModel, key: string, at = NOW): readonly Operation[] {
  return OPERATIONS.filter(
    (operation) => decide(model, `perception-lab-${key}`, operation, { at }).outcome === 'allowed',
  );
}

/** Any action of AWS by Bo. */
function decideOf(model: AccessModel, action: string, resource: string) {
  const bo = model.users.find(({ name }) => name === 'perception-lab-bo')!;
  const context = contextOf(model, bo, { at: NOW });
  return evaluate(policiesOf(model, bo), { action, resource, context, openKeys: OPEN_KEYS });
}

function withMember(changes: Partial<Member> & Pick<Member, 'key'>, team: Team = sampleTeam): AccessModel {
  const others = team.members.filter(({ key }) => key !== changes.key);
  return desiredAccess({ ...team, members: [...others, member(changes)] }, TODAY);
}

describe("the tutorial's promises, decided", () => {
  const model = desiredAccess(sampleTeam, TODAY);

  test('full access is everything', () => {
    expect(allowed(model, 'ada')).toEqual(OPERATIONS);
  });

  test('a custom policy of the five old names, by their successors, is these five', () => {
    const five: readonly Operation[] = OPERATIONS.filter((operation) =>
      ['ListHITs', 'ListReviewableHITs', 'GetHIT', 'ListAssignmentsForHIT', 'GetAssignment'].includes(operation),
    );
    const team = { ...sampleTeam, roles: [...sampleTeam.roles, role({ key: 'searcher', allow: five })] };
    expect(allowed(withMember({ key: 'eve', roles: ['searcher'] }, team), 'eve')).toEqual(five);
  });

  test('everything except the bonus: the bonus is denied, and by name', () => {
    expect(allowed(model, 'gus')).toEqual(OPERATIONS.filter((operation) => operation !== 'SendBonus'));
    const decision = decide(model, 'perception-lab-gus', 'SendBonus', { at: NOW });
    expect(decision.outcome).toBe('denied-explicitly');
    expect(decision.by.map(({ source: { holder, policy }, statement }) => ({ holder, policy, statement }))).toEqual([
      {
        holder: { kind: 'group', name: 'perception-lab-everything-but-bonus' },
        policy: 'arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-everything-but-bonus',
        statement: { Sid: 'Deny', Effect: 'Deny', Action: ['mechanicalturk:SendBonus'], Resource: '*' },
      },
    ]);
  });

  test('the Deny of one role wins over the Allow of another', () => {
    const both = withMember({ key: 'eve', roles: ['everything-but-bonus', 'full-access'] });
    expect(allowed(both, 'eve')).not.toContain('SendBonus');
  });

  test('all read results, a smaller group publishes, approves and pays', () => {
    const reads = operationsOf('results:read');
    expect(allowed(model, 'bo')).toEqual([...reads, ...operationsOf('hits:publish'), ...operationsOf('hits:manage')]);
    expect(allowed(model, 'fay')).toEqual([
      ...reads,
      ...operationsOf('account:read'),
      'ApproveAssignment',
      'RejectAssignment',
      'SendBonus',
    ]);
    expect(allowed(withMember({ key: 'eve', roles: ['results-reader'] }), 'eve')).toEqual(reads);
  });

  test('a member who is not in the model may nothing', () => {
    expect(allowed(model, 'unknown')).toEqual([]);
  });
});

describe('the brakes', () => {
  const frozen = desiredAccess({ ...sampleTeam, freeze: SPENDING_CAPABILITIES }, TODAY);

  test("a freeze stands above every role, AWS's own policy included", () => {
    const spending: readonly Operation[] = SPENDING_CAPABILITIES.flatMap(operationsOf);
    for (const key of ['ada', 'bo', 'fay', 'gus']) {
      expect(allowed(frozen, key).filter((operation) => spending.includes(operation))).toEqual([]);
    }
    expect(allowed(frozen, 'ada')).toEqual(OPERATIONS.filter((operation) => !spending.includes(operation)));
    expect(decide(frozen, 'perception-lab-ada', 'SendBonus', { at: NOW }).outcome).toBe('denied-explicitly');
  });

  test('a suspension leaves nothing, whatever the roles', () => {
    const model = withMember({ key: 'eve', roles: ['full-access', 'paymaster'], suspended: true });
    expect(allowed(model, 'eve')).toEqual([]);
    expect(decide(model, 'perception-lab-eve', 'GetHIT', { at: NOW }).by[0]?.source.policy).toBe('limits');
  });

  test.each([
    ['2027-05-31T00:00:00Z', 'allowed'],
    ['2027-05-31T23:59:59Z', 'allowed'],
    ['2027-05-31T23:59:59.999Z', 'allowed'],
    ['2027-06-01T00:00:00Z', 'denied-explicitly'],
    ['2030-01-01T00:00:00Z', 'denied-explicitly'],
  ])('until 31 May 2027: at %s it is %s', (at, outcome) => {
    const model = desiredAccess(sampleTeam, TODAY);
    expect(decide(model, 'perception-lab-bo', 'GetHIT', { at: new Date(at) }).outcome).toBe(outcome);
  });

  test.each([
    ['2027-01-09T23:59:59.999Z', 'denied-explicitly'],
    ['2027-01-10T00:00:00Z', 'allowed'],
    ['2027-05-31T23:59:59Z', 'allowed'],
    ['2027-06-01T00:00:00Z', 'denied-explicitly'],
  ])('from 10 Jan until 31 May 2027: at %s it is %s', (at, outcome) => {
    const period = { from: '2027-01-10', until: '2027-05-31' };
    const model = withMember({ key: 'eve', roles: ['results-reader'], ...period });
    expect(decide(model, 'perception-lab-eve', 'GetHIT', { at: new Date(at) }).outcome).toBe(outcome);
  });

  test('until the last day that a year of four digits has is no denial of today', () => {
    const model = withMember({ key: 'eve', roles: ['results-reader'], until: '9999-12-31' });
    expect(decide(model, 'perception-lab-eve', 'GetHIT', { at: NOW }).outcome).toBe('allowed');
    const last = { at: new Date('9999-12-31T23:59:59Z') };
    expect(decide(model, 'perception-lab-eve', 'GetHIT', last).outcome).toBe('denied-explicitly');
  });

  test('until a leap day, or the last day of a year, ends on the next day', () => {
    for (const [until, last, first] of [
      ['2028-02-29', '2028-02-29T23:59:59Z', '2028-03-01T00:00:00Z'],
      ['2026-12-31', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z'],
    ] as const) {
      const model = withMember({ key: 'eve', roles: ['results-reader'], until });
      expect(allowed(model, 'eve', new Date(last))).not.toEqual([]);
      expect(allowed(model, 'eve', new Date(first))).toEqual([]);
    }
  });

  test('the boundary limits AdministratorAccess to Mechanical Turk and the use of their own keys', () => {
    const declared = desiredAccess(sampleTeam, TODAY);
    const model: AccessModel = {
      ...declared,
      users: declared.users.map((user) => (user.name === 'perception-lab-bo' ? { ...user, attached: [ADMIN] } : user)),
      policies: [
        ...declared.policies,
        {
          arn: ADMIN,
          name: 'AdministratorAccess',
          document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
        },
      ],
    };
    const of = (action: string, resource: string) => {
      const { outcome, stoppedByBoundary } = decideOf(model, action, resource);
      return [outcome, stoppedByBoundary];
    };
    const own = 'arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-bo';
    expect(of('iam:CreateUser', 'arn:aws:iam::123456789012:user/x')).toEqual(['denied-implicitly', true]);
    expect(of('s3:GetObject', 'arn:aws:s3:::bucket/key')).toEqual(['denied-implicitly', true]);
    expect(of('iam:CreateAccessKey', own)).toEqual(['allowed', false]);
    expect(of('iam:CreateAccessKey', own.replace('-bo', '-ada'))).toEqual(['denied-implicitly', true]);
    expect(of('iam:PutUserPolicy', own)).toEqual(['denied-implicitly', true]);
    expect(allowed(model, 'bo')).toEqual(OPERATIONS);
  });
});

test('a Deny in the boundary takes away, however it is asked', () => {
  const declared = desiredAccess(sampleTeam, TODAY);
  const model: AccessModel = {
    ...declared,
    policies: declared.policies.map((policy) =>
      policy.arn === declared.users[0]?.boundary
        ? {
            ...policy,
            document: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Action: '*', Resource: '*' },
                { Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' },
              ],
            },
          }
        : policy,
    ),
  };
  const but = OPERATIONS.filter((operation) => operation !== 'SendBonus');
  expect(allowed(model, 'ada')).toEqual(but);
  const [ada] = accessOf(model, { at: NOW });
  expect([ada?.user.name, listOperations(ada!.allowed)]).toEqual(['perception-lab-ada', but]);
});

describe('what is not known counts as everything, visibly', () => {
  const declared = desiredAccess(sampleTeam, TODAY);
  const changeBo = (changes: Partial<AccessModel['users'][number]>): AccessModel => ({
    ...declared,
    users: declared.users.map((user) => (user.name === 'perception-lab-bo' ? { ...user, ...changes } : user)),
  });

  test.each([
    ['an attached policy that the model lacks', changeBo({ attached: [ADMIN] }), ADMIN],
    ['an inline policy known by name', changeBo({ inline: [{ name: 'extra', document: null }] }), 'extra'],
    ['a group that the model lacks', changeBo({ groups: ['Admins'] }), 'Admins'],
  ])('%s', (_what, model, policy) => {
    const decision = decide(model, 'perception-lab-bo', 'SendBonus', { at: NOW });
    expect(decision.outcome).toBe('allowed');
    const access = accessOf(model, { at: NOW }).find(({ user }) => user.name === 'perception-lab-bo');
    expect(listOperations(access!.allowed)).toEqual(OPERATIONS);
    expect(access!.unknownPolicies.map((unknown) => unknown.policy)).toEqual([policy]);
  });

  test('an unknown boundary caps nothing, and is named', () => {
    const boundary = 'arn:aws:iam::1:policy/gone';
    expect(decideOf(changeBo({ attached: [ADMIN], boundary }), 'iam:CreateUser', '*').outcome).toBe('allowed');
    const bo = accessOf(changeBo({ boundary }), { at: NOW }).find(({ user }) => user.name === 'perception-lab-bo');
    const holder = { kind: 'user', name: 'perception-lab-bo' };
    expect(bo?.unknownPolicies).toEqual([{ holder, policy: boundary }]);
  });
});

test('what a group gives to one member by name, it gives to no other', () => {
  const [gives, named] = [statement('Allow', 'mechanicalturk:GetHIT'), statement('Allow', 'mechanicalturk:SendBonus')];
  const Condition = { StringEquals: { 'aws:username': 'perception-lab-bo' } };
  const inline = [{ name: 'own', document: says(gives, { ...named, Condition }) }];
  const model = changeGroup('results-reader', () => ({ inline, attached: [] }))(desiredAccess(sampleTeam, TODAY));
  const readers = accessOf(model, { at: NOW }).filter(({ user }) => /-(bo|cy)$/.test(user.name));
  expect(readers.map(({ granted }) => listOperations(granted).includes('SendBonus'))).toEqual([true, false]);
});

test('the catalogue and the policies agree on which operations read', () => {
  const model = withMember(
    { key: 'eve', roles: ['r'] },
    {
      ...sampleTeam,
      roles: [...sampleTeam.roles, role({ key: 'r', managed: ['AmazonMechanicalTurkReadOnly'] })],
    },
  );
  expect(allowed(model, 'eve')).toEqual(OPERATIONS.filter((operation) => CATALOG[operation].level !== 'Write'));
});

describe('a condition on the address or the unique id, which no model knows', () => {
  const declared = desiredAccess(sampleTeam, TODAY);
  const CAMPUS = '192.0.2.0/24';
  const withInline = (statement: Statement): AccessModel => ({
    ...declared,
    users: declared.users.map((user) =>
      user.name === 'perception-lab-bo'
        ? { ...user, inline: [{ name: 'x', document: { Version: '2012-10-17', Statement: statement } }] }
        : user,
    ),
  });
  const onCampus = withInline({
    Effect: 'Allow',
    Action: 'mechanicalturk:SendBonus',
    Resource: '*',
    Condition: { IpAddress: { 'aws:SourceIp': CAMPUS } },
  });
  const offCampusDenied = withInline({
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { NotIpAddress: { 'aws:SourceIp': CAMPUS } },
  });
  const byId = withInline({
    Effect: 'Allow',
    Action: 'mechanicalturk:SendBonus',
    Resource: '*',
    Condition: { StringLike: { 'aws:userid': 'AIDA*' } },
  });
  test.each([
    ['an Allow on the campus', onCampus, 'SendBonus'],
    ['a Deny elsewhere', offCampusDenied, 'GetHIT'],
    ['an Allow by the unique id', byId, 'SendBonus'],
  ] as const)('%s counts as access', (_what, model, operation) => {
    expect(decide(model, 'perception-lab-bo', operation, { at: NOW }).outcome).toBe('allowed');
  });
});
