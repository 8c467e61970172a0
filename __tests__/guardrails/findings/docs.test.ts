import { readFileSync } from 'node:fs';
import { FINDING_CODES } from '../../../src/guardrails/findings/text.ts';

const sections = [...readFileSync('docs/findings.md', 'utf8').matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)];

test('every finding code has a section in docs/findings.md', () => {
  const written = new Set(sections.map(([, code]) => code));
  expect(FINDING_CODES.filter((code) => !written.has(code))).toEqual([]);
});

test('every section is about a code that exists, once, and says something', () => {
  const codes = sections.map(([, code]) => code as (typeof FINDING_CODES)[number]);
  expect(codes.filter((code) => !FINDING_CODES.includes(code))).toEqual([]);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  expect(sections.filter(([, , body = '']) => body.trim().length < 30).map(([, code]) => code)).toEqual([]);
});
