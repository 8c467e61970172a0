import { createInterface } from 'node:readline/promises';
import type { Failure } from '../diagnostics/failure.ts';

/** Where a command writes: data on stdout, everything else on stderr. */
export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** The terminal of a command. */
export interface Terminal extends Io {
  /** Whether progress may redraw a line. */
  readonly isTerminal: boolean;
  readonly color: boolean;
  /** Cells of a line of text: those of the terminal, up to 100. */
  readonly width: number;
  /** Whether a person can answer; false by default. */
  readonly canAsk?: boolean;
  /** Asks a yes-or-no question; false at once if no one can answer. */
  confirm(question: string): Promise<boolean>;
  /** Called with every failure that is printed. */
  onFailure?(failure: Failure): void;
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
    color: (env.NO_COLOR === undefined || env.NO_COLOR === '') && (forced || process.stdout.isTTY === true),
    async confirm(question) {
      if (!canAsk) return false;
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        // Ctrl-C and Ctrl-D reject it: they are a no, too.
        const answer = await prompt.question(`${question} [y/N] `).catch(() => '\n');
        if (answer === '\n') process.stderr.write(answer);
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        prompt.close();
      }
    },
  };
}
