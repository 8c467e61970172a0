import picocolors from 'picocolors';
import type { Finding } from '../../diagnostics/finding.ts';
import { lineStartsOf } from '../../diagnostics/positions.ts';
import { findingText } from '../../team/messages/messages.ts';
import { wrapVisible } from '../../text/columns.ts';
import { excerptOf } from '../../text/excerpt.ts';
import { messageOf, pathText } from '../../text/finding-message.ts';
import { visible } from '../../text/visible.ts';
import { annotationOf, noticeOf } from './github-annotations.ts';

export type FindingFormat = 'text' | 'json' | 'github';

export interface RenderOptions {
  /** The text that positions refer to, for excerpts; null where there is none. */
  readonly source: string | null;
  /** `text` where nothing is said. */
  readonly format?: FindingFormat;
  readonly colour: boolean;
  /** What the last line says besides the counts; without it, the counts alone. */
  readonly summary?: {
    readonly file: string;
    readonly size: { readonly roles: number; readonly members: number } | null;
  };
}

/** GitHub shows ten annotations of each severity a step; on a terminal nobody reads more at once either. */
const SHOWN = 10;
const MESSAGE_WIDTH = 100;
/** Wider, as a line that was broken cannot be pasted. */
const REMEDY_WIDTH = 140;

/** Findings in a format, ending in a newline. Nothing is left out of JSON; elsewhere the rest is counted. */
export function renderFindings(findings: readonly Finding[], options: RenderOptions): string {
  const format = options.format ?? 'text';
  if (format === 'json') return `${escapedJson({ version: 1, findings: findings.map(asJson) })}\n`;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const first = [...errors.slice(0, SHOWN), ...warnings.slice(0, SHOWN)];
  const rest = restOf(errors.length - SHOWN, warnings.length - SHOWN);
  const summary = summaryOf(findings, errors.length, warnings.length, options.summary);

  if (format === 'github') {
    const lines = first.map(annotationOf);
    return `${[...lines, ...(rest === null ? [] : [noticeOf(rest)]), summary].join('\n')}\n`;
  }
  const lineStarts = lineStartsOf(options.source ?? '');
  const blocks = first.map((finding) => asText(finding, options.source, lineStarts, options.colour));
  return `${[...blocks, ...(rest === null ? [] : [rest]), summary].join('\n\n')}\n`;
}

function asJson(finding: Finding): Readonly<Record<string, unknown>> {
  const { code, severity, path, file, position } = finding;
  const message = messageOf(findingText(finding));
  const place = { line: position?.line ?? null, column: position?.column ?? null };
  return { code, severity, message, path: pathText(path), file, ...place };
}

/** JSON in which a terminal finds nothing to obey either: a path may hold whatever the file does. */
function escapedJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007F-\u009F\u2028\u2029\p{Default_Ignorable_Code_Point}]/gu,
    (text) =>
      Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
        '',
      ),
  );
}

function asText(finding: Finding, source: string | null, lineStarts: readonly number[], colour: boolean): string {
  const paint = picocolors.createColors(colour);
  const { severity, code, position, file } = finding;
  const tint = severity === 'error' ? paint.red : paint.yellow;
  const place = position === null ? '' : `:${position.line}:${position.column}`;
  const where = `${paint.bold(visible(`${file}${place}`))}  `;
  const lines = [`${where}${tint(severity)}  ${code}`];

  if (position !== null && source !== null) {
    const excerpt = excerptOf(source, lineStarts, position);
    const width = String(position.line).length;
    lines.push(`  > ${position.line} | ${excerpt.text}`.trimEnd());
    lines.push(`    ${' '.repeat(width)} ${paint.dim('|')} ${tint(excerpt.marks)}`);
  }
  const { problem, remedy } = findingText(finding);
  const words = [...wrapped(problem, MESSAGE_WIDTH), ...wrapped(remedy, REMEDY_WIDTH)];
  for (const line of words) lines.push(`  ${line}`.trimEnd());
  return lines.join('\n');
}

/** Wrapped for reading; lines to paste, which are indented, stay as they are. */
function wrapped(text: string, width: number): readonly string[] {
  return text
    .split('\n')
    .map(visible)
    .flatMap((line) => (line.startsWith(' ') ? [line] : wrapVisible(line, width)));
}

function restOf(errors: number, warnings: number): string | null {
  const parts = [
    ...(errors > 0 ? [counted(errors, 'more error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'more warning')] : []),
  ];
  return parts.length === 0 ? null : `And ${parts.join(' and ')} not shown here; --format json has all of them.`;
}

function summaryOf(
  findings: readonly Finding[],
  errors: number,
  warnings: number,
  summary: RenderOptions['summary'],
): string {
  const file = summary?.file ?? findings[0]?.file ?? null;
  const size = summary?.size ?? null;
  const holds = size === null ? '' : ` (${counted(size.roles, 'role')}, ${counted(size.members, 'member')})`;
  const where = file === null ? '' : ` in ${visible(file)}`;
  return `${counted(errors, 'error')}, ${counted(warnings, 'warning')}${where}${holds}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
