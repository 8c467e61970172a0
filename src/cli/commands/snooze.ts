import type { Command } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { registerEdit } from '../edit/command.ts';

export function register(command: Command, terminal: Terminal): void {
  registerEdit(
    command,
    'snooze',
    [
      ['finding', '[finding]', 'ID of the finding, as in the drift issue'],
      ['until', '--until <YYYY-MM-DD>', 'last day of the snooze, UTC', 'day'],
      ['reason', '--reason <text>', 'why the finding is acceptable'],
    ],
    ['snooze unmanaged-user/old-mturk-user/spends --until 2027-01-31 --reason "its last study ends"'],
    terminal,
  );
}
