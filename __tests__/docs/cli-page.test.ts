import { readFileSync, writeFileSync } from 'node:fs';
import { runHere } from '../support/command.ts';

const PAGE = 'docs/reference/cli.md';
const helpOf = async (...command: readonly string[]) => (await runHere([...command, '--help'])).stdout;

/** The lines of a part of a help text, each with what it was wrapped into. */
function partOf(help: string, title: string): readonly (readonly [name: string, meaning: string])[] {
  const [, text = ''] = new RegExp(`^${title}:\n((?: {2,}.*\n?)+)`, 'm').exec(help) ?? [];
  return [...text.replace(/\n {10,}/g, ' ').matchAll(/^ {2}(.*?)(?: {2,}(.*))?$/gm)].map(
    ([, name = '', meaning = '']) => [name, meaning],
  );
}

/** What `--help` says of a command, as a section. It ends with the line of the exit codes; after it stand words by hand. */
async function sectionOf(command: string): Promise<string> {
  const help = await helpOf(...command.split(' '));
  const [, usage = '', phrase = '', note = ''] =
    /^Usage: (.*)\n\n(.*)\n[\s\S]*?display help for command\n\n(?:(?!Exit codes)(.*)\n\n)?/.exec(help) ?? [];
  const rows = [...partOf(help, 'Arguments'), ...partOf(help, 'Options')].filter(([name]) => !name.startsWith('-h,'));
  const table = rows.map(
    ([name, meaning]) => `| \`${name.replaceAll('|', '\\|')}\` | ${meaning.replaceAll('|', '\\|')} |`,
  );
  return [
    `### \`${command}\``,
    `${phrase}.`,
    ...(note === '' ? [] : [note]),
    `\`\`\`text\n${usage}\n\`\`\``,
    `| Argument or option | Meaning |\n| --- | --- |\n${table.join('\n')}`,
    `Exit codes: ${partOf(help, 'Exit codes')
      .map(([code]) => code)
      .join('; ')}.`,
  ].join('\n\n');
}

const wordsIn = (page: string, pattern: RegExp) =>
  [pattern.exec(page)?.[1]?.trim() ?? ''].filter((words) => words !== '');

/** The page as `--help` has it, with the words by hand that the page has now. */
async function wholePage(page: string): Promise<string> {
  const [introduction = ''] = page.split(/^## /m);
  const parts = [introduction.trimEnd()];
  const help = await helpOf();
  for (const group of ['Everyday', 'Edit', 'Access keys', 'Set up', 'Try it', 'CI']) {
    parts.push(`## ${group}`, ...wordsIn(page, new RegExp(`^## ${group}\n([\\s\\S]*?)^### `, 'm')));
    for (const [name] of partOf(help, group)) {
      const ownHelp = await helpOf(name);
      const commands = partOf(ownHelp, 'Commands').filter(([each]) => each !== 'help');
      const own = commands.length === 0 || partOf(ownHelp, 'Arguments').length > 0 ? [name] : [];
      for (const command of [...own, ...commands.map(([each]) => `${name} ${each}`)]) {
        const words = new RegExp(
          `^### \`${command}\`\n[\\s\\S]*?^Exit codes: .*\n([\\s\\S]*?)(?=^##|(?![\\s\\S]))`,
          'm',
        );
        parts.push(await sectionOf(command), ...wordsIn(page, words));
      }
    }
  }
  return `${parts.join('\n\n')}\n`;
}

test('docs/reference/cli.md says of each command what --help says', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const wanted = await wholePage(page);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(PAGE, wanted);
  else expect(page).toBe(wanted);
});
