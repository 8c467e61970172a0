import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
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

test('who moves a lab while another bootstrap asks: the answer gives the old repository no role back', async () => {
  const place = scratch();
  const dir = join(place.directory, 'emulator');
  // Two administrators at once, as in AWS.
  const server = await openEmulator({ dir, accountId: ACCOUNT, kind: 'server' });
  const to = { endpoint: server.endpoint, credentials: server.rootCredentials, region: 'us-east-1' };
  const iam = new IAMClient(to);
  try {
    const bootstrap = (cwd: string, id: string, ...args: string[]) =>
      [['bootstrap', '--repository-id', id, '--subject', 'classic', '--emulator', dir, ...args], cwd] as const;
    const run = ([args, cwd]: ReturnType<typeof bootstrap>, person?: ReturnType<typeof answering>) =>
      runHere(args, { cwd, ...(person === undefined ? {} : { person }) });
    const [main, upgrade, other] = [
      clone(join(place.directory, 'main'), 'a/one', OLD),
      clone(join(place.directory, 'upgrade'), 'a/one', NEW, 'upgrade'),
      clone(join(place.directory, 'other'), 'b/two', OLD),
    ];
    expect(await run(bootstrap(main, '1', '--yes'))).toMatchObject({ code: 0 });
    const trusts = async () => {
      const { Roles = [] } = await iam.send(new ListRolesCommand({}));
      const documents = decodeURIComponent(JSON.stringify(Roles));
      return ['repo:a/one:', 'repo:b/two:'].map((text) => documents.includes(text));
    };
    expect(await trusts()).toEqual([true, false]);
    // Ada upgrades and is asked; meanwhile Bo moves the lab to another repository, for someone has taken over the first.
    const person = answering([true, true]);
    const asked: boolean[][] = [];
    const done = await run(bootstrap(upgrade, '1'), {
      ...person,
      async confirm(question) {
        if (asked.length === 0) {
          const moved = await run(bootstrap(other, '2', '--yes', '--repository', 'b/two'));
          expect(moved).toMatchObject({ code: 0 });
        }
        asked.push(await trusts());
        return person.confirm(question);
      },
    });
    expect(asked).toEqual([[false, true]]);
    expect({ trusts: await trusts(), code: done.code }).toEqual({ trusts: [false, true], code: 1 });
    expect(done.stderr).toContain('set up for another repository');
  } finally {
    iam.destroy();
    await server.close();
    place.remove();
  }
});
