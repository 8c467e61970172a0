import { cpSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createForMember, type DeliveryOptions, syncKeys } from '../../src/app/keys/sync.ts';
import { succeed } from '../../src/diagnostics/failure.ts';
import { encryptFor } from '../../src/keys/encryption.ts';
import { TODAY } from '../support/applied-directory.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { keysLab, keysTeam, STORE, type StoredKey } from '../support/keys-lab.ts';
import { IDENTITIES } from '../support/recipients.ts';
import { SILENT } from '../support/silent-terminal.ts';

const test = testInTurn(3);

const { server, repository, place, stored, keysOf, command, workflow } = keysLab(keysTeam());
const LATER = '2026-11-27';
const BOT = 'github-actions[bot]';

const keysOfZoe = <Value>(work: (keys: StoredKey[]) => Value, directory?: string) => keysOf('zoe', work, directory);
const idsOfZoe = () => keysOfZoe((keys) => keys.map(({ id }) => id));

function use(id: string | undefined, date: string): void {
  keysOfZoe((keys) => {
    for (const key of keys.filter((each) => each.id === id)) {
      key.lastUsed = { date, service: 'mturk-requester', region: 'us-east-1' };
    }
  });
}

test('a terminal that ends before it writes the comment leaves no key that passes for delivered', async () => {
  const ended = `${place().directory}-ended`;
  const { GITHUB_API_URL: github = '', GITHUB_REPOSITORY = '', GITHUB_TOKEN = '' } = server().environment();
  const api = createServer(
    async ({ method, url = '', headers: { host: _host, connection: _connection, ...headers } }, response) => {
      if (method === 'GET') {
        const answer = await fetch(`${github}${url}`, { headers: headers as Record<string, string> });
        const [status, body] = url === '/user' ? [200, '{"login":"ada","id":1}'] : [answer.status, await answer.text()];
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
        return;
      }
      cpSync(place().directory, ended, { recursive: true });
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Bad credentials"}');
    },
  );
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const GITHUB_API_URL = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  await command('keys sync --issue --yes', { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN });
  api.close();
  const again = await command('keys sync --issue --yes', workflow(), LATER, ended);
  expect(keysOfZoe((keys) => keys, ended)).toMatchObject([{ status: 'Active' }]);
  rmSync(ended, { recursive: true });
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('keys-not-delivered') });
});

describe('a writer, whose workflow of a branch writes comments as github-actions[bot],', () => {
  const replacedBy = async (bodyFor: (first: string) => string | Promise<string>) => {
    expect(await command('keys sync --issue --yes', workflow())).toMatchObject({ code: 0 });
    const [comment] = repository().comments.splice(0, 1);
    const [first = ''] = comment?.body.split('\n') ?? [];
    repository().comment(comment?.thread ?? 0, BOT, await bodyFor(first));
    return command('keys sync --issue --yes', workflow(), LATER);
  };

  test('replaces a delivery by its first line alone: the job fails all the same', async () => {
    expect(await replacedBy((first) => `${first}\nNothing to open here.`)).toMatchObject({ code: 1 });
  });

  test('hides a delivery as spam: the job fails', async () => {
    expect(await command('keys sync --issue --yes', workflow())).toMatchObject({ code: 0 });
    for (const comment of repository().comments) comment.minimized = 'spam';
    expect(await command('keys sync --issue --yes', workflow(), LATER)).toMatchObject({ code: 1 });
  });

  // Not prevented: K5 of the threat model.
  test('replaces a delivery by another encrypted text: no one learns that it is lost', async () => {
    const armored = await encryptFor(IDENTITIES[1].recipient, 'no key');
    expect(await replacedBy((first) => `${first}\n${armored}`)).toMatchObject({ code: 0 });
  });
});

describe('while a question is open at a terminal,', () => {
  const options = (today: string): DeliveryOptions => ({
    ...{ file: join(place().directory, 'team.yaml'), today, emulator: join(place().directory, STORE) },
    out: join(place().directory, 'keys'),
  });
  const apply = (change: object) =>
    stored('apply-record.json', ({ team }: { team: { members: { key: string }[] } }) => {
      for (const member of team.members.filter(({ key }) => key === 'zoe')) Object.assign(member, change);
    });

  test.each([
    ['suspends the member', { suspended: true }],
    ['lets the member have no keys', { keys: 0 }],
    ['replaces a recipient whose identity was stolen', { recipient: IDENTITIES[0].recipient }],
  ])('an apply %s: nothing is created by what was read before', async (_what, change) => {
    const meanwhile = async () => {
      apply(change);
      return succeed(null);
    };
    const changed = { ok: false, failure: { code: 'record-changed' } };
    expect(await syncKeys(options(TODAY), SILENT, meanwhile)).toMatchObject(changed);
    apply({ suspended: false, keys: 1, recipient: IDENTITIES[1].recipient });
    expect(await createForMember({ ...options(TODAY), member: 'zoe' }, SILENT, meanwhile)).toMatchObject(changed);
    expect(idsOfZoe()).toEqual([]);
  });

  test('the member uses the key: `keys create` does not delete it', async () => {
    expect(await command('keys sync --yes --out keys')).toMatchObject({ code: 0 });
    const own = idsOfZoe();
    const [accessKeyId = '', secretAccessKey = ''] = keysOfZoe((keys) =>
      keys.flatMap(({ id, secret }) => [id, secret]),
    );
    const created = await createForMember({ ...options(LATER), member: 'zoe' }, SILENT, async ({ replaced }, keys) => {
      expect(replaced.map(({ id }) => id)).toEqual(own);
      const { endpoint } = keys.session.connection as { endpoint: string };
      const sts = new STSClient({ region: 'us-east-1', endpoint, credentials: { accessKeyId, secretAccessKey } });
      await sts.send(new GetCallerIdentityCommand({}));
      sts.destroy();
      return succeed(null);
    });
    expect(created).toMatchObject({ ok: false, failure: { code: 'keys-changed', args: { member: 'zoe' } } });
    expect(idsOfZoe()).toEqual(own);
  });

  test('another run deactivates the older key: who agreed to that has not agreed to its deletion', async () => {
    expect(await command('keys sync --yes --out keys')).toMatchObject({ code: 0 });
    const [older = ''] = idsOfZoe();
    use(older, '2026-11-26T12:00:00Z');
    expect(await command('keys create zoe --yes --out keys', {}, LATER)).toMatchObject({ code: 0 });
    use(idsOfZoe()[1], '2027-01-08T12:00:00Z');
    const synced = await syncKeys(options('2027-01-10'), SILENT, async (due, { account }) => {
      expect(due).toMatchObject([{ decision: { step: { kind: 'deactivate' } } }]);
      await account.deactivate('perception-lab-zoe', older);
      return succeed(null);
    });
    expect(synced).toMatchObject({ value: { outcomes: [], failures: [{ code: 'keys-changed' }] } });
    expect(idsOfZoe()).toContain(older);
  });
});
