import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AttachGroupPolicyCommand,
  CreatePolicyCommand,
  DeleteUserPermissionsBoundaryCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { BOUNDARY_PATH } from '../../src/team/names.ts';
import { wrongState } from '../../src/terraform/run/state-text.ts';
import { type CommandResult, runHere, scratch } from '../support/command.ts';

const teamFile = (lab: string, key: string) => `version: 1
lab: ${lab}
account: "123456789012"
owners: [ada]
roles:
  reader: { allow: [results:read] }
  payer: { allow: [pay:bonus] }
members:
  ada: { name: Ada, github: ada-${lab}, roles: [payer] }
  bo: { name: Bo, roles: [reader] }
settings:
  state: { bucket: labs-mturk-123456789012, region: us-east-1, key: ${key} }
`;

const ACCOUNT = '123456789012';
const place = scratch();
const EMULATOR = join(place.directory, 'emulator');
const file = (lab: string) => join(place.directory, lab, 'team.yaml');
const mturk = (lab: string, ...args: string[]): Promise<CommandResult> =>
  runHere([...args, '--emulator', EMULATOR], { cwd: join(place.directory, lab) });

/** Changes the account by hand. */
async function byHand(work: (iam: IAMClient) => Promise<unknown>): Promise<void> {
  const emulator = await openEmulator({ dir: EMULATOR, accountId: ACCOUNT, kind: 'server', provider: false });
  const { endpoint, rootCredentials: credentials } = emulator;
  const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
  await work(iam);
  iam.destroy();
  await emulator.close();
}

beforeAll(async () => {
  for (const lab of ['vision', 'sound']) {
    mkdirSync(join(place.directory, lab));
    writeFileSync(file(lab), teamFile(lab, lab));
    const PolicyDocument = JSON.stringify(boundaryPolicy({ lab, account: ACCOUNT }));
    await byHand((iam) => iam.send(new CreatePolicyCommand({ Path: BOUNDARY_PATH, PolicyName: lab, PolicyDocument })));
    const { code, stderr } = await mturk(lab, 'apply', '--yes');
    expect({ code, stderr }).toMatchObject({ code: 0 });
  }
});
afterAll(() => place.remove());

const COMMANDS = [['plan'], ['drift'], ['drift', '--quick'], ['apply', '--yes']];

describe('what is of another lab, or damaged, is named as that, and nothing is done', () => {
  const account = () => readFileSync(join(EMULATOR, 'account.json'), 'utf8');

  test.each(COMMANDS)('by the key of another lab: %s %s', async (...command) => {
    const before = account();
    const runs = async (code: string, because: RegExp) => {
      const { code: exit, stderr } = await mturk('sound', ...command.filter(Boolean));
      expect([exit, stderr]).toEqual([1, expect.stringContaining(`error[${code}]`)]);
      expect(stderr).toMatch(because);
    };
    writeFileSync(file('sound'), teamFile('sound', 'vision'));
    await runs('state-of-another-lab', /belongs to lab `vision`[\s\S]*settings\.state\.key/);
    writeFileSync(file('sound'), teamFile('sound', 'sound'));

    const record = join(EMULATOR, 'sound/apply-record.json');
    const recorded = readFileSync(record, 'utf8');
    writeFileSync(record, recorded.replace('"version": 1', '"version": 0'));
    await runs('record-unusable', /apply-record\.json/);
    writeFileSync(record, recorded);

    if (command[1] !== '--quick') {
      const state = join(EMULATOR, 'state/sound_team.tfstate');
      const text = readFileSync(state, 'utf8');
      // Cut inside the name of a provider, which must not be taken for another one.
      writeFileSync(state, text.slice(0, text.indexOf('"provider":') + 14));
      await runs('state-damaged', /sound_team/);
      writeFileSync(state, text);
    }
    expect(account()).toBe(before);
  });

  test('a record alone is enough to know whose the place is', async () => {
    const state = join(EMULATOR, 'state/vision_team.tfstate');
    const text = readFileSync(state, 'utf8');
    writeFileSync(state, '');
    writeFileSync(file('sound'), teamFile('sound', 'vision'));
    expect((await mturk('sound', 'plan')).stderr).toContain('error[state-of-another-lab]');
    writeFileSync(file('sound'), teamFile('sound', 'sound'));
    writeFileSync(state, text);
  });
});

test("a policy of one lab at a group of another: the fix leaves the other lab's policy and members alone", async () => {
  await byHand(async (iam) => {
    const PolicyArn = 'arn:aws:iam::123456789012:policy/mturk/vision/vision-payer';
    await iam.send(new AttachGroupPolicyCommand({ GroupName: 'sound-reader', PolicyArn }));
    await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'sound-bo' }));
  });
  const { stdout } = await mturk('vision', 'drift', '--no-cloudtrail');
  expect(stdout.match(/aws iam .*/g)).toEqual([
    'aws iam detach-group-policy --group-name sound-reader --policy-arn arn:aws:iam::123456789012:policy/mturk/vision/vision-payer',
  ]);
});

describe('whose a state is', () => {
  const stateOf = (...paths: string[]) =>
    JSON.stringify({
      resources: paths.map((path) => ({ instances: [{ attributes: { path, name: 'vision' } }, { attributes: {} }] })),
    });
  test.each([
    ['nothing', '', null],
    ['no resource', '{"version":4,"resources":[]}', null],
    ['what has no path', stateOf(), null],
    ['what AWS has', stateOf('/'), null],
    ['what OpenTofu encrypted', '{"encrypted_data":"x","encryption_version":"v0"}', null],
    ['our own', stateOf('/mturk/sound/'), null],
    ['our own, of which one was moved', stateOf('/mturk/vision/', '/mturk/sound/'), null],
    ["another lab's", stateOf('/', '/mturk/vision/'), 'state-of-another-lab'],
    ["another lab's roles", stateOf('/mturk-roles/vision/'), 'state-of-another-lab'],
    ["another lab's boundary", stateOf('/mturk-boundary/'), 'state-of-another-lab'],
    ['half a text', '{"version":4,"resources":[', 'state-damaged'],
  ])('%s', (_what, text, code) => {
    expect(wrongState({ name: 'team', text }, 'sound')?.code ?? null).toBe(code);
  });
});
