import { type Command, InvalidArgumentError } from 'commander';
import { type ApplyOptions, applyTeamFile } from '../../app/apply/apply.ts';
import type { Terminal } from '../../app/terminal.ts';
import { reviewedPlan } from '../../review/changes/classify-plan.ts';
import { blockLines } from '../../review/text/block-text.ts';
import { appliedText } from '../../review/text/quick-check.ts';
import { counted, plainText, t } from '../../text/text.ts';
import { printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';
import { showPlan } from '../plan-output.ts';

async function apply(options: ApplyOptions, terminal: Terminal): Promise<number> {
  const { json, file } = options;
  const { isPublic = false } = terminal;
  const applied = await applyTeamFile(options, terminal, (session, planned, check) => {
    // With --json the counts of the plan are part of what is printed at the end.
    if (!json) showPlan(session, planned, check, { json: false, resources: false }, terminal);
    else if (planned.blocks.length > 0) terminal.stderr(`${blockLines(planned.blocks, terminal).join('\n')}\n`);
  });
  if (!applied.ok) return reportFailure(applied.failure, terminal);
  const { team, planned, steps, quickCheck } = applied.value;
  const { lab, account } = team;
  const { add, change, destroy } = reviewedPlan(planned.saved.plan);
  const { withheld } = planned.ruled;
  const data = { lab, account, steps, add, change, destroy, withheld, quickCheck };
  const done = steps === 0 ? 'No changes' : `Applied ${counted(steps, 'step')}`;
  const state = plainText(appliedText(quickCheck, t`account ${account}`, file, isPublic));
  if (json) printJson(data, terminal);
  else terminal.stdout(`\n${done}: ${state}\n`);
  return 0;
}

const keysOf = (text: string): readonly string[] => text.split(',').map((key) => key.trim());

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    exitCodes: [
      '0 applied, or nothing to apply',
      '1 blocked, not confirmed or failed',
      '2 unreadable file or wrong usage',
    ],
    examples: [
      'mturk-team apply --emulator',
      'mturk-team apply --restore bo,cy',
      'mturk-team apply --commit "$GITHUB_SHA" --result result.json --yes',
    ],
  });
  command
    .addArgument(cli.teamFile())
    .addOption(cli.emulator())
    .addOption(cli.parallelism())
    .option('--yes', 'do not ask for confirmation')
    .addOption(cli.providerMirror())
    .option('--restore <keys>', 'give back what was taken outside team.yaml: KEY of a member, role/KEY', keysOf)
    .option('--commit <sha>', 'commit of the file, for the apply record (default: as Git says)', cli.parseCommit)
    .option('--owner-ids <ids>', "GitHub's ids of owners, for the apply record: LOGIN=ID,LOGIN=ID", parseIds)
    .option('--applied-at <time>', 'fail if an apply began or ended since that time of check-approval')
    .option('--result <file>', 'write the result as JSON')
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      cli.refuseAnotherDay(command, options);
      const { yes = false, restore = [], commit = null, ownerIds = new Map() } = options;
      const { appliedAt = null, result = null } = options;
      const asked = { yes, restore, commit, ownerIds, appliedAt, result };
      cli.finish(await apply({ ...cli.labOptions(file, options), ...asked }, terminal));
    });
}

function parseIds(text: string): ReadonlyMap<string, number> {
  if (!/^([\w-]+=\d+(,|$))*$/.test(text)) throw new InvalidArgumentError('Write LOGIN=ID,LOGIN=ID.');
  const pairs = text.split(',').map((each) => each.split('='));
  return new Map(pairs.map(([login = '', id]) => [login.toLowerCase(), Number(id)]));
}
