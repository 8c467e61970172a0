import { CreateUserCommand, UpdateUserCommand } from '@aws-sdk/client-iam';
import { keysInTest, opened, PATH, USER } from '../support/keys-in-test.ts';

const AWAY = `${USER}-2`;

// Someone who may rename users, and no more: the call that creates a key names the user, and IAM has no other way to say whose.
test.each([
  ['another member', 'perception-lab-ada', PATH],
  ['an administrator of the account', 'root-admin', '/'],
])(
  'who renames %s to a member while a key is created, and back, gives the member no key of theirs',
  async (_what, name, path) => {
    const lab = await keysInTest();
    await lab.iam.send(new CreateUserCommand({ UserName: name, Path: path }));
    const rename = (UserName: string, NewUserName: string, NewPath: string) =>
      lab.iam.send(new UpdateUserCommand({ UserName, NewUserName, NewPath }));
    lab.listen(async ({ action, phase }) => {
      if (action !== 'CreateAccessKey') return true;
      if (phase === 'before') {
        await rename(USER, AWAY, PATH);
        await rename(name, USER, PATH);
      } else {
        await rename(USER, name, path);
        await rename(AWAY, USER, PATH);
      }
      return true;
    });
    const outcome = await lab.sync();
    const ids = await Promise.all(lab.delivered.map(async (delivery) => (await opened(delivery))?.id));
    const theirs = lab.keysOf(name).map(({ id }) => id);
    await lab.close();
    expect(theirs).toHaveLength(1);
    expect({ result: outcome?.result, opened: theirs.filter((id) => ids.includes(id)) }).toEqual({
      result: 'withdrawn',
      opened: [],
    });
  },
);
