import { type Aspect, differences, judge, type StepRecord } from '../../conformance/compare-steps.ts';

const ALL: readonly Aspect[] = ['changes', 'drift', 'access', 'account', 'plan calls', 'apply calls'];

const STEP: StepRecord = {
  step: 'a member joins',
  plan: { changes: ['aws_iam_user.member_eve: create'], drift: ['aws_iam_policy.role_x: update (policy)'] },
  access: { bo: ['GetHIT', 'ListHITs'], eve: [] },
  account: { 'user bo': '{"name":"bo"}' },
  planCalls: { GetUser: 2 },
  applyCalls: { CreateUser: 1 },
  broken: [],
};

test('a run equals itself', () => {
  expect(differences([STEP], [structuredClone(STEP)], ALL)).toEqual([]);
});

describe('everything that a step leaves is compared', () => {
  const cases: readonly [string, StepRecord, object][] = [
    [
      'another action',
      { ...STEP, plan: { ...STEP.plan, changes: ['aws_iam_user.member_eve: update (tags)'] } },
      { aspect: 'changes', subject: 'aws_iam_user.member_eve', reference: 'create', other: 'update (tags)' },
    ],
    [
      'drift not seen',
      { ...STEP, plan: { ...STEP.plan, drift: [] } },
      { aspect: 'drift', subject: 'aws_iam_policy.role_x', reference: 'update (policy)', other: null },
    ],
    [
      'an operation more',
      { ...STEP, access: { ...STEP.access, bo: ['GetHIT', 'ListHITs', 'SendBonus'] } },
      { aspect: 'access', subject: 'bo SendBonus', reference: null, other: 'allowed' },
    ],
    [
      'a user who may nothing, missing',
      { ...STEP, access: { bo: ['GetHIT', 'ListHITs'] } },
      { aspect: 'access', subject: 'eve', reference: 'exists', other: null },
    ],
    [
      'a tag in the account',
      { ...STEP, account: { 'user bo': '{"name":"bo","tags":{"a":"b"}}' } },
      { aspect: 'account', subject: 'user bo' },
    ],
    [
      'a call more while planning',
      { ...STEP, planCalls: { GetUser: 3 } },
      { aspect: 'plan calls', subject: 'GetUser', reference: '2', other: '3' },
    ],
    [
      'another call while applying',
      { ...STEP, applyCalls: { CreateUser: 1, TagUser: 1 } },
      { aspect: 'apply calls', subject: 'TagUser', reference: null, other: '1' },
    ],
  ];

  test.each(cases)('%s', (_name, other, expected) => {
    expect(differences([STEP], [other], ALL)).toEqual([
      expect.objectContaining({ step: 'a member joins', ...expected }),
    ]);
  });

  test('an aspect that is not asked for is not compared', () => {
    expect(differences([STEP], [{ ...STEP, planCalls: {} }], ['changes', 'drift'])).toEqual([]);
  });

  test('a step that one of them does not have differs in all it left', () => {
    const aspects = new Set(differences([STEP], [], ALL).map(({ aspect }) => aspect));
    expect([...aspects]).toEqual(ALL);
  });
});

describe('what is listed as a difference on purpose', () => {
  const found = differences([STEP], [{ ...STEP, planCalls: { GetUser: 3 }, applyCalls: {} }], ALL);
  const calls = { reason: 'it asks once more', matches: (each: { aspect: Aspect }) => each.aspect === 'plan calls' };

  test('explains what it matches, and nothing else', () => {
    const judged = judge(found, [calls]);
    expect(judged.explained).toEqual([{ reason: 'it asks once more', count: 1 }]);
    expect(judged.unexpected).toEqual([expect.objectContaining({ aspect: 'apply calls', subject: 'CreateUser' })]);
    expect(judged.stale).toEqual([]);
  });

  test('is stale where nothing differs', () => {
    expect(judge([], [calls])).toEqual({ unexpected: [], explained: [], stale: ['it asks once more'] });
  });
});
