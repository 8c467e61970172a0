import { type AccessModel, emptyModel, type InlinePolicy, mapDocuments, policyName } from '../../access/model.ts';
import { type Difference, differenceKey, differences, resultKey, subjectKey } from '../../access/model-difference.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { type Statement, statementsOf } from '../../iam/document.ts';
import { NOT_WIDENED_SID, OUT_OF_REACH_SID, WITHHELD_SID } from '../../team/documents.ts';
import { keyOfIamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import {
  attachmentAddress,
  limitsAddress,
  memberAddress,
  memberKeyOfAddress,
  roleAddress,
  roleKeyOfAddress,
} from '../../terraform/addresses.ts';
import type { Plan } from '../../terraform/plan.ts';
import { unrecordedIn } from '../../terraform/resources.ts';
import type { UnexplainedChange } from '../manifest/schema.ts';
import type { PlanClassification } from './classify-plan.ts';

interface PlannedChange {
  readonly plan: Plan;
  readonly classification: PlanClassification;
}

/** A day before every last day: no access has ended yet. */
const BEGINNING = '0000-01-01';

/**
 * What a plan does and two files do not explain, and what it should do and does not. Without `before`, all is new. What was
 * `applied` can be older. What is withheld explains how `written` differs from the file.
 */
export function unexplainedBy(
  { plan, classification: report }: PlannedChange,
  before: Team | null,
  after: Team,
  applied: Team | null,
  today: string,
  written: Team = after,
): readonly UnexplainedChange[] {
  const desired = desiredAccess(after, today);
  const promised = differences(before === null ? emptyModel(after.account) : desiredAccess(before, today), desired);
  // Members of the earlier file whose users are to be deleted leave without an edit of the later one.
  const endings = before === null ? [] : differences(desiredAccess(before, BEGINNING), desired);
  const explained = new Set([...promised, ...endings].map(differenceKey));
  const { access, manualChanges, pending } = report;
  const ruled = written === after ? desired : desiredAccess(written, today);
  const otherwise = new Set(differences(access.after, ruled).map(subjectKey));
  // What is written in place of the file counts as the file: what is withheld or kept is said apart.
  const ofRule = differences(desired, ruled).map(subjectKey);
  const asRuled = new Set(ofRule.filter((key) => !otherwise.has(key)));
  const last = withoutWithheld(access.recorded);
  const changes = [
    ...differences(last, access.after).filter((difference) => !asRuled.has(subjectKey(difference))),
    ...differences(last, desired).filter((difference) => asRuled.has(subjectKey(difference))),
  ];
  const subjects = new Set(pending.map(subjectKey));
  const extra = changes.filter(
    (difference) => subjects.has(subjectKey(difference)) && !explained.has(differenceKey(difference)),
  );
  // What exists and the state does not know may be as the file says already, or not.
  const unrecorded = unrecordedIn(plan).map(({ address }) => address);
  const foundKeys = new Set([...report.imported, ...unrecorded].map(keyOfAddress));
  const planned = new Set(differences(access.before, access.after).map(resultKey));
  const kept = keptBy(report, applied ?? before, after, today);
  const done = new Set(kept.map(subjectKey));
  const missing = promised.filter(
    (difference) =>
      otherwise.has(subjectKey(difference)) &&
      !done.has(subjectKey(difference)) &&
      !planned.has(resultKey(difference)) &&
      !keysOf(difference, after.lab).some((key) => foundKeys.has(key)),
  );

  const manual = manualChanges.map(({ difference }) => difference);
  const touched = new Set([...promised, ...pending, ...manual].flatMap((each) => keysOf(each, after.lab)));
  if (before !== null && before.lab !== after.lab)
    for (const { key } of [...before.members, ...before.roles]) touched.add(key);
  const expected = new Set(namesIn(after));
  const unnamed = report.pendingAddresses.filter((address) => {
    const key = keyOfAddress(address);
    if (key === null) return true;
    return !touched.has(key) && !(foundKeys.has(key) && expected.has(address.slice(address.indexOf('.') + 1)));
  });
  const proposed = new Set(promised.map(subjectKey));
  return [
    ...manuallyChanged({ plan, classification: report }),
    // What was merged earlier and not applied is not what this change proposes.
    ...kept.map((difference) => {
      const isProposed = proposed.has(subjectKey(difference));
      return item(isProposed ? 'manual-change-kept' : 'not-in-files', { difference });
    }),
    ...extra.map((difference) => item('not-in-files', { difference })),
    ...differing(report, ruled).map((difference) => item('not-in-files', { difference })),
    ...unnamed.map((address) => item('not-in-files', { address, attributes: [] })),
    ...missing.map((difference) => item('not-in-plan', { difference })),
  ];
}

/** What an apply wrote without what no file says: kept Denies have no Sid. */
function withoutWithheld(recorded: AccessModel): AccessModel {
  const isOfFile = ({ Effect, Sid }: Statement) =>
    Effect === 'Allow' || (Sid !== undefined && ![WITHHELD_SID, OUT_OF_REACH_SID, NOT_WIDENED_SID].includes(Sid));
  const model = mapDocuments(
    recorded,
    (document) => document && { ...document, Statement: statementsOf(document).filter(isOfFile) },
  );
  const isWritten = ({ document }: InlinePolicy) => document === null || statementsOf(document).length > 0;
  return { ...model, users: model.users.map((user) => ({ ...user, inline: user.inline.filter(isWritten) })) };
}

/** Manual changes that the file asks for, too. */
function keptBy(
  { manualChanges }: PlanClassification,
  before: Team | null,
  after: Team,
  today: string,
): readonly Difference[] {
  if (before === null) return [];
  const asked = new Set(differences(desiredAccess(before, today), desiredAccess(after, today)).map(subjectKey));
  return manualChanges
    .filter(({ outcome, difference }) => outcome === 'kept' && asked.has(subjectKey(difference)))
    .map(({ difference }) => difference);
}

/** What a plan's own lists show beside what the file changes of the applied one. */
export function unexplainedByPlan(
  change: PlannedChange,
  ...files: readonly [applied: Team | null, team: Team, today: string]
): readonly UnexplainedChange[] {
  const kept = keptBy(change.classification, ...files);
  return [...manuallyChanged(change), ...kept.map((difference) => item('manual-change-kept', { difference }))];
}

/** What a plan's own lists show without a file before: manual changes, unexplained attributes and imports. */
function manuallyChanged({ plan, classification }: PlannedChange): readonly UnexplainedChange[] {
  const { manualChanges, manualAttributes, unexplained, imported } = classification;
  const importing = new Set(imported);
  return [
    ...manualChanges
      .filter(({ outcome }) => outcome !== 'kept')
      .map(({ difference }) => item('manual-change-reverted', { difference })),
    ...manualAttributes.map((each) => item('manual-change-reverted', each)),
    ...unexplained.filter(({ address }) => !importing.has(address)).map((each) => item('not-in-files', each)),
    ...plan.changes
      .filter(({ type }) => type === 'aws_iam_user' || type === 'aws_iam_group' || type === 'aws_iam_policy')
      .filter(({ address }) => importing.has(address))
      .map(({ address }) => item('imported', { address, attributes: [] })),
  ];
}

/** New policies whose document differs from the one that the files describe. */
function differing({ access, pending }: PlanClassification, desired: AccessModel): readonly Difference[] {
  const coming = new Set(
    pending.filter(({ kind }) => kind === 'policy-added' || kind === 'inline-policy-added').map(subjectKey),
  );
  if (coming.size === 0) return [];
  return differences(desired, access.after).filter(
    (difference) =>
      (difference.kind === 'policy-changed' || difference.kind === 'inline-policy-changed') &&
      coming.has(subjectKey(difference)),
  );
}

function item(
  kind: UnexplainedChange['kind'],
  what: { readonly difference: Difference } | { readonly address: string; readonly attributes: readonly string[] },
): UnexplainedChange {
  return { kind, difference: null, address: null, attributes: [], ...what };
}

/** Terraform's names of what a team's members and roles have. */
function namesIn({ members, roles }: Team): readonly string[] {
  return [
    ...members.flatMap(({ key }) => [memberAddress(key), limitsAddress(key)]),
    ...roles.flatMap(({ key, managed }) => [
      roleAddress(key),
      ...['own', ...managed].map((policy) => attachmentAddress(key, policy)),
    ]),
  ];
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
  if ('arn' in difference) names.push(policyName(difference.arn));
  return names.flatMap((name) => keyOfIamName(lab, name) ?? []);
}
