import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildBundles } from '../scripts/bundles.ts';
import { codeOwnersOf } from './support/code-owners.ts';
import { testInTurn } from './support/exhaustive.ts';

type Bundle = Awaited<ReturnType<typeof buildBundles>>['main'];

let main: Bundle;
let emulator: Bundle;
let start: Bundle;
beforeAll(async () => {
  ({ main, emulator, start } = await buildBundles({ write: false }));
});

const inputs = ({ metafile }: Bundle) => Object.keys(metafile.inputs);
const ofEmulator = (path: string) => path.startsWith('src/emulator/');

test('the bundle that workflows run has nothing of the emulator', () => {
  expect(inputs(main).filter(ofEmulator)).toEqual([]);
  expect(inputs(main).filter((path) => /node_modules\/(@grpc|protobufjs|@msgpack)\//.test(path))).toEqual([]);
  expect(inputs(emulator).filter(ofEmulator).length).toBeGreaterThan(20);
});

test('CDKTF is a text in the bundle, which is compiled only where it is needed', () => {
  const isCdktf = (path: string) => /node_modules\/(?:@cdktf|cdktf|constructs)\//.test(path);
  const outputs = Object.values(main.metafile.outputs).map(({ inputs: from }) => Object.keys(from).some(isCdktf));
  expect(outputs.sort()).toEqual([false, true]);
});

test('the bundles need nothing besides Node and each other', () => {
  const imported = [main, emulator, start].flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap((output) => output.imports.filter(({ external }) => external === true)),
  );
  const paths = new Set(imported.map(({ path }) => path).filter((path) => !isBuiltin(path)));
  expect([...paths].sort()).toEqual(['./emulator.cjs', './mturk-team.cjs']);
});

testInTurn(3)('a build in another directory gives the same bytes, without a path or a time of its own', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mturk-team-rebuild-'));
  try {
    const elsewhere = join(directory, 'somewhere', 'else');
    for (const source of ['src', 'scripts', 'package.json', '.github/workflows'])
      cpSync(source, join(elsewhere, source), { recursive: true });
    symlinkSync(resolve('node_modules'), join(elsewhere, 'node_modules'));
    const tsx = ['node_modules/tsx/dist/cli.mjs', '--tsconfig', 'scripts/build.tsconfig.json', 'scripts/build.ts'];
    execFileSync(process.execPath, tsx, { cwd: elsewhere, stdio: 'pipe' });
    for (const [name, bundle] of [
      ['mturk-team', main],
      ['emulator', emulator],
      ['start', start],
    ] as const) {
      const [file] = bundle.outputFiles ?? [];
      const other = readFileSync(join(elsewhere, `dist/${name}.cjs`));
      expect({ name, equal: other.equals(file?.contents ?? Buffer.of()) }).toEqual({ name, equal: true });
      for (const path of [resolve('.'), directory, process.env.HOME ?? '/root'])
        expect({ name, path, found: other.includes(`${path}/`) }).toEqual({ name, path, found: false });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('what the bundles are made from is an installed package, or has an owner', () => {
  const codeowners = readFileSync('.github/CODEOWNERS', 'utf8');
  const own = [...inputs(main), ...inputs(emulator), ...inputs(start)].filter(
    (path) => !path.startsWith('node_modules/'),
  );
  expect(own.length).toBeGreaterThan(200);
  expect(own.filter((path) => codeOwnersOf(codeowners, path).length === 0)).toEqual([]);
});
