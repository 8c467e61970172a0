import type { AccessModel } from '../../access/model.ts';
import { type Difference, differences, inverse, subjectKey } from '../../access/model-difference.ts';
import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import type { PendingChanges } from '../applied.ts';
import type { DriftCause } from '../finding.ts';
import type { Expected } from './lab-part.ts';

/** A difference between the file and the account, and whose doing it is. */
export interface FoundDifference {
  readonly difference: Difference;
  readonly cause: DriftCause;
}

/**
 * All in which the lab's part of an account differs from what is expected, with what a plan tells of besides. `since`:
 * what the file itself has changed since it was applied last; nothing else is pending but who is past her last day.
 */
export function differencesFound(
  expected: Expected,
  part: AccessModel,
  report: PlanClassification | null,
  since: PendingChanges | null,
): readonly FoundDifference[] {
  const all = differences(expected.model, part);
  const told = tellingOf(report);
  const late = [...expected.late].map((user): Difference => ({ kind: 'user-added', user }));
  const found: FoundDifference[] = [
    ...withoutParts(all, told.byHand).map((difference) => ({
      difference,
      cause: causeOf(difference, expected, told, since),
    })),
    ...late.map((difference) => ({ difference, cause: 'expired' as const })),
  ];
  if (report === null) return found;
  const known = new Set([...all, ...late].map(subjectKey));
  const owners = ownersIn([...all, ...late]);
  const isNew = (difference: Difference) => !known.has(subjectKey(difference)) && !isPartOf(difference, owners);
  const tampered = report.manualChanges.filter(({ difference }) => isNew(difference));
  const besides = new Set(tampered.map(({ difference }) => subjectKey(difference)));
  const pending = report.pending.map(inverse).filter(isNew);
  return [
    ...found,
    ...tampered.map(
      ({ difference, outcome: fate }): FoundDifference => ({
        difference,
        cause: fate === 'kept' ? 'resolved' : 'manual',
      }),
    ),
    ...pending
      .filter((difference) => !besides.has(subjectKey(difference)))
      .map(
        (difference): FoundDifference => ({
          difference,
          cause: since?.has(difference) === false ? 'manual' : 'pending',
        }),
      ),
  ];
}

/** What a plan says of who did what, by what it is about. */
interface Telling {
  readonly isThere: boolean;
  readonly byHand: ReadonlySet<string>;
  readonly pending: ReadonlySet<string>;
}

function tellingOf(report: PlanClassification | null): Telling {
  return {
    isThere: report !== null,
    byHand: new Set(report?.manualChanges.map(({ difference }) => subjectKey(difference))),
    pending: new Set(report?.pending.map(subjectKey)),
  };
}

function causeOf(difference: Difference, expected: Expected, told: Telling, since: PendingChanges | null): DriftCause {
  const { kind } = difference;
  if (isRespelled(difference, expected)) return 'manual';
  if (kind === 'user-added' || kind === 'group-added' || kind === 'policy-added') {
    // No stray, so it is of an earlier file: that is known where there is a plan, or where it says who has departed.
    const departed = kind === 'user-added' && 'user' in difference && expected.departed.has(difference.user);
    return told.isThere || since !== null || departed ? 'pending' : 'unknown';
  }
  const subject = subjectKey(difference);
  if (since !== null) return told.byHand.has(subject) || !since.has(difference) ? 'manual' : 'pending';
  if (!told.isThere) return 'unknown';
  // What neither the drift nor the changes of a plan know has been done since it was made.
  return told.byHand.has(subject) || !told.pending.has(subject) ? 'manual' : 'pending';
}

/** Whether it is about somebody or a group whom IAM knows by the same name, in other letters. */
export function isRespelled(difference: Difference, { respelled }: Pick<Expected, 'respelled'>): boolean {
  return subjectsOf(difference).some((name) => respelled.has(name));
}

function subjectsOf(difference: Difference): readonly string[] {
  const user = 'user' in difference ? [difference.user] : [];
  return 'group' in difference ? [...user, difference.group] : user;
}

/** Users, groups and policies that come or go as a whole. */
interface Owners {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly arns: ReadonlySet<string>;
}

export function ownersIn(list: readonly Difference[], direction: 'added' | 'deleted' | null = null): Owners {
  const of =
    (kind: 'user' | 'group' | 'policy') =>
    (difference: Difference): boolean =>
      (direction !== 'deleted' && difference.kind === `${kind}-added`) ||
      (direction !== 'added' && difference.kind === `${kind}-deleted`);
  return {
    users: new Set(list.filter(of('user')).flatMap((each) => ('user' in each ? [each.user] : []))),
    groups: new Set(list.filter(of('group')).flatMap((each) => ('group' in each ? [each.group] : []))),
    arns: new Set(list.filter(of('policy')).flatMap((each) => ('arn' in each ? [each.arn] : []))),
  };
}

/** Whether a difference is about what a user, group or policy has that comes or goes with it. */
export function isPartOf(difference: Difference, { users, groups, arns }: Owners): boolean {
  switch (difference.kind) {
    case 'membership-added':
    case 'membership-removed':
      return users.has(difference.user) || groups.has(difference.group);
    case 'policy-attached':
    case 'inline-policy-added':
    case 'inline-policy-changed':
    case 'inline-policy-removed':
    case 'path-changed':
      return (difference.holder.kind === 'user' ? users : groups).has(difference.holder.name);
    case 'policy-detached':
      return (
        arns.has(difference.arn) || (difference.holder.kind === 'user' ? users : groups).has(difference.holder.name)
      );
    case 'boundary-changed':
    case 'tag-changed':
      return users.has(difference.user);
    default:
      return false;
  }
}

/**
 * Without what goes with a user, group or policy that is gone, or comes with one: she alone is told of. What was done by
 * hand to somebody who is about to be removed is told all the same.
 */
function withoutParts(all: readonly Difference[], byHand: ReadonlySet<string>): readonly Difference[] {
  const gone = ownersIn(all, 'deleted');
  const come = ownersIn(all, 'added');
  return all.filter(
    (difference) => !isPartOf(difference, gone) && (!isPartOf(difference, come) || byHand.has(subjectKey(difference))),
  );
}
