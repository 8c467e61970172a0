import { type Command, InvalidArgumentError } from 'commander';
import { unaccepted } from '../../adopt/differences.ts';
import { surveyBlocks } from '../../adopt/survey-text.ts';
import { type SurveyOptions, saveSurvey, surveyAccount } from '../../app/adopt/survey.ts';
import type { Terminal } from '../../app/terminal.ts';
import { PATTERNS } from '../../team/schema.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

/** `adopt`: 0 read and written; 1 failed; 2 an unknown member, an unreadable file or wrong usage. */
async function survey(options: SurveyOptions & { readonly json: boolean }, terminal: Terminal): Promise<number> {
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
    const next =
      draft === null ? 'mturk-team adopt --apply' : `mturk-team check ${draft.file}, then review and merge it`;
    terminal.stdout(`\nWrote ${saved.value.join(', ')}. Nothing in AWS was changed.\nNext: ${next}\n`);
  }
  return 0;
}

function parseAs(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const split = text.lastIndexOf('=');
  const [user, key] = [text.slice(0, split), text.slice(split + 1)];
  if (split < 1 || !PATTERNS.id.test(key)) throw new InvalidArgumentError('Write USER=KEY, as Ada.Byron=ada.');
  return new Map([...before, [user, key]]);
}

const all = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function register(command: Command, terminal: Terminal): void {
  command
    .addArgument(cli.teamFile())
    .option('--accept <key>', 'accept how the access of a member differs; can be repeated', all)
    .option('--without <user>', 'leave an IAM user alone; can be repeated', all)
    .option('--as <user=key>', 'adopt an IAM user as member KEY; can be repeated', parseAs)
    .addOption(cli.emulator())
    .addOption(cli.today())
    .addOption(cli.json())
    .addHelpText(
      'after',
      cli.exitCodes('0 read and written', '1 not possible or failed', '2 wrong usage, or unknown member'),
    )
    .addHelpText('after', cli.examples('mturk-team adopt', 'mturk-team adopt --as Ada.Byron=ada --accept bo'))
    .action(async (file: string, options) => {
      cli.refuseAnotherDay(command, options);
      const { accept = [], without = [], as = new Map() } = options;
      cli.finish(await survey({ ...cli.labOptions(file, options), accept, without, as }, terminal));
    });
}
