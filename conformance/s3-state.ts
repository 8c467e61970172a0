import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { startGitHub } from '../__tests__/support/github-server.ts';
import { buildBundles } from '../scripts/bundles.ts';
import { newIdentity } from '../src/keys/encryption.ts';
import type { WorkflowRole } from '../src/team/names.ts';
import { initialize } from '../src/terraform/run/commands.ts';
import type { Engine } from '../src/terraform/run/engine.ts';
import { runEngine } from '../src/terraform/run/process.ts';
import { prepareWorkspace } from '../src/terraform/run/workspace.ts';
import { synthesize } from '../src/terraform/synth/synth.ts';
import { type SentCall, startCountingProxy } from './counting-proxy.ts';
import { ACCOUNT, FIRST_TEAM, LAB, TODAY } from './lifecycle-team.ts';
import { makeCertificate, startMoto } from './moto.ts';
import { mirrorOwnProvider } from './own-provider.ts';
import type { PythonParts } from './python-parts.ts';
import type { Row } from './report.ts';
import { deniedCalls } from './role-calls.ts';
import { need } from './run-lifecycle.ts';

const REGION = 'eu-central-1';
const STATE = { bucket: `${LAB}-mturk-${ACCOUNT}`, key: 'mturk-team' };
const STATE_FILE = `${STATE.key}/team.tfstate`;

/** Of no identity that is kept: nothing opens what is encrypted to it. */
const { recipient: RECIPIENT } = await newIdentity();

function teamFile(members: readonly string[]): string {
  return [
    `{ version: 1, lab: ${LAB}, account: "${ACCOUNT}", owners: [ada],`,
    'roles: { results-reader: { allow: ["results:read"] }, paymaster: { allow: ["pay:bonus"] } },',
    `members: { ada: { name: Ada, github: ada, roles: [results-reader, paymaster], recipient: ${RECIPIENT} }, cy: { name: Cy, roles: [paymaster], suspended: true }`,
    ...members.map((key) => `, ${key}: { name: ${key}, roles: [results-reader], until: "2199-12-31" }`),
    `}, settings: { state: { bucket: ${STATE.bucket}, region: ${REGION} } } }\n`,
  ].join('\n');
}

interface Options {
  readonly parts: PythonParts;
  readonly sources: string;
  readonly engine: Engine;
  readonly engineTitle: string;
  readonly directory: string;
  readonly say: (line: string) => void;
}

/**
 * A lab's life on moto with the command as it is released: bootstrap makes the bucket, whose policy refuses what is not TLS,
 * and Terraform keeps its state and its lock there.
 */
export async function s3StateRow(options: Options): Promise<Row> {
  const { engineTitle } = options;
  const problems: string[] = [];
  const checks: string[] = [];
  try {
    await inLab(options, (lab) =>
      playLab(lab, (what, holds, detail) => {
        checks.push(what);
        if (holds) options.say(`  ${what}`);
        else problems.push(`${what}: ${detail}`);
      }),
    );
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return {
    ...{ account: 'moto 5.2.5, its S3 over TLS', provider: 'ours, installed from a mirror', engine: engineTitle },
    compared:
      '`bootstrap` twice, `apply`, `plan`, `keys sync`, two applies at once on the S3 backend, an earlier state restored, `bootstrap --destroy`; each call of plan, apply and keys is allowed to its role',
    result: problems.length === 0 ? 'holds, without and with waiting for the lock' : `${problems.length} unexpected`,
    onPurpose: [],
    problems,
    checks: checks.length,
  };
}

interface Ending {
  readonly code: number | null;
  readonly output: string;
}

/** The lab's two clones, and what is between them and AWS. */
interface Lab {
  readonly s3: S3Client;
  readonly plainS3: S3Client;
  /** Runs the command in a clone. */
  run(clone: Clone, ...args: readonly string[]): Promise<Ending>;
  /** Runs the command in a job of GitHub Actions, whose issues are a stand-in's. */
  runInJob(...args: readonly string[]): Promise<Ending>;
  /** How many comments it wrote. */
  comments(): number;
  write(clone: Clone, members: readonly string[]): Promise<void>;
  destroyTeam(): Promise<void>;
  /** The calls since the last time, and which of them a role may not make. */
  take(): { readonly calls: readonly SentCall[]; denied(role: WorkflowRole): readonly string[] };
  /** The next creation of a user waits for `goOn`. */
  hold(): { readonly reached: Promise<void>; readonly refused: Promise<void>; goOn(): void };
}

type Clone = 'first' | 'second';
type Check = (what: string, holds: boolean, detail: string) => void;

async function playLab(lab: Lab, check: Check): Promise<void> {
  const ended = (what: string, { code, output }: Ending, wanted: number, words: string) =>
    check(what, code === wanted && output.includes(words), `exit code ${code}, without "${words}":\n${output}`);
  const may = (what: string, denied: readonly string[]) => check(what, denied.length === 0, denied.join('; '));

  await lab.write('first', ['bo']);
  const facts = ['--repository=lab/access', '--repository-id=22', '--owner-id=11', '--subject=ids'];
  ended('bootstrap', await lab.run('first', 'bootstrap', '--yes', ...facts), 0, 'Everything is up to date: applied');
  ended('bootstrap again', await lab.run('first', 'bootstrap'), 0, 'Everything is up to date.');
  lab.take();
  ended('apply', await lab.run('first', 'apply', '--yes'), 0, 'Applied');
  may('the apply role may make the calls of apply', lab.take().denied('apply'));
  ended('a second plan is empty', await lab.run('first', 'plan', '--no-lock'), 0, 'no changes');
  may('the plan role may make the calls of plan', lab.take().denied('plan'));
  ended('a key is created and delivered', await lab.runInJob('keys', 'sync', '--issue', '--yes'), 0, 'created a key');
  ended('and no second', await lab.runInJob('keys', 'sync', '--issue', '--yes'), 0, 'No step is due.');
  check('by one comment', lab.comments() === 1, `${lab.comments()} comments`);
  may('the keys role may make the calls of keys sync', lab.take().denied('keys'));
  const plain = await statusOf(lab.plainS3.send(new GetObjectCommand({ Bucket: STATE.bucket, Key: STATE_FILE })));
  check('plain HTTP is refused', plain === 403, `status ${plain}`);

  await twoAtOnce(lab, { waits: false, members: ['bo', 'eve'] }, check);
  await twoAtOnce(lab, { waits: true, members: ['bo', 'eve', 'gus'] }, check);

  await restoreState(lab.s3);
  ended('an earlier version is restored', await lab.run('first', 'plan'), 0, 'no changes');

  const refused = await lab.run('first', 'bootstrap', '--destroy', '--yes');
  ended('a lab in use is not destroyed', refused, 1, 'lab-in-use');
  await lab.destroyTeam();
  const destroyed = await lab.run('first', 'bootstrap', '--destroy', '--yes');
  ended('bootstrap --destroy', destroyed, 0, 'Nothing of bootstrap is left');
  const bucket = await statusOf(lab.s3.send(new HeadBucketCommand({ Bucket: STATE.bucket })));
  check('the bucket is gone', bucket === 404, `status ${bucket}`);
}

/** The second apply begins when the first has the lock and is about to create a user. */
async function twoAtOnce(
  lab: Lab,
  { waits, members }: { readonly waits: boolean; readonly members: readonly string[] },
  check: Check,
): Promise<void> {
  for (const clone of ['first', 'second'] as const) await lab.write(clone, members);
  lab.take();
  const gate = lab.hold();
  const first = lab.run('first', 'apply', '--yes');
  await Promise.race([gate.reached, first]);
  // With a commit it is a workflow's apply, which waits.
  const commit = waits ? ['--commit', '0123456789012345678901234567890123456789'] : [];
  const running = lab.run('second', 'apply', '--yes', ...commit);
  await Promise.race([waits ? gate.refused : running, running]);
  gate.goOn();
  const [one, other] = await Promise.all([first, running]);
  // The first writes its record once it has released the lock: an apply that begins in between has to run again.
  const isOutrun = waits && other.code === 1 && other.output.includes('record-changed');
  const last = waits && !isOutrun ? other : await lab.run('second', 'apply', '--yes');
  const { calls, denied } = lab.take();
  const created = calls.filter(({ action }) => action === 'CreateUser').length;
  const { Contents = [] } = await lab.s3.send(new ListObjectsV2Command({ Bucket: STATE.bucket }));
  const locks = Contents.flatMap(({ Key = '' }) => (Key.endsWith('.tflock') ? [Key] : []));
  const problems = [
    ...(one.code === 0 ? [] : [`the first: ${one.output}`]),
    ...(waits || (other.code === 1 && other.output.includes('state-locked')) ? [] : [`the second: ${other.output}`]),
    ...(last.code === 0 && last.output.includes('No changes') ? [] : [`at last: ${last.output}`]),
    ...(created === 1 ? [] : [`${created} users were created`]),
    ...(locks.length === 0 ? [] : [`${locks.join()} is left`]),
    ...denied('apply'),
  ];
  const what = waits ? 'of two applies at once, one waits' : 'of two applies at once, one is refused';
  check(what, problems.length === 0, problems.join('; '));
}

/** Loses the state and restores it as docs/operations.md advises: its last version becomes the newest again. */
async function restoreState(s3: S3Client): Promise<void> {
  const place = { Bucket: STATE.bucket, Key: STATE_FILE };
  await s3.send(new DeleteObjectCommand(place));
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: STATE.bucket, Prefix: STATE_FILE }));
  const [last] = Versions.filter(({ Key }) => Key === STATE_FILE);
  const { Body } = await s3.send(new GetObjectCommand({ ...place, VersionId: last?.VersionId }));
  await s3.send(new PutObjectCommand({ ...place, Body: await Body?.transformToString('utf-8') }));
}

async function statusOf(asked: Promise<unknown>): Promise<number | null> {
  try {
    await asked;
    return 200;
  } catch (error) {
    return z.object({ $metadata: z.object({ httpStatusCode: z.number() }) }).parse(error).$metadata.httpStatusCode;
  }
}

interface Door {
  readonly opened: Promise<void>;
  open(): void;
}

function door(): Door {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Starts moto and our provider, builds the command, and ends whatever it started. */
async function inLab(options: Options, use: (lab: Lab) => Promise<void>): Promise<void> {
  const { parts, sources, directory } = options;
  const started: (() => unknown)[] = [];
  let gate: Readonly<Record<'reached' | 'refused' | 'going', Door>> | null = null;
  try {
    const certificates = join(directory, 'certificates');
    const tls = await makeCertificate(parts, sources, certificates);
    const moto = await startMoto(parts, sources, certificates);
    started.push(moto.stop);
    const iam = await startCountingProxy(moto.endpoint, {
      async onCall({ action }) {
        if (gate === null || action !== 'CreateUser') return;
        gate.reached.open();
        await gate.going.opened;
      },
    });
    started.push(iam.stop);
    const s3 = await startCountingProxy(moto.tlsEndpoint ?? '', {
      tls,
      onAnswer({ method, path, status }) {
        if (method === 'PUT' && path.includes('.tflock') && status !== 200) gate?.refused.open();
      },
    });
    started.push(s3.stop);
    // Not a key that AWS could have issued.
    const credentials = { accessKeyId: 'moto', secretAccessKey: 'moto' };
    const reach = { region: REGION, credentials, forcePathStyle: true, maxAttempts: 1 };
    const [overTls, plainS3] = [
      new S3Client({
        ...reach,
        endpoint: moto.tlsEndpoint ?? '',
        requestHandler: { httpsAgent: { ca: tls.certificate } },
      }),
      new S3Client({ ...reach, endpoint: moto.endpoint }),
    ];
    started.push(
      () => overTls.destroy(),
      () => plainS3.destroy(),
    );
    const provider = { endpoint: iam.endpoint, credentials, region: 'us-east-1' };
    const version = await providerVersion(directory);
    const own = await mirrorOwnProvider({ provider, version, directory, certificates, sources });
    started.push(own.stop);
    const certificate = join(certificates, 'certificate.pem');
    const engine = { ...options.engine, binary: await byPath(options.engine, directory) };
    const environment = {
      ...{ PATH: process.env.PATH ?? '', HOME: directory, NO_COLOR: '1', TERRAFORM_BINARY_NAME: engine.binary },
      ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
      ...{ AWS_ENDPOINT_URL: iam.endpoint, AWS_ENDPOINT_URL_S3: s3.endpoint },
      // By the first for Terraform, by the second for Node.
      ...{ AWS_CA_BUNDLE: certificate, NODE_EXTRA_CA_CERTS: certificate },
      ...{ MTURK_TEAM_PROVIDER_MIRROR: own.mirror, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    };
    const github = await startGitHub();
    started.push(() => github.close());
    const tool = join(directory, 'mturk-team.cjs');
    await writeFile(tool, await builtCommand());
    const place = (clone: Clone) => join(directory, clone);
    const run = (clone: Clone, ...args: readonly string[]) =>
      runNode([tool, ...args], { cwd: place(clone), env: environment });
    await use({
      ...{ s3: overTls, plainS3, run },
      runInJob: (...args) =>
        runNode([tool, ...args], { cwd: place('first'), env: { ...environment, ...github.environment() } }),
      comments: () => github.repository.comments.length,
      async write(clone, members) {
        await mkdir(place(clone), { recursive: true });
        await writeFile(join(place(clone), 'team.yaml'), teamFile(members));
        // The second clone has what the first committed.
        const lock = 'terraform.lock.hcl';
        if (clone === 'second') await copyFile(join(place('first'), lock), join(place(clone), lock));
      },
      async destroyTeam() {
        await run('first', 'synth');
        const text = await readFile(join(place('first'), 'cdktf.out', 'stacks', 'team', 'cdk.tf.json'), 'utf8');
        const workspace = await prepareWorkspace({
          ...{ engine, directory: join(directory, 'destroy'), configuration: text, account: 'real', env: environment },
          providerMirror: own.mirror,
        });
        need(await initialize(workspace));
        const args = ['destroy', '-auto-approve', '-no-color'];
        const ended = await runEngine(engine.binary, args, { ...workspace });
        if (ended.exitCode !== 0) throw new Error(`destroy: ${ended.stdout}${ended.stderr}`);
      },
      take() {
        const calls = [...iam.takeSequence(), ...s3.takeSequence()];
        return {
          calls,
          denied: (role) => [...new Set(deniedCalls(role, calls, { lab: LAB, account: ACCOUNT, state: STATE }))],
        };
      },
      hold() {
        const doors = { reached: door(), refused: door(), going: door() };
        gate = doors;
        return {
          reached: doors.reached.opened,
          refused: doors.refused.opened,
          goOn() {
            gate = null;
            doors.going.open();
          },
        };
      },
    });
  } finally {
    for (const stop of started.reverse()) await stop();
  }
}

/** The same engine, with the bucket in the path: 127.0.0.1 has no subdomains. All else of the backend is as shipped. */
async function byPath({ binary }: Engine, directory: string): Promise<string> {
  const file = join(directory, 'terraform');
  const option = '-backend-config=use_path_style=true';
  await writeFile(file, `#!/bin/sh\nTF_CLI_ARGS_init=${option} exec '${binary}' "$@"\n`, { mode: 0o755 });
  return file;
}

/** That the configuration pins. */
async function providerVersion(directory: string): Promise<string> {
  const { stacks } = await synthesize(FIRST_TEAM, { today: TODAY, outDir: join(directory, 'synth') });
  const pinned = z.object({
    terraform: z.object({ required_providers: z.object({ aws: z.object({ version: z.string() }) }) }),
  });
  const text = await readFile(join(stacks.team, 'cdk.tf.json'), 'utf8');
  return pinned.parse(JSON.parse(text)).terraform.required_providers.aws.version;
}

/** What the released command would be: the bundle in `dist/` may be of another version. */
export async function builtCommand(): Promise<Uint8Array> {
  const { main } = await buildBundles({ write: false });
  const [file] = main.outputFiles ?? [];
  if (file === undefined) throw new Error('the command was not built');
  return file.contents;
}

function runNode(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
