import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DisplayNames } from '../../src/access/text/names.ts';
import { emulatorStart } from '../../src/cli/emulator.ts';
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
import { scratch } from '../support/command.ts';
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
    (word) => fixOf(userRecreated, { data: { user: `lab-${word}`, created: '2026-11-25T00:00:00Z' } }),
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
