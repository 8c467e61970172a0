import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runHere } from '../support/command.ts';

// Some pages are carried out by tests of their own. What all pages name exists, with its options.

const PAGES = execFileSync(
  'git',
  ['ls-files', '-z', '*.md', ':(exclude)__tests__/golden', ':(exclude)__tests__/fixtures'],
  {
    encoding: 'utf8',
  },
)
  .split('\0')
  .filter((file) => file !== '');

/** The words behind `mturk-team` in code, without what a shell does with the result. */
function commandsOf(page: string): readonly (readonly string[])[] {
  const blocks = [...page.matchAll(/^( *)```(?:sh|bash)\n([\s\S]*?)^\1```$/gm)].flatMap(([, , block = '']) =>
    block.split('\n'),
  );
  const spans = [...page.matchAll(/(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)/g)].map(([, span = '']) => span);
  return [...blocks, ...spans].flatMap((text) =>
    [...text.matchAll(/(?:^|\s)mturk-team((?:\s+(?:"[^"]*"|[^\s"&|<>;$]+))+)/g)].map(([, words = '']) =>
      [...words.matchAll(/"[^"]*"|\S+/g)].map(([word]) => word),
    ),
  );
}

const helps = new Map<string, string>();
async function helpOf(...command: readonly string[]): Promise<string> {
  const name = command.join(' ');
  const known = helps.get(name) ?? (await runHere([...command, '--help'])).stdout;
  helps.set(name, known);
  return known;
}

/** In what a command is none of the program; empty for one that is. */
async function wrong(words: readonly string[]): Promise<readonly string[]> {
  const [name = '', ...others] = words[0] === 'help' ? words.slice(1) : words;
  if (name.startsWith('-') || name === 'COMMAND') return [];
  const listed = (help: string, each: string) => new RegExp(`^ {2}${each}(?: |$)`, 'm').test(help);
  if (!/^[a-z-]+$/.test(name) || !listed(await helpOf(), name)) return [`no command ${name}`];
  const help = await helpOf(name);
  const [inner = ''] = others;
  const inners = help.split('\nCommands:')[1];
  const isGroup = inners !== undefined && /^[a-z]+$/.test(inner) && listed(inners, inner);
  // `keys` has commands and arguments.
  const isCommand = inners === undefined || inner === '' || inner === '...' || help.includes('\nArguments:');
  if (!isGroup && !isCommand) return [`no command ${name} ${inner}`];
  const own = isGroup ? await helpOf(name, inner) : help;
  const options = others.flatMap((word) => /^--[a-z-]+/.exec(word)?.[0] ?? []);
  return options.filter((option) => !new RegExp(`(?:^|[ ,])${option}(?![a-z-])`, 'm').test(own));
}

test('commands are found in blocks and in spans', () => {
  const page = ['Run `mturk-team plan --json`', '', '```sh', 'A=b mturk-team check x.yaml && mturk-team drift', '```'];
  expect(commandsOf(page.join('\n'))).toEqual([['check', 'x.yaml'], ['drift'], ['plan', '--json']]);
});

test('every command of every page is one of the program, and has the options that it is given', async () => {
  const found: string[] = [];
  let count = 0;
  for (const page of PAGES) {
    for (const words of commandsOf(readFileSync(page, 'utf8'))) {
      count++;
      for (const problem of await wrong(words)) found.push(`${page}: mturk-team ${words.join(' ')}: ${problem}`);
    }
  }
  expect(count).toBeGreaterThan(200);
  expect(found).toEqual([]);
});
