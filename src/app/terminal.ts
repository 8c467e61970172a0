import type { DisplayNames } from '../access/text/names.ts';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { ErrorJson } from '../text/problem.ts';

interface Question {
  readonly message: string;
  /** What the answer may look like. */
  readonly example: string;
  /** An answer to edit. */
  readonly initial?: string;
  /** Why an answer is not usable; null if it is. */
  readonly problem: (answer: string) => string | null;
}

interface Choice {
  readonly message: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** What is chosen at first. */
  readonly initial?: readonly string[];
  readonly many: boolean;
}

/** The terminal of a command: data goes to stdout, everything else to stderr. */
export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Whether progress may redraw a line. */
  readonly isTerminal: boolean;
  readonly color: boolean;
  /** Cells of a line of text: those of the terminal, up to 100. */
  readonly width: number;
  /** Whether a person can answer; false by default. */
  readonly canAsk?: boolean;
  /** Asks a yes-or-no question; false at once if no one can answer. */
  confirm(question: string): Promise<boolean>;
  /** Asks for a line; null if no one can answer, or if they cancel. */
  ask?(question: Question): Promise<string | null>;
  /** Asks for some of a list; null if no one can answer, or if they cancel. */
  choose?(choice: Choice): Promise<readonly string[] | null>;
  /** Called with every error that is printed. */
  onError?(error: ErrorJson): void;
  /** Whether standard output is a file, which is no log; false by default. */
  readonly isStdoutFile?: boolean;
  /** Whether people without access to the account can read it, as in the log of a workflow; false by default. */
  readonly isPublic?: boolean;
  /** Standard output for what must stay as it is: workflow commands that GitHub is to obey, keys of an emulator. */
  stdoutAsIs?(text: string): void;
}

/** Asks a question unless `yes` answers it. Fails if the answer is no, or if no one can answer. */
export async function confirmed(terminal: Terminal, question: string, yes = false): Promise<Result<null>> {
  if (yes || (await terminal.confirm(question))) return succeed(null);
  return fail('not-confirmed', { couldAsk: terminal.canAsk === true });
}

/** How people are named on a terminal. */
export function shownNames(naming: DisplayNames, { isPublic = false }: Pick<Terminal, 'isPublic'>): DisplayNames {
  return { ...naming, isPublic };
}
