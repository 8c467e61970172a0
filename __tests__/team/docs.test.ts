import { readFileSync } from 'node:fs';
import { GUARDRAILS } from '../../src/guardrails/guardrails.ts';
import { TEAM_RULES } from '../../src/team/rules/rules.ts';
import { FAILURE_PROBLEMS } from '../../src/text/failures/failures.ts';

const FINDING_CODES: readonly string[] = [
  ...TEAM_RULES.map(({ code }) => code),
  'stale-codeowners',
  ...Object.keys(GUARDRAILS),
  ...Object.keys(FAILURE_PROBLEMS),
];

const sections = [
  ...readFileSync('docs/reference/findings.md', 'utf8').matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm),
];

test('every finding code has a section in docs/reference/findings.md', () => {
  const written = new Set(sections.map(([, code]) => code));
  expect(FINDING_CODES.filter((code) => !written.has(code))).toEqual([]);
});

test('every section is about a code that exists, once, and says something', () => {
  const codes = sections.map(([, code]) => code ?? '');
  expect(codes.filter((code) => !FINDING_CODES.includes(code))).toEqual([]);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  expect(sections.filter(([, , body = '']) => body.trim().length < 30).map(([, code]) => code)).toEqual([]);
});

test('every section about team.yaml says what the code means and how to fix it', () => {
  const ofFile = new Set([...TEAM_RULES.map(({ code }) => code), 'stale-codeowners']);
  const bare = sections.filter(
    ([, code = '', body = '']) => ofFile.has(code) && !(body.includes('**Meaning:**') && body.includes('**Fix:**')),
  );
  expect(bare.map(([, code]) => code)).toEqual([]);
});

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
