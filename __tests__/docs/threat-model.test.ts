import { readdirSync, readFileSync } from 'node:fs';

const threats = readFileSync('docs/security/threat-model.md', 'utf8');
const table = readFileSync('__tests__/attacks/README.md', 'utf8');
const [, promises = ''] = /^## What it promises\n([\s\S]*?)^## /m.exec(readFileSync('SECURITY.md', 'utf8')) ?? [];

const cellsOf = (line: string) => line.slice(1, -1).split('|');
const linesOf = (text: string, start: string) => text.split('\n').filter((line) => line.startsWith(start));
/** The rows of all tables, without heads. */
const rowsOf = (text: string) =>
  linesOf(text, '| ')
    .map(cellsOf)
    .filter(([first = '', ...others]) => !/^ (Row|---) $/.test(first) && others.length > 0);

const ENTRIES = rowsOf(table).map(([id = '', cell = '']) => ({ id: id.trim(), cell: cell.trim() }));
const TEST = /`(__tests__\/[^`]+\.test\.ts)`((?: "[^"]+",?)+)/g;
const LINK = /\[[^\]]+\]\(([^)]+)\)/g;
const HOSTS = ['docs.aws.amazon.com', 'docs.github.com', 'developer.hashicorp.com', 'opentofu.org', 'github.com'];

/** Titles of tests and of their groups, and names of the rows of `test.each`, as the file spells them. */
function titlesIn(file: string): ReadonlySet<string> {
  const LITERAL =
    /(?:\b(?:test|describe|inTurn)\(|\)\(|\[)\s*(?=('(?:[^'\\\n]|\\.)+'|"(?:[^"\\\n]|\\.)+"|`(?:[^`\\\n]|\\.)+`))/g;
  return new Set(
    [...readFileSync(file, 'utf8').matchAll(LITERAL)].map(([, text = '']) => text.slice(1, -1).replaceAll("\\'", "'")),
  );
}

test('every row has an id, and every row and promise its entry, in the same order', () => {
  const rows = rowsOf(threats);
  expect(rows.filter((cells) => cells.length !== 4 || !/^ [A-Z]\d+ $/.test(cells[0] ?? ''))).toEqual([]);
  const bullets = linesOf(promises, '- ').map((line) => /^- \*\*(S\d+)\.\*\* /.exec(line)?.[1]);
  const ids = [...rows.map(([id = '']) => id.trim()), ...bullets];
  expect(ids.length).toBeGreaterThan(40);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ENTRIES.map(({ id }) => id)).toEqual(ids);
});

test('every entry is a list of tests and pages, and nothing else', () => {
  const left = ENTRIES.map(({ id, cell }) => [id, cell.replace(TEST, '@').replace(LINK, '@')]);
  expect(left.filter(([, rest = '']) => !/^@(?:<br>@)*$/.test(rest))).toEqual([]);
});

test('every test that an entry names exists under this title', () => {
  const named = ENTRIES.flatMap(({ id, cell }) =>
    [...cell.matchAll(TEST)].flatMap(([, file = '', titles = '']) =>
      [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ id, file, title })),
    ),
  );
  expect(named.length).toBeGreaterThan(100);
  const titles = new Map([...new Set(named.map(({ file }) => file))].map((file) => [file, titlesIn(file)]));
  expect(named.filter(({ file, title }) => !titles.get(file)?.has(title))).toEqual([]);
});

test('every file of attacks backs a row', () => {
  const attacks = readdirSync('__tests__/attacks')
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `__tests__/attacks/${file}`);
  expect(attacks.length).toBeGreaterThan(15);
  expect(attacks.filter((file) => !table.includes(`\`${file}\``))).toEqual([]);
});

test('every page that an entry cites is of AWS, GitHub, HashiCorp or OpenTofu', () => {
  const cited = ENTRIES.flatMap(({ cell }) => [...cell.matchAll(LINK)].map(([, url = '']) => url));
  expect(cited.length).toBeGreaterThan(10);
  expect(
    cited.filter((url) => !URL.canParse(url) || !url.startsWith('https://') || !HOSTS.includes(new URL(url).host)),
  ).toEqual([]);
});
