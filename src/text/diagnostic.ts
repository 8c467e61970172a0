import type { LineCounter } from 'yaml';
import { linesOf, type Position } from '../diagnostics/positions.ts';
import { visibleWidth } from './columns.ts';
import { escaped, visible } from './escape.ts';
import { type Problem, printProblem, SEVERITY_COLORS } from './problem.ts';
import { counted, paint, tickedText } from './text.ts';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly problem: Problem;
  readonly place: Place;
}

interface Place {
  readonly file: string;
  readonly position: Position | null;
  readonly source: string | null;
  /** Path in the document: `['roles', 'paymaster', 'allow', 2]`. */
  readonly path: readonly (string | number)[];
}

/** GitHub shows at most ten annotations of each severity for a step. No one reads hundreds of errors on a terminal. */
const SHOWN = { github: 10, text: 100 };

/** One diagnostic in the form of every error, without a trailing newline. */
export function printDiagnostic(
  { problem, place, ...rest }: Diagnostic,
  color: boolean,
  counterOf: (source: string) => LineCounter = linesOf,
): string {
  const { file, position, source } = place;
  const at = position === null ? file : `${file}:${position.line}:${position.column}`;
  const hasExcerpt = position !== null && source !== null;
  const excerpt = hasExcerpt ? excerptLines(source, counterOf(source), position, rest.severity, color) : [];
  return printProblem(problem, { ...rest, at, excerpt, color }).join('\n');
}

interface ListOptions {
  readonly format: 'text' | 'json' | 'github';
  readonly color: boolean;
  /** The last line of text and annotations. */
  readonly total: string;
}

/** Diagnostics in a format, with a trailing newline. JSON has all of them; the others say how many they leave out. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], { format, color, total }: ListOptions): string {
  if (format === 'json') return `${escapedJson({ version: 1, findings: diagnostics.map(diagnosticJson) })}\n`;
  const [errors, warnings] = (['error', 'warning'] as const).map((each) =>
    diagnostics.filter(({ severity }) => severity === each),
  ) as [Diagnostic[], Diagnostic[]];
  const most = SHOWN[format];
  const shown = [...errors.slice(0, most), ...warnings.slice(0, most)];
  const rest = [
    ...(errors.length > most ? [counted(errors.length - most, 'more error')] : []),
    ...(warnings.length > most ? [counted(warnings.length - most, 'more warning')] : []),
  ].join(' and ');
  const more = rest === '' ? [] : [`${rest} not shown; --json prints all of them`];
  if (format === 'github') {
    return `${[...shown.map(annotation), ...more.map((line) => `::notice::${commandData(line)}`), total].join('\n')}\n`;
  }
  // Most findings are about the same file, which may be long.
  const known = new Map<string, LineCounter>();
  const counterOf = (source: string) => {
    const lines = known.get(source) ?? linesOf(source);
    known.set(source, lines);
    return lines;
  };
  return `${[...shown.map((each) => printDiagnostic(each, color, counterOf)), ...more, total].join('\n\n')}\n`;
}

/** A diagnostic as plain JSON. `docs` is the row or section that explains the code. */
export function diagnosticJson({ severity, code, problem, place }: Diagnostic): Readonly<Record<string, unknown>> {
  return {
    code,
    severity,
    summary: tickedText(problem.summary),
    reason: problem.reason === null ? null : tickedText(problem.reason),
    help: problem.help === null ? null : [tickedText(problem.help), ...(problem.paste ?? [])].join('\n'),
    docs: `docs/reference/findings-file.md#${code}`,
    path: pathText(place.path),
    file: place.file,
    line: place.position?.line ?? null,
    column: place.position?.column ?? null,
  };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
function annotation({ severity, code, problem, place: { file, position } }: Diagnostic): string {
  const properties: [string, string | number][] = [['file', file]];
  if (position !== null) {
    properties.push(['line', position.line], ['endLine', position.endLine]);
    // GitHub refuses columns on a range of several lines.
    if (position.line === position.endLine) {
      properties.push(['col', position.column], ['endColumn', position.endColumn]);
    }
  }
  properties.push(['title', `${tickedText(problem.summary)} (${code})`]);
  const list = properties.map(([name, value]) => `${name}=${commandProperty(String(value))}`).join(',');
  const parts = [problem.reason, problem.help].flatMap((part) => (part === null ? [] : [tickedText(part)]));
  return `::${severity} ${list}::${commandData([...parts, ...(problem.paste ?? []).map(visible)].join('\n'))}`;
}

/** `roles.paymaster.allow[1]`; keys that are not plain words are quoted: `members["a.b"].name`. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\p{L}\p{N}_-]+$/u.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** JSON without what a terminal or GitHub's runner obeys: a path may hold whatever the file does. */
export function escapedJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007F-\u009F\u2028\u2029\p{Default_Ignorable_Code_Point}]|(?<=\s):(?=:)|(?<=##)\[/gu,
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

/** Cells of a terminal that an excerpt's text takes at most, beside the number of its line. */
const WIDTH = 90;
/** How much stands before the place in a line that is too long to be shown from its beginning. */
const LEAD = 30;

/** The line, and carets below the range: wide characters count double, tabs are spaces, and a long line is cut around it. */
function excerptLines(
  source: string,
  lines: LineCounter,
  position: Position,
  severity: Diagnostic['severity'],
  color: boolean,
): readonly string[] {
  const line = lineAt(source, lines, position.line);
  const from = Math.min(position.column - 1, line.length);
  const to = position.endLine > position.line ? line.length : Math.max(from, position.endColumn - 1);
  const lead = shown(line.slice(0, from).slice(-2 * WIDTH));
  const target = cut(shown(line.slice(from, Math.min(to, from + 2 * WIDTH))), WIDTH - LEAD - 4);
  const whole = from <= 2 * WIDTH && visibleWidth(lead) + visibleWidth(target) <= WIDTH;
  const start = whole ? lead : `...${lastCells(lead, LEAD)}`;
  const rest = shown(line.slice(to, to + 2 * WIDTH));
  const text = cut(start + target + (target.endsWith('...') ? '' : rest), WIDTH);
  const marks = ' '.repeat(visibleWidth(start)) + '^'.repeat(Math.max(1, visibleWidth(target)));
  const number = String(position.line);
  return [
    `   ${paint(`${number} |`, 'dim', color)} ${text}`.trimEnd(),
    `   ${' '.repeat(number.length)} ${paint('|', 'dim', color)} ${paint(marks, SEVERITY_COLORS[severity], color)}`,
  ];
}

function lineAt(source: string, { lineStarts }: LineCounter, number: number): string {
  const start = lineStarts[number - 1] ?? source.length;
  return source.slice(start, lineStarts[number] ?? source.length).replace(/[\r\n]+$/, '');
}

function shown(text: string): string {
  return visible(text.replaceAll('\t', '  ')).replace(NARROW_SPACES, escaped);
}

/** Spaces that look like an ordinary one, and are none in YAML. */
const NARROW_SPACES = /[\u00A0\u1680\u2000-\u200A\u202F\u205F]/g;

/** The text up to that many cells, with dots where something is left out. */
function cut(text: string, cells: number): string {
  if (visibleWidth(text) <= cells) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += visibleWidth(character);
    if (width > cells - 3) break;
    kept += character;
  }
  return `${kept}...`;
}

function lastCells(text: string, cells: number): string {
  const characters = [...text];
  let width = 0;
  let at = characters.length;
  while (at > 0 && width + visibleWidth(characters[at - 1] ?? '') <= cells) {
    at -= 1;
    width += visibleWidth(characters[at] ?? '');
  }
  return characters.slice(at).join('');
}
