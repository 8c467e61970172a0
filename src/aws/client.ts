import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Failure, fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { NotChecked } from './types.ts';

/** By code: the names of errors of the SDK, of AWS and of Node. */
const ERROR_NAMES = {
  'credentials-missing': ['CredentialsProviderError', 'NoCredentialProviders'],
  'credentials-denied': [
    ...['AccessDenied', 'AccessDeniedException', 'InvalidClientTokenId', 'UnrecognizedClientException', 'ExpiredToken'],
    ...['ExpiredTokenException', 'SignatureDoesNotMatch', 'AuthFailure', 'IncompleteSignature', 'InvalidAccessKeyId'],
  ],
  throttled: ['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException'],
  'aws-unavailable': ['ServiceFailure', 'ServiceUnavailable', 'InternalFailure', 'InternalError'],
  'network-failed': [
    ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'TimeoutError', 'NetworkingError'],
  ],
} as const;

/** An answer without an error that is not from AWS, as of a proxy. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** Why a call to AWS failed; null for an error that is neither an answer of AWS nor one of the connection: a bug of ours. */
export function awsFailure(error: unknown): Failure | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof UnreadableAnswer) return unavailable(error.message);
  const names = [error.name, ...namesBelow(error)];
  const is = (code: keyof typeof ERROR_NAMES): boolean =>
    ERROR_NAMES[code].some((name) => names.includes(name)) ||
    // The SDK wraps an error that is not its own realm's Error, and keeps the reason in the message alone.
    (code === 'network-failed' && ERROR_NAMES[code].some((name) => error.message.includes(` ${name} `)));
  const reason = `${error.name}: ${error.message}`.replace(/\s+/g, ' ').trim();
  if (is('credentials-missing')) return fail('credentials-missing', { reason }).failure;
  for (const code of ['credentials-denied', 'throttled', 'aws-unavailable', 'network-failed'] as const) {
    if (is(code)) return fail(code, { reason, progress: null }).failure;
  }
  // The SDK sets these for every answer of AWS, unknown error codes included.
  return '$fault' in error || '$metadata' in error ? unavailable(reason) : null;
}

function unavailable(reason: string): Failure {
  return fail('aws-unavailable', { reason, progress: null }).failure;
}

/** Node hides the reason of a failed connection in `code`, and in the errors of each address that it tried. */
function namesBelow(error: Error): readonly string[] {
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown };
  const below = [...(Array.isArray(errors) ? errors : []), cause].filter(
    (each) => each instanceof Error && each !== error,
  );
  return [...(typeof code === 'string' ? [code] : []), ...below.flatMap((each) => [each.name, ...namesBelow(each)])];
}

/** What a read gives; null if AWS answers with an error whose name begins so, because there is no such thing. */
export async function orNull<Value>(missing: string, read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && error.name.startsWith(missing)) return null;
    throw error;
  }
}

/** The result of calls to AWS, with errors of AWS as failures. Throws any other error. */
export async function askAws<Value>(work: () => Promise<Value>): Promise<Result<Value>> {
  try {
    return succeed(await work());
  } catch (error) {
    const failure = awsFailure(error);
    if (failure === null) throw error;
    return { ok: false, failure };
  }
}

/** The same of work that has failures of its own. */
export async function askAwsFor<Value>(work: () => Promise<Result<Value>>): Promise<Result<Value>> {
  const asked = await askAws(work);
  return asked.ok ? asked.value : asked;
}

/** Asks AWS whose credentials these are, and refuses every account but the team's before anything else is asked. */
export async function checkCaller(sts: Pick<STSClient, 'send'>, expected: string): Promise<Result<null>> {
  const identity = await askAws(() => sts.send(new GetCallerIdentityCommand({})));
  if (!identity.ok) return (await unusableProfile(identity.failure, process.env)) ?? identity;
  const { Account: actual = null } = identity.value;
  return actual === expected ? succeed(null) : fail('wrong-account', { expected, actual });
}

/** The account of the credentials at hand; null if there are none, or AWS does not answer. */
export async function callerAccount(sts: Pick<STSClient, 'send'>): Promise<string | null> {
  const identity = await askAws(() => sts.send(new GetCallerIdentityCommand({})));
  return identity.ok ? (identity.value.Account ?? null) : null;
}

/** Why the profile that was asked for has no credentials; null if that is not the reason. */
async function unusableProfile(failure: Failure, env: NodeJS.ProcessEnv): Promise<ReturnType<typeof fail> | null> {
  if (failure.code !== 'credentials-missing') return null;
  const { AWS_PROFILE: profile = 'default', HOME: home = homedir() } = env;
  // All errors of the SDK about a sign-in that has ended name this command, and have no code.
  if (failure.args.reason.includes('aws sso login')) return fail('sign-in-expired', { profile });
  if (env.AWS_PROFILE === undefined) return null;
  const files = [
    env.AWS_CONFIG_FILE ?? join(home, '.aws', 'config'),
    env.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws', 'credentials'),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const profiles = [
    ...new Set(
      texts.flatMap((text) =>
        [...text.matchAll(/^[ \t]*\[(?:profile\s+)?([^\]\s]+)\]/gm)].map(([, name = '']) => name),
      ),
    ),
  ];
  return profiles.includes(profile) ? null : fail('profile-missing', { profile, files, profiles });
}

/** The same; the failure says `what` could not be checked. */
export async function readAws<Value>(what: string, read: () => Promise<Value>): Promise<Result<Value, NotChecked>> {
  const asked = await askAws(read);
  return asked.ok ? asked : { ok: false, failure: { what, failure: asked.failure } };
}

/** The same of what may not exist; `missing` if IAM says that there is no such thing (any more). */
export function readAwsOr<Value>(
  missing: Value,
  what: string,
  read: () => Promise<Value>,
): Promise<Result<Value, NotChecked>> {
  return readAws(what, async () => (await orNull('NoSuchEntity', read)) ?? missing);
}

/** All pages of a list. Throws if one leads to itself, because the list would be incomplete or endless. */
export async function allPages<Page extends { readonly Marker?: string | undefined }>(
  pages: AsyncIterable<Page>,
): Promise<readonly Page[]> {
  const all: Page[] = [];
  for await (const page of pages) {
    const before = all.at(-1)?.Marker;
    if (before !== undefined && page.Marker === before) {
      throw new UnreadableAnswer('a page of the answer leads to itself');
    }
    all.push(page);
  }
  return all;
}

/** The items of all pages of a list, which `of` finds in a page. Throws as `allPages` does. */
export async function allItems<Page extends { readonly Marker?: string | undefined }, Item>(
  pages: AsyncIterable<Page>,
  of: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  return (await allPages(pages)).flatMap((page) => of(page) ?? []);
}

/** Whole seconds, as IAM keeps them; other endpoints add fractions in some of their answers and not in others. */
export function isoOfDate(date: Date | undefined): string {
  return date === undefined ? '' : `${date.toISOString().slice(0, 19)}Z`;
}

/** IAM throttles a whole account together, and each item can take several calls. */
const AT_ONCE = 8;

/**
 * Does the same with each item, some at a time, and gives the results in the items' order. The first error is thrown when those
 * under way have ended, and nothing more is begun after it.
 */
export async function inParallel<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  const errors: unknown[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) {
      try {
        values[index] = await work(item);
      } catch (error) {
        errors.push(error);
      }
      if (errors.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (errors.length > 0) throw errors[0];
  return values;
}
