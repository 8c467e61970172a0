import { readFileSync } from 'node:fs';
import { run, runHere } from '../support/command.ts';

const COMMANDS: readonly (readonly [group: string, ...command: string[]])[] = [
  ['Everyday', 'check'],
  ['Everyday', 'preview'],
  ['Everyday', 'plan'],
  ['Everyday', 'apply'],
  ['Everyday', 'drift'],
  ['Everyday', 'explain'],
  ['Everyday', 'who-can'],
  ['Everyday', 'why'],
  ['Everyday', 'history'],
  ['Everyday', 'page'],
  ['Everyday', 'offboard'],
  ['Edit', 'member'],
  ['Edit', 'role'],
  ['Edit', 'freeze'],
  ['Edit', 'unfreeze'],
  ['Edit', 'snooze'],
  ['Access keys', 'keys'],
  ['Set up', 'init'],
  ['Set up', 'adopt'],
  ['Set up', 'synth'],
  ['Set up', 'bootstrap'],
  ['Set up', 'doctor'],
  ['Set up', 'codeowners'],
  ['Set up', 'schema'],
  ['Set up', 'wind-down'],
  ['Set up', 'eject'],
  ['Try it', 'demo'],
  ['Try it', 'emulator'],
  ['CI', 'comment'],
  ['CI', 'check-approval'],
  ['CI', 'drift-issue'],
];
const BELOW: Readonly<Record<string, readonly string[]>> = {
  member: ['add', 'extend', 'suspend', 'resume', 'roles', 'recipient', 'sponsor', 'depart'],
  keys: ['request', 'open', 'test'],
  role: ['add', 'allow', 'deny', 'remove'],
  emulator: ['start', 'reset'],
};
const RUNNABLE = COMMANDS.flatMap(
  ([, command = '']) => BELOW[command]?.map((each) => `${command} ${each}`) ?? [command],
);

test.each(RUNNABLE)('%s --help has one phrase, exit codes and examples, as does help', async (command) => {
  const { code, stdout, stderr } = await runHere([...command.split(' '), '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [usage = '', , phrase = ''] = stdout.split('\n');
  expect(usage).toContain(`Usage: mturk-team ${command}`);
  expect(phrase).toMatch(/^[A-Z].{5,57}[^.]$/);
  expect(stdout).toMatch(/Exit codes:\n {2}0 [\s\S]*Examples:\n {2}\$ mturk-team /);
  expect(await runHere(['help', ...command.split(' ')])).toEqual({ code, stdout, stderr });
});

test('--help lists every command in its group, and the exit codes', async () => {
  const { code, stdout } = await runHere(['--help']);
  expect(code).toBe(0);
  const groups = [...stdout.matchAll(/^(Everyday|Edit|Access keys|Set up|Try it|CI):\n((?: {2,}.*\n)+)/gm)].flatMap(
    ([, group, lines = '']) => [...lines.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, command]) => [group, command]),
  );
  expect(groups).toEqual(COMMANDS);
  expect((await runHere(['help'])).stdout).toBe(stdout);
  expect(stdout).toContain('plan, drift and preview: 0 no changes, 1 any error, 2 changes.');
});

test('--version is the package’s', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each(['explain', 'who-can'])('%s prints nothing of what was asked that could move a cursor', async (command) => {
  const { code, stderr } = await runHere([command, 'b\u001b[31mo']);
  expect(code).toBe(2);
  expect(stderr).toContain('b<U+001B>[31mo');
});

const MISTAKES: [string, string[], RegExp][] = [
  [
    'an unknown command',
    ['aply'],
    /^error\[usage\]: unknown command `aply`\n {2}help: did you mean `apply`\? Else run `mturk-team --help`\n$/,
  ],
  ['help about an unknown command', ['help', 'plam'], /unknown command `plam`\n {2}help: did you mean `plan`\?/],
  [
    'an unknown option',
    ['check', '--formt', 'github'],
    /^error\[usage\]: unknown option `--formt`\n {2}help: did you mean `--format`\? Else run `mturk-team check --help`\n$/,
  ],
  ['a format that does not exist', ['check', '--format', 'html'], /Allowed choices are text, github/],
  ['a day that does not exist', ['plan', '--today', '2026-02-31'], /Write a day that exists as YYYY-MM-DD/],
  [
    'a file for a directory',
    ['plan', '--emulator', 'lab.yaml'],
    /A directory follows --emulator\. Write the file before it: lab\.yaml\s+--emulator/,
  ],
  ['a missing argument', ['explain'], /missing required argument `member`/],
  ['one argument too many', ['schema', 'team.yaml'], /too many arguments/],
  ['a parallelism of nothing', ['apply', '--parallelism', '0'], /Write a number from 1 to 50/],
  ['an account id that is none', ['emulator', 'start', '--account', '12'], /12 digits/],
  ['a port that is none', ['emulator', 'start', '--port', 'x'], /port/],
  ['another day for a real account', ['apply', '--today', '2001-01-01'], /needs --emulator/],
  ['another day for reconciling one', ['drift', '--reconcile', '--today', '2001-01-01'], /needs --emulator/],
  ['a confirmation of nothing', ['drift', '--yes'], /--yes needs --reconcile/],
  ['reconciling after a quick check', ['drift', '--reconcile', '--quick'], /leave out --quick/],
  ['reconciling without the lock', ['drift', '--reconcile', '--no-lock'], /leave out --no-lock/],
  ['a comment on nothing', ['comment'], /required option `--state <state>` not specified/],
  ['an unknown option of preview', ['preview', '--jsno'], /did you mean `--json`\?/],
  [
    'a pull request that is no number',
    ['preview', '--pull-request', 'origin/bo'],
    /Write the number of a pull request/,
  ],
  ['a manifest without a base', ['plan', '--manifest', 'm.json'], /--manifest needs --base/],
  ['an unknown option of drift', ['drift', '--jsno'], /did you mean `--json`\?/],
  ['nothing at all', [], /Usage: mturk-team/],
];

/** Their 2 says that there are changes, and is let pass by the workflows. */
const isTwoTaken = ([command]: readonly string[]) => command === 'plan' || command === 'drift' || command === 'preview';

test.each(MISTAKES)(
  '%s is wrong usage: exit code 2 (1 of plan, drift and preview), on standard error',
  async (_what, args, message) => {
    const { code, stdout, stderr } = await runHere(args);
    expect({ code, stdout }).toEqual({ code: isTwoTaken(args) ? 1 : 2, stdout: '' });
    expect(stderr.replace(/\n {4}/g, ' ')).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  },
);

test.each<[number, string[]]>([
  [0, ['check', '--help']],
  [1, ['plan', '--formt']],
  [1, ['drift', 'nowhere.yaml', '--emulator']],
  [2, ['check', '--formt']],
  [2, []],
])('the process exits %i after %j, and prints what it prints here', async (code, args) => {
  const result = await run(args);
  expect(result).toEqual({ ...(await runHere(args)), code });
});

const UNREADABLE: [number, string[]][] = [
  [1, ['drift', 'nowhere.yaml', '--emulator']],
  [1, ['drift', 'nowhere.yaml', '--quick', '--emulator']],
  [1, ['drift', 'nowhere.yaml', '--reconcile', '--emulator']],
  [1, ['plan', 'nowhere.yaml', '--emulator']],
  [1, ['plan', '--emulator', '--base', 'nowhere.yaml']],
  [2, ['apply', 'nowhere.yaml', '--emulator']],
];

test.each(UNREADABLE)('a file that cannot be read: exit code %i of %j', async (code, args) => {
  const result = await runHere(args);
  expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining('nowhere.yaml') });
  expect(result.stderr).not.toContain('directory');
});

test.each([
  ['drift', '--quick', '--report'],
  ['drift', '--reconcile', '--report'],
  ['plan', '--base', 'team.yaml', '--manifest'],
  ['apply', '--yes', '--result'],
])('%s: an output file that cannot be written is an error before anything else is done', async (...args) => {
  const { code, stdout, stderr } = await run([...args.filter(Boolean), 'no/where.json']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(
    /^error\[file-not-writable\]: cannot write `no\/where.json`\n {2}reason: ENOENT: no such file or directory\n/,
  );
});
