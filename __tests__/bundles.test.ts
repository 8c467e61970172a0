import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { buildBundles } from '../scripts/bundles.ts';
import { codeOwnersOf } from './support/code-owners.ts';

type Bundle = Awaited<ReturnType<typeof buildBundles>>['main'];

let main: Bundle;
let emulator: Bundle;
beforeAll(async () => {
  ({ main, emulator } = await buildBundles({ write: false }));
});

const inputs = ({ metafile }: Bundle) => Object.keys(metafile.inputs);
const ofEmulator = (path: string) => path.startsWith('src/emulator/');

test('the bundle that workflows run has nothing of the emulator', () => {
  expect(inputs(main).filter(ofEmulator)).toEqual([]);
  expect(inputs(main).filter((path) => /node_modules\/(@grpc|protobufjs|@msgpack)\//.test(path))).toEqual([]);
  expect(inputs(emulator).filter(ofEmulator).length).toBeGreaterThan(20);
});

test('both bundles need nothing besides Node and each other', () => {
  const imported = [main, emulator].flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap((output) => output.imports.filter(({ external }) => external === true)),
  );
  const paths = new Set(imported.map(({ path }) => path).filter((path) => !isBuiltin(path)));
  expect([...paths]).toEqual(['./emulator.cjs']);
});

test('what the bundles are made from is an installed package, or has an owner', () => {
  const codeowners = readFileSync('.github/CODEOWNERS', 'utf8');
  const own = [...inputs(main), ...inputs(emulator)].filter((path) => !path.startsWith('node_modules/'));
  expect(own.length).toBeGreaterThan(200);
  expect(own.filter((path) => codeOwnersOf(codeowners, path).length === 0)).toEqual([]);
});
