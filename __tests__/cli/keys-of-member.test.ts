import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { operationsOf } from '../../src/catalog/mturk.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { encryptFor } from '../../src/keys/encryption.ts';
import { secretText } from '../../src/keys/profile.ts';
import { ACCOUNT, callIam, iamOf, openAccount } from '../emulator/clients.ts';
import { atTerminal } from '../support/at-terminal.ts';
import { answering, run, runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { IDENTITIES } from '../support/recipients.ts';
import { TeamHistory } from '../support/team-history.ts';

const SAMPLE = readFileSync('team.yaml', 'utf8');
const TODAY = ['--today', '2026-11-25'];

let emulator: Emulator;
const places: { remove(): void }[] = [];

beforeAll(async () => {
  emulator = await openAccount();
  const Statement = operationsOf('results:read').map((name) => ({
    ...{ Effect: 'Allow', Action: `mechanicalturk:${name}`, Resource: '*' },
  }));
  for (const user of ['perception-lab-bo', 'perception-lab-zoe']) {
    await iam('CreateUser', { UserName: user, Path: '/mturk/perception-lab/' });
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam('PutUserPolicy', { UserName: user, PolicyName: 'read', PolicyDocument });
  }
  // The same name elsewhere is another user: IAM's names are unique, so this one stands for an impostor of cy.
  await iam('CreateUser', { UserName: 'perception-lab-cy', Path: '/elsewhere/' });
});
afterAll(async () => {
  await emulator.close();
  for (const place of places) place.remove();
});

/** Keys of the test that runs: a user can have two. */
const made: { UserName: string; AccessKeyId: string }[] = [];
afterEach(async () => {
  for (const key of made.splice(0)) await iam('DeleteAccessKey', key).catch(() => {});
});

const iam = (call: string, input: object) => callIam(iamOf(emulator), call, input);

async function newKey(UserName: string): Promise<{ id: string; secret: string }> {
  const { AccessKey } = await iam('CreateAccessKey', { UserName });
  const { AccessKeyId: id, SecretAccessKey: secret } = AccessKey as { AccessKeyId: string; SecretAccessKey: string };
  made.push({ UserName, AccessKeyId: id });
  return { id, secret };
}

/** A person's computer: a home directory, with a clone of the lab's repository unless left out. */
function computer(files: Readonly<Record<string, string | Buffer>> = { 'team.yaml': SAMPLE }) {
  const { directory, write, remove } = scratch(files);
  places.push({ remove });
  const options = (endpoint = emulator.endpoint) => ({ cwd: directory, env: { AWS_ENDPOINT_URL: endpoint } });
  const path = (name: string) => join(directory, name);
  return {
    path,
    write,
    run: (args: readonly string[], input = '') => run(['keys', ...args], { ...options(), input }),
    runHere: (args: readonly string[], person?: ReturnType<typeof answering>) =>
      runHere(['keys', ...args], { ...options(), ...(person === undefined ? {} : { person }) }),
    at: (endpoint: string, args: readonly string[]) => runHere(['keys', ...args], options(endpoint)),
    credentials: () => readFileSync(path(CREDENTIALS), 'latin1'),
    hasCredentials: () => existsSync(path(CREDENTIALS)),
  };
}

const CREDENTIALS = '.aws/credentials';
const IDENTITY_FOLDER = '.config/mturk-team/identities';

/** A computer on which `keys request` was run, and the recipient that it printed. */
async function requested(member: string, files?: Readonly<Record<string, string | Buffer>>) {
  const mine = computer(files ?? { 'team.yaml': SAMPLE });
  const { stdout } = await mine.runHere(['request', member, '--json']);
  const { recipient } = JSON.parse(stdout) as { recipient: string };
  return { ...mine, recipient };
}

const message = (recipient: string, user: string, key: { id: string; secret: string }) =>
  encryptFor(recipient, secretText(user, ACCOUNT, key));

describe('keys request', () => {
  test('makes an identity for its owner alone, and prints the line for the file', async () => {
    const mine = computer();
    const { code, stdout, stderr } = await mine.run(['request', 'bo']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [, recipient = ''] = /^ {2}recipient: (age1\w{58})$/m.exec(stdout) ?? [];
    const [name = '', ...others] = readdirSync(mine.path(IDENTITY_FOLDER));
    expect({ name, others }).toEqual({ name: `${ACCOUNT}.perception-lab.bo.txt`, others: [] });
    const file = mine.path(`${IDENTITY_FOLDER}/${name}`);
    expect([statSync(file).mode & 0o777, statSync(mine.path(IDENTITY_FOLDER)).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(stdout).not.toContain('AGE-SECRET-KEY');
    const before = readFileSync(file);
    const again = await mine.run(['request', 'bo']);
    expect(again.stdout).toContain(`recipient: ${recipient}`);
    expect(readFileSync(file)).toEqual(before);
  });

  test('needs no file of the lab, but then its name and account', async () => {
    const mine = computer({});
    const without = await mine.run(['request', 'bo']);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('add --lab and --account');
    const { code, stdout } = await mine.runHere([
      ...['request', 'bo', '--lab', 'vision-lab', '--account', '999999999999', '--json'],
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lab: 'vision-lab', account: '999999999999', member: 'bo', isNew: true });
  });

  test('makes none for an account that a checkout names and the default branch does not', async () => {
    const clone = new TeamHistory([{ date: '2026-11-01T00:00:00Z', subject: 'Begin', text: SAMPLE }]);
    places.push(clone);
    const mine = computer({});
    writeFileSync(clone.file, SAMPLE.replace(ACCOUNT, '999999999999'));
    const hostile = await mine.runHere(['request', 'bo', clone.file]);
    expect(hostile).toMatchObject({ code: 1, stdout: '' });
    expect(hostile.stderr).toMatch(/error\[account-not-merged\][\s\S]*999999999999[\s\S]*123456789012/);
    expect(existsSync(mine.path('.config'))).toBe(false);
    const meant = await mine.runHere(['request', 'bo', clone.file, '--account', '999999999999']);
    expect(meant).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('perception-lab-bo of account 999999999999'),
    });
    writeFileSync(clone.file, SAMPLE);
    expect((await mine.runHere(['request', 'bo', clone.file])).stdout).toContain(`of account ${ACCOUNT}`);
  });

  test.each([
    ['damaged', Buffer.from('AGE-SECRET-KEY-1QQ')],
    ['empty', Buffer.from('')],
    ['of someone else’s program', Buffer.from(`${IDENTITIES[0].identity}\n`)],
  ])('never overwrites an identity that is %s', async (_what, content) => {
    const name = `${IDENTITY_FOLDER}/${ACCOUNT}.perception-lab.bo.txt`;
    const mine = computer({ 'team.yaml': SAMPLE, [name]: content });
    const { code, stdout, stderr } = await mine.runHere(['request', 'bo']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[identity-unusable]');
    expect(readFileSync(mine.path(name))).toEqual(content);
  });

  test.each(['../bo', 'b/o', '', '-x'])('refuses the member %j', async (member) => {
    const mine = computer();
    expect((await mine.runHere(['request', '--', member])).code).toBe(2);
    expect(existsSync(mine.path('.config'))).toBe(false);
  });
});

describe('keys open', () => {
  test('stores the key of a pasted message, readable by its owner alone', async () => {
    const mine = await requested('bo');
    const key = await newKey('perception-lab-bo');
    const pasted = `Hello,\n> ${(await message(mine.recipient, 'perception-lab-bo', key)).replaceAll('\n', '\n> ')}`;
    const { code, stdout, stderr } = await mine.run(['open'], pasted);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(mine.credentials()).toBe(
      `[perception-lab-bo]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${key.secret}\n`,
    );
    expect(statSync(mine.path(CREDENTIALS)).mode & 0o777).toBe(0o600);
    expect(stdout).toContain('https://mturk-requester-sandbox.us-east-1.amazonaws.com');
    for (const secret of [key.id, key.secret]) expect(stdout).not.toContain(secret);
    const again = await mine.run(['open'], pasted);
    expect(again.stdout).toMatch(new RegExp(`This access key of account\\s+${ACCOUNT}\\s+is\\s+already`));
  });

  test('takes a message that is pasted at a terminal, and asks there', async () => {
    const mine = await requested('bo', { 'team.yaml': SAMPLE, [CREDENTIALS]: '[perception-lab-bo]\n' });
    const key = await newKey('perception-lab-bo');
    const text = await message(mine.recipient, 'perception-lab-bo', key);
    const { code, seen } = await atTerminal(`${process.execPath} ${resolve('dist/mturk-team.cjs')} keys open`, {
      cwd: mine.path('.'),
      env: { PATH: process.env.PATH ?? '', HOME: mine.path('.'), AWS_ENDPOINT_URL: emulator.endpoint },
      answers: [
        ['Paste the message', text],
        ['Replace the access key of profile perception-lab-bo', 'y'],
      ],
    });
    expect(code).toBe(0);
    expect(seen).toContain(`Your access key of account ${ACCOUNT} is now profile perception-lab-bo`);
    expect(mine.credentials()).toContain(key.id);
  });

  test('replaces another key of the profile only if confirmed, and keeps every other byte', async () => {
    const before =
      '[default]\r\nregion = x # \u00FF\r\n[perception-lab-bo]\r\naws_access_key_id = OLD\r\noutput = json\r\n';
    const mine = await requested('bo', { 'team.yaml': SAMPLE, [CREDENTIALS]: Buffer.from(before, 'latin1') });
    chmodSync(mine.path(CREDENTIALS), 0o644);
    const key = await newKey('perception-lab-bo');
    mine.write('message.txt', await message(mine.recipient, 'perception-lab-bo', key));
    const silent = await mine.run(['open', 'message.txt']);
    expect(silent.code).toBe(1);
    expect(silent.stderr).toContain('error[not-confirmed]');
    const no = answering([false]);
    expect((await mine.runHere(['open', 'message.txt'], no)).code).toBe(1);
    expect(no.asked).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Replace the access key of profile perception-lab-bo in .*credentials by one of account ${ACCOUNT}`,
        ),
      ),
    ]);
    expect(mine.credentials()).toBe(before);
    expect((await mine.runHere(['open', 'message.txt'], answering([true]))).code).toBe(0);
    const lines = `aws_access_key_id = ${key.id}\r\naws_secret_access_key = ${key.secret}\r\n`;
    expect(mine.credentials()).toBe(before.replace('aws_access_key_id = OLD\r\n', lines));
    expect(statSync(mine.path(CREDENTIALS)).mode & 0o777).toBe(0o600);
  });

  test('writes through a link, and leaves no other file', async () => {
    const mine = await requested('bo', { 'team.yaml': SAMPLE, 'dotfiles/aws': '[a]\n', '.aws/config': '' });
    symlinkSync(mine.path('dotfiles/aws'), mine.path(CREDENTIALS));
    const key = await newKey('perception-lab-bo');
    mine.write('message.txt', await message(mine.recipient, 'perception-lab-bo', key));
    const { code, stdout } = await mine.runHere(['open', 'message.txt', '--json']);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, user: 'perception-lab-bo', written: 'new' });
    expect(readFileSync(mine.path('dotfiles/aws'), 'utf8')).toContain(`[a]\n\n[perception-lab-bo]\n`);
    expect(readdirSync(mine.path('.aws')).sort()).toEqual(['config', 'credentials']);
    expect(readdirSync(mine.path('dotfiles'))).toEqual(['aws']);
  });

  test.each([
    ['another member', 'bo', 'perception-lab-zoe'],
    ['a user of the name at another path', 'cy', 'perception-lab-cy'],
  ])('refuses a planted key of %s, and writes nothing', async (_what, member, owner) => {
    const mine = await requested(member);
    const key = await newKey(owner);
    // The text may say anything.
    const planted = await message(mine.recipient, `perception-lab-${member}`, key);
    const { code, stdout, stderr } = await mine.run(['open', '--yes'], planted);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[key-not-own]: the key in this message is not yours');
    expect(stderr).toContain('state: nothing was written');
    expect(stderr).not.toContain(key.secret);
    expect(mine.hasCredentials()).toBe(false);
  });

  testInTurn(4)('refuses a replayed message whose key is gone', async () => {
    const mine = await requested('bo');
    const key = await newKey('perception-lab-bo');
    await iam('DeleteAccessKey', { UserName: 'perception-lab-bo', AccessKeyId: key.id });
    mine.write('message.txt', await message(mine.recipient, 'perception-lab-bo', key));
    const { code, stderr } = await mine.runHere(['open', 'message.txt', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('AWS does not accept the key in this message');
    expect(mine.hasCredentials()).toBe(false);
  });

  const garbled = async (recipient: string) =>
    (await message(recipient, 'x', { id: 'A'.repeat(20), secret: 's'.repeat(40) })).replace(/^.{10}/m, '');

  test.each<[what: string, text: (recipient: string) => string | Promise<string>, says: string]>([
    ['no message', () => 'Dear Bo,\n', 'there is no encrypted message'],
    ['a message without its first line', garbled, 'there is no encrypted message'],
    ['a message for someone else', () => encryptFor(IDENTITIES[0].recipient, 'x'), 'for another recipient'],
    ['a message without a key', (recipient) => encryptFor(recipient, 'aws_access_key_id = x'), 'holds no access key'],
    [
      'a damaged message',
      async (recipient) => (await encryptFor(recipient, 'x'.repeat(99))).replace(/.{8}(?=\n-----END)/, 'AAAAAAAA'),
      'the message is damaged',
    ],
  ])('says what is wrong with %s', async (_what, text, says) => {
    const mine = await requested('bo');
    mine.write('message.txt', await text(mine.recipient));
    const { code, stdout, stderr } = await mine.runHere(['open', 'message.txt']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[message-not-opened]');
    expect(stderr).toContain(says);
    expect(mine.hasCredentials()).toBe(false);
  });

  test('of several messages in a text, the last that is for this member counts', async () => {
    const mine = await requested('bo');
    const [older, newer] = [await newKey('perception-lab-bo'), await newKey('perception-lab-bo')];
    const messages = [
      await message(mine.recipient, 'perception-lab-bo', older),
      await message(mine.recipient, 'perception-lab-bo', newer),
      await message(IDENTITIES[0].recipient, 'perception-lab-bo', older),
    ];
    mine.write('page.txt', messages.join('\nNext comment:\n'));
    expect((await mine.runHere(['open', 'page.txt'])).code).toBe(0);
    expect(mine.credentials()).toContain(newer.id);
  });

  test('asks AWS nothing without an identity', async () => {
    const mine = computer();
    mine.write('message.txt', await encryptFor(IDENTITIES[0].recipient, 'x'));
    const { code, stderr } = await mine.at('http://127.0.0.1:1', ['open', 'message.txt']);
    expect(code).toBe(1);
    expect(stderr).toContain('error[identity-missing]');
    expect((await mine.runHere(['open', 'no-such-file'])).code).toBe(2);
  });
});

describe('keys test', () => {
  async function stored(member: string, files?: Readonly<Record<string, string>>) {
    const mine = await requested(member, files);
    const user = `perception-lab-${member}`;
    const key = await newKey(user);
    mine.write(CREDENTIALS, `[${user}]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${key.secret}\n`);
    return mine;
  }

  test('calls what only reads, and finds what explain says', async () => {
    const mine = await stored('bo');
    const { code, stdout, stderr } = await mine.run(['test', ...TODAY]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('- ListHITs: allowed\n');
    expect(stdout).toContain('- GetAccountBalance: denied\n');
    expect(stdout).toContain('All is as mturk-team explain bo says.');
  });

  test('says where AWS and the team file differ', async () => {
    const mine = await stored('bo', { 'team.yaml': SAMPLE.replace('[results-reader, task-publisher]', '[paymaster]') });
    const { code, stdout } = await mine.runHere(['test', ...TODAY]);
    expect(code).toBe(1);
    expect(stdout).toContain('- GetAccountBalance: denied, but the team file allows it\n');
    expect(stdout).toContain('- ListHITs: allowed\n');
    const json = await mine.runHere(['test', ...TODAY, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      user: 'perception-lab-bo',
      member: 'bo',
      calls: expect.arrayContaining([
        { operation: 'GetAccountBalance', outcome: 'denied', expected: true, reason: expect.any(String) },
        { operation: 'ListHITs', outcome: 'allowed', expected: true, reason: null },
      ]),
    });
  });

  test('compares nothing for a user who is in no team file', async () => {
    const mine = await stored('zoe');
    const { code, stdout } = await mine.runHere(['test', ...TODAY]);
    expect(code).toBe(0);
    expect(stdout).toContain('run it in a clone of the lab');
  });

  test.each([
    ['a closed service', 410, '<html>Gone</html>'],
    ['an error of the service', 500, '{}'],
    ['another program’s page', 200, '<html>Welcome</html>'],
  ])('says that Mechanical Turk does not answer: %s', async (_what, status, page) => {
    const server = createServer((request, reply) => {
      const isSts = String(request.headers.authorization).includes('/sts/');
      const arn = `arn:aws:iam::${ACCOUNT}:user/mturk/perception-lab/perception-lab-bo`;
      const identity = `<Arn>${arn}</Arn><Account>${ACCOUNT}</Account>`;
      const answer = `<GetCallerIdentityResponse><GetCallerIdentityResult>${identity}</GetCallerIdentityResult></GetCallerIdentityResponse>`;
      reply.writeHead(isSts ? 200 : status).end(isSts ? answer : page);
    });
    places.push({
      remove() {
        server.close();
        server.closeAllConnections();
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const mine = await stored('bo');
    const { port } = server.address() as AddressInfo;
    const { code, stdout, stderr } = await mine.at(`http://127.0.0.1:${port}`, ['test', ...TODAY]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[mturk-no-answer]: no answer from Mechanical Turk');
  });

  test('needs a key, and one identity or a profile', async () => {
    const mine = await requested('bo');
    expect((await mine.runHere(['test'])).stderr).toContain('no access key in profile `perception-lab-bo`');
    await mine.runHere(['request', 'zoe']);
    const { code, stderr } = await mine.runHere(['test']);
    expect(code).toBe(1);
    expect(stderr).toContain('add `--profile` with one of `perception-lab-bo` and `perception-lab-zoe`');
  });
});
