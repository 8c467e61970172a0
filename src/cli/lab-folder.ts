import { existsSync, lstatSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Terminal } from '../app/terminal.ts';
import { DEFAULT_FILE } from './options.ts';

/** A value of these options is a path: `--out <dir>`, `--manifest <file>`, `--emulator [dir]`. */
const IS_PATH = /[<[](file|dir)[\]>|]/;

/** Whether a command works with the team file, and its user named none. */
function takesDefaultFile(command: Command): boolean {
  const byArgument = command.registeredArguments.some(
    ({ defaultValue }, index) => defaultValue === DEFAULT_FILE && command.args[index] === undefined,
  );
  const isDefault = (name: string) =>
    command.opts()[name] === DEFAULT_FILE && command.getOptionValueSource(name) === 'default';
  return byArgument || ['file', 'head'].some(isDefault);
}

/** The next folder above that has a team file, within the Git repository; null if there is none. */
function folderAbove(from: string): string | null {
  if (existsSync(join(from, '.git')) || dirname(from) === from) return null;
  const above = dirname(from);
  return existsSync(join(above, DEFAULT_FILE)) ? above : folderAbove(above);
}

/**
 * Where the current folder has no `team.yaml`, goes to the next one above that has, as Git does, never out of the repository.
 * Paths that were given keep their meaning.
 */
export function enterLabFolder(command: Command, terminal: Terminal): void {
  const here = process.cwd();
  if (!takesDefaultFile(command) || existsSync(DEFAULT_FILE)) return;
  const above = folderAbove(here);
  if (above === null || !isOwn(above) || !isOwn(join(above, DEFAULT_FILE)) || !isInRepository(above)) return;
  for (const option of command.options) {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    const isGiven = ['cli', 'env'].includes(command.getOptionValueSource(name) ?? '');
    if (isGiven && typeof value === 'string' && IS_PATH.test(option.flags) && !value.includes('://'))
      command.setOptionValueWithSource(name, resolve(here, value), 'cli');
  }
  process.chdir(above);
  terminal.stderr(`Using ${join(relative(here, above), DEFAULT_FILE)}\n`);
}

/** Another user of the machine could put a file above. Git's `safe.directory` is for the same. */
function isOwn(path: string): boolean {
  return process.getuid === undefined || lstatSync(path).uid === process.getuid();
}

function isInRepository(folder: string): boolean {
  const git = join(folder, '.git');
  if (existsSync(git)) return isOwn(git);
  return dirname(folder) !== folder && isInRepository(dirname(folder));
}
