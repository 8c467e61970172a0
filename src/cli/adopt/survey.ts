import { unaccepted } from '../../adopt/differences.ts';
import { surveyBlocks } from '../../adopt/survey-text.ts';
import { type SurveyOptions, saveSurvey, surveyAccount } from '../../app/adopt/survey.ts';
import type { Terminal } from '../../app/terminal.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';

/** `adopt`: 0 read and written; 1 failed; 2 an unknown member, an unreadable file or wrong usage. */
export async function showSurvey(
  options: SurveyOptions & { readonly json: boolean },
  terminal: Terminal,
): Promise<number> {
  const surveyed = await surveyAccount(options, terminal);
  if (!surveyed.ok) return reportFailure(surveyed.failure, terminal);
  const { team, draft, adoption, notChecked, ...found } = surveyed.value;
  if (!options.json) printBlocks(surveyBlocks(surveyed.value, notChecked), terminal);
  const saved =
    found.people.length === 0 ? { ok: true as const, value: [] } : await saveSurvey(surveyed.value, options.file);
  if (!saved.ok) return reportFailure(saved.failure, terminal);
  const open = new Set(unaccepted(adoption, found.people).map(({ key }) => key));
  const roles = new Map(team.members.map((member) => [member.key, member.roles]));
  if (options.json) {
    const people = found.people.map(({ key, name, ...access }) => ({
      ...{ member: key, user: name, roles: roles.get(key) ?? [], ...access, accepted: !open.has(key) },
    }));
    printJson({ lab: team.lab, account: team.account, ...found, people, notChecked, wrote: saved.value }, terminal);
  } else if (saved.value.length > 0) {
    const applied = open.size > 0 ? '' : '\nNext: mturk-team adopt --apply, and after it mturk-team adopt --finish';
    const check = draft !== null && open.size > 0 ? 'mturk-team adopt again, to decide what differs' : null;
    const drafted = `correct ${draft?.file}, then run ${check ?? 'mturk-team check'}`;
    const next = draft === null ? applied : `\nNext: ${drafted}`;
    terminal.stdout(`\nWrote ${saved.value.join(', ')}. Nothing in AWS was changed.${next}\n`);
  }
  return 0;
}
