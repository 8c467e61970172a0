import { join } from 'node:path';
import { STSClient } from '@aws-sdk/client-sts';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { written } from '../../app/files.ts';
import type { Terminal } from '../../app/terminal.ts';
import { callerAccount } from '../../aws/client.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import {
  type AnswerProblem,
  accountDigits,
  accountProblem,
  askRest,
  enoughAnswers,
  labProblem,
  ownersProblem,
  parseOwners,
} from '../../setup/init/answers.ts';
import { exists, type FirstOwner, type LabAnswers, writeLabFiles } from '../../setup/init/lab-files.ts';
import { pageOf, parseTool, type Release, releaseOf } from '../../setup/release.ts';
import { wrapVisible } from '../../text/columns.ts';
import { pasted } from '../../text/escape.ts';
import { printJson, reportFailure } from '../io.ts';
import { addHelp, dayOf, finish, json, today } from '../options.ts';

interface InitOptions {
  readonly lab?: string;
  readonly account?: string;
  readonly owner?: readonly FirstOwner[];
  readonly selfApproval?: boolean;
  readonly tool?: Release;
  readonly yes?: boolean;
  readonly today?: string;
  readonly json?: boolean;
}

async function init(directory: string, options: InitOptions, command: Command, terminal: Terminal): Promise<number> {
  const release = options.tool ?? (await releaseOf(process.argv[1] ?? ''));
  const isLab = await exists(join(directory, 'team.yaml'));
  const unused = isLab ? (['lab', 'account', 'owner', 'selfApproval'] as const).filter((name) => name in options) : [];
  if (unused.length > 0) {
    const names = unused.map((name) => (name === 'selfApproval' ? '--self-approval' : `--${name}`));
    return command.error(
      `error: ${join(directory, 'team.yaml')} exists and decides that: leave out ${names.join(', ')}`,
    );
  }
  const answers = isLab ? succeed(null) : await answersOf(options, command, terminal);
  if (!answers.ok) return reportFailure(answers.failure, terminal);
  const done = await written(() => writeLabFiles(directory, answers.value, release, dayOf(options)));
  const result = done.ok ? done.value : done;
  if (!result.ok) return reportFailure(result.failure, terminal);
  const next = `${directory === '.' ? '' : `cd ${pasted(directory)} && `}mturk-team check`;
  if (options.json) printJson({ directory, ...result.value, next }, terminal);
  else {
    const list = (title: string, paths: readonly string[]) =>
      paths.length === 0 ? '' : `${title}:\n${paths.map((path) => `  ${path}\n`).join('')}`;
    terminal.stdout(list(`Wrote to ${directory}`, result.value.written));
    terminal.stdout(list('Exists, not changed', result.value.existing));
    const page = await pageOf(process.argv[1] ?? '', 'setup.md#a-lab-with-one-owner', release);
    const wrapped = (note: string) => (note === '' ? [] : wrapVisible(note, terminal.width));
    const lines = [
      ...(answers.value?.owners.length === 1 ? [...wrapped(oneOwnerNote(answers.value)), page] : []),
      ...wrapped(releaseNote(result.value.needsRelease)),
      `Next: ${next}`,
    ];
    terminal.stdout(`${lines.join('\n')}\n`);
  }
  return 0;
}

/** What follows for a lab with one owner, whose own changes no one else can approve; the page follows. */
function oneOwnerNote({ owners: [owner], selfApproval }: LabAnswers): string {
  const key = owner?.key ?? '';
  return selfApproval
    ? `Once \`mturk-team apply\` has applied this file, ${key} may merge their own changes without another approval. Before others can write, read:`
    : `${key} approves what others propose. What ${key} proposes is not applied without \`self-approval: true\`:`;
}

/** For a copy of the program that is no release, as one packed from a clone. */
function releaseNote(files: readonly string[]): string {
  if (files.length === 0) return '';
  const names = new Intl.ListFormat('en').format(files);
  return `Not written, because this copy is no release: ${names}. Later, run \`mturk-team init\` of a release, or add --tool OWNER/NAME@SHA.`;
}

async function answersOf(options: InitOptions, command: Command, terminal: Terminal): Promise<Result<LabAnswers>> {
  const { lab = null, owner: owners = null, selfApproval = false, yes = false } = options;
  const sts = new STSClient({ region: 'us-east-1', maxAttempts: 1 });
  const found = options.account ?? (await callerAccount(sts));
  sts.destroy();
  const { canAsk = false, ask } = terminal;
  if (yes || !canAsk || ask === undefined) {
    const answers = enoughAnswers({ lab, account: found, owners, selfApproval });
    if ('lab' in answers) return succeed(answers);
    return command.error(`error: without a terminal to ask on, ${answers.join(', ')} must be given`);
  }
  const given = { lab, account: options.account ?? null, owners, selfApproval };
  const answers = await askRest(given, found, { ask });
  return answers === null ? fail('not-confirmed', { couldAsk: true }) : succeed(answers);
}

function checked<Value>(problem: (value: Value) => AnswerProblem, value: Value): Value {
  const found = problem(value);
  if (found !== null) throw new InvalidArgumentError(found);
  return value;
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    note: 'It never overwrites a file: it says what exists, and writes what is missing.',
    exitCodes: [
      '0 written, or nothing was missing',
      '1 errors in the file, or not writable',
      '2 an answer is missing, or wrong usage',
    ],
    examples: ['mturk-team init my-lab', 'mturk-team init --lab perception-lab --owner ada=adaoneill --yes'],
  });
  command
    .addArgument(new Argument('[dir]', 'directory of the lab repository').default('.'))
    .option('--lab <name>', 'name of the lab; begins every IAM name', (text) => checked(labProblem, text))
    .option('--account <id>', 'AWS account (default: that of the credentials at hand)', (text) =>
      accountDigits(checked(accountProblem, text)),
    )
    .option('--owner <key=login>', 'owner and GitHub login, as ada=adaoneill; can be repeated', (text, before) =>
      checked(ownersProblem, [...((before as readonly FirstOwner[] | undefined) ?? []), ...parseOwners(text)]),
    )
    .option('--self-approval', 'the one owner may merge their own changes')
    .option('--tool <owner/name@sha>', 'release that workflows call (default: the one of this command)', (text) => {
      const release = parseTool(text);
      if (release === null) throw new InvalidArgumentError('Write OWNER/NAME@SHA, with all 40 digits of the commit.');
      return release;
    })
    .option('--yes', 'ask nothing')
    .addOption(today())
    .addOption(json())
    .action(async (directory: string, options: InitOptions) => {
      finish(await init(directory, options, command, terminal));
    });
}
