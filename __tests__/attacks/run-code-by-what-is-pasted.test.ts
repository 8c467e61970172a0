import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DisplayNames } from '../../src/access/text/names.ts';
import { emulatorStart } from '../../src/cli/commands/emulator.ts';
import { block } from '../../src/diagnostics/block.ts';
import { type Failure, fail } from '../../src/diagnostics/failure.ts';
import { accessWithheld, denyKept } from '../../src/drift/rules/added-denies.ts';
import { userRecreated } from '../../src/drift/rules/renamed.ts';
import type { RemedyText } from '../../src/drift/rules/rule.ts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { blockLines } from '../../src/review/text/block-text.ts';
import { FILE_RULES } from '../../src/team/rules/file.ts';
import { failureText } from '../../src/text/failures/failures.ts';
import { type Text, tickedText } from '../../src/text/text.ts';
import { runHere, scratch } from '../support/command.ts';
import { FIRST_TEAM, scratchLab } from '../support/init-files.ts';
import { SILENT } from '../support/silent-terminal.ts';

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => place.remove());

const names: DisplayNames = { lab: 'lab', people: new Map() };
const wide = { width: 1_000 };
const failed = ({ failure }: { readonly failure: Failure }) => failureText(failure, wide);
const help = ({ help: text }: { readonly help?: Text | null }) => tickedText(text!);

const fixOf = <Data>({ remedy }: { remedy?(finding: Data, names: DisplayNames): RemedyText }, finding: unknown) =>
  tickedText(remedy!(finding as Data, names).toFix!);

/** What `emulator start` prints for an account that a commit brought. */
async function startOf(root: object): Promise<string> {
  const dir = join(place.directory, 'emulator');
  const accountId = '123456789012';
  await (await openEmulator({ dir, accountId, provider: false })).close();
  const file = join(dir, 'account.json');
  const account = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...account, root: { ...account.root, ...root } }));
  const stop = new AbortController();
  let out = '';
  const stdout = (text: string) => {
    out += text;
    stop.abort();
  };
  const options = { dir, accountId, teamFile: 'none', port: 0, until: stop.signal };
  expect(await emulatorStart(options, { ...SILENT, stdout })).toBe(0);
  return out;
}

/** Of what is indented as code, in backticks, or printed alone: commands and options. */
const pastedOf = (text: string) =>
  [/^ {4}(.+)$/gm, /`([^`]+)`/g, /^(export .+)$/gm]
    .flatMap((pattern) => [...text.matchAll(pattern)].map(([, line = '']) => line))
    .filter((line) => /^(?:aws|chmod|export|gh|git|mturk-team|terraform|--[a-z]+) /.test(line));

test.each<[what: string, print: (word: string) => string | Promise<string>]>([
  ['the secret of an account of the emulator', (word) => startOf({ secret: word })],
  ['the id of a key of an account of the emulator', (word) => startOf({ id: word })],
  [
    'the address of a resource in the state',
    (word) => blockLines([block('unmanaged-resource-type', { address: `x.y["${word}"]`, type: 'x' })], wide).join('\n'),
  ],
  [
    'the address of a tainted resource in the state',
    (word) =>
      blockLines([block('limits-replaced', { member: 'bo', user: 'lab-bo', address: `x.y["${word}"]` })], wide).join(
        '\n',
      ),
  ],
  ['the name of a repository', (word) => failed(fail('subject-customized', { repository: `a/${word}` }))],
  [
    'the place of a state',
    (state) => {
      const here = { repository: `a/${state}`, state };
      return failed(fail('set-up-elsewhere', { lab: 'lab', ids: ['1'], subjects: [], states: [state], here }));
    },
  ],
  ['the key of an adopted user', (word) => failed(fail('adoption-not-accepted', { members: [word] }))],
  [
    'the name of a user whose access is withheld',
    (word) =>
      fixOf(accessWithheld, { data: { user: `lab-${word}`, operations: [], from: null }, remediation: 'announced' }),
  ],
  [
    'the name of a replaced user',
    (word) =>
      fixOf(userRecreated, { data: { user: `lab-${word}`, created: '2026-11-25T00:00:00Z', isAcceptable: true } }),
  ],
  [
    'the name of a group with a Deny',
    (word) => fixOf(denyKept, { data: { holder: { kind: 'group', name: `lab-${word}` }, operations: [] } }),
  ],
  [
    'the path of a file that Git converts',
    (path) => help(FILE_RULES.converted.message({ path, isKnown: false }, { file: path, path: [] })),
  ],
  ['the path of a file', (file) => help(FILE_RULES.unreadable.message({ reason: 'EACCES' }, { file, path: [] }))],
])('who pastes what is printed about %s runs no more than that command', async (_what, print) => {
  const mark = join(place.directory, 'mark');
  // Outside quotes, inside single ones, and inside double ones.
  for (const word of [`;>mark;`, `';>mark;'`, `$(>mark)`]) {
    const lines = pastedOf(await print(word));
    expect(lines.join('\n')).toContain('>mark');
    for (const line of lines) {
      // The command itself is not to run here.
      const input = `${line.replace(/^(?!export )/, 'true ')}\n`;
      const { status } = spawnSync('bash', { cwd: place.directory, input });
      expect({ line, status, isRun: existsSync(mark) }).toEqual({ line, status: 0, isRun: false });
    }
  }
});

test('who pastes what ends a lab runs nothing of a commit that has the folder already', async () => {
  const [mark, bin, home] = ['mark', 'bin', 'home'].map((name) => join(place.directory, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [bin, home]) mkdirSync(each);
  const system = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const programs = ['registry.terraform.io', 'registry.opentofu.org'].flatMap((registry) =>
    // Where Terraform looks, and where it looks from there.
    ['ejected/team/terraform.d', 'terraform.d'].map(
      (folder) => `${folder}/plugins/${registry}/evil/evil/1.0.0/${system}/terraform-provider-evil_v1.0.0`,
    ),
  );
  const lab = scratchLab(FIRST_TEAM, {
    'ejected/team/main.tf':
      'terraform {\n  required_providers {\n    evil = { source = "evil/evil" }\n  }\n}\nresource "evil_thing" "x" {}\n',
    ...Object.fromEntries(programs.map((program) => [program, `#!/bin/sh\ntouch '${mark}'\n`])),
  });
  for (const program of programs) chmodSync(join(lab.directory, program), 0o755);

  const shown = await runHere(['wind-down', '--json'], { cwd: lab.directory, env: { HOME: home } });
  const steps: readonly { readonly id: string; readonly commands: readonly string[] }[] = JSON.parse(
    shown.stdout,
  ).steps;
  const commands = steps.find(({ id }) => id === 'destroy')?.commands ?? [];
  expect(commands.join('\n')).toContain('destroy');

  const here = (name: string, script: string) =>
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  here('mturk-team', `exec '${process.execPath}' '${resolve('dist/mturk-team.cjs')}' "$@"`);
  // Any Terraform stands for what is named.
  const engine = process.env.TERRAFORM_BINARY_NAME ?? 'terraform';
  for (const name of ['tofu', 'terraform'])
    here(name, `exec '${execFileSync('which', [engine], { encoding: 'utf8' }).trim()}' "$@"`);
  const env = { PATH: `${bin}:${process.env.PATH ?? ''}`, HOME: home };
  const { stderr } = spawnSync('bash', {
    cwd: lab.directory,
    input: `${commands.join('\n')}\n`,
    encoding: 'utf8',
    env,
  });
  expect({ stderr, isRun: existsSync(mark) }).toEqual({
    stderr: expect.stringContaining('the directory is not empty'),
    isRun: false,
  });
  lab.remove();
}, 60_000);
