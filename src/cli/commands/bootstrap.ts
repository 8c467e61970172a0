import { type Command, Option } from 'commander';
import { type BootstrapOptions, bootstrapLab, removeBootstrap } from '../../app/bootstrap/bootstrap.ts';
import type { LabSession } from '../../app/session/lab-session.ts';
import type { Terminal } from '../../app/terminal.ts';
import { partAction } from '../../aws/setup/setup-part.ts';
import type { Setup } from '../../setup/bootstrap/bootstrap.ts';
import { homeTexts, partRows, removalRows, trustText } from '../../setup/bootstrap/text.ts';
import { labHeading } from '../../terraform/run/engine.ts';
import { LOCK_FILES } from '../../terraform/run/lock-file.ts';
import { alert, type Block, codeBlock, paragraph } from '../../text/document.ts';
import { servedText } from '../../text/failures/failures.ts';
import { codeText, counted, proseText, TEAM_FILE, t } from '../../text/text.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

async function bootstrap(options: BootstrapOptions, terminal: Terminal): Promise<number> {
  const { json } = options;
  const done = await bootstrapLab(options, terminal, (session, setup) => {
    if (json) return;
    printBlocks(setupBlocks(session, setup), terminal);
    terminal.stdout('\n');
  });
  if (!done.ok) return reportFailure(done.failure, terminal);
  const { team, setup, steps } = done.value;
  const { home, parts, workflows } = setup;
  if (json) {
    const { lab, account } = team;
    const shown = parts.map((part) => ({ ...part, action: partAction(part) }));
    printJson({ lab, account, repository: workflows?.repository ?? null, parts: shown, home, steps }, terminal);
    return 0;
  }
  const lock = parts.find((part) => part.kind === 'lock-file' && partAction(part) !== 'as-wanted');
  terminal.stdout(`Everything is up to date${steps === 0 ? '' : `: applied ${counted(steps, 'step')}`}.\n`);
  if (lock?.name.endsWith(LOCK_FILES.opentofu)) {
    terminal.stdout(`Commit ${lock.name}: workflows install what it pins, and nothing else.\n`);
  }
  return 0;
}

const ANOTHER_LOCK = t`Warning: workflows use OpenTofu, and take nothing from the lock file of Terraform. To make theirs:`;

function setupBlocks({ team, engine, kind }: LabSession, { workflows, parts, home }: Setup): readonly Block[] {
  const isTerraform = kind === 'real' && engine.flavour === 'terraform';
  const notes = [
    workflows === null
      ? t`No roles for workflows, which need a bucket: set ${codeText('settings.state')} in ${TEAM_FILE}.`
      : trustText(workflows.repository),
    ...(workflows === null || workflows.elsewhere === null
      ? []
      : [t`Warning: this moves the lab. So far, ${servedText(workflows.elsewhere)}.`]),
    ...(kind === 'emulator' ? [t`No lock file: the emulator brings its own provider, and has no registry.`] : []),
    ...homeTexts(home).map((text) => t`Warning: ${text}`),
    ...(isTerraform ? [ANOTHER_LOCK] : []),
  ];
  const paste = isTerraform ? [codeBlock('sh', ['TERRAFORM_BINARY_NAME=tofu mturk-team bootstrap'])] : [];
  return [paragraph(proseText(labHeading(team, engine, kind))), partRows(parts), alert('note', ...notes), ...paste];
}

/** `bootstrap --destroy`: 0 if nothing is left, 1 if it was not confirmed, or failed. */
async function destroy(options: BootstrapOptions, terminal: Terminal): Promise<number> {
  const { json } = options;
  const done = await removeBootstrap(options, terminal, ({ team, kind }, removal) => {
    const rows = json ? [] : removalRows(removal);
    if (rows.length === 0) return;
    printBlocks([paragraph(proseText(labHeading(team, null, kind))), ...rows], terminal);
    terminal.stdout('\n');
  });
  if (!done.ok) return reportFailure(done.failure, terminal);
  const { team, removal } = done.value;
  const { lab, account } = team;
  const { roles, ...others } = removal;
  if (json) printJson({ lab, account, deleted: { roles: roles.map(({ name }) => name), ...others } }, terminal);
  else terminal.stdout('Nothing of bootstrap is left in the account.\n');
  return 0;
}

const digits = cli.matching(/^\d+$/, 'Write the number that GitHub gives it, in digits.');

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    note: 'For an administrator, once, and again after an upgrade. It shows what it would change, and asks.',
    exitCodes: ['0 everything is up to date', '1 blocked, not confirmed or failed', '2 unreadable file or wrong usage'],
    examples: [
      'mturk-team bootstrap',
      'mturk-team bootstrap --emulator --repository me/lab --repository-id 1 --owner-id 2 --subject classic',
      'mturk-team bootstrap --destroy',
    ],
  });
  command
    .addArgument(cli.teamFile())
    .addOption(cli.emulator())
    .option('--yes', 'do not ask for confirmation')
    .option('--destroy', 'delete what bootstrap made, once the lab is empty')
    .addOption(cli.repository('of the remote `origin`, if the roles serve it'))
    .option('--repository-id <id>', 'numeric repository ID (default: from GitHub, with GITHUB_TOKEN)', digits)
    .option('--owner-id <id>', 'numeric ID of its owner (default: the same)', digits)
    .addOption(new Option('--subject <form>', 'subject of its tokens (default: the same)').choices(['classic', 'ids']))
    .addOption(cli.providerMirror())
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      cli.refuseAnotherDay(command, options);
      const { yes = false, repository = null, repositoryId = null, ownerId = null, subject = null } = options;
      const given = { repository, repositoryId, ownerId, subject };
      const all = { ...cli.labOptions(file, options), yes, given };
      cli.finish(await (options.destroy === true ? destroy : bootstrap)(all, terminal));
    });
}
