import { setTimeout as pause } from 'node:timers/promises';
import { GetAccountSummaryCommand, type IAMClient } from '@aws-sdk/client-iam';
import { type AccessUser, emptyModel } from '../../access/model.ts';
import type { Result } from '../../diagnostics/failure.ts';
import { inParallel, readAws } from '../client.ts';
import {
  beginReport,
  type CredentialReport,
  type ReportRow,
  ROOT_ROW,
  readReport,
} from '../credentials/credential-report.ts';
import {
  credentialsOf,
  type OwnCredentials,
  readOwnCredentials,
  readServiceCredentials,
  reportedKeys,
} from '../credentials/user-credentials.ts';
import type { AccessKey, EntityIds, InventoriedUser, Inventory, NotChecked, UserCredentials } from '../types.ts';
import { type AuthorizationDetails, MOST_A_PAGE, readAuthorizationDetails } from './authorization-details.ts';

export interface InventoryOptions {
  /** 12 digits: whose the client's credentials are. */
  readonly account: string;
  /** Users whose credentials `all` reads one by one. */
  readonly managed: (user: Pick<AccessUser, 'name' | 'path'>, ids: EntityIds) => boolean;
  /** `access`: who may do what, and of credentials only what one call returns for all users. */
  readonly scope: 'access' | 'all';
  /** False for a role that may not ask for the credential report, and for checks that do not use it; true by default. */
  readonly credentialReport?: boolean;
  /** Called for every managed user that was read. */
  readonly progress?: (done: number, total: number) => void;
  readonly wait?: (milliseconds: number) => Promise<void>;
  /** Things on a page of an answer, 1 to 1,000. */
  readonly pageSize?: number;
}

/** How long a report may take that was not ready at first, a page of users; and at most. */
const REPORT_PATIENCE_MS = 10_000;
const LONGEST_PATIENCE_MS = 60_000;

/**
 * Reads an account: a call for each page of what its users, groups and policies are, two more for credentials and two for
 * the credential report, and for `all` four more for each managed user. A call that fails is listed in `notChecked`; no error of AWS is
 * thrown. A user deleted meanwhile has no credentials.
 */
export async function takeInventory(client: IAMClient, options: InventoryOptions): Promise<Inventory> {
  const { account, managed, scope, credentialReport = true, pageSize = MOST_A_PAGE, wait = pause } = options;
  const notChecked: NotChecked[] = [];
  const resultOf = <Value>(result: Result<Value, NotChecked>): Value | null => {
    if (!result.ok) notChecked.push(result.failure);
    return result.ok ? result.value : null;
  };
  const [begun, details, services, summary] = await Promise.all([
    credentialReport ? beginReport(client) : null,
    readAws('users, groups and policies', () => readAuthorizationDetails(client, account, pageSize)),
    readAws('the service-specific credentials', () => readServiceCredentials(client, pageSize)),
    readAws("the root user's access keys", () => client.send(new GetAccountSummaryCommand({}))),
  ]);
  const known = resultOf(details);
  const users = scope === 'all' && known !== null ? known.access.users.filter((one) => managed(one, known.ids)) : [];
  // An endpoint that does not know AllUsers, which is younger than the call, is asked for each user instead.
  const one = scope === 'all' && !services.ok && services.failure.failure.code === 'aws-unavailable';
  const shared = (one ? null : resultOf(services)) ?? new Map<string, UserCredentials['services']>();
  const own = await readEach(client, users, { services: one }, options);
  notChecked.push(...notCheckedOf(own));
  const patience = REPORT_PATIENCE_MS * (1 + Math.floor((known?.access.users.length ?? 0) / MOST_A_PAGE));
  const ready = () => readReport(client, Math.min(patience, LONGEST_PATIENCE_MS), wait);
  const report = begun === null || resultOf(begun) === null ? null : resultOf(await ready());
  const rootKeys = rootKeysOf(resultOf(summary)?.SummaryMap?.AccountAccessKeysPresent, report?.rows.get(ROOT_ROW));
  return {
    isAccessKnown: known !== null,
    access: known?.access ?? emptyModel(account),
    users: known === null ? new Map() : usersOf(known, own, report, shared),
    ids: known?.ids ?? { user: new Map(), group: new Map() },
    policies: known?.policies ?? new Map(),
    roles: known?.roles ?? [],
    rolePolicies: known?.rolePolicies ?? [],
    rootKeys,
    reportedAt: report?.at ?? null,
    notChecked,
  };
}

/**
 * The root user's keys by the credential report, which is up to four hours old, and by the account's summary, which knows
 * at once whether there are any. Null if neither is known.
 */
function rootKeysOf(present: number | undefined, row: ReportRow | undefined): readonly AccessKey[] | null {
  const reported = row === undefined ? null : reportedKeys(row);
  if (present === undefined) return reported;
  if (present === 0) return [];
  if (reported !== null && reported.length > 0) return reported;
  return [{ id: null, active: true, created: null, lastUsed: null, isUseKnown: false }];
}

/** By name. */
type Own = ReadonlyMap<string, OwnCredentials>;

async function readEach(
  client: IAMClient,
  users: readonly AccessUser[],
  wanted: { readonly services: boolean },
  { progress }: InventoryOptions,
): Promise<Own> {
  let done = 0;
  const own = await inParallel(users, async ({ name }) => {
    const credentials = await readOwnCredentials(client, name, wanted);
    done += 1;
    progress?.(done, users.length);
    return [name, credentials] as const;
  });
  return new Map(own);
}

/** One line for what was refused for the same reason again and again, as where a role may not list SSH keys. */
function notCheckedOf(own: Own): readonly NotChecked[] {
  const alike = new Map<string, { readonly first: NotChecked; more: number }>();
  for (const credentials of own.values()) {
    for (const [kind, result] of Object.entries(credentials)) {
      if (result.ok) continue;
      const key = `${kind} ${result.failure.failure.code}`;
      const known = alike.get(key);
      if (known === undefined) alike.set(key, { first: result.failure, more: 0 });
      else known.more += 1;
    }
  }
  return Array.from(alike.values(), ({ first, more }) =>
    more === 0 ? first : { ...first, what: `${first.what} and ${more} more` },
  );
}

function usersOf(
  known: AuthorizationDetails,
  own: Own,
  report: CredentialReport | null,
  services: ReadonlyMap<string, UserCredentials['services']>,
): ReadonlyMap<string, InventoriedUser> {
  return new Map(
    Array.from(known.users, ([name, { created }]) => {
      const found = report?.rows.get(name);
      // A deleted user of the same name is another user.
      const row = found === undefined || isOfAnother(found, created) ? null : found;
      const credentials = credentialsOf(own.get(name) ?? null, row, services.get(name) ?? []);
      return [name, { created, isReported: row !== null, credentials }];
    }),
  );
}

/** The two lists may round times differently; two users of one name are at least a minute apart. */
function isOfAnother({ created }: ReportRow, known: string): boolean {
  return created !== null && Math.abs(Date.parse(created) - Date.parse(known)) > 60_000;
}
