import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import type { EditableFiles, EditedTeam } from '../../edit/edit.ts';
import type { Edit } from '../../edit/verbs.ts';
import { readTeamFile } from '../../team/parse/read-team.ts';
import { CODEOWNERS, readCodeowners } from '../codeowners.ts';
import { checkWritable, written } from '../files.ts';

/** Where the files of a lab are read from, and an edit of them is written to. */
export interface EditPlace {
  readonly files: EditableFiles;
  readonly question: string;
  /** What was done, and what comes next, once it is saved. */
  done(edited: EditedTeam, pullRequest: string | null): string;
  save(edited: EditedTeam, edit: Edit): Promise<Result<{ readonly pullRequest: string | null }>>;
}

export async function openFiles(file: string, today: string): Promise<Result<EditPlace>> {
  const { findings, source } = await readTeamFile(file, { today });
  if (source === null) return fail('team-file-invalid', { file, findings, source });
  // A pipe can be read once, and an edit of it is nowhere.
  if (!(await stat(file)).isFile()) return fail('file-not-writable', { file, reason: 'it is not a regular file' });
  const text = await readFile(file, 'utf8');
  const path = join(dirname(file), CODEOWNERS);
  const found = await readCodeowners(path);
  return succeed({
    files: { file, text, codeowners: found === null || found.ignored !== null ? null : found.text },
    question: `Write this to ${file}?`,
    done({ codeowners, team }) {
      const next = team === null ? 'It still has errors: run mturk-team check.' : 'Next: propose it as a pull request.';
      return `Wrote ${codeowners === null ? file : `${file} and ${path}`}. ${next}`;
    },
    async save(edited) {
      const writable = await checkWritable([file, edited.codeowners === null ? null : path]);
      if (!writable.ok) return writable;
      // A question can be open for hours.
      if ((await readFile(file, 'utf8')) !== text) return fail('file-changed', { file });
      return written(async () => {
        await writeFile(file, edited.text);
        if (edited.codeowners !== null) {
          await writeFile(path, edited.codeowners);
        }
        return { pullRequest: null };
      });
    },
  });
}
