import type { DriftFinding, DriftLook } from '../../src/drift/finding.ts';
import { driftLines } from '../../src/drift/text/lines.ts';
import { AT, DIFFERENCES, lookOf, naming, OTHERS } from './sample-looks.ts';

/** What a terminal shows of findings, on one line, as no width breaks it. */
export function told(findings: readonly DriftFinding[], given: Partial<DriftLook> = {}): string {
  const lines = driftLines(lookOf(findings, given), naming, { at: AT, reconcile: false, mayReconcile: true });
  return lines.join(' ').replaceAll(/ +/g, ' ');
}

export const differing = (id: string): DriftFinding => DIFFERENCES.find((finding) => finding.id === id)!;
export const other = (id: string): DriftFinding => OTHERS.find((finding) => finding.id === id)!;
