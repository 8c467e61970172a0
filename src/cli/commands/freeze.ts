import type { Command } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { registerEdit } from '../edit/command.ts';

export function register(command: Command, terminal: Terminal): void {
  registerEdit(
    command,
    'freeze',
    [['capabilities', '[capability...]', '"spend", the default, or capabilities']],
    ['freeze', 'freeze hits:publish'],
    terminal,
  );
}
