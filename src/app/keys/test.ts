import { existsSync } from 'node:fs';
import * as mturk from '@aws-sdk/client-mturk';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { explain } from '../../access/explain.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { askAws } from '../../aws/client.ts';
import type { Operation } from '../../catalog/mturk.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { type KeyPair, profileIn } from '../../keys/profile.ts';
import { iamName, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { momentOf, readTeam } from '../session/read-team.ts';
import type { Terminal } from '../terminal.ts';
import { connectKey, type KeyPlace } from './connection.ts';
import { credentialsFile, readCredentials } from './credentials-file.ts';
import { identityDirectory, readIdentities } from './identities.ts';

/** Read operations that need no id of anything, one page of one entry. */
const READS = {
  GetAccountBalance: new mturk.GetAccountBalanceCommand({}),
  ListHITs: new mturk.ListHITsCommand({ MaxResults: 1 }),
  ListReviewableHITs: new mturk.ListReviewableHITsCommand({ MaxResults: 1 }),
  ListQualificationTypes: new mturk.ListQualificationTypesCommand({ MustBeRequestable: false, MaxResults: 1 }),
  ListQualificationRequests: new mturk.ListQualificationRequestsCommand({ MaxResults: 1 }),
  ListWorkerBlocks: new mturk.ListWorkerBlocksCommand({ MaxResults: 1 }),
} as const satisfies Partial<Record<Operation, unknown>>;

/** What a call gave. `refused` is any other error of Mechanical Turk, with its words in `reason`. */
export interface TestedCall {
  readonly operation: Operation;
  readonly outcome: 'allowed' | 'denied' | 'refused';
  readonly reason: string | null;
  /** Whether the team file allows it; null if it does not say. */
  readonly expected: boolean | null;
}

export interface KeyTestOptions extends KeyPlace {
  /** Null for the profile of the one identity at hand. */
  readonly profile: string | null;
  /** Compared with if it exists. */
  readonly file: string;
}

/** Calls what only reads with a stored key, and compares with what the team file says: a user who is in none at hand is no member. */
export async function testKey(options: KeyTestOptions, terminal: Terminal) {
  const { file, today } = options;
  const stored = await storedKey(options.profile);
  if (!stored.ok) return stored;
  const team = existsSync(file) ? await readTeam(file, today) : succeed(null);
  if (!team.ok) return team;
  const { key, account } = stored.value;
  const connected = await connectKey(options, account ?? team.value?.account ?? '', terminal);
  if (!connected.ok) return connected;
  const { clientOf, close } = connected.value;
  const [sts, client] = [new STSClient(clientOf(key)), new mturk.MTurkClient(clientOf(key))];
  try {
    const caller = await askAws(() => sts.send(new GetCallerIdentityCommand({})));
    if (!caller.ok) {
      const { failure } = caller;
      return failure.code === 'credentials-denied' ? fail('key-refused', { reason: failure.args.reason }) : caller;
    }
    const { Account = '', Arn = '' } = caller.value;
    const found = team.value === null ? null : memberOf(team.value, Account, Arn, today);
    const calls = await callAll(client, found?.allowed ?? null);
    const user = Arn.slice(Arn.lastIndexOf('/') + 1);
    return calls.ok ? succeed({ account: Account, user, member: found?.member ?? null, calls: calls.value }) : calls;
  } finally {
    for (const each of [sts, client]) each.destroy();
    await close();
  }
}

/** The key of a profile; of the identity at hand, if there is only one. */
async function storedKey(
  wanted: string | null,
): Promise<Result<{ readonly key: KeyPair; readonly account: string | null }>> {
  const identities = await readIdentities(identityDirectory(process.env));
  if (!identities.ok) return identities;
  const own = identities.value.map(({ lab, member, account }) => ({ profile: iamName(lab, member), account }));
  const [only = null] = own.length === 1 ? own : [];
  const profile = wanted ?? only?.profile ?? null;
  const file = credentialsFile(process.env);
  const text = await readCredentials(file);
  if (!text.ok) return text;
  const key = profile === null ? null : profileIn(text.value, profile).key;
  if (key === null) return fail('key-not-stored', { file, profile, profiles: own.map((each) => each.profile) });
  return succeed({ key, account: own.find((each) => each.profile === profile)?.account ?? null });
}

/** The member whose user it is, and what the file gives them now. */
function memberOf(team: Team, account: string, arn: string, today: string) {
  const isOfLab = account === team.account && arn.includes(`:user${labPath(team.lab)}`);
  const member = team.members.find(({ key }) => arn.endsWith(`/${iamName(team.lab, key)}`));
  if (!isOfLab || member === undefined) return null;
  const explained = explain(desiredAccess(team, today), iamName(team.lab, member.key), momentOf(today));
  return { member: member.key, allowed: new Set(explained?.allowed.flatMap(({ operations }) => operations) ?? []) };
}

async function callAll(
  client: mturk.MTurkClient,
  allowed: ReadonlySet<Operation> | null,
): Promise<Result<readonly TestedCall[]>> {
  const calls: TestedCall[] = [];
  for (const [name, command] of Object.entries(READS)) {
    const operation = name as keyof typeof READS;
    const expected = allowed === null ? null : allowed.has(operation);
    try {
      // The SDK's commands share a constructor's shape, which its types do not say.
      await client.send(command as mturk.GetAccountBalanceCommand);
      calls.push({ operation, outcome: 'allowed', reason: null, expected });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const reason = `${error.name}: ${error.message}`;
      const outcome = ANSWERS[error.name];
      if (outcome === undefined) return fail('mturk-no-answer', { reason });
      calls.push({ operation, outcome, reason, expected });
    }
  }
  return succeed(calls);
}

/** Errors of Mechanical Turk itself. Anything else, as the page of a proxy, is no answer of it. */
const ANSWERS: Readonly<Record<string, 'denied' | 'refused'>> = {
  AccessDeniedException: 'denied',
  RequestError: 'refused',
  ValidationException: 'refused',
  ThrottlingException: 'refused',
  UnrecognizedClientException: 'refused',
};
