import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Milliseconds for one call; a lab's history is small. */
const TIME = 120_000;
const LARGEST_OUTPUT = 256 * 1024 * 1024;

/** A folder of a commit can be laid out as a bare repository, whose settings run programs: Git takes none that it only finds. */
const NO_FOUND_BARE = ['-c', 'safe.bareRepository=explicit'];

/**
 * Windows runs a program of the working directory rather than one of PATH, and Node 20 knows no setting against it
 * (https://github.com/nodejs/node/issues/46264). A checkout is written by all who write the repository; Node's directory is not.
 */
const CWD = dirname(process.execPath);

type GitAnswer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };
export type Git = (...args: readonly string[]) => Promise<GitAnswer>;

/** Git with no settings but these, which are given as variables: neither the user's nor the machine's. */
export function isolatedGit(directory: string, settings: Readonly<Record<string, string>>): Git {
  const pairs = Object.entries(settings).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  const env = {
    ...process.env,
    ...{ GIT_DIR: directory, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    ...{ GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', GIT_CONFIG_COUNT: String(Object.keys(settings).length) },
    ...Object.fromEntries(pairs),
  };
  return (...args) => runGit(args, env);
}

/** What Git prints in the clone of a directory; null if it fails, as without a clone or without Git. */
export async function gitIn(directory: string, ...args: readonly string[]): Promise<string | null> {
  const answered = await runGit(['-C', resolve(directory), ...args], process.env);
  return answered.ok ? answered.text.trim() : null;
}

/** Whether a directory is in a clone, without asking Git, which may fail to answer in it. */
export function isInClone(directory: string): boolean {
  const above = dirname(resolve(directory));
  return existsSync(join(directory, '.git')) || (above !== resolve(directory) && isInClone(above));
}

/** Git in the clone of a directory, which reads commits as they were made: no replacement of an object, and no graft. */
export function historyGit(directory: string): Git {
  const env = { ...process.env, GIT_GRAFT_FILE: '/dev/null', LC_ALL: 'C' };
  return (...args) => runGit(['--no-replace-objects', '--literal-pathspecs', '-C', resolve(directory), ...args], env);
}

/** All by which a checkout writes more than other line ends: https://git-scm.com/docs/gitattributes#_effects */
const CONVERSIONS = ['working-tree-encoding', 'ident', 'filter'];

/**
 * Which of the files of a directory a checkout writes in another way than they were committed, by the attributes of the work tree
 * or of the index, which a checkout takes; none outside a clone or without Git. Null if Git does not say so.
 */
export async function convertedIn(directory: string, files: readonly string[]): Promise<readonly string[] | null> {
  // Git works out attributes of any path, also of one that no checkout writes: that can be made too much for it.
  const present = files.filter((file) => existsSync(join(directory, file)));
  if (present.length === 0 || !isInClone(directory)) return [];
  const asked = ['check-attr', '-z', ...CONVERSIONS];
  const answers = await Promise.all(
    [asked, [...asked, '--cached']].map((args) => gitIn(directory, ...args, '--', ...present)),
  );
  // FILE NUL ATTRIBUTE NUL VALUE NUL
  const converts = (answer: string, file: string) =>
    answer
      .split('\0')
      .some((part, at, parts) => at % 3 === 2 && parts[at - 2] === file && !['unspecified', 'unset'].includes(part));
  const given = answers.flatMap((answer) => answer ?? []);
  // `--version` alone asks for no clone.
  if (given.length < answers.length) return (await gitIn(directory, '--version')) === null ? [] : null;
  return present.filter((file) => given.some((answer) => converts(answer, file)));
}

/** The contents of blobs by id; those that are missing are left out. Null if Git fails. */
export function blobsIn(directory: string, ids: readonly string[]): Promise<ReadonlyMap<string, Buffer> | null> {
  const args = [...NO_FOUND_BARE, '--no-replace-objects', '-C', resolve(directory), 'cat-file', '--batch'];
  return new Promise((resolve) => {
    const options = { cwd: CWD, encoding: 'buffer', timeout: TIME, maxBuffer: LARGEST_OUTPUT } as const;
    const child = execFile('git', args, options, (error, bytes) => resolve(error === null ? batchIn(bytes) : null));
    // A Git that ended early is reported by its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(`${ids.join('\n')}\n`);
  });
}

/** `ID blob BYTES`, a line break, the bytes and a line break; `ID missing` for one that is not there. */
function batchIn(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const begin = bytes.indexOf(10, at) + 1;
    const [id = '', type, size] = bytes.toString('latin1', at, begin - 1).split(' ');
    at = begin;
    if (type !== 'blob') continue;
    blobs.set(id, bytes.subarray(begin, begin + Number(size)));
    at += Number(size) + 1;
  }
  return blobs;
}

function runGit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<GitAnswer> {
  return new Promise((resolve) => {
    execFile(
      'git',
      [...NO_FOUND_BARE, ...args],
      { cwd: CWD, env, timeout: TIME, maxBuffer: LARGEST_OUTPUT },
      (error, text, errors) => {
        const words = errors.trim().split('\n').at(-1) ?? '';
        resolve(error === null ? { ok: true, text } : { ok: false, reason: words === '' ? error.message : words });
      },
    );
  });
}
