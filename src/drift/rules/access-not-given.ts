import { accessOf } from '../../access/access-of.ts';
import { conservativeModel } from '../../access/conservative.ts';
import { type AccessChange, besides } from '../../access/diff.ts';
import { escalationOf } from '../../access/escalation.ts';
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
import { userText } from '../../access/text/names.ts';
import { isLasting } from '../../access/time-conditions.ts';
import type { EntityIds } from '../../aws/types.ts';
import { codeText, TEAM_FILE, t } from '../../text/text.ts';
import { effectBetween, effectOf } from '../access-changes.ts';
import type { PendingChanges } from '../applied.ts';
import { isOpen } from '../finding.ts';
import { type Detected, detected, type Rule, type ScanContext } from './rule.ts';
import { escalationText } from './unmanaged-role.ts';

export const accessNotGiven: Rule<'access-not-given'> = {
  severity: 'medium',
  title: ({ user }, names) => t`Access of ${userText(user, names)} that no approved ${TEAM_FILE} gives`,
  remedy: ({ data: { way } }, names) =>
    way === null
      ? {
          detail: t`No other finding explains it: a change of what an apply will delete, or several changes together, can give it.`,
          toFix: t`Look at the groups and policies of the user in the IAM console, then run ${codeText('mturk-team apply')}.`,
        }
      : {
          detail: escalationText(way, names),
          toFix: t`An administrator of the account removes what allows it.`,
          ifIntended: t`Use a user outside the lab for it.`,
        },
};

/**
 * What a user of the record or of an approved team can do that none of these teams gives, and no finding says that waits for no
 * apply. Whatever the other rules do not see, or take for what waits, is not hidden.
 */
export function accessNotGivenIn(
  { full, desired, lab, at, inventory: { ids }, recreated, taken }: ScanContext,
  noted: EntityIds,
  { approved, givenTo }: PendingChanges,
  found: readonly Detected[],
): readonly Detected[] {
  const notedNames = new Map([...noted.user].map(([name, id]) => [id, name]));
  const ofOthers = new Set([...recreated, ...taken.map(({ holder }) => holder.name)]);
  const given = approved.map((model) => decidedIn(model, at));
  const open = found.filter(isOpen);
  const held = decidedIn(full.model, at);
  return full.model.users.flatMap((self) => {
    const { name: user } = self;
    const is = held.get(user);
    const known = notedNames.get(ids.user.get(user) ?? '');
    const name = known ?? user;
    const may = given.flatMap((each) => each.get(name) ?? []);
    const isOfLab = known !== undefined || (may.length > 0 && !ofOthers.has(user));
    if (is === undefined || !isOfLab) return [];
    const isMore = (when: 'now' | 'ever') =>
      !isEmpty(difference(is[when], may.map((each) => each[when]).reduce(union, NO_OPERATIONS)));
    const hasItsDays = may.some(({ starts, ends }) => starts === is.starts && ends === is.ends);
    const own = around(full, [user]);
    const isSaid = open.some((each) => each.escalates.some((one) => one === user || one === name));
    const way = isSaid ? null : escalationOf(own, self, lab, at);
    if (hasItsDays && !isMore('now') && !isMore('ever') && way === null) return [];
    const { changes } = effectBetween(around(desired, [user]), own, lab, at);
    const unsaid = changes.flatMap((change) => {
      const explained = union(givenTo(name, change), saidOf([user, name], change, open));
      return besides(change, { gained: listOperations(explained), lost: change.operations.lost });
    });
    if (unsaid.length === 0 && way === null) return [];
    const effect = effectOf(unsaid, way === null ? [] : [name]);
    return [detected('access-not-given', { user: name, way }, { cause: 'manual', ...effect })];
  });
}

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
function saidOf(names: readonly string[], { starts, conditional }: AccessChange, open: readonly Detected[]) {
  const isAsSoon = (each: AccessChange) =>
    (each.starts.after ?? '') <= (starts.after ?? '') && (conditional || !each.conditional);
  return operationSet(
    open.flatMap(({ data, changes }) => [
      ...changes.flatMap((each) => (names.includes(each.user) && isAsSoon(each) ? each.operations.gained : [])),
      ...('operations' in data && 'grants' in data && names.includes(data.user) ? data.operations : []),
    ]),
  );
}
