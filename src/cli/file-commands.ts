import { type Command, Option } from 'commander';
import type { Terminal } from './io.ts';
import { DEFAULT_FILE, dayOf, examples, fileOptions, finish, json, today } from './options.ts';

/** The commands that need nothing but a team file. */
export function addFileCommands(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description('find everything that is wrong with a team file')
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json', 'github']).default('text'))
    .option('--strict', 'warnings fail the check too')
    .addOption(today())
    .addHelpText('after', examples('mturk-team check', 'mturk-team check lab.yaml --format json'))
    .action(async (file: string, options) => {
      const { check } = await import('./commands/check.ts');
      finish(await check({ ...options, file, today: dayOf(options), colour: terminal.colour }, terminal));
    });

  program
    .command('synth')
    .description('write the Terraform configuration of both stacks')
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .option('--out <dir>', 'where to write', 'cdktf.out')
    .addOption(today())
    .addOption(json())
    .addHelpText('after', examples('mturk-team synth --out cdktf.out'))
    .action(async (file: string, options) => {
      const { synth } = await import('./commands/synth.ts');
      finish(
        await synth(
          { file, outDir: options.out, today: dayOf(options), colour: terminal.colour, json: options.json === true },
          terminal,
        ),
      );
    });

  program
    .command('explain')
    .description('everything a member may do, with the role that gives it and the day it ends')
    .argument('<member>', "the member's key in the team file")
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .addOption(today())
    .addOption(json())
    .addHelpText('after', examples('mturk-team explain bo', 'mturk-team explain bo --today 2027-06-01'))
    .action(async (member: string, file: string, options) => {
      const { explainCommand } = await import('./commands/explain.ts');
      finish(await explainCommand({ member, ...fileOptions(file, options) }, terminal));
    });

  program
    .command('who-can')
    .description('who may do this operation, or any of this capability')
    .argument('<what>', 'an operation such as SendBonus, or a capability such as pay:bonus')
    .argument('[file]', 'the team file', DEFAULT_FILE)
    .addOption(today())
    .addOption(json())
    .addHelpText('after', examples('mturk-team who-can SendBonus', 'mturk-team who-can hits:publish'))
    .action(async (what: string, file: string, options) => {
      const { whoCanCommand } = await import('./commands/who-can.ts');
      finish(await whoCanCommand({ what, ...fileOptions(file, options) }, terminal));
    });

  program
    .command('schema')
    .description('print the JSON Schema of team.yaml, for editors')
    .addHelpText('after', examples('mturk-team schema > team.schema.json'))
    .action(async () => {
      const { schema } = await import('./commands/schema.ts');
      finish(await schema(terminal));
    });
}
