import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, '../golden');

/**
 * Holds a text that a person reads against the file that was looked at: `UPDATE_GOLDEN=1` writes it anew. A file that is
 * missing fails, so that no golden file is made by accident.
 */
export function expectGolden(name: string, text: string): void {
  const file = join(DIRECTORY, name);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : `no golden file ${name}`).toBe(text);
}
