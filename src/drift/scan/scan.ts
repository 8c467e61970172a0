import { stableArn } from '../../access/account-role.ts';
import { type AccessChange, distinctEffects, withoutLosses } from '../../access/diff.ts';
import { ownChangesIn, type Reach, reachOf } from '../../access/escalation/escalation.ts';
import { type EscalationTargets, escalationTargets } from '../../access/escalation/targets.ts';
import { type AccessModel, indexModel, type ModelIndex, policyName } from '../../access/model.ts';
import { type Difference, isResource } from '../../access/model-difference.ts';
import { concernedBy, type Documents } from '../../access/with-differences.ts';
import type { IamEntity } from '../../aws/iam-names.ts';
import { boundaryState } from '../../aws/inventory/boundary.ts';
import { findUnmanaged, type UnmanagedResources } from '../../aws/inventory/unmanaged.ts';
import type { Inventory, NotChecked } from '../../aws/types.ts';
import { RISKS } from '../../catalog/mturk.ts';
import { FINDING_IDS } from '../../diagnostics/finding-ids.ts';
import { iamArn, resourceOfArn } from '../../iam/arn.ts';
import type { Announcement } from '../../review/rule/announcements.ts';
import type { Applied } from '../../review/rule/input.ts';
import { takenPolicy } from '../../review/rule/outside.ts';
import { iamName, keyOfIamName, LIMITS_POLICY, labPath, rolePolicyArn } from '../../team/names.ts';
import type { Snooze, Team } from '../../team/team.ts';
import { effectOf, effectOfDifference, unmanagedEffectsOf } from '../access-changes.ts';
import { withoutAddedDenies } from '../added-denies.ts';
import { otherLabsIn, type PendingChanges, pendingChanges } from '../applied.ts';
import {
  DENYING,
  type DriftFinding,
  type DriftSeverity,
  isSnoozable,
  type Remediation,
  type ScanResult,
  SEVERITIES,
  type SetupChanges,
  worstEffect,
} from '../finding.ts';
import { isNow, recreatedIn, renamesIn, withoutRenamed, withPresentNames } from '../renames.ts';
import { credentialUsersOf } from '../rules/access-keys.ts';
import { accessNotGivenIn } from '../rules/access-not-given.ts';
import { adoptingIn, firstApplyOf } from '../rules/nothing-applied.ts';
import { changedResources } from '../rules/resource-changed.ts';
import { type Detected, detected, type ScanContext, subjectOf } from '../rules/rule.ts';
import { DRIFT_RULES, ruleOf } from '../rules/rules.ts';
import { unmanagedGroupData } from '../rules/unmanaged-resources.ts';
import { unmanagedUserData } from '../rules/unmanaged-user.ts';
import { differencesFound, type Expected, expectedIn, labPartOf, nameOf, withDesired } from './differences.ts';
import { classOf, findingIds } from './finding-id.ts';

/** Access is decided on the inventory alone, without which the scan is an error; a plan adds what only Terraform knows. */
export function scanOf(input: ScanInput): ScanResult {
  const { team, today, at, inventory, plan } = input;
  const { detected, administrators } = inventory.isAccessKnown
    ? detect(input)
    : { detected: changedResources(plan), administrators: input.knownAdministrators ?? [] };
  const missing = [...inventory.notChecked, ...(input.setup?.notChecked ?? [])];
  const notChecked = [...new Map(missing.map((each) => [each.what, each])).values()];
  const idOf = findingIds(team);
  const found = detected
    .map((each) => ({ ...each, lastChange: null, id: idOf(each), severity: severityOf(each) }) as DriftFinding)
    .sort(bySeverity);
  const { findings: open, snoozed, unusedSnoozes } = withoutSnoozed(today, team.snoozed, found);
  // A snooze of the one must not hide the other.
  const findings = oneForEachUser(open);
  return {
    class: inventory.isAccessKnown ? classOf(findings, notChecked.length === 0) : 'error',
    findings,
    snoozed,
    unusedSnoozes,
    excepted: {
      administrators: team.settings.administrators.map(resourceOfArn),
      missing: inventory.isAccessKnown ? missingAdministrators(team, inventory).map(resourceOfArn) : [],
      neighbors: team.settings.neighbors,
    },
    changedBack: [],
    eventsComplete: false,
    administrators,
    notChecked,
    planned: plan !== null,
    at: at.toISOString(),
    credentialReportAt: inventory.reportedAt,
  };
}

export interface ScanInput extends Pick<ScanContext, 'team' | 'today' | 'at' | 'inventory' | 'plan'> {
  /** The apply record; null if there is none. */
  readonly applied: Applied | null;
  /** False if the record could not be read, so that nothing follows from its absence; true by default. */
  readonly isRecordRead?: boolean;
  /** What reconcile has announced; nothing by default. */
  readonly announcements?: readonly Announcement[];
  /** `ScanResult.administrators` of the last check; null (the default) without one. */
  readonly knownAdministrators?: readonly string[] | null;
  /** What bootstrap made; null (the default) if it was not read. */
  readonly setup?: (SetupChanges & { readonly notChecked: readonly NotChecked[] }) | null;
}

type Detection = Pick<ScanResult, 'administrators'> & { readonly detected: readonly Detected[] };

function detect(given: ScanInput): Detection {
  const { inventory, team, applied, isRecordRead = true } = given;
  if (applied !== null || !isRecordRead) return detectAll(given);
  const needsBoundary = boundaryState(inventory, team).state === 'missing';
  const first = firstApplyOf(inventory.access, team, needsBoundary, given.at);
  if (first === null) return detectAdopting(given);
  // Nothing is the lab's yet: neither what has its names, nor what is missing.
  const { detected: found, administrators } = detectAll({ ...given, team: { ...team, ...NO_MEMBERS } });
  const byHand = new Set(first.byHand.map(({ user }) => user));
  const others = found.filter(
    ({ data, escalates }) =>
      !('state' in data && data.state === 'missing') &&
      !('user' in data && byHand.has(data.user) && escalates.length === 0),
  );
  return { administrators, detected: [detected('nothing-applied', first, { cause: 'pending' }), ...others] };
}

/** Between `adopt --apply` and `adopt --finish`: without what users have beside their roles, and what the second brings. */
function detectAdopting(given: ScanInput): Detection {
  const { detected: found, administrators } = detectAll(given);
  const adopting = adoptingIn(given.inventory.access, given.team);
  if (adopting.length === 0) return { detected: found, administrators };
  const users = new Set(adopting.map(({ user }) => user));
  const others = found.filter((each) => {
    const about = subjectOf(each.data);
    if (('state' in each.data && each.data.state === 'missing') || isToCome(each.data)) return false;
    return worstEffect(each) !== null || about?.kind !== 'user' || !users.has(about.name);
  });
  const data = { ...{ users: 0, groups: 0, policies: 0, needsBoundary: false, byHand: [], taken: [] }, adopting };
  return { administrators, detected: [detected('nothing-applied', data, { cause: 'pending' }), ...others] };
}

function isToCome(data: Detected['data']): boolean {
  if (!('kind' in data)) return false;
  return data.kind === 'user-deleted' || (data.kind === 'inline-policy-removed' && data.policy === LIMITS_POLICY);
}

const NO_MEMBERS = { members: [], roles: [], departed: [], owners: [] };

function detectAll(given: ScanInput): Detection {
  const { team, today, at, plan, applied } = given;
  const noted = applied?.ids ?? null;
  const { ids } = given.inventory;
  const since = pendingChanges(applied, team, today, at);
  const renames = renamesIn(given.inventory, team, noted);
  const labOf = otherLabsIn(given.inventory, noted, team.lab);
  const expected = expectedIn(given.inventory.access, team, today, labOf, renames);
  const { taken } = expected;
  const isTaken = (user: string) => taken.some(({ holder: { kind, name } }) => kind === 'user' && name === user);
  // A member's user under the name of another is a renamed one.
  const isOfAnother = (user: string) => isTaken(user) || isNow(renames, 'user', user);
  const recreated = recreatedIn(given.inventory, team, applied).filter((user) => !isOfAnother(user));
  // What limits another user of a member's name is that user's.
  const isOther = (user: string) => isOfAnother(user) || recreated.includes(user);
  const own = team.members.filter(({ key }) => !isOther(iamName(team.lab, key)));
  const { access, denies: addedDenies } = withoutAddedDenies(given.inventory.access, { ...team, members: own });
  const inventory = { ...given.inventory, access };
  const account = indexModel(access);
  const others = withoutRenamed(access, renames);
  const found = unmanagedIn(inventory, team.lab, expected, since);
  const resources = new Set(found.resources.map(({ kind, name }) => `${kind} ${name}`));
  const isNoted = (user: string) =>
    since?.knows({ kind: 'user-added', user }) === true && noted?.user.get(user) === ids.user.get(user);
  const part = labPartOf(others, expected.model, team.lab, isNoted, ({ kind, name }) =>
    resources.has(`${kind} ${name}`),
  );
  const namesOf = (kind: string) => found.resources.flatMap((each) => (each.kind === kind ? [each.name] : []));
  const members = part.users.filter(({ unmanaged }) => unmanaged !== true);
  const renamed = {
    ...{ account: team.account, policies: [] },
    users: access.users.filter(({ name }) => isNow(renames, 'user', name)),
    groups: access.groups.filter(({ name }) => isNow(renames, 'group', name)),
  };
  const users = new Set([...members, ...renamed.users].map(nameOf));
  const boundary = boundaryState(inventory, team);
  const labGroups = new Set([...part.groups, ...expected.model.groups, ...renamed.groups].map(nameOf));
  const groups = new Set([...labGroups, ...namesOf('group')]);
  const rolePolicies = new Set(team.roles.map(({ key }) => rolePolicyArn(team, key)));
  const ofRoles = given.inventory.access.policies.filter(({ arn }) => rolePolicies.has(arn));
  const present = { ...part, users: members, policies: [...part.policies, ...ofRoles] };
  const targets = escalationTargets(team.lab, [expected.model, present, renamed], {
    roles: inventory.roles,
    state: team.settings.state,
  });
  const reach = reachOf(outside(access, users, labGroups), inventory.rolePolicies, targets, at);
  const known = administratorsIn(reach, team, targets, given.knownAdministrators ?? null);
  const context: ScanContext = {
    ...{ team, today, at, inventory, renames, recreated, taken, plan, account, part, boundary, groups, reach },
    expected: expected.present,
    desired: indexModel(withDesired(access, part, expected.present)),
    lab: reach.targets,
    ownChanges: ownChangesIn(given.inventory.access, reach.targets, at),
    administrators: known,
    setup: given.setup ?? null,
    unmanaged: unmanagedEffectsOf(found, team, access, today, at, reach.targets),
    members: new Set(members.map(nameOf)),
    users: new Set([...users, ...namesOf('user')]),
    credentialUsers: credentialUsersOf(inventory, team, today, at, applied),
    ...{ full: indexModel(given.inventory.access), addedDenies, announcements: given.announcements ?? [] },
  };
  const documents = new Map(
    [...access.policies, ...expected.model.policies].map(({ arn, document }) => [arn, document]),
  );
  const all = [
    ...detectDifferences(applied, since, context, expected, documents),
    ...Object.values(DRIFT_RULES).flatMap((rule) => rule.detect?.(context) ?? []),
  ];
  return {
    detected: noted === null || since === null ? all : [...all, ...accessNotGivenIn(context, noted, since, all)],
    administrators: [...new Set([...known].map(stableArn))].sort(),
  };
}

/** The account without the lab's users and groups: access through those groups is part of what is found about them. */
function outside(access: AccessModel, members: ReadonlySet<string>, groups: ReadonlySet<string>): AccessModel {
  const users = access.users
    .filter(({ name }) => !members.has(name))
    .map((user) => ({ ...user, groups: user.groups.filter((group) => !groups.has(group)) }));
  return { ...access, users, groups: access.groups.filter(({ name }) => !groups.has(name)) };
}

/**
 * ARNs of those who can do everything and are no findings: users by their policies, roles also by what they can do as
 * another, as the roles that deploy do. All of them at the first check; then those of the check before, so that a new one
 * stays a finding until the settings except it.
 */
function administratorsIn(
  { everything, steps }: Reach,
  { lab, settings }: Team,
  { lab: { role } }: EscalationTargets,
  known: readonly string[] | null,
): ReadonlySet<string> {
  const excepted = new Set(settings.administrators.map(stableArn));
  const roles = [...steps].filter(([arn, { control }]) => control === 'account' && arn.includes(':role/'));
  const found = [...everything, ...roles.map(([arn]) => arn)].filter(
    (arn) => !role.has(arn) && !arn.includes(`:user${labPath(lab)}`) && !excepted.has(stableArn(arn)),
  );
  return new Set(found.filter((arn) => known === null || known.includes(stableArn(arn))));
}

/** Excepted ARNs of no user and no role: one that is created with that name is excepted. Service-linked roles are not read. */
function missingAdministrators({ settings }: Team, { access, roles }: Inventory): readonly string[] {
  const users = access.users.map(({ path, name }) => iamArn(access.account, 'user', path, name));
  const existing = new Set([...users, ...roles.map(({ arn }) => stableArn(arn))]);
  return settings.administrators.filter(
    (arn) => !arn.includes(':role/aws-service-role/') && !existing.has(stableArn(arn)),
  );
}

/** What is found about an unmanaged user says it, too; not about one to be deleted, nor that a boundary was removed. */
function oneForEachUser(found: readonly DriftFinding[]): readonly DriftFinding[] {
  const userOf = ({ data }: DriftFinding) => ('user' in data ? data.user : '');
  const unmanaged = new Set(
    found.flatMap((each) => (each.rule === 'unmanaged-user' && each.cause !== 'pending' ? [userOf(each)] : [])),
  );
  return found.filter(
    (each) => each.rule !== 'user-without-boundary' || 'kind' in each.data || !unmanaged.has(userOf(each)),
  );
}

function unmanagedIn(
  inventory: Inventory,
  lab: string,
  { model, present }: Expected,
  since: PendingChanges | null,
): UnmanagedResources {
  const path = labPath(lab);
  const groups = new Set([...model.groups, ...present.groups].map(nameOf));
  const users = new Set([...model.users, ...present.users].map(nameOf));
  const arns = new Set(model.policies.map(({ arn }) => arn));
  return findUnmanaged(inventory, {
    path,
    groups,
    knows: (entity) => {
      const { kind, name, arn } = entity;
      if (kind === 'policy' ? arns.has(arn) : (kind === 'user' ? users : groups).has(name)) return true;
      // What is under the path may be from an earlier team.yaml, unless the record says otherwise.
      return entity.path.startsWith(path) && (since === null || since.knows(additionOf(entity)));
    },
  });
}

function detectDifferences(
  applied: Applied | null,
  since: PendingChanges | null,
  context: ScanContext,
  expected: Expected,
  documents: Documents,
): readonly Detected[] {
  const { account, desired, full, part, lab, today, at, team, renames } = context;
  const { ids } = context.inventory;
  const isOther = (name: string) => (applied?.ids?.user.get(name) ?? ids.user.get(name)) !== ids.user.get(name);
  // A suspension that waits for its apply must not hide what someone gives.
  const approved = (since?.models ?? []).map((model) =>
    indexModel(withDesired(account.model, part, withPresentNames(model, renames))),
  );
  const byUser = new Map<string, Difference[]>();
  const existing = { user: new Set(ids.user.values()), group: new Set(ids.group.values()) };
  const isKept = (difference: Difference) =>
    (difference.kind === 'user-deleted' && existing.user.has(applied?.ids.user.get(difference.user) ?? '')) ||
    (difference.kind === 'group-deleted' && existing.group.has(applied?.ids.group.get(difference.group) ?? ''));
  const found = differencesFound(expected, part, applied, since, today).filter(({ difference, cause }) => {
    // An apply gives such a user no role.
    if (difference.kind === 'membership-removed') return !isOther(difference.user);
    // What the file removes has another name or path.
    return !(cause === 'resolved' && isKept(difference));
  });
  return found.map(({ difference, cause }) => {
    const isOpen = cause !== 'resolved';
    const bases = cause === 'manual' ? [desired, ...approved] : [desired];
    const users = new Set(isOpen ? [...bases, account].flatMap((index) => concernedBy(index, difference)) : []);
    const earlier = [...new Set([...users].flatMap((user) => byUser.get(user) ?? []))];
    for (const user of users) byUser.set(user, [...(byUser.get(user) ?? []), difference]);
    const effects = (isOpen ? bases : []).map((base) =>
      effectOfDifference(difference, earlier, base, account, full, documents, lab, at),
    );
    const effect = effectOf(
      distinctEffects(
        effects.flatMap(({ changes }, index) => (index === 0 ? changes : changes.flatMap(withoutLosses))),
      ),
      [...new Set(effects.flatMap(({ escalates }) => escalates))].sort(),
    );
    const isPossible =
      !(isResource('deleted', difference) && 'user' in difference && isNow(renames, 'user', difference.user)) &&
      isUnder(labPath(team.lab), difference, account) &&
      !isOfTakenPolicy(team, difference, account) &&
      !(isHeldOutside(labPath(team.lab), difference, account, expected) && effect.changes.every(isLossOnly));
    // An apply suspends a user of another id by that policy.
    const isSuspended =
      difference.kind === 'inline-policy-added' &&
      difference.policy === LIMITS_POLICY &&
      isOther(difference.holder.name);
    const isReverted = cause === 'manual' && isPossible && difference.kind !== 'path-changed' && !isSuspended;
    const remediation = isReverted ? remediationOf(difference, effect.changes) : 'manual';
    const facts = { cause, remediation, ...effect };
    return detectedDifference(difference, account, context.inventory.policies, team.lab, facts);
  });
}

/** What took access, now or once it has an effect, is withheld when the rest is reverted: at once if it gave any. */
export function remediationOf(difference: Difference, changes: readonly AccessChange[]): Remediation {
  const { kind } = difference;
  if (kind === 'membership-removed' || kind === 'policy-detached' || isResource('deleted', difference))
    return 'announced';
  const has = (side: 'gained' | 'lost') => changes.some(({ operations }) => operations[side].length > 0);
  if (has('gained') || !has('lost')) return 'auto';
  return DENYING.includes(kind) ? 'manual' : 'announced';
}

/** The roles of the workflows reach nothing that was moved to another path, until an administrator moves it back. */
function isUnder(path: string, difference: Difference, { users, groups }: ModelIndex): boolean {
  // An apply leaves a moved user out.
  if (difference.kind === 'membership-removed' && (users.get(difference.user)?.path ?? path) !== path) return false;
  const { kind, name } = holderOf(difference);
  return ((kind === 'user' ? users : groups).get(name)?.path ?? path) === path;
}

/** An apply leaves out a role whose policy's name another policy has, and empties its group. */
function isOfTakenPolicy(team: Team, difference: Difference, { model }: ModelIndex): boolean {
  if (difference.kind === 'membership-added') return false;
  const { kind, name } = holderOf(difference);
  const group = difference.kind === 'policy-deleted' ? policyName(difference.arn) : kind === 'group' ? name : '';
  const role = keyOfIamName(team.lab, group);
  return role !== null && takenPolicy(role, team, model) !== null;
}

/** No apply adds to a role's policy while someone has it whom no apply changes. */
function isHeldOutside(path: string, difference: Difference, account: ModelIndex, { model }: Expected): boolean {
  if (difference.kind !== 'policy-changed') return false;
  const { groups, groupsWith, users, usersWith } = account;
  const own = new Set(model.users.map(nameOf));
  return (
    groupsWith.get(difference.arn)?.some((name) => groups.get(name)?.path !== path) === true ||
    usersWith.get(difference.arn)?.some((name) => users.get(name)?.path !== path || !own.has(name)) === true
  );
}

function isLossOnly({ operations: { gained } }: AccessChange): boolean {
  return gained.length === 0;
}

/** Whose path decides whether an apply reaches a difference: of the policy of a role it is the group's, of the same name. */
function holderOf(difference: Difference): { readonly kind: 'user' | 'group'; readonly name: string } {
  if ('holder' in difference) return difference.holder;
  if (difference.kind === 'policy-changed') return { kind: 'group', name: policyName(difference.arn) };
  if ('group' in difference) return { kind: 'group', name: difference.group };
  return { kind: 'user', name: 'user' in difference ? difference.user : '' };
}

/** A difference under its rule: users, groups and policies that team.yaml no longer has are unmanaged. */
export function detectedDifference(
  difference: Difference,
  { model }: Pick<ModelIndex, 'model'>,
  policies: Inventory['policies'],
  lab: string,
  facts: Omit<Detected, 'rule' | 'data'>,
): Detected {
  switch (difference.kind) {
    case 'user-added': {
      const user = model.users.find(({ name }) => name === difference.user) ?? { name: difference.user };
      return detected('unmanaged-user', unmanagedUserData(user, model.account, lab), facts);
    }
    case 'group-added': {
      const { group: name } = difference;
      const group = model.groups.find((each) => each.name === name) ?? { name, path: labPath(lab) };
      const members = model.users.filter(({ groups }) => groups.includes(name)).map(nameOf);
      return detected('unmanaged-group', unmanagedGroupData({ ...group, members }, model.account, lab), facts);
    }
    case 'policy-added': {
      const { arn } = difference;
      const document = model.policies.find((each) => each.arn === arn)?.document ?? null;
      const attachments = policies.get(arn)?.attachments ?? 0;
      return detected('unmanaged-policy', { arn, document, attachments }, facts);
    }
    case 'boundary-changed':
      return detected(difference.to === null ? 'user-without-boundary' : 'boundary-changed', difference, facts);
    default:
      return { rule: difference.kind, data: difference, ...facts };
  }
}

function additionOf({ kind, name, arn }: Pick<IamEntity, 'kind' | 'name' | 'arn'>): Difference {
  if (kind === 'policy') return { kind: 'policy-added', arn };
  return kind === 'user' ? { kind: 'user-added', user: name } : { kind: 'group-added', group: name };
}

type Rated = Pick<DriftFinding, 'rule' | 'data' | 'changes' | 'risk' | 'escalates'>;

/** The worse of what the access that it changes, and the rule itself, make of a finding. */
export function severityOf(finding: Rated): DriftSeverity {
  const rule = ruleOf(finding);
  const least = rule.severityOf?.(finding.data) ?? rule.severity;
  const byAccess = severityOfAccess(finding);
  return SEVERITIES.find((each) => each === least || each === byAccess) ?? least;
}

function severityOfAccess({ changes, risk, escalates }: Rated): DriftSeverity {
  if (escalates.length > 0 || risk === 'spends') return 'critical';
  if (risk === 'harms-workers' || risk === 'deletes-data') return 'high';
  return risk !== null || changes.some(({ operations }) => operations.lost.length > 0) ? 'medium' : 'low';
}

type Ranked = Pick<DriftFinding, 'id' | 'severity' | 'rule' | 'risk' | 'escalates'>;

/** Worst first. */
export function bySeverity(one: Ranked, other: Ranked): number {
  const ranks = ({ severity, rule, risk, escalates }: Ranked) => [
    SEVERITIES.indexOf(severity),
    rule === 'root-access-key' ? 0 : escalates.length > 0 ? 1 : 2,
    risk === null ? RISKS.length : RISKS.indexOf(risk),
    FINDING_IDS.indexOf(rule),
  ];
  const [a, b] = [ranks(one), ranks(other)];
  const index = a.findIndex((rank, at) => rank !== b[at]);
  return index === -1 ? (one.id < other.id ? -1 : 1) : (a[index] ?? 0) - (b[index] ?? 0);
}

/** By exact id, so that what is worse is shown again. Without a finding, or once its day has passed, a snooze is unused. */
function withoutSnoozed(
  today: string,
  snoozes: readonly Snooze[],
  found: readonly DriftFinding[],
): Pick<ScanResult, 'findings' | 'snoozed' | 'unusedSnoozes'> {
  const active = new Map<string, Snooze>();
  for (const snooze of snoozes) {
    if (snooze.until < today) continue;
    const other = active.get(snooze.finding);
    if (other === undefined || other.until < snooze.until) active.set(snooze.finding, snooze);
  }
  const snoozeOf = (finding: DriftFinding) => (isSnoozable(finding) ? active.get(finding.id) : undefined);
  const ids = new Set(found.flatMap((finding) => (isSnoozable(finding) ? [finding.id] : [])));
  const unused = snoozes.filter(({ finding, until }) => until < today || !ids.has(finding));
  return {
    findings: found.filter((finding) => snoozeOf(finding) === undefined),
    snoozed: found.flatMap((finding) => {
      const snooze = snoozeOf(finding);
      return snooze === undefined ? [] : [{ finding, until: snooze.until, reason: snooze.reason }];
    }),
    unusedSnoozes: [...new Set(unused.map(({ finding }) => finding))].sort(),
  };
}
