import { randomUUID } from 'node:crypto';
import type { Terminal } from '../app/terminal.ts';
import { redact, withoutAddresses, withoutCommands } from '../text/escape.ts';
import { type Problem, printProblem, problemJson } from '../text/problem.ts';

// What every start of the program loads: neither the rules of team.yaml nor the texts of failures.

/**
 * The terminal that commands get: nothing printed is a workflow command, and in a workflow ids and addresses are
 * shortened, because GitHub masks secrets only.
 */
export function safeTerminal(terminal: Terminal, { GITHUB_ACTIONS }: NodeJS.ProcessEnv): Terminal {
  const isPublic = GITHUB_ACTIONS === 'true';
  const safe = (text: string) => withoutCommands(isPublic ? withoutAddresses(redact(text, false)) : text);
  return {
    ...terminal,
    isPublic,
    stdout: terminal.isStdoutFile === true ? terminal.stdout : (text) => terminal.stdout(safe(text)),
    stderr: (text) => terminal.stderr(safe(text)),
    stdoutAsIs: terminal.stdout,
  };
}

/** The process's own streams. NO_COLOR and FORCE_COLOR are honoured as https://no-color.org and Node describe them. */
export function processTerminal(env: NodeJS.ProcessEnv): Terminal {
  const isTerminal = process.stderr.isTTY === true;
  const canAsk = process.stdin.isTTY === true && isTerminal;
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    isTerminal,
    canAsk,
    width: Math.min(100, Math.max(40, process.stdout.columns || 100)),
    color:
      (env.NO_COLOR === undefined || env.NO_COLOR === '') &&
      (forced || (process.stdout.isTTY === true && process.stdout.hasColors(env))),
    async confirm(message) {
      if (!canAsk) return false;
      const { confirm } = await import('@clack/prompts');
      // Canceled, it gives a symbol: that is a no, too.
      return (await confirm({ message, initialValue: false, output: process.stderr })) === true;
    },
    async ask({ message, example, initial, problem }) {
      if (!canAsk) return null;
      const { text } = await import('@clack/prompts');
      const answer = await text({
        // A placeholder looks like an answer, which Enter would not give.
        message: example === '' ? message : `${message} (for example ${example})`,
        ...(initial === undefined ? {} : { initialValue: initial }),
        validate: (given = '') => problem(given.trim()) ?? undefined,
        output: process.stderr,
      });
      return typeof answer === 'string' ? answer.trim() : null;
    },
    async choose({ message, options, initial = [], many }) {
      if (!canAsk) return null;
      const { multiselect, select } = await import('@clack/prompts');
      const asked = { message, options: [...options], output: process.stderr };
      if (many) {
        const answers = await multiselect({ ...asked, initialValues: [...initial], required: false });
        return Array.isArray(answers) ? answers : null;
      }
      const [first] = initial;
      const answer = await select({ ...asked, ...(first === undefined ? {} : { initialValue: first }) });
      return typeof answer === 'string' ? [answer] : null;
    },
  };
}

/**
 * Makes a workflow's runner print what follows and obey none of it: names in team.yaml and in AWS are the text of others.
 * First on both streams, because a runner reads them apart, and never taken back: it forgets the token after the step.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
 */
export function stopWorkflowCommands(
  args: readonly string[],
  { stdout, stderr, isStdoutFile = false }: Pick<Terminal, 'stdout' | 'stderr' | 'isStdoutFile'>,
): void {
  // `check --format github` prints commands.
  if (/(^| )--format[ =]github( |$)/.test(args.join(' '))) return;
  const line = `::stop-commands::${randomUUID()}\n`;
  // Documents stay whole: a file is no log, and JSON has no line that is a command.
  if (!isStdoutFile && !args.includes('--json')) stdout(line);
  stderr(line);
}

/** A locale that is set and is not UTF-8 gets ASCII marks. */
export function isAscii({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale !== '' && !/utf-?8/i.test(locale);
}

/** Prints an error that is no failure. */
export function reportProblem(
  problem: Problem,
  { code, args = {} }: { readonly code: string; readonly args?: object },
  { color, width, stderr, onError }: Terminal,
): void {
  onError?.(problemJson(problem, code, args));
  stderr(`${printProblem(problem, { code, color, width }).join('\n')}\n`);
}
