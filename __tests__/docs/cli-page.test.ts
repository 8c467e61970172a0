import { readFileSync, writeFileSync } from 'node:fs';
import { runHere } from '../support/command.ts';

const PAGE = 'docs/reference/cli.md';
const GROUPS = ['Everyday', 'Edit', 'Access keys', 'Set up', 'Try it', 'CI'];
/** An argument or option that as many commands have, with the same meaning, is in the list at the top alone. */
const COMMON = 3;
/** Below it stands what `--help` does not say. */
const BY_HAND = '<!--by-hand-->';

type Row = readonly [name: string, meaning: string];

interface Command {
  readonly name: string;
  readonly line: string;
  readonly note: string;
  readonly rows: readonly Row[];
}

const helpOf = async (...command: readonly string[]) => (await runHere([...command, '--help'])).stdout;
const listed = (rows: readonly Row[]) => rows.map(([name, meaning]) => `- \`${name}\`: ${meaning}`).join('\n');

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
  const [, usage = '', phrase = '', note = ''] =
    /^Usage: mturk-team (.*)\n\n(.*)\n[\s\S]*?display help for command\n\n(?:(?!Exit codes)(.*)\n\n)?/.exec(help) ?? [];
  const [, list = ''] = /^Examples:\n((?: {2}.*\n?)+)/m.exec(help) ?? [];
  const examples = [...list.matchAll(/^ {2}\$ (mturk-team .*?)(?: {2,}.*)?$/gm)].map(([, example = '']) => example);
  const longest = examples.reduce((longer, each) => (each.length > longer.length ? each : longer), '');
  const short = usage.replace(' [options]', '');
  const example = longest.includes(' --') ? `, such as \`${longest}\`` : '';
  const rows = [...partOf(help, 'Arguments'), ...partOf(help, 'Options')].filter(([each]) => !each.startsWith('-h,'));
  return { name, line: `${phrase}: \`${short}\`${example}.`, note, rows };
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

const keyOf = ([name, meaning]: Row) => `${name} ${meaning}`;
const optionsIn = (rows: readonly Row[]) => [...new Set(rows.map(([name]) => name.split(' ')[0] ?? ''))];
const listOf = (options: readonly string[]) => options.map((each) => `\`${each}\``).join(', ');

/** What the page has by hand at the end of a section, with its mark. */
function byHand(page: string, heading: string): readonly string[] {
  const section = page.split(`\n${heading}\n`)[1]?.split(/^##/m)[0] ?? '';
  const [, words] = section.split(BY_HAND);
  return words === undefined ? [] : [`${BY_HAND}\n\n${words.trim()}`];
}

/** The page as `--help` has it, with the words by hand that the page has now. */
async function wholePage(page: string): Promise<string> {
  const [introduction = ''] = page.split(/^## /m);
  const help = await helpOf();
  const groups: { readonly group: string; readonly commands: readonly Command[] }[] = [];
  for (const group of GROUPS) groups.push({ group, commands: await commandsOf(group, help) });
  const all = groups.flatMap(({ commands }) => commands.flatMap(({ rows }) => rows));
  const isCommon = (row: Row) => all.filter((each) => keyOf(each) === keyOf(row)).length >= COMMON;
  const common = [...new Map(all.filter(isCommon).map((row) => [keyOf(row), row])).values()];
  const parts = [introduction.trimEnd(), '## Common arguments and options', listed(common)];
  for (const { group, commands } of groups) {
    parts.push(`## ${group}`);
    const options = commands.map(({ rows }) =>
      optionsIn(rows.filter(isCommon)).filter((option) => option.startsWith('--')),
    );
    const shared = (options[0] ?? []).filter((option) => options.every((each) => each.includes(option)));
    if (shared.length > 0) parts.push(`Each takes ${listOf(shared)}.`);
    parts.push(...byHand(page, `## ${group}`));
    commands.forEach(({ name, line, note, rows }, index) => {
      const own = rows.filter((row) => !isCommon(row));
      const also = (options[index] ?? []).filter((option) => !shared.includes(option));
      parts.push(
        `### \`${name}\``,
        [line, ...(note === '' ? [] : [note]), ...(also.length === 0 ? [] : [`Also ${listOf(also)}.`])].join(' '),
        ...(own.length === 0 ? [] : [listed(own)]),
        ...byHand(page, `### \`${name}\``),
      );
    });
  }
  return `${parts.join('\n\n')}\n`;
}

test('docs/reference/cli.md says of each command what --help says', async () => {
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
