import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateAccessKeyCommand } from '@aws-sdk/client-iam';
import { unzipSync } from 'fflate';
import { encryptFor } from '../../src/keys/encryption.ts';
import { keyIn } from '../../src/keys/profile.ts';
import { runHere, scratch } from '../support/command.ts';
import { allInTurn } from '../support/exhaustive.ts';
import { expectConclusion, issuesOf, LAB, results, Scene, TEAM } from '../workflows/scene.ts';

const test = allInTurn();

/** Zoë's computer. */
const home = scratch({ 'team.yaml': TEAM });
const credentials = join(home.directory, '.aws/credentials');
let scene: Scene;
let recipient: string;
beforeAll(async () => {
  scene = await Scene.open(TEAM, 'lab');
});
afterAll(async () => {
  await scene.close();
  home.remove();
});
afterEach(() => expect(scene.github.violations).toEqual([]));

const mturk = (...args: string[]) => runHere(args, { cwd: home.directory });

async function mturkOn(...args: string[]) {
  return mturk(...args, '--emulator', join(scene.directory, 'account'));
}

/** The comments of the issue about access keys. */
function deliveries(): readonly string[] {
  const [issue, ...others] = issuesOf(scene, 'keys');
  expect(others).toEqual([]);
  return scene.repository.commentsOf(issue?.number ?? 0).map(({ body }) => body);
}

/** What the jobs left on the runner, and what they sent to GitHub. */
function written(): string {
  const files = readdirSync(scene.directory, { withFileTypes: true, recursive: true })
    .filter(({ parentPath }) => /\/run-\d/.test(parentPath))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.cjs'));
  const { requests, repository } = scene.github;
  const uploads = repository.artifacts.flatMap(({ content }) => Object.values(unzipSync(content)));
  return [
    ...files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')),
    ...uploads.map((content) => Buffer.from(content).toString('latin1')),
    JSON.stringify(requests),
  ].join('\n');
}

function open(message: string) {
  home.write('message.txt', message);
  return mturkOn('keys', 'open', 'message.txt');
}

test('a member makes an identity, an owner approves, and the apply delivers a key to the member', async () => {
  const made = await mturk('keys', 'request', 'zoe', '--lab', LAB.lab, '--account', LAB.account);
  recipient = /recipient: (age1\w+)/.exec(made.stdout)?.[1] ?? '';
  const zoe = ['--name', "Zoë Q'x", '--github', 'zoe', '--role', 'reader', '--recipient', recipient];
  expect(await mturk('member', 'add', 'zoe', ...zoe, '--yes')).toMatchObject({ code: 0, stderr: '' });
  const pull = scene.propose('add-zoe', { 'team.yaml': () => readFileSync(join(home.directory, 'team.yaml'), 'utf8') });
  const applied = await scene.apply(scene.mergeApproved(pull));
  expectConclusion(applied, 'success');
  expect(results(applied)).toMatchObject({ apply: 'success', keys: 'success', report: 'success' });
  expect(deliveries()).toEqual([expect.stringMatching(/Zoë Q'x[\s\S]* @zoe[\s\S]*BEGIN AGE ENCRYPTED FILE/)]);
});

test('the member opens it, and the key works as the file says', async () => {
  const [message = ''] = deliveries();
  expect(await open(message)).toMatchObject({ code: 0, stdout: expect.stringContaining('tiny-lab-zoe') });
  expect(await mturkOn('keys', 'test')).toMatchObject({
    ...{ code: 0, stdout: expect.stringMatching(/GetAccountBalance\W+denied[\s\S]*ListHITs\W+allowed/) },
  });
});

test('neither secret nor id of the key is in anything that the workflow wrote', () => {
  const { id, secret } = keyIn(readFileSync(credentials, 'utf8')) ?? { id: '', secret: '' };
  const all = written();
  expect(all).toContain('BEGIN AGE ENCRYPTED FILE');
  expect([id, secret].filter((text) => text === '' || all.includes(text))).toEqual([]);
});

test("a planted comment with another user's key changes nothing", async () => {
  const iam = scene.iam();
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'tiny-lab-bo' }));
  iam.destroy();
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
  const lines = ['[tiny-lab-zoe]', `aws_access_key_id = ${AccessKeyId}`, `aws_secret_access_key = ${SecretAccessKey}`];
  const before = readFileSync(credentials, 'utf8');
  const planted = await encryptFor(recipient, `${lines.join('\n')}\n`);
  expect(await open(`${deliveries().join('\n')}\n${planted}`)).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('key-not-own') },
  });
  expect(readFileSync(credentials, 'utf8')).toBe(before);
});
