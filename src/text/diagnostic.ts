import picocolors from 'picocolors';
import { lineStartsOf, type Position } from '../diagnostics/positions.ts';
import { wrapVisible } from './columns.ts';
import { excerptOf } from './excerpt.ts';
import { counted, type Text, tickedText } from './text.ts';
import { visible } from './visible.ts';

/** The text of one problem. Every part is in lower case, without a period at its end. */
export interface Message {
  /** What is wrong: under 80 characters. */
  readonly summary: Text;
  /** Why it is wrong. */
  readonly reason?: Text | undefined;
  /** In what state things are after it: what was changed and what was not. */
  readonly state?: Text | undefined;
  /** The next step. */
  readonly help?: Text | undefined;
  /** Lines to paste, below the help. */
  readonly lines?: readonly string[] | undefined;
}

/** An error or a warning: a finding of team.yaml, a block or a failure, ready to be printed. */
export interface Diagnostic extends Message {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  /** Where it is, if it is about a file; no position if the file could not be read. */
  readonly place?: Place | undefined;
}

export interface Place {
  readonly file: string;
  readonly position: Position | null;
  /** The text of the file, for the excerpt. */
  readonly source: string | null;
  /** Path in the document: `roles.paymaster.allow[2]`. */
  readonly path: string;
}

const WIDTH = 100;
/** Wider than other lines: a line that is broken cannot be pasted. */
const HELP_WIDTH = 140;
/** Characters of a foreign name in a summary. */
const LONGEST_NAME = 40;
/** GitHub shows at most ten annotations of each severity for a step. */
const SHOWN = 10;

/** One diagnostic in the form of rustc's, without a trailing newline. */
export function printDiagnostic(diagnostic: Diagnostic, { color }: { readonly color: boolean }): string {
  const paint = picocolors.createColors(color);
  const tint = diagnostic.severity === 'error' ? paint.red : paint.yellow;
  const { place, reason, state, help, lines = [] } = diagnostic;
  return [
    `${tint(`${diagnostic.severity}[${diagnostic.code}]`)}: ${paint.bold(summaryOf(diagnostic))}`,
    ...(place === undefined ? [] : placeLines(place, paint.dim, tint)),
    ...labeled('reason', reason, WIDTH),
    ...labeled('state', state, WIDTH),
    ...labeled('help', help, HELP_WIDTH),
    ...lines.map((line) => (line === '' ? '' : `    ${visible(line)}`)),
  ].join('\n');
}

interface ListOptions {
  readonly format: 'text' | 'json' | 'github';
  readonly color: boolean;
  /** The last line of text and annotations. */
  readonly total: string;
}

/** Diagnostics in a format, with a trailing newline. JSON has all of them; text shows ten errors and ten warnings. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], { format, color, total }: ListOptions): string {
  if (format === 'json') return `${escapedJson({ version: 1, findings: diagnostics.map(diagnosticJson) })}\n`;
  const [errors, warnings] = (['error', 'warning'] as const).map((each) =>
    diagnostics.filter(({ severity }) => severity === each),
  ) as [Diagnostic[], Diagnostic[]];
  const shown = [...errors.slice(0, SHOWN), ...warnings.slice(0, SHOWN)];
  const rest = [
    ...(errors.length > SHOWN ? [counted(errors.length - SHOWN, 'more error')] : []),
    ...(warnings.length > SHOWN ? [counted(warnings.length - SHOWN, 'more warning')] : []),
  ].join(' and ');
  const more = rest === '' ? [] : [`${rest} not shown; --format json prints all of them`];
  if (format === 'github') {
    return `${[...shown.map(annotation), ...more.map((line) => `::notice::${commandData(line)}`), total].join('\n')}\n`;
  }
  return `${[...shown.map((each) => printDiagnostic(each, { color })), ...more, total].join('\n\n')}\n`;
}

/** A diagnostic as plain JSON. `docs` is the section that explains the code. */
export function diagnosticJson({ severity, code, place, ...message }: Diagnostic): Readonly<Record<string, unknown>> {
  const { reason, state, help, lines = [] } = message;
  return {
    code,
    severity,
    summary: summaryOf(message),
    ...(reason === undefined ? {} : { reason: tickedText(reason) }),
    ...(state === undefined ? {} : { state: tickedText(state) }),
    ...(help === undefined ? {} : { help: [tickedText(help), ...lines].join('\n') }),
    docs: `docs/reference/findings.md#${code}`,
    ...(place === undefined
      ? {}
      : {
          path: place.path,
          file: place.file,
          line: place.position?.line ?? null,
          column: place.position?.column ?? null,
        }),
  };
}

/**
 * A diagnostic as a workflow command, which GitHub shows at the line of a pull request.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function annotation({ severity, code, place, ...message }: Diagnostic): string {
  const properties: [string, string | number][] = [];
  if (place !== undefined) properties.push(['file', place.file]);
  const position = place?.position ?? null;
  if (position !== null) {
    properties.push(['line', position.line], ['endLine', position.endLine]);
    // GitHub refuses columns on a range of several lines.
    if (position.line === position.endLine) {
      properties.push(['col', position.column], ['endColumn', position.endColumn]);
    }
  }
  properties.push(['title', `${summaryOf(message)} (${code})`]);
  const list = properties.map(([name, value]) => `${name}=${commandProperty(String(value))}`).join(',');
  const { reason, state, help, lines = [] } = message;
  const text = [reason, state, help].flatMap((part) => (part === undefined ? [] : [tickedText(part)]));
  return `::${severity} ${list}::${commandData([...text, ...lines.map(visible)].join('\n'))}`;
}

function summaryOf({ summary }: Pick<Message, 'summary'>): string {
  return tickedText(summary, LONGEST_NAME);
}

function placeLines(
  { file, position, source }: Place,
  dim: (text: string) => string,
  tint: (text: string) => string,
): readonly string[] {
  if (position === null) return [`  ${dim('-->')} ${visible(file)}`];
  const where = `  ${dim('-->')} ${visible(file)}:${position.line}:${position.column}`;
  if (source === null) return [where];
  const { text, marks } = excerptOf(source, lineStartsOf(source), position);
  const number = String(position.line);
  return [
    where,
    `   ${dim(`${number} |`)} ${text}`.trimEnd(),
    `   ${' '.repeat(number.length)} ${dim('|')} ${tint(marks)}`,
  ];
}

/** Further lines of a part begin below its text. */
function labeled(label: string, text: Text | undefined, width: number): readonly string[] {
  if (text === undefined) return [];
  const indent = label.length + 2;
  return wrapVisible(tickedText(text), width - indent).map(
    (line, index) => `  ${index === 0 ? `${label}: ` : ' '.repeat(indent)}${line}`,
  );
}

/** JSON without characters that a terminal obeys: a path may hold whatever the file does. */
function escapedJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007F-\u009F\u2028\u2029\p{Default_Ignorable_Code_Point}]/gu,
    (text) =>
      Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
        '',
      ),
  );
}

function commandData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function commandProperty(text: string): string {
  return commandData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
