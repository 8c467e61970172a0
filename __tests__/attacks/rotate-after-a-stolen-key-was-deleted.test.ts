import { CreateAccessKeyCommand, DeleteAccessKeyCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { testInTurn } from '../support/exhaustive.ts';
import { keysInTest, ROTATE, USER } from '../support/keys-in-test.ts';
import { keysLab, keysTeam, zoe } from '../support/keys-lab.ts';

const test = testInTurn(1);

test.each([
  ['deletes', false],
  ['revokes and then deletes', true],
])(
  'a key of a rotation that an administrator %s, because its identity is stolen, gets no successor',
  async (_what, isRevoked) => {
    const lab = await keysInTest();
    // The member's first key was made in AWS, long ago: who has the identity cannot read it.
    const { AccessKey } = await lab.iam.send(new CreateAccessKeyCommand({ UserName: USER }));
    lab.use(AccessKey?.AccessKeyId ?? '');
    lab.later(ROTATE + 1);
    lab.use(AccessKey?.AccessKeyId ?? '');
    // The rotation delivers a second one, encrypted to the recipient.
    const rotated = await lab.sync();
    const [, stolen] = lab.keys();
    const key = { UserName: USER, AccessKeyId: stolen?.id ?? '' };
    if (isRevoked) await lab.iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
    await lab.iam.send(new DeleteAccessKeyCommand(key));
    // The next check, six hours later.
    lab.later(0.25);
    const next = await lab.sync();
    const { length } = lab.keys();
    await lab.close();
    expect({ rotated: rotated?.result, next: next?.result ?? null, length, delivered: lab.delivered.length }).toEqual({
      ...{ rotated: 'done', next: null, length: 1, delivered: 1 },
    });
  },
);

const lab = keysLab(keysTeam({ rest: `${zoe()}settings: { keys: { rotate-after-days: 180 } }\n` }));

test('nor does one of a workflow, whose member has an earlier key from an administrator', async () => {
  const { command, workflow, keysOf, repository } = lab;
  const sync = (today: string) => command('keys sync --issue --yes', workflow(), today);
  // An administrator gives the first key as a file; half a year later a workflow delivers its successor.
  expect(await command('keys create zoe --yes --out keys')).toMatchObject({ code: 0 });
  expect(await sync('2027-06-01')).toMatchObject({ code: 0 });
  expect(keysOf('zoe', (keys) => keys.length)).toBe(2);
  // The identity is stolen: an administrator deletes the key that it opens, and proposes another recipient.
  keysOf('zoe', (keys) => keys.splice(1));
  expect(await sync('2027-06-02')).toMatchObject({ code: 0 });
  const left = keysOf('zoe', (keys) => keys.length);
  expect({ left, comments: repository().comments.length }).toEqual({ left: 1, comments: 1 });
});
