import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** The rooms from the top of the house to its ground: a file imports from its own room and from those below. */
const ROOMS = [
  'cli.ts',
  'commands',
  'sandbox',
  'github',
  'render',
  'review',
  'terraform',
  'account',
  'access',
  'team',
  'iam',
  'mturk',
  'diagnostics',
];

const SRC = resolve('src');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [];
  });
}

function roomOf(path: string): string {
  return relative(SRC, path).split(sep)[0] ?? '';
}

function importsOf(path: string): { specifier: string; target: string }[] {
  const text = readFileSync(path, 'utf8');
  return (
    [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)]
      .map(([, specifier = '']) => ({ specifier, target: resolve(dirname(path), specifier) }))
      // The package's own description lies outside the house.
      .filter(({ target }) => target.startsWith(SRC))
  );
}

const files = sources(SRC);

test('every file of src stands in a room of the design', () => {
  expect(files.length).toBeGreaterThan(20);
  expect([...new Set(files.map(roomOf))].filter((room) => !ROOMS.includes(room))).toEqual([]);
});

test('imports point down the list of rooms only', () => {
  const upward = files.flatMap((file) =>
    importsOf(file)
      .filter(({ target }) => ROOMS.indexOf(roomOf(target)) < ROOMS.indexOf(roomOf(file)))
      .map(({ specifier }) => `${relative(SRC, file)} imports ${specifier}`),
  );
  expect(upward).toEqual([]);
});

test('iam, mturk and diagnostics touch nothing', () => {
  const foreign = files
    .filter((file) => ['iam', 'mturk', 'diagnostics'].includes(roomOf(file)))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => roomOf(target) !== roomOf(file))
        .map(({ specifier }) => `${relative(SRC, file)} imports ${specifier}`),
    );
  expect(foreign).toEqual([]);
});

test('CDKTF is imported behind its seam alone', () => {
  const importers = files.filter((file) => /from '(cdktf|constructs|@cdktf\/)/.test(readFileSync(file, 'utf8')));
  expect(importers.map((file) => relative(SRC, file).split(sep).join('/'))).toEqual(['terraform/cdktf.ts']);
});
