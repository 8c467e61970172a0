import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proveDeparture } from '../../../src/app/offboard/verify.ts';
import type { SavedFacts } from '../../../src/offboard/facts.ts';
import type { Team } from '../../../src/team/team.ts';
import { callIam, iamOf, keyOf, policy } from '../../emulator/clients.ts';
import { type CommandResult, runHere, scratch } from '../../support/command.ts';
import { testInTurn } from '../../support/exhaustive.ts';
import { applied, appliedTo, copyOf, type LabInTest, type LabMemory, withLab } from '../../support/lab-in-test.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const test = testInTurn(3);

const UserName = 'perception-lab-bo';
const SAMPLE = readFileSync('team.yaml', 'utf8');
const DEPARTED = SAMPLE.replace(/^ {2}bo:\n(?: {4}.*\n)+/m, '').replace(
  /^departed:.*\n/m,
  '$&  bo: { left: "2026-11-25", reason: graduated }\n',
);
const WITHOUT_BO: Team = {
  ...sampleTeam,
  members: sampleTeam.members.filter(({ key }) => key !== 'bo'),
  departed: [...sampleTeam.departed, { key: 'bo', left: '2026-11-25', reason: 'graduated' }],
};

/** Runs a command as in the real account, which is the emulator of the test. */
async function inLab(
  memory: LabMemory,
  file: string,
  work: (
    test: LabInTest,
    place: ReturnType<typeof scratch>,
    command: (args: string, failCall?: number) => Promise<CommandResult>,
  ) => Promise<void>,
) {
  const place = scratch({ 'team.yaml': file, '.mturk-team/account/apply-record.json': memory.record ?? '' });
  try {
    await withLab(memory, (test) => {
      const { endpoint, rootCredentials } = test.emulator;
      const env = {
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
      };
      return work(test, place, (args, failCall) => {
        test.emulator.faults = failCall === undefined ? {} : { failCall };
        return runHere(args.split(' '), { cwd: place.directory, env });
      });
    });
  } finally {
    place.remove();
  }
}

/** The sample lab, in which Bo has two keys. */
async function withKeys(): Promise<LabMemory> {
  return withLab(await appliedTo(sampleTeam), async (test) => {
    const { iam } = test.lab(sampleTeam);
    await keyOf(iam, UserName);
    await keyOf(iam, UserName);
    return copyOf(test.memory);
  });
}

/** How many calls a command makes. */
async function callsOf(test: LabInTest, work: () => Promise<CommandResult>, code: number): Promise<number> {
  let calls = 0;
  test.listen(({ phase }) => {
    if (phase === 'before') calls += 1;
    return true;
  });
  expect(await work()).toMatchObject({ code });
  test.listen(null);
  return calls;
}

const active = ({ memory }: LabInTest) =>
  Object.values(memory.account.users)
    .filter(({ name }) => name === UserName)
    .flatMap(({ keys }) => keys.filter(({ status }) => status === 'Active')).length;

test('whichever call fails, the command can be run again: all keys inactive, and the facts whole', async () => {
  const memory = await withKeys();
  const command = 'offboard bo --now --yes --out bo.json';
  let calls = 0;
  await inLab(memory, SAMPLE, async (test, _place, run) => {
    calls = await callsOf(test, () => run(command), 0);
  });
  expect(calls).toBeGreaterThan(12);
  const wrong: string[] = [];
  for (let call = 1; call <= calls; call += 1) {
    await inLab(memory, SAMPLE, async (test, place, run) => {
      const file = join(place.directory, 'bo.json');
      const { code, stderr } = await run(command, call);
      const isSaved = existsSync(file);
      if (code !== 0 && isSaved) wrong.push(`${call}: saved, and ${stderr}`);
      if (!isSaved && (await run(command)).code !== 0) wrong.push(`${call}: not repeatable`);
      if (active(test) > 0) wrong.push(`${call}: ${active(test)} active keys`);
      const { keys } = JSON.parse(readFileSync(file, 'utf8')) as SavedFacts;
      if (keys.length !== 2) wrong.push(`${call}: ${keys.length} keys`);
    });
  }
  expect(wrong).toEqual([]);
});

test('whichever call of the proof fails, it proves less, and says so', async () => {
  const memory = await withKeys();
  await withLab(memory, async (test) => {
    await applied(test.lab(WITHOUT_BO));
    const done = copyOf(test.memory);
    const place = { facts: '' };
    await inLab(memory, SAMPLE, async (_test, { directory }, run) => {
      await run('offboard bo --out bo.json');
      place.facts = readFileSync(join(directory, 'bo.json'), 'utf8');
    });
    await inLab(done, DEPARTED, async (own, { write }, run) => {
      write('bo.json', place.facts);
      const calls = await callsOf(own, () => run('offboard bo --verify bo.json'), 0);
      expect(calls).toBeGreaterThan(4);
      for (let call = 1; call <= calls; call += 1) {
        expect(await run('offboard bo --verify bo.json', call)).toMatchObject({ code: 1 });
      }
      expect(await run('offboard bo --verify bo.json')).toMatchObject({ code: 0 });
    });
  });
});

test('who may list the keys of all users can prove that a key is gone, and no one else can', async () => {
  await withLab(await appliedTo(sampleTeam), async (test) => {
    const session = test.lab(sampleTeam);
    const { iam: root } = session;
    await callIam(root, 'CreateUser', { UserName: 'auditor' });
    const may = async (PolicyName: string, actions: string[], resource: string) =>
      callIam(root, 'PutUserPolicy', {
        ...{ UserName: 'auditor', PolicyName },
        PolicyDocument: policy('Allow', actions, resource),
      });
    await may('read', ['iam:GetAccountAuthorizationDetails'], '*');
    const iam = iamOf(test.emulator, await keyOf(root, 'auditor'));
    const { accessKeyId } = await keyOf(root, UserName);
    const key = (id: string) => ({ id, active: true, created: '2026-01-05T12:00:00Z', lastUsed: null });
    const facts: SavedFacts = {
      ...{ version: 1, at: '2026-11-24T12:00:00Z', lab: 'perception-lab', account: sampleTeam.account, member: 'bo' },
      user: { name: UserName, arn: `arn:aws:iam::123456789012:user/${UserName}`, id: 'AIDAEXAMPLEBO1234567' },
      ...{ keys: [key('AKIAEXAMPLEGONE12345')], policies: [] },
    };
    const keysOf = async (given: SavedFacts) =>
      (await proveDeparture({ ...session, iam }, 'bo', given)).find(({ id }) => id === 'keys');
    expect(await keysOf(facts)).toMatchObject({ state: 'unknown' });
    await may('list', ['iam:ListAccessKeys'], '*');
    expect(await keysOf(facts)).toMatchObject({ state: 'proven' });
    expect(await keysOf({ ...facts, keys: [...facts.keys, key(accessKeyId)] })).toMatchObject({
      state: 'disproved',
      found: [{ kind: 'key', name: accessKeyId, of: { kind: 'user', name: UserName } }],
    });
    iam.destroy();
  });
});
