import { type Command, Option } from 'commander';
import { type PageOptions, writePage } from '../../app/page.ts';
import type { Terminal } from '../../app/terminal.ts';
import { failureProblem } from '../../text/failures/failures.ts';
import { plainText, t } from '../../text/text.ts';
import { failureJson, printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

async function pageCommand(options: PageOptions & { readonly json: boolean }, terminal: Terminal): Promise<number> {
  const done = await writePage(options);
  if (!done.ok) return reportFailure(done.failure, terminal);
  const { path, noHistory } = done.value;
  if (options.json) {
    printJson({ path, noHistory: noHistory === null ? null : failureJson(noHistory) }, terminal);
    return 0;
  }
  terminal.stdout(`Wrote ${path}. Open it in a browser.\n`);
  if (noHistory === null) return 0;
  const { summary, help } = failureProblem(noHistory);
  const todo = help === null ? t`` : t`; to have one, ${help}`;
  terminal.stderr(`It has no history: ${plainText(t`${summary}${todo}`)}.\n`);
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  cli.addHelp(command, {
    exitCodes: ['0 written', '1 errors in the file', '2 unreadable file or wrong usage'],
    examples: ['mturk-team page --out page', 'mturk-team page --out page --report report.json'],
  });
  command
    .addArgument(cli.teamFile())
    .requiredOption('--out <dir>', 'folder for access.html')
    .option('--report <file>', 'report.json of a drift check: mark what differs in AWS')
    .addOption(new Option('--public', 'leave out names and keys of members').conflicts('report'))
    .addOption(cli.today())
    .addOption(cli.json())
    .action(async (file: string, options) => {
      const { out, report = null, public: isPublic = false } = options;
      cli.finish(await pageCommand({ ...cli.fileOptions(file, options), out, report, isPublic }, terminal));
    });
}
