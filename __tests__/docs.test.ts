import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CAPABILITIES, CATALOG, type Capability, OPERATIONS, RISK_VERBS } from '../src/catalog/mturk.ts';
import { FAILURE_REASONS } from '../src/diagnostics/failure.ts';
import { FINDING_IDS } from '../src/diagnostics/finding-ids.ts';
import { GUARDRAILS } from '../src/guardrails/guardrails.ts';
import { HISTORY_NOTES } from '../src/history/timeline.ts';
import { TEAM_RULES } from '../src/team/rules/rules.ts';
import { FAILURE_PROBLEMS } from '../src/text/failures/failures.ts';

/** Codes by kind. A code can be of several kinds: `user-without-boundary` is a block and drift. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  team: [...TEAM_RULES.map(({ code }) => code), 'stale-codeowners'],
  block: Object.keys(GUARDRAILS),
  failure: [...Object.keys(FAILURE_PROBLEMS), 'no-owner-with-login', 'demo-needs-role'],
  reason: FAILURE_REASONS,
  history: HISTORY_NOTES,
  drift: FINDING_IDS,
};

const findings = readFileSync('docs/reference/findings.md', 'utf8');
const sections = new Map(
  [...findings.matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)].map(([, code = '', body = '']) => [code, body]),
);

test.each(Object.keys(CODES))('every code of kind %s has a section with a meaning and a fix', (kind) => {
  const parts = ['**Meaning:** ', '**Fix:** ', ...(kind === 'drift' ? ['**If intended:** '] : [])];
  const incomplete = (CODES[kind] ?? []).filter(
    (code) => !parts.every((part) => sections.get(code)?.includes(`\n${part}`)),
  );
  expect(incomplete).toEqual([]);
});

test('every section is about a code that exists, once', () => {
  const codes = new Set(Object.values(CODES).flat());
  expect([...sections.keys()].filter((code) => !codes.has(code))).toEqual([]);
  expect(findings.match(/^### /gm)).toHaveLength(sections.size);
});

test('every reason of a workflow is in the list of reasons', () => {
  const [, list = ''] = /^## Failures of a workflow\n\n([\s\S]*?)\n\n/m.exec(findings) ?? [];
  expect(FAILURE_REASONS.filter((reason) => !list.includes(`\`${reason}\``))).toEqual([]);
});

const PAGES = execFileSync('git', ['ls-files', '-z', '*.md', ':(exclude)__tests__'], { encoding: 'utf8' })
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

/** The anchors that GitHub gives to headings. */
function anchors(page: string): readonly string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
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
