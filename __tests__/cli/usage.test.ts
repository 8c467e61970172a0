import { readFileSync } from 'node:fs';
import { run } from '../support/command.ts';

const COMMANDS = [
  ['check'],
  ['review'],
  ['synth'],
  ['plan'],
  ['apply'],
  ['drift'],
  ['who-can'],
  ['explain'],
  ['schema'],
  ['emulator', 'start'],
  ['emulator', 'reset'],
  ['demo'],
];

test.each(COMMANDS)('%s %s --help says what it does, with examples, on standard output', async (...command) => {
  const { code, stdout, stderr } = await run([...command.filter(Boolean), '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`Usage: mturk-team ${command.filter(Boolean).join(' ')}`);
  expect(stdout).toMatch(/Examples:\n {2}\$ mturk-team /);
});

test('--help names every command, and the exit codes', async () => {
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  for (const [name = ''] of COMMANDS) expect(stdout).toContain(`\n  ${name} `);
  expect(stdout).toContain('plan and drift: 0 no change, 1 error of any kind, 2 changes.');
});

test('--version is the package’s', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each(['explain', 'who-can'])('%s prints nothing of what was asked that could move a cursor', async (command) => {
  const { code, stderr } = await run([command, 'b\u001b[31mo']);
  expect(code).toBe(2);
  expect(stderr).toContain('b<U+001B>[31mo');
});

const MISTAKES: [string, string[], RegExp][] = [
  ['an unknown command', ['aply'], /unknown command 'aply'[\s\S]*Did you mean apply\?/],
  ['an unknown option', ['check', '--formt', 'json'], /unknown option '--formt'[\s\S]*Did you mean --format\?/],
  ['a format that does not exist', ['check', '--format', 'html'], /Allowed choices are text, json, github/],
  ['a day that does not exist', ['plan', '--today', '2026-02-31'], /Write a day that exists as YYYY-MM-DD/],
  [
    'a file for a directory',
    ['plan', '--emulator', 'lab.yaml'],
    /After --emulator comes a directory\. Write the file before it: lab\.yaml --emulator/,
  ],
  ['a missing argument', ['explain'], /missing required argument 'member'/],
  ['one argument too many', ['schema', 'team.yaml'], /too many arguments/],
  ['a parallelism of nothing', ['apply', '--parallelism', '0'], /Write a number from 1 to 50/],
  ['an account id that is none', ['emulator', 'start', '--account', '12'], /12 digits/],
  ['a port that is none', ['emulator', 'start', '--port', 'x'], /port/],
  ['another day for a real account', ['apply', '--today', '2001-01-01'], /changed as of today/],
  ['another day for reconciling one', ['drift', '--reconcile', '--today', '2001-01-01'], /changed as of today/],
  ['another day for restoring', ['drift', '--restore', 'bo', '--today', '2001-01-01'], /changed as of today/],
  ['reconciling in a hurry', ['drift', '--reconcile', '--fast'], /need a plan; leave out --fast/],
  ['reconciling without the lock', ['drift', '--restore', 'bo', '--no-lock'], /leave out --no-lock/],
  ['expecting something of a look', ['drift', '--expect', 'a'.repeat(64)], /--expect is for --reconcile and --restore/],
  ['a result of a look', ['drift', '--result', 'r.json'], /--result is for --reconcile and --restore/],
  ['a fingerprint that is none', ['drift', '--reconcile', '--expect', 'abc'], /Write the 12 digits of a look, or more/],
  ['no fingerprint, as of a look that failed', ['drift', '--reconcile', '--expect', ''], /Write the 12 digits/],
  ['a manifest without a base', ['plan', '--manifest', 'm.json'], /--manifest needs --base/],
  ['an unknown option of drift', ['drift', '--fsat'], /Did you mean --fast\?/],
  ['nothing at all', [], /Usage: mturk-team/],
];

/** Their 2 says that there are changes, and is let pass by the workflows. */
const isTwoTaken = ([command]: readonly string[]) => command === 'plan' || command === 'drift';

test.each(MISTAKES)(
  '%s is wrong usage: exit code 2 (1 of plan and drift), on standard error',
  async (_what, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: isTwoTaken(args) ? 1 : 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  },
);

const UNREADABLE: [number, string[]][] = [
  [1, ['drift', 'nowhere.yaml', '--emulator']],
  [1, ['drift', 'nowhere.yaml', '--fast', '--emulator']],
  [1, ['drift', 'nowhere.yaml', '--restore', 'bo', '--emulator']],
  [1, ['plan', 'nowhere.yaml', '--emulator']],
  [1, ['plan', '--emulator', '--base', 'nowhere.yaml']],
  [2, ['apply', 'nowhere.yaml', '--emulator']],
];

test.each(UNREADABLE)('a file that cannot be read: exit code %i of %j', async (code, args) => {
  const result = await run(args);
  expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining('nowhere.yaml') });
  expect(result.stderr).not.toContain('directory');
});

test.each([
  ['drift', '--fast', '--report'],
  ['drift', '--restore', 'bo', '--result'],
  ['plan', '--base', 'team.yaml', '--manifest'],
  ['apply', '--yes', '--result'],
])('%s: what cannot be written is refused before anything is looked at', async (...args) => {
  const { code, stdout, stderr } = await run([...args.filter(Boolean), 'no/where.json']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(
    'error: no/where.json cannot be written (ENOENT). Nothing was looked at, and nothing was changed.\n',
  );
});
