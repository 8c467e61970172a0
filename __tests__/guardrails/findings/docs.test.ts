import { readFileSync } from 'node:fs';
import { TEAM_FINDING_CODES } from '../../../src/diagnostics/team-codes.ts';
import { GUARDRAILS } from '../../../src/guardrails/guardrails.ts';
import { FAILURE_PROBLEMS } from '../../../src/text/failures/failures.ts';

const FINDING_CODES: readonly string[] = [
  ...TEAM_FINDING_CODES,
  ...Object.keys(GUARDRAILS),
  ...Object.keys(FAILURE_PROBLEMS),
];

const sections = [...readFileSync('docs/findings.md', 'utf8').matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)];

test('every finding code has a section in docs/findings.md', () => {
  const written = new Set(sections.map(([, code]) => code));
  expect(FINDING_CODES.filter((code) => !written.has(code))).toEqual([]);
});

test('every section is about a code that exists, once, and says something', () => {
  const codes = sections.map(([, code]) => code ?? '');
  expect(codes.filter((code) => !FINDING_CODES.includes(code))).toEqual([]);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  expect(sections.filter(([, , body = '']) => body.trim().length < 30).map(([, code]) => code)).toEqual([]);
});
