import { existsSync, realpathSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { type Command, Option } from 'commander';
import { written } from '../../app/files.ts';
import { loadEmulator } from '../../app/session/emulator.ts';
import { readTeam } from '../../app/session/read-team.ts';
import type { Terminal } from '../../app/terminal.ts';
import { engineTitle, findEngine } from '../../terraform/run/engine.ts';
import { codeText, counted, t } from '../../text/text.ts';
import { ADOPT_STEPS, runAdoption } from '../demo/adopt.ts';
import { StepFailed, secondsText } from '../demo/lab.ts';
import { demoOutput } from '../demo/print.ts';
import { scenarioOf } from '../demo/scenario.ts';
import { runSteps, STEPS, writeDemoPage } from '../demo/steps.ts';
import { printJson, reportFailure } from '../io.ts';
import { addHelp, DEFAULT_FILE, fileOptions, finish, json, today } from '../options.ts';
import { reportProblem } from '../process-terminal.ts';

interface DemoOptions extends ReturnType<typeof fileOptions> {
  /** Show how an account is adopted, in place of the work flow. */
  readonly adopt: boolean;
  /** The folder of the access page; null for a new one among the temporary files, which stays. */
  readonly page: string | null;
}

/**
 * Runs the whole work flow on a team with the emulator: 0 if every check passed, else 1. Deletes what it created, but the
 * access page. With `json`, the steps go to standard error.
 */
async function demo({ file, today, json, adopt, page: folder }: DemoOptions, io: Terminal): Promise<number> {
  const terminal: Terminal = json ? { ...io, stdout: io.stderr } : io;
  const started = Date.now();
  const read = await readTeam(file, today);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const team = read.value;
  const scenario = scenarioOf(team, today);
  if (scenario === null && !adopt) {
    const help = t`add ${codeText('allow')} to a role in ${codeText(file)}`;
    const problem = { summary: t`the demo needs a role that allows operations`, reason: null, state: null, help };
    reportProblem(problem, { code: 'demo-needs-role', args: { file } }, terminal);
    return 1;
  }
  const engine = await findEngine({ env: process.env, account: 'emulator' });
  if (!engine.ok) return reportFailure(engine.failure, terminal);
  const module = await loadEmulator();
  if (!module.ok) return reportFailure(module.failure, terminal);

  const made = await written(() => mkdtemp(join(tmpdir(), 'mturk-team-demo-')));
  if (!made.ok) return reportFailure(made.failure, terminal);
  const directory = made.value;
  const emulator = await module.value.openEmulator({ dir: null, accountId: team.account });
  const { endpoint, rootCredentials: credentials } = emulator;
  const iam = new IAMClient({ region: 'us-east-1', endpoint, credentials });
  const output = demoOutput(terminal, adopt ? ADOPT_STEPS : STEPS, process.env);
  terminal.stdout(`mturk-team demo: ${team.lab} on a local AWS emulator. No AWS account, no network.\n`);
  const failed: string[] = [];
  let page: string | null = null;
  try {
    const context = { output, terminal, team, today, engine: engine.value, emulator, iam, directory };
    if (adopt || scenario === null) await runAdoption(context);
    else {
      const ended = await runSteps({ ...context, scenario, file, source: await readFile(file, 'utf8') });
      page = await writeDemoPage(ended, folder);
    }
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    if (error.failure !== null) reportFailure(error.failure, terminal);
    failed.push(`stopped: ${error.message}`);
  } finally {
    iam.destroy();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
  failed.unshift(...output.failed);
  const run = `in ${secondsText(Date.now() - started)} with ${engineTitle(engine.value)}`;
  const checks = counted(output.checks, 'check');
  const result = failed.length === 0 ? `PASSED ${checks}` : `FAILED ${failed.length} of ${checks}`;
  const rest = page === null ? 'temporary' : 'other temporary';
  terminal.stdout(`${result} ${run}. No AWS account was used; ${rest} files deleted.\n`);
  if (page !== null) terminal.stdout(`Who may do what: open ${page} in a browser.\n`);
  for (const line of failed) terminal.stderr(`${line}\n`);
  if (json) printJson({ lab: team.lab, passed: failed.length === 0, checks: output.checks, failed, page }, io);
  return failed.length === 0 ? 0 : 1;
}

/** The team file that the package brings. */
function sampleFile(): string {
  return join(dirname(realpathSync(process.argv[1] ?? '')), '..', DEFAULT_FILE);
}

/** Whether the folder has a team file that a demo can use. */
async function hasOwnTeam(day: string, { stderr }: Terminal): Promise<boolean> {
  if (!existsSync(DEFAULT_FILE)) return false;
  if ((await readTeam(DEFAULT_FILE, day)).ok) return true;
  stderr(`${DEFAULT_FILE} has errors, so the sample is used. To list them, run mturk-team check.\n`);
  return false;
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    exitCodes: ['0 all checks passed', '1 a check or a step failed', '2 unreadable file or wrong usage'],
    examples: ['mturk-team demo', 'mturk-team demo --adopt'],
  });
  command
    .argument('[file]', `team file (default: ${DEFAULT_FILE}, else the sample of mturk-team)`)
    .option('--adopt', 'show how the users of an account that was made by hand are adopted')
    .addOption(
      new Option('--page <dir>', 'folder for the access page (default: a new temporary one, which stays)').conflicts(
        'adopt',
      ),
    )
    .addOption(today())
    .addOption(json())
    .action(async (file: string | undefined, options) => {
      const given = {
        ...fileOptions(file ?? DEFAULT_FILE, options),
        adopt: options.adopt === true,
        page: options.page ?? null,
      };
      const usesSample = file === undefined && !(await hasOwnTeam(given.today, terminal));
      finish(await demo(usesSample ? { ...given, file: sampleFile() } : given, terminal));
    });
}
