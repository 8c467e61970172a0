import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import { connectGitHub } from '../../github/client.ts';
import { deliveryComment } from '../../keys/delivery.ts';
import { keysIssue } from '../../keys/issue.ts';
import type { DeliveredKey, Delivery } from '../../keys/sync.ts';
import { written } from '../files.ts';
import type { AccountSession } from '../session/account-session.ts';
import { deliveryRecord, usingRecord } from '../session/records.ts';

/** How keys reach their members. */
export interface Deliveries {
  deliver(delivery: Delivery): Promise<Result<string>>;
  /** Which of these keys were delivered, as far as this place and the markers beside the apply record say. */
  delivered(keys: readonly DeliveredKey[]): Promise<Result<readonly DeliveredKey[]>>;
}

/** One comment for each key, on the issue of the lab. */
export function toIssue(session: AccountSession, env: NodeJS.ProcessEnv): Result<Deliveries> {
  const { team, naming, records } = session;
  const github = connectGitHub(env);
  if (!github.ok) return github;
  const issue = keysIssue(github.value, team.lab);
  return succeed({
    deliver(delivery) {
      const name = naming.people.get(delivery.owner.user)?.name ?? null;
      return issue.deliver(deliveryComment(delivery, name));
    },
    async delivered(keys) {
      const byFile = await withMarker(records, keys);
      if (!byFile.ok || byFile.value.length === keys.length) return byFile;
      const commented = await issue.delivered();
      return commented.ok ? succeed([...byFile.value, ...commented.value]) : commented;
    },
  });
}

/** One file for each key, and a marker beside the apply record, which a workflow reads. */
export function toDirectory({ records }: AccountSession, directory: string): Deliveries {
  return {
    async deliver({ owner: { user }, created, armored }) {
      const file = join(directory, `${user}-${created.replace(/[-:]/g, '')}.age`);
      const saved = await written(async () => {
        await mkdir(directory, { recursive: true });
        await writeFile(file, armored, { mode: 0o600, flag: 'wx' });
      });
      if (!saved.ok) return saved;
      const marked = await usingRecord(records, () =>
        deliveryRecord(records, { user, created }).write({ version: 1, user, created }),
      );
      if (marked.ok) return succeed(file);
      await rm(file, { force: true });
      return marked;
    },
    delivered: (keys) => withMarker(records, keys),
  };
}

function withMarker(
  records: AccountSession['records'],
  keys: readonly DeliveredKey[],
): Promise<Result<readonly DeliveredKey[]>> {
  return usingRecord(records, async () => {
    const found: DeliveredKey[] = [];
    for (const key of keys) {
      const marker = await deliveryRecord(records, key).read();
      if (marker?.user === key.user && marker.created === key.created) found.push(key);
    }
    return found;
  });
}
