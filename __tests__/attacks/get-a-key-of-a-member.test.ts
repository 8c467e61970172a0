import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHere, scratch } from '../support/command.ts';
import { githubInTest } from '../support/github-client.ts';
import { IDENTITIES } from '../support/recipients.ts';

const { server, repository } = githubInTest();
const STORE = join('.mturk-team', 'emulator');
const [OLD, NEW] = IDENTITIES;
const ZOE = `zoe: { name: Zoë Quist, github: zoeq, roles: [results-reader], recipient: ${OLD.recipient} }`;
const team = (zoe: string) => `version: 1
lab: perception-lab
account: "123456789012"
owners: [ada]
roles:
  results-reader: { allow: [results:read] }
members:
  ada: { name: Ada O'Neill, github: adaoneill, roles: [results-reader] }
${zoe}`;

let place: ReturnType<typeof scratch>;
beforeEach(async () => {
  place = scratch({ 'team.yaml': team(`  ${ZOE}\n`) });
  expect(await command('apply --yes')).toMatchObject({ code: 0 });
});
afterEach(() => place.remove());

const command = (args: string) =>
  runHere([...args.split(' '), '--emulator', '--today', '2026-11-25'], {
    cwd: place.directory,
    env: { ...server().environment(), GITHUB_OUTPUT: join(place.directory, 'output') },
  });

async function expectNoKey(): Promise<void> {
  expect(await command('keys sync --issue --yes')).toMatchObject({ code: 0, stdout: 'No step is due.\n' });
  const { users } = JSON.parse(readFileSync(join(place.directory, STORE, 'account.json'), 'utf8'));
  expect(Object.values<{ keys: [] }>(users).flatMap(({ keys }) => keys)).toEqual([]);
  expect(repository().comments).toEqual([]);
}

// A writer cancels the run of the merge before its apply begins, and starts a drift check, whose last job is this one.
test.each([
  ['suspends the member', `  ${ZOE.replace(' }', ', suspended: true }')}\n`],
  ['ends their access', `  ${ZOE.replace(' }', ', until: "2026-11-20" }')}\n`],
  ['allows them no keys', `  ${ZOE.replace(' }', ', keys: 0 }')}\n`],
  ['replaces their stolen recipient', `  ${ZOE.replace(OLD.recipient, NEW.recipient)}\n`],
  ['lets them go', 'departed:\n  zoe: { left: "2026-11-24", reason: graduated }\n'],
])('a merged file that %s counts before it is applied', async (_what, zoe) => {
  place.write('team.yaml', team(zoe));
  await expectNoKey();
  expect((await command('keys')).stdout).toContain('team.yaml does not ask for this key');
  expect(await command('keys create zoe --out keys --yes')).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('error[no-key-allowed]') },
  });
});

test('who writes another recipient into the apply record, as the apply role can, gets no key', async () => {
  const record = join(STORE, 'apply-record.json');
  const text = readFileSync(join(place.directory, record), 'utf8');
  place.write(record, text.replaceAll(OLD.recipient, NEW.recipient));
  await expectNoKey();
});
