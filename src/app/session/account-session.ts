import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import type { DisplayNames } from '../../access/text/names.ts';
import { checkCaller } from '../../aws/client.ts';
import { type IamLookup, iamLookup } from '../../aws/iam-names.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { Team } from '../../team/team.ts';
import type { AccountKind } from '../../terraform/run/engine.ts';
import type { Terminal } from '../terminal.ts';
import { type LocalEmulator, loadEmulator, otherAccount } from './emulator.ts';
import { momentOf, namingOf, readTeam } from './read-team.ts';
import { noteOldFile, type RecordPlace, recordPlace } from './records.ts';

export interface AccountSessionOptions {
  readonly file: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** The directory of the local AWS emulator; null for the real account. */
  readonly emulator: string | null;
}

/** A valid team and a connection to its account; no Terraform is needed. */
export interface AccountSession {
  readonly team: Team;
  readonly today: string;
  readonly at: Date;
  readonly kind: AccountKind;
  readonly naming: DisplayNames;
  readonly iam: IAMClient;
  /** How AWS is reached, for further clients. */
  readonly connection: { readonly maxAttempts: number } & Partial<
    Pick<LocalEmulator, 'endpoint'> & { readonly credentials: LocalEmulator['rootCredentials'] }
  >;
  readonly names: IamLookup;
  /** Where apply-record.json and its like are kept. */
  readonly records: RecordPlace;
  /** Whether the team file lacks what was applied last: see `noteOldFile`. */
  readonly isFileOld?: boolean;
  /** A clock that goes on from `at`. */
  now(): Date;
  /** Made when it is asked for. */
  cloudTrail(): CloudTrailClient;
  close(): Promise<void>;
}

/** IAM throttles a whole account together, and Terraform repeats a call longer than the SDK's three attempts. */
const ATTEMPTS = 10;

/** Reads the team file and connects to the account. */
export async function openAccountSession(
  options: AccountSessionOptions,
  terminal: Terminal,
): Promise<Result<AccountSession>> {
  const team = await readTeam(options.file, options.today);
  if (!team.ok) return team;
  const reached = await reachAccount(team.value, options, terminal, false);
  if (!reached.ok) return reached;
  const session = accountSession(team.value, options, reached.value);
  return succeed({ ...session, isFileOld: await noteOldFile(session, options.file, terminal) });
}

/** Works in a session that was opened, and closes it. */
export async function withSession<Session extends AccountSession, Value>(
  opened: Result<Session>,
  work: (session: Session) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  if (!opened.ok) return opened;
  try {
    return await work(opened.value);
  } finally {
    await opened.value.close();
  }
}

/** Checks that the account is the team's. Null for the real one. */
export async function reachAccount(
  team: Team,
  options: Pick<AccountSessionOptions, 'emulator' | 'today'>,
  terminal: Terminal,
  provider: boolean,
): Promise<Result<LocalEmulator | null>> {
  if (options.emulator === null) {
    const sts = new STSClient({ region: 'us-east-1', maxAttempts: ATTEMPTS });
    const caller = await checkCaller(sts, team.account);
    sts.destroy();
    return caller;
  }
  return openAndWait(options.emulator, team.account, momentOf(options.today), terminal, provider);
}

/** Opening an account takes less, unless another process has it open. */
const WAIT_IN_SILENCE_MS = 1500;

/** Opens a local AWS emulator of an account, and says so if another process has it open. */
export async function openAndWait(
  dir: string,
  accountId: string,
  at: Date,
  terminal: Terminal,
  provider: boolean,
): Promise<Result<LocalEmulator>> {
  const module = await loadEmulator();
  if (!module.ok) return module;
  const waiting = setTimeout(
    () => terminal.stderr(`Waiting for another command that uses the account in ${dir}.\n`),
    WAIT_IN_SILENCE_MS,
  );
  const clock = clockFrom(at);
  const opened = await module.value.tryOpenEmulator({ dir, accountId, clock, provider });
  clearTimeout(waiting);
  if (!opened.ok) return opened;
  if (opened.value.accountId === accountId) return succeed({ ...opened.value, clock });
  await opened.value.close();
  return otherAccount(dir, accountId, opened.value);
}

/** The account of a team that is already read, reached already; null is the real one. Closing it closes both. */
export function accountSession(
  team: Team,
  options: Pick<AccountSessionOptions, 'emulator' | 'today'>,
  emulator: LocalEmulator | null,
): AccountSession {
  const connection = {
    maxAttempts: ATTEMPTS,
    ...(emulator === null ? {} : { endpoint: emulator.endpoint, credentials: emulator.rootCredentials }),
  };
  const reach = { region: 'us-east-1', ...connection };
  const iam = new IAMClient(reach);
  const at = momentOf(options.today);
  let cloudTrail: CloudTrailClient | null = null;
  return {
    team,
    today: options.today,
    at,
    kind: emulator === null ? 'real' : 'emulator',
    naming: namingOf(team),
    iam,
    connection,
    names: iamLookup(iam),
    records: recordPlace(team, options.emulator),
    now: emulator?.clock ?? clockFrom(at),
    cloudTrail() {
      cloudTrail ??= new CloudTrailClient(reach);
      return cloudTrail;
    },
    async close() {
      iam.destroy();
      cloudTrail?.destroy();
      await emulator?.close();
    },
  };
}

/** How lookups of events wait; a local AWS emulator has no limit of them. */
export function eventWait({ kind }: Pick<AccountSession, 'kind'>): (() => Promise<void>) | undefined {
  return kind === 'emulator' ? async () => {} : undefined;
}

function clockFrom(start: Date): () => Date {
  const offset = start.getTime() - Date.now();
  return () => new Date(Date.now() + offset);
}
