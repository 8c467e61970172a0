import { ofUser, operationsIn } from '../../access/access-of.ts';
import { type AccessModel, mapDocuments } from '../../access/model.ts';
import { listOperations } from '../../access/operation-set.ts';
import { desiredAccessBeforeDeletions } from '../../access/sources/desired.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { Reconciled } from '../../drift/report/terminal.ts';
import { type Statement, statementsOf } from '../../iam/document.ts';
import { type Announcement, announced, type Due, ripe } from '../../review/rule/announcements.ts';
import { ruleFor } from '../../review/rule/rule.ts';
import type { Withheld } from '../../review/rule/ruled.ts';
import { teamOf } from '../../team/applied-team.ts';
import { WITHHELD_SID } from '../../team/documents.ts';
import { iamName, labPath } from '../../team/names.ts';
import { isDeletionDue, type Team } from '../../team/team.ts';
import { HOUR_MS } from '../../text/dates.ts';
import type { CompletedScan } from '../drift/run-scan.ts';
import { planStack, type StackPlan } from '../plan/plan.ts';
import type { LabSession } from '../session/lab-session.ts';
import { type ApplyRecord, appliedIn, isSameApply, noteInRecord, RECORD_FILE, readRecord } from '../session/records.ts';
import type { Terminal } from '../terminal.ts';
import { applyPlanned, isUnchanged } from './carry-out.ts';

const NOTHING: Reconciled = { steps: 0, done: [], announcements: [] };

/**
 * Applies the applied team again, as `settings.reconcile` of that team allows: manual changes that gave access are undone,
 * what was taken is withheld. In mode `all` it is announced and given back by a check at least 20 hours later, as far as the
 * newest file gives it, too. The check is noted in the record in every mode: `checkedAt` is when the check was made whose
 * report is shown to people; null leaves the last one. Without such a check of the last hour, announcements stay as they are.
 */
export async function reconcile(
  session: LabSession,
  completed: CompletedScan,
  terminal: Terminal,
  checkedAt: string | null = completed.attributed ? completed.scan.at : null,
): Promise<Result<Reconciled>> {
  const read = await readRecord(session.records);
  if (!read.ok) return read;
  const record = read.value;
  if (record !== null && record.begun.length > 0) return fail('apply-unfinished', { at: record.at });
  const newest = session.team;
  if (record === null || record.team === null) {
    return completed.isLabUsed ? fail('no-apply-record', {}) : succeed(NOTHING);
  }
  if (!completed.complete) return fail('scan-incomplete', { notChecked: completed.scan.notChecked.length });
  const applied = teamOf(record.team, newest);
  const mode = applied.settings.reconcile;
  const noteCheck = (announcements: readonly Announcement[]) =>
    noteInRecord(session.records, (latest) => ({
      announcements: [...announcements],
      checkedAt: checkedAt ?? latest.checkedAt,
      administrators: [...completed.scan.administrators],
    }));
  if (mode === 'none') {
    const noted = await noteCheck([]);
    return noted.ok ? succeed({ ...NOTHING, isOff: true }) : noted;
  }

  const last = { ...session, team: applied };
  const first = await planStack(last, { credentials: 'none' });
  if (!first.ok) return first;
  const { withheld } = first.value.ruled;
  const taken = withheld.flatMap(({ kind, key, operations }): readonly Due[] =>
    kind === 'operations' || kind === 'missing' ? [{ kind, key, operations, until: null }] : [],
  );
  // Of another user with the name, or one who was moved, nothing is deleted for the member's age.
  const others = new Set(
    withheld.filter(({ of }) => of === 'member').map(({ key, kind }) => (NOT_OWN.includes(kind) ? key : '')),
  );
  const deletions = deletionsDue(applied, newest, first.value.account, session.today).filter(
    ({ key }) => !others.has(key),
  );
  const now = session.now();
  const due = [...(mode === 'all' ? taken : []), ...deletions];
  const isShown = checkedAt !== null && now.getTime() - Date.parse(checkedAt) <= SHOWN_MS;
  const takenNow = takenAgain(applied, record, { ...first.value, today: session.today });
  const isChangedSince = (key: string, since: Date) => takenNow.has(key) || completed.isChangedSince(key, since);
  const announcements = isShown ? announced(record.announcements, due, now, isChangedSince) : record.announcements;
  const ready = isShown ? ripe(announcements, now, givesIn(newest, session.at)) : [];
  const done = limited(ready, applied.settings.maxRemovals);
  const keysOf = (kind: Announcement['kind']) => done.flatMap((each) => (each.kind === kind ? [each.key] : []));
  const giveBack = new Map(done.flatMap((each) => (each.kind === 'operations' ? [[each.key, each.operations]] : [])));
  const rule = { recreate: new Set(keysOf('missing')), giveBack, deletions: new Set(keysOf('deletion')) };
  const planned = done.length === 0 ? first : await planStack(last, { credentials: 'none', rule });
  if (!planned.ok) return planned;
  // An apply that ended meanwhile may have written a newer team.
  if (!isSameApply(planned.value.record, record)) return fail('record-changed', { file: RECORD_FILE });
  const { commit } = record;
  const options = { workflow: true, commit, ownerIds: new Map<string, number>(), isApproved: true };
  const steps = isUnchanged(planned.value) ? succeed(0) : await applyPlanned(last, planned.value, options, terminal);
  if (!steps.ok) return steps;
  // Announced after its own calls, which CloudTrail has as well.
  const since = session.now().toISOString();
  const left = announcements
    .filter(({ kind, key }) => !done.some((each) => each.kind === kind && each.key === key))
    .map((each) => (each.at === now.toISOString() ? { ...each, at: since } : each));
  const noted = await noteCheck(left);
  const reconciled = { steps: steps.value, done, announcements: left };
  return noted.ok ? succeed(isShown || due.length === 0 ? reconciled : { ...reconciled, isNotShown: true }) : noted;
}

/** A check, its issue and the reconcile of one run take less: a job that runs again later has a check that no longer counts. */
const SHOWN_MS = HOUR_MS;

/**
 * Members whose access the account lacks beside what is withheld, so that it was taken after the last apply or reconcile:
 * CloudTrail may not have it yet. A missing user counts as there, as the file makes it.
 */
function takenAgain(
  team: Team,
  record: ApplyRecord,
  { account, ids, ruled, today }: Pick<StackPlan, 'account' | 'ids' | 'ruled'> & Pick<LabSession, 'today'>,
): ReadonlySet<string> {
  const missing = new Set(
    ruled.withheld.flatMap(({ kind, key }) => (kind === 'missing' ? [iamName(team.lab, key)] : [])),
  );
  const made = desiredAccessBeforeDeletions(team).users.filter(({ name }) => missing.has(name));
  const isLeft = ({ Sid, Condition }: Statement) => Sid !== WITHHELD_SID || Condition !== undefined;
  const access = mapDocuments(
    { ...account, users: [...account.users, ...made] },
    (document) => document && { ...document, Statement: statementsOf(document).filter(isLeft) },
  );
  const known = Object.entries(record.ids.user).filter(([name]) => missing.has(name));
  const now = { access, ids: { ...ids, user: new Map([...ids.user, ...known]) } };
  const input = { team, today, applied: appliedIn(record), account: now, restore: new Set<string>() };
  return new Set(ruleFor(input).withheld.flatMap(({ kind, key }) => (kind === 'operations' ? [key] : [])));
}

const NOT_OWN: readonly Withheld['kind'][] = ['replaced', 'renamed', 'moved', 'name-taken'];

/**
 * Members whose last day passed so long ago that both the applied team and the newest file delete their users: not those in
 * a group outside the lab's path, as IAM deletes no user who is in a group.
 */
function deletionsDue(applied: Team, newest: Team, { users, groups }: AccessModel, today: string): readonly Due[] {
  const outside = new Set(groups.flatMap(({ name, path }) => (path === labPath(applied.lab) ? [] : [name])));
  const existing = new Set(users.flatMap((user) => (user.groups.some((each) => outside.has(each)) ? [] : [user.name])));
  return applied.members.flatMap(({ key, until }): readonly Due[] => {
    const isDue = [applied, newest].every(({ members, settings }) =>
      members.some((each) => each.key === key && isDeletionDue(each, settings, today)),
    );
    return isDue && existing.has(iamName(applied.lab, key)) ? [{ kind: 'deletion', key, operations: [], until }] : [];
  });
}

/** Deletions of those who left first, at most so many; all the rest as it is. */
function limited(all: readonly Announcement[], most: number): readonly Announcement[] {
  const deletions = all
    .filter(({ kind }) => kind === 'deletion')
    .sort((one, other) => ((one.until ?? '') < (other.until ?? '') ? -1 : 1));
  return [...all.filter(({ kind }) => kind !== 'deletion'), ...deletions.slice(0, most)];
}

/** What the newest file gives a member now, with its freeze, suspensions and days. */
function givesIn(team: Team, at: Date): (key: string) => ReturnType<typeof listOperations> {
  const allowed = operationsIn(desiredAccessBeforeDeletions(team), at);
  return (key) => listOperations(ofUser(allowed, iamName(team.lab, key)));
}
