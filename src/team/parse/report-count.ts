import type { DocumentPath } from '../../diagnostics/yaml-positions.ts';
import { COUNTS } from './counts.ts';
import type { Report } from './finding-collector.ts';

/** Says of a count, as it is written, that it is none. The oldest of them keeps the code that people may have searched for. */
export function reportCount(report: Report, path: DocumentPath, key: keyof typeof COUNTS, source: string): void {
  if (key === 'max-removals') report('invalid-max-removals', path, { source });
  else report('invalid-count', path, { key, source, ...COUNTS[key] });
}
