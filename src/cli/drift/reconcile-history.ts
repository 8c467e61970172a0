import { z } from 'zod';
import { stillCounting } from '../../drift/remediation/reconcile.ts';
import { type RecordPlace, type StateRecord, stateRecord } from '../session/state-record.ts';

const HISTORY = z.strictObject({
  version: z.literal(1),
  undone: z.array(
    z.strictObject({
      /** A finding's id. */
      finding: z.string(),
      /** ISO 8601, UTC: when it began to be undone. */
      at: z.iso.datetime(),
      /** Begun and never done counts, too: nobody can tell how much of it was. */
      state: z.enum(['begun', 'done']),
    }),
  ),
});

type Entry = z.infer<typeof HISTORY>['undone'][number];

/** What was undone of late, kept beside the state: without it nobody could tell a quarrel from an accident. */
export interface ReconcileHistory {
  /** Throws where it cannot be read or is none. */
  read(): Promise<readonly Entry[]>;
  /** Notes what is about to be undone, and gives back what notes that it was. Throws where it cannot be written. */
  begin(findings: readonly string[], at: Date): Promise<() => Promise<void>>;
}

export function reconcileHistory(place: RecordPlace): ReconcileHistory {
  const record: StateRecord<z.infer<typeof HISTORY>> = stateRecord(place, 'reconcile-history.json', HISTORY);
  const read = async (): Promise<readonly Entry[]> => (await record.read())?.undone ?? [];
  return {
    read,
    async begin(findings, at) {
      const before = stillCounting(await read(), at);
      const write = (state: Entry['state']) => {
        const undone = findings.map((finding) => ({ finding, at: at.toISOString(), state }));
        return record.write({ version: 1, undone: [...before, ...undone] });
      };
      await write('begun');
      return () => write('done');
    },
  };
}
