import { readFileSync, writeFileSync } from 'node:fs';
import { runHere } from '../support/command.ts';

const PAGE = 'docs/reference/cli.md';
const GROUPS = ['Everyday', 'Edit', 'Access keys', 'Set up', 'Try it', 'CI'];
/** Below it stands what `--help` does not say. */
const BY_HAND = '<!--by-hand-->';
const HEAD = ['| Command | What it does | Example |', '| --- | --- | --- |'];

type Row = readonly [name: string, meaning: string];

interface Command {
  readonly name: string;
  readonly row: string;
}

const helpOf = async (...command: readonly string[]) => (await runHere([...command, '--help'])).stdout;
const anchorOf = (name: string) => name.replaceAll(' ', '-');

/** The lines of a part of a help text, each with what it was wrapped into. */
function partOf(help: string, title: string): readonly Row[] {
  const [, text = ''] = new RegExp(`^${title}:\n((?: {2,}.*\n?)+)`, 'm').exec(help) ?? [];
  return [...text.replace(/\n {10,}/g, ' ').matchAll(/^ {2}(.*?)(?: {2,}(.*))?$/gm)].map(
    ([, name = '', meaning = '']) => [name, meaning],
  );
}

/** What `--help` says of a command. The longest example shows most, unless it has no option. */
async function commandOf(name: string): Promise<Command> {
  const help = await helpOf(...name.split(' '));
  const [, phrase = ''] = /^Usage: .*\n\n(.*)\n/.exec(help) ?? [];
  const [, list = ''] = /^Examples:\n((?: {2}.*\n?)+)/m.exec(help) ?? [];
  const examples = [...list.matchAll(/^ {2}\$ (mturk-team .*?)(?: {2,}.*)?$/gm)].map(([, example = '']) => example);
  const longest = examples.reduce((longer, each) => (each.length > longer.length ? each : longer), '');
  // Without an option, it is the name.
  const example = longest.includes(' --') ? `\`${longest.replaceAll('|', '\\|')}\`` : '';
  const anchor = `<a id="${anchorOf(name)}"></a>\`${name}\``;
  return { name, row: `| ${anchor} | ${phrase} | ${example} |` };
}

/** The commands of a group, as the help lists them. */
async function commandsOf(group: string, help: string): Promise<readonly Command[]> {
  const names: string[] = [];
  for (const [name] of partOf(help, group)) {
    const ownHelp = await helpOf(name);
    const inner = partOf(ownHelp, 'Commands').filter(([each]) => each !== 'help');
    if (inner.length === 0 || partOf(ownHelp, 'Arguments').length > 0) names.push(name);
    names.push(...inner.map(([each]) => `${name} ${each}`));
  }
  const commands: Command[] = [];
  for (const name of names) commands.push(await commandOf(name));
  return commands;
}

/** What a section has by hand below its table. */
function byHand(page: string, group: string): string {
  const section = page.split(`\n## ${group}\n`)[1]?.split(/^## /m)[0] ?? '';
  return section.split(`${BY_HAND}\n`)[1]?.trim() ?? '';
}

/** The page as `--help` has it, with the words by hand that the page has now. */
async function wholePage(page: string): Promise<string> {
  const [introduction = ''] = page.split(/^## /m);
  const help = await helpOf();
  const parts = [introduction.trimEnd()];
  for (const group of GROUPS) {
    const rows = (await commandsOf(group, help)).map(({ row }) => row);
    parts.push(`## ${group}`, [...HEAD, ...rows].join('\n'), BY_HAND);
    const words = byHand(page, group);
    if (words !== '') parts.push(words);
  }
  return `${parts.join('\n\n')}\n`;
}

test('docs/reference/cli.md has each command, with the phrase and the longest example of --help', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const wanted = await wholePage(page);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(PAGE, wanted);
  else expect(page).toBe(wanted);
});

test('and the exit codes of all', async () => {
  const [, codes = ''] = /^Exit codes: (.*\n.*)\n?$/m.exec(await helpOf()) ?? [];
  const plain = (text: string) => text.replaceAll('`', '').replace(/\s+/g, ' ');
  expect(codes).not.toBe('');
  expect(plain(readFileSync(PAGE, 'utf8').split('\n## ')[0] ?? '')).toContain(plain(codes));
});
