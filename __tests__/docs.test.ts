import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CAPABILITIES, CATALOG, type Capability, OPERATIONS, RISK_VERBS } from '../src/catalog/mturk.ts';
import { FAILURE_REASONS } from '../src/diagnostics/failure.ts';
import { FINDING_IDS } from '../src/diagnostics/finding-ids.ts';
import { GUARDRAILS } from '../src/guardrails/guardrails.ts';
import type { HistoryNote } from '../src/history/timeline.ts';
import { TEAM_RULES } from '../src/team/rules/rules.ts';
import { FAILURE_PROBLEMS } from '../src/text/failures/failures.ts';

const HISTORY_NOTES: Readonly<Record<HistoryNote['code'], true>> = {
  'history-renamed': true,
  'history-rewritten': true,
  'history-dates-differ': true,
  'history-version-unreadable': true,
  'history-names-ignored': true,
};

/** Codes by kind, with the page that has them. A code can be of several kinds: `user-without-boundary` is a block and drift. */
const CODES: Readonly<Record<string, readonly [page: string, codes: readonly string[]]>> = {
  team: ['file', [...TEAM_RULES.map(({ code }) => code), 'stale-codeowners']],
  block: ['failures', Object.keys(GUARDRAILS)],
  failure: [
    'failures',
    [...new Set([...Object.keys(FAILURE_PROBLEMS), ...FAILURE_REASONS, 'no-owner-with-login', 'demo-needs-role'])],
  ],
  drift: ['drift', FINDING_IDS],
  history: ['drift', Object.keys(HISTORY_NOTES)],
};
const textOf = (page: string) => readFileSync(`docs/reference/findings-${page}.md`, 'utf8');

/** The tables of a page whose first column is a code: of each row its code and its cells. */
function tablesOf(page: string): readonly (readonly (readonly string[])[])[] {
  return [...textOf(page).matchAll(/^\| Code \|.*\n\|.*\n((?:\|.*\n)+)/gm)].map(([, rows = '']) =>
    rows
      .trim()
      .split('\n')
      .map((row) => row.slice(2, -2).split(' | '))
      .map(([code = '', ...cells]) => [
        /^(?:<a id="([a-z0-9-]+)"><\/a>`\1`|\[`([a-z0-9-]+)`\]\(#\2\))$/.exec(code)?.slice(1).join('') ?? code,
        ...cells,
      ]),
  );
}

test.each(Object.keys(CODES))('every code of kind %s has a row with a fix, in one table', (kind) => {
  const [page = '', codes = []] = CODES[kind] ?? [];
  const table = tablesOf(page).find((rows) => rows.some(([code]) => code === codes[0])) ?? [];
  expect(table.map(([code]) => code)).toEqual([...codes].sort());
  const columns = kind === 'drift' ? 4 : kind === 'history' ? 3 : 2;
  expect(table.filter((cells) => cells.length !== columns || cells.some((cell) => cell.trim() === ''))).toEqual([]);
});

test.each(['file', 'failures', 'drift'])('every code of findings-%s.md has one anchor, each section a code', (page) => {
  const anchored = anchors(`docs/reference/findings-${page}.md`);
  const codes = tablesOf(page).flatMap((rows) => rows.map(([code = '']) => code));
  expect(codes.filter((code) => anchored.filter((each) => each === code).length !== 1)).toEqual([]);
  const sections = [...textOf(page).matchAll(/^### ([a-z0-9-]+)$/gm)].map(([, code = '']) => code);
  expect(sections.length).toBeGreaterThan(5);
  expect(sections.filter((code) => !codes.includes(code))).toEqual([]);
});

const GENERATED = [':(exclude)__tests__/golden', ':(exclude)__tests__/fixtures'];
const PAGES = execFileSync('git', ['ls-files', '-z', '*.md', ...GENERATED], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '');

test('every relative link leads to a file, and to a heading of it', () => {
  const broken = PAGES.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(
      ([link, file = '', anchor]) => {
        const target = file === '' ? page : join(dirname(page), file);
        const isThere = existsSync(target) && (anchor === undefined || anchors(target).includes(anchor));
        return isThere ? [] : [`${page}: ${link}`];
      },
    ),
  );
  expect(broken).toEqual([]);
});

// Anyone can publish a package of that name.
test('the docs install the tool from its file, and fetch none by its name', () => {
  const pages = PAGES.map((page) => readFileSync(page, 'utf8')).join('\n');
  const calls = pages.match(/\bnpx (?:-\S+ )*mturk-team\b/g) ?? [];
  expect(calls.filter((call) => call !== 'npx --no mturk-team')).toEqual([]);
  const installs = pages.match(/\bnpm (?:install|i|add|exec) (?:-\S+ )*\S*mturk-team\S*\w/g) ?? [];
  expect(new Set(installs)).toEqual(new Set(['npm install --global ./mturk-team-VERSION.tgz']));
});

test('docs/reference/team-yaml.md lists every capability with its operations', () => {
  const page = readFileSync('docs/reference/team-yaml.md', 'utf8');
  const rows = (Object.keys(CAPABILITIES) as Capability[]).map((key) => {
    const { can, risk } = CAPABILITIES[key];
    const operations = OPERATIONS.filter((operation) => CATALOG[operation].capability === key);
    return `| \`${key}\` | ${can} | ${RISK_VERBS[risk].does} | ${operations.map((name) => `\`${name}\``).join(', ')} |`;
  });
  expect(page).toContain(`\n${rows.join('\n')}\n\n`);
});

/** The anchors that GitHub gives to headings, and those of `<a id>`. */
function anchors(page: string): readonly string[] {
  const text = readFileSync(page, 'utf8');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}

test('every key of team.yaml is explained in docs/reference/team-yaml.md', () => {
  const page = readFileSync('docs/reference/team-yaml.md', 'utf8');
  const keys: string[] = [];
  const visit = (node: { properties?: object; additionalProperties?: unknown }) => {
    for (const [key, inner] of Object.entries(node.properties ?? {})) {
      keys.push(key);
      visit(inner);
    }
    if (typeof node.additionalProperties === 'object' && node.additionalProperties !== null) {
      visit(node.additionalProperties);
    }
  };
  visit(JSON.parse(readFileSync('team.schema.json', 'utf8')));
  expect(keys.length).toBeGreaterThan(30);
  expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
});
