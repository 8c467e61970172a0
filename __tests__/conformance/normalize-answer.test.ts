import { IAMServiceException } from '@aws-sdk/client-iam';
import { normalizeAnswer, normalizeError, Placeholders } from '../../conformance/normalize-answer.ts';

const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}]}';

function answer(output: unknown) {
  return normalizeAnswer(output, new Placeholders());
}

function user(id: string, more: object = {}) {
  return { $metadata: { requestId: `request of ${id}` }, User: { UserName: 'bo', UserId: id, ...more } };
}

describe('what each account invents is not compared', () => {
  test.each([
    ['request ids and user ids', user('AIDA1'), user('AIDA2')],
    ['times', user('A', { CreateDate: new Date(1) }), user('B', { CreateDate: new Date(2) })],
    ['secrets', { AccessKey: { SecretAccessKey: 'a' } }, { AccessKey: { SecretAccessKey: 'b' } }],
    ['the encoding of a document', { PolicyDocument: POLICY }, { PolicyDocument: encodeURIComponent(POLICY) }],
    ['the order of a list', { Tags: [{ Key: 'a' }, { Key: 'b' }] }, { Tags: [{ Key: 'b' }, { Key: 'a' }] }],
    ['an empty list and none', { Tags: [] }, {}],
  ])('%s', (_name, one, other) => {
    expect(answer(one)).toEqual(answer(other));
  });
});

describe('what an account says is compared', () => {
  test.each([
    ['a name', { UserName: 'bo' }, { UserName: 'Bo' }],
    ['a time that is missing', { CreateDate: new Date(1) }, {}],
    ['a secret that is missing', { SecretAccessKey: 'a' }, {}],
    ['an id that is missing', user('AIDA1'), { User: { UserName: 'bo' } }],
    ['a flag', { IsTruncated: false }, { IsTruncated: true }],
    ['a document', { PolicyDocument: POLICY }, { PolicyDocument: POLICY.replace('Allow', 'Deny') }],
    ['an item of a list', { Tags: [{ Key: 'a' }] }, { Tags: [{ Key: 'a' }, { Key: 'b' }] }],
    ['a boundary', user('A', { PermissionsBoundary: { PermissionsBoundaryArn: 'arn' } }), user('A')],
  ])('%s', (_name, one, other) => {
    expect(answer(one)).not.toEqual(answer(other));
  });
});

test('the same invented id has the same placeholder in every answer', () => {
  const placeholders = new Placeholders();
  const ada = normalizeAnswer(user('AIDA1'), placeholders);
  placeholders.nextStep();
  const bo = normalizeAnswer(user('AIDA2'), placeholders);
  expect(bo).not.toEqual(ada);
  placeholders.nextStep();
  expect(normalizeAnswer(user('AIDA1'), placeholders)).toEqual(ada);
  expect(normalizeAnswer(user('AIDA2'), placeholders)).toEqual(bo);
});

describe('errors', () => {
  const error = (name: string, status: number) =>
    new IAMServiceException({
      name,
      $fault: 'client',
      $metadata: { httpStatusCode: status },
      message: 'its own words',
    });

  test('are their code and status, not their words', () => {
    const expected = { kind: 'error', code: 'NoSuchEntity', status: 404 };
    expect(normalizeError(error('NoSuchEntityException', 404))).toEqual(expected);
    expect(normalizeError(error('NoSuchEntity', 404))).toEqual(expected);
  });

  test('differ by code and by status', () => {
    expect(normalizeError(error('DeleteConflict', 409))).not.toEqual(normalizeError(error('NoSuchEntity', 409)));
    expect(normalizeError(error('NoSuchEntity', 404))).not.toEqual(normalizeError(error('NoSuchEntity', 400)));
  });

  test('of the server say that it does not know the call', () => {
    expect(normalizeError(error('InternalFailure', 500))).toEqual({ kind: 'unsupported' });
  });

  test('of a client that never got an answer are no answer', () => {
    expect(normalizeError(new Error('connect ECONNREFUSED'))).toEqual({ kind: 'error', code: 'Error', status: 0 });
  });
});
