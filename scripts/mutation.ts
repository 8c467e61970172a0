import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSync } from '@swc/core';

/** Folders of `src` in which the tests of their module must notice a mistake. */
const FOLDERS = [...['iam', 'access', 'guardrails', 'review/rule', 'review/approval', 'drift/rules', 'team/rules']];
/** At least so many of a hundred mutations must be noticed, equivalent ones left out. */
const NOTICED_PERCENT = 95;
/** A comment on the line, or the one before, that says why a mutation there changes nothing. */
const EQUIVALENT = /\/\/ Equivalent if mutated:/;

interface Mutation {
  readonly file: string;
  readonly line: number;
  readonly from: string;
  readonly to: string;
  /** The whole file with it. */
  readonly text: string;
}

interface Node {
  readonly type?: string;
  readonly span?: { readonly start: number; readonly end: number };
  readonly [key: string]: unknown;
}

const NEGATED: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
};

/** Every single mutation of a file: a negated comparison, a dropped condition, `some` for `every`, a flipped constant. */
function mutationsOf(file: string): readonly Mutation[] {
  const source = readFileSync(file);
  const found: Mutation[] = [];
  // swc counts bytes, from 1.
  const textOf = (node: Node) => source.subarray((node.span?.start ?? 1) - 1, (node.span?.end ?? 1) - 1).toString();
  const add = (node: Node, to: string) => {
    const [start, end] = [(node.span?.start ?? 1) - 1, (node.span?.end ?? 1) - 1];
    const before = source.subarray(0, start).toString();
    const line = before.split('\n').length;
    const lines = source.toString().split('\n');
    if (EQUIVALENT.test(`${lines[line - 2] ?? ''}\n${lines[line - 1] ?? ''}`)) return;
    found.push({ file, line, from: textOf(node), to, text: before + to + source.subarray(end).toString() });
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = value as Node;
    if (node.type?.startsWith('Ts') === true) return;
    // The size of what a comparator returns decides nothing.
    const isOrder = node.type === 'ConditionalExpression' && /\? -1 : 1$/.test(textOf(node));
    mutate(node, textOf, add);
    Object.values(isOrder ? [node.test] : node).forEach(visit);
  };
  visit(parseSync(source.toString(), { syntax: 'typescript', target: 'es2023' }).body);
  return found;
}

function mutate(node: Node, textOf: (node: Node) => string, add: (node: Node, to: string) => void): void {
  if (node.type === 'BinaryExpression') {
    const [left, right] = [textOf(node.left as Node), textOf(node.right as Node)];
    const operator = String(node.operator);
    if (NEGATED[operator] !== undefined) add(node, `${left} ${NEGATED[operator]} ${right}`);
    if (operator === '&&' || operator === '||') for (const one of [left, right]) add(node, `(${one})`);
  } else if (node.type === 'BooleanLiteral') add(node, String(node.value !== true));
  else if (node.type === 'UnaryExpression' && node.operator === '!') add(node, textOf(node.argument as Node));
  else if (node.type === 'NumericLiteral') add(node, String(Number(node.value) + 1));
  else if (node.type === 'IfStatement') add(node.test as Node, 'false');
  else if (node.type === 'MemberExpression') {
    const property = node.property as Node;
    if (property.value === 'some') add(property, 'every');
    if (property.value === 'every') add(property, 'some');
  }
}

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function isNoticed(copy: string, folder: string, { file, text }: Mutation): boolean {
  const original = readFileSync(file, 'utf8');
  writeFileSync(join(copy, file), text);
  const passed = testsPass(copy, folder);
  writeFileSync(join(copy, file), original);
  return !passed;
}

/** Whether the folder's own tests pass, and then all of its module. */
function testsPass(copy: string, folder: string): boolean {
  const tests = [...new Set([folder, folder.split('/')[0]])].map((each) => `__tests__/${each}/`);
  return tests.filter((each) => existsSync(each)).every((each) => passes(copy, each));
}

function passes(copy: string, tests: string): boolean {
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--config', 'jest.unit.config.js'];
  const env = { ...process.env, FC_SEED: values.seed };
  const options = { cwd: copy, env, timeout: 600_000 };
  return spawnSync(process.execPath, [...jest, tests, '--bail', '--silent', '--maxWorkers=2'], options).status === 0;
}

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '20' } },
  allowPositionals: true,
});
const copy = mkdtempSync(join(tmpdir(), 'mturk-team-mutation-'));
const tracked = (...paths: string[]) =>
  execFileSync('git', ['ls-files', ...paths], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '');
let failed = false;
try {
  for (const file of tracked()) cpSync(file, join(copy, file), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'));
  // Samples follow the commit, so that tests ask for it.
  const gitFolder = execFileSync('git', ['rev-parse', '--absolute-git-dir'], { encoding: 'utf8' });
  writeFileSync(join(copy, '.git'), `gitdir: ${gitFolder}`);
  for (const folder of positionals.length > 0 ? positionals : FOLDERS) {
    if (!testsPass(copy, folder)) throw new Error(`The tests of ${folder} fail without a mutation.`);
    const random = randomFrom(Number(values.seed));
    const all = tracked(`src/${folder}/*.ts`)
      .filter((file) => dirname(file) === `src/${folder}`)
      .flatMap(mutationsOf);
    const drawn = all.map((mutation) => ({ mutation, at: random() })).sort((one, other) => one.at - other.at);
    const tried = drawn.slice(0, Number(values.count)).map(({ mutation }) => mutation);
    let noticed = 0;
    for (const mutation of tried) {
      const { file, line, from, to } = mutation;
      if (isNoticed(copy, folder, mutation)) noticed++;
      else console.log(`  ${file}:${line}: ${from}  ->  ${to}`);
    }
    console.log(`${folder}: ${noticed} of ${tried.length} noticed, of ${all.length} mutations`);
    failed ||= noticed * 100 < tried.length * NOTICED_PERCENT;
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
