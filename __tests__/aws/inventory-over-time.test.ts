import * as aws from '@aws-sdk/client-iam';
import { keyOf } from '../emulator/clients.ts';
import { clientThat, openAccountToRead } from './account-to-read.ts';

let account: Awaited<ReturnType<typeof openAccountToRead>>;
beforeEach(async () => {
  account = await openAccountToRead();
});
afterEach(() => account.close());

test('a user deleted during the inventory has no access, and is no error', async () => {
  await account.user('bo');
  await account.user('cy');
  const { accessKeyId: AccessKeyId } = await keyOf(account.iam, 'bo');
  await account.call('GenerateCredentialReport');
  const client = clientThat(account, async (command, carryOut) => {
    const answer = await carryOut();
    if (command instanceof aws.GetAccountAuthorizationDetailsCommand) {
      await account.call('DeleteAccessKey', { UserName: 'bo', AccessKeyId });
      await account.call('DeleteUser', { UserName: 'bo' });
    }
    return answer;
  });
  const { notChecked, users } = await account.take({}, client);
  expect(notChecked).toEqual([]);
  const nothing = { keys: [], password: null, certificates: [], ssh: [], services: [] };
  expect(users.get('bo')?.credentials).toEqual(nothing);
  expect(users.get('cy')?.credentials).toEqual(nothing);
});

test('an old report has neither new users nor new keys, nor a new user of the same name', async () => {
  await account.user('bo');
  await account.user('cy');
  await account.user('old', '/');
  await keyOf(account.iam, 'bo');
  await keyOf(account.iam, 'cy');
  await account.call('CreateLoginProfile', { UserName: 'cy', Password: 'long Enough 1' });
  await account.take();
  account.minutes(30);
  await keyOf(account.iam, 'bo');
  await account.call('DeleteUser', { UserName: 'old' });
  await account.user('old', '/');
  await keyOf(account.iam, 'old');
  await account.call('DeleteLoginProfile', { UserName: 'cy' });
  account.minutes(209);
  const { users, reportedAt } = await account.take();
  expect(reportedAt).toBe('2026-11-25T08:00:00Z');
  expect(users.get('bo')).toMatchObject({
    isReported: true,
    credentials: { keys: [{ isUseKnown: true }, { created: '2026-11-25T08:30:00Z', isUseKnown: false }] },
  });
  expect(users.get('old')).toMatchObject({ isReported: false, credentials: { keys: [] } });
  // The user's own keys take precedence over the report.
  expect(users.get('cy')?.credentials.password).toBeNull();
  account.minutes(1);
  const later = await account.take();
  expect(later.reportedAt).toBe('2026-11-25T12:00:00Z');
  expect(later.users.get('old')).toMatchObject({ isReported: true, credentials: { keys: [{ id: null }] } });
});

test.each([
  [0, true],
  [1, true],
  [2, false],
])('a report that is not ready %d times', async (times, isRead) => {
  await account.user('bo');
  let left = times;
  const waits: number[] = [];
  const notReady = Object.assign(new Error('not ready'), {
    name: 'CredentialReportNotReadyException',
    $fault: 'client',
  });
  const client = clientThat(account, (command, carryOut) => {
    if (!(command instanceof aws.GetCredentialReportCommand) || left === 0) return carryOut();
    left -= 1;
    return Promise.reject(notReady);
  });
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  const inventory = await account.take({ scope: 'access', wait }, client);
  expect(waits).toEqual(times === 0 ? [] : [10_000]);
  expect(inventory.reportedAt === null).toBe(!isRead);
  expect(inventory.notChecked.map(({ failure }) => failure.args)).toEqual(
    !isRead ? [{ reason: 'it was not ready within 10 seconds', progress: null }] : [],
  );
});

test('a key of the root user that is newer than the report is known, and one that was deleted since is not reported', async () => {
  expect((await account.take()).rootKeys).toEqual([]);
  const { AccessKey } = await account.call('CreateAccessKey');
  const { AccessKeyId } = AccessKey as { readonly AccessKeyId: string };
  account.minutes(10);
  const unknown = { id: null, active: true, created: null, lastUsed: null, isUseKnown: false };
  expect(await account.take()).toMatchObject({ rootKeys: [unknown], reportedAt: '2026-11-25T08:00:00Z' });
  account.minutes(240);
  expect((await account.take()).rootKeys).toMatchObject([{ created: '2026-11-25T08:00:00Z' }]);
  await account.call('DeleteAccessKey', { AccessKeyId });
  expect((await account.take()).rootKeys).toEqual([]);
});
