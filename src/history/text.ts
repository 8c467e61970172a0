import type { Query } from '../access/explain.ts';
import { whomText } from '../access/text/ask.ts';
import { accessText, doesText } from '../access/text/capability-words.ts';
import { headlineText, memberNamed, memberText } from '../access/text/names.ts';
import { CAPABILITIES, capabilityOf, isHarmful, type Operation, RISK_VERBS } from '../catalog/mturk.ts';
import { roleText, settingText } from '../review/text/change-text.ts';
import { peopleBlocks } from '../review/text/review.ts';
import type { Team } from '../team/team.ts';
import { dateWords, dayWords, timeWords } from '../text/dates.ts';
import { type Block, codeBlock, heading, list, onlyIf, paragraph, rowsOf } from '../text/document.ts';
import { pasted, withoutQuotes } from '../text/escape.ts';
import { failureProblem } from '../text/failures/failures.ts';
import { cut } from '../text/markdown.ts';
import {
  capitalized,
  codeText,
  countedText,
  joinTexts,
  listTexts,
  sentences,
  someTexts,
  strongText,
  TEAM_FILE,
  type Text,
  t,
  trusted,
} from '../text/text.ts';
import type { Changes, HistoryChange, MergedChange, Statement } from './changes.ts';
import type { Commit } from './commits.ts';
import type { HistoryNote, Source } from './timeline.ts';
import type { Decision, Need, Reason, RoleOutcome, Why, WhyAnswer } from './why.ts';

const LONGEST_SUBJECT = 100;
const LISTED = 5;

/** Words of a commit in quotes, which they cannot end: they are what its author wrote. */
function quotedText(words: string): Text {
  return t`"${cut(withoutQuotes(words), LONGEST_SUBJECT)}"`;
}

function commitIdText({ id }: Commit): Text {
  return t`commit ${codeText(id.slice(0, 7))}`;
}

/** `commit 3f2c1ab "Add Bo"` */
function commitText(commit: Commit): Text {
  return commit.subject === '' ? commitIdText(commit) : t`${commitIdText(commit)} ${quotedText(commit.subject)}`;
}

/** `pull request #12, by the commit's subject` */
function claimText({ pull }: Commit): Text | null {
  return pull === null ? null : t`pull request ${codeText(`#${pull}`)}, as its subject says`;
}

function sourceText(branch: string, commit: Commit): Text {
  const when = trusted(timeWords(commit.date));
  return sentences(
    t`According to ${TEAM_FILE} as merged into ${codeText(branch)}: ${when}, ${commitText(commit)}.`,
    t`This is what was merged, not what AWS had.`,
  );
}

/** Why a member may do something or not: the answer, the reasons with who decided them, and what is needed. */
export function whyBlocks({ why, query, team, at, branch, commit, decisions, notes }: WhyAnswer): readonly Block[] {
  const items = why.reasons.map((reason) => ({
    text: reasonText(reason, why),
    blocks: sinceBlocks(reason, decisions),
  }));
  return [
    heading(2, t`${verdictText(why, query)}, on ${trusted(dayWords(at))}`),
    list(items),
    ...needBlocks(why, query, team),
    paragraph(sourceText(branch, commit)),
    ...approverBlocks(decisions),
    ...noteBlocks(notes),
  ];
}

function verdictText({ member, verdict, allowed }: Why, query: Query): Text {
  const who = headlineText(member);
  if (verdict === 'allowed') return t`${who} can ${askedText(query)}`;
  if (verdict === 'denied') return t`${who} cannot ${askedText(query)}`;
  return t`${who} can ${askedText(query)} only in part: ${operationsText(allowed)}`;
}

function askedText({ kind, name, operations: [first] }: Query): Text {
  const capability = capabilityOf(first as Operation);
  const { can, risk } = CAPABILITIES[capability];
  if (kind === 'risk') return trusted(RISK_VERBS[risk].can);
  const what = kind === 'capability' ? t`${trusted(can)} (${codeText(name)})` : t`call ${codeText(name)}`;
  return isHarmful(risk) ? t`${what}, which ${doesText(risk)}` : what;
}

function operationsText(operations: readonly Operation[]): Text {
  return someTexts(operations.map(codeText), LISTED);
}

const OUTCOMES: Readonly<Record<RoleOutcome, (what: Text) => Text>> = {
  granted: (what) => t`grants ${what}`,
  denied: (what) => t`grants ${what}, but another role denies it`,
  suspended: (what) => t`grants ${what}, but the member is suspended`,
  frozen: (what) => t`grants ${what}, but a freeze denies it`,
  'not-yet': (what) => t`grants ${what}, but not before the first day`,
  ended: (what) => t`granted ${what} until the last day`,
  denies: (what) => t`denies ${what}`,
  none: () => t`has no part in it`,
};

function reasonText(reason: Reason, { operations }: Why): Text {
  switch (reason.kind) {
    case 'role': {
      const isAll = reason.operations.length === operations.length && operations.length > 1;
      const what = isAll ? t`all of it` : operationsText(reason.operations);
      return t`Role ${codeText(reason.role)} ${OUTCOMES[reason.outcome](what)}`;
    }
    case 'suspended':
      return t`Suspended`;
    case 'no-role':
      return t`No role of the member grants any of it`;
    case 'not-in-file':
      return t`Not in ${TEAM_FILE}`;
    case 'frozen':
      return t`A freeze denies ${codeText(reason.capability)} to all members`;
    case 'first-day':
      return t`First day of access: ${trusted(dateWords(reason.day))}`;
    case 'last-day':
      return t`Last day of access: ${trusted(dateWords(reason.day))}`;
    case 'left':
      return t`Left on ${trusted(dateWords(reason.day))}`;
  }
}

/** The commit that made it so, and who decided it: what GitHub says comes before the words of the commit's author. */
function sinceBlocks({ since }: Reason, decisions: ReadonlyMap<string, Decision>): readonly Block[] {
  if (since === null) return [];
  const { version, unreadable } = since;
  const { commit } = version;
  const latest = unreadable.length === 0 ? t`Since` : t`At the latest since`;
  const unknown = t`${countedText(unreadable.length, 'version')} before it cannot be read and may have said so`;
  const parts = [
    t`${latest} ${trusted(timeWords(version.since))}: ${commitIdText(commit)}`,
    ...(unreadable.length === 0 ? [] : [unknown]),
    ...decisionTexts(commit, decisions.get(commit.id)),
  ];
  return [paragraph(t`${joinTexts(parts, '; ')}.`)];
}

function decisionTexts(commit: Commit, decision: Decision | undefined): readonly Text[] {
  const { authors = [], merger = null, onGitHub = null } = decision ?? {};
  const pulls = onGitHub?.ok === true ? onGitHub.value : [];
  const logins = (names: readonly string[]) => listTexts(names.map((name) => codeText(`@${name}`)));
  const parts = [
    ...pulls.map(({ number, mergedBy, approvedBy }) => {
      const approvers = approvedBy.length === 0 ? t`approved by no one` : t`approved by ${logins(approvedBy)}`;
      const who = mergedBy === null ? t`` : t`, merged by ${logins([mergedBy])}`;
      return t`on GitHub: pull request ${codeText(`#${number}`)}, ${approvers}${who}`;
    }),
    onGitHub?.ok === true && pulls.length === 0 ? t`on GitHub: no merged pull request` : null,
    commit.subject === '' ? null : t`subject ${quotedText(commit.subject)}`,
    authors.length === 0 ? null : t`by ${someTexts(authors.map(quotedText), LISTED)}`,
    merger === null ? null : t`merged by ${quotedText(merger)}`,
    claimText(commit),
  ];
  return parts.filter((part) => part !== null);
}

function approverBlocks(decisions: ReadonlyMap<string, Decision>): readonly Block[] {
  const [first] = decisions.values();
  if (first === undefined) return [];
  if (first.onGitHub === null) {
    return [paragraph(t`Git does not know who approved. Set ${codeText('GITHUB_TOKEN')} to ask GitHub.`)];
  }
  const [failure] = [...decisions.values()].flatMap(({ onGitHub: asked }) =>
    asked?.ok === false ? asked.failure : [],
  );
  if (failure === undefined) return [];
  return [
    paragraph(t`GitHub did not say who approved: ${failureProblem(failure).summary} (${codeText(failure.code)}).`),
  ];
}

function needBlocks(
  { member: { key }, needs, ask }: Why,
  { name, kind, operations }: Query,
  team: Team,
): readonly Block[] {
  if (needs.length === 0) return [];
  const member = pasted(key);
  const names = kind === 'risk' ? [...new Set(operations.map(capabilityOf))] : [name];
  const what = names.map((each) => `--allow ${pasted(each)}`).join(' ');
  const lines = needs.flatMap((need) => needLine(need, member, what));
  const whom = whomText(ask, (each) => memberNamed(team, each));
  const waits = needs.flatMap((need) => (need.kind === 'wait' ? [dateWords(need.day)] : []));
  return [
    ...waits.map((day) => paragraph(t`Access begins on ${trusted(day)}.`)),
    ...onlyIf(
      lines.length > 0,
      paragraph(t`${strongText(t`To allow it,`)} ask ${whom}. An owner has to approve this change of ${TEAM_FILE}:`),
      codeBlock('sh', lines),
    ),
  ];
}

function needLine(need: Need, member: string, what: string): readonly string[] {
  switch (need.kind) {
    case 'add-member':
      return [`mturk-team member add ${member}`];
    case 'extend':
      return [`mturk-team member extend ${member} --until YYYY-MM-DD`];
    case 'resume':
      return [`mturk-team member resume ${member}`];
    case 'unfreeze':
      return [`mturk-team unfreeze ${need.capability}`];
    case 'remove-role':
      return [`mturk-team member roles ${member} --remove ${pasted(need.role)}`];
    case 'add-role': {
      const [first, ...others] = need.roles.map(pasted);
      if (first === undefined)
        return [`mturk-team role add ROLE ${what}`, `mturk-team member roles ${member} --add ROLE`];
      const or = others.length === 0 ? '' : `  # or ${others.join(', ')}`;
      return [`mturk-team member roles ${member} --add ${first}${or}`];
    }
    case 'wait':
      return [];
  }
}

/** Which version an answer about a day is from, and what changed on the day. */
export function pastBlocks({ branch, commit, notes }: Source, changes: readonly HistoryChange[]): readonly Block[] {
  const none = [paragraph(t`That day changed nothing about it.`)];
  const changed = [
    paragraph(strongText(t`Changed on that day:`)),
    { kind: 'sections' as const, sections: changes.map(changeBlocks) },
  ];
  return [...(changes.length === 0 ? none : changed), paragraph(sourceText(branch, commit)), ...noteBlocks(notes)];
}

/** Every change, oldest first, in the words of the comment on a pull request. */
export function historyBlocks({ branch, changes, notes }: Changes, title: Text): readonly Block[] {
  const count = countedText(changes.length, 'change');
  return [
    heading(2, t`${title}: ${count}`),
    { kind: 'sections', sections: changes.map(changeBlocks) },
    paragraph(
      t`According to ${TEAM_FILE} as merged into ${codeText(branch)}. This is what was merged, not what AWS had.`,
    ),
    ...noteBlocks(notes),
  ];
}

function changeBlocks(change: HistoryChange): readonly Block[] {
  const when = trusted(timeWords(change.at));
  if (change.kind !== 'merged') {
    const rows = change.people.map((person) => [memberText(person), accessText(person.capabilities)]);
    return [heading(3, t`${when}: access ${trusted(change.kind)}`), rowsOf(rows)];
  }
  const { lab, people, roles, settings, statements } = change;
  return [
    heading(3, t`${when}: ${commitText(change.commit)}`),
    paragraph(capitalized(whoText(change))),
    ...peopleBlocks({ lab, people, settings, unexplained: [] }),
    list([...settings.map(settingText), ...roles.map(roleText), ...statementTexts(statements)]),
  ];
}

/** The author of a merge commit merged; that of another one wrote it. */
function whoText({ commit, unreadable }: MergedChange): Text {
  const who = t`${trusted(commit.parents.length > 1 ? 'merged by' : 'by')} ${quotedText(commit.author)}`;
  const missing =
    unreadable.length === 0 ? null : t`together with ${countedText(unreadable.length, 'version')} that cannot be read`;
  const parts = [missing, who, claimText(commit)].filter((part) => part !== null);
  return joinTexts(parts, '; ');
}

const STATEMENTS = { departed: 'Left on', reviewed: 'Access reviewed on' } as const;

/** `Left on 30 Jun 2026: Dee (dee)`: a line for each day. */
function statementTexts(statements: readonly Statement[]): readonly Text[] {
  const lines = new Map<string, Text[]>();
  for (const { kind, day, ...person } of statements) {
    const line = `${STATEMENTS[kind]} ${dateWords(day)}`;
    lines.set(line, [...(lines.get(line) ?? []), memberText(person)]);
  }
  return [...lines].map(([line, people]) => t`${trusted(line)}: ${listTexts(people)}`);
}

/** What a reader must know of the history, each with its section of the findings reference. */
export function noteBlocks(notes: readonly HistoryNote[]): readonly Block[] {
  if (notes.length === 0) return [];
  const items = notes.map((note) => t`${noteText(note)} (${codeText(note.code)})`);
  return [paragraph(strongText(t`About the history:`)), list(items, { rank: 0 })];
}

function noteText(note: HistoryNote): Text {
  switch (note.code) {
    case 'history-renamed':
      return t`Before ${commitText(note.commit)}, the file was ${codeText(note.from)}`;
    case 'history-rewritten': {
      const [newest = ''] = note.commits;
      const count = countedText(note.commits.length, 'commit');
      return t`The branch was rewritten: it no longer has ${count} that changed the file, such as ${codeText(newest.slice(0, 7))}`;
    }
    case 'history-dates-differ': {
      const { commit, since } = note;
      return t`${capitalized(commitText(commit))} is dated ${trusted(timeWords(commit.date))}, before the commit that it follows, and counts from ${trusted(timeWords(since))}`;
    }
    case 'history-version-unreadable': {
      const { commit, because } = note;
      const what = t`${capitalized(commitText(commit))} of ${trusted(timeWords(commit.date))}`;
      if (because.kind === 'deleted') return t`${what} deletes the file, or puts a link in its place`;
      if (because.kind !== 'value') return t`${what} has a file that is no YAML`;
      return t`${what} has a value that is not known: ${codeText(because.path)}`;
    }
    case 'history-names-ignored':
      return t`Ignored in ${commitText(note.commit)}: ${someTexts(note.names.map(codeText), LISTED)}`;
  }
}
