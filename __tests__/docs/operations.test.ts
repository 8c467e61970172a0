import { readFileSync } from 'node:fs';
import * as mturk from '@aws-sdk/client-mturk';

const PAGE = readFileSync('docs/operations.md', 'utf8');
const ROWS = [
  ...readFileSync('docs/contributing/operations.md', 'utf8').matchAll(/^\| (?!Situation|---)(.+?) \| (.+) \|$/gm),
];

test('every situation of the operations has its tests, under their titles', () => {
  const situations = [...PAGE.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title);
  const facts = ['Which workflow does what', 'Other facts'];
  expect(ROWS.map(([, situation]) => situation).sort()).toEqual(
    situations.filter((title) => !facts.includes(title)).sort(),
  );
  const missing = ROWS.flatMap(([, situation = '', cell = '']) =>
    [...cell.matchAll(/`(__tests__[^`]+)` "([^"]+)"/g)]
      .filter(([, file = '', title = '']) => !readFileSync(file, 'utf8').includes(title))
      .map(([named]) => `${situation}: ${named}`),
  );
  expect(missing).toEqual([]);
  expect(ROWS.filter(([, , cell = '']) => !cell.startsWith('`__tests__'))).toEqual([]);
});

test('every command of AWS in the operations is one that its SDK knows', () => {
  const names = [...PAGE.matchAll(/`aws mturk ([a-z-]+)/g)].map(([, command = '']) =>
    command.replace(/(?:^|-)([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
  );
  expect(names.length).toBeGreaterThan(3);
  const known = Object.keys(mturk).map((name) => name.toLowerCase());
  expect(names.filter((name) => !known.includes(`${name}command`.toLowerCase()))).toEqual([]);
});
