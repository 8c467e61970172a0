import { readFileSync } from 'node:fs';
import { FINDING_IDS } from '../../src/diagnostics/finding-ids.ts';

const page = readFileSync('docs/drift.md', 'utf8');
const sections = [
  ...page.slice(page.indexOf('\n# Every finding')).matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm),
];

test('every rule has one section in docs/drift.md, and every section a rule', () => {
  expect(sections.map(([, rule]) => rule).sort()).toEqual([...FINDING_IDS].sort());
  expect(sections.filter(([, , body = '']) => body.trim().length < 60).map(([, rule]) => rule)).toEqual([]);
});
