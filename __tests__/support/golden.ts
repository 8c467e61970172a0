import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, '../golden');

/**
 * Compares a text with its reviewed golden file; `UPDATE_GOLDEN=1` writes the file. A missing file fails, so that none
 * is created by accident.
 */
export function expectGolden(name: string, text: string): void {
  const file = join(DIRECTORY, name);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : `no golden file ${name}`).toBe(text);
}
