import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { teamFileWith } from '../../bench/team-file.ts';
import { MANAGED_POLICY_NAMES } from '../../src/catalog/managed-policies.ts';
import { CAPABILITY_NAMES, OPERATIONS } from '../../src/catalog/mturk.ts';
import { RETIRED_OPERATIONS, retiredOperation } from '../../src/catalog/retired.ts';
import { teamSchemaText } from '../../src/team/schema.ts';
import { violations } from './json-schema.ts';
import { MISTAKES_THAT_EDITORS_SEE } from './mistakes.ts';
import { codesOf, teamText } from './team-text.ts';

const schema = JSON.parse(readFileSync('team.schema.json', 'utf8'));
const against = (text: string) => violations(schema, parse(text));

test('team.schema.json is what the schema says today (npm run schema writes it)', () => {
  expect(readFileSync('team.schema.json', 'utf8')).toBe(teamSchemaText());
});

test('it is draft-7, which every editor understands', () => {
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(JSON.stringify(schema)).not.toContain('$ref');
});

test('the sample, and everything that the bench makes, is valid by it', () => {
  expect(against(readFileSync('team.yaml', 'utf8'))).toEqual([]);
  expect(against(teamFileWith(60))).toEqual([]);
});

test('every key, every value of a map and every item of a list has a description and examples', () => {
  const bare: string[] = [];
  let seen = 0;
  const visit = (node: Record<string, unknown>, path: string) => {
    seen += 1;
    if (typeof node.description !== 'string' || node.description.length < 10) bare.push(`${path}: description`);
    if (path !== '' && (!Array.isArray(node.examples) || node.examples.length === 0)) bare.push(`${path}: examples`);
    for (const example of (node.examples as unknown[] | undefined) ?? []) {
      if (violations(node, example).length > 0) bare.push(`${path}: an example that is not valid`);
    }
    for (const [key, inner] of Object.entries((node.properties as object | undefined) ?? {}))
      visit(inner, `${path}.${key}`);
    for (const keyword of ['items', 'additionalProperties', 'propertyNames']) {
      const inner = node[keyword];
      if (typeof inner === 'object' && inner !== null) visit(inner as Record<string, unknown>, `${path}.${keyword}`);
    }
  };
  visit(schema, '');
  expect(bare).toEqual([]);
  expect(seen).toBeGreaterThan(35);
});

test('editors are offered what may stand in a list, and no dead name', () => {
  const role = schema.properties.roles.additionalProperties.properties;
  expect(role.allow.items.enum).toEqual(['*', ...CAPABILITY_NAMES, ...OPERATIONS]);
  expect(role.deny.items.enum).toEqual(role.allow.items.enum);
  expect(role.managed.items.enum).toEqual(MANAGED_POLICY_NAMES);
  expect(schema.properties.freeze.items.enum).toEqual(['spend', ...CAPABILITY_NAMES]);
  const dead = Object.keys(RETIRED_OPERATIONS).filter((name) => retiredOperation(name) !== null);
  expect(dead.filter((name) => role.allow.items.enum.includes(name))).toEqual([]);
});

test.each(MISTAKES_THAT_EDITORS_SEE)('an editor underlines %s, as the check does', (_, sections) => {
  expect(against(teamText(sections))).not.toEqual([]);
  expect(codesOf(teamText(sections))).not.toEqual([]);
});
