import type { IAMClient } from '@aws-sdk/client-iam';
import { askAws } from '../../aws/client.ts';
import { boundaryState } from '../../aws/inventory/boundary.ts';
import { takeInventory } from '../../aws/inventory/inventory.ts';
import { stateObjectTime } from '../../aws/state-object.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { iamArn } from '../../iam/arn.ts';
import { labPath } from '../../team/names.ts';
import type { StatePlace, Team } from '../../team/team.ts';
import type { AccountFacts } from './check.ts';

/** Reads the account; `state` is null if its state is kept elsewhere than in a bucket. */
export async function accountFacts(
  iam: IAMClient,
  team: Team,
  state: StatePlace | null,
  now: () => Date,
): Promise<AccountFacts> {
  const { account, lab, settings } = team;
  const inventory = await takeInventory(iam, {
    ...{ account, managed: () => false, scope: 'access', credentialReport: false, now },
  });
  const { access, rootKeys } = inventory;
  const boundary = boundaryState(inventory, team);
  const [notChecked] = inventory.notChecked;
  const notRead = notChecked === undefined ? null : ({ ok: false, failure: notChecked.failure } as const);
  const isExcepted = (path: string, name: string) =>
    path === labPath(lab) || settings.administrators.includes(iamArn(account, 'user', path, name));
  const unbounded = access.users.filter(({ path, name, boundary }) => boundary === null && !isExcepted(path, name));
  return {
    boundary:
      boundary.state === 'not-checked' ? { ok: false, failure: boundary.notChecked.failure } : succeed(boundary.state),
    usersWithoutBoundary:
      inventory.isAccessKnown || notRead === null ? succeed(unbounded.map(({ name }) => name)) : notRead,
    hasRootKeys: rootKeys === null && notRead !== null ? notRead : succeed((rootKeys?.length ?? 0) > 0),
    lockAge: await askAws(async () => {
      if (state === null) return null;
      const taken = await stateObjectTime({ ...state, key: `${state.key}/team.tfstate.tflock` });
      return taken === null ? null : Math.floor((now().getTime() - taken.getTime()) / 60_000);
    }),
  };
}

/** Seconds that this machine's clock is ahead of a server's, by the `Date` of its answer (RFC 9110, section 6.6.1). */
export async function clockAhead(url: string): Promise<Result<number>> {
  try {
    const { headers } = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    const there = Date.parse(headers.get('date') ?? '');
    if (!Number.isNaN(there)) return succeed((Date.now() - there) / 1000);
    return fail('network-failed', { reason: `${new URL(url).host} does not say the time`, progress: null });
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    return fail('network-failed', { reason, progress: null });
  }
}
