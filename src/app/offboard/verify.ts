import { readBucketPolicies } from '../../aws/bucket-policies.ts';
import { askAws } from '../../aws/client.ts';
import { readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { parseData } from '../../diagnostics/parse-data.ts';
import { iamArn } from '../../iam/arn.ts';
import { usersByKey } from '../../offboard/account.ts';
import { SAVED_FACTS, type SavedFacts } from '../../offboard/facts.ts';
import { type Claim, type Departure, type Evidence, proofOf } from '../../offboard/proof.ts';
import { placeInTeam } from '../../offboard/survey.ts';
import { iamName, labPath } from '../../team/names.ts';
import { nearMember } from '../../team/suggest.ts';
import type { Team } from '../../team/team.ts';
import { readText } from '../files.ts';
import { readApplied } from '../keys/lab-keys.ts';
import {
  type AccountSession,
  type AccountSessionOptions,
  openAccountSession,
  withSession,
} from '../session/account-session.ts';
import type { Terminal } from '../terminal.ts';

export interface VerifyOptions extends AccountSessionOptions {
  readonly member: string;
  /** The file of `--out`; null if nothing was saved. */
  readonly facts: string | null;
}

/** Proves that a departure is over, from what AWS says now and from what was saved before the user was deleted. */
export async function verifyDeparture(
  options: VerifyOptions,
  terminal: Terminal,
): Promise<Result<Departure & { readonly session: AccountSession }>> {
  return withSession(await openAccountSession(options, terminal), async (session) => {
    const { member, facts: file } = options;
    const { team } = session;
    if (file === null && placeInTeam(team, member).listed === null) {
      return fail('unknown-member', { member, file: options.file, because: nearMember(member, team.members) });
    }
    const saved = file === null ? succeed(null) : await readSavedFacts(file, team, member);
    if (!saved.ok) return saved;
    const [at, facts] = [session.now().toISOString(), saved.value];
    return succeed({ session, member, at, facts, claims: await proveDeparture(session, member, facts) });
  });
}

/** The claims about a departure, in an account that is reached already. */
export async function proveDeparture(
  session: AccountSession,
  member: string,
  facts: SavedFacts | null,
): Promise<readonly Claim[]> {
  const { iam, team, connection } = session;
  const details = await askAws(() => readAuthorizationDetails(iam, team.account));
  const users = facts !== null && details.ok ? details.value.access.users.map(({ name }) => name) : [];
  const evidence: Evidence = {
    details,
    teams: await teamsWith(session, member),
    keys: details.ok ? await askAws(() => usersByKey(iam, users)) : details,
    buckets: await askAws(() => readBucketPolicies(connection)),
  };
  const name = iamName(team.lab, member);
  const user = facts?.user ?? { name, arn: iamArn(team.account, 'user', labPath(team.lab), name), id: null };
  return proofOf(evidence, user, facts);
}

/** The teams that still have the member: an apply would create the user again. */
async function teamsWith(session: AccountSession, member: string): Promise<Evidence['teams']> {
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

/** The facts of a file, if they are about this member. */
async function readSavedFacts(
  file: string,
  { lab, account }: Pick<Team, 'lab' | 'account'>,
  member: string,
): Promise<Result<SavedFacts>> {
  const text = await readText(file);
  if (!text.ok) return text;
  const read = parseData(text.value, SAVED_FACTS);
  if (!read.ok) return fail('facts-unusable', { file, because: 'damaged', reason: read.reason });
  const facts = read.value;
  const isTheirs = facts.member === member && facts.user.name === iamName(lab, member);
  if (facts.lab === lab && facts.account === account && isTheirs) return succeed(facts);
  const reason = `it is about ${facts.member} of lab ${facts.lab} in account ${facts.account}`;
  return fail('facts-unusable', { file, because: 'other', reason });
}
