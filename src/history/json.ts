import type { HistoryChange } from './changes.ts';
import type { Commit } from './commits.ts';
import type { HistoryNote, Since, Source } from './timeline.ts';
import type { Decision, Reason, WhyAnswer } from './why.ts';

/** A commit as `--json` prints it: what its author wrote, and no more. */
function commitJson({ id, date, author, subject, pull, path }: Commit) {
  return { id, date, author, subject, claimedPull: pull, path };
}

export function changeJson(change: HistoryChange) {
  if (change.kind !== 'merged') return { kind: change.kind, at: change.at, people: change.people };
  const { kind, at, commit, unreadable, people, roles, settings, statements } = change;
  const ids = unreadable.map(({ id }) => id);
  return { kind, at, people, commit: commitJson(commit), unreadable: ids, roles, settings, statements };
}

export function noteJson({ code, ...args }: HistoryNote) {
  return { code, args: 'commit' in args ? { ...args, commit: commitJson(args.commit) } : args };
}

function reasonJson({ since, ...reason }: Reason, decisions: ReadonlyMap<string, Decision>) {
  return { ...reason, since: since === null ? null : sinceJson(since, decisions.get(since.version.commit.id)) };
}

function sinceJson({ version: { since: at, commit }, unreadable }: Since, decision: Decision | undefined) {
  const { authors = [], merger = null, onGitHub = null } = decision ?? {};
  return {
    at,
    commit: commitJson(commit),
    unreadable: unreadable.map(({ id }) => id),
    authors,
    merger,
    pulls: onGitHub?.ok === true ? onGitHub.value : null,
  };
}

/** Which version an answer about a day is from, and what changed on the day. */
export function pastJson({ branch, commit, notes }: Source, changes: readonly HistoryChange[]) {
  return {
    merged: { branch, commit: commitJson(commit), changes: changes.map(changeJson), notes: notes.map(noteJson) },
  };
}

export function whyJson({ why, query, at, branch, commit, decisions, notes }: WhyAnswer) {
  const { member, verdict, allowed, reasons, needs, ask } = why;
  return {
    ...{ member, query, at: at.toISOString(), verdict, allowed, needs, ask },
    reasons: reasons.map((reason) => reasonJson(reason, decisions)),
    source: { branch, commit: commitJson(commit) },
    notes: notes.map(noteJson),
  };
}
