import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pageOf } from '../__tests__/support/github-page.ts';

/**
 * `npx tsx scripts/screenshot-comments.ts [OUT] [NAME...]`: the golden comments as GitHub would about show them, one
 * picture each, to be looked at before they are called good. Needs Chromium (Debian: `apt-get install chromium`).
 */
const [out = 'coverage/comments', ...wanted] = process.argv.slice(2);
const golden = join(import.meta.dirname, '../__tests__/golden/comments');
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (chromium === undefined) throw new Error('Chromium is not installed: apt-get install chromium');

mkdirSync(out, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), 'mturk-team-chromium-'));
for (const file of readdirSync(golden).sort()) {
  const name = file.replace(/\.md$/, '');
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const markdown = readFileSync(join(golden, file), 'utf8');
  const page = join(out, `${name}.html`);
  writeFileSync(page, pageOf(markdown));
  execFileSync(
    chromium,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'],
      `--user-data-dir=${profile}`,
      `--window-size=926,${heightOf(markdown)}`,
      `--screenshot=${join(out, `${name}.png`)}`,
      pathToFileURL(page).href,
    ],
    { stdio: 'ignore' },
  );
  process.stdout.write(`${join(out, `${name}.png`)}\n`);
}
rmSync(profile, { recursive: true, force: true });

/** Headless Chromium shoots a window, not a page: high enough for what is not folded. */
function heightOf(markdown: string): number {
  const open = markdown.replace(/<details>.*?<\/details>/gs, 'folded');
  const lines = open.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 110)), 0);
  return Math.min(4000, 140 + lines * 24);
}
