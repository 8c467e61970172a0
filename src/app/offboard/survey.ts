import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { whoCan } from '../../access/explain.ts';
import type { AccessModel } from '../../access/model.ts';
import { askAws } from '../../aws/client.ts';
import { readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { KeyAccount } from '../../keys/account.ts';
import { readOtherCredentials } from '../../offboard/account.ts';
import { heldBy, placeInTeam, type Survey, userProblem } from '../../offboard/survey.ts';
import { iamName } from '../../team/names.ts';
import { nearMember } from '../../team/suggest.ts';
import { failureText } from '../../text/failures/failures.ts';
import { checkWritable, written } from '../files.ts';
import { withKeyAccount } from '../keys/lab-keys.ts';
import { type Revoked, revokeKeys } from '../keys/revoke.ts';
import { type AccountSession, type AccountSessionOptions, openAccountSession } from '../session/account-session.ts';
import { type ApplyRecord, appliedIn, checkRecord } from '../session/records.ts';
import type { Terminal } from '../terminal.ts';

export interface SurveyOptions extends AccountSessionOptions {
  readonly member: string;
  /** A new file for what the proof needs; null for none. */
  readonly out: string | null;
  /** Deactivate the keys first. */
  readonly now: boolean;
}

/** Reads what a member has, deactivates their keys and saves what the proof needs, as asked. */
export async function surveyMember(
  options: SurveyOptions,
  terminal: Terminal,
  confirm: (revoked: Revoked) => Promise<Result<null>>,
) {
  const { member, out } = options;
  const writable = await checkWritable([out]);
  if (!writable.ok) return writable;
  if (out !== null && existsSync(out)) return fail('file-not-writable', { file: out, reason: 'it exists already' });
  const revoked = options.now
    ? await revokeKeys({ ...options, keyId: null, delete: false }, terminal, confirm)
    : succeed(null);
  if (!revoked.ok) return revoked;
  return withKeyAccount(await openAccountSession(options, terminal), async (session, keys) => {
    // Not everyone who can read users can read the record. With `--now` it was said already.
    const record = await checkRecord(session);
    if (!record.ok && !options.now) terminal.stderr(`${failureText(record.failure)}\n`);
    const read = await surveyIn(session, keys, member, record.ok ? record.value : null);
    if (!read.ok) return read;
    const survey = read.value;
    if (survey.listed === null && survey.held === null) {
      return fail('unknown-member', { member, file: options.file, because: nearMember(member, session.team.members) });
    }
    const isApplied = !record.ok || appliedIn(record.value) !== null;
    const saved = out === null ? succeed(undefined) : await save(survey, isApplied, out);
    return saved.ok ? succeed({ session, survey, deactivated: revoked.value?.keys ?? [] }) : saved;
  });
}

/** What a member has, in an account that is reached already. */
export async function surveyIn(
  session: AccountSession,
  keys: Pick<KeyAccount, 'keys'>,
  member: string,
  record: ApplyRecord | null,
): Promise<Result<Survey>> {
  const { team, iam } = session;
  const user = iamName(team.lab, member);
  const at = session.now().toISOString();
  const details = await askAws(() => readAuthorizationDetails(iam, team.account));
  if (!details.ok) return details;
  const account = details.value;
  const listed = account.users.has(user) ? await keys.keys(user) : succeed([]);
  if (!listed.ok) return listed;
  const read = { at, keys: listed.value, credentials: await readOtherCredentials(iam, user) };
  return succeed({
    ...{ member, user, ...placeInTeam(team, member) },
    held: heldBy(team, member, account, read),
    problem: userProblem(team.lab, member, account, record?.ids.user[user] ?? null),
    expirers: expirersOf(account.access, team.lab, user, session.at),
  });
}

/** Facts of another user would prove nothing about the member's. Before a first apply, a name is all that is known. */
function save(
  { member, held, problem }: Survey,
  isApplied: boolean,
  file: string,
): Promise<Result<void>> | Result<void> {
  const isOther = problem === 'replaced' || problem === 'renamed' || (problem === 'unknown' && isApplied);
  if (isOther) return fail('facts-not-saved', { member, because: problem });
  if (held === null) return fail('facts-not-saved', { member, because: 'no-user' });
  const text = `${JSON.stringify(held.facts, null, 2)}\n`;
  // One that exists may be all that is left of a deleted user.
  return written(() => writeFile(file, text, { mode: 0o600, flag: 'wx' }));
}

/** Who else can end that workers accept a HIT. */
function expirersOf(access: AccessModel, lab: string, except: string, at: Date): readonly string[] {
  const name = 'UpdateExpirationForHIT';
  const { users } = whoCan(access, lab, { kind: 'operation', name, operations: [name] }, at);
  return users.flatMap(({ user, starts }) => (starts === null && user !== except ? [user] : []));
}
