import type { Progress } from '../diagnostics/failure.ts';
import { wrapVisible } from './columns.ts';
import { type Block, codeBlock, paragraph } from './document.ts';
import { visible } from './escape.ts';
import { codeText, counted, joinTexts, paint, someTexts, strongText, type Text, t, tickedText } from './text.ts';

/** What went wrong, in the one form that every error has. */
export interface Problem {
  /** Lower case, no period, under 80 characters. */
  readonly summary: Text;
  readonly reason: Text | null;
  /** What state things are in; null if nothing could have been changed. */
  readonly state: Text | null;
  /** The next step; null if there is none. */
  readonly help: Text | null;
  /** Lines to paste, below `help`. They are never wrapped. */
  readonly paste?: readonly string[];
}

/** What state things are in if nothing was written anywhere. */
export const UNCHANGED = t`nothing was changed`;
/** Who knows more, if only the words of another program say what is wrong. */
export const ASK = t`ask your mturk-team administrator`;

export const SHOWN = 10;

export function peopleText(people: readonly { readonly user: string; readonly operations: readonly string[] }[]): Text {
  return someTexts(
    people.map(({ user, operations }) => t`${codeText(user)}: ${someTexts(operations.map(codeText), 3)}`),
    SHOWN,
  );
}

/** Where a problem is read: beside the command that failed, or in what a workflow wrote about it. */
export type Reader = 'terminal' | 'workflow';

/** How to try again; an apply that began is finished by another. */
export type Again = (progress?: Progress | null) => Text;

/** Problems by code. What is left out follows from the arguments, as `failureProblem` says. */
export type ProblemTable<Args> = {
  readonly [Code in keyof Args]: (args: Args[Code], again: Again) => Pick<Problem, 'summary'> & Partial<Problem>;
};

export interface ProblemPlace {
  readonly severity?: 'error' | 'warning';
  readonly code?: string;
  /** `team.yaml:18:13` */
  readonly at?: string;
  /** Lines of the file with carets, already printable. */
  readonly excerpt?: readonly string[];
  readonly color?: boolean;
  readonly width?: number;
}

export const SEVERITY_COLORS = { error: 'red', warning: 'yellow' } as const;

/** `error[code]: summary`, the place, then `reason:`, `state:` and `help:`, as lines of a terminal. */
export function printProblem(problem: Problem, place: ProblemPlace = {}): readonly string[] {
  const { severity = 'error', code, at, excerpt = [], color = false, width = 100 } = place;
  const hanging = (first: string, text: string, cells: number) =>
    wrapVisible(text, cells).map((line, index) => `${index === 0 ? first : '    '}${line}`);
  const labeled = (label: string, text: Text | null) =>
    text === null ? [] : hanging('  ', `${label}: ${tickedText(text)}`, width - 4);
  const name = paint(`${severity}${code === undefined ? '' : `[${code}]`}:`, SEVERITY_COLORS[severity], color);
  return [
    ...hanging('', `${name} ${tickedText(problem.summary)}`, width),
    ...(at === undefined ? [] : [`  --> ${visible(at)}`]),
    ...excerpt,
    ...labeled('reason', problem.reason),
    ...labeled('state', problem.state),
    ...labeled('help', problem.help),
    ...(problem.paste ?? []).map((line) => (line === '' ? '' : `    ${visible(line)}`)),
  ];
}

export type ErrorJson = ReturnType<typeof problemJson>;

/** An error as `--json` prints it. */
export function problemJson({ summary, reason, state, help, paste = [] }: Problem, code: string, args: object) {
  const plain = (text: Text | null) => (text === null ? null : tickedText(text));
  const texts = { summary: tickedText(summary), reason: plain(reason), state: plain(state), help: plain(help) };
  return { code, ...texts, paste, args };
}

/** The same for GitHub. */
export function problemBlocks({ summary, reason, state, help, paste = [] }: Problem): readonly Block[] {
  const parts = [
    strongText(summary),
    ...(reason === null ? [] : [t`Reason: ${reason}`]),
    ...(state === null ? [] : [t`State: ${state}`]),
    ...(help === null ? [] : [t`To fix: ${help}`]),
  ];
  return [paragraph(joinTexts(parts, '. ')), ...(paste.length === 0 ? [] : [codeBlock('', paste)])];
}

/** `2 of 7 steps applied and in force`, and who may be left suspended. */
export function stateAfter(progress: Progress | null): Text {
  if (progress === null) return UNCHANGED;
  const { done, total, suspended = [], command } = progress;
  if (done === 0) return command === undefined ? t`Terraform reported no change` : t`a part of it may be done`;
  const effect = command === undefined ? t` and in force` : t``;
  const steps = t`${done >= total ? t`all ${counted(total, 'step')}` : t`${done} of ${total} steps`} applied${effect}`;
  if (suspended.length === 0) return steps;
  return t`${steps}; until an apply succeeds, ${someTexts(suspended.map(codeText), SHOWN)} may stay suspended`;
}

export const AGAIN: Readonly<Record<Reader, Again>> = {
  terminal(progress = null) {
    if (progress === null) return t`run the command again`;
    const { done, total, command = 'apply' } = progress;
    const apply = t`run ${codeText(`mturk-team ${command}`)} again`;
    if (done === 0) return apply;
    return done >= total ? t`${apply} to see whether anything is left` : t`${apply} to finish`;
  },
  workflow: () => t`run the workflow again`,
};
