import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { appliedDirectory } from '../support/applied-directory.ts';
import { TODAY, user } from '../support/attacked-lab.ts';
import { answering, runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { IDENTITIES } from '../support/recipients.ts';
import { smallTeam, smallTeamFile } from '../support/sample-team.ts';

const test = testInTurn(1);

const [{ recipient: next }, { recipient: stolen }] = IDENTITIES;

test.each([
  ['create', ['keys', 'create', 'fay']],
  ['sync', ['keys', 'sync']],
])(
  '`keys %s` whose question is open while the newest file changes a stolen recipient makes no key',
  async (_what, args) => {
    const text = smallTeamFile().replace('name: Nguyễn Thị Ánh,', `name: Nguyễn Thị Ánh, recipient: ${stolen},`);
    expect(text).toContain(stolen);
    const place = await appliedDirectory(text);
    const dir = join(place.directory, '.mturk-team/emulator');
    const file = join(place.directory, 'team.yaml');
    const person = answering([true]);
    const run = () =>
      runHere([...args, '--out', 'keys', '--emulator', dir, '--today', TODAY], {
        cwd: place.directory,
        person: {
          ...person,
          async confirm(question) {
            // Owners merge it while an administrator reads what is about to be done; its apply waits.
            writeFileSync(file, readFileSync(file, 'utf8').replace(stolen, next));
            return person.confirm(question);
          },
        },
      });
    const keysOf = async () => {
      const server = await openEmulator({ dir, accountId: smallTeam.account, kind: 'server' });
      const to = { endpoint: server.endpoint, credentials: server.rootCredentials, region: 'us-east-1' };
      const iam = new aws.IAMClient(to);
      const { AccessKeyMetadata = [] } = await iam.send(new aws.ListAccessKeysCommand(user('fay')));
      iam.destroy();
      await server.close();
      return AccessKeyMetadata.length;
    };
    try {
      const done = await run();
      expect({ code: done.code, keys: await keysOf() }).toEqual({ code: 1, keys: 0 });
    } finally {
      place.remove();
    }
  },
);
