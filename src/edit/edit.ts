import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { Finding } from '../diagnostics/finding.ts';
import { codeownersBlock, noOwnerWithLoginProblem, withCodeowners } from '../team/codeowners.ts';
import { draftOf, type TeamDraft } from '../team/draft.ts';
import { readTeam } from '../team/parse/read-team.ts';
import { YAML_RULES } from '../team/rules/file.ts';
import { problemOf } from '../team/rules/rules.ts';
import type { Team } from '../team/team.ts';
import { pathText } from '../text/diagnostic.ts';
import type { Problem } from '../text/problem.ts';
import { tickedText } from '../text/text.ts';
import { type OpenedFile, openFile, type Splice, spliced } from './splice.ts';
import { flowEntry } from './style.ts';
import { type Edit, splicesOf } from './verbs.ts';

/** The files of a lab that an edit can change. */
export interface EditableFiles {
  /** The team file, as the user named it. */
  readonly file: string;
  readonly text: string;
  /** The text of CODEOWNERS; null if there is none that GitHub reads. */
  readonly codeowners: string | null;
}

/** A team file that can be edited. */
export interface EditableTeam extends EditableFiles {
  readonly opened: OpenedFile;
  /** Null if the file has errors, other than of YAML. */
  readonly team: Team | null;
  readonly draft: TeamDraft;
  readonly findings: readonly Finding[];
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

/** What an edit makes of the files. */
export interface EditedTeam {
  readonly text: string;
  /** Null if the file had errors that the edit does not fix. */
  readonly team: Team | null;
  /** Null if it stays as it is. */
  readonly codeowners: string | null;
}

/** Reads a file for edits. Broken YAML, keys that are there twice, anchors, aliases and tags are refused, as `check` does. */
export function readEditable(files: EditableFiles, today: string): Result<EditableTeam> {
  const { file, text } = files;
  const { team, findings, source, size } = readTeam(text, { file, today });
  const isYaml = !findings.some(({ code, severity }) => severity === 'error' && YAML_CODES.has(code));
  if (size === null || !isYaml) return fail('team-file-invalid', { file, findings, source });
  const opened = openFile(text);
  return succeed({ ...files, opened, team, draft: draftOf(opened.source.document.toJS()), findings, today });
}

const YAML_CODES = new Set(Object.values(YAML_RULES).map(({ code }) => code));

/** Carries out an edit. It fails if it is not possible without changing other lines, or if it would add an error. */
export function edited(before: EditableTeam, edit: Edit): Result<EditedTeam> {
  const { file, opened, draft, today, findings } = before;
  const splices = splicesOf(edit, draft, file);
  if (!splices.ok) return splices;
  const done = spliced(opened, splices.value);
  if (!('text' in done)) {
    const { splice, line } = done;
    return fail('edit-not-possible', { file, path: splice.path.join('.'), line, paste: pastedLines(splice) });
  }
  const { text } = done;
  const after = readTeam(text, { file, today });
  const added = addedErrors(findings, after.findings).map((finding) => errorOf(finding.path, problemOf(finding)));
  const codeowners = codeownersAfter(before, after.team);
  const errors = codeowners === 'no-login' ? [...added, errorOf(['owners'], noOwnerWithLoginProblem(file))] : added;
  if (errors.length > 0) return fail('edit-adds-error', { file, errors });
  return succeed({ text, team: after.team, codeowners: codeowners === 'no-login' ? null : codeowners });
}

function errorOf(path: Finding['path'], { summary, help, paste = [] }: Problem) {
  return { path: pathText(path), summary: tickedText(summary), help: help === null ? null : tickedText(help), paste };
}

/** Errors that were not there before: positions and indexes of lists may have changed. */
function addedErrors(before: readonly Finding[], after: readonly Finding[]): readonly Finding[] {
  const idOf = ({ code, path, args, severity }: Finding) =>
    JSON.stringify([severity, code, path.filter((part) => typeof part === 'string'), args]);
  const known = new Set(before.map(idOf));
  return after.filter((finding) => finding.severity === 'error' && !known.has(idOf(finding)));
}

/** CODEOWNERS if the owners change; null if it stays. Without any owner's login, GitHub would ask for no review. */
function codeownersAfter({ team, codeowners }: EditableTeam, after: Team | null): string | 'no-login' | null {
  if (codeowners === null || after === null) return null;
  const block = codeownersBlock(after);
  if (team !== null && block === codeownersBlock(team)) return null;
  if (block === null) return 'no-login';
  const text = withCodeowners(codeowners, block);
  return text === codeowners ? null : text;
}

/** What to paste in place of a splice; nothing if something is to be removed. */
function pastedLines(splice: Splice): readonly string[] {
  if (splice.do === 'unset' || splice.do === 'drop') return [];
  const [last = '', ...above] = [...splice.path].reverse();
  const value = splice.do === 'set' ? splice.value : [splice.value];
  const lines = above.reverse().map((key, depth) => `${'  '.repeat(depth)}${key}:`);
  return [...lines, `${'  '.repeat(above.length)}${flowEntry([], [last, value])}`];
}
