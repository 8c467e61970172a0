import { explainedByFields } from '../../conformance/field-rules.ts';
import type { Answer } from '../../conformance/normalize-answer.ts';
import { scenarioJudge } from '../../conformance/replay-scenario.ts';

const answer = (value: unknown): Answer => ({ kind: 'answer', value });
const refusal = (code: string, status = 409): Answer => ({ kind: 'error', code, status });
const DONE = answer(null);

describe('one step', () => {
  test.each([
    ['the same answer', answer({ UserName: 'bo' }), answer({ UserName: 'bo' }), 'equal'],
    ['the same refusal', refusal('DeleteConflict'), refusal('DeleteConflict'), 'equal'],
    ['another answer', answer({ UserName: 'bo' }), answer({ UserName: 'Bo' }), 'different'],
    ['another refusal', refusal('DeleteConflict'), refusal('LimitExceeded'), 'different'],
    ['another status', refusal('NoSuchEntity', 404), refusal('NoSuchEntity', 400), 'different'],
    ['a refusal by one alone', refusal('DeleteConflict'), DONE, 'different'],
    ['a call that moto does not know', DONE, { kind: 'unsupported' } as Answer, 'unsupported'],
    ['a call that ours answers with a server error', { kind: 'unsupported' } as Answer, DONE, 'different'],
    ['a call that both answer with a server error', { kind: 'unsupported' }, { kind: 'unsupported' }, 'different'],
  ] as const)('%s', (_name, ours, moto, kind) => {
    expect(scenarioJudge()({ call: 'DeleteUser' }, ours, moto).kind).toBe(kind);
  });

  test('a rule that is named excuses a difference, and is stale where there is none', () => {
    const step = { call: 'DeleteUser', awsRule: 'a user with keys is not deleted' };
    expect(scenarioJudge()(step, refusal('DeleteConflict'), DONE)).toEqual({ kind: 'rule', rule: step.awsRule });
    expect(scenarioJudge()(step, DONE, DONE)).toEqual({ kind: 'stale', rule: step.awsRule });
  });

  test('what the launcher adds to moto is no evidence, but may not differ', () => {
    const step = { call: 'PutUserPermissionsBoundary' };
    expect(scenarioJudge()(step, DONE, DONE).kind).toBe('added');
    expect(scenarioJudge()(step, DONE, refusal('NoSuchEntity')).kind).toBe('different');
  });
});

describe('steps after the two have parted', () => {
  const rule = 'names are unique ignoring case';

  test('follow from the rule where they differ', () => {
    const judge = scenarioJudge();
    judge({ call: 'CreateUser', awsRule: rule }, refusal('EntityAlreadyExists'), DONE);
    expect(judge({ call: 'ListUsers' }, answer(['Ada']), answer(['Ada', 'ADA']))).toEqual({ kind: 'follows', rule });
    expect(judge({ call: 'GetUser' }, DONE, DONE).kind).toBe('equal');
  });

  test('are judged as before where only a reading call differed', () => {
    const judge = scenarioJudge();
    judge({ call: 'GetUser', awsRule: rule }, DONE, refusal('NoSuchEntity'));
    expect(judge({ call: 'ListUsers' }, answer(['Ada']), answer(['Ada', 'ADA'])).kind).toBe('different');
  });
});

describe('fields in which moto is known to differ', () => {
  const RULES = [
    { rule: 'lists say it', calls: null, field: 'IsTruncated', missingFrom: 'moto' },
    { rule: 'no documents', calls: ['ListPolicyVersions'], field: 'Document', missingFrom: 'ours' },
    { rule: 'kept', calls: ['GetLoginProfile'], field: 'Reset', missingFrom: 'neither' },
  ] as const;
  const explained = (call: string, ours: unknown, moto: unknown) =>
    explainedByFields(call, ours, moto, RULES)?.map(({ rule }) => rule) ?? null;

  test.each([
    ['a field that moto leaves out', 'ListUsers', { A: 1, IsTruncated: false }, { A: 1 }, ['lists say it']],
    [
      'a field that ours leaves out',
      'ListPolicyVersions',
      { V: [{ I: 1 }] },
      { V: [{ I: 1, Document: 'x' }] },
      ['no documents'],
    ],
    ['another value', 'GetLoginProfile', { P: { Reset: true, U: 1 } }, { P: { Reset: false, U: 1 } }, ['kept']],
  ])('%s is explained', (_name, call, ours, moto, rules) => {
    expect(explained(call, ours, moto)).toEqual(rules);
  });

  test.each([
    ['a field that ours leaves out and should not', 'ListUsers', { A: 1 }, { A: 1, IsTruncated: false }],
    ['another value of a field that moto leaves out', 'ListUsers', { IsTruncated: true }, { IsTruncated: false }],
    ['another call', 'GetPolicyVersion', { V: 1 }, { V: 1, Document: 'x' }],
    ['something else besides', 'ListUsers', { A: 1, IsTruncated: false }, { A: 2 }],
    ['nothing that a rule is about', 'ListUsers', { A: 1 }, { A: 2 }],
  ])('%s is not', (_name, call, ours, moto) => {
    expect(explained(call, ours, moto)).toBeNull();
  });
});
