import { readFileSync } from 'node:fs';
import type { Difference } from '../../src/access/model-difference.ts';
import type { DriftWhat } from '../../src/drift/finding.ts';
import { sectionOf } from '../../src/drift/text/item.ts';
import { DIFFERENCES, OTHERS } from '../support/sample-looks.ts';

/** Every kind, held complete by its type: one more makes this file fail to compile. */
const DIFFERENCE_KINDS: Readonly<Record<Difference['kind'], true>> = {
  'user-added': true,
  'user-deleted': true,
  'group-added': true,
  'group-deleted': true,
  'policy-added': true,
  'policy-deleted': true,
  'path-changed': true,
  'membership-added': true,
  'membership-removed': true,
  'policy-attached': true,
  'policy-detached': true,
  'inline-policy-added': true,
  'inline-policy-removed': true,
  'inline-policy-changed': true,
  'policy-changed': true,
  'boundary-changed': true,
  'tag-changed': true,
};
const OTHER_KINDS: Readonly<Record<Exclude<DriftWhat['kind'], 'difference'>, true>> = {
  attributes: true,
  stray: true,
  boundary: true,
  'unmanaged-group-membership': true,
  outside: true,
  'retired-operations': true,
  'too-many-access-keys': true,
  'old-access-key': true,
  'unused-access-key': true,
  'key-used-after-leaving': true,
  'console-password': true,
  'ssh-key': true,
  'signing-certificate': true,
  'service-specific-credential': true,
  'root-access-key': true,
  'non-default-policy-version': true,
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
