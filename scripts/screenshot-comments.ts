import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath, domOf, shoot } from '../__tests__/support/chromium.ts';
import { pageOf } from '../__tests__/support/github-page.ts';

/**
 * `npx tsx scripts/screenshot-comments.ts [OUT] [NAME...]`: the golden comments about as GitHub shows them, one
 * picture each, to be looked at before they are called good. Needs Chromium (Debian: `apt-get install chromium`).
 */
const [out = 'coverage/comments', ...wanted] = process.argv.slice(2);
const golden = join(import.meta.dirname, '../__tests__/golden/comments');
const chromium = chromiumPath();
if (chromium === null) throw new Error('Chromium is not installed: apt-get install chromium');

mkdirSync(out, { recursive: true });
for (const file of readdirSync(golden).sort()) {
  const name = file.replace(/\.md$/, '');
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const page = join(out, `${name}.html`);
  writeFileSync(page, pageOf(readFileSync(join(golden, file), 'utf8')));
  const height = Number(/data-height="(\d+)"/.exec(domOf(chromium, page))?.[1] ?? 800);
  shoot(chromium, page, join(out, `${name}.png`), Math.min(height, 4000));
  process.stdout.write(`${join(out, `${name}.png`)}\n`);
}
