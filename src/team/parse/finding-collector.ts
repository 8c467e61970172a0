import type { Finding } from '../../diagnostics/finding.ts';
import {
  type DocumentPath,
  type DocumentPlaces,
  lineStartsOf,
  positionOf,
  type TextRange,
} from '../../diagnostics/positions.ts';
import type { Rule } from '../rules/rule.ts';

interface ReportOptions {
  /** Whether the key or the value is underlined, if the rule does not decide that. */
  readonly at?: 'key' | 'value';
  /** The place in the text, if it is not that of the path. */
  readonly range?: TextRange;
  /** The value at the path could not be read: nothing else is reported about its shape. */
  readonly unreadable?: boolean;
}

/** Reports a finding at a path of the document. */
export type Report = <Args extends Readonly<Record<string, unknown>>>(
  rule: Rule<Args>,
  path: DocumentPath,
  args: Args,
  options?: ReportOptions,
) => void;

export interface Reporting {
  readonly report: Report;
  /** Whether the rule has a finding. */
  has(rule: Rule): boolean;
  /** Whether no error was reported at the path, below it, or for the whole of it by an unreadable value above. */
  intact(...path: DocumentPath): boolean;
  /** Whether no error was reported about the key at the path itself. */
  keyIntact(path: DocumentPath): boolean;
  /** Whether the value at the path, or one above it, could not be read. */
  unreadable(path: DocumentPath): boolean;
  /** All findings by their place in the text. */
  sorted(text: { readonly source: string; readonly places: DocumentPlaces }): readonly Finding[];
}

interface Reported {
  readonly finding: Omit<Finding, 'position'>;
  readonly options: ReportOptions;
}

/** Collects findings. Positions are computed at the end, for findings alone. */
export function reporting(file: string): Reporting {
  const reported: Reported[] = [];
  const damaged = new Set<string>();
  const unreadable = new Set<string>();
  const keys = new Set<string>();

  return {
    report({ code, severity = 'error', at = 'value' }, path, args, given = {}) {
      const options = { at, ...given };
      reported.push({ finding: { code, severity, file, path: [...path], args }, options });
      if (severity === 'warning') return;
      for (let length = 1; length <= path.length; length += 1) damaged.add(joined(path.slice(0, length)));
      if (options.at === 'key') keys.add(joined(path));
      if (options.unreadable === true) unreadable.add(joined(path));
    },
    has: ({ code }) => reported.some(({ finding }) => finding.code === code),
    intact: (...path) => damaged.size === 0 || !damaged.has(joined(path)),
    keyIntact: (path) => keys.size === 0 || !keys.has(joined(path)),
    unreadable(path) {
      if (unreadable.size === 0) return false;
      return path.some((_part, index) => unreadable.has(joined(path.slice(0, index + 1))));
    },
    sorted({ source, places }) {
      if (reported.length === 0) return [];
      const lineStarts = lineStartsOf(source);
      const ranges = new Map<Finding, TextRange>();
      for (const { finding, options } of reported) {
        const { path } = finding;
        const range = options.range ?? (options.at === 'key' ? places.key(path) : places.value(path));
        ranges.set({ ...finding, position: positionOf(lineStarts, range[0], range[1]) }, range);
      }
      return [...ranges]
        .sort(([one, a], [two, b]) => a[0] - b[0] || a[1] - b[1] || (one.code < two.code ? -1 : 1))
        .map(([finding]) => finding);
    },
  };
}

function joined(path: DocumentPath): string {
  return path.join('\u0000');
}
