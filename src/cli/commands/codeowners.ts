import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { CODEOWNERS, readCodeowners } from '../../app/codeowners.ts';
import { written } from '../../app/files.ts';
import { readTeam } from '../../app/session/read-team.ts';
import type { Terminal } from '../../app/terminal.ts';
import { fail } from '../../diagnostics/failure.ts';
import { codeownersBlock, noOwnerWithLoginProblem, withCodeowners } from '../../team/codeowners.ts';
import { printJson, reportFailure } from '../io.ts';
import { addHelp, fileOptions, finish, json, teamFile, today } from '../options.ts';
import { reportProblem } from '../process-terminal.ts';

async function codeowners(
  { file, today, json, write }: ReturnType<typeof fileOptions> & { readonly write: boolean },
  terminal: Terminal,
): Promise<number> {
  const read = await readTeam(file, today);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const team = read.value;
  const block = codeownersBlock(team);
  if (block === null) {
    reportProblem(noOwnerWithLoginProblem(file), { code: 'no-owner-with-login', args: { file } }, terminal);
    return 1;
  }
  const path = join(dirname(file), CODEOWNERS);
  const { text: before, ignored } = (await readCodeowners(path)) ?? { text: '', ignored: null };
  if (ignored !== null) {
    const reason = ignored === 'link' ? 'it is a symbolic link' : 'it has 3 MB or more, so GitHub does not read it';
    return reportFailure(fail('file-not-readable', { file: path, reason }).failure, terminal);
  }
  const after = withCodeowners(before, block);
  const isChanged = after !== before;
  if (write && isChanged) {
    const saved = await written(async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, after);
    });
    if (!saved.ok) return reportFailure(saved.failure, terminal);
  }
  if (json) printJson({ path, content: after, written: write && isChanged }, terminal);
  else if (!write) terminal.stdout(after);
  if (write) terminal.stderr(isChanged ? `Wrote the owners to ${path}.\n` : `${path} already names the owners.\n`);
  return 0;
}

export function register(command: Command, terminal: Terminal): void {
  addHelp(command, {
    exitCodes: ['0 made', '1 errors in the file, or no owner has a login', '2 unreadable file or wrong usage'],
    examples: ['mturk-team codeowners', 'mturk-team codeowners --write'],
  });
  command
    .addArgument(teamFile())
    .option('--write', 'write it beside the team file instead of printing it')
    .addOption(today())
    .addOption(json())
    .action(async (file: string, options) => {
      finish(await codeowners({ ...fileOptions(file, options), write: options.write === true }, terminal));
    });
}
