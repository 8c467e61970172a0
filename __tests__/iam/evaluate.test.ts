import fc from 'fast-check';
import type { PolicyDocument, Statement } from '../../src/iam/document.ts';
import {
  type AccessRequest,
  evaluate,
  type Outcome,
  type PolicySource,
  type PrincipalPolicies,
  resourceMatches,
} from '../../src/iam/evaluate.ts';
import { runs } from '../support/exhaustive.ts';

const ALLOW: Statement = { Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' };
const DENY: Statement = { Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' };

function source(statements: readonly Statement[], name = 'p'): PolicySource {
  const document: PolicyDocument = { Version: '2012-10-17', Statement: statements };
  return { policy: name, document };
}

const OTHER = { StringEquals: { 'aws:username': 'lab-cy' } };

function policies(identity: readonly Statement[], boundary?: readonly Statement[]): PrincipalPolicies {
  return { identity: [source(identity)], boundary: boundary === undefined ? null : source(boundary, 'boundary') };
}

function request(action: string, resource = '*'): AccessRequest {
  return { action, resource, context: { 'aws:username': 'lab-bo', 'x:team': ['a', 'b'], 'x:star': '*' } };
}

describe('outcomes', () => {
  test.each<[what: string, given: PrincipalPolicies, outcome: Outcome, by: number, stopped: boolean]>([
    ['nothing', policies([]), 'denied-implicitly', 0, false],
    ['an Allow', policies([ALLOW]), 'allowed', 1, false],
    ['an Allow whose condition fails', policies([{ ...ALLOW, Condition: OTHER }]), 'denied-implicitly', 0, false],
    ['a Deny whose condition fails', policies([ALLOW, { ...DENY, Condition: OTHER }]), 'allowed', 1, false],
    ['two Allows', policies([ALLOW, ALLOW]), 'allowed', 2, false],
    ['a Deny alone', policies([DENY]), 'denied-explicitly', 1, false],
    ['a Deny behind an Allow', policies([ALLOW, DENY]), 'denied-explicitly', 1, false],
    ['a Deny before an Allow', policies([DENY, ALLOW]), 'denied-explicitly', 1, false],
    ['an Allow that the boundary has, too', policies([ALLOW], [ALLOW]), 'allowed', 1, false],
    ['an Allow that the boundary lacks', policies([ALLOW], []), 'denied-implicitly', 0, true],
    ['an Allow in the boundary alone', policies([], [ALLOW]), 'denied-implicitly', 0, false],
    ['a Deny in the boundary', policies([ALLOW], [ALLOW, DENY]), 'denied-explicitly', 1, true],
    ['a Deny in both', policies([ALLOW, DENY], [ALLOW, DENY]), 'denied-explicitly', 2, false],
    ['a Deny in the boundary of what no policy allows', policies([], [DENY]), 'denied-explicitly', 1, false],
  ])('%s', (_what, given, outcome, by, stopped) => {
    const decision = evaluate(given, request('mechanicalturk:SendBonus'));
    expect([decision.outcome, decision.by.length, decision.stoppedByBoundary]).toEqual([outcome, by, stopped]);
  });

  test('names the statements that decided, with their policy', () => {
    const given = policies([ALLOW, DENY]);
    const decision = evaluate(given, request('mechanicalturk:SendBonus'));
    expect(decision.by).toEqual([{ source: given.identity[0], statement: DENY }]);
  });

  test('a document may hold a single statement', () => {
    const document: PolicyDocument = { Version: '2012-10-17', Statement: ALLOW };
    const given = { identity: [{ holder: 'user u', policy: 'p', document }], boundary: null };
    expect(evaluate(given, request('mechanicalturk:GetHIT')).outcome).toBe('allowed');
  });
});

describe('actions', () => {
  test.each<[statement: Partial<Statement>, action: string, matches: boolean]>([
    [{ Action: 'mechanicalturk:GetHIT' }, 'mechanicalturk:GetHIT', true],
    [{ Action: 'MechanicalTurk:gethit' }, 'mechanicalturk:GetHIT', true],
    [{ Action: 'mechanicalturk:Get*' }, 'mechanicalturk:GetHIT', true],
    [{ Action: 'mechanicalturk:Get?IT' }, 'mechanicalturk:GetHIT', true],
    [{ Action: 'mechanicalturk:Get?' }, 'mechanicalturk:GetHIT', false],
    [{ Action: 'mechanicalturk:*HIT*' }, 'mechanicalturk:ListHITs', true],
    [{ Action: '*' }, 'iam:GetUser', true],
    [{ Action: 'mturk:*' }, 'mechanicalturk:GetHIT', false],
    [{ Action: 'mechanicalturk:GrantBonus' }, 'mechanicalturk:SendBonus', false],
    [{ Action: ['iam:*', 'mechanicalturk:GetHIT'] }, 'mechanicalturk:GetHIT', true],
    [{ Action: [] }, 'mechanicalturk:GetHIT', false],
    [{ NotAction: 'iam:*' }, 'mechanicalturk:GetHIT', true],
    [{ NotAction: ['iam:*', 'mechanicalturk:get*'] }, 'mechanicalturk:GetHIT', false],
    [{ NotAction: '*' }, 'mechanicalturk:GetHIT', false],
    [{}, 'mechanicalturk:GetHIT', false],
  ])('%j on %s: %j', (statement, action, matches) => {
    const given = policies([{ Effect: 'Allow', Resource: '*', ...statement }]);
    expect(evaluate(given, request(action)).outcome).toBe(matches ? 'allowed' : 'denied-implicitly');
  });
});

describe('resources', () => {
  const BO = 'arn:aws:iam::123456789012:user/mturk/lab/lab-bo';
  test.each<[statement: Partial<Statement>, resource: string, matches: boolean]>([
    [{ Resource: '*' }, BO, true],
    [{ Resource: BO }, BO, true],
    [{ Resource: BO.toUpperCase() }, BO, false],
    [{ Resource: 'arn:aws:iam::123456789012:user/mturk/*' }, BO, true],
    [{ Resource: 'arn:aws:iam::123456789012:user/mturk/lab/lab-b?' }, BO, true],
    [{ Resource: 'arn:aws:iam::*:user/*/lab-bo' }, BO, true],
    [{ Resource: 'arn:aws:iam:*' }, BO, true],
    [{ Resource: 'arn:aws:iam::1*2:user/mturk/lab/lab-bo' }, BO, true],
    [{ Resource: 'arn:aws:ia*x:user/mturk/lab/lab-bo' }, 'arn:aws:iam::x:user/mturk/lab/lab-bo', false],
    [{ Resource: BO }, '*', false],
    [{ Resource: 'arn:aws:iam::123456789012:user/mturk/lab/${aws:username}' }, BO, true],
    [{ Resource: 'arn:aws:iam::123456789012:user/mturk/lab/${AWS:Username}' }, BO, true],
    [{ Resource: 'arn:aws:iam::123456789012:user/*/${aws:username}' }, `${BO}x`, false],
    [{ Resource: "arn:aws:iam::123456789012:user/mturk/lab/${x:none, 'lab-bo'}" }, BO, true],
    [{ Resource: 'arn:aws:iam::123456789012:user/mturk/lab/${x:none}' }, BO, false],
    [{ Resource: 'arn:aws:iam::123456789012:user/${x:none}*' }, BO, false],
    [{ Resource: 'arn:aws:iam::123456789012:user/${x:team}' }, 'arn:aws:iam::123456789012:user/a', false],
    [{ Resource: 'arn:aws:s3:::b/${*}${?}${$}' }, 'arn:aws:s3:::b/*?$', true],
    [{ Resource: 'arn:aws:s3:::b/${*}' }, 'arn:aws:s3:::b/anything', false],
    [{ Resource: 'arn:aws:s3:::b/${x:star}' }, 'arn:aws:s3:::b/anything', false],
    [{ NotResource: 'arn:aws:iam::123456789012:user/mturk/*' }, BO, false],
    [{ NotResource: 'arn:aws:iam::123456789012:role/*' }, BO, true],
    [{ NotResource: 'arn:aws:iam::123456789012:user/mturk/lab/${x:none}' }, BO, true],
    [{}, BO, false],
  ])('%j on %s: %j', (statement, resource, matches) => {
    const given = policies([{ Effect: 'Allow', Action: 'iam:GetUser', ...statement }]);
    expect(evaluate(given, request('iam:GetUser', resource)).outcome).toBe(matches ? 'allowed' : 'denied-implicitly');
  });

  test.each<[Pick<Statement, 'Resource' | 'NotResource'>, allow: boolean, deny: boolean]>([
    [{ Resource: 'arn:aws:iam::${aws:UserAgent}/lab-bo' }, true, false],
    [{ Resource: 'arn:aws:iam::${aws:UserAgent}/lab-cy' }, false, false],
    [{ NotResource: 'arn:aws:iam::${aws:UserAgent}/lab-bo' }, true, false],
    [{ NotResource: 'arn:aws:iam::${aws:UserAgent}/lab-cy' }, true, true],
  ])('%j, of a key that is not known yet, counts as what allows more', (resources, ...expected) => {
    const matches = (Effect: 'Allow' | 'Deny') =>
      resourceMatches({ Effect, ...resources }, '2012-10-17', BO, {}, ['aws:useragent']);
    expect([matches('Allow'), matches('Deny')]).toEqual(expected);
  });

  test('variables are text in a document without the new version', () => {
    const document: PolicyDocument = {
      Statement: { Effect: 'Allow', Action: '*', Resource: 'arn:aws:iam::1:user/${aws:username}' },
    };
    const given = { identity: [{ holder: 'user u', policy: 'p', document }], boundary: null };
    expect(evaluate(given, request('iam:GetUser', 'arn:aws:iam::1:user/lab-bo')).outcome).toBe('denied-implicitly');
  });

  // With backtracking, or a step for each star behind each star, this would not end.
  test.each(['*a', '*', '${aws:userid}'])('a pattern of many %s is decided without backtracking', (part) => {
    const given = policies([{ Effect: 'Allow', Action: '*', Resource: `arn:aws:s3:::${part.repeat(20_000)}b` }]);
    const asked = request('s3:GetObject', `arn:aws:s3:::${'a'.repeat(1000)}`);
    expect(evaluate(given, { ...asked, openKeys: ['aws:userid'] }).outcome).toBe('denied-implicitly');
  });
});

describe('properties', () => {
  const ACTIONS = ['mechanicalturk:GetHIT', 'mechanicalturk:SendBonus', 'iam:GetUser'];
  const condition = fc.constantFrom<Statement['Condition'][]>(
    undefined,
    { StringEquals: { 'aws:username': 'lab-bo' } },
    { StringNotEquals: { 'aws:username': 'lab-bo' } },
    { Frobnicates: { a: 'b' } },
    { Null: { 'x:absent': 'true' } },
  );
  const statement: fc.Arbitrary<Statement> = fc
    .record({
      Effect: fc.constantFrom<Statement['Effect'][]>('Allow', 'Deny'),
      not: fc.boolean(),
      actions: fc.subarray(
        ['*', 'mechanicalturk:*', 'mechanicalturk:Get*', 'iam:GetUser', 'mechanicalturk:SendBonus'],
        {
          minLength: 1,
        },
      ),
      Resource: fc.constantFrom('*', 'arn:aws:iam::1:user/${aws:username}', 'arn:aws:iam::1:user/*'),
      condition,
    })
    .map(({ not, actions, condition: Condition, ...rest }) => ({
      ...rest,
      ...(not ? { NotAction: actions } : { Action: actions }),
      ...(Condition === undefined ? {} : { Condition }),
    }));
  const list = fc.array(statement, { maxLength: 5 });
  const asked = fc.record({
    action: fc.constantFrom(...ACTIONS),
    resource: fc.constantFrom('*', 'arn:aws:iam::1:user/lab-bo', 'arn:aws:iam::1:user/ada'),
  });
  const boundaries = fc.option(list, { nil: undefined });
  const decided = (identity: readonly Statement[], boundary: readonly Statement[] | undefined, of: typeof ask) =>
    evaluate(policies(identity, boundary), request(of.action, of.resource)).outcome;
  const ask = { action: '', resource: '' };

  test('one more Deny never widens', () => {
    fc.assert(
      fc.property(list, boundaries, statement, asked, fc.boolean(), (identity, boundary, more, of, intoBoundary) => {
        const deny: Statement = { ...more, Effect: 'Deny' };
        const wider = intoBoundary
          ? decided(identity, boundary === undefined ? undefined : [...boundary, deny], of)
          : decided([...identity, deny], boundary, of);
        if (decided(identity, boundary, of) !== 'allowed') expect(wider).not.toBe('allowed');
      }),
      { numRuns: runs(500) },
    );
  });

  test('neither the order of statements nor how they are spread over policies matters', () => {
    fc.assert(
      fc.property(list, asked, fc.nat(), (statements, of, seed) => {
        const shuffled = [...statements].sort((one, other) => hash(one, seed) - hash(other, seed));
        const spread: PrincipalPolicies = { identity: shuffled.map((each) => source([each])), boundary: null };
        const outcome = decided(statements, undefined, of);
        expect(decided(shuffled, undefined, of)).toBe(outcome);
        expect(evaluate(spread, request(of.action, of.resource)).outcome).toBe(outcome);
      }),
      { numRuns: runs(500) },
    );
  });

  test('a boundary never grants', () => {
    fc.assert(
      fc.property(list, list, asked, (identity, boundary, of) => {
        if (decided(identity, undefined, of) !== 'allowed') {
          expect(decided(identity, boundary, of)).not.toBe('allowed');
        }
      }),
      { numRuns: runs(500) },
    );
  });

  test('what is allowed is allowed by an Allow, what is denied explicitly by a Deny', () => {
    fc.assert(
      fc.property(list, boundaries, asked, (identity, boundary, of) => {
        const { outcome, by } = evaluate(policies(identity, boundary), request(of.action, of.resource));
        const effects = new Set(by.map(({ statement: { Effect } }) => Effect));
        expect([...effects]).toEqual(
          { allowed: ['Allow'], 'denied-explicitly': ['Deny'], 'denied-implicitly': [] }[outcome],
        );
      }),
      { numRuns: runs(500) },
    );
  });

  function hash(value: unknown, seed: number): number {
    let sum = seed;
    for (const character of JSON.stringify(value)) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003;
    return sum;
  }
});
