import { sampleOf } from '../support/exhaustive.ts';
import { configurationWith, type Laboratory, openLaboratory } from '../support/provider-laboratory.ts';
import { STORY_ACCOUNT } from '../support/provider-story.ts';
import { enginesAtHand } from '../support/raw-engine.ts';

const group = (name: string) => ({ aws_iam_group: { one: { name } } });

describe.each(sampleOf(await enginesAtHand(), 1))('a provider block read by %s', (_name, binary) => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory(binary, STORY_ACCOUNT);
    await lab.configure(configurationWith(group('g')));
    await lab.run('init');
  });
  afterAll(() => lab.close());

  test.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['checks the credentials with STS', {}, ['GetCallerIdentity']],
    ['asks IAM for the account where that check is skipped', { skip_credentials_validation: true }, ['GetUser']],
    [
      'makes no call where both are skipped',
      { skip_credentials_validation: true, skip_requesting_account_id: true },
      [],
    ],
  ])('%s', async (_title, block, calls) => {
    const from = lab.emulator.calls.length;
    await lab.configure(configurationWith(group('g'), block));
    expect(await lab.run('plan')).toMatchObject({ code: 0, stderr: '' });
    expect(lab.emulator.calls.slice(from).map(({ action }) => action)).toEqual(calls);
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a key that the account does not know', { access_key: 'AKIANOBODY', secret_key: 'x' }, 'InvalidClientTokenId'],
    ['an account id that is none', { allowed_account_ids: ['1234'] }, '"1234" is not an AWS account id'],
    ['an account that is forbidden', { forbidden_account_ids: [STORY_ACCOUNT] }, 'AWS account ID not allowed'],
    [
      'an account that no call has checked',
      { allowed_account_ids: [STORY_ACCOUNT], skip_credentials_validation: true, skip_requesting_account_id: true },
      'AWS account ID not allowed',
    ],
    ['a setting that would do nothing here', { profile: 'lab' }, 'profile'],
  ])('refuses %s', async (_title, block, words) => {
    await lab.configure(configurationWith(group('g'), block));
    const { code, stderr } = await lab.run('plan');
    expect(code).toBe(1);
    expect(stderr).toContain(words);
  });

  test('says at which attribute a resource is wrong, before anything is called', async () => {
    const from = lab.emulator.calls.length;
    await lab.configure(configurationWith(group('a b')));
    const { code, stdout } = await lab.run('validate', '-json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([
      { summary: expect.stringContaining('invalid value for name') },
    ]);
    expect(lab.emulator.calls).toHaveLength(from);
  });
});
