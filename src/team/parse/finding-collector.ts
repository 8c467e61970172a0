import type { Finding, Severity } from '../../diagnostics/finding.ts';
import { lineStartsOf, positionOf } from '../../diagnostics/positions.ts';
import type { TeamFindingArgs } from '../../diagnostics/team-codes.ts';
import type { DocumentPath, DocumentPlaces, TextRange } from '../../diagnostics/yaml-positions.ts';

export type TeamFindingCode = keyof TeamFindingArgs;

interface ReportOptions {
  /** `error` where nothing is said. */
  readonly severity?: Severity;
  /** Whether the key or the value at the path is what is wrong; the value where nothing is said. */
  readonly at?: 'key' | 'value';
  /** The place in the text, where it is not the one of the path. */
  readonly range?: TextRange;
  /** The value at the path could not be read: nothing more is to be said about its shape. */
  readonly unreadable?: boolean;
}

/** Reports a finding at a path of the document. */
export type Report = <Code extends TeamFindingCode>(
  code: Code,
  path: DocumentPath,
  args: TeamFindingArgs[Code],
  options?: ReportOptions,
) => void;

export interface Reporting {
  readonly report: Report;
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
  readonly code: TeamFindingCode;
  readonly path: DocumentPath;
  readonly args: TeamFindingArgs[TeamFindingCode];
  readonly options: ReportOptions;
}

/** Collects findings; places are looked up at the end, and only for what was found. */
export function reporting(file: string): Reporting {
  const reported: Reported[] = [];
  const damaged = new Set<string>();
  const unreadable = new Set<string>();
  const keys = new Set<string>();

  return {
    report(code, path, args, options = {}) {
      reported.push({ code, path: [...path], args, options });
      if (options.severity === 'warning') return;
      for (let length = 1; length <= path.length; length += 1) damaged.add(joined(path.slice(0, length)));
      if (options.at === 'key') keys.add(joined(path));
      if (options.unreadable === true) unreadable.add(joined(path));
    },
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
      for (const { code, path, args, options } of reported) {
        const range = options.range ?? (options.at === 'key' ? places.key(path) : places.value(path));
        const position = positionOf(lineStarts, range[0], range[1]);
        const finding: Finding = { code, severity: options.severity ?? 'error', file, path, position, args };
        ranges.set(finding, range);
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
