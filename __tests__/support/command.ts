import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROGRAM = resolve('dist/mturk-team.cjs');

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a process of its own, without a terminal and without credentials. */
export function run(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string>; readonly input?: string } = {},
): Promise<CommandResult> {
  const { PATH = '', TERRAFORM_BINARY_NAME } = process.env;
  const env = {
    PATH,
    HOME: options.cwd ?? tmpdir(),
    NO_COLOR: '1',
    ...(TERRAFORM_BINARY_NAME === undefined ? {} : { TERRAFORM_BINARY_NAME }),
    ...options.env,
  };
  return new Promise((done, fail) => {
    // What hangs fails its test, and leaves nothing running.
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: options.cwd,
      env,
      stdio: 'pipe',
      timeout: 60_000,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', fail);
    child.on('close', (code) =>
      done({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') }),
    );
    child.stdin.end(options.input ?? '');
  });
}

/** An empty directory with the given files in it, removed by `remove`. */
export function scratch(files: Readonly<Record<string, string | Buffer>> = {}): {
  readonly directory: string;
  write(name: string, content: string | Buffer): void;
  remove(): void;
} {
  const directory = mkdtempSync(join(tmpdir(), 'mturk-team-test-'));
  const write = (name: string, content: string | Buffer) => writeFileSync(join(directory, name), content);
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { directory, write, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
