import { readFileSync } from 'node:fs';
import * as iam from '@aws-sdk/client-iam';
import * as mturk from '@aws-sdk/client-mturk';
import * as s3 from '@aws-sdk/client-s3';

const PAGE = readFileSync('docs/operations.md', 'utf8');
const ROWS = [
  ...readFileSync('__tests__/docs/operations.md', 'utf8').matchAll(/^\| (?!Situation|---)(.+?) \| (.+) \|$/gm),
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
  const sdks: Readonly<Record<string, object>> = { iam, mturk, s3api: s3 };
  const commands = [...PAGE.matchAll(/`aws ([a-z0-9]+) ([a-z-]+)/g)];
  expect(commands.length).toBeGreaterThan(6);
  const unknown = commands.filter(([, service = '', command = '']) => {
    const known = Object.keys(sdks[service] ?? {}).map((name) => name.toLowerCase());
    return !known.includes(`${command.replaceAll('-', '')}command`);
  });
  expect(unknown.map(([command]) => command)).toEqual([]);
});
