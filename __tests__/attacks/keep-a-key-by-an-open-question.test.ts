import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { appliedDirectory } from '../support/applied-directory.ts';
import { keyOf, TODAY, user } from '../support/attacked-lab.ts';
import { answering, runHere } from '../support/command.ts';
import { smallTeam, smallTeamFile } from '../support/sample-team.ts';

test('a key that is made while `keys revoke` asks is deactivated, too', async () => {
  const place = await appliedDirectory(smallTeamFile());
  const dir = join(place.directory, '.mturk-team/emulator');
  const server = await openEmulator({ dir, accountId: smallTeam.account, kind: 'server' });
  const iam = new aws.IAMClient({
    ...{ endpoint: server.endpoint, credentials: server.rootCredentials, region: 'us-east-1' },
  });
  try {
    await keyOf(iam, user('fay').UserName);
    const person = answering([true]);
    const done = await runHere(['keys', 'revoke', 'fay', '--emulator', dir, '--today', TODAY], {
      cwd: place.directory,
      person: {
        ...person,
        async confirm(question) {
          await keyOf(iam, user('fay').UserName);
          return person.confirm(question);
        },
      },
    });
    const { AccessKeyMetadata = [] } = await iam.send(new aws.ListAccessKeysCommand(user('fay')));
    expect(AccessKeyMetadata.map(({ Status }) => Status)).toEqual(['Inactive', 'Inactive']);
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('Deactivated 2 keys') });
  } finally {
    iam.destroy();
    await server.close();
    place.remove();
  }
});
