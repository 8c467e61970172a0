import { readStateObject, writeStateObject } from '../src/aws/state-object.ts';
import type { Engine } from '../src/terraform/run/engine.ts';
import { isObject } from './canonical.ts';
import { applyConcurrently, concurrencyProblems } from './concurrent-applies.ts';
import { startMoto } from './moto.ts';
import type { PythonParts } from './python-parts.ts';
import type { Row } from './report.ts';
import { type RunningAccount, startOurs, withRig } from './rigs.ts';

const BUCKET = 'perception-lab-terraform';
const REGION = 'eu-central-1';

/**
 * Two applies at once whose state lies in moto's S3, with the native lock file: one is refused at the lock, or waits for
 * it, and neither loses anything. The account is ours, slowed down so that the two surely meet.
 */
export async function s3StateRow(options: {
  readonly parts: PythonParts;
  readonly sources: string;
  readonly engine: Engine;
  readonly engineTitle: string;
  readonly directoryOf: (name: string) => string;
  readonly say: (line: string) => void;
}): Promise<Row> {
  const { parts, sources, engine, engineTitle, directoryOf, say } = options;
  const problems: string[] = [];
  for (const lockTimeout of [null, 120]) {
    const moto = await startMoto(parts, sources);
    try {
      await createBucket(moto.endpoint);
      const outcome = await withRig(
        {
          account: ourAccount,
          provider: { kind: 'ours' },
          engine,
          directory: directoryOf(lockTimeout === null ? 'refused' : 'waiting'),
        },
        (rig) =>
          applyConcurrently(
            {
              ...rig,
              extra: { ...rig.extra, AWS_ENDPOINT_URL_S3: moto.endpoint },
              configure: (configuration) => withS3State(rig.configure(configuration), moto.endpoint),
            },
            lockTimeout,
          ),
      );
      say(`  ${lockTimeout === null ? 'without' : 'with'} waiting for the lock: ${outcome.endings.join(', ')}`);
      problems.push(...concurrencyProblems(outcome), ...(await objectProblems(moto.endpoint)));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    } finally {
      await moto.stop();
    }
  }
  return {
    account: 'ours, its state in the S3 of moto 5.2.5',
    provider: 'ours',
    engine: engineTitle,
    compared: 'two applies at once on the S3 backend with its lock file: one waits or is refused, nothing is lost',
    result: problems.length === 0 ? 'holds, without and with `-lock-timeout`' : `${problems.length} unexpected`,
    onPurpose: [],
    problems,
    checks: 2,
  };
}

async function ourAccount(): Promise<RunningAccount> {
  return { ...(await startOurs({ delayMs: 40 })), stateOf: () => null };
}

/**
 * The backend that a team with `settings.state` gets, and how to reach a bucket that is not at AWS: in the path, since
 * 127.0.0.1 has no subdomains, and without asking an STS who calls.
 */
export function withS3State(configuration: string, endpoint: string): string {
  const parsed: unknown = JSON.parse(configuration);
  if (!isObject(parsed) || !isObject(parsed.terraform)) throw new Error('the configuration has no terraform block');
  const stack = Object.keys(isObject(parsed.resource) ? parsed.resource : {}).includes('aws_iam_group')
    ? 'team'
    : 'bootstrap';
  const backend = {
    s3: {
      bucket: BUCKET,
      region: REGION,
      key: `mturk-team/${stack}.tfstate`,
      encrypt: true,
      use_lockfile: true,
      endpoints: { s3: endpoint },
      use_path_style: true,
      skip_credentials_validation: true,
      skip_requesting_account_id: true,
      skip_metadata_api_check: true,
    },
  };
  return JSON.stringify({ ...parsed, terraform: { ...parsed.terraform, backend } }, null, 2);
}

async function createBucket(endpoint: string): Promise<void> {
  const answer = await fetch(`${endpoint}/${BUCKET}`, {
    method: 'PUT',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=moto/20261125/${REGION}/s3/aws4_request, SignedHeaders=host, Signature=moto`,
    },
    body: `<CreateBucketConfiguration><LocationConstraint>${REGION}</LocationConstraint></CreateBucketConfiguration>`,
  });
  if (!answer.ok) throw new Error(`moto made no bucket: ${answer.status} ${await answer.text()}`);
}

/** The record of the last applied commit lies beside the state: written and read by our own two calls of S3. */
async function objectProblems(endpoint: string): Promise<readonly string[]> {
  const object = { bucket: BUCKET, region: REGION, key: 'mturk-team/apply-record.json' };
  const credentials = { AWS_ACCESS_KEY_ID: 'moto', AWS_SECRET_ACCESS_KEY: 'moto', AWS_ENDPOINT_URL_S3: endpoint };
  Object.assign(process.env, credentials);
  try {
    const before = await readStateObject(object);
    await writeStateObject(object, '{"commit":"ü"}\n');
    const after = await readStateObject(object);
    return [
      ...(before === null ? [] : [`a record was there before it was written: ${before}`]),
      ...(after === '{"commit":"ü"}\n' ? [] : [`the record reads ${String(after)}`]),
    ];
  } finally {
    for (const name of Object.keys(credentials)) delete process.env[name];
  }
}
