import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { withAccount } from '../../app/bootstrap/bootstrap.ts';
import { CODEOWNERS, readCodeowners } from '../../app/codeowners.ts';
import { placeOnGitHub } from '../../app/edit/pull-request.ts';
import { accountSession, reachAccount } from '../../app/session/account-session.ts';
import { readTeam } from '../../app/session/read-team.ts';
import { confirmed, type Terminal } from '../../app/terminal.ts';
import type { FactsOf } from '../../aws/setup/record.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { openChanges } from '../../github/changes.ts';
import { githubSettings } from '../../github/client.ts';
import { openSettings } from '../../github/settings.ts';
import { accountFacts, clockAhead } from '../../setup/doctor/account-facts.ts';
import type { AccountFacts, Facts } from '../../setup/doctor/check.ts';
import { diagnose, rulesetText } from '../../setup/doctor/doctor.ts';
import { wantedRuleset } from '../../setup/doctor/github-checks.ts';
import { diagnosisJson, diagnosisLines } from '../../setup/doctor/text.ts';
import { pageOf } from '../../setup/release.ts';
import { callersIn, repositoryFacts } from '../../setup/repository.ts';
import { readTeam as parseTeam } from '../../team/parse/read-team.ts';
import type { Team } from '../../team/team.ts';
import { tickedText } from '../../text/text.ts';
import { printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';
import { isAscii } from '../process-terminal.ts';

type DoctorOptions = ReturnType<typeof cli.labOptions> & {
  /** `owner/name`; null for that of the remote `origin`. */
  readonly repository: string | null;
  readonly fix: boolean;
  readonly yes: boolean;
};

async function doctor(options: DoctorOptions, terminal: Terminal, env: NodeJS.ProcessEnv): Promise<number> {
  const team = await readTeam(options.file, options.today);
  if (!team.ok) return reportFailure(team.failure, terminal);
  const port = await portOf(options, env);
  let facts = await factsOf(team.value, options, port, terminal, env);
  // Asked for a change of GitHub, it must not end as if nothing were to be changed.
  if (options.fix && !facts.github.ok) return reportFailure(facts.github.failure, terminal);
  let found = diagnose(facts);
  const isFixed = options.fix && found.some(({ isFixable }) => isFixable);
  if (isFixed && port.ok) {
    terminal.stderr(`${tickedText(rulesetText(facts))}\n`);
    const agreed = await confirmed(terminal, 'Change this on GitHub?', options.yes);
    if (!agreed.ok) return reportFailure(agreed.failure, terminal);
    const done = await port.value.settings.writeRuleset(wantedRuleset(team.value));
    if (!done.ok) return reportFailure(done.failure, terminal);
    facts = await factsOf(team.value, options, port, terminal, env);
    found = diagnose(facts);
  }
  if (options.json) printJson({ fixed: isFixed, checks: found.map(diagnosisJson) }, terminal);
  else {
    const page = await pageOf(process.argv[1] ?? '', 'reference/doctor.md');
    terminal.stdout(`${diagnosisLines(found, isAscii(env), terminal, page).join('\n')}\n`);
  }
  return found.some(({ outcome }) => outcome.state === 'wrong') ? 1 : 0;
}

async function portOf({ repository, file }: DoctorOptions, env: NodeJS.ProcessEnv) {
  const found = await placeOnGitHub(file, repository, env);
  if (!found.ok) return found;
  const { settings, place, path } = found.value;
  return succeed({ path, settings: openSettings(settings, place), changes: openChanges(settings, place) });
}

type Port = Awaited<ReturnType<typeof portOf>>;

async function isSelfApprovalMerged(
  { settings }: Team,
  { file, today }: DoctorOptions,
  port: Port,
  github: Facts['github'],
): Promise<Result<boolean>> {
  if (!settings.selfApproval) return succeed(false);
  if (!port.ok) return port;
  if (!github.ok) return github;
  const text = await port.value.changes.textAt(github.value.defaultBranch, port.value.path);
  if (!text.ok) return text;
  return succeed(parseTeam(text.value ?? '', { file, today }).team?.settings.selfApproval === true);
}

async function factsOf(
  team: Team,
  options: DoctorOptions,
  port: Port,
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<Facts> {
  const api = githubSettings(env);
  const [github, account, clock, codeowners, callers] = await Promise.all([
    port.ok ? port.value.settings.read() : port,
    accountOf(team, options, terminal, env),
    // The emulator has no clock but this machine's.
    options.emulator !== null && !api.ok
      ? succeed(0)
      : api.ok
        ? clockAhead(api.value.baseUrl, (reason) => fail('github-unavailable', { request: 'GET /', reason }))
        : clockAhead(env.AWS_ENDPOINT_URL ?? 'https://sts.amazonaws.com', (reason) =>
            fail('network-failed', { reason, progress: null }),
          ),
    readCodeowners(join(dirname(options.file), CODEOWNERS)),
    callersIn(dirname(options.file)),
  ]);
  const { isPublic = false } = terminal;
  return {
    team,
    file: options.file,
    emulator: options.emulator,
    isPublic,
    codeowners: codeowners?.text ?? null,
    callers,
    github,
    isSelfApprovalMerged: await isSelfApprovalMerged(team, options, port, github),
    account,
    clockAhead: clock,
  };
}

async function accountOf(
  team: Team,
  options: DoctorOptions,
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<Result<AccountFacts>> {
  const reached = await reachAccount(team, options, terminal, false);
  if (!reached.ok) return reached;
  const session = accountSession(team, options, reached.value);
  const given = { repository: options.repository, ownerId: null, repositoryId: null, subject: null };
  const factsFrom: FactsOf = (recorded) => repositoryFacts(given, recorded, options, env);
  return withAccount(succeed(session), async (account) => succeed(await accountFacts(account, team, factsFrom)));
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    note: 'GITHUB_TOKEN is a token of a repository administrator. Without it, GitHub is not checked.',
    exitCodes: ['0 nothing is wrong', '1 something is wrong, or a fix failed', '2 unreadable file or wrong usage'],
    examples: ['mturk-team doctor', 'mturk-team doctor --repository ada/lab --fix', 'mturk-team doctor --emulator'],
  });
  command
    .addArgument(cli.teamFile())
    .addOption(cli.emulator())
    .addOption(cli.repository('GITHUB_REPOSITORY, or the remote `origin`'))
    .option('--fix', 'create or change the ruleset on GitHub')
    .option('--yes', 'do not ask for confirmation; needs --fix')
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      const { repository = process.env.GITHUB_REPOSITORY || null, fix = false, yes = false } = options;
      if (yes && !fix) command.error('error: --yes needs --fix');
      cli.finish(await doctor({ ...cli.labOptions(file, options), repository, fix, yes }, terminal, process.env));
    });
}
