import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** What a question contains, and what a person types then. */
export type Answer = readonly [question: string, keys: string];

/** Runs a command of the shell on a terminal of its own (`script` of util-linux), and answers what it asks. */
export function atTerminal(
  command: string,
  { cwd, env, answers = [] }: { cwd: string; env: Readonly<Record<string, string>>; answers?: readonly Answer[] },
): Promise<{ readonly code: number | null; readonly seen: string }> {
  const args = ['--quiet', '--return', '--flush', '--command', `stty cols 200 rows 50; ${command}`, '/dev/null'];
  const child = spawn('script', args, { cwd, env: { ...env, SHELL: '/bin/sh' }, stdio: 'pipe', timeout: 90_000 });
  const left = [...answers];
  let [seen, answered] = ['', 0];
  return new Promise((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      const [[question, keys] = []] = left;
      const unread = stripVTControlCharacters(seen.slice(answered));
      if (question === undefined || !unread.includes(question)) return;
      left.shift();
      answered = seen.length;
      child.stdin.write(keys);
    });
    child.on('error', fail);
    child.on('close', (code) => {
      const shown = stripVTControlCharacters(seen).replaceAll('\r', '');
      if (left.length === 0) done({ code, seen: shown });
      else fail(new Error(`not asked: ${left.map(([question]) => question).join('; ')}\n${shown}`));
    });
  });
}
