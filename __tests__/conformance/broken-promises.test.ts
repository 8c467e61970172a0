import { brokenPromises } from '../../conformance/broken-promises.ts';
import type { SentCall } from '../../conformance/counting-proxy.ts';

function call(action: string, parameters: Readonly<Record<string, string>>, sent: number, answered: number): SentCall {
  const sentTo = { method: 'POST', path: '/', status: null };
  return { action, parameters: new URLSearchParams({ UserName: 'eve', ...parameters }), ...sentTo, sent, answered };
}

const CREATED = call('CreateUser', { PermissionsBoundary: 'arn' }, 0, 1);
const limited = (sent: number, answered: number) => call('PutUserPolicy', { PolicyName: 'limits' }, sent, answered);
const joined = (sent: number) => call('AddUserToGroup', { GroupName: 'readers' }, sent, sent + 1);

test.each([
  ['limits that are answered before the group is joined', [CREATED, limited(2, 3), joined(4)]],
  ['a member without limits', [CREATED, joined(2)]],
  ['someone who was there before', [joined(0), limited(1, 2)]],
  ['another inline policy, written later', [CREATED, joined(2), call('PutUserPolicy', { PolicyName: 'mine' }, 4, 5)]],
])('%s keep the promises', (_name, calls) => {
  expect(brokenPromises(calls)).toEqual([]);
});

test.each([
  ['limits written after the group is joined', [CREATED, joined(2), limited(4, 5)]],
  ['limits that are still on their way', [CREATED, limited(2, 5), joined(3)]],
  ['limits that are never answered', [CREATED, limited(2, Number.POSITIVE_INFINITY), joined(3)]],
])('%s break one', (_name, calls) => {
  expect(brokenPromises(calls)).toEqual(['eve was added to readers before its limits existed']);
});

test('a user without a boundary breaks one', () => {
  expect(brokenPromises([call('CreateUser', {}, 0, 1)])).toEqual(['eve was created without a boundary']);
});
