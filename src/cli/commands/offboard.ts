import type { Command } from 'commander';
import { type SurveyOptions, surveyMember } from '../../app/offboard/survey.ts';
import { type VerifyOptions, verifyDeparture } from '../../app/offboard/verify.ts';
import { shownNames, type Terminal } from '../../app/terminal.ts';
import { isProven } from '../../offboard/proof.ts';
import { proofBlocks, proofJson } from '../../offboard/proof-text.ts';
import { surveyBlocks, surveyJson } from '../../offboard/text.ts';
import type { Block } from '../../text/document.ts';
import { printMarkdown } from '../../text/github.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import { confirmRevoke } from '../keys/administer.ts';
import * as cli from '../options.ts';

type Shown = { readonly format: 'text' | 'markdown' | 'json' };

/** `offboard MEMBER`: 0 shown; 1 not possible, not confirmed or failed; 2 unknown member, unreadable file or wrong usage. */
async function survey(options: SurveyOptions & Shown & { readonly yes: boolean }, terminal: Terminal): Promise<number> {
  const surveyed = await surveyMember(options, terminal, (revoked) => confirmRevoke(options, revoked, terminal));
  if (!surveyed.ok) return reportFailure(surveyed.failure, terminal);
  const { session, survey, deactivated } = surveyed.value;
  const { member, format, out } = options;
  const { lab, account } = session.team;
  const blocks = surveyBlocks(survey, { out, deactivated }, shownNames(session.naming, terminal));
  if (format === 'json') printJson({ lab, account, member, survey: surveyJson(survey, deactivated) }, terminal);
  else print(blocks, format, terminal);
  return 0;
}

/** `offboard MEMBER --verify FILE`: 0 if all is proven, else 1; 2 wrong usage or an unreadable file. */
async function verify(options: VerifyOptions & Shown, terminal: Terminal): Promise<number> {
  const verified = await verifyDeparture(options, terminal);
  if (!verified.ok) return reportFailure(verified.failure, terminal);
  const { session, claims, facts } = verified.value;
  const { member, format } = options;
  const { lab, account } = session.team;
  const departure = { member, claims, facts };
  const names = shownNames(session.naming, terminal);
  if (format === 'json') printJson({ lab, account, member, proof: proofJson(departure, names) }, terminal);
  else print(proofBlocks(departure, names), format, terminal);
  return isProven(claims) ? 0 : 1;
}

function print(blocks: readonly Block[], format: 'text' | 'markdown', terminal: Terminal): void {
  if (format === 'markdown') terminal.stdout(`${printMarkdown(blocks, { reveal: false })}\n`);
  else printBlocks(blocks, terminal);
}

export function register(command: Command, terminal: Terminal): void {
  command
    .argument('<member>', 'key of the member, or of one who departed')
    .addArgument(cli.teamFile())
    .option('--now', 'deactivate their access keys first')
    .option('--yes', 'with --now: do not ask for confirmation')
    .option('--out <new-file>', 'save what the proof needs, before the user is deleted')
    .option('--verify [saved-file]', 'after the apply: prove that the departure is over')
    .addOption(cli.emulator())
    .addOption(cli.today())
    .addOption(cli.format('text', 'markdown'))
    .addOption(cli.json())
    .addHelpText(
      'after',
      cli.exitCodes(
        '0 shown, or all is proven',
        '1 not proven, not confirmed or failed',
        '2 unknown member, unreadable file or wrong usage',
      ),
    )
    .addHelpText(
      'after',
      cli.examples(
        'mturk-team offboard bo',
        'mturk-team offboard bo --now --out bo.json',
        'mturk-team offboard bo --verify bo.json --format markdown',
      ),
    )
    .action(async (member: string, file: string, { verify: facts = null, ...options }) => {
      cli.refuseAnotherDay(command, options);
      const { json = false, now = false, yes = false, out = null } = options;
      const given = { ...cli.labOptions(file, options), member, format: json ? 'json' : options.format };
      if (facts === null) return cli.finish(await survey({ ...given, out, now, yes }, terminal));
      if (now || out !== null) command.error('error: --verify comes after the apply, without --now and --out');
      cli.finish(await verify({ ...given, facts: facts === true ? null : facts }, terminal));
    });
}
