import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { atTerminal } from '../support/at-terminal.ts';
import { answering, type CommandResult, run, runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { expectGolden } from '../support/golden.ts';
import { IDENTITIES } from '../support/recipients.ts';

const test = testInTurn(2);

const SAMPLE = readFileSync('team.yaml', 'utf8');
/** A second owner with a login, so that the first can leave. */
const TWO_OWNERS = SAMPLE.replace('owners: [ada]', 'owners: [ada, bo]').replace(
  'name: Bo Chen',
  'name: Bo Chen\n    github: bochen',
);
const CODEOWNERS = '.github/CODEOWNERS';

const places: { remove(): void }[] = [];
afterAll(() => {
  for (const place of places) place.remove();
});

function lab(text = SAMPLE): { readonly cwd: string; team(): string; read(path: string): string } {
  const place = scratch({ 'team.yaml': text, [CODEOWNERS]: '/docs @writer\n' });
  places.push(place);
  const read = (path: string) => readFileSync(join(place.directory, path), 'utf8');
  return { cwd: place.directory, team: () => read('team.yaml'), read };
}

const DAY = ['--today', '2026-11-28'];

const EDITS: readonly (readonly string[])[] = [
  [
    'member',
    'add',
    'zoe',
    '--name',
    "Zoë Q'x",
    '--role',
    'results-reader',
    '--until',
    '2031-05-31',
    '--sponsor',
    'ada',
    '--recipient',
    IDENTITIES[1].recipient,
  ],
  ['member', 'extend', 'bo', '--until', '2028-01-31'],
  ['member', 'suspend', 'bo'],
  ['member', 'resume', 'cy'],
  ['member', 'roles', 'bo', '--add', 'paymaster', '--remove', 'task-publisher'],
  ['member', 'recipient', 'bo', IDENTITIES[0].recipient],
  ['member', 'sponsor', 'cy', 'bo'],
  ['member', 'reviewed', 'bo', 'cy'],
  ['member', 'depart', 'bo', '--reason', 'graduated'],
  [
    'role',
    'add',
    'reviewer',
    '--extends',
    'results-reader',
    '--allow',
    'pay:approve',
    '--description',
    'Decides: yes or no',
  ],
  ['role', 'allow', 'paymaster', 'hits:manage', 'GetFileUploadURL'],
  ['role', 'deny', 'paymaster', 'pay:bonus'],
  ['role', 'remove', 'paymaster', 'pay:bonus', 'pay:reject'],
  ['freeze'],
  ['snooze', 'unmanaged-user/old-mturk-user/spends', '--until', '2027-01-31', '--reason', 'its last study ends'],
  // Refused, or without effect:
  ['member', 'add', 'bo', '--name', 'Bo', '--role', 'results-reader'],
  ['member', 'add', 'zoe', '--name', 'Zoë', '--role', 'result-reader'],
  ['member', 'add', 'zoe'],
  ['member', 'reviewed'],
  ['member', 'reviewed', 'bo', 'cyy'],
  ['member', 'sponsor', 'cy'],
  ['member', 'sponsor', 'cy', 'cy'],
  ['member', 'suspend', 'Bo Chen'],
  ['member', 'suspend', 'cy'],
  ['member', 'suspend', 'ada'],
  ['member', 'depart', 'ada', '--reason', 'left'],
  ['member', 'depart', 'ada', '--reason', 'left', '--sponsor', 'bo'],
  ['member', 'depart', 'ada', '--reason', 'left', '--sponsor', 'bo', '--owner', 'bo'],
  ['role', 'allow', 'paymster', 'account:read'],
  ['role', 'deny', 'paymaster', 'GrantBonus'],
  ['role', 'remove', 'results-reader'],
  ['unfreeze'],
];

const shown = ({ code, stdout, stderr }: CommandResult) => `${stdout}${stderr}exit code ${code}\n`;

test('each edit shows its lines and what they mean for people', async () => {
  const parts: string[] = [];
  for (const args of EDITS) {
    const { cwd, team } = lab();
    const result = await runHere([...args, ...DAY, '--yes'], { cwd });
    parts.push(`$ mturk-team ${args.join(' ')}\n${shown(result)}`);
    if (result.stdout.includes('Wrote')) expect((await runHere(['check', ...DAY], { cwd })).stderr).toBe('');
    else expect(team()).toBe(SAMPLE);
  }
  expectGolden('edit.txt', parts.join('\n'));
});

test('the departure of an owner changes owners, sponsors and CODEOWNERS', async () => {
  const { cwd, team, read } = lab(TWO_OWNERS);
  const args = ['member', 'depart', 'ada', '--reason', 'moved', '--sponsor', 'bo', '--yes', ...DAY];
  const { code, stdout } = await runHere(args, { cwd });
  expect({ code, last: stdout.split('\n').at(-2) }).toEqual({
    code: 0,
    last: `Wrote team.yaml and ${CODEOWNERS}. Next: propose it as a pull request.`,
  });
  expect(team()).toContain('owners: [bo] # who must approve a change\n');
  expect(team()).toContain(
    '  gus: { name: 李小龍, roles: [everything-but-bonus], until: "2027-08-31", sponsor: bo }\n',
  );
  expect(team()).not.toMatch(/sponsor: ada|\n {2}ada:.*roles/);
  expect(read(CODEOWNERS)).toMatch(/^\/docs @writer\n# mturk-team: begin.*\n\* @bochen\n# mturk-team: end\n$/);
  expect((await runHere(['check', ...DAY], { cwd })).code).toBe(0);
});

test('without --yes and without a terminal, the change is shown and nothing is written', async () => {
  const { cwd, team } = lab();
  const { code, stdout, stderr } = await run(['member', 'suspend', 'bo'], { cwd });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[not-confirmed]') });
  expect(stdout).toContain('32 +     suspended: true');
  expect(team()).toBe(SAMPLE);
});

test('a member is added, extended, suspended, resumed and departs, by the built command', async () => {
  const { cwd, team, read } = lab();
  const until = ['--until', '2031-05-31'];
  const steps = [
    ['add', 'zoe', '--name', 'Zoë', '--role', 'results-reader', ...until],
    ['extend', 'zoe', '--until', '2032-05-31'],
    ['suspend', 'zoe'],
    ['resume', 'zoe'],
    ['depart', 'zoe', '--reason', 'graduated', '--left', '2026-11-28'],
  ];
  for (const step of steps) {
    const { code, stderr } = await run(['member', ...step, '--yes', '--today', '2026-11-28'], { cwd });
    expect({ step, code, stderr }).toEqual({ step, code: 0, stderr: '' });
  }
  const dee = '  dee: { left: "2026-06-30", reason: graduated }\n';
  expect(team()).toBe(SAMPLE.replace(dee, `${dee}  zoe: { left: "2026-11-28", reason: graduated }\n`));
  expect(read(CODEOWNERS)).toBe('/docs @writer\n');
});

test('reviews that are due are found, done for several members at once, and not due again', async () => {
  const { cwd, team } = lab(SAMPLE.replace('settings:\n', 'settings:\n  review-every-days: 365\n'));
  const due = async () => {
    const { stdout } = await run(['check', '--json', ...DAY], { cwd });
    const found: readonly { code: string; path: string }[] = JSON.parse(stdout).findings;
    return found.filter(({ path }) => path !== '').map(({ code, path }) => `${code} ${path}`);
  };
  expect(await due()).toEqual(['ada', 'bo', 'fay', 'gus'].map((key) => `review-due members.${key}`));
  const result = await run(['member', 'reviewed', 'bo', 'fay', 'gus', '--yes', ...DAY], { cwd });
  expect({ ...result, stdout: '' }).toMatchObject({ code: 0, stderr: '' });
  expect(team().match(/reviewed: "2026-11-28"/g)).toHaveLength(3);
  expect(await due()).toEqual(['review-due members.ada']);
  const again = await run(['member', 'reviewed', 'fay', '--yes', ...DAY], { cwd });
  expect(again.stdout).toBe('Nothing to write: team.yaml already says so.\n');
  await run(['member', 'add', 'zoe', '--name', 'Zoë', '--role', 'results-reader', '--yes', ...DAY], { cwd });
  expect(team()).toContain('  zoe: { name: Zoë, roles: [results-reader], reviewed: "2026-11-28" }\n');
});

test('at a terminal, members are chosen whose access is still right', async () => {
  const { cwd, team } = lab();
  const person = answering([['cy', 'fay'], true]);
  const { code } = await runHere(['member', 'reviewed', ...DAY], { cwd, person });
  expect({ code, reviewed: team().match(/(?<=\n {2})\w+(?=:.*reviewed: "2026-11-28")/g) }).toEqual({
    code: 0,
    reviewed: ['cy', 'fay'],
  });
});

test('the signs of the lines have a color, if the terminal has it', async () => {
  const { cwd } = lab();
  const args = ['member', 'extend', 'bo', '--until', '2028-01-31', '--yes', ...DAY];
  const { stdout } = await run(args, { cwd, env: { NO_COLOR: '', FORCE_COLOR: '1' } });
  expect(stdout).toContain('30 \u001b[31m-\u001b[39m     until: ');
  expect(stdout).toContain('30 \u001b[32m+\u001b[39m     until: "2028-01-31"');
});

test('a pipe is not edited', async () => {
  const { cwd } = lab();
  execFileSync('sh', ['-c', 'mkfifo pipe.yaml'], { cwd });
  const written = execFile('sh', ['-c', 'cat team.yaml > pipe.yaml'], { cwd });
  const { code, stderr } = await runHere(['freeze', '--file', 'pipe.yaml', '--yes'], { cwd });
  written.kill();
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('it is not a regular file') });
});

test('--json has the edit as data, the lines and the review', async () => {
  const { cwd } = lab();
  const { stdout, stderr } = await runHere(['member', 'suspend', 'bo', '--yes', '--json', ...DAY], { cwd });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ version: 1, file: 'team.yaml', edit: { verb: 'member suspend', member: 'bo' }, pullRequest: null },
    lines: [{ sign: '+', line: 32, text: '    suspended: true' }],
    ...{ review: { people: [{ key: 'bo' }] }, blocks: [], codeowners: false },
  });
});

test('at a terminal, what is missing is asked for, and the change is confirmed', async () => {
  const { cwd, team } = lab();
  const person = answering(['zoe', 'Zoë Quist', ['results-reader'], '2031-05-31', 'ada', true]);
  const { code, stderr } = await runHere(['member', 'add', ...DAY], { cwd, person });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(person.asked).toEqual([
    'A short key for the member. It is part of the IAM user’s name, and must not change later.',
    ...['Full name', 'Which roles?', 'Last day of access, as YYYY-MM-DD; empty for none', 'Who answers for them?'],
    'Write this to team.yaml?',
  ]);
  expect(team()).toContain(
    '\n  zoe: { name: Zoë Quist, roles: [results-reader], until: "2031-05-31", sponsor: ada }\n',
  );
});

test.each<[string[], (string | readonly string[] | boolean | null)[], string]>([
  [['member', 'extend'], ['bo', '2028-01-31', true], 'until: "2028-01-31"'],
  [['member', 'sponsor'], ['cy', 'bo', true], 'roles: [results-reader], suspended: true, sponsor: bo }'],
  [['member', 'roles'], ['bo', ['results-reader', 'paymaster'], true], 'roles: [results-reader, paymaster]'],
  [['member', 'depart', 'bo'], ['graduated', true], 'bo: { left: "2026-11-28", reason: graduated }'],
  [['role', 'add'], ['payer', '', ['pay:bonus'], true], '\n  payer:\n    allow: [pay:bonus]\n'],
  [['role', 'allow'], ['paymaster', ['hits:manage'], true], 'account:read, hits:manage]'],
  [
    ['snooze'],
    ['root-access-key', '2027-01-31', 'known', true],
    'root-access-key: { until: "2027-01-31", reason: known }',
  ],
])('%j asks, too', async (args, answers, text) => {
  const { cwd, team } = lab();
  const { code } = await runHere([...args, ...DAY], { cwd, person: answering(answers) });
  expect(code).toBe(0);
  expect(team()).toContain(text);
});

test('the departure of the only owner, who is a sponsor, asks who takes their place', async () => {
  const { cwd, team } = lab(SAMPLE.replace('name: Bo Chen', 'name: Bo Chen\n    github: bochen'));
  const person = answering(['moved', 'fay', 'bo', true]);
  expect((await runHere(['member', 'depart', 'ada', ...DAY], { cwd, person })).code).toBe(0);
  expect(person.asked).toContain('Who becomes an owner instead?');
  expect(team()).toContain('owners: [bo]');
  expect(team()).toContain('sponsor: fay');
});

test.each([[[null]], [['zoe', null]], [['zoe', 'Zoë', ['results-reader'], '', '', false]]])(
  'who cancels writes nothing: %j',
  async (answers) => {
    const { cwd, team } = lab();
    const { code, stderr } = await runHere(['member', 'add', ...DAY], { cwd, person: answering(answers) });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('error[not-confirmed]: not confirmed'),
    });
    expect(team()).toBe(SAMPLE);
  },
);

test('a file that changes while the question is open is not overwritten', async () => {
  const { cwd, team } = lab();
  const writesMeanwhile = async () => {
    writeFileSync(join(cwd, 'team.yaml'), `${SAMPLE}# mine\n`);
    return true;
  };
  const person = { ...answering([]), confirm: writesMeanwhile };
  const { code, stderr } = await runHere(['member', 'suspend', 'bo', ...DAY], { cwd, person });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[file-changed]') });
  expect(team()).toBe(`${SAMPLE}# mine\n`);
});

test('on a terminal of its own, lists are chosen from with keys, and y confirms', async () => {
  const { cwd, team } = lab();
  const { PATH = '' } = process.env;
  const command = `${process.execPath} ${resolve('dist/mturk-team.cjs')} member roles --today 2026-11-28`;
  const down = '\u001b[B';
  const { code, seen } = await atTerminal(command, {
    ...{ cwd, env: { PATH, HOME: cwd, TERM: 'xterm' } },
    answers: [
      ['Which member?', `${down}\r`],
      // What Bo has is chosen already: results-reader stays, task-publisher goes, paymaster comes.
      ['Which roles?', `${down} ${down} \r`],
      ['Write this to team.yaml?', 'y'],
    ],
  });
  expect({ code, seen }).toEqual({
    code: 0,
    seen: expect.stringContaining('Adds role paymaster; removes role task-publisher'),
  });
  expect(team()).toContain('    roles: [results-reader, paymaster]\n');
});

test('on a terminal of its own, no text looks like an answer, and roles say what they can do', async () => {
  const { cwd, team } = lab();
  const { PATH = '' } = process.env;
  const command = `${process.execPath} ${resolve('dist/mturk-team.cjs')} member add zoe --today 2026-11-28`;
  const { code, seen } = await atTerminal(command, {
    ...{ cwd, env: { PATH, HOME: cwd, TERM: 'xterm' } },
    answers: [
      ['Full name (for example Zoë Quist)', 'Zoë\r'],
      ['paymaster (spends money, harms workers, reads data)', ' \r'],
      ['Last day of access, as YYYY-MM-DD; empty for none', '\r'],
      ['Who answers for them?', '\r'],
      ['Write this to team.yaml?', 'y'],
    ],
  });
  expect({ code, seen }).toEqual({ code: 0, seen: expect.not.stringContaining('2027-05-31') });
  expect(team()).toContain('\n  zoe: { name: Zoë, roles: [results-reader] }\n');
});

test('names of a file cannot move the cursor of a list', async () => {
  const { cwd } = lab(SAMPLE.replace('name: Bo Chen', 'name: "Bo \\e[2J"'));
  const shown: string[] = [];
  const choose = async ({ options }: { readonly options: readonly { readonly label: string }[] }) => {
    shown.push(...options.map(({ label }) => label));
    return null;
  };
  const { code } = await runHere(['member', 'resume', ...DAY], { cwd, person: { ...answering([]), choose } });
  expect({ code, shown }).toEqual({ code: 1, shown: expect.arrayContaining(['Bo <U+001B>[2J (bo)']) });
});

test.each(['edit', 'review'])('every edit of docs/%s.md is a command', async (name) => {
  const page = readFileSync(`docs/${name}.md`, 'utf8');
  const commands = [...page.matchAll(/mturk-team ((?:member|role|freeze|unfreeze|snooze)\b[^`\n]*)/g)].map(
    ([, args = '']) => args,
  );
  expect(commands.length).toBeGreaterThan(6);
  for (const command of commands) {
    const { cwd } = lab();
    const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    const { code, stderr } = await runHere(args, { cwd });
    expect({ command, code, stderr }).not.toMatchObject({
      stderr: expect.stringMatching(/unknown (?:command|option)|too many/),
    });
  }
});
