import { type Command, InvalidArgumentError, Option } from 'commander';
import { unaccepted } from '../../adopt/differences.ts';
import { surveyBlocks } from '../../adopt/survey-text.ts';
import { type SurveyOptions, saveSurvey, surveyAccount } from '../../app/adopt/survey.ts';
import type { Terminal } from '../../app/terminal.ts';
import { PATTERNS } from '../../team/schema.ts';
import { applyStep, finishStep, undoStep } from '../adopt/steps.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

async function showSurvey(options: SurveyOptions & { readonly json: boolean }, terminal: Terminal): Promise<number> {
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

function parseAs(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const split = text.lastIndexOf('=');
  const [user, key] = [text.slice(0, split), text.slice(split + 1)];
  if (split < 1 || !PATTERNS.id.test(key)) throw new InvalidArgumentError('Write USER=KEY, as Ada.Byron=ada.');
  const isTaken = [...before].some(([other, taken]) => other !== user && taken.toLowerCase() === key.toLowerCase());
  if (isTaken) throw new InvalidArgumentError('Give each user another key.');
  return new Map([...before, [user, key]]);
}

const all = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

const STEPS = { apply: applyStep, finish: finishStep, undo: undoStep } as const;
const NAMES = ['apply', 'finish', 'undo'] as const;
const READING = ['accept', 'without', 'as'];

function stepOption(name: (typeof NAMES)[number], phrase: string): Option {
  return new Option(`--${name}`, phrase).conflicts([...NAMES.filter((other) => other !== name), ...READING]);
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    exitCodes: ['0 done', '1 not possible, not confirmed or failed', '2 wrong usage, or unknown member'],
    examples: [
      'mturk-team adopt',
      'mturk-team adopt --as Ada.Byron=ada --accept bo',
      'mturk-team adopt --apply',
      'mturk-team adopt --finish',
    ],
  });
  command
    .addArgument(cli.teamFile())
    .option('--accept <key>', 'accept how the access of a member differs; can be repeated', all)
    .option('--without <user>', 'leave an IAM user alone; can be repeated', all)
    .option('--as <user=key>', 'adopt an IAM user as member KEY; can be repeated', parseAs)
    .addOption(stepOption('apply', 'move the users into the lab; they keep all that they have'))
    .addOption(stepOption('finish', 'end all access but that of their roles'))
    .addOption(stepOption('undo', 'before --finish: give the users name and path back'))
    .option('--delete-unused', 'with --finish: delete groups and policies that no one has any more')
    .option('--yes', 'do not ask for confirmation')
    .addOption(cli.emulator())
    .addOption(cli.parallelism())
    .addOption(cli.providerMirror())
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      cli.refuseAnotherDay(command, options);
      const { accept = [], without = [], as = new Map(), yes = false, deleteUnused = false } = options;
      if (deleteUnused && options.finish !== true) command.error('error: --delete-unused needs --finish');
      const given = cli.labOptions(file, options);
      const step = NAMES.find((name) => options[name] === true);
      if (step === undefined) return cli.finish(await showSurvey({ ...given, accept, without, as }, terminal));
      cli.finish(await STEPS[step]({ ...given, yes, deleteUnused }, terminal));
    });
}
