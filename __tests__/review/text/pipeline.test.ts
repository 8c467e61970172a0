import { readFileSync } from 'node:fs';
import { FAILURE_REASONS } from '../../../src/diagnostics/pipeline-codes.ts';
import { REASON_TEXT } from '../../../src/review/text/pipeline.ts';

const SECTIONS = [...readFileSync('docs/failures.md', 'utf8').matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)];

test('every reason has a section in docs/failures.md, and every section is of a reason', () => {
  expect(SECTIONS.map(([, name]) => name)).toEqual([...FAILURE_REASONS]);
  expect(SECTIONS.filter(([, , text = '']) => text.trim().length < 60)).toEqual([]);
  expect(Object.keys(REASON_TEXT)).toEqual([...FAILURE_REASONS]);
});
