import { readFileSync } from 'node:fs';
import type { Difference } from '../../src/access/model-difference.ts';
import type { DriftWhat } from '../../src/drift/finding.ts';
import { sectionOf } from '../../src/drift/text/item.ts';
import { DIFFERENCES, OTHERS } from '../support/sample-looks.ts';

/** Every kind, held complete by its type: one more makes this file fail to compile. */
const DIFFERENCE_KINDS: Readonly<Record<Difference['kind'], true>> = {
  'user-added': true,
  'user-removed': true,
  'group-added': true,
  'group-removed': true,
  'policy-added': true,
  'policy-removed': true,
  moved: true,
  'member-added': true,
  'member-removed': true,
  'attachment-added': true,
  'attachment-removed': true,
  'inline-added': true,
  'inline-removed': true,
  'inline-changed': true,
  'document-changed': true,
  'boundary-changed': true,
  'tag-changed': true,
};
const OTHER_KINDS: Readonly<Record<Exclude<DriftWhat['kind'], 'difference'>, true>> = {
  attributes: true,
  stray: true,
  boundary: true,
  'foreign-group': true,
  outside: true,
  'dead-names': true,
  'extra-keys': true,
  'old-key': true,
  'unused-key': true,
  'used-key': true,
  password: true,
  'ssh-keys': true,
  certificates: true,
  'service-credentials': true,
  'root-keys': true,
  'waiting-version': true,
};
const KINDS = [...Object.keys(DIFFERENCE_KINDS), ...Object.keys(OTHER_KINDS)].sort();

const page = readFileSync('docs/drift.md', 'utf8');
const sections = [
  ...page.slice(page.indexOf('\n# Every finding')).matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm),
];

test('every kind of finding has one section in docs/drift.md, and every section a kind', () => {
  expect(sections.map(([, kind]) => kind).sort()).toEqual(KINDS);
  expect(sections.filter(([, , body = '']) => body.trim().length < 60).map(([, kind]) => kind)).toEqual([]);
});

test('a finding leads to the section of its kind', () => {
  const found = [...DIFFERENCES, ...OTHERS].map(sectionOf);
  expect([...new Set(found)].sort()).toEqual(KINDS);
});
