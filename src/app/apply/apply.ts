import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { notAdopted } from '../../access/adoptable.ts';
import { adoptionFile } from '../../adopt/adoption.ts';
import { type FailureArgs, fail, type Result, reasonOf, succeed } from '../../diagnostics/failure.ts';
import { adoptingIn } from '../../drift/rules/nothing-applied.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { stableJson } from '../../iam/canonical.ts';
import { changesNothing } from '../../review/changes/review.ts';
import { redactReview } from '../../review/manifest/manifest.ts';
import type { QuickCheck, Review } from '../../review/manifest/schema.ts';
import { ROLE_PREFIX, restoreName, type Withheld } from '../../review/rule/ruled.ts';
import { iamName, labPath, otherLabOf } from '../../team/names.ts';
import { hasRecipients, type Team } from '../../team/team.ts';
import { planEffect } from '../../terraform/resources.ts';
import { redactAll } from '../../text/escape.ts';
import { checkApplied, quickCheck } from '../drift/run-scan.ts';
import { checkWritable } from '../files.ts';
import { isUsed, planStack, type RuleOptions, reviewOfStack, type StackPlan } from '../plan/plan.ts';
import { withSession } from '../session/account-session.ts';
import { type LabSession, type LabSessionOptions, openLabSession } from '../session/lab-session.ts';
import { appliedFacts, commitOf, isSameApply, RECORD_FILE } from '../session/records.ts';
import { confirmed, type Terminal } from '../terminal.ts';
import { applyPlanned, blocked, type CarryOutOptions, isUnchanged, lockTimeout } from './carry-out.ts';

export interface ApplyOptions extends LabSessionOptions, Pick<CarryOutOptions, 'ownerIds'> {
  readonly yes: boolean;
  /** To whom withheld access is given back, or whose user is accepted: `KEY` of a member, `role/KEY`. */
  readonly restore: readonly string[];
  /** The commit of the team file, for the apply record; null if Git is to say it. */
  readonly commit: string | null;
  /** When the last apply began or ended as the approval was checked, empty if there was none; null if none was checked. */
  readonly appliedAt: string | null;
  /** The file for the result, as JSON. */
  readonly result: string | null;
}

export interface CompletedApply {
  readonly team: Team;
  readonly planned: StackPlan;
  readonly review: Review;
  readonly steps: number;
  readonly quickCheck: QuickCheck;
}

/** `check` is what else a person who is about to be asked should know; null if no question follows. */
type OnPlan = (session: LabSession, planned: StackPlan, check: QuickCheck | null) => void;

/**
 * The one apply pipeline: plan, guardrails, confirmation, record, apply, record, quick check. The result is written for the
 * job that reports it. `onPlan` is called before guardrails and confirmation.
 */
export async function applyTeamFile(
  options: ApplyOptions,
  terminal: Terminal,
  onPlan: OnPlan,
): Promise<Result<CompletedApply>> {
  const writable = await checkWritable([options.result]);
  if (!writable.ok) return writable;
  let during: 'plan' | 'apply' = 'plan';
  const onBegin = () => {
    during = 'apply';
  };
  // Before the file is read: who pulls while it plans or asks would have a commit recorded that no one approved.
  const commit = options.commit ?? (await commitOf(options.file));
  const applied = await withSession(await openLabSession(options, terminal), (session) =>
    planAndApply(session, options, terminal, onPlan, onBegin, commit),
  );
  await writeResult(options, applied, during);
  return applied;
}

/** `applyTeamFile` in an open session. `onBegin` is called before the first change. */
export async function planAndApply(
  session: LabSession,
  options: ApplyOptions,
  terminal: Terminal,
  onPlan: OnPlan,
  onBegin: () => void = () => {},
  commit = options.commit,
): Promise<Result<CompletedApply>> {
  const { yes, restore, ownerIds, appliedAt } = options;
  const { team } = session;
  const workflow = options.commit !== null || options.result !== null;
  const unknown = restore
    .map(restoredBy)
    .find(({ of, key }) => !(of === 'role' ? team.roles : team.members).some((each) => each.key === key));
  if (unknown !== undefined)
    return fail('not-restorable', { ...unknown, name: '', found: null, other: null, option: null });
  const rule = { restore: new Set(restore) };
  const first = await planStack(session, { ...lockTimeout(workflow), rule });
  if (!first.ok) return first;
  const { account, record } = first.value;
  if (workflow && appliedFacts(record) === null && isUsed(account, team.lab)) return fail('no-apply-record', {});
  const byHand = record === null ? notAdopted(account, team, session.at) : [];
  if (workflow && byHand.length > 0) return fail('not-adopted', { members: byHand.map(({ key }) => key) });
  // Users who are not adopted yet would be created a second time; those who are would count as another person's.
  const isAdopting = record === null && restore.length === 0 && adoptingIn(account, team).length > 0;
  const isUnfinished = isAdopting || ((record?.team ?? null) === null && existsSync(adoptionFile(options.file)));
  if (isUnfinished) return fail('adoption-unfinished', {});
  const left = first.value.ruled.withheld.find((each) => rule.restore.has(restoreName(each)));
  if (left !== undefined) {
    const { of, key, found } = left;
    // A path, alone, with a name or in an ARN.
    const other = found === null ? null : otherLabOf(found.slice(found.indexOf('/')), team.lab);
    const option = optionToRestore(left, team.lab);
    return fail('not-restorable', { of, key, name: iamName(team.lab, key), found, other, option });
  }
  const isChange = !isUnchanged(first.value) || !changesNothing(reviewOfStack(session, first.value));
  const asks = !yes && first.value.blocks.length === 0 && (isChange || restorable(first.value).length > 0);
  const check = asks ? await quickCheck(session, first.value, terminal) : null;
  onPlan(session, first.value, check);
  if (first.value.blocks.length > 0) return blocked(first.value);
  const agreed = asks ? await askToApply(session, first.value, isChange, terminal) : first;
  if (!agreed.ok) return agreed;
  const planned = agreed.value;
  if (planned.blocks.length > 0) return blocked(planned);
  // What was approved, or agreed to, is to be applied over what was applied then.
  const isChecked = appliedAt === null || appliedAt === (planned.record?.at ?? '');
  if (!isChecked || !isSameApply(planned.record, first.value.record))
    return fail('record-changed', { file: RECORD_FILE });
  const carried = { workflow, commit, ownerIds, isApproved: appliedAt !== null };
  const steps = await applyPlanned(session, planned, carried, terminal, onBegin);
  if (!steps.ok) return steps;
  const after = await checkApplied(session, planned.record, terminal);
  return succeed({ team, planned, review: reviewOfStack(session, planned), steps: steps.value, quickCheck: after });
}

/** Whom `--restore` names. */
function restoredBy(name: string): Pick<Withheld, 'of' | 'key'> {
  return name.startsWith(ROLE_PREFIX)
    ? { of: 'role', key: name.slice(ROLE_PREFIX.length) }
    : { of: 'member', key: name };
}

function optionToRestore({ kind, key }: Withheld, lab: string): FailureArgs['not-restorable']['option'] {
  if (kind === 'renamed') return { name: '--new-user-name', value: iamName(lab, key) };
  return kind === 'moved' ? { name: '--new-path', value: labPath(lab) } : null;
}

/**
 * The plan that a person at a terminal agrees to, planned again after the answer, for which an hour may have passed. They may
 * give back what is withheld: operations, missing users and kept Denies together; a replaced user is accepted by name alone.
 */
async function askToApply(
  session: LabSession,
  shown: StackPlan,
  isChange: boolean,
  terminal: Terminal,
): Promise<Result<StackPlan>> {
  const agreed = await confirmed(terminal, `Apply this to account ${session.team.account}?`, !isChange);
  if (!agreed.ok) return agreed;
  const all = restorable(shown);
  const names = [...new Set(all.map(restoreName))].join(', ');
  const restores =
    names !== '' && (await terminal.confirm(`Also give back what was taken outside team.yaml: ${names}?`));
  const now = await planStack(session, { rule: shown.rule });
  if (!now.ok) return now;
  const { value: planned } = now;
  if (effectOf(planned) !== effectOf(shown))
    return fail('plan-stale', { reason: 'the plan made again is another one' });
  if (!restores) return now;
  const { members, roles } = shown.ruled.team;
  const denied = new Set(all.flatMap((each) => (each.kind === 'deny-kept' ? [restoreName(each)] : [])));
  const rule: RuleOptions = {
    ...shown.rule,
    answered: shown.account,
    giveBack: new Map(all.flatMap(({ kind, key, operations }) => (kind === 'operations' ? [[key, operations]] : []))),
    recreate: new Set(all.flatMap(({ kind, key }) => (kind === 'missing' ? [key] : []))),
    lift: new Map(
      [
        ...members.map(({ key, keptDenies = [] }) => [key, keptDenies] as const),
        ...roles.map(({ key, keptDenies = [] }) => [restoreName({ of: 'role', key }), keptDenies] as const),
      ].filter(([name]) => denied.has(name)),
    ),
  };
  return planStack(session, { rule });
}

/** What a plan does, to people too: it names an inline policy that it deletes, whatever that says by now. */
function effectOf({ saved, change }: StackPlan): string {
  return stableJson([planEffect(saved.plan), change.people]);
}

function restorable({ ruled: { withheld } }: StackPlan): readonly Withheld[] {
  return withheld.filter(({ kind }) => kind === 'operations' || kind === 'missing' || kind === 'deny-kept');
}

/** For the job that reports: a file, and outputs of the step. */
async function writeResult(
  { result, commit, emulator: directory }: ApplyOptions,
  applied: Result<CompletedApply>,
  during: 'plan' | 'apply',
): Promise<void> {
  const failure = applied.ok ? null : { reason: reasonOf(applied.failure, during), error: applied.failure };
  const { steps, quickCheck, review } = applied.ok ? applied.value : { steps: null, quickCheck: null, review: null };
  if (result !== null) {
    const emulator = directory !== null;
    const data = redactAll({ version: 1, emulator, commit, failure, steps, quickCheck }, true);
    const all = { ...data, review: review === null ? null : redactReview(review) };
    await writeFile(result, `${JSON.stringify(all, null, 2)}\n`);
  }
  writeOutputs(process.env, {
    result: failure === null ? 'applied' : 'failed',
    ...(applied.ok ? { recipients: String(hasRecipients(applied.value.team)) } : {}),
    ...(failure === null ? {} : { 'failure-reason': failure.reason }),
  });
}
