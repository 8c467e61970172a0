import { type Block, block } from '../diagnostics/block.ts';
import { boundaryArn, keyOfIamName } from '../team/names.ts';
import { hasExpired, type Team } from '../team/team.ts';
import { memberKeyOfAddress } from '../terraform/addresses.ts';
import type { Plan, ResourceChange } from '../terraform/plan/plan-read.ts';
import { somebodyOwns } from './file-blocks.ts';
import { type Managed, memberOf, outside, userName } from './managed.ts';
import { isChange } from './plan-blocks.ts';

/** A deleted line and a departed member look alike in a plan: a reviewed statement tells them apart. */
export function onlyDepartedLeave(plan: Plan, team: Team, today: string): readonly Block[] {
  return leavers(plan).flatMap((change) => {
    const key = memberOf(change, team);
    const departed = team.departed.some((departure) => departure.key === key);
    const expired = team.members.some((member) => member.key === key && hasExpired(member, today));
    return departed || expired ? [] : [block('member-not-departed', { member: key, user: userName(change), today })];
  });
}

export function fewLeaveAtOnce(plan: Plan, team: Team): readonly Block[] {
  const members = leavers(plan).map((change) => memberOf(change, team));
  const limit = team.settings.maxRemovals;
  return members.length > limit ? [block('too-many-removals', { count: members.length, limit, members })] : [];
}

/** Without an owner nobody can approve the next change, the one that puts this right included. */
export function anOwnerStays(plan: Plan, team: Team, today: string): readonly Block[] {
  return somebodyOwns(team, today, new Set(leavers(plan).map((change) => memberOf(change, team))));
}

/** A replaced user is a new one under the old name: keys and MFA devices are gone. */
export function nobodyIsReplaced(plan: Plan, team: Team): readonly Block[] {
  return users(plan)
    .filter(({ change }) => isReplacement(change.actions))
    .map((change) =>
      block('member-replaced', {
        member: memberOf(change, team),
        user: userName(change),
        because: change.change.replacePaths.map((path) => (Array.isArray(path) ? path.join('.') : String(path))),
      }),
    );
}

/** Limits are created before they are destroyed, which in a replacement would destroy what was just created. */
export function limitsStay(plan: Plan, team: Team): readonly Block[] {
  return plan.changes
    .filter(({ type, change }) => type === 'aws_iam_user_policy' && isReplacement(change.actions))
    .map((change) => {
      const user = String(change.change.before?.user ?? change.change.after?.user ?? '');
      return block('limits-replaced', {
        member: memberKeyOfAddress(change.address) ?? keyOfIamName(team.lab, user) ?? user,
        user,
        address: change.address,
      });
    });
}

/**
 * Another `lab` on an applied team renames users and groups and replaces all the rest, deletions first: nobody has
 * access in between. Null where no user or group goes from one lab's path to another.
 */
export function labStays(plan: Plan): { readonly from: string; readonly to: string } | null {
  for (const { type, change } of plan.changes) {
    if (type !== 'aws_iam_user' && type !== 'aws_iam_group') continue;
    const from = labOf(change.before?.path);
    const to = labOf(change.after?.path);
    if (from !== null && to !== null && from !== to) return { from, to };
  }
  return null;
}

function labOf(path: unknown): string | null {
  return /^\/mturk\/([^/]+)\/$/.exec(String(path))?.[1] ?? null;
}

/** Nobody is created or left without the boundary: it caps what may be given to her by mistake or malice. */
export function everybodyIsBounded(plan: Plan, team: Team): readonly Block[] {
  const wanted = boundaryArn(team);
  return users(plan).flatMap((change) => {
    const { after } = change.change;
    const boundary = after === null ? wanted : after.permissions_boundary;
    if (boundary === wanted) return [];
    return [
      block('user-without-boundary', {
        user: String(after?.name),
        boundary: boundary ? String(boundary) : null,
        wanted,
      }),
    ];
  });
}

/** Nothing is touched but what lies under the lab's path and bears its name. */
export function staysInside(plan: Plan, managed: Managed, account: string): readonly Block[] {
  const drifted = new Map(plan.drift.map(({ address, change }) => [address, change.before]));
  return plan.changes.filter(isChange).flatMap(({ address, type, change }) => {
    const { after } = change;
    // What somebody moved out by hand is still ours and may be put back: the state knows where it was.
    const before = drifted.get(address) ?? change.before;
    const movedBack = change.importing === null && before !== null && before.name === after?.name;
    const found = [
      after === null ? null : outside(after, type, managed, account),
      // A guard takes a foreign policy off our group: the holder is ours, what it loses need not be. And a state that has
      // forgotten where a thing was still knows that it is ours.
      before === null
        ? null
        : outside(
            movedBack ? { ...withoutLists(before), path: after?.path } : withoutLists(before),
            type,
            managed,
            account,
          ),
    ].find((what) => what !== null);
    return found === undefined ? [] : [block('outside-managed-path', { address, what: found, managed: managed.path })];
  });
}

function withoutLists(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...values, policy_arns: [] };
}

function isReplacement(actions: readonly string[]): boolean {
  return actions.includes('delete') && actions.includes('create');
}

function users(plan: Plan): readonly ResourceChange[] {
  return plan.changes.filter(({ type }) => type === 'aws_iam_user');
}

function leavers(plan: Plan): readonly ResourceChange[] {
  return users(plan).filter(({ change }) => change.actions.join() === 'delete');
}
