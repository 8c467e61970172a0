import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { inParallel } from '../../aws/client.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { type KeyAccount, keyAccount } from '../../keys/account.ts';
import { type DeliveredKey, factsOf, type KeyFacts, type KeyOwner, type KeyRules, readKeys } from '../../keys/sync.ts';
import type { AppliedTeam } from '../../team/applied-team.ts';
import { iamName, labPath } from '../../team/names.ts';
import {
  type AccountSession,
  type AccountSessionOptions,
  openAccountSession,
  withSession,
} from '../session/account-session.ts';
import { type ApplyRecord, checkRecord, checkSameApply } from '../session/records.ts';
import type { Terminal } from '../terminal.ts';

/** The access keys of a lab, as they are and as the applied team wants them. */
export interface LabKeys {
  readonly session: AccountSession;
  readonly account: KeyAccount;
  readonly applied: AppliedTeam;
  /** When an apply began that has not ended, ISO 8601; null if there is none. */
  readonly unfinishedSince: string | null;
  /** Every member of the applied team. */
  readonly owners: readonly KeyOwner[];
  /** Reads the keys of these members, and what was delivered if it is asked; the first failure ends it. */
  read(owners: readonly KeyOwner[], markers?: Markers): Promise<Result<readonly KeyFacts[]>>;
  /** Asks, which may take long: fails if an apply began or ended meanwhile. */
  confirmed(ask: () => Promise<Result<null>>): Promise<Result<null>>;
}

/** Which of these keys were delivered. */
export type Markers = (keys: readonly DeliveredKey[]) => Promise<Result<Pick<KeyRules, 'delivered' | 'isComplete'>>>;

/** Works with access keys in the account of a session, and closes it. */
export function withKeyAccount<Value>(
  opened: Result<AccountSession>,
  work: (session: AccountSession, account: KeyAccount) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  return withSession(opened, async (session) => {
    const once = new IAMClient({ region: 'us-east-1', ...session.connection, maxAttempts: 1 });
    // A local AWS emulator is consistent at once.
    const wait = session.kind === 'emulator' ? async () => {} : sleep;
    try {
      return await work(session, keyAccount(session.iam, once, wait));
    } finally {
      once.destroy();
    }
  });
}

/** The same with what was applied last. */
export function withLabKeys<Value>(
  opened: Result<AccountSession>,
  work: (keys: LabKeys) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  return withKeyAccount(opened, async (session, account) => {
    const record = await readApplied(session);
    return record.ok ? work(labKeys(session, account, record.value)) : record;
  });
}

/** The keys of all members of the applied team, and what is due. */
export async function keysStatus(options: AccountSessionOptions, terminal: Terminal) {
  return withLabKeys(await openAccountSession(options, terminal), async (keys) => {
    const facts = await keys.read(keys.owners);
    return facts.ok ? succeed({ keys, facts: facts.value }) : facts;
  });
}

/** Fails if no apply has ended. */
export async function readApplied(
  session: AccountSession,
): Promise<Result<ApplyRecord & { readonly team: AppliedTeam }>> {
  const record = await checkRecord(session);
  if (!record.ok) return record;
  const team = record.value?.team ?? null;
  return record.value === null || team === null ? fail('no-apply-record', {}) : succeed({ ...record.value, team });
}

function labKeys(
  session: AccountSession,
  account: KeyAccount,
  record: ApplyRecord & { readonly team: AppliedTeam },
): LabKeys {
  const { team: applied, ids, begun, at } = record;
  const { rotateAfterDays } = applied.settings;
  return {
    ...{ session, account, applied, unfinishedSince: begun.length === 0 ? null : at },
    owners: applied.members.map(({ key, github, recipient, keys, from, until, suspended }) => {
      const user = iamName(applied.lab, key);
      return { key, github, recipient, keys, from, until, suspended, user, userId: ids.user[user] ?? null };
    }),
    async read(owners, markers = async () => succeed({ delivered: [], isComplete: false })) {
      const read = await inParallel(owners, (each) => readKeys(each, account, labPath(applied.lab)));
      const failed = read.find((each) => !each.ok);
      if (failed?.ok === false) return failed;
      const users = read.flatMap((each) => (each.ok ? [each.value] : []));
      const held = users.flatMap(({ owner: { user }, keys }) => keys.map(({ created }) => ({ user, created })));
      const known = await markers(held);
      if (!known.ok) return known;
      const newestOf = (owner: KeyOwner) => session.team.members.find(({ key }) => key === owner.key) ?? null;
      return succeed(
        users.map((each) =>
          factsOf(each, { ...known.value, rotateAfterDays, newest: newestOf(each.owner) }, session.now()),
        ),
      );
    },
    async confirmed(ask) {
      const answer = await ask();
      return answer.ok ? checkSameApply(session.records, record) : answer;
    },
  };
}
