import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { TODAY } from './team-text.ts';

const EXPRESSION = '${file("/etc/passwd")}';

/** A file with every key there is, so that every text can be put to the test. */
const COMPLETE = `version: 1
lab: vision
account: "012345678901"
owners: [ada]
roles:
  reader: { description: Reads, allow: [results:read], deny: [GetHIT], managed: [AmazonMechanicalTurkReadOnly] }
  writer: { extends: [reader], allow: [hits:publish] }
members:
  ada: { name: Ada, email: ada@lab.edu, github: ada, roles: [writer] }
  bo: { name: Bo, roles: [reader], until: "2027-05-31", sponsor: ada, suspended: true }
departed:
  dee: { left: "2026-06-30", reason: graduated }
freeze: [workers:block]
settings: { max-removals: 3, state: { bucket: vision-state, region: eu-central-1 } }
`;

type Path = readonly (string | number)[];

const values: Path[] = [];
const keys: Path[] = [];
const visit = (node: unknown, path: Path): void => {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const inner = [...path, String(key)];
      keys.push(inner);
      visit(value, inner);
    }
  } else if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
  else if (isScalar(node)) values.push(path);
};
visit(parseDocument(COMPLETE).contents, []);

const read = (text: string) => readTeam(text, { file: 'team.yaml', today: TODAY });

test('the complete file is a team', () => {
  expect(read(COMPLETE).findings).toEqual([]);
  expect(values.length).toBeGreaterThanOrEqual(25);
});

test.each(values.map((path) => [path.join('.'), path] as const))('an expression as %s is refused', (_, path) => {
  const document = parseDocument(COMPLETE);
  document.setIn(path, EXPRESSION);
  const { team, findings } = read(String(document));
  expect(team).toBeNull();
  expect(findings).toContainEqual(expect.objectContaining({ code: 'template-expression', path }));
});

test.each(keys.map((path) => [path.join('.'), path] as const))('an expression as the key %s is refused', (_, path) => {
  const document = parseDocument(COMPLETE);
  const parent = document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) for (const pair of parent.items) if (String(pair.key) === path.at(-1)) pair.key = EXPRESSION;
  const { team, findings } = read(String(document));
  expect(team).toBeNull();
  expect(findings.map(({ code }) => code)).toContain('template-expression');
});

test('an expression everywhere at once is refused at every place', () => {
  const document = parseDocument(COMPLETE);
  for (const path of values) document.setIn(path, EXPRESSION);
  const { team, findings } = read(String(document));
  expect(team).toBeNull();
  expect(findings.filter(({ code }) => code === 'template-expression')).toHaveLength(values.length);
});
