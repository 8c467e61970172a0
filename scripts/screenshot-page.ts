import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, shoot } from '../__tests__/support/chromium.ts';
import { TeamHistory } from '../__tests__/support/team-history.ts';

/**
 * `npx tsx scripts/screenshot-page.ts [PICTURE]`: the upper part of the access page of the demo's lab, as the README shows it.
 * Needs Chromium (Debian: `apt-get install chromium`) and `npm run build`.
 */
const [picture = 'docs/images/access-page.png'] = process.argv.slice(2);
const chromium = chromiumPath();
if (chromium === null) throw new Error('Chromium is not installed: apt-get install chromium');

const sample = readFileSync(join(import.meta.dirname, '../team.yaml'), 'utf8');
const lab = new TeamHistory([
  { date: '2026-01-12T10:00:00Z', subject: 'Set up the lab', text: sample.replace(/ {2}(fay|gus): .*\n/g, '') },
  { date: '2026-09-01T10:00:00Z', subject: 'Add Fay and Gus', text: sample },
]);
const out = mkdtempSync(join(tmpdir(), 'mturk-team-picture-'));
try {
  lab.git('checkout', '--quiet', 'main');
  const program = join(import.meta.dirname, '../dist/mturk-team.cjs');
  execFileSync(process.execPath, [program, 'page', lab.file, '--out', out, '--today', '2026-11-25'], {
    stdio: 'ignore',
  });
  shoot(chromium, join(out, 'access.html'), picture, 860, 1440);
} finally {
  lab.remove();
  rmSync(out, { recursive: true, force: true });
}
process.stdout.write(`${picture}\n`);
