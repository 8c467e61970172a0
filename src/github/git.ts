import { execFile } from 'node:child_process';

/** Milliseconds for one call; a lab's history is small. */
const TIME = 120_000;
const LARGEST_OUTPUT = 16 * 1024 * 1024;

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
  const answered = await runGit(['-C', directory, ...args], process.env);
  return answered.ok ? answered.text.trim() : null;
}

function runGit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<GitAnswer> {
  return new Promise((resolve) => {
    execFile('git', args, { env, timeout: TIME, maxBuffer: LARGEST_OUTPUT }, (error, text, errors) => {
      const words = errors.trim().split('\n').at(-1) ?? '';
      resolve(error === null ? { ok: true, text } : { ok: false, reason: words === '' ? error.message : words });
    });
  });
}
