import { openFiles } from '../../app/edit/files.ts';
import { openPullRequest } from '../../app/edit/pull-request.ts';
import { momentOf } from '../../app/session/read-team.ts';
import { confirmed, type Terminal } from '../../app/terminal.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { type ChangedLine, changedLines } from '../../edit/diff.ts';
import { type EditableTeam, type EditedTeam, edited, readEditable } from '../../edit/edit.ts';
import { EDIT, type Edit, type Verb } from '../../edit/verbs.ts';
import { reviewOf } from '../../review/changes/review.ts';
import type { Review } from '../../review/manifest/schema.ts';
import { previewJson } from '../../review/text/json.ts';
import { terminalReview } from '../../review/text/terminal.ts';
import type { TeamDraft } from '../../team/draft.ts';
import { say, visible } from '../../text/escape.ts';
import { signText, t, terminalText, trusted } from '../../text/text.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import type { fileOptions } from '../options.ts';
import { type Answers, QUESTIONS, type Question, rolesOfMember } from './questions.ts';

export interface EditOptions extends ReturnType<typeof fileOptions> {
  readonly yes: boolean;
  /** Whether it is proposed on GitHub instead of written to the file. */
  readonly pullRequest: boolean;
  /** `OWNER/NAME`; null for that of the clone. */
  readonly repository: string | null;
}

/** Reports wrong usage, and ends the command. */
type Usage = (message: string) => never;

/** An edit of the team file: 0 written, or nothing to change; 1 not possible or not confirmed; 2 unknown key or wrong usage. */
export async function runEdit(
  verb: Verb,
  given: Answers,
  options: EditOptions,
  usage: Usage,
  terminal: Terminal,
): Promise<number> {
  const prepared = await prepare(verb, given, options, usage, terminal);
  if (!prepared.ok) return reportFailure(prepared.failure, terminal);
  const { place, before, edit, after } = prepared.value;
  const { file, text } = before;
  const { today, json, yes } = options;
  const lines = changedLines(text, after.text);
  const review = reviewOfEdit(before, after, today);
  if (lines.length === 0 && !json) terminal.stdout(`${say`Nothing to write: ${file} already says so.`}\n`);
  if (lines.length > 0 && !json) show(lines, review, terminal);
  const agreed = await confirmed(terminal, visible(place.question), yes || lines.length === 0);
  if (!agreed.ok) return reportFailure(agreed.failure, terminal);
  const saved = lines.length === 0 ? succeed({ pullRequest: null }) : await place.save(after, edit);
  if (!saved.ok) return reportFailure(saved.failure, terminal);
  const { pullRequest } = saved.value;
  if (json) {
    const shown = review === null ? { review, blocks: [] } : previewJson(review);
    printJson({ file, edit, lines, ...shown, codeowners: after.codeowners !== null, pullRequest }, terminal);
  } else if (lines.length > 0) terminal.stdout(`\n${visible(place.done(after, pullRequest))}\n`);
  return 0;
}

async function prepare(
  verb: Verb,
  given: Answers,
  { file, today, pullRequest, repository }: EditOptions,
  usage: Usage,
  terminal: Terminal,
) {
  const place = await (pullRequest ? openPullRequest(file, repository, process.env) : openFiles(file, today));
  if (!place.ok) return place;
  const before = readEditable(place.value.files, today);
  if (!before.ok) return before;
  const edit = await editOf(verb, given, before.value, usage, terminal);
  if (!edit.ok) return edit;
  const after = edited(before.value, edit.value);
  if (!after.ok) return after;
  return succeed({ place: place.value, before: before.value, edit: edit.value, after: after.value });
}

function reviewOfEdit({ team }: EditableTeam, after: EditedTeam, today: string): Review | null {
  if (team === null || after.team === null) return null;
  return reviewOf({ before: team, after: after.team, today, at: momentOf(today) });
}

function show(lines: readonly ChangedLine[], review: Review | null, terminal: Terminal): void {
  const { isPublic = false, color } = terminal;
  for (const { sign, line, text } of lines) {
    const number = trusted(String(line).padStart(6));
    terminal.stdout(`${terminalText(t`${number} ${signText(sign)}${text}`, color)}\n`);
  }
  if (review === null) return;
  terminal.stdout('\n');
  printBlocks(terminalReview(review, { state: review.blocks.length > 0 ? 'blocked' : 'preview', isPublic }), terminal);
}

async function editOf(
  verb: Verb,
  given: Answers,
  { draft, today }: EditableTeam,
  usage: Usage,
  terminal: Terminal,
): Promise<Result<Edit>> {
  const answers: Record<string, string | readonly string[] | undefined> = {
    ...(verb === 'member depart' ? { left: today } : {}),
    // Who is added is vouched for on that day.
    ...(verb === 'member reviewed' || (verb === 'member add' && isReviewed(draft)) ? { reviewed: today } : {}),
    ...Object.fromEntries(Object.entries(given).filter(([, answer = '']) => answer.length > 0)),
    ...(verb === 'freeze' && (given.capabilities ?? []).length === 0 ? { capabilities: ['spend'] } : {}),
  };
  const missing: string[] = [];
  for (const question of QUESTIONS[verb]) {
    const { field, option, optional = false, isAsked } = question;
    if ((answers[field] ?? []).length > 0 || isAsked?.(draft, answers) === false) continue;
    if (terminal.canAsk !== true) {
      // A departure without them is refused with whom it is about.
      if (!optional && option !== '--sponsor' && option !== '--owner') missing.push(option);
      continue;
    }
    const answer = await asked(question, draft, answers, terminal);
    if (answer === null) return fail('not-confirmed', { couldAsk: true });
    if (answer.length > 0) answers[field] = answer;
  }
  if (missing.length > 0) return usage(`error: without a terminal to ask on, ${missing.join(', ')} must be given`);
  return succeed(EDIT.parse({ verb, ...(verb === 'member roles' ? roleChange(draft, answers) : answers) }));
}

function isReviewed({ settings }: TeamDraft): boolean {
  return settings['review-every-days'] !== undefined;
}

/** What was chosen, as what it changes. */
function roleChange(draft: TeamDraft, { roles, ...answers }: Answers): Answers {
  if (roles === undefined) return answers;
  const before = rolesOfMember(draft, answers);
  return {
    ...answers,
    add: [...roles].filter((role) => !before.includes(role)),
    remove: before.filter((role) => !roles.includes(role)),
  };
}

async function asked(
  { message, choices, many = false, example = '', initial, problem = () => null }: Question,
  draft: TeamDraft,
  answers: Answers,
  { ask, choose }: Terminal,
): Promise<string | readonly string[] | null> {
  const first = initial?.(draft, answers) ?? [];
  if (choices === undefined) {
    const [text] = first;
    return (await ask?.({ message, example, problem, ...(text === undefined ? {} : { initial: text }) })) ?? null;
  }
  const options = choices(draft, answers).map(({ value, label }) => ({ value, label: visible(label) }));
  if (options.length === 0) return '';
  const chosen = await choose?.({ message, options, initial: first, many });
  return chosen === undefined || chosen === null ? null : many ? chosen : (chosen[0] ?? '');
}
