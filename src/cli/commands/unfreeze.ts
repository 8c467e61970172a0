import type { Command } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { registerEdit } from '../edit/command.ts';

export function register(command: Command, terminal: Terminal): void {
  registerEdit(
    command,
    'unfreeze',
    [['capabilities', '[capability...]', 'what to take from the list; all of it by default']],
    ['unfreeze', 'unfreeze spend'],
    terminal,
  );
}
