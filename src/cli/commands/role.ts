import type { Command } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { type Field, registerEdit } from '../edit/command.ts';

const ROLE: Field = ['role', '[role]', 'key of the role in the team file'];
const PERMISSIONS: Field = ['permissions', '[permission...]', 'capabilities, operations, or "*" for all'];

export function register(command: Command, terminal: Terminal): void {
  const edit = (
    verb: 'add' | 'allow' | 'deny' | 'remove',
    phrase: string,
    fields: readonly Field[],
    ...shown: readonly string[]
  ) => registerEdit(command.command(verb).description(phrase), `role ${verb}`, [ROLE, ...fields], shown, terminal);

  edit(
    'add',
    'Add a role to the team file',
    [
      ['allow', '--allow <permission>', 'capability, operation, or "*" for all', 'list'],
      ['deny', '--deny <permission>', 'what it is not allowed, whatever else allows it', 'list'],
      ['extends', '--extends <role>', 'role whose permissions it has as well', 'list'],
      ['description', '--description <text>', 'what the role is for'],
    ],
    'role add reviewer --allow pay:approve --allow pay:reject --extends results-reader',
  );
  edit('allow', 'Allow a role more', [PERMISSIONS], 'role allow paymaster account:read');
  edit('deny', 'Deny a role something, whatever else allows it', [PERMISSIONS], 'role deny paymaster SendBonus');
  edit(
    'remove',
    'Remove a role, or permissions from its lists',
    [PERMISSIONS],
    'role remove paymaster',
    'role remove paymaster pay:bonus',
  );
}
