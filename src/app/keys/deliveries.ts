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

export interface Deliveries {
  deliver(delivery: Delivery): Promise<Result<string>>;
  /** Which of these keys were delivered, as far as this place and the markers beside the apply record say. */
  delivered(keys: readonly DeliveredKey[]): Promise<Result<readonly DeliveredKey[]>>;
}

/** One comment for each key, on the issue of the lab. Its comments are read once: what others deliver meanwhile counts the next time. */
export function toIssue(session: AccountSession, env: NodeJS.ProcessEnv): Result<Deliveries> {
  const { team, naming, records } = session;
  const github = connectGitHub(env);
  if (!github.ok) return github;
  const issue = keysIssue(github.value, team.lab);
  let commented: ReturnType<typeof issue.delivered> | null = null;
  return succeed({
    async deliver(delivery) {
      const { user } = delivery.owner;
      const placed = await issue.deliver(deliveryComment(delivery, naming.people.get(user)?.name ?? null));
      // The comment of a person's token counts for no workflow, whose role only reads the markers.
      if (!placed.ok || env.GITHUB_ACTIONS === 'true') return placed;
      const marked = await mark(records, delivery);
      return marked.ok ? placed : marked;
    },
    async delivered(keys) {
      const byFile = await withMarker(records, keys);
      if (!byFile.ok) return byFile;
      commented ??= issue.delivered();
      const byComment = await commented;
      return byComment.ok ? succeed([...byFile.value, ...byComment.value]) : byComment;
    },
  });
}

/** One file for each key, and a marker beside the apply record, which a workflow reads. */
export function toDirectory({ records }: AccountSession, directory: string): Deliveries {
  return {
    async deliver(delivery) {
      const { owner, created, armored } = delivery;
      const file = join(directory, `${owner.user}-${created.replace(/[-:]/g, '')}.age`);
      const saved = await written(async () => {
        await mkdir(directory, { recursive: true });
        await writeFile(file, armored, { mode: 0o600, flag: 'wx' });
      });
      if (!saved.ok) return saved;
      const marked = await mark(records, delivery);
      if (marked.ok) return succeed(file);
      await rm(file, { force: true });
      return marked;
    },
    delivered: (keys) => withMarker(records, keys),
  };
}

/** What a failure about them names. */
const MARKERS = 'keys/';

/** Notes that a key is delivered. The note of one that is deleted again says nothing about any other. */
function mark(
  records: AccountSession['records'],
  { owner: { user }, created }: Pick<Delivery, 'owner' | 'created'>,
): Promise<Result<void>> {
  const write = () => deliveryRecord(records, { user, created }).write({ version: 1, user, created });
  return usingRecord(records, write, MARKERS);
}

function withMarker(
  records: AccountSession['records'],
  keys: readonly DeliveredKey[],
): Promise<Result<readonly DeliveredKey[]>> {
  const read = async () => {
    const found: DeliveredKey[] = [];
    for (const key of keys) {
      const marker = await deliveryRecord(records, key).read();
      if (marker?.user === key.user && marker.created === key.created) found.push(key);
    }
    return found;
  };
  return usingRecord(records, read, MARKERS);
}
