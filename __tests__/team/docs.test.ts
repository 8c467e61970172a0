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
