import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as s3Module from '@aws-sdk/client-s3';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  type GetObjectCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { awsEnvironment, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import { openAccount } from '../emulator/clients.ts';
import { enginesAtHand, runEngine } from '../support/raw-engine.ts';

const Bucket = 'perception-lab-terraform';
const KEY = 'mturk-team/team.tfstate';

/** Without a provider: a plan has one change, of an output. */
const CONFIGURATION = {
  terraform: { backend: { s3: { bucket: Bucket, key: KEY, region: 'us-east-1', encrypt: true, use_lockfile: true } } },
  output: { made: { value: 'yes' } },
};

/** The lock file of the S3 backend came with 1.10. */
const [, binary = ''] = (await enginesAtHand()).find(([name]) => /v1\.[1-9]\d/.test(name)) ?? [];

const testWithEngine = binary === '' ? test.skip : test;

interface InBucket {
  readonly s3: S3Client;
  readonly directory: string;
  /** Runs the engine in the directory, in which `init` has been run. */
  run(...args: readonly string[]): ReturnType<typeof runEngine>;
}

/** An account with a bucket that keeps versions, and a configuration whose state is in it. */
async function inBucket(work: (place: InBucket) => Promise<void>, options: Partial<EmulatorOptions> = {}) {
  const emulator = await openAccount(options);
  const { endpoint, rootCredentials: credentials } = emulator;
  const s3 = new S3Client({ endpoint, credentials, region: 'us-east-1' });
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-s3-'));
  const run: InBucket['run'] = (...args) =>
    runEngine(binary, args, { directory, environment: awsEnvironment(endpoint, credentials) });
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await writeFile(join(directory, 'main.tf.json'), JSON.stringify(CONFIGURATION));
    expect(await run('init', '-no-color')).toMatchObject({ code: 0 });
    await work({ s3, directory, run });
  } finally {
    s3.destroy();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
}

testWithEngine('of two applies at once, the second is refused at the lock in S3', async () => {
  const [writing, goOn] = [gate(), gate()];
  let isFirst = true;
  const onCall: EmulatorOptions['onCall'] = async ({ action, params, phase }) => {
    const isState = action === 'PutObject' && phase === 'before' && Reflect.get(Object(params), 'Key') === KEY;
    if (isState && isFirst) {
      isFirst = false;
      writing.open();
      await goOn.opened;
    }
    return 'continue';
  };
  await inBucket(
    async ({ run }) => {
      const apply = () => run('apply', '-auto-approve', '-no-color');
      try {
        const first = apply();
        await Promise.race([writing.opened, first]);
        const second = await apply();
        expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('Error acquiring the state lock') });
        goOn.open();
        expect(await first).toMatchObject({ code: 0 });
        expect(await apply()).toMatchObject({ code: 0, stdout: expect.stringContaining('No changes') });
      } finally {
        goOn.open();
      }
    },
    { onCall },
  );
});

testWithEngine('the lock that a dead run left is removed by the command that its error names', async () => {
  await inBucket(async ({ s3, run }) => {
    const ID = '4a5b6c7d-0000-1111-2222-333344445555';
    const Body = JSON.stringify({ ID, Operation: 'OperationTypeApply', Who: 'runner@dead', Path: `${Bucket}/${KEY}` });
    await s3.send(new PutObjectCommand({ Bucket, Key: `${KEY}.tflock`, Body }));
    expect(await run('apply', '-auto-approve')).toMatchObject({ code: 1, stderr: expect.stringContaining(ID) });
    expect(await run('force-unlock', '-force', ID)).toMatchObject({ code: 0 });
    expect(await run('apply', '-auto-approve')).toMatchObject({ code: 0 });
  });
});

/** The commands of AWS in the page's section, in order, without `aws s3api`. */
const RESTORE = [
  .../^## The state is lost\n([\s\S]*?)^## /m
    .exec(readFileSync('docs/operations.md', 'utf8'))![1]!
    .matchAll(/`aws s3api ([^`]+)`/g),
].map(([, command = '']) => command);

/** Does with the SDK what the AWS CLI does: options are parameters, and `--body` and the last word are files. */
async function runAsCli(client: S3Client, command: string, directory: string): Promise<object> {
  const [name = '', ...words] = command.split(' ');
  const pascal = (text: string) => text.replace(/(?:^|-)(\w)/g, (_all, letter: string) => letter.toUpperCase());
  const input: Record<string, unknown> = {};
  let file: string | null = null;
  for (let index = 0; index < words.length; index += 1) {
    const [word = '', value = ''] = words.slice(index);
    if (!word.startsWith('--')) file = join(directory, word);
    else {
      input[pascal(word.slice(2))] = word === '--body' ? await readFile(join(directory, value)) : value;
      index += 1;
    }
  }
  const Command = Reflect.get(s3Module, `${pascal(name)}Command`) as new (input: object) => GetObjectCommand;
  const answer = await client.send(new Command(input as never));
  if (file !== null) await writeFile(file, (await answer.Body?.transformToByteArray()) ?? '');
  return answer;
}

testWithEngine.each<[string, (client: S3Client) => Promise<unknown>]>([
  ['deleted', (client) => client.send(new DeleteObjectCommand({ Bucket, Key: KEY }))],
  ['damaged', (client) => client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: '{"version": 4, "resour' }))],
])('a state that is %s is restored by the commands of the page, and nothing is left to plan', async (_how, breaks) => {
  await inBucket(async ({ s3, directory, run }) => {
    const plan = async () => (await run('plan', '-detailed-exitcode')).code;
    await run('apply', '-auto-approve');
    expect(await plan()).toBe(0);
    await breaks(s3);
    expect(await plan()).not.toBe(0);
    let VERSION = '';
    for (const command of RESTORE) {
      const [key = ''] = KEY.split('/');
      const filled = command.replace('BUCKET', Bucket).replace('KEY', key).replace('VERSION', VERSION);
      const { Versions = [] } = (await runAsCli(s3, filled, directory)) as ListObjectVersionsCommandOutput;
      VERSION ||= Versions.filter(({ Size = 0 }) => Size > 100)[0]?.VersionId ?? '';
    }
    expect(RESTORE.map((command) => command.split(' ')[0])).toEqual([
      'list-object-versions',
      'get-object',
      'put-object',
    ]);
    expect(await plan()).toBe(0);
  });
});

function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}
