import { readFileSync, writeFileSync } from 'node:fs';
import { AttachGroupPolicyCommand, DeleteUserPermissionsBoundaryCommand } from '@aws-sdk/client-iam';
import { wrongState } from '../../src/terraform/run/state-text.ts';
import { labsOfOneAccount } from '../support/labs-of-one-account.ts';

const labs = labsOfOneAccount();
const { mturk } = labs;
const FILE = { roles: { reader: 'results:read', payer: 'pay:bonus' }, members: { ada: ['payer'], bo: ['reader'] } };

beforeAll(async () => {
  for (const lab of ['vision', 'sound']) {
    labs.write(lab, FILE);
    await labs.bound(lab);
    const { code, stderr } = await mturk(lab, 'apply', '--yes');
    expect({ code, stderr }).toMatchObject({ code: 0 });
  }
});
afterAll(() => labs.remove());

const COMMANDS = [['plan'], ['drift'], ['drift', '--quick'], ['apply', '--yes']];

describe('what is of another lab, or damaged, is named as that, and nothing is done', () => {
  test.each(COMMANDS)('by the key of another lab: %s %s', async (...command) => {
    const before = labs.account();
    const runs = async (code: string, because: RegExp) => {
      const { code: exit, stderr } = await mturk('sound', ...command.filter(Boolean));
      expect([exit, stderr]).toEqual([1, expect.stringContaining(`error[${code}]`)]);
      expect(stderr).toMatch(because);
    };
    labs.write('sound', { ...FILE, key: 'vision' });
    await runs('state-of-another-lab', /belongs to lab `vision`[\s\S]*settings\.state\.key/);
    labs.write('sound', FILE);

    const record = labs.kept('sound/apply-record.json');
    const recorded = readFileSync(record, 'utf8');
    writeFileSync(record, recorded.replace('"version": 1', '"version": 0'));
    await runs('record-unusable', /apply-record\.json/);
    writeFileSync(record, recorded);

    if (command[1] !== '--quick') {
      const state = labs.kept('state/sound_team.tfstate');
      const text = readFileSync(state, 'utf8');
      // Cut inside the name of a provider, which must not be taken for another one.
      writeFileSync(state, text.slice(0, text.indexOf('"provider":') + 14));
      await runs('state-damaged', /sound_team/);
      writeFileSync(state, text);
    }
    expect(labs.account()).toBe(before);
  });

  test('a record alone is enough to know whose the place is', async () => {
    const state = labs.kept('state/vision_team.tfstate');
    const text = readFileSync(state, 'utf8');
    writeFileSync(state, '');
    labs.write('sound', { ...FILE, key: 'vision' });
    expect((await mturk('sound', 'plan')).stderr).toContain('error[state-of-another-lab]');
    labs.write('sound', FILE);
    writeFileSync(state, text);
  });
});

test("a policy of one lab at a group of another: the fix leaves the other lab's policy and members alone", async () => {
  await labs.iamByHand(async (iam) => {
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
