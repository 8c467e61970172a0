import type { ScanResult } from '../finding.ts';

/** What is to be said of entries under `snoozed` that hold nothing back, without a colon. */
interface SnoozeNote {
  readonly words: string;
  readonly ids: readonly string[];
}

/**
 * Entries that hold nothing back, by why: those whose day has passed while their finding is told, and those whose finding
 * is not there (any more), whatever their day.
 */
export function snoozeNotes({
  unusedSnoozes: idle,
  findings,
}: Pick<ScanResult, 'unusedSnoozes' | 'findings'>): readonly SnoozeNote[] {
  const told = new Set(findings.map(({ id }) => id));
  const notes = [
    {
      words: 'Snoozed in team.yaml until a day that has passed, and told again above; mend it, or snooze it anew',
      ids: idle.filter((id) => told.has(id)),
    },
    {
      words: 'Snoozed in team.yaml, and not found (any more); take it out',
      ids: idle.filter((id) => !told.has(id)),
    },
  ];
  return notes.filter(({ ids }) => ids.length > 0);
}
