import { accessOf } from '../../access/access-of.ts';
import { stableArn } from '../../access/account-role.ts';
import { conservativeModel } from '../../access/conservative.ts';
import { type AccessChange, besides, conditionally, distinctEffects } from '../../access/diff.ts';
import { escalationOf } from '../../access/escalation/escalation.ts';
import type { EscalationStep } from '../../access/escalation/targets.ts';
import { type AccessModel, around } from '../../access/model.ts';
import { difference, isEmpty, listOperations, NO_OPERATIONS, operationSet, union } from '../../access/operation-set.ts';
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
  // Another whom a role trusts is another finding; no name of IAM has a slash.
  idParts: ({ user, others }, names) =>
    others.length === 0 ? names.user(user) : [[user, ...others].flatMap(names.user).join('/')],
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
  context: ScanContext,
  noted: EntityIds,
  since: PendingChanges,
  found: readonly Detected[],
): readonly Detected[] {
  const open = found.filter(isOpen);
  const unsaid = judgedIn(context, noted, since).map((user) => unsaidOf(user, context, since, open));
  const controlling = new Map<string, [EscalationStep, ...string[]]>();
  for (const { name, control } of unsaid) {
    const same = JSON.stringify(control);
    if (control !== null) controlling.set(same, [...(controlling.get(same) ?? ([control] as const)), name]);
  }
  return [
    ...unsaid.flatMap(({ name, beyond }) =>
      beyond.map(({ way, changes }) => foundBeyond([name], way, effectOf(changes, []))),
    ),
    ...[...controlling.values()].map(([way, ...users]) => foundBeyond(users, way, effectOf([], users))),
  ];
}

function foundBeyond([user = '', ...others]: readonly string[], way: EscalationStep | null, effect: AccessEffect) {
  return detected('access-not-given', { user, others, way }, { cause: 'manual', ...effect });
}

type Judged = ReturnType<typeof judgedIn>[number];

/** Users of the account, each by the name that approved teams have; without those of no team whom the settings except. */
function judgedIn(
  { full, at, inventory: { ids }, taken, administrators, team: { settings } }: ScanContext,
  noted: EntityIds,
  { approved }: PendingChanges,
) {
  const notedNames = new Map([...noted.user].map(([name, id]) => [id, name]));
  const ofOthers = new Set(taken.flatMap(({ holder: { kind, name } }) => (kind === 'user' ? [name] : [])));
  const excepted = new Set([...administrators, ...settings.administrators.map(stableArn)]);
  const neighbors = settings.neighbors.map(labPath);
  const givenByTeam = approved.map((model) => new Map(decidedIn(model, at).map((each) => [each.user.name, each])));
  return decidedIn(full.model, at).flatMap(({ user: self, ...has }) => {
    const known = notedNames.get(ids.user.get(self.name) ?? '');
    const name = known ?? self.name;
    const isOther = known === undefined && ofOthers.has(self.name);
    const given = isOther ? [] : givenByTeam.flatMap((each) => each.get(name) ?? []);
    const isOfLab = known !== undefined || given.length > 0;
    const arn = iamArn(full.model.account, 'user', self.path, self.name);
    if (!isOfLab && excepted.has(arn)) return [];
    const isOfNeighbor = !isOfLab && neighbors.some((each) => self.path.startsWith(each));
    const isMore = (when: 'now' | 'ever') =>
      !isEmpty(difference(has[when], given.map((each) => each[when]).reduce(union, NO_OPERATIONS)));
    const hasItsDays = !isOfLab || given.some(({ starts, ends }) => starts === has.starts && ends === has.ends);
    const isLikeGiven = hasItsDays && !isMore('now') && !isMore('ever');
    return [{ self, name, arn, isOfLab, isOfNeighbor, isLikeGiven }];
  });
}

/** The access of a user that neither approved teams nor open findings explain; of a neighbor's user, only control. */
function unsaidOf(
  { self, name, arn, isOfLab, isOfNeighbor, isLikeGiven }: Judged,
  { full, desired, lab, at, ownChanges }: ScanContext,
  { givenTo }: PendingChanges,
  open: readonly Detected[],
) {
  const own = around(full, [self.name]);
  // What was renamed is found under the name of the file.
  const nameIn = (rule: Detected['rule']) => (rule === 'user-renamed' || rule === 'group-renamed' ? name : self.name);
  const isSaid = open.some((each) => each.escalates.includes(nameIn(each.rule)));
  const control = isSaid ? null : escalationOf(own, self, lab, at);
  const unsaid = (changes: readonly AccessChange[]) =>
    changes.flatMap((change) => {
      const explained = union(isOfLab ? givenTo(name, change) : NO_OPERATIONS, saidOf(nameIn, change, open));
      return besides(change, { gained: listOperations(explained), lost: change.operations.lost });
    });
  const before = isOfLab ? around(desired, [self.name]) : { ...own, users: [] };
  const changes = isOfNeighbor || isLikeGiven ? [] : unsaid(effectBetween(before, own, lab, at).changes);
  const itself = isOfNeighbor || isSaid || control !== null ? undefined : ownChanges.get(arn);
  const changed = (itself === undefined ? [] : changedWays(full, self, itself))
    .map(({ way, model }) => ({ way, changes: unsaid(gainsInDoubt(model, at).map(conditionally)) }))
    .filter((each) => each.changes.length > 0);
  const byItself = distinctEffects(changed.flatMap((each) => each.changes));
  const beyond = [
    { way: null, changes },
    { way: changed[0]?.way ?? null, changes: byItself },
  ];
  return { name, control, beyond: beyond.filter((each) => each.changes.length > 0) };
}

/** What users can do at that moment, and `ever`: at any, in doubt. */
function decidedIn(model: AccessModel, at: Date) {
  const ever = accessOf(conservativeModel(conservativeModel(model), isLasting), { at });
  return accessOf(model, { at }).map(({ user, allowed, starts, ends }, index) => ({
    ...{ user, now: allowed, ever: ever[index]?.allowed ?? NO_OPERATIONS, starts, ends },
  }));
}

/** What findings say of a user from the same moment on, or from an earlier one. */
function saidOf(
  nameIn: (rule: Detected['rule']) => string,
  { starts, conditional }: AccessChange,
  open: readonly Detected[],
) {
  const isAsSoon = (each: AccessChange) =>
    (each.starts.after ?? '') <= (starts.after ?? '') && (conditional || !each.conditional);
  return operationSet(
    open.flatMap(({ rule, data, changes }) => {
      const name = nameIn(rule);
      const isListed = rule === 'unmanaged-user' && 'grants' in data && data.user === name;
      const gained = changes.flatMap((each) => (each.user === name && isAsSoon(each) ? each.operations.gained : []));
      return isListed ? [...gained, ...data.operations] : gained;
    }),
  );
}
