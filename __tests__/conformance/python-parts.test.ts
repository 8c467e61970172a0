import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPythonParts } from '../../conformance/python-parts.ts';

const onThisMachine = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip;

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mturk-team-python-'));
  await mkdir(join(home, 'bin'));
  await writeFile(join(home, 'requirements.txt'), 'moto==5.2.5\n');
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

/** A `python3` that answers as recorded: `$1` is its first argument. */
async function pretend(script: string): Promise<void> {
  await writeFile(join(home, 'bin', 'python3'), `#!/bin/sh\n${script}\n`);
  await chmod(join(home, 'bin', 'python3'), 0o755);
}

onThisMachine.each([
  ['no Python at all', null, 'python3 was not found: install Python 3.11 or newer'],
  ['an old Python', 'echo 3.9', 'Python 3.11 or newer is needed, python3 is 3.9'],
  ['a Python of another kind', 'echo 2.7', 'Python 3.11 or newer is needed, python3 is 2.7'],
  ['a Python without venv', '[ "$1" = -c ] && echo 3.12 || exit 1', 'apt-get install python3-venv'],
])('%s is a problem with its remedy', async (_name, script, words) => {
  if (script !== null) await pretend(script);
  expect(await installPythonParts(join(home, 'parts'), home, join(home, 'bin', 'python3'))).toEqual({
    problem: expect.stringContaining(words),
  });
});

onThisMachine('an installation that failed is not taken for one at the next run', async () => {
  const venv = `/bin/mkdir -p "$3/bin" "$3/lib/python3.12" && printf '#!/bin/sh\\nexit 7\\n' > "$3/bin/python" && /bin/chmod +x "$3/bin/python"`;
  await pretend(`[ "$1" = -c ] && echo 3.12 && exit 0; ${venv}`);
  const failed = { problem: expect.stringContaining('pip could not install the pinned packages') };
  expect(await installPythonParts(join(home, 'parts'), home, join(home, 'bin', 'python3'))).toEqual(failed);
  await expect(stat(join(home, 'parts', 'venv.installed'))).rejects.toThrow('ENOENT');
  expect(await installPythonParts(join(home, 'parts'), home, join(home, 'bin', 'python3'))).toEqual(failed);
});
