import { accessOf } from '../../src/access/access-of.ts';
import type { AccessModel } from '../../src/access/model.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { managedPolicyByArn } from '../../src/catalog/managed-policies.ts';
import { OPERATIONS, type Operation } from '../../src/catalog/mturk.ts';
import type { AccountState, InlineRecord } from '../../src/emulator/account/state.ts';
import type { ObservedCall } from '../../src/emulator/server/aws-endpoint.ts';
import { TODAY } from './lab-in-test.ts';

const AT = new Date(`${TODAY}T12:00:00Z`);

/** The access that an account gives at this moment, read from what it remembers and not by a call. */
export function accessIn(account: AccountState): AccessModel {
  const groupName = (id: string): string => account.groups[id]?.name ?? id;
  const users = Object.values(account.users);
  const groups = Object.values(account.groups);
  const held = [...[...users, ...groups].flatMap(({ attached }) => attached), ...users.map(({ boundary }) => boundary)];
  const aws = new Set(held.filter((arn): arn is string => arn?.includes('::aws:') === true));
  return {
    account: account.accountId,
    users: users.map((user) => ({
      name: user.name,
      path: user.path,
      groups: user.groups.map(groupName),
      attached: user.attached,
      inline: user.inline.map(inlinePolicy),
      boundary: user.boundary,
      tags: Object.fromEntries(user.tags.map(({ key, value }) => [key, value])),
    })),
    groups: groups.map(({ name, path, attached, inline }) => ({
      name,
      path,
      attached,
      inline: inline.map(inlinePolicy),
    })),
    policies: [
      ...Object.values(account.policies).map(({ arn, name, versions, defaultVersion }) => {
        const inForce = versions.find(({ id }) => id === defaultVersion);
        return { arn, name, document: inForce === undefined ? null : JSON.parse(inForce.document) };
      }),
      ...[...aws].map((arn) => ({ arn, name: arn.split('/').at(-1) ?? arn, document: managedPolicyByArn(arn) })),
    ],
  };
}

function inlinePolicy({ name, document }: InlineRecord) {
  return { name, document: JSON.parse(document) };
}

/** What each user may do, by the user's name. */
type Access = ReadonlyMap<string, ReadonlySet<Operation>>;

export function accessAt(model: AccessModel, at = AT): Access {
  return new Map(
    accessOf(model, { at }).map(({ user, allowed }) => [user.name, new Set(listOperations(allowed))] as const),
  );
}

/** Checks the access of all users after each call that writes. */
export interface TransientWatch {
  /** Called for every request that changes something; reads are skipped. */
  look(call: ObservedCall, account: AccountState): true;
  readonly looks: number;
  /** Who could do, after which call, what neither end allows. */
  readonly problems: readonly string[];
}

/** Watches a change between two states of an account for what neither of them allows anybody. */
export function watchAccess(before: AccessModel, after: AccessModel): TransientWatch {
  const ends = [accessAt(before), accessAt(after)];
  const problems: string[] = [];
  let looks = 0;
  return {
    problems,
    get looks() {
      return looks;
    },
    look({ phase, action, params, index }, account) {
      if (phase !== 'after' || /^(Get|List)/.test(action)) return true;
      looks += 1;
      for (const [user, allowed] of accessAt(accessIn(account))) {
        const extra = OPERATIONS.filter(
          (operation) => allowed.has(operation) && !ends.some((end) => end.get(user)?.has(operation)),
        );
        if (extra.length > 0) {
          const more = extra.length > 3 ? ` and ${extra.length - 3} more` : '';
          const call = `call ${index}, ${action} ${JSON.stringify(params)}`;
          problems.push(`${user} may ${extra.slice(0, 3).join(', ')}${more} after ${call}`);
        }
      }
      return true;
    },
  };
}
