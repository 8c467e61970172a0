import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  GetLoginProfileCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { OPERATIONS, type Operation, operationsOf } from '../../src/catalog/mturk.ts';
import { allowedWith } from '../../src/cli/demo/calls.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { type KeyPair, profileIn } from '../../src/keys/profile.ts';
import { iamOf } from '../emulator/clients.ts';
import { byHandIn, TODAY } from '../support/applied-directory.ts';
import { runHere, scratch } from '../support/command.ts';
import { allInTurn } from '../support/exhaustive.ts';

const test = allInTurn();

/** The steps of the page, each with what it says here and its commands. */
const PAGE = readFileSync('docs/README.md', 'utf8').split('\n## The tutorial of 2017\n')[1] ?? '';
const ROWS = [...PAGE.matchAll(/^\| (?!Step|---)(.+?) \| .+? \| (.+) \|$/gm)].map(([, step = '', cell = '']) => ({
  step,
  commands: [...cell.matchAll(/`mturk-team ([^`]+?)(?: [a-z0-9]+\.\.\.)?`/g)].map(([, command = '']) => command),
}));

interface Step {
  /** The edits of the file, before the one apply. */
  readonly edit?: () => Promise<void>;
  /** What holds in the account after it. */
  readonly proof: () => Promise<void>;
}

const ROTATED = '2027-06-01';
const lab = scratch({
  'team.yaml': readFileSync('team.yaml', 'utf8').replace(
    '\nsettings:\n',
    '\nsettings:\n  keys: { rotate-after-days: 180 }\n',
  ),
});
const ran: string[] = [];
afterAll(() => lab.remove());

function mturk(...args: string[]) {
  ran.push(args.join(' '));
  return runHere(args, { cwd: lab.directory });
}

async function edit(...args: string[]): Promise<void> {
  expect(await mturk(...args, '--yes')).toMatchObject({ code: 0, stderr: '' });
}

const on = (today: string, ...args: string[]) => mturk(...args, '--emulator', '--today', today);

const byHand = <T>(act: (iam: IAMClient, emulator: Emulator) => Promise<T>) =>
  byHandIn(lab.directory, act, { clock: () => new Date(`${TODAY}T12:00:00Z`) });

const user = (member: string) => ({ UserName: `perception-lab-${member}` });

/** A key as the console makes one. */
async function newKey(iam: IAMClient, member: string): Promise<KeyPair> {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand(user(member)));
  return { id: AccessKey?.AccessKeyId ?? '', secret: AccessKey?.SecretAccessKey ?? '' };
}

/** What works with a key of the member, of all operations. */
function worksFor(member: string): Promise<readonly Operation[]> {
  return byHand(async (iam, { endpoint }) => [...(await allowedWith(await newKey(iam, member), endpoint, OPERATIONS))]);
}

function storedKey(): KeyPair | null {
  return profileIn(readFileSync(join(lab.directory, '.aws/credentials'), 'utf8'), 'perception-lab-zoe').key;
}

/** Opens the newest message that sync wrote. */
async function openNewest(): Promise<KeyPair | null> {
  const file = join('keys', readdirSync(join(lab.directory, 'keys')).sort().at(-1) ?? '');
  expect(await mturk('keys', 'open', file, '--yes', '--emulator')).toMatchObject({ code: 0, stderr: '' });
  return storedKey();
}

async function findings(...options: string[]): Promise<readonly string[]> {
  const { code, stdout } = await on(TODAY, 'drift', '--json', ...options);
  expect(code).toBe(2);
  const { drift } = JSON.parse(stdout) as { drift: { findings: { id: string }[] } };
  return drift.findings.map(({ id }) => id);
}

const STEPS: Readonly<Record<string, Step>> = {
  'Create an IAM user with programmatic access only': {
    edit: () => edit('member', 'add', 'mia', '--name', 'Mia', '--role', 'results-reader'),
    async proof() {
      const profile = byHand((iam) => iam.send(new GetLoginProfileCommand(user('mia'))));
      await expect(profile).rejects.toThrow(expect.objectContaining({ name: 'NoSuchEntityException' }));
      await byHand((iam) => iam.send(new CreateLoginProfileCommand({ ...user('mia'), Password: 'Correct-Horse-7' })));
      expect(await findings()).toEqual(['console-password/mia']);
    },
  },
  'Attach `AmazonMechanicalTurkFullAccess`': {
    edit: () => edit('member', 'roles', 'mia', '--add', 'full-access'),
    async proof() {
      expect(await worksFor('mia')).toEqual(OPERATIONS);
    },
  },
  'Write down the access key ID and the secret, shown once': {
    async edit() {
      await edit('member', 'add', 'zoe', '--name', 'Zoë', '--role', 'results-reader', '--until', '2031-05-31');
      const { stdout } = await mturk('keys', 'request', 'zoe');
      await edit('member', 'recipient', 'zoe', /recipient: (age1\w+)/.exec(stdout)?.[1] ?? '');
    },
    async proof() {
      expect(await on(TODAY, 'keys', 'sync', '--yes', '--out', 'keys')).toMatchObject({ code: 0 });
      expect(await openNewest()).not.toBeNull();
      expect(await on(TODAY, 'keys', 'test')).toMatchObject({
        ...{ code: 0, stdout: expect.stringMatching(/GetAccountBalance\W+denied[\s\S]*ListHITs\W+allowed/) },
      });
    },
  },
  'Create another access key later, and delete the old one': {
    async proof() {
      const old = storedKey();
      expect(await on(ROTATED, 'keys', 'sync', '--yes', '--out', 'keys')).toMatchObject({ code: 0 });
      const key = await openNewest();
      expect(key?.id).not.toBe(old?.id);
      expect(await on('2027-06-02', 'keys', 'test')).toMatchObject({ code: 0 });
      for (const day of ['2027-06-04', '2027-07-15']) {
        expect(await on(day, 'keys', 'sync', '--yes', '--out', 'keys')).toMatchObject({ code: 0 });
      }
      const { AccessKeyMetadata = [] } = await byHand((iam) => iam.send(new ListAccessKeysCommand(user('zoe'))));
      expect(AccessKeyMetadata.map(({ AccessKeyId }) => AccessKeyId)).toEqual([key?.id]);
    },
  },
  'Write a policy that allows some operations only': {
    async edit() {
      const retired = await mturk('role', 'add', 'bonus-payer', '--allow', 'GrantBonus', '--yes');
      expect(retired).toMatchObject({ code: 1, stderr: expect.stringContaining('`SendBonus`') });
      await edit('role', 'add', 'bonus-payer', '--allow', 'SendBonus');
      await edit('member', 'add', 'max', '--name', 'Max', '--role', 'bonus-payer');
    },
    async proof() {
      expect(await worksFor('max')).toEqual(['SendBonus']);
    },
  },
  'Allow everything but bonuses': {
    async proof() {
      expect(await worksFor('gus')).toEqual(OPERATIONS.filter((operation) => operation !== 'SendBonus'));
      const shown = await mturk('who-can', 'SendBonus', '--today', TODAY);
      expect(shown).toMatchObject({ code: 0, stdout: expect.not.stringContaining('李小龍') });
    },
  },
  'Let all read results, and few publish, approve or pay': {
    async proof() {
      const results = operationsOf('results:read');
      const [bo, fay] = [await worksFor('bo'), await worksFor('fay')];
      const has = (operation: Operation) => [bo, fay].map((all) => all.includes(operation));
      expect(results.flatMap(has)).not.toContain(false);
      expect(['CreateHIT', 'ApproveAssignment', 'SendBonus'].map((each) => has(each as Operation))).toEqual([
        ...[
          [true, false],
          [false, true],
          [false, true],
        ],
      ]);
      const shown = await mturk('explain', 'bo', '--today', TODAY);
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('publish HITs') });
    },
  },
  'Audit who has access': {
    async proof() {
      const PolicyArn = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
      await byHand((iam) => iam.send(new AttachUserPolicyCommand({ ...user('bo'), PolicyArn })));
      const shown = await on(TODAY, 'who-can', 'SendBonus', '--live');
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('Bo Chen') });
      expect(await findings('--quick')).toContain('policy-attached/user/bo/AmazonMechanicalTurkFullAccess/spends');
    },
  },
  'Limit what a stolen key can do': {
    async proof() {
      const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
      const [bo, fay] = await byHand(async (iam, emulator) => {
        await iam.send(new AttachUserPolicyCommand({ ...user('bo'), PolicyArn }));
        const keys = [await newKey(iam, 'bo'), await newKey(iam, 'fay')] as const;
        const asBo = iamOf(emulator, { accessKeyId: keys[0].id, secretAccessKey: keys[0].secret });
        await expect(asBo.send(new ListUsersCommand({}))).rejects.toThrow(/not authorized/);
        asBo.destroy();
        return keys;
      });
      await edit('freeze');
      await edit('member', 'suspend', 'bo');
      expect(await on(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
      const left = await byHand(async (_iam, { endpoint }) => [
        (await allowedWith(bo, endpoint, OPERATIONS)).size,
        [...(await allowedWith(fay, endpoint, ['ListHITs', 'SendBonus']))],
      ]);
      expect(left).toEqual([0, ['ListHITs']]);
    },
  },
};

beforeAll(async () => {
  for (const { edit: prepare } of Object.values(STEPS)) await prepare?.();
  expect(await on(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
});

test('the page has these steps', () => {
  expect(ROWS.map(({ step }) => step)).toEqual(Object.keys(STEPS));
});

test.each(Object.entries(STEPS))('%s', async (_step, { proof }) => proof());

test('every command of the page was run', () => {
  const missing = ROWS.flatMap(({ commands }) =>
    commands.filter((command) => !ran.some((each) => each.startsWith(command))),
  );
  expect(missing).toEqual([]);
  expect(ROWS.filter(({ commands }) => commands.length === 0)).toEqual([]);
});
