import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { appliedDirectory } from '../support/applied-directory.ts';
import { keyOf, TODAY, user } from '../support/attacked-lab.ts';
import { answering, runHere } from '../support/command.ts';
import { smallTeam, smallTeamFile } from '../support/sample-team.ts';

test.each(['asks', 'waits for IAM'])('a key that is made while `keys revoke` %s is deactivated, too', async (when) => {
  const place = await appliedDirectory(smallTeamFile());
  const dir = join(place.directory, '.mturk-team/emulator');
  const { UserName } = user('fay');
  let made = 0;
  const makeSecond = async () => {
    if (made === 1) await keyOf(iam, UserName);
    made += 1;
  };
  const server = await openEmulator({
    ...{ dir, accountId: smallTeam.account, kind: 'server' },
    onCall: async ({ action, phase }) => {
      if (when !== 'asks' && action === 'UpdateAccessKey' && phase === 'before') await makeSecond();
      return 'continue';
    },
  });
  const to = { endpoint: server.endpoint, credentials: server.rootCredentials, region: 'us-east-1' };
  const iam = new aws.IAMClient(to);
  try {
    await keyOf(iam, UserName);
    made = 1;
    const person = answering([true]);
    const done = await runHere(['keys', 'revoke', 'fay', '--emulator', dir, '--today', TODAY], {
      cwd: place.directory,
      person: {
        ...person,
        async confirm(question) {
          if (when === 'asks') await makeSecond();
          return person.confirm(question);
        },
      },
    });
    const { AccessKeyMetadata = [] } = await iam.send(new aws.ListAccessKeysCommand({ UserName }));
    expect(AccessKeyMetadata.map(({ Status }) => Status)).toEqual(['Inactive', 'Inactive']);
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('Deactivated 2 keys') });
  } finally {
    iam.destroy();
    await server.close();
    place.remove();
  }
});
