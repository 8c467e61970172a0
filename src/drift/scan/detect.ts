import { escalationTargets } from '../../access/escalation.ts';
import type { Difference } from '../../access/model-difference.ts';
import { indexModel, type ModelIndex } from '../../access/model-index.ts';
import type { IamEntity } from '../../aws/iam-names.ts';
import { boundaryState } from '../../aws/inventory/boundary.ts';
import type { NotChecked } from '../../aws/inventory/types.ts';
import { findUnmanaged, type UnmanagedResources } from '../../aws/inventory/unmanaged.ts';
import { iamArn } from '../../iam/arn.ts';
import { labPath } from '../../team/names.ts';
import type { Applied, PendingChanges } from '../applied.ts';
import { remediationOf, revertibleTogether } from '../remediation/remediation.ts';
import { credentialUsersOf } from '../rules/credential-users.ts';
import { type Detected, detected, type ScanContext } from '../rules/rule.ts';
import { DRIFT_RULES } from '../rules/rules.ts';
import { unmanagedEffectsOf } from '../rules/unmanaged-effect.ts';
import { unmanagedUserData } from '../rules/unmanaged-user.ts';
import { changesBy, worstGain } from './access-changes.ts';
import { differencesFound, isRecased } from './differences.ts';
import { escalationsBy } from './escalations.ts';
import { type Expected, expectedIn, labPartOf, withDesired } from './expected.ts';

export interface ScanInput extends Pick<ScanContext, 'team' | 'today' | 'at' | 'inventory' | 'plan'> {
  /** The apply record; null if there is none. */
  readonly applied: Applied | null;
  /** What team.yaml has changed since the last apply; null without a record. */
  readonly since: PendingChanges | null;
}

export interface Detection {
  readonly detected: readonly Detected[];
  readonly notChecked: readonly NotChecked[];
  /** Which of some differences can be reverted together: see `revertibleTogether`. */
  readonly together: (differences: readonly Difference[]) => ReadonlySet<Difference>;
}

/** Every difference between the account and team.yaml, and what only a plan shows. */
export function detect(input: ScanInput): Detection {
  const { team, today, at, inventory, plan } = input;
  const { access } = inventory;
  const account = indexModel(access);
  const expected = expectedIn(access, team, today);
  const found = unmanagedIn(input, expected);
  const resources = new Set(found.resources.map(({ kind, name }) => `${kind} ${name}`));
  const part = labPartOf(access, expected.model, team.lab, ({ kind, name }) => resources.has(`${kind} ${name}`));
  const namesOf = (kind: string) => found.resources.flatMap((each) => (each.kind === kind ? [each.name] : []));
  const members = part.users.filter(({ unmanaged }) => unmanaged !== true);
  const boundary = boundaryState(inventory, team);
  const context: ScanContext = {
    ...{ team, today, at, inventory, plan, account, part, boundary },
    expected: expected.model,
    lab: escalationTargets(team.lab, expected.model, { ...part, users: members }),
    unmanaged: unmanagedEffectsOf(found, team, access, today, at),
    members: new Set(members.map(nameOf)),
    users: new Set([...members.map(nameOf), ...namesOf('user')]),
    groups: new Set([...[...part.groups, ...expected.model.groups].map(nameOf), ...namesOf('group')]),
    credentialUsers: credentialUsersOf(inventory, team, today, at),
  };
  const documents = new Map(
    [...access.policies, ...expected.model.policies].map(({ arn, document }) => [arn, document]),
  );
  return {
    detected: [
      ...detectDifferences(input, context, expected, documents),
      ...Object.values(DRIFT_RULES).flatMap((rule) => rule.detect?.(context) ?? []),
    ],
    notChecked: distinct([
      ...inventory.notChecked,
      ...found.notChecked,
      ...(boundary.state === 'not-checked' ? [boundary.notChecked] : []),
    ]),
    together: (differences) => revertibleTogether(differences, account, documents, at),
  };
}

function unmanagedIn({ team, inventory, since }: ScanInput, { model, recased }: Expected): UnmanagedResources {
  const path = labPath(team.lab);
  const groups = new Set(model.groups.map(nameOf));
  const users = new Set(model.users.map(nameOf));
  const arns = new Set(model.policies.map(({ arn }) => arn));
  return findUnmanaged(inventory, {
    path,
    groups,
    knows: (entity) => {
      const { kind, name, arn } = entity;
      if (kind === 'policy' ? arns.has(arn) : (kind === 'user' ? users : groups).has(name)) return true;
      if (recased.has(name)) return false;
      // What is under the path may be from an earlier team.yaml, unless the record says otherwise.
      return entity.path.startsWith(path) && (since === null || since.has(additionOf(entity)));
    },
  });
}

function detectDifferences(
  { applied, since }: ScanInput,
  { account, part, lab, today, at, team }: ScanContext,
  expected: Expected,
  documents: Parameters<typeof changesBy>[3],
): readonly Detected[] {
  const desired = indexModel(withDesired(account.model, part, expected.model));
  return differencesFound(expected, part, applied, since, today).map(({ difference, cause }) => {
    const isOpen = cause !== 'resolved';
    const changes = isOpen ? changesBy(difference, desired, account, documents, at) : [];
    // A name in another case: Terraform could revert it for both names.
    const isJudged = cause === 'manual' && !isRecased(difference, expected);
    const remediation = isJudged ? remediationOf(difference, account, documents, at) : 'manual';
    const escalates = isOpen ? escalationsBy(difference, desired, account, documents, lab, at) : [];
    const risk = escalates.length > 0 ? 'spends' : worstGain(changes);
    const facts = { cause, remediation, changes, risk, escalates } as const;
    return detectedDifference(difference, account, team.lab, facts);
  });
}

/** A difference under its rule: users, groups and policies that team.yaml no longer has are unmanaged. */
export function detectedDifference(
  difference: Difference,
  { model }: Pick<ModelIndex, 'model'>,
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
      const { path = labPath(lab), attached = [], inline = [] } = model.groups.find((each) => each.name === name) ?? {};
      const members = model.users.filter(({ groups }) => groups.includes(name)).map(nameOf);
      const arn = iamArn(model.account, 'group', path, name);
      const inPath = path.startsWith(labPath(lab));
      return detected(
        'unmanaged-group',
        { group: name, arn, path, inPath, members, attached, inline, keeps: [] },
        facts,
      );
    }
    case 'policy-added': {
      const document = model.policies.find(({ arn }) => arn === difference.arn)?.document ?? null;
      return detected('unmanaged-policy', { arn: difference.arn, document, attachments: 0 }, facts);
    }
    case 'boundary-changed':
      return detected(difference.to === null ? 'user-without-boundary' : 'boundary-changed', difference, facts);
    default:
      return { rule: difference.kind, data: difference, ...facts };
  }
}

function distinct(notChecked: readonly NotChecked[]): readonly NotChecked[] {
  return [...new Map(notChecked.map((each) => [each.what, each])).values()];
}

function additionOf({ kind, name, arn }: Pick<IamEntity, 'kind' | 'name' | 'arn'>): Difference {
  if (kind === 'policy') return { kind: 'policy-added', arn };
  return kind === 'user' ? { kind: 'user-added', user: name } : { kind: 'group-added', group: name };
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
