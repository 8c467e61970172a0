import { type Difference, differenceKey, differences, subjectKey } from '../../access/model-difference.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { keyOfIamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from '../../terraform/addresses.ts';
import type { Plan } from '../../terraform/plan/plan-read.ts';
import type { PlanClassification } from './classify-plan.ts';
import type { Unexplained } from './review.ts';

/** A day before every `until`: nobody's access has ended yet. */
const BEGINNING = '0000-01-01';

/**
 * What a plan does that the difference between the two files does not account for, and what they promise that it does
 * not hold. Without a file before, everything that the file after says is new.
 */
export function unexplainedBy(
  { plan, classification: report }: { readonly plan: Plan; readonly classification: PlanClassification },
  before: Team | null,
  after: Team,
  today: string,
): readonly Unexplained[] {
  const promised = promises(before, after, today);
  const explained = new Set([...promised, ...endings(before, after, today)].map(differenceKey));
  const { access, manualChanges } = report;
  const handled = new Set(manualChanges.map(({ difference }) => subjectKey(difference)));
  const undone = manualChanges.filter(({ outcome }) => outcome !== 'kept').map(({ difference }) => difference);
  const extra = report.pending.filter(
    (difference) => !explained.has(differenceKey(difference)) && !handled.has(subjectKey(difference)),
  );
  const taken = new Set(report.imported.map(({ address }) => address));
  const keysTaken = new Set([...taken].map(keyOfAddress));
  const planned = new Set(differences(access.before, access.after).map(differenceKey));
  const missing = promised.filter(
    (difference) =>
      !planned.has(differenceKey(difference)) && !keysOf(difference, after.lab).some((key) => keysTaken.has(key)),
  );

  const touched = new Set([...promised, ...report.pending, ...undone].flatMap((each) => keysOf(each, after.lab)));
  if (before !== null && before.lab !== after.lab) for (const key of keysOfTeam(before)) touched.add(key);
  const strayed = report.pendingAddresses.filter((address) => {
    const key = keyOfAddress(address);
    return key === null || !touched.has(key);
  });
  return [
    ...undone.map((difference) => told('drift-reverted', { difference })),
    ...report.manualAttributes.map((each) => told('drift-reverted', each)),
    ...extra.map((difference) => told('not-in-files', { difference })),
    ...otherwise(report, after, today).map((difference) => told('not-in-files', { difference })),
    ...strayed.map((address) => told('not-in-files', { address, attributes: [] })),
    ...report.unexplained.filter(({ address }) => !taken.has(address)).map((each) => told('not-in-files', each)),
    ...plan.changes
      .filter(({ type }) => type === 'aws_iam_user' || type === 'aws_iam_group' || type === 'aws_iam_policy')
      .filter(({ address }) => taken.has(address))
      .map(({ address }) => told('taken-over', { address, attributes: [] })),
    ...missing.map((difference) => told('not-in-plan', { difference })),
  ];
}

/** Policies that are new by the files, too, and say something else than they do: as if edited at once. */
function otherwise({ access, pending }: PlanClassification, after: Team, today: string): readonly Difference[] {
  const coming = new Set(
    pending.filter(({ kind }) => kind === 'policy-added' || kind === 'inline-policy-added').map(subjectKey),
  );
  if (coming.size === 0) return [];
  return differences(desiredAccess(after, today), access.after).filter(
    (difference) =>
      (difference.kind === 'policy-changed' || difference.kind === 'inline-policy-changed') &&
      coming.has(subjectKey(difference)),
  );
}

function told(
  kind: Unexplained['kind'],
  what: { readonly difference: Difference } | { readonly address: string; readonly attributes: readonly string[] },
): Unexplained {
  return { kind, difference: null, address: null, attributes: [], ...what };
}

function promises(before: Team | null, after: Team, today: string): readonly Difference[] {
  const from =
    before === null
      ? { ...desiredAccess(after, today), users: [], groups: [], policies: [] }
      : desiredAccess(before, today);
  return differences(from, desiredAccess(after, today));
}

/** Who is in the earlier file and whose last day has passed leaves without a word in the later one. */
function endings(before: Team | null, after: Team, today: string): readonly Difference[] {
  return before === null ? [] : differences(desiredAccess(before, BEGINNING), desiredAccess(after, today));
}

function keyOfAddress(address: string): string | null {
  return memberKeyOfAddress(address) ?? roleKeyOfAddress(address);
}

/** Keys of the members and roles that a difference is about. */
function keysOf(difference: Difference, lab: string): readonly string[] {
  const names: string[] = [];
  if ('user' in difference) names.push(difference.user);
  if ('group' in difference) names.push(difference.group);
  if ('holder' in difference) names.push(difference.holder.name);
  if ('arn' in difference) names.push(difference.arn.slice(difference.arn.lastIndexOf('/') + 1));
  return names.flatMap((name) => keyOfIamName(lab, name) ?? []);
}

function keysOfTeam({ members, roles }: Team): readonly string[] {
  return [...members, ...roles].map(({ key }) => key);
}
