import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FAILURE_REASONS } from '../src/diagnostics/failure.ts';
import { FINDING_IDS } from '../src/diagnostics/finding-ids.ts';
import { RECONCILE_BLOCK } from '../src/drift/remediation/reconcile-text.ts';
import { GUARDRAILS } from '../src/guardrails/guardrails.ts';
import { TEAM_RULES } from '../src/team/rules/rules.ts';
import { FAILURE_PROBLEMS } from '../src/text/failures/failures.ts';

/** Codes by kind. A code can be of several kinds: `user-without-boundary` is a block and drift. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  team: [...TEAM_RULES.map(({ code }) => code), 'stale-codeowners'],
  block: Object.keys(GUARDRAILS),
  reconcile: RECONCILE_BLOCK.options.map(({ shape }) => shape.code.value),
  failure: [...Object.keys(FAILURE_PROBLEMS), 'no-owner-with-login', 'demo-needs-role'],
  reason: FAILURE_REASONS,
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
test('every npx in the docs takes the tool that is installed, and fetches none', () => {
  const calls = PAGES.flatMap((page) => readFileSync(page, 'utf8').match(/\bnpx (?:-\S+ )*mturk-team\b/g) ?? []);
  expect(calls.length).toBeGreaterThan(8);
  expect(new Set(calls)).toEqual(new Set(['npx --no mturk-team']));
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
