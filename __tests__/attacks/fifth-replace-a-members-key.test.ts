import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { encryptFor } from '../../src/keys/encryption.ts';
import { byHandIn } from '../support/applied-directory.ts';
import { runHere, scratch } from '../support/command.ts';
import { githubInTest } from '../support/github-client.ts';
import { IDENTITIES } from '../support/recipients.ts';

const { server, repository } = githubInTest();
const BOT = 'github-actions[bot]';
const TEAM = `version: 1
lab: perception-lab
account: "123456789012"
owners: [ada]
roles:
  results-reader: { allow: [results:read] }
members:
  ada: { name: Ada O'Neill, github: adaoneill, roles: [results-reader] }
  zoe: { name: Zoë Quist, github: zoeq, roles: [results-reader], recipient: ${IDENTITIES[1].recipient} }
`;

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch({ 'team.yaml': TEAM });
});
afterEach(() => place.remove());

const command = (args: string, today: string) =>
  runHere([...args.split(' '), '--emulator', '--today', today], {
    cwd: place.directory,
    env: { ...server().environment(), GITHUB_OUTPUT: join(place.directory, 'output') },
  });

interface StoredKey {
  readonly id: string;
  readonly status: string;
  lastUsed: unknown;
}

function keysOfZoe<Value>(work: (keys: StoredKey[]) => Value): Value {
  const file = join(place.directory, '.mturk-team', 'emulator', 'account.json');
  const account = JSON.parse(readFileSync(file, 'utf8'));
  const users = Object.values<{ name: string; keys: StoredKey[] }>(account.users);
  const value = work(users.find(({ name }) => name === 'perception-lab-zoe')?.keys ?? []);
  writeFileSync(file, JSON.stringify(account));
  return value;
}

function use(id: string, date: string) {
  keysOfZoe((keys) => {
    for (const key of keys.filter((each) => each.id === id)) {
      key.lastUsed = { date, service: 'mturk-requester', region: 'us-east-1' };
    }
  });
}

test('a key that someone makes for a member replaces no other, although a writer comments that it was delivered', async () => {
  expect(await command('apply --yes', '2026-11-25')).toMatchObject({ code: 0 });
  expect(await command('keys sync --issue --yes', '2026-11-25')).toMatchObject({ code: 0 });
  const [own = ''] = keysOfZoe((keys) => keys.map(({ id }) => id));
  use(own, '2026-11-26T08:00:00Z');

  // Someone in the AWS console makes a key, and uses it while zoe is on holiday.
  const made = await byHandIn(
    place.directory,
    (iam) => iam.send(new aws.CreateAccessKeyCommand({ UserName: 'perception-lab-zoe' })),
    { clock: () => new Date('2026-11-26T12:00:00Z') },
  );
  use(made.AccessKey?.AccessKeyId ?? '', '2026-11-30T12:00:00Z');
  const named = await command('keys sync --issue --yes', '2026-12-02');
  expect(named.stdout).toContain('did not deliver');

  // A writer's workflow of a branch comments as github-actions[bot].
  const [{ thread = 0 } = {}] = repository().comments;
  const created = made.AccessKey?.CreateDate?.toISOString().replace('.000Z', 'Z') ?? '';
  const armored = await encryptFor(IDENTITIES[1].recipient, 'no key');
  repository().comment(thread, BOT, `<!-- mturk-team-key perception-lab-zoe ${created} -->\n${armored}`);
  const after = await command('keys sync --issue --yes', '2026-12-02');
  expect({ own: keysOfZoe((keys) => keys.find(({ id }) => id === own)?.status), said: after.stdout }).toEqual({
    own: 'Active',
    said: named.stdout,
  });
});
