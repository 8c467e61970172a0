import { accessOf } from '../../access/access-of.ts';
import { stableArn } from '../../access/account-role.ts';
import { conservativeModel } from '../../access/conservative.ts';
import { type AccessChange, besides, conditionally, distinctEffects } from '../../access/diff.ts';
import { type EscalationStep, escalationOf } from '../../access/escalation.ts';
import { type AccessModel, around } from '../../access/model.ts';
import {
  difference,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  union,
} from '../../access/operation-set.ts';
import { anyUserText } from '../../access/text/names.ts';
import { isLasting } from '../../access/time-conditions.ts';
import type { EntityIds } from '../../aws/types.ts';
import { iamArn } from '../../iam/arn.ts';
import { labPath } from '../../team/names.ts';
import { codeText, someTexts, TEAM_FILE, t } from '../../text/text.ts';
import { type AccessEffect, effectBetween, effectOf, gainsInDoubt } from '../access-changes.ts';
import type { PendingChanges } from '../applied.ts';
import { isOpen } from '../finding.ts';
import { type Detected, detected, type Rule, type ScanContext } from './rule.ts';
import { escalationText } from './unmanaged-role.ts';
import { changedWays } from './unmanaged-user.ts';

export const accessNotGiven: Rule<'access-not-given'> = {
  severity: 'medium',
  // Another whom a role trusts is another finding.
  idParts: ({ user, others }, names) =>
    others.length === 0 ? names.user(user) : [[user, ...others].flatMap(names.user).join('+')],
  title: ({ user, others }, names) =>
    t`Access of ${someTexts(
      [user, ...others].map((each) => anyUserText(each, names)),
      2,
    )} that no approved ${TEAM_FILE} gives`,
  remedy: ({ data: { user, way } }, names) =>
    way === null
      ? {
          detail: t`No other finding explains it: a change of what an apply will delete, or several changes together, can give it.`,
          toFix: t`Look at the groups and policies of the user in the IAM console, then run ${codeText('mturk-team apply')}.`,
        }
      : {
          detail: escalationText(way, names),
          toFix: t`An administrator of the account removes what allows it.`,
          ifIntended: names.people.has(user)
            ? t`Use a user outside the lab for it.`
            : t`Add the ARN to ${codeText('settings.administrators')}.`,
        },
  entity: ({ user, way }) =>
    way?.on.kind === 'role' ? { kind: 'role', name: way.on.name } : { kind: 'user', name: user },
  calls: /Policy$|Group$|Boundary$|^CreateRole$/,
};

/**
 * What any user of the account can do that no approved team gives and no finding says that waits for no apply, with the exceptions
 * of unmanaged users. Whatever the other rules do not see, or take for what waits, is not hidden.
 */
export function accessNotGivenIn(
  { full, desired, lab, at, inventory: { ids }, taken, administrators, ownChanges, team: { settings } }: ScanContext,
  noted: EntityIds,
  { approved, givenTo }: PendingChanges,
  found: readonly Detected[],
): readonly Detected[] {
  const notedNames = new Map([...noted.user].map(([name, id]) => [id, name]));
  const ofOthers = new Set(taken.flatMap(({ holder: { kind, name } }) => (kind === 'user' ? [name] : [])));
  const excepted = new Set([...administrators, ...settings.administrators.map(stableArn)]);
  const neighbors = settings.neighbors.map(labPath);
  const given = approved.map((model) => decidedIn(model, at));
  const open = found.filter(isOpen);
  const held = decidedIn(full.model, at);
  const ways = new Map<string, [EscalationStep, ...string[]]>();
  const beyond = full.model.users.flatMap((self) => {
    const { name: user, path } = self;
    const is = held.get(user) ?? NOTHING;
    const known = notedNames.get(ids.user.get(user) ?? '');
    const name = known ?? user;
    const may = known !== undefined || !ofOthers.has(user) ? given.flatMap((each) => each.get(name) ?? []) : [];
    const isOfLab = known !== undefined || may.length > 0;
    const arn = iamArn(full.model.account, 'user', path, user);
    if (!isOfLab && excepted.has(arn)) return [];
    const isMore = (when: 'now' | 'ever') =>
      !isEmpty(difference(is[when], may.map((each) => each[when]).reduce(union, NO_OPERATIONS)));
    const hasItsDays = !isOfLab || may.some(({ starts, ends }) => starts === is.starts && ends === is.ends);
    const isOfNeighbor = !isOfLab && neighbors.some((each) => path.startsWith(each));
    const isLikeGiven = isOfNeighbor || (hasItsDays && !isMore('now') && !isMore('ever'));
    const own = around(full, [user]);
    // What was renamed is found under the name of the file.
    const nameIn = ({ rule }: Detected) => (rule === 'user-renamed' || rule === 'group-renamed' ? name : user);
    const isSaid = open.some((each) => each.escalates.includes(nameIn(each)));
    const way = isSaid ? null : escalationOf(own, self, lab, at);
    const same = JSON.stringify(way);
    if (way !== null) ways.set(same, [...(ways.get(same) ?? ([way] as const)), name]);
    const unsaidOf = (changes: readonly AccessChange[]) =>
      changes.flatMap((change) => {
        const explained = union(isOfLab ? givenTo(name, change) : NO_OPERATIONS, saidOf(nameIn, change, open));
        return besides(change, { gained: listOperations(explained), lost: change.operations.lost });
      });
    const before = isOfLab ? around(desired, [user]) : { ...own, users: [] };
    const unsaid = isLikeGiven ? [] : unsaidOf(effectBetween(before, own, lab, at).changes);
    const itself = isOfNeighbor || isSaid || way !== null ? undefined : ownChanges.get(arn);
    const changed = (itself === undefined ? [] : changedWays(full, self, itself))
      .map((each) => ({ way: each.way, changes: unsaidOf(gainsInDoubt(each.model, at).map(conditionally)) }))
      .filter((each) => each.changes.length > 0);
    const ofItself = changed.slice(0, 1).map((first) => {
      const effect = effectOf(distinctEffects(changed.flatMap(({ changes }) => changes)), []);
      return foundBeyond(name, [], first.way, effect);
    });
    return [...(unsaid.length === 0 ? [] : [foundBeyond(name, [], null, effectOf(unsaid, []))]), ...ofItself];
  });
  const controlling = [...ways.values()].flatMap(([way, user = '', ...others]) =>
    foundBeyond(user, others, way, effectOf([], [user, ...others])),
  );
  return [...beyond, ...controlling];
}

function foundBeyond(
  user: string,
  others: readonly string[],
  way: EscalationStep | null,
  effect: AccessEffect,
): Detected {
  return detected('access-not-given', { user, others, way }, { cause: 'manual', ...effect });
}

const NOTHING: Decided = { now: NO_OPERATIONS, ever: NO_OPERATIONS, starts: null, ends: null };

interface Decided {
  readonly now: OperationSet;
  /** At any moment, in doubt. */
  readonly ever: OperationSet;
  readonly starts: number | null;
  readonly ends: number | null;
}

function decidedIn(model: AccessModel, at: Date): ReadonlyMap<string, Decided> {
  const ever = accessOf(conservativeModel(conservativeModel(model), isLasting), { at });
  return new Map(
    accessOf(model, { at }).map(({ user, allowed, starts, ends }, index) => [
      user.name,
      { now: allowed, ever: ever[index]?.allowed ?? NO_OPERATIONS, starts, ends },
    ]),
  );
}

/** What findings say of a user from the same moment on, or from an earlier one. */
function saidOf(
  nameIn: (finding: Detected) => string,
  { starts, conditional }: AccessChange,
  open: readonly Detected[],
): OperationSet {
  const isAsSoon = (each: AccessChange) =>
    (each.starts.after ?? '') <= (starts.after ?? '') && (conditional || !each.conditional);
  return operationSet(
    open.flatMap((finding) => {
      const { data, changes } = finding;
      const name = nameIn(finding);
      const gained = changes.flatMap((each) => (each.user === name && isAsSoon(each) ? each.operations.gained : []));
      return 'operations' in data && 'grants' in data && data.user === name ? [...gained, ...data.operations] : gained;
    }),
  );
}
