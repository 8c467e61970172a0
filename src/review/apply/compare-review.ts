import { accessOf, accessOnceBegun } from '../../access/access-of.ts';
import { byCapability, type CapabilityAccess, worstRisk } from '../../access/capability-access.ts';
import type { AccessChange, BeforeAfter, GainedLost } from '../../access/diff.ts';
import {
  intersection,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  operationSet,
  union,
} from '../../access/operation-set.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { everythingText } from '../../access/text/capability-words.ts';
import type { Operation } from '../../catalog/mturk.ts';
import { fail, type Result, succeed, type UnreviewedItem, type UnreviewedPerson } from '../../diagnostics/failure.ts';
import { stableJson } from '../../iam/canonical.ts';
import { keyOfIamName, LIMITS_POLICY } from '../../team/names.ts';
import type { AccessTeam, Member, Team } from '../../team/team.ts';
import { limitsAddress, memberAddress } from '../../terraform/addresses.ts';
import { hasChanges, type Plan } from '../../terraform/plan.ts';
import { replacedUsers } from '../changes/classify-plan.ts';
import { classesOf, riskOf } from '../changes/people.ts';
import { type PlanOfReview, reviewOf } from '../changes/review.ts';
import { compareDigests, planDigest } from '../manifest/digest.ts';
import { redactReview } from '../manifest/manifest.ts';
import { dueSince, withMembersKept } from '../manifest/passed-last-days.ts';
import type { Manifest, Question, Review, ReviewedPerson, Tools } from '../manifest/schema.ts';

/** A plan made at apply time, with the two files: the one before the pull request and the merged one. */
export interface FreshPlan {
  readonly before: Team | null;
  readonly after: Team;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly tools: Tools;
  readonly plan: PlanOfReview;
  /** Whether the newest file of the default branch grants more. */
  readonly older: boolean;
  /** If an apply began and did not end: the team that was applied before it, null if none was. */
  readonly interrupted: { readonly applied: AccessTeam | null } | null;
}

export interface ReviewVerdict {
  readonly verdict: 'equal' | 'subset' | 'empty';
  /** Members whose deletion came due since the review, and explains a difference. */
  readonly due: readonly Member[];
}

/**
 * Compares a fresh plan with the reviewed one: resource by resource with the entries of the manifest, and as data per person
 * with its review, from which the comment was printed. It holds if nothing is left that no review showed:
 *
 * - Each resource changes as reviewed, or the rest of an interrupted apply does, or the same values come and go on another
 *   base, because another pull request was merged and applied since the plan.
 * - Each person gains and loses what the review says or a part of it, with the same last day; roles, settings, questions
 *   and reverted manual changes likewise. More than that, because the other pull request widened the role, is not reviewed.
 * - Deletions of users are explained by a last day that has passed since.
 * - After an interrupted apply, people regain what both the team applied before and the merged file grant, lose what the
 *   merged file does not, and members whom the review suspends during the apply are suspended no longer.
 *
 * The review is computed for the moment of the reviewed one, so that passing time is no difference. Words (`descriptive`),
 * counts and the quick check grant nothing and are left out. What a review says beyond this, an earlier apply did or
 * another pull request made unnecessary.
 */
export function compareWithReview(reviewed: Manifest, fresh: FreshPlan): Result<ReviewVerdict> {
  const { after, today, tools, plan, older } = fresh;
  const compare = (compared: Plan) =>
    compareDigests(reviewed, { ...planDigest(withoutSuspensions(compared, reviewed, fresh), tools), tools });
  const whole = hasChanges(plan.plan) ? compare(plan.plan) : NOTHING_LEFT;
  const passed = whole.verdict === 'changed' ? dueSince(after, reviewed.review.at.slice(0, 10), today) : [];
  const kept = passed.length === 0 ? whole : compare(withMembersKept(plan.plan, after.lab, passed));
  const isSame = kept.verdict !== 'changed';
  const said = unreviewedIn(reviewed.review, fresh, passed);
  if (isSame && said.people.length + said.items.length === 0) {
    const verdict = hasChanges(plan.plan) && kept.verdict === 'empty' ? 'subset' : kept.verdict;
    return succeed({ verdict, due: passed });
  }
  const title = ({ engine, provider }: Tools) => `${engine} and ${provider}`;
  return fail('plan-changed', {
    unreviewed: kept.unreviewed,
    missing: isSame ? [] : kept.missing,
    tools: kept.otherTools ? { reviewed: title(reviewed.tools), now: title(tools) } : null,
    ...said,
    older,
  });
}

const NOTHING_LEFT = { verdict: 'empty', unreviewed: [], missing: [], otherTools: false } as const;

interface Unreviewed {
  readonly people: readonly UnreviewedPerson[];
  readonly items: readonly UnreviewedItem[];
}

/** What the apply does and the review does not say. */
function unreviewedIn(reviewed: Review, freshPlan: FreshPlan, due: readonly Member[]): Unreviewed {
  const { before, after, today, plan } = freshPlan;
  const at = new Date(reviewed.at);
  const fresh = redactReview(reviewOf({ before, after, today, at, plan }));
  const replaced = replacedUsers(plan.plan);
  const known = new Map(reviewed.people.map((person) => [person.user, person]));
  const halfway = passingOf(freshPlan, reviewed, at);
  const isDue = ({ key, change }: ReviewedPerson) =>
    change.kind === 'leaves' && due.some((member) => member.key === key);
  const people = fresh.people
    .filter((person) => !isDue(person))
    .map((person) => comparePerson(known.get(person.user) ?? null, person, replaced, halfway?.(person.user) ?? null))
    .filter(({ gains, loses, others }) => gains.length + loses.length + others.length > 0);
  return { people, items: unreviewedItems(reviewed, fresh) };
}

/** What an interrupted apply left to do about a person although the whole change does nothing of it. */
interface Passing {
  readonly gained: readonly Operation[];
  readonly isSuspended: boolean;
}

function passingOf({ interrupted, after, today }: FreshPlan, { suspendedDuringApply }: Review, at: Date) {
  if (interrupted === null) return null;
  const was = interrupted.applied === null ? new Map() : heldBy(interrupted.applied, today, at);
  const will = heldBy(after, today, at);
  return (user: string): Passing => ({
    gained: listOperations(intersection(was.get(user) ?? NO_OPERATIONS, will.get(user) ?? NO_OPERATIONS)),
    isSuspended: suspendedDuringApply.includes(user),
  });
}

/** What each user may do by a team, now or once access begins. */
function heldBy(team: AccessTeam, today: string, at: Date): ReadonlyMap<string, OperationSet> {
  const model = desiredAccess(team, today);
  const now = accessOf(model, { at });
  const begun = accessOnceBegun(model, { at }, now);
  return new Map(now.map(({ user, allowed }, index) => [user.name, union(allowed, begun[index]?.allowed ?? allowed)]));
}

/** The plan without lifting the suspensions that an interrupted apply left. Their effect is compared per person. */
function withoutSuspensions(plan: Plan, { review, lab }: Manifest, { interrupted }: FreshPlan): Plan {
  if (interrupted === null || review.suspendedDuringApply.length === 0) return plan;
  const keys = review.suspendedDuringApply.flatMap((user) => keyOfIamName(lab, user) ?? []);
  const lifting = new Set(
    keys.flatMap((key) => [
      `aws_iam_user_policy.${limitsAddress(key)}`,
      `aws_iam_user_policies_exclusive.${memberAddress(key)}`,
    ]),
  );
  return { ...plan, changes: plan.changes.filter(({ address }) => !lifting.has(address)) };
}

function comparePerson(
  reviewed: ReviewedPerson | null,
  fresh: ReviewedPerson,
  replaced: ReadonlySet<string>,
  passing: Passing | null,
): UnreviewedPerson {
  const { user, key, name, change } = fresh;
  const { gained = [], lost = [] } = reviewed?.change.operations ?? {};
  // Halfway through, someone may differ who does not in the end.
  const said = reviewed ?? (passing === null ? null : { ...fresh, change: withoutChange(change) });
  return {
    ...{ user, key, name },
    gains: besides(change.operations.gained, [...gained, ...(passing?.gained ?? [])]),
    loses: passing === null ? besides(change.operations.lost, lost) : [],
    others: said === null ? ['person'] : otherParts(said, fresh, replaced, passing),
  };
}

function withoutChange(change: AccessChange): AccessChange {
  const { kind, starts, ends, suspended, boundary } = change;
  const none = { gained: [], lost: [] };
  return {
    ...change,
    ...{ kind: kind === 'joins' ? 'changed' : kind, groups: none, ownPolicies: none },
    ...{ starts: still(starts), ends: still(ends), suspended: still(suspended), boundary: still(boundary) },
  };
}

/** What else differs about a person, each by the name of what a reader saw. */
function otherParts(
  reviewed: ReviewedPerson,
  fresh: ReviewedPerson,
  replaced: ReadonlySet<string>,
  passing: Passing | null,
) {
  const [was, is] = [reviewed.change, passing?.isSuspended === true ? unsuspended(fresh.change) : fresh.change];
  // A user whom an interrupted apply created does not join any more.
  const isKind = was.kind === is.kind || (was.kind === 'joins' && is.kind === 'changed');
  const parts: Readonly<Record<UnreviewedPerson['others'][number], boolean>> = {
    person: isKind && reviewed.key === fresh.key && reviewed.name === fresh.name,
    'first-day': isContinued(was.starts, is.starts),
    'last-day': isContinued(was.ends, is.ends),
    suspension: isContinued(was.suspended, is.suspended),
    boundary: isContinued(was.boundary, is.boundary),
    roles: isPart(was.groups, is.groups) && isPart(reviewed.roles, fresh.roles),
    policies: isPart(was.ownPolicies, is.ownPolicies) && isPartOf(was.unknownPolicies.after, is.unknownPolicies.after),
    effect: passing !== null || (isTrue(reviewed, replaced) && isPartOf(worstOf(was), worstOf(is))),
  };
  return PARTS.filter((part) => !parts[part]);
}

/** The change of someone whom an interrupted apply left suspended, as if it had not. First and last day are in force then. */
function unsuspended(change: AccessChange): AccessChange {
  const { suspended, ownPolicies } = change;
  const lost = ownPolicies.lost.filter((policy) => policy !== LIMITS_POLICY);
  return { ...change, suspended: still(suspended), ownPolicies: { ...ownPolicies, lost } };
}

function still<Value>({ after }: BeforeAfter<Value>): BeforeAfter<Value> {
  return { before: after, after };
}

const PARTS = ['person', 'first-day', 'last-day', 'suspension', 'boundary', 'roles', 'policies', 'effect'] as const;

/** Whether a value becomes what the review says, from where it says or without a change. */
function isContinued<Value>(reviewed: BeforeAfter<Value>, fresh: BeforeAfter<Value>): boolean {
  return fresh.after === reviewed.after && (fresh.before === reviewed.before || fresh.before === fresh.after);
}

function isPart(reviewed: GainedLost<unknown>, fresh: GainedLost<unknown>): boolean {
  return isPartOf(reviewed.gained, fresh.gained) && isPartOf(reviewed.lost, fresh.lost);
}

function isPartOf(reviewed: readonly unknown[], fresh: readonly unknown[]): boolean {
  return besides(fresh, reviewed).length === 0;
}

/** The items that the other list does not have. */
function besides<Item>(items: readonly Item[], others: readonly unknown[]): readonly Item[] {
  const known = new Set(others.map((item) => stableJson(item)));
  return items.filter((item) => !known.has(stableJson(item)));
}

/** Whether what is printed about a person follows from the operations that are compared. */
function isTrue({ change, classes }: ReviewedPerson, replaced: ReadonlySet<string>): boolean {
  const { operations, capabilities, worstGain, worstLoss } = change;
  const holds = (listed: readonly Operation[], shown: readonly CapabilityAccess[]) => {
    const plain = (all: readonly CapabilityAccess[]) => stableJson(all.map((each) => ({ ...each, grants: [] })));
    return plain(shown) === plain(byCapability(operationSet(listed), new Map()));
  };
  return (
    holds(operations.gained, capabilities.gained) &&
    holds(operations.lost, capabilities.lost) &&
    worstGain === worstRisk(operationSet(operations.gained)) &&
    worstLoss === worstRisk(operationSet(operations.lost)) &&
    classes.join() === classesOf(change, replaced).join()
  );
}

/** What a title says of a gain: that it is everything, or the first of its kind. */
function worstOf({ capabilities: { gained }, allowed, risks }: AccessChange): readonly string[] {
  const first = gained.map(({ risk }) => risk).filter((risk) => !risks.before.includes(risk));
  return [...(everythingText(gained, allowed.after) === null ? [] : ['everything']), ...first];
}

function unreviewedItems(reviewed: Review, fresh: Review): readonly UnreviewedItem[] {
  const roles = fresh.roles.filter(
    (role) =>
      !reviewed.roles.some((other) => other.key === role.key && other.kind === role.kind && isPart(other, role)),
  );
  const reverted = fresh.unexplained.filter(({ kind }) => kind === 'manual-change-reverted');
  // A refreshed state knows of a manual change as of any other.
  const plain = (unexplained: Review['unexplained']) =>
    unexplained.map(({ difference, address }) => ({ difference, address }));
  return [
    ...(reviewed.risk === riskOf(reviewed) ? [] : [{ kind: 'effect' as const, what: reviewed.risk }]),
    ...roles.map(({ key }) => ({ kind: 'role' as const, what: key })),
    ...besides(fresh.settings, reviewed.settings).map(({ kind }) => ({ kind: 'setting' as const, what: kind })),
    ...besides(fresh.questions.map(plainQuestion), reviewed.questions.flatMap(askedBy)).map(({ kind, user }) => ({
      kind: 'question' as const,
      what: `${kind} ${user}`,
    })),
    ...besides(plain(reverted), plain(reviewed.unexplained)).map(({ difference, address }) => ({
      kind: 'manual-change' as const,
      what: difference?.kind ?? address ?? '',
    })),
  ];
}

/** A question about spending stands for the one about harm, which is asked alone where only harm is left of a plan. */
function askedBy(question: Question) {
  const plain = plainQuestion(question);
  return plain.kind === 'spending-without-end' ? [plain, { ...plain, kind: 'harm-without-end' as const }] : [plain];
}

/** What is left of a gain may come from fewer roles, and CloudTrail may tell more of a key than before. */
function plainQuestion(question: Question) {
  if (question.kind !== 'imported-credentials') return { kind: question.kind, user: question.user };
  return { ...question, keys: question.keys.map(({ by: _by, ...key }) => key) };
}
