import { GetUserCommand } from '@aws-sdk/client-iam';
import { readBucketPolicies } from '../../aws/bucket-policies.ts';
import { askAws, iamReader, inParallel, orNull } from '../../aws/client.ts';
import { readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import { withS3 } from '../../aws/state-object.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { iamArn } from '../../iam/arn.ts';
import { userOfKey, usersByKey } from '../../offboard/account.ts';
import type { SavedFacts } from '../../offboard/facts.ts';
import { type Asked, type Claim, type Evidence, proofOf } from '../../offboard/proof.ts';
import { placeInTeam } from '../../offboard/survey.ts';
import { iamName, labPath } from '../../team/names.ts';
import { nearMember } from '../../team/suggest.ts';
import { readApplied } from '../keys/lab-keys.ts';
import { type AccountSession, type AccountSessionOptions, openAccountSession } from '../session/account-session.ts';
import type { Terminal } from '../terminal.ts';
import { readSavedFacts } from './facts-file.ts';

export interface VerifyOptions extends AccountSessionOptions {
  readonly member: string;
  /** The file of `--out`; null if nothing was saved. */
  readonly facts: string | null;
}

export interface VerifiedDeparture {
  readonly session: AccountSession;
  readonly facts: SavedFacts | null;
  readonly claims: readonly Claim[];
}

/** Proves that a departure is over, from what AWS says now and from what was saved before the user was deleted. */
export async function verifyDeparture(
  { member, facts: file, ...options }: VerifyOptions,
  terminal: Terminal,
): Promise<Result<VerifiedDeparture>> {
  const opened = await openAccountSession(options, terminal);
  if (!opened.ok) return opened;
  const session = opened.value;
  try {
    const { listed } = placeInTeam(session.team, member);
    if (file === null && listed === null) {
      const because = nearMember(member, session.team.members);
      return fail('unknown-member', { member, file: options.file, because });
    }
    const saved = file === null ? succeed(null) : await readSavedFacts(file, session.team, member);
    if (!saved.ok) return saved;
    return succeed({ session, facts: saved.value, claims: await proveDeparture(session, member, saved.value) });
  } finally {
    await session.close();
  }
}

/** The claims about a departure, in an account that is reached already. */
export async function proveDeparture(
  session: AccountSession,
  member: string,
  facts: SavedFacts | null,
): Promise<readonly Claim[]> {
  const { lab, account } = session.team;
  const name = iamName(lab, member);
  const user = facts?.user ?? { name, arn: iamArn(account, 'user', labPath(lab), name), id: null };
  return proofOf(await gather(session, member, name, facts), user, facts);
}

const PAGE_SIZE = 1000;
const AT_ONCE = 4;

async function gather(
  session: AccountSession,
  member: string,
  user: string,
  facts: SavedFacts | null,
): Promise<Evidence> {
  const { iam, team, connection } = session;
  const asked = async <Value>(work: () => Promise<Result<Value>>): Promise<Asked<Value>> => {
    const at = session.now().toISOString();
    return { at, result: await work() };
  };
  const get = () => orNull('NoSuchEntityException', () => iam.send(new GetUserCommand({ UserName: user })));
  const details = await asked(() => askAws(() => readAuthorizationDetails(iamReader(iam), team.account, PAGE_SIZE)));
  const users = details.result.ok ? details.result.value.access.users.map(({ name }) => name) : null;
  return {
    details,
    teams: await asked(() => teamsWith(session, member)),
    user: await asked(() => askAws(async () => (await get()) !== null)),
    keys: await inParallel(facts?.keys ?? [], AT_ONCE, async ({ id }) => ({
      id,
      ...(await asked(() => userWithKey(session, id, users))),
    })),
    buckets: await asked(() =>
      askAws(() =>
        withS3({ region: 'us-east-1', followRegionRedirects: true, ...connection }, (s3) => readBucketPolicies(s3)),
      ),
    ),
  };
}

/** Some callers are denied to ask about a key that does not exist: then the keys of all users are listed. */
async function userWithKey(
  { iam }: AccountSession,
  id: string,
  users: readonly string[] | null,
): Promise<Result<string | null>> {
  const found = await askAws(() => userOfKey(iam, id));
  if (found.ok || users === null || found.failure.code !== 'credentials-denied') return found;
  return askAws(async () => (await usersByKey(iam, users)).get(id) ?? null);
}

/** The teams that still have the member: an apply would create the user again. */
async function teamsWith(session: AccountSession, member: string): Promise<Evidence['teams']['result']> {
  const record = await readApplied(session);
  if (!record.ok) return record;
  const { team: applied, begun } = record.value;
  const has = ({ members }: { readonly members: readonly { readonly key: string }[] }) =>
    members.some(({ key }) => key === member);
  return succeed([
    ...(has(session.team) ? (['team.yaml'] as const) : []),
    ...(has(applied) ? (['applied'] as const) : []),
    ...(begun.some(has) ? (['begun'] as const) : []),
  ]);
}
