import { type Command, Option } from 'commander';
import { type SurveyOptions, surveyMember } from '../../app/offboard/survey.ts';
import { type VerifyOptions, verifyDeparture } from '../../app/offboard/verify.ts';
import { shownNames, type Terminal } from '../../app/terminal.ts';
import { isProven } from '../../offboard/proof.ts';
import { proofBlocks } from '../../offboard/proof-text.ts';
import { surveyBlocks } from '../../offboard/text.ts';
import type { Team } from '../../team/team.ts';
import type { Block } from '../../text/document.ts';
import { printMarkdown } from '../../text/github.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import { confirmRevoke } from '../keys/administer.ts';
import * as cli from '../options.ts';

interface Shown {
  readonly member: string;
  readonly format: 'text' | 'markdown' | 'json';
}

/** `offboard MEMBER`: 0 shown; 1 not possible, not confirmed or failed; 2 unknown member, unreadable file or wrong usage. */
async function survey(options: SurveyOptions & Shown & { readonly yes: boolean }, terminal: Terminal): Promise<number> {
  const surveyed = await surveyMember(options, terminal, (revoked) => confirmRevoke(options, revoked, terminal));
  if (!surveyed.ok) return reportFailure(surveyed.failure, terminal);
  const { session, survey, deactivated } = surveyed.value;
  const blocks = surveyBlocks(survey, { out: options.out, deactivated }, shownNames(session.naming, terminal));
  show(options, session.team, { survey, deactivated: deactivated.map(({ id }) => id) }, blocks, terminal);
  return 0;
}

/** `offboard MEMBER --verify FILE`: 0 if all is proven, else 1; 2 wrong usage or an unreadable file. */
async function verify(options: VerifyOptions & Shown, terminal: Terminal): Promise<number> {
  const verified = await verifyDeparture(options, terminal);
  if (!verified.ok) return reportFailure(verified.failure, terminal);
  const { session, at, claims, facts } = verified.value;
  const blocks = proofBlocks(verified.value, shownNames(session.naming, terminal));
  const proof = { proven: isProven(claims), at, savedAt: facts?.at ?? null, claims };
  show(options, session.team, { proof }, blocks, terminal);
  return proof.proven ? 0 : 1;
}

function show(
  { member, format }: Shown,
  { lab, account }: Team,
  result: object,
  blocks: readonly Block[],
  terminal: Terminal,
): void {
  if (format === 'json') printJson({ lab, account, member, ...result }, terminal);
  else if (format === 'markdown') terminal.stdout(`${printMarkdown(blocks, { reveal: false })}\n`);
  else printBlocks(blocks, terminal);
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    exitCodes: ['0 shown, or all proven', '1 not proven, not confirmed or failed', '2 wrong usage or unknown member'],
    examples: ['mturk-team offboard bo --out bo.json', 'mturk-team offboard bo --verify bo.json --format markdown'],
  });
  command
    .argument('<member>', 'key of the member, or of one who departed')
    .addArgument(cli.teamFile())
    .option('--now', 'deactivate their access keys first')
    .option('--yes', 'with --now: do not ask for confirmation')
    .option('--out <new-file>', 'save what the proof needs, before the user is deleted')
    .addOption(new Option('--verify [saved-file]', 'after the apply: prove that it is over').conflicts(['now', 'out']))
    .addOption(cli.emulator())
    .addOption(cli.today())
    .addOption(cli.format('text', 'markdown'))
    .addOption(cli.json())
    .action(async (member: string, file: string, { verify: facts = null, ...options }) => {
      cli.refuseAnotherDay(command, options);
      const { json = false, now = false, yes = false, out = null } = options;
      const given = { ...cli.labOptions(file, options), member, format: json ? 'json' : options.format };
      if (facts === null) return cli.finish(await survey({ ...given, out, now, yes }, terminal));
      cli.finish(await verify({ ...given, facts: facts === true ? null : facts }, terminal));
    });
}
