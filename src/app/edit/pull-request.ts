import { dirname, join } from 'node:path/posix';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { type Edit, subjectOf } from '../../edit/verbs.ts';
import { openChanges } from '../../github/changes.ts';
import { githubSettings } from '../../github/client.ts';
import { repositoryOf } from '../../github/event.ts';
import { pathInRepository, repositoryOfOrigin } from '../../setup/repository.ts';
import { paragraph } from '../../text/document.ts';
import { printMarkdown } from '../../text/github.ts';
import { cut } from '../../text/markdown.ts';
import { codeText, t } from '../../text/text.ts';
import { CODEOWNERS } from '../codeowners.ts';
import type { EditPlace } from './files.ts';

/**
 * The files of the default branch on GitHub, where an edit becomes a pull request. `repository` is `OWNER/NAME`; null for
 * that of the clone in which the file is.
 */
export async function openPullRequest(
  file: string,
  repository: string | null,
  env: NodeJS.ProcessEnv,
): Promise<Result<EditPlace>> {
  const found = await placeOnGitHub(file, repository, env);
  if (!found.ok) return found;
  const { settings, place, named, path } = found.value;
  const owned = join(dirname(path), CODEOWNERS);
  const changes = openChanges(settings, place);
  const start = await changes.start();
  if (!start.ok) return start;
  const text = await changes.textAt(start.value.commit, path);
  if (!text.ok) return text;
  const codeowners = await changes.textAt(start.value.commit, owned);
  if (!codeowners.ok) return codeowners;
  if (text.value === null) return fail('github-not-found', { request: `${named}: ${path}` });
  return succeed({
    files: { file, text: text.value, codeowners: codeowners.value },
    question: `Propose this to ${named} as a pull request?`,
    done: (_edited, url) => `Opened ${url}. A comment there says who gains or loses what.`,
    async save(edited, edit) {
      const proposed = await changes.propose({
        ...{ start: start.value, ...wordsOf(edit, path) },
        files: { [path]: edited.text, ...(edited.codeowners === null ? {} : { [owned]: edited.codeowners }) },
      });
      return proposed.ok ? succeed({ pullRequest: proposed.value.url }) : proposed;
    },
  });
}

/** How GitHub is asked about the repository of a file, `OWNER/NAME` or null for that of its clone, and where the file is in it. */
export async function placeOnGitHub(file: string, repository: string | null, env: NodeJS.ProcessEnv) {
  const settings = githubSettings(env);
  if (!settings.ok) return settings;
  const named = repository ?? (await repositoryOfOrigin(dirname(file)));
  if (named === null) return fail('repository-unknown', { options: ['--repository'] });
  const place = repositoryOf({ GITHUB_REPOSITORY: named });
  if (!place.ok) return place;
  const path = await pathInRepository(file, repository);
  return succeed({ settings: settings.value, place: place.value, named, path });
}

/** Git keeps a branch as a file, whose name has at most 255 bytes; GitHub takes titles of 256 characters. */
const LONGEST = { branch: 100, title: 200 };

/** The branch is `mturk-team/member-add-zoe`: not every key is a name of a branch. */
function wordsOf(edit: Edit, path: string): { readonly branch: string; readonly title: string; readonly body: string } {
  const command = [edit.verb, subjectOf(edit)].join(' ').trim();
  const made = t`${codeText(`mturk-team ${command}`)} made this change of ${codeText(path)}.`;
  const next = t`The comment of the workflow says who gains or loses what.`;
  return {
    branch: `mturk-team/${command.replace(/[^\w]+/g, '-')}`.slice(0, LONGEST.branch),
    title: cut(`Edit ${path}: ${command}`, LONGEST.title),
    body: printMarkdown([paragraph(made), paragraph(next)], { reveal: false }),
  };
}
