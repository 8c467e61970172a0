import type { FailureReason } from '../../diagnostics/pipeline-codes.ts';
import { runLink, timeWords } from '../../review/comment/footer.ts';
import { REASON_TEXT } from '../../review/text/pipeline.ts';
import { dayWords } from '../../text/dates.ts';
import { code, joined, md, ours, prose } from '../../text/markdown.ts';
import { visible } from '../../text/visible.ts';

/** When and from what something was looked at. */
export interface LookedAt {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly commit: string | null;
  readonly runUrl: string | null;
}

/** GitHub drops a summary of more than 1 MiB: of renewals the first ones are enough. */
const SUMMARISED = 10;
/** The most findings that a comment names. */
const NAMED = 10;
/** The most bytes that a list in an issue or in a comment takes. */
const LONGEST_LIST = 30_000;

/**
 * The last lines of the issue about drift. `since` is the day (`YYYY-MM-DD`) on which the same was first found. They stay
 * true as long as the same is found, so that nobody needs to edit them.
 */
export function driftFooter(looked: LookedAt, since: string, everyHours: number): string {
  const every = everyHours === 1 ? 'every hour' : `every ${everyHours} hours`;
  return `First found ${dayWords(new Date(since))}, and unchanged at every look since that worked: this is edited only when something changes. A look is due ${every}. This issue closes itself.\n\n${lookedLine(looked, 'written after the look of')}`;
}

/** The same of an issue that stands as long as nobody could look. */
export function errorFooter(looked: LookedAt): string {
  return `This issue closes itself with the next look that works.\n\n${lookedLine(looked)}`;
}

/** The same of any other issue that a look keeps. */
export function plainFooter(looked: LookedAt): string {
  return `This issue closes itself.\n\n${lookedLine(looked, 'written after the look of')}`;
}

function lookedLine({ at, commit, runUrl }: LookedAt, when = 'looked at'): string {
  const items = [
    md`${ours(when)} ${ours(timeWords(at))}`,
    ...(commit === null ? [] : [md`team.yaml of ${code(commit.slice(0, 7))}`]),
    ...runLink(runUrl),
  ];
  return `<sub>${joined(items, ' · ').markdown}</sub>`;
}

/** What has changed since the same issue was written last: numbers, null where nobody can tell any more; new ones by line. */
export interface Change {
  readonly since: string;
  readonly added: readonly string[] | null;
  /** Null, too, where not everything could be looked at. */
  readonly gone: number | null;
  readonly now: number;
  /** Whether everything could be looked at. */
  readonly complete: boolean;
}

/** The short comment that tells of it. */
export function changedComment({ since, added, gone, now, complete }: Change): string {
  const day = dayWords(new Date(since));
  if (added === null && !complete)
    return `Changed since ${day}: ${count(now, 'finding')} ${plural(now, 'was', 'were')} seen by a look that did not see everything.`;
  if (added === null) return `Changed since ${day}: there ${plural(now, 'is', 'are')} ${count(now, 'finding')} now.`;
  if (added.length === 0 && gone === 0)
    return `Changed since ${day}: the same ${plural(now, 'finding', 'findings')}, with other facts.`;
  const items = [
    ...(added.length === 0 ? [] : [`${count(added.length, 'finding')} ${plural(added.length, 'is', 'are')} new`]),
    ...(gone === null || gone === 0 ? [] : [`${gone} ${plural(gone, 'is', 'are')} gone`]),
  ];
  const said = added.length === 0 ? `nothing is new, ${items.join(', ')}` : items.join(', ');
  return withList(`Changed since ${day}: ${said}.`, added);
}

/** What an issue told of before, and could not be looked for again; empty where that is nothing. */
export function notLookedForText(
  carried: { readonly count: number; readonly isExact: boolean; readonly names: readonly string[] },
  budget: number,
): string {
  const { count: many, isExact, names } = carried;
  if (many === 0) return '';
  const number = `${isExact ? '' : 'Up to '}${count(many, 'finding')} of the last complete look`;
  const first = `**${number} could not be looked for again**, since not everything could be looked at (an issue of its own says what): ${plural(many, 'it', 'they')} may still be there.`;
  return withList(
    first,
    names.map((name) => code(name, 300).markdown),
    names.length,
    budget,
  );
}

/** The comment with which an issue that had been closed is opened again. `byPerson`: while the account differed. */
export function returnedComment(lines: readonly string[], byPerson: boolean): string {
  const first = byPerson
    ? 'This was closed, and the account still differs from team.yaml. To be left alone about a finding, write it into `snoozed` in team.yaml, with a reason and a last day.'
    : 'The account differs from team.yaml again.';
  return withList(first, lines);
}

/** The line that closes the issue about drift. */
export function cleanLine(
  looked: LookedAt,
  rest: { readonly pending: boolean; readonly snoozed: number; readonly undone: number },
): string {
  const what = rest.pending
    ? 'Nothing differs by hand any more; what is merged and not applied yet stands in an issue of its own'
    : rest.snoozed === 0
      ? 'The account is as team.yaml says'
      : 'But for what is snoozed there, the account is as team.yaml says';
  const how =
    rest.undone === 0 ? '' : `, after ${count(rest.undone, 'finding')} ${plural(rest.undone, 'was', 'were')} undone`;
  const snoozed =
    rest.snoozed === 0
      ? ''
      : ` ${count(rest.snoozed, 'finding')} ${plural(rest.snoozed, 'is', 'are')} snoozed in team.yaml.`;
  return `${what}${how} (${lookedWords(looked)}).${snoozed}`;
}

/** The line that closes an issue of another kind. */
export function resolvedDriftLine(kind: 'error' | 'pending' | 'failed-apply' | 'renewal', looked: LookedAt): string {
  const what = {
    error: 'The account could be looked at again',
    pending: 'Nothing waits to be applied any more',
    'failed-apply': 'An apply has failed since, and has an issue of its own',
    renewal: "Nobody's access ends on that day any more, or it has ended",
  }[kind];
  return `${what} (${lookedWords(looked)}).`;
}

function lookedWords({ at, runUrl }: LookedAt): string {
  return joined([ours(timeWords(at)), ...runLink(runUrl)], ', ').markdown;
}

/** What a reconcile did, or why it did nothing. */
export interface Reconciled {
  readonly outcome: 'done' | 'nothing' | 'refused' | 'failed';
  readonly reason: string | null;
  readonly undone: readonly string[];
}

/**
 * The same as a paragraph of the issue or as a comment; empty where there is nothing to say. `left` is how many findings
 * there are after it.
 */
export function reconciledText({ outcome, reason, undone }: Reconciled, left: number, budget = LONGEST_LIST): string {
  const because = reason === null || reason === '' ? ours('') : md` ${prose(reason)}`;
  const rest =
    left === 0
      ? 'nothing else differs'
      : `${left} ${plural(left, 'was', 'were')} left as ${plural(left, 'it is', 'they are')}`;
  const gone = undone.length;
  const text = {
    done:
      gone === 0
        ? ''
        : `**${count(gone, 'finding')} ${plural(gone, 'was', 'were')} undone by the drift workflow**; ${rest}. This is not so any more:`,
    nothing: '',
    refused: `**Nothing was undone.**${because.markdown}`,
    failed: `**Undoing failed.**${because.markdown}`,
  }[outcome];
  return text === '' || undone.length === 0 ? text : withList(text, undone, undone.length, budget);
}

/**
 * What to do where nothing was undone because something waits to be applied; empty where that is not why. `pending` is the
 * text about that, `body` the issue's own.
 */
export function waitsForApplyText(
  reconciled: Reconciled | null,
  pending: { readonly body: string } | null,
  body: string,
): string {
  if (reconciled?.outcome !== 'refused' || pending === null) return '';
  if (!/not applied|last day/i.test(reconciled.reason ?? '')) return '';
  const waiting = pending.body.split('\n').flatMap((line) => /^- (?!…)(.+)$/.exec(line)?.[1] ?? []);
  const removed = [...body.matchAll(/<sub>(`[a-z-]+-removed\/[^`\s]+`)<\/sub>/g)].map(([, name = '']) => name);
  const back =
    removed.length === 0
      ? 'An apply also gives back what was removed by hand; of that, nothing was found.'
      : `An apply also gives back what was removed by hand: ${removed.slice(0, NAMED).join(', ')}${removed.length > NAMED ? ` and ${removed.length - NAMED} more` : ''}.`;
  return [
    withList(
      '**What to do:** run the apply workflow (Actions, `apply`, Run workflow). This waits for it:',
      waiting,
      NAMED,
      LONGEST_LIST / 3,
    ),
    `${back} The workflow does only what was reviewed: where it stops with \`plan-changed\`, open a pull request, whose comment shows all that an apply does now.`,
  ].join('\n\n');
}

/** What is said in the place of a report that nobody wrote. */
export function blindText(lab: string | null, reason: FailureReason, detail: string): { title: string; body: string } {
  const title = `${lab === null ? '' : `${lab}: `}the account could not be looked at`;
  const words = detail === '' ? '' : ` ${prose(detail).markdown}`;
  return {
    title,
    body: [
      `### ${title}`,
      `So nothing is known about drift since the look before; an issue about drift, where one is open, says what was found then. Nothing was changed on the account.`,
      `**Why:** ${REASON_TEXT[reason]} (\`${reason}\`).${words}`,
      `**What to do:** the log of the run has the words of whoever failed, and \`docs/failures.md\` a section \`${reason}\`. Then run the drift workflow again.`,
    ].join('\n\n'),
  };
}

const ANEW = 'Start the drift workflow anew, in place of running an old one again.';

/** Standard error: why a run of an older commit does nothing. */
export function notNewestText(commit: string, newest: string, branch: string): string {
  return `superseded: ${visible(commit.slice(0, 7))} is not the newest commit of ${visible(branch)} any more, ${visible(newest.slice(0, 7))} is. Nothing was done.\n${ANEW}`;
}

/** The same of a look that is too old to be told. */
export function oldLookText(at: string): string {
  return `superseded: this look is of ${timeWords(at)}, and a later one has been due since. No issue was touched.\n${ANEW}`;
}

/** The job's summary of a run that is superseded. */
export function supersededSummary(): string {
  return `### Nothing was done: a later commit or a later look is newer than this run\n\n${ANEW}`;
}

interface Text {
  readonly title: string;
  readonly body: string;
}

/** The job's summary: everything that the issues say, in one text. */
export function driftSummary(facts: {
  readonly lab: string | null;
  readonly view: {
    readonly class: string;
    readonly issue: Text | null;
    readonly pending: Text | null;
    readonly snoozed: number;
    readonly findings: readonly unknown[];
    readonly renewals: readonly Text[];
  } | null;
  readonly error: Text | null;
  readonly reconciled: Reconciled | null;
  readonly looked: LookedAt;
}): string {
  const { view, error, reconciled, looked } = facts;
  const issue = view === null || view.class === 'error' ? null : view.issue;
  const isClean = view !== null && view.class !== 'error' && issue === null;
  const said = reconciled === null ? '' : reconciledText(reconciled, view?.findings.length ?? 0);
  const parts = [
    ...(error === null ? [] : [error.body]),
    ...(issue === null ? [] : [issue.body]),
    ...(isClean
      ? [`### ${cleanLine(looked, { pending: view.pending !== null, snoozed: view.snoozed, undone: 0 })}`]
      : []),
    ...(said === '' ? [] : [said]),
    ...[...(view?.pending ? [view.pending] : []), ...(view?.renewals ?? []).slice(0, SUMMARISED)].map(
      ({ body }) => body,
    ),
    lookedLine(looked),
  ];
  return parts.join('\n\n');
}

/** Standard error: what became of one issue. */
export function driftIssueText(
  kind: string,
  outcome: { readonly action: string; readonly url: string | null },
): string {
  return outcome.url === null
    ? `The ${kind} issue: nothing to do.`
    : `The ${kind} issue was ${outcome.action === 'unchanged' ? 'left as it is' : outcome.action}: ${visible(outcome.url)}`;
}

function withList(first: string, lines: readonly string[], most = NAMED, budget = LONGEST_LIST): string {
  const shown: string[] = [];
  let used = 0;
  for (const line of lines.slice(0, most)) {
    used += Buffer.byteLength(line) + 3;
    if (used > budget) break;
    shown.push(`- ${line}`);
  }
  const more = lines.length - shown.length;
  if (more > 0 && shown.length > 0) shown.push(`- and ${more} more`);
  return shown.length === 0 ? first : `${first}\n\n${shown.join('\n')}`;
}

function count(number: number, word: string): string {
  return `${number} ${plural(number, word, `${word}s`)}`;
}

function plural(number: number, one: string, many: string): string {
  return number === 1 ? one : many;
}
