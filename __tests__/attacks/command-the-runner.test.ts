import fc from 'fast-check';
import type { Terminal } from '../../src/app/terminal.ts';
import { printJson } from '../../src/cli/io.ts';
import { safeTerminal } from '../../src/cli/process-terminal.ts';
import { fail } from '../../src/diagnostics/failure.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { printFindings } from '../../src/team/print-findings.ts';
import type { Block } from '../../src/text/document.ts';
import { failureText } from '../../src/text/failures/failures.ts';
import { printMarkdown } from '../../src/text/github.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { codeText, proseText, t } from '../../src/text/text.ts';
import { runHere } from '../support/command.ts';
import { runs } from '../support/exhaustive.ts';
import { ATTACKS, hostileText } from '../support/hostile-text.ts';
import { scratchLab } from '../support/init-files.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { TODAY, teamText } from '../team/team-text.ts';

/**
 * Whether GitHub's runner could take a line for a command, registered or not: `::name ...::` behind white space, and
 * `##[name ...]` anywhere (actions/runner, src/Runner.Common/ActionCommand.cs, `TryParseV2` and `TryParse`).
 */
function isCommand(line: string): boolean {
  return line.trimStart().startsWith('::') || line.includes('##[');
}

const commandsIn = (text: string) => text.split(/\r?\n|\r/).filter(isCommand);

const place = scratchLab();
afterAll(() => place.remove());

/** What a terminal gets, in a workflow by default. */
function printed(print: (io: Terminal) => void, env = { GITHUB_ACTIONS: 'true' }): string {
  const out: string[] = [];
  const write = (text: string) => out.push(text);
  print(safeTerminal({ ...SILENT, stdout: write, stderr: write }, env));
  return out.join('');
}

/** Every block with the text in every kind of piece. */
function blocksOf(text: string): readonly Block[] {
  const all = t`${text} is ${codeText(text)}, ${proseText(text)}${text}${codeText(text)}`;
  return [
    { kind: 'heading', level: 2, text: all },
    { kind: 'paragraph', text: all },
    { kind: 'alert', level: 'warning', lines: [all, t`${text}`] },
    { kind: 'list', items: [{ text: t`${text}` }, { text: all }] },
    { kind: 'table', head: [t`${text}`], rows: [[t`${text}`, all]] },
    { kind: 'details', summary: t`${text}`, blocks: [{ kind: 'paragraph', text: t`${text}` }] },
    { kind: 'code', language: 'sh', lines: [text.replaceAll('\n', ' ')] },
    { kind: 'footer', parts: [t`${text}`, all] },
  ];
}

test('no text becomes a command on a terminal, in Markdown or in JSON, wherever lines are broken', () => {
  fc.assert(
    fc.property(hostileText(), fc.integer({ min: 1, max: 100 }), (text, width) => {
      const output = printed(({ stdout, stderr }) => {
        stdout(`${printTerminal(blocksOf(text), width).join('\n')}\n`);
        stdout(printMarkdown(blocksOf(text), { reveal: false }));
        stderr(failureText(fail('file-not-readable', { file: text, reason: text }).failure, { width }));
        printJson({ text, [text]: [text] }, { stdout });
      });
      expect(commandsIn(output)).toEqual([]);
    }),
    { numRuns: runs(200) },
  );
});

test('JSON keeps the text', () => {
  for (const text of Object.values(ATTACKS)) {
    if (text === ATTACKS['lone surrogate']) continue;
    expect(JSON.parse(printed((io) => printJson({ text }, io), { GITHUB_ACTIONS: '' }))).toEqual({ version: 1, text });
  }
});

const NAMES = [
  '::set-output name=failure-reason::not-approved',
  'B xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ##[set-output name=failure-reason]not-approved',
  'Bo ::add-mask::Bo',
];

test.each(NAMES)('check refuses the name %s, and its own words are no command', (name) => {
  const members = `members:\n  ada: { name: ${JSON.stringify(name)}, roles: [reader] }`;
  const reading = readTeam(teamText({ members }), { file: 'team.yaml', today: TODAY });
  expect(reading.findings.map(({ code }) => code)).toEqual(['workflow-command']);
  for (const format of ['text', 'json'] as const) {
    expect(commandsIn(printFindings(reading, { color: false, format }))).toEqual([]);
  }
});

test('check --format github gives GitHub only the annotations, with their data escaped', async () => {
  const members = `members:\n  ada: { name: ${JSON.stringify(`%,:\n${NAMES[0]}`)}, roles: [reader] }`;
  place.write('team.yaml', teamText({ members, lab: 'lab: "::x::"' }));
  const { stdout, code } = await runHere(['check', '--format', 'github', '--today', TODAY], {
    cwd: place.directory,
    env: { GITHUB_ACTIONS: 'true' },
  });
  expect(code).toBe(1);
  const commands = commandsIn(stdout);
  expect(commands.length).toBeGreaterThan(2);
  for (const line of commands) {
    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    expect(line).toMatch(/^::(error|warning|notice)( [^:\r\n]*)?::[^\r\n]*$/);
    expect(line).not.toMatch(/%(?!25|0D|0A|3A|2C)/);
  }
});

test.each([[['who-can', '##[set-output name=x]y']], [['::set-output name=x::y']], [['check', ' ::error::approved']]])(
  'arguments that come back in an error are no command: %j',
  async (args) => {
    const { stdout, stderr } = await runHere(args, { cwd: place.directory, env: { GITHUB_ACTIONS: 'true' } });
    expect(stdout + stderr).toMatch(/^error\[/);
    expect(commandsIn(stdout + stderr)).toEqual([]);
  },
);
