import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** The modules of `src`, from top to bottom: a file imports from its own module and from those below it. */
const MODULES = [
  'cli',
  'setup',
  'emulator',
  'drift',
  'review',
  'guardrails',
  'github',
  'terraform',
  'aws',
  'access',
  'team',
  'iam',
  'catalog',
  'text',
  'diagnostics',
];

const SRC = resolve('src');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [];
  });
}

function moduleOf(path: string): string {
  return relative(SRC, path).split(sep)[0] ?? '';
}

function importsOf(path: string): { specifier: string; target: string }[] {
  const text = readFileSync(path, 'utf8');
  return (
    [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)]
      .map(([, specifier = '']) => ({ specifier, target: resolve(dirname(path), specifier) }))
      // `package.json` is imported too, and is outside `src`.
      .filter(({ target }) => target.startsWith(SRC))
  );
}

const files = sources(SRC);

test('every file of src is in a module of the design', () => {
  expect(files.length).toBeGreaterThan(20);
  expect([...new Set(files.map(moduleOf))].filter((room) => !MODULES.includes(room))).toEqual([]);
});

test('imports point down the list of modules only', () => {
  const upward = files.flatMap((file) =>
    importsOf(file)
      .filter(({ target }) => MODULES.indexOf(moduleOf(target)) < MODULES.indexOf(moduleOf(file)))
      .map(({ specifier }) => `${relative(SRC, file)} imports ${specifier}`),
  );
  expect(upward).toEqual([]);
});

test('iam, catalog and diagnostics import no other module', () => {
  const foreign = files
    .filter((file) => ['iam', 'catalog', 'diagnostics'].includes(moduleOf(file)))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => moduleOf(target) !== moduleOf(file))
        .map(({ specifier }) => `${relative(SRC, file)} imports ${specifier}`),
    );
  expect(foreign).toEqual([]);
});

test('CDKTF is imported by one file', () => {
  const importers = files.filter((file) => /from '(cdktf|constructs|@cdktf\/)/.test(readFileSync(file, 'utf8')));
  expect(importers.map((file) => relative(SRC, file).split(sep).join('/'))).toEqual(['terraform/synth/cdktf.ts']);
});

test('only a dynamic import reaches the emulator, which is a bundle of its own', () => {
  const importers = files.filter(
    (file) =>
      moduleOf(file) !== 'emulator' && staticImportsOf(file).some(({ target }) => moduleOf(target) === 'emulator'),
  );
  expect(importers.map((file) => relative(SRC, file))).toEqual([]);
});

/** Files that import each other, by way of others too, as strongly connected components (Tarjan's algorithm). */
function importCycles(): string[][] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    lowest.set(file, index.size - 1);
    stack.push(file);
    for (const { target } of staticImportsOf(file)) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file) ?? 0, lowest.get(target) ?? 0));
    }
    if (lowest.get(file) !== index.get(file)) return;
    const cycle = stack.splice(stack.indexOf(file)).map((path) => relative(SRC, path).split(sep).join('/'));
    if (cycle.length > 1) cycles.push(cycle.sort());
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return cycles;
}

function staticImportsOf(path: string): { target: string }[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/from\s*'(\.[^']+\.ts)'/g)].flatMap(([, specifier = '']) => {
    const target = resolve(dirname(path), specifier);
    return files.includes(target) ? [{ target }] : [];
  });
}

test('no files import each other, inside a module either', () => {
  expect(importCycles()).toEqual([]);
});

/** The file and all that it imports, by way of others too. */
function reachedFrom(file: string, reached: Set<string> = new Set()): ReadonlySet<string> {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const { target } of staticImportsOf(file)) reachedFrom(target, reached);
  return reached;
}

/** Lower the number when it falls. */
const MODULES_OF_DRIFT = 168;

test('the drift command reaches no more modules than it did', () => {
  expect(reachedFrom(resolve('src/cli/commands/drift.ts')).size).toBeLessThanOrEqual(MODULES_OF_DRIFT);
});
