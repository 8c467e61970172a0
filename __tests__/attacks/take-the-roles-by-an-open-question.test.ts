import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateUserCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { type Emulator, openEmulator } from '../../src/emulator/emulator.ts';
import { answering, runHere, scratch } from '../support/command.ts';

const ACCOUNT = '123456789012';
const TEAM = `version: 1
lab: vision
account: "${ACCOUNT}"
owners: [ada]
roles:
  reader: { allow: [results:read] }
members:
  ada: { name: Ada, github: ada, roles: [reader] }
settings:
  state: { bucket: labs-mturk-${ACCOUNT}, region: us-east-1, key: one }
`;
const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)] as const;

/** The clone of a repository whose workflows pin a release. */
function clone(directory: string, repository: string, pin: string, branch = 'main'): string {
  mkdirSync(join(directory, '.github/workflows'), { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, stdio: 'pipe' });
  git('init', '--quiet', `--initial-branch=${branch}`);
  git('config', 'remote.origin.url', `git@github.com:${repository}.git`);
  const uses = `tool/mturk-team/.github/workflows/called-apply.yml@${pin}`;
  writeFileSync(join(directory, '.github/workflows/apply.yml'), `jobs:\n  apply:\n    uses: ${uses}\n`);
  writeFileSync(join(directory, 'team.yaml'), TEAM);
  return directory;
}

/** The administrators of one account, where a/one has the lab's roles. */
const place = scratch();
const dir = join(place.directory, 'emulator');
const [main, upgrade, other] = [
  clone(join(place.directory, 'main'), 'a/one', OLD),
  clone(join(place.directory, 'upgrade'), 'a/one', NEW, 'upgrade'),
  clone(join(place.directory, 'other'), 'b/two', OLD),
];
let server: Emulator;
let iam: IAMClient;
beforeAll(async () => {
  server = await openEmulator({ dir, accountId: ACCOUNT, kind: 'server' });
  iam = new IAMClient({ endpoint: server.endpoint, credentials: server.rootCredentials, region: 'us-east-1' });
  expect(await bootstrap(main, '1', '--yes')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  iam.destroy();
  await server.close();
  place.remove();
});

const bootstrap = (cwd: string, id: string, ...args: string[]) => runHere(command(id, ...args), { cwd });
const command = (id: string, ...args: string[]) =>
  ['bootstrap', '--repository-id', id, '--subject', 'classic', '--emulator', dir, ...args] as const;

/** Someone who answers yes, once this is done. */
function yesAfter(meanwhile: () => Promise<unknown>) {
  const person = answering([true, true]);
  let isDone = false;
  return {
    ...person,
    async confirm(question: string) {
      if (!isDone) await meanwhile();
      isDone = true;
      return person.confirm(question);
    },
  };
}

async function trusts(): Promise<readonly boolean[]> {
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const documents = decodeURIComponent(JSON.stringify(Roles));
  return ['repo:a/one:', 'repo:b/two:'].map((text) => documents.includes(text));
}

test('who puts a lab in use while `bootstrap --destroy` asks: its boundary and roles stay', async () => {
  const person = yesAfter(() => iam.send(new CreateUserCommand({ UserName: 'vision-ada', Path: '/mturk/vision/' })));
  const done = await runHere(command('1', '--destroy'), { cwd: main, person });
  expect(person.asked).toHaveLength(1);
  expect({ trusts: await trusts(), code: done.code }).toEqual({ trusts: [true, false], code: 1 });
  expect(done.stderr).toContain('error[lab-in-use]');
});

test('who moves a lab while another bootstrap asks: the answer gives the old repository no role back', async () => {
  // Ada upgrades and is asked; meanwhile Bo moves the lab to another repository, for someone has taken over the first.
  const person = yesAfter(async () => {
    expect(await bootstrap(other, '2', '--yes', '--repository', 'b/two')).toMatchObject({ code: 0 });
    expect(await trusts()).toEqual([false, true]);
  });
  const done = await runHere(command('1'), { cwd: upgrade, person });
  expect({ trusts: await trusts(), code: done.code }).toEqual({ trusts: [false, true], code: 1 });
  expect(done.stderr).toContain('set up for another repository');
});
