import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { AccessModel } from '../../access/model.ts';
import { ADOPTION, type Adoption, adoptionFile } from '../../adopt/adoption.ts';
import { differencesOf, unaccepted } from '../../adopt/differences.ts';
import {
  type AccountNow,
  type AdoptedNow,
  type AdoptionChange,
  adoptedNow,
  changesSince,
  groupsWithoutRole,
  type Move,
  movedWithoutMember,
  ofMembers,
} from '../../adopt/progress.ts';
import { askAws } from '../../aws/client.ts';
import { type AuthorizationDetails, readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import { type Failed, fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { parseData } from '../../diagnostics/parse-data.ts';
import { adoptingIn } from '../../drift/rules/nothing-applied.ts';
import { gitIn, isInClone } from '../../github/git.ts';
import { stableJson } from '../../iam/canonical.ts';
import type { Team } from '../../team/team.ts';
import { withSession } from '../session/account-session.ts';
import { type LabSession, type LabSessionOptions, openLabSession } from '../session/lab-session.ts';
import { type ApplyRecord, readRecord } from '../session/records.ts';
import type { Terminal } from '../terminal.ts';

export interface AdoptStepOptions extends LabSessionOptions {
  readonly yes: boolean;
}

/** What `adopt` read, what the account has now, and the apply record; null if no apply has begun. */
export interface OpenAdoption {
  readonly adoption: Adoption;
  readonly account: AuthorizationDetails;
  readonly people: readonly AdoptedNow[];
  readonly record: ApplyRecord | null;
}

/** What `adopt` read of this lab and account. */
export async function readAdoption(
  file: string,
  { lab, account }: { readonly lab: string; readonly account: string },
): Promise<Result<Adoption>> {
  const text = await readFile(file, 'utf8').then(succeed, ({ code = 'unknown' }: NodeJS.ErrnoException) =>
    fail('adoption-unusable', { file, because: code === 'ENOENT' ? 'missing' : 'unreadable', reason: code }),
  );
  if (!text.ok) return text;
  // Git keeps no such mode: a file of a commit could accept, and name users, for the administrator.
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const reason = `others than its owner may read or write it (${(mode & 0o777).toString(8)}), as if it came from Git`;
    return fail('adoption-unusable', { file, because: 'open', reason });
  }
  // Where Git does not answer, nothing tells whose file it is.
  const tracked = isInClone(dirname(file))
    ? await gitIn(dirname(file), 'ls-files', '--', `:(icase)${basename(file)}`)
    : '';
  if (tracked === null)
    return fail('adoption-unusable', { file, because: 'untold', reason: 'Git does not say whether it tracks it' });
  if (tracked !== '') {
    const reason = 'Git tracks it, so that a commit can change it';
    return fail('adoption-unusable', { file, because: 'tracked', reason });
  }
  const read = parseData(text.value, ADOPTION);
  if (!read.ok) return fail('adoption-unusable', { file, because: 'damaged', reason: read.reason });
  if (read.value.lab === lab && read.value.account === account) return succeed(read.value);
  const reason = `it is of lab ${read.value.lab} in account ${read.value.account}`;
  return fail('adoption-unusable', { file, because: 'other', reason });
}

/** Works in a session of the lab with its adoption, and closes it. */
export async function withAdoption<Value>(
  options: LabSessionOptions,
  terminal: Terminal,
  work: (session: LabSession, adoption: Adoption) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  return withSession(await openLabSession(options, terminal), async (session) => {
    const adoption = await readAdoption(adoptionFile(options.file), session.team);
    return adoption.ok ? work(session, adoption.value) : orLost(session, adoption);
  });
}

/** That adopt.json is lost, if users are moved already. */
async function orLost({ team, iam, records }: LabSession, failed: Failed): Promise<Failed> {
  const { code, args } = failed.failure;
  if (code !== 'adoption-unusable' || args.because !== 'missing') return failed;
  const record = await readRecord(records);
  if (!record.ok || record.value !== null) return failed;
  const account = await askAws(() => readAuthorizationDetails(iam, team.account));
  return (account.ok ? lostFailure(args.file, account.value.access, team) : null) ?? failed;
}

/** For an account without an apply record; null if no user is moved. */
export function lostFailure(file: string, access: AccessModel, team: Team): Failed | null {
  const moved = adoptingIn(access, team);
  return moved.length === 0 ? null : fail('adoption-lost', { file, members: moved.map(({ key }) => key) });
}

/** The account and the apply record, as they are now. Of users whose member is not in the file, only `adopt --undo` takes any. */
export async function lookAt(session: LabSession, adoption: Adoption): Promise<Result<OpenAdoption>> {
  const { team, iam, records } = session;
  const record = await readRecord(records);
  if (!record.ok) return record;
  const account = await askAws(() => readAuthorizationDetails(iam, team.account));
  if (!account.ok) return account;
  const people = adoptedNow(adoption, account.value);
  return succeed({ adoption, account: account.value, people, record: record.value });
}

/** The same without users whose member is not in the file: fails if one was moved, because Terraform would delete the user. */
export async function lookAtMembers(session: LabSession, whole: Adoption): Promise<Result<OpenAdoption>> {
  const { team } = session;
  const open = await lookAt(session, ofMembers(whole, team));
  const known = open.ok ? unchangedOr(movedWithoutMember(whole, team, open.value.account)) : open;
  return known.ok ? open : known;
}

/** Shows the steps, and asks. */
export type Agree<Steps> = (steps: Steps) => Promise<Result<null>>;

/** Decides, asks and decides again, because a question can stay open for hours: fails if other users would be moved by then. */
export async function agreedMoves<Steps extends { readonly moves: readonly Move[] }>(
  decide: () => Promise<Result<Steps>>,
  agree: Agree<Steps>,
): Promise<Result<Steps>> {
  const shown = await decide();
  if (!shown.ok) return shown;
  const agreed = await agree(shown.value);
  if (!agreed.ok) return agreed;
  const decided = await decide();
  if (!decided.ok || stableJson(decided.value.moves) === stableJson(shown.value.moves)) return decided;
  return fail('plan-stale', { reason: 'other users would be moved than those that were shown' });
}

const WAITS_MS = [1_000, 2_000, 4_000, 8_000];

/** The same once it has what was written. IAM is eventually consistent: for some seconds it may answer as before. */
export async function lookUntil(
  session: LabSession,
  adoption: Adoption,
  hasIt: (open: OpenAdoption) => boolean,
): Promise<Result<OpenAdoption>> {
  for (const pause of session.kind === 'emulator' ? [] : WAITS_MS) {
    const open = await lookAt(session, adoption);
    if (!open.ok || hasIt(open.value)) return open;
    await wait(pause);
  }
  return lookAt(session, adoption);
}

/** Fails if someone has differences that no one accepted. */
export function checkAccepted({ team, at, today }: LabSession, adoption: Adoption): Result<null> {
  const left = unaccepted(adoption, differencesOf(adoption, team, { at, today }));
  return left.length === 0 ? succeed(null) : fail('adoption-not-accepted', { members: left.map(({ key }) => key) });
}

/** Fails if the account is not as `adopt` read it and its steps left it; `made` are names of what Terraform's state has. */
export function checkUnchanged(
  { team }: LabSession,
  adoption: Adoption,
  account: AccountNow,
  made?: ReadonlySet<string>,
): Result<null> {
  const groups = groupsWithoutRole(adoption, team, account.access, made);
  return unchangedOr([...changesSince(adoption, team, account), ...groups]);
}

export function unchangedOr(changes: readonly AdoptionChange[]): Result<null> {
  return changes.length === 0 ? succeed(null) : fail('adoption-changed', { changes });
}
