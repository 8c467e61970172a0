import type { Command } from 'commander';
import type { Terminal } from '../../app/terminal.ts';
import { type Field, registerEdit } from '../edit/command.ts';

const MEMBER: Field = ['member', '[member]', 'key of the member in the team file'];
const MEMBERS: Field = ['members', '[members...]', 'keys of members in the team file'];

export function register(command: Command, terminal: Terminal): void {
  const edit = (
    verb: 'add' | 'extend' | 'suspend' | 'resume' | 'roles' | 'recipient' | 'sponsor' | 'reviewed' | 'depart',
    phrase: string,
    fields: readonly Field[],
    ...shown: readonly string[]
  ) => {
    const all = [verb === 'reviewed' ? MEMBERS : MEMBER, ...fields];
    registerEdit(command.command(verb).description(phrase), `member ${verb}`, all, shown, terminal);
  };

  edit(
    'add',
    'Add a member to the team file',
    [
      ['name', '--name <name>', 'full name'],
      ['roles', '--role <role>', 'role of the member', 'list'],
      ['until', '--until <YYYY-MM-DD>', 'last day of access, UTC', 'day'],
      ['from', '--from <YYYY-MM-DD>', 'first day of access, UTC', 'day'],
      ['sponsor', '--sponsor <member>', 'who answers for the member'],
      ['email', '--email <address>', 'e-mail address'],
      ['github', '--github <login>', 'GitHub login'],
      ['recipient', '--recipient <recipient>', 'recipient of access keys, from keys request'],
    ],
    'member add',
    'member add zoe --name "Zoë Quist" --role results-reader --until 2027-05-31 --sponsor ada --yes',
  );
  edit(
    'extend',
    'Move the last day of a member',
    [['until', '--until <YYYY-MM-DD>', 'new last day of access, UTC', 'day']],
    'member extend bo --until 2027-12-31',
  );
  edit('suspend', 'Stop all access of a member, and keep them', [], 'member suspend bo');
  edit('resume', 'End the suspension of a member', [], 'member resume bo');
  edit(
    'roles',
    'Change the roles of a member',
    [
      ['add', '--add <role>', 'role to add', 'list'],
      ['remove', '--remove <role>', 'role to remove', 'list'],
    ],
    'member roles bo --add paymaster --remove task-publisher',
  );
  edit(
    'recipient',
    'Set where access keys of a member are sent',
    [['recipient', '[recipient]', 'recipient that the member sent, from keys request']],
    'member recipient bo age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj',
  );
  edit(
    'sponsor',
    'Set who answers for a member',
    [['sponsor', '[sponsor]', 'key of the sponsor']],
    'member sponsor bo ada',
  );
  edit('reviewed', 'Vouch today for what members can do', [], 'member reviewed bo cy');
  edit(
    'depart',
    'Move a member who leaves to departed',
    [
      ['reason', '--reason <text>', 'why they leave'],
      ['left', '--left <YYYY-MM-DD>', 'day of leaving (default: today)', 'day'],
      ['sponsor', '--sponsor <member>', 'who answers for those whom they sponsor'],
      ['owner', '--owner <member>', 'who becomes an owner, if they are the only one'],
    ],
    'member depart bo --reason graduated',
  );
}
