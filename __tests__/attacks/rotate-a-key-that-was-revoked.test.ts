import { DeleteAccessKeyCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { keysInTest, ROTATE, USER } from '../support/keys-in-test.ts';

// IAM throttles a whole account together: the call that creates a key can wait for seconds.
test.each([
  ['revokes', (id: string) => new UpdateAccessKeyCommand({ UserName: USER, AccessKeyId: id, Status: 'Inactive' })],
  ['deletes', (id: string) => new DeleteAccessKeyCommand({ UserName: USER, AccessKeyId: id })],
])('a key that an administrator %s while it is rotated gets no successor', async (_what, end) => {
  const lab = await keysInTest();
  await lab.sync();
  const [stolen] = lab.keys();
  lab.use(stolen?.id ?? '');
  lab.later(ROTATE + 1);
  let hasEnded = false;
  lab.listen(async ({ action, phase }) => {
    if (action !== 'CreateAccessKey' || phase !== 'before' || hasEnded) return true;
    hasEnded = true;
    await lab.iam.send(end(stolen?.id ?? '') as UpdateAccessKeyCommand);
    return true;
  });
  const outcome = await lab.sync();
  const active = lab.keys().filter(({ status }) => status === 'Active');
  // A sync that begins now creates none.
  const later = await lab.sync();
  await lab.close();
  expect({ hasEnded, result: outcome?.result, active: active.length, later }).toEqual({
    ...{ hasEnded: true, result: 'withdrawn', active: 0, later: null },
  });
});
