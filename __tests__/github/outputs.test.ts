import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { outputText, writeOutputs, writeSummary } from '../../src/github/outputs.ts';
import { scratch } from '../support/command.ts';

/** How the runner reads the file, by GitHub's documentation of it. */
function readBack(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const [, name, end] = /^([^=]+?)<<(.+)$/.exec(lines[index]!) ?? [];
    if (name === undefined) {
      const [, plain, value] = /^([^=]+)=(.*)$/.exec(lines[index]!) ?? [];
      if (plain !== undefined) found[plain] = value!;
      continue;
    }
    const from = index + 1;
    while (index + 1 < lines.length && lines[index + 1]!.replace(/\r$/, '') !== end) index += 1;
    found[name] = lines.slice(from, index + 1).join('\n');
    index += 1;
  }
  return found;
}

test('whatever a value holds, exactly that output is set', () => {
  const line = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('admin=true', 'x<<end', 'end', 'a<<b\n1\nb'));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const value = lines.join('\n');
      expect(readBack(outputText('reason', value))).toEqual({ reason: value });
    }),
  );
});

test('an invalid name is a bug of ours', () => {
  expect(() => outputText('a=b\nc', 'x')).toThrow('not the name');
});

describe('files', () => {
  const files = scratch();
  afterAll(() => files.remove());
  const output = join(files.directory, 'output');
  const summary = join(files.directory, 'summary');

  test('outputs are appended', () => {
    writeOutputs({ GITHUB_OUTPUT: output }, { 'pull-request': 7 });
    writeOutputs({ GITHUB_OUTPUT: output }, { head: 'abc', reason: '' });
    expect(readBack(readFileSync(output, 'utf8'))).toEqual({ 'pull-request': '7', head: 'abc', reason: '' });
  });

  test('outside of GitHub Actions nothing is written', () => {
    writeOutputs({}, { a: 1 });
    writeOutputs({ GITHUB_OUTPUT: '' }, { a: 1 });
    expect(writeSummary({}, 'x')).toBe(true);
  });

  test('a summary never passes 1 MiB, and what stands there stays', () => {
    const env = { GITHUB_STEP_SUMMARY: summary };
    expect(writeSummary(env, 'ü'.repeat(500_000))).toBe(true);
    expect(writeSummary(env, 'x'.repeat(48_574))).toBe(true);
    expect(writeSummary(env, 'more')).toBe(false);
    const text = readFileSync(summary, 'utf8');
    expect(Buffer.byteLength(text)).toBe(1024 * 1024);
    expect(text).toMatch(/^ü+\nx+\n$/);
  });
});
