import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { adoptionFile } from '../../adopt/adoption.ts';
import { candidatesIn } from '../../adopt/candidates.ts';
import { type Found, type Survey, surveyOf } from '../../adopt/survey.ts';
import { readBucketPolicies } from '../../aws/bucket-policies.ts';
import { askAws, inParallel } from '../../aws/client.ts';
import { readOwnCredentials } from '../../aws/credentials/user-credentials.ts';
import { readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { isLink, replaceFile, written } from '../files.ts';
import {
  type AccountSession,
  type AccountSessionOptions,
  openAccountSession,
  withSession,
} from '../session/account-session.ts';
import { readRecord } from '../session/records.ts';
import type { Terminal } from '../terminal.ts';
import { lostFailure, readAdoption } from './open.ts';

export interface SurveyOptions extends AccountSessionOptions {
  /** Keys of members whose differences are accepted as they are now. */
  readonly accept: readonly string[];
  /** Names of IAM users that are left alone. */
  readonly without: readonly string[];
  /** Member keys by name of an IAM user. */
  readonly as: ReadonlyMap<string, string>;
}

/** What was found; `notChecked` is what AWS did not let us read. */
export type Surveyed = Survey & { readonly notChecked: readonly string[] };

/** Reads an account and says what adopting its users does. Nothing is written. */
export async function surveyAccount(options: SurveyOptions, terminal: Terminal): Promise<Result<Surveyed>> {
  return withSession(await openAccountSession(options, terminal), (session) => surveyIn(session, options));
}

/** The same in an account that is reached already. */
export async function surveyIn(session: AccountSession, options: SurveyOptions): Promise<Result<Surveyed>> {
  const { team, iam, at, today, records } = session;
  // Before bootstrap there is no bucket that could have a record.
  const record = await readRecord(records);
  if (record.ok && record.value !== null) return fail('adoption-over', { ended: record.value.team !== null });
  const { file, accept, as } = options;
  const earlier = await readAdoption(adoptionFile(file), team);
  const isFirst =
    !earlier.ok && earlier.failure.code === 'adoption-unusable' && earlier.failure.args.because === 'missing';
  if (!earlier.ok && !isFirst) return earlier;
  const before = earlier.ok ? earlier.value : null;
  const details = await askAws(() => readAuthorizationDetails(iam, team.account));
  if (!details.ok) return details;
  const { access, ids, roles } = details.value;
  const lost = isFirst ? lostFailure(adoptionFile(file), access, team) : null;
  if (lost !== null) return lost;
  const unknown = [...options.without, ...as.keys()].find((user) => !ids.user.has(user));
  if (unknown !== undefined) return fail('unknown-iam-user', { user: unknown, account: team.account });
  const given = new Set([...as.values()].map((key) => key.toLowerCase()));
  const earlierUsers = (before?.users ?? []).filter(({ key }) => !given.has(key.toLowerCase()));
  const known = new Map(earlierUsers.map(({ id, key }) => [id, key]));
  const keys = [...ids.user].flatMap(([name, id]) => {
    const key = known.get(id);
    return key === undefined ? [] : [[name, key] as const];
  });
  const choice = { at, without: new Set(options.without), keys: new Map([...keys, ...as]) };
  const chosen = candidatesIn(access, team, choice);
  const { credentials, ...own } = await readCredentials(session, chosen);
  const buckets = await readBuckets(session);
  const text = await readFile(file, 'utf8');
  const account = { access, ids, roles, buckets: buckets.read };
  const surveyed = surveyOf({ file, text, team, at, today, account, chosen, credentials, earlier: before }, accept);
  if (!surveyed.ok) return surveyed;
  return succeed({ ...surveyed.value, notChecked: [...own.notChecked, ...buckets.notChecked] });
}

/** Four calls for each candidate. */
async function readCredentials({ iam }: AccountSession, { candidates }: Found['chosen']) {
  const read = await inParallel(candidates, async ({ user: { name } }) => {
    const { keys, password } = await readOwnCredentials(iam, name, { services: false });
    return { name, keys, password };
  });
  return {
    credentials: new Map(
      read.map(({ name, keys, password }) => [
        name,
        { keys: keys.ok ? keys.value.length : 0, password: password.ok && password.value !== null },
      ]),
    ),
    notChecked: read.flatMap(({ keys, password }) =>
      [keys, password].flatMap((each) => (each.ok ? [] : [each.failure.what])),
    ),
  };
}

async function readBuckets({ connection }: AccountSession) {
  const buckets = await askAws(() => readBucketPolicies(connection));
  if (!buckets.ok) return { read: [], notChecked: ['the policies of S3 buckets'] };
  return {
    read: buckets.value.flatMap(({ bucket, policy }) => (policy.ok ? [{ bucket, json: policy.value }] : [])),
    notChecked: buckets.value.flatMap(({ bucket, policy }) =>
      policy.ok ? [] : [`the policy of the bucket ${bucket}`],
    ),
  };
}

/** Writes the draft and adopt.json, which only its owner can read and Git ignores. Returns the files. */
export function saveSurvey(
  { draft, adoption }: Pick<Survey, 'draft' | 'adoption'>,
  teamFile: string,
): Promise<Result<readonly string[]>> {
  return written(async () => {
    const file = adoptionFile(teamFile);
    if (draft !== null) await replaceFile(draft.file, draft.text);
    await replaceFile(file, `${JSON.stringify(adoption, null, 2)}\n`, 0o600);
    const ignored = join(dirname(teamFile), '.gitignore');
    const lines = await readFile(ignored, 'utf8').catch(() => '');
    const isIgnored = lines.split(/\r?\n/).includes('adopt.json');
    const isAdded = !isIgnored && !(await isLink(ignored));
    if (isAdded) await replaceFile(ignored, `${lines}${lines === '' || lines.endsWith('\n') ? '' : '\n'}adopt.json\n`);
    return [...(draft === null ? [] : [draft.file]), file, ...(isAdded ? [ignored] : [])];
  });
}
