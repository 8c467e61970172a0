import { type EscalationTargets, escalationTargets } from '../../access/escalation.ts';
import type { AccessModel } from '../../access/model.ts';
import type { Difference } from '../../access/model-difference.ts';
import { indexModel, type ModelIndex } from '../../access/model-index.ts';
import type { IamEntity } from '../../aws/iam-names.ts';
import { boundaryState } from '../../aws/inventory/boundary.ts';
import type { Inventory, NotChecked } from '../../aws/inventory/types.ts';
import { findUnmanaged, type UnmanagedResources } from '../../aws/inventory/unmanaged.ts';
import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import { boundaryArn, labPath } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Applied, PendingChanges } from '../applied.ts';
import { remediationOf, revertibleTogether } from '../remediation/remediation.ts';
import { boundaryEffectOf } from '../rules/boundary.ts';
import { credentialFindings } from '../rules/credential-findings.ts';
import { waitingVersions } from '../rules/non-default-policy-version.ts';
import { foreignMemberships, outsiders } from '../rules/outside.ts';
import { deadPolicies } from '../rules/retired-operations.ts';
import { strayEffectsOf } from '../rules/unmanaged-effect.ts';
import { administratorsBy, administratorsByBoundary } from './administrators.ts';
import { type Draft, draftOf } from './finding-draft.ts';
import { asDeclared, type Expected, expectedIn, labPartOf } from './lab-part.ts';
import { differencesFound, isRespelled } from './look-differences.ts';
import { peopleOf, worstGain } from './look-people.ts';
import { planDrafts } from './look-plan.ts';

export interface Looking {
  readonly team: Team;
  /** `YYYY-MM-DD`, UTC */
  readonly today: string;
  readonly at: Date;
  readonly inventory: Inventory;
  /** Null for a quick check. */
  readonly plan: PlanClassification | null;
  /** The apply record; null if there is none. */
  readonly applied: Applied | null;
  /** What the file has changed since it was applied last; null where nobody knows. */
  readonly since: PendingChanges | null;
}

export interface Drafts {
  readonly drafts: readonly Draft[];
  readonly unseen: readonly NotChecked[];
  /** Those of some differences that may be undone at once: see `revertibleTogether`. */
  readonly together: (differences: readonly Difference[]) => ReadonlySet<Difference>;
}

/** All that an account holds otherwise than the file has it, and what a plan tells besides. */
export function draftsFromInventory(looking: Looking): Drafts {
  const { team, today, at, inventory, plan } = looking;
  const { access } = inventory;
  const account = indexModel(access);
  const expected = expectedIn(access, team, today);
  const look = strayLook(looking, expected);
  const strays = new Set(look.resources.map(({ kind, name }) => `${kind} ${name}`));
  const part = labPartOf(access, expected.model, team.lab, ({ kind, name }) => strays.has(`${kind} ${name}`));
  const strayNames = (kind: string) => look.resources.flatMap((stray) => (stray.kind === kind ? [stray.name] : []));
  const members = new Set(part.users.flatMap(({ name, unmanaged }) => (unmanaged === true ? [] : [name])));
  const users = new Set([...members, ...strayNames('user')]);
  const groups = new Set([...[...part.groups, ...expected.model.groups].map(nameOf), ...strayNames('group')]);
  const boundary = boundaryState(inventory, team);
  const lab = escalationTargets(team.lab, expected.model, withoutStrangers(part));
  const differences = differenceDrafts(looking, account, part, expected, lab);
  return {
    drafts: [
      ...differences.drafts,
      ...planDrafts(plan),
      ...strayEffectsOf(look, team, access, today, at).map(strayDraft),
      ...boundaryDrafts(boundaryEffectOf(boundary, team, today, at), () =>
        administratorsByBoundary(team, account, lab, at),
      ),
      ...waitingVersions(inventory, account, part, expected.model, boundaryArn(team), at),
      ...foreignMemberships(members, groups, account, lab, at),
      ...outsiders(inventory, { users, groups }, lab, at),
      ...deadPolicies(account, expected.model, at),
      ...credentialFindings(inventory, team, account, today, at),
    ],
    unseen: distinct([
      ...inventory.notChecked,
      ...look.notChecked,
      ...(boundary.state === 'not-checked' ? [boundary.notChecked] : []),
    ]),
    together: differences.together,
  };
}

function strayLook({ team, inventory, since }: Looking, { model, respelled }: Expected): UnmanagedResources {
  const path = labPath(team.lab);
  const groups = new Set(model.groups.map(nameOf));
  const users = new Set(model.users.map(nameOf));
  const arns = new Set(model.policies.map(({ arn }) => arn));
  return findUnmanaged(inventory, {
    path,
    groups,
    knows: (thing) => {
      const { kind, name, arn } = thing;
      if (kind === 'policy' ? arns.has(arn) : (kind === 'user' ? users : groups).has(name)) return true;
      if (respelled.has(name)) return false;
      // What is under the path may be of an earlier file, unless the record says otherwise.
      return thing.path.startsWith(path) && (since === null || since.has(comingOf(thing)));
    },
  });
}

function strayDraft(effect: ReturnType<typeof strayEffectsOf>[number]): Draft {
  const { stray, people, keeps, administrators } = effect;
  const isEverything = stray.details === null || administrators.length > 0;
  const risk = isEverything ? 'spends' : worstGain([...people, ...keeps]);
  return draftOf({ kind: 'stray', effect }, { changes: people, risk });
}

function boundaryDrafts(
  effect: ReturnType<typeof boundaryEffectOf>,
  administratorsByIt: () => readonly string[],
): readonly Draft[] {
  if (effect === null) return [];
  const { people } = effect;
  const administrators = administratorsByIt();
  const risk = administrators.length > 0 ? 'spends' : worstGain(people);
  return [draftOf({ kind: 'boundary', effect }, { cause: 'manual', changes: people, risk, escalates: administrators })];
}

function differenceDrafts(
  { at, today, applied, since }: Looking,
  account: ModelIndex,
  part: AccessModel,
  expected: Expected,
  lab: EscalationTargets,
): Pick<Drafts, 'drafts' | 'together'> {
  const declared = indexModel(asDeclared(account.model, part, expected.model));
  const documents = new Map(
    [...account.model.policies, ...expected.model.policies].map(({ arn, document }) => [arn, document]),
  );
  const found = differencesFound(expected, part, applied, since, today);
  return {
    drafts: found.map(({ difference, cause }) => {
      const people = cause === 'resolved' ? [] : peopleOf(difference, declared, account, documents, at);
      // Whatever is done to the one name is done to the other: nobody knows what the engine would make of it.
      const isJudged = cause === 'manual' && !isRespelled(difference, expected);
      const fate = isJudged ? remediationOf(difference, account, documents, at) : 'manual';
      const administrators =
        cause === 'resolved' ? [] : administratorsBy(difference, declared, account, documents, lab, at);
      const risk = administrators.length > 0 ? 'spends' : worstGain(people);
      return draftOf(
        { kind: 'difference', difference },
        { cause, remediation: fate, changes: people, risk, escalates: administrators },
      );
    }),
    together: (differences) => revertibleTogether(differences, account, documents, at),
  };
}

function withoutStrangers(part: AccessModel): AccessModel {
  return { ...part, users: part.users.filter(({ unmanaged }) => unmanaged !== true) };
}

function distinct(unseen: readonly NotChecked[]): readonly NotChecked[] {
  return [...new Map(unseen.map((each) => [each.what, each])).values()];
}

function comingOf({ kind, name, arn }: Pick<IamEntity, 'kind' | 'name' | 'arn'>): Difference {
  if (kind === 'policy') return { kind: 'policy-added', arn };
  return kind === 'user' ? { kind: 'user-added', user: name } : { kind: 'group-added', group: name };
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
