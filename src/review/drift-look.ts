import type { AccessModel } from '../access/model.ts';
import { boundaryOf } from '../account/boundary.ts';
import type { Inventory } from '../account/inventory.ts';
import { straysOf, type Unseen } from '../account/strays.ts';
import { labPath } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import type { Plan } from '../terraform/plan-read.ts';
import { credentialFindings } from './credential-findings.ts';
import { deadPolicies } from './dead-names.ts';
import { declaredDigest } from './declared-digest.ts';
import type { Difference } from './difference.ts';
import type { DriftReport } from './drift.ts';
import type { DriftFinding, DriftLook } from './drift-finding.ts';
import { fateOf } from './fate.ts';
import { undoableTogether } from './fate-together.ts';
import { type Draft, draftOf } from './finding-draft.ts';
import { findingIds } from './finding-id.ts';
import { placeOf } from './finding-place.ts';
import { knownTo } from './known-to.ts';
import { asDeclared, expectedIn, labPartOf } from './lab-part.ts';
import { classOf, fingerprintOf } from './look-class.ts';
import { differencesFound } from './look-differences.ts';
import { peopleOf, worstGain } from './look-people.ts';
import { planDrafts } from './look-plan.ts';
import { snoozedOn } from './look-snooze.ts';
import { indexModel } from './model-index.ts';
import { foreignMemberships, outsiders } from './outside.ts';
import { boundaryEffectOf } from './stray-boundary.ts';
import { strayEffectsOf } from './stray-effect.ts';
import type { Documents } from './with-differences.ts';

interface Looked {
  readonly team: Team;
  /** `YYYY-MM-DD`, UTC */
  readonly today: string;
  readonly at: Date;
  readonly inventory: Inventory;
  /** Null where no engine was asked: then nobody can tell what is pending from what was done by hand. */
  readonly plan: { readonly report: DriftReport; readonly plan: Plan } | null;
  /** What is noted of the last apply; `declared` is the `declaredDigest` of the file that was applied. */
  readonly applied: { readonly declared: string | null } | null;
}

/**
 * Everything in which an account differs from its team file, in one list: what the account holds, read from the
 * inventory, and what a plan says of it. Where nobody told who may do what, only the plan speaks, and the look is an
 * error whatever it says.
 */
export function lookOf(looked: Looked): DriftLook {
  const { team, today, at, inventory, plan, applied } = looked;
  const isApplied = applied !== null && applied.declared !== null && applied.declared === declaredDigest(team);
  const { drafts, unseen } = (inventory.isAccessKnown ? fromInventory : fromPlanAlone)(looked, isApplied);
  const idOf = findingIds(team);
  const found = drafts
    .map(
      (draft): DriftFinding => ({
        ...draft,
        id: idOf(draft.what, draft.risk),
        place: placeOf(draft.what, draft.people, draft.risk),
        by: null,
      }),
    )
    .sort((one, other) => one.place - other.place || (one.id < other.id ? -1 : 1));
  const shown = snoozedOn(today, team.snoozed, found);
  const isSeen = unseen.length === 0;
  return {
    class: inventory.isAccessKnown ? classOf(shown.findings, isSeen) : 'error',
    ...shown,
    unseen,
    fingerprint: fingerprintOf(shown.findings),
    planned: plan !== null,
    at: at.toISOString(),
  };
}

interface Drafts {
  readonly drafts: readonly Draft[];
  readonly unseen: readonly Unseen[];
}

function fromInventory(looked: Looked, isApplied: boolean): Drafts {
  const { team, today, at, inventory, plan } = looked;
  const { access } = inventory;
  const expected = expectedIn(access, team, today);
  const declaredGroups = new Set(expected.model.groups.map(({ name }) => name));
  const declared = new Set([
    ...expected.model.users.map(({ name }) => `user ${name}`),
    ...expected.model.groups.map(({ name }) => `group ${name}`),
    ...expected.model.policies.map(({ name }) => `policy ${name}`),
  ]);
  const path = labPath(team.lab);
  const isOfState = plan === null ? null : knownTo(plan.plan);
  const look = straysOf(inventory, {
    path,
    groups: declaredGroups,
    // Without a plan, what lies under the path is of an earlier file for as long as another one was applied.
    knows: (thing) =>
      declared.has(`${thing.kind} ${thing.name}`) ||
      (isOfState === null ? !isApplied && thing.path.startsWith(path) : isOfState(thing)),
  });
  const strays = new Set(look.strays.map(({ kind, name }) => `${kind} ${name}`));
  const part = labPartOf(access, expected.model, team.lab, ({ kind, name }) => strays.has(`${kind} ${name}`));
  const members = new Set(part.users.flatMap(({ name, stranger }) => (stranger === true ? [] : [name])));
  const strayNames = (kind: string) => look.strays.flatMap((stray) => (stray.kind === kind ? [stray.name] : []));
  const groups = new Set([...part.groups.map(({ name }) => name), ...declaredGroups, ...strayNames('group')]);
  const users = new Set([...members, ...strayNames('user')]);
  const account = indexModel(access);
  const boundary = boundaryOf(inventory, team);
  const boundaryEffect = boundaryEffectOf(boundary, team, today, at);
  return {
    drafts: [
      ...differenceDrafts(looked, isApplied, access, part, expected),
      ...planDrafts(plan?.report ?? null),
      ...strayEffectsOf(look, team, access, today, at).map((effect) => {
        const everything = effect.stray.holding === null || effect.administrators.length > 0;
        const risk = everything ? 'spends' : worstGain([...effect.people, ...effect.keeps]);
        return draftOf({ kind: 'stray', effect }, { people: effect.people, risk });
      }),
      ...(boundaryEffect === null
        ? []
        : [
            draftOf(
              { kind: 'boundary', effect: boundaryEffect },
              { cause: 'by-hand', people: boundaryEffect.people, risk: worstGain(boundaryEffect.people) },
            ),
          ]),
      ...foreignMemberships(members, groups, account, team.lab, at),
      ...outsiders(inventory, { users, groups }, team, at),
      ...deadPolicies(account, expected.model, at),
      ...credentialFindings(inventory, team, account, today, at),
    ],
    unseen: distinct([...inventory.unseen, ...look.unseen, ...(boundary.state === 'unseen' ? [boundary.unseen] : [])]),
  };
}

/**
 * Nothing is known of the account but what the plan says: what it does not say is not to be taken for "as declared", and
 * nothing is undone by it alone.
 */
function fromPlanAlone(looked: Looked, isApplied: boolean): Drafts {
  const { team, today, inventory, plan } = looked;
  if (plan === null) return { drafts: [], unseen: inventory.unseen };
  const account = plan.report.access.before;
  const expected = expectedIn(account, team, today);
  const part = labPartOf(account, expected.model, team.lab, () => false);
  const drafts = [...differenceDrafts(looked, isApplied, account, part, expected), ...planDrafts(plan.report)];
  return { drafts: drafts.map((draft) => ({ ...draft, fate: 'leave' })), unseen: inventory.unseen };
}

function differenceDrafts(
  looked: Looked,
  isApplied: boolean,
  account: AccessModel,
  part: AccessModel,
  expected: ReturnType<typeof expectedIn>,
): readonly Draft[] {
  const { at, plan } = looked;
  const declared = indexModel(asDeclared(account, part, expected.model));
  const live = indexModel(account);
  const documents: Documents = new Map([...account.policies, ...expected.model.policies].map(documentOf));
  const found = differencesFound(expected, part, plan?.report ?? null, isApplied);
  const alone = found.map(({ difference, cause }) => ({
    difference,
    cause,
    fate: cause === 'by-hand' ? fateOf(difference, live, documents, at) : ('leave' as const),
    people: cause === 'settled' ? [] : peopleOf(difference, declared, live, documents, at),
  }));
  const undone = alone.flatMap(({ difference, fate }): Difference[] => (fate === 'undo' ? [difference] : []));
  const together = undoableTogether(undone, live, documents, at);
  return alone.map(({ difference, cause, fate, people }) => ({
    what: { kind: 'difference', difference },
    cause,
    fate: fate === 'undo' && !together.has(difference) ? 'leave' : fate,
    people,
    risk: worstGain(people),
  }));
}

function documentOf({ arn, document }: AccessModel['policies'][number]) {
  return [arn, document] as const;
}

function distinct(unseen: readonly Unseen[]): readonly Unseen[] {
  return [...new Map(unseen.map((each) => [each.what, each])).values()];
}
