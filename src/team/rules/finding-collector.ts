import type { Finding } from '../../diagnostics/finding.ts';
import {
  type DocumentPath,
  type DocumentPlaces,
  linesOf,
  positionOf,
  type TextRange,
} from '../../diagnostics/positions.ts';
import type { Rule } from './rule.ts';

interface ReportOptions {
  /** Whether the key or the value is underlined, if the rule does not decide that. */
  readonly at?: 'key' | 'value';
  /** The place in the text, if it is not that of the path. */
  readonly range?: TextRange;
  /** The value at the path could not be read: nothing else is reported about its shape. */
  readonly unreadable?: boolean;
}

export type Report = <Args extends Readonly<Record<string, unknown>>>(
  rule: Rule<Args>,
  path: DocumentPath,
  args: Args,
  options?: ReportOptions,
) => void;

export type Reporting = ReturnType<typeof reporting>;

/** Collects findings. Positions are computed at the end, for findings alone. */
export function reporting(file: string) {
  const reported: { finding: Omit<Finding, 'position'>; at: 'key' | 'value'; range: TextRange | undefined }[] = [];
  const damaged = new Set<string>();
  const unreadable = new Set<string>();
  const keys = new Set<string>();
  const report: Report = ({ code, severity = 'error', at: usual = 'value' }, path, args, options = {}) => {
    const { at = usual, range } = options;
    reported.push({ finding: { code, severity, file, path: [...path], args }, at, range });
    if (severity === 'warning') return;
    for (const prefix of prefixesOf(path)) damaged.add(prefix);
    if (at === 'key') keys.add(joined(path));
    if (options.unreadable === true) unreadable.add(joined(path));
  };

  return {
    report,
    has: ({ code }: Rule) => reported.some(({ finding }) => finding.code === code),
    /** Whether no error was reported at the path, below it, or for the whole of it by an unreadable value above. */
    intact: (...path: DocumentPath) => !damaged.has(joined(path)),
    /** Whether no error was reported about the key at the path itself. */
    keyIntact: (path: DocumentPath) => !keys.has(joined(path)),
    /** Whether the value at the path, or one above it, could not be read. */
    unreadable: (path: DocumentPath) => prefixesOf(path).some((prefix) => unreadable.has(prefix)),
    /** All findings by their place in the text. */
    sorted({ source, places }: { readonly source: string; readonly places: DocumentPlaces }): readonly Finding[] {
      const lines = linesOf(reported.length === 0 ? '' : source);
      return reported
        .map(({ finding, at, range = places[at](finding.path) }) => {
          return { range, finding: { ...finding, position: positionOf(lines, ...range) } };
        })
        .sort((one, other) => one.range[0] - other.range[0])
        .map(({ finding }) => finding);
    },
  };
}

function prefixesOf(path: DocumentPath): readonly string[] {
  return path.map((_part, index) => joined(path.slice(0, index + 1)));
}

function joined(path: DocumentPath): string {
  return path.join('\u0000');
}
