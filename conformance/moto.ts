import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { PythonParts } from './python-parts.ts';

export interface MotoServer {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** The same account over TLS; null without a certificate. */
  readonly tlsEndpoint: string | null;
  stop(): Promise<void>;
}

/**
 * Starts moto on a free port, with AWS's managed policies loaded, and over TLS, too, with the pair of `makeCertificate` in
 * a directory. It ends with `stop`, and with this process whatever happens to it, because it watches its standard input.
 */
export async function startMoto(
  parts: PythonParts,
  sources: string,
  certificates: string | null = null,
): Promise<MotoServer> {
  const args = certificates === null ? [] : [certificates];
  const child = spawn(parts.python, [join(sources, 'moto_server.py'), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ports = await new Promise<readonly string[]>((resolve, reject) => {
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (lines.push(line) === (certificates === null ? 1 : 2)) resolve(lines);
    });
    child.once('close', (code) => reject(new Error(`moto did not start (exit code ${code}):\n${complaint}`)));
  });
  const [port, tlsPort] = ports;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    tlsEndpoint: tlsPort === undefined ? null : `https://127.0.0.1:${tlsPort}`,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Makes a certificate for 127.0.0.1 that signs itself, and its key, and gives both as PEM. */
export async function makeCertificate(
  parts: PythonParts,
  sources: string,
  directory: string,
): Promise<{ readonly certificate: string; readonly key: string }> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await promisify(execFile)(parts.python, [join(sources, 'certificate.py'), directory]);
  const read = (name: string) => readFile(join(directory, name), 'utf8');
  return { certificate: await read('certificate.pem'), key: await read('key.pem') };
}
