import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { processTerminal } from '../../src/cli/process-terminal.ts';
import { visibleWidth } from '../../src/text/columns.ts';
import { type Block, details, list, paragraph } from '../../src/text/document.ts';
import { printMarkdown } from '../../src/text/github.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { codeText, lineBreak, riskText, signText, strongText, t } from '../../src/text/text.ts';

const [RED, GREEN, PLAIN] = ['\u001b[31m', '\u001b[32m', '\u001b[39m'];
const SPENDS = strongText(riskText('spends money'));

const BLOCKS: readonly Block[] = [
  paragraph(t`${codeText('\u001b[31mbo')} ${SPENDS} in many words that do not fit: ${SPENDS}`),
  {
    kind: 'table',
    head: [t`Member`, t`Change`, t`Access`],
    rows: [[t`${signText('+')}Bo`, t`new`, t`${SPENDS}${lineBreak}reads`]],
  },
  details(t`More`, list([t`${SPENDS} ${'and a name'}`])),
];

test.each([100, 40, 20])('color adds escape sequences alone, at %i cells', (width) => {
  const [colored, plain] = [true, false].map((color) => printTerminal(BLOCKS, width, color).join('\n')) as [
    string,
    string,
  ];
  expect(stripVTControlCharacters(colored)).toBe(plain);
  expect(plain).not.toContain('\u001b');
  expect(colored).toContain(`${GREEN}+${PLAIN} Bo`);
  expect(colored).toContain(`${RED}spends${PLAIN}`);
});

test('each line ends in the color in which it began, and a name brings none', () => {
  for (const line of printTerminal(BLOCKS, 20, true))
    expect(line.split(RED).length + line.split(GREEN).length).toBe(line.split(PLAIN).length + 1);
  expect(printTerminal(BLOCKS, 100, true)[0]).toMatch(/^<U\+001B>\[31mbo /);
  expect(printMarkdown(BLOCKS, { reveal: false })).not.toContain('\u001b');
});

test.each<[string, NodeJS.ProcessEnv, boolean]>([
  ['a pipe', {}, false],
  ['FORCE_COLOR', { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, false],
  ['NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '' }, true],
])('with %s', (_name, env, color) => {
  expect(processTerminal(env).color).toBe(color);
});

/** Lists of texts, and annotations for GitHub: no terminal shows them. */
const NOT_SHOWN = /^(?:settings-changes|drift\/titles|drift\/finding-texts|findings\/team\.github)\.txt$/;
/** What is typed or pasted into a shell stays on one line, and so does a line that an edit changes. */
const COMMAND =
  /^ {4,}(?:aws |mturk-team (?:eject|freeze) |for key in |curl |terraform |tofu |TF_CLI_CONFIG_FILE=|\d+ [-+] )|^\$ mturk-team /;

/** The terminal renderings of a golden file: all of a `.txt`, without written files; of a page the parts that say so. */
function shownOnTerminal(file: string, text: string): string {
  if (file.endsWith('.txt')) return NOT_SHOWN.test(file) ? '' : (text.split('\n==== ')[0] ?? '');
  const part = file.startsWith('drift/') ? /^```text$(.*?)^```$/gms : /^<!-- on a terminal$(.*?)^-->$/gms;
  return [...text.matchAll(part)].map(([, inside]) => inside).join('\n');
}

test('no line of a golden terminal rendering is wider than 100 cells, but a command or one address', () => {
  const golden = join(import.meta.dirname, '../golden');
  const files = readdirSync(golden, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(?:txt|md)$/.test(file));
  const lines = files.flatMap((file) =>
    shownOnTerminal(file, readFileSync(join(golden, file), 'utf8'))
      .split('\n')
      .map((line) => ({ file, line })),
  );
  expect(lines.length).toBeGreaterThan(3_000);
  const isPasted = (line: string) => COMMAND.test(line) || !line.trim().includes(' ');
  expect(lines.filter(({ line }) => visibleWidth(line) > 100 && !isPasted(line))).toEqual([]);
});
