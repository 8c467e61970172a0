import { type Diagnostic, diagnosticJson, printDiagnostics } from '../text/diagnostic.ts';
import { visible } from '../text/escape.ts';
import { counted } from '../text/text.ts';
import type { TeamReading } from './parse/read-team.ts';
import { problemOf } from './rules/rules.ts';

export type FindingFormat = 'text' | 'json' | 'github';

interface PrintOptions {
  /** The file of the last line, if there are no findings. */
  readonly file?: string;
  readonly color: boolean;
  /** `text` by default. */
  readonly format?: FindingFormat;
  readonly others?: readonly Diagnostic[];
}

/** Findings of a team file in a format, with a trailing newline. The last line counts errors, warnings, roles and members. */
export function printFindings(
  { findings, source, size = null }: Pick<TeamReading, 'findings' | 'source'> & Partial<Pick<TeamReading, 'size'>>,
  { file, color, format = 'text', others = [] }: PrintOptions,
): string {
  const diagnostics = [...diagnosticsOf({ findings, source }), ...others];
  const total = totalOf(diagnostics, file ?? findings[0]?.file ?? 'team.yaml', size);
  return printDiagnostics(diagnostics, { format, color, total });
}

function diagnosticsOf({ findings, source }: Pick<TeamReading, 'findings' | 'source'>): readonly Diagnostic[] {
  return findings.map((finding) => {
    const { severity, code, file, position, path } = finding;
    return { severity, code, problem: problemOf(finding), place: { file, position, source, path } };
  });
}

/** Findings of a team file as `check --json` has them. */
export function findingsJson(reading: Pick<TeamReading, 'findings' | 'source'>) {
  return diagnosticsOf(reading).map(diagnosticJson);
}

function totalOf(diagnostics: readonly Diagnostic[], file: string, size: TeamReading['size']): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const kinds = Object.entries({ error: errors, warning: warnings }).filter(([, count]) => count > 0);
  const counts = kinds.map(([kind, count]) => counted(count, kind));
  const content = size === null ? '' : ` (${counted(size.roles, 'role')}, ${counted(size.members, 'member')})`;
  return `${counts.length === 0 ? 'no errors' : counts.join(' and ')} in ${visible(file)}${content}`;
}
