import { openFile, spliced } from '../src/edit/splice.ts';
import { splicesOf } from '../src/edit/verbs.ts';
import { draftOf } from '../src/team/draft.ts';
import { readTeam } from '../src/team/parse/read-team.ts';
import { median, timed } from './check.ts';
import { teamFileWith } from './team-file.ts';

/** How many times a check's time the splices of an edit may take, their verification included. */
const LIMIT = 2;

/** Medians, in milliseconds, of a departure of a sponsor as text against `check` of the same file. The two take turns. */
export function benchEdit(size: number) {
  const text = teamFileWith(size);
  const [check, edit]: [number[], number[]] = [[], []];
  for (let round = -20; round < 40; round += 1) {
    const checked = timed(() => readTeam(text, { file: 'team.yaml', today: '2026-11-25' }));
    const edited = timed(() => {
      const opened = openFile(text);
      const depart = {
        verb: 'member depart',
        member: 'm00011',
        left: '2026-11-25',
        reason: 'x',
        sponsor: 'm00000',
      } as const;
      const splices = splicesOf(depart, draftOf(opened.source.document.toJS()), 'team.yaml');
      if (!splices.ok || !('text' in spliced(opened, splices.value))) throw new Error('the member cannot depart');
    });
    if (round < 0) continue;
    check.push(checked);
    edit.push(edited);
  }
  const [checkMs, editMs] = [median(check), median(edit)];
  return { checkMs, editMs, ratio: editMs / checkMs, limit: LIMIT } as const;
}
