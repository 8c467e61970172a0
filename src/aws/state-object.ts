import { createHash, createHmac } from 'node:crypto';
import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';

/** One small object in the bucket of a lab's state. */
export interface StateObject {
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
}

/** Why an object could not be read or written. */
class StateObjectError extends Error {
  override readonly name = 'StateObjectError';
  readonly status: number;

  constructor(method: string, { bucket, key }: StateObject, status: number) {
    super(`${method} s3://${bucket}/${key}: S3 answered ${status}`);
    this.status = status;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The object's text, null where there is none. Throws `StateObjectError`, and whatever the network throws. */
export async function readStateObject(object: StateObject, env: Environment): Promise<string | null> {
  const answer = await send('GET', object, '', env);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new StateObjectError('GET', object, answer.status);
  return answer.text();
}

/** Replaces the object, encrypted by the bucket's own key. Throws as reading does. */
export async function writeStateObject(object: StateObject, text: string, env: Environment): Promise<void> {
  const answer = await send('PUT', object, text, env);
  if (!answer.ok) throw new StateObjectError('PUT', object, answer.status);
  await answer.arrayBuffer();
}

/** Two calls are all that is needed of S3, which is no reason to carry its client. */
async function send(method: 'GET' | 'PUT', object: StateObject, body: string, env: Environment): Promise<Response> {
  const url = addressOf(object, env);
  const sts = new STSClient({ region: object.region });
  const signer = new SignatureV4({
    service: 's3',
    region: object.region,
    credentials: () => sts.config.credentials(),
    sha256: Sha256,
    uriEscapePath: false,
  });
  const headers = {
    host: url.host,
    'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
    ...(method === 'PUT' ? { 'content-type': 'application/json', 'x-amz-server-side-encryption': 'AES256' } : {}),
  };
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
  });
  sts.destroy();
  return fetch(url, {
    method,
    headers: signed.headers,
    signal: AbortSignal.timeout(30_000),
    ...(method === 'PUT' ? { body } : {}),
  });
}

/** Another endpoint is spoken to with the bucket in the path, since its host name knows of no buckets. */
function addressOf({ bucket, region, key }: StateObject, env: Environment): URL {
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
  const path = key.split('/').map(encodeURIComponent).join('/');
  if (endpoint) return new URL(`${endpoint.replace(/\/$/, '')}/${bucket}/${path}`);
  // A name with dots does not fit the certificate of its own host name.
  if (bucket.includes('.')) return new URL(`https://s3.${region}.amazonaws.com/${bucket}/${path}`);
  return new URL(`https://${bucket}.s3.${region}.amazonaws.com/${path}`);
}

class Sha256 {
  readonly #secret: string | ArrayBuffer | ArrayBufferView | null;
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret ?? null;
    this.#hash = this.#start();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  #start(): ReturnType<typeof createHash> | ReturnType<typeof createHmac> {
    return this.#secret === null ? createHash('sha256') : createHmac('sha256', bytesOf(this.#secret));
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
