import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Terminal } from '../../src/app/terminal.ts';
import { runProgram } from '../../src/cli/program.ts';
import { undocumented } from './json-page.ts';

const PROGRAM = resolve('dist/mturk-team.cjs');

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Who answers questions, if anyone. */
  readonly person?: Person;
}

interface Person extends Required<Pick<Terminal, 'ask' | 'choose' | 'confirm'>> {
  /** The questions so far. */
  readonly asked: readonly string[];
}

/**
 * A person who gives these answers, in order; null cancels, and a list chooses. An answer that a question does not take is
 * an error.
 */
export function answering(lines: readonly (string | readonly string[] | boolean | null)[]): Person {
  const asked: string[] = [];
  const left = [...lines];
  const next = (message: string) => {
    asked.push(message);
    const answer = left.shift();
    if (answer === undefined) throw new Error(`no answer to: ${message}`);
    return answer;
  };
  return {
    asked,
    confirm: async (message) => next(message) === true,
    async choose({ message, options, many }) {
      const answer = next(message);
      if (answer === null) return null;
      const chosen = Array.isArray(answer) ? answer : [String(answer)];
      const unknown = chosen.filter((each) => !options.some(({ value }) => value === each));
      if (unknown.length > 0 || (!many && chosen.length !== 1)) throw new Error(`${message} ${unknown.join()}`);
      return chosen;
    },
    async ask({ message, problem }) {
      const answer = next(message);
      if (answer === null) return null;
      const wrong = problem(String(answer));
      if (wrong !== null) throw new Error(wrong);
      return String(answer);
    },
  };
}

/** The whole environment of a command: no credentials. */
function environmentOf({ cwd = tmpdir(), env = {} }: RunOptions): Record<string, string> {
  const { PATH = '', GOGC = '', TERRAFORM_BINARY_NAME } = process.env;
  return {
    PATH,
    GOGC,
    HOME: cwd,
    NO_COLOR: '1',
    ...(TERRAFORM_BINARY_NAME === undefined ? {} : { TERRAFORM_BINARY_NAME }),
    ...env,
  };
}

/**
 * Runs a command in this process, which is five times as fast as the built file in a process of its own: one at a time.
 * For tests of what a command prints and writes. Every JSON document has the keys of docs/reference/json.md.
 */
export async function runHere(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const [env, cwd] = [process.env, process.cwd()];
  const out: string[] = [];
  const err: string[] = [];
  try {
    process.env = { ...environmentOf(options), AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
    process.chdir(options.cwd ?? cwd);
    process.exitCode = 0;
    await runProgram(args, {
      stdout: (text) => out.push(text),
      stderr: (text) => err.push(text),
      ...{ isTerminal: false, color: false, width: 100, confirm: async () => false },
      ...(options.person === undefined ? {} : { ...options.person, canAsk: true }),
    });
    if (args.includes('--json')) expect(undocumentedIn(args, out.join(''))).toEqual([]);
    return { code: process.exitCode, stdout: out.join(''), stderr: err.join('') };
  } finally {
    process.env = env;
    process.chdir(cwd);
    process.exitCode = 0;
  }
}

function undocumentedIn([command = '', sub = '']: readonly string[], stdout: string): readonly string[] {
  if (command === 'schema' || !stdout.startsWith('{')) return [];
  const isGroup = ['emulator', 'keys'].includes(command) && /^[a-z]+$/.test(sub);
  return undocumented(isGroup ? `${command} ${sub}` : command, JSON.parse(stdout));
}

/** Runs the built command as a process of its own, without a terminal and without credentials. */
export function run(
  args: readonly string[],
  options: RunOptions & { readonly input?: string } = {},
): Promise<CommandResult> {
  const env = environmentOf(options);
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
  const write = (name: string, content: string | Buffer) => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { directory, write, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
