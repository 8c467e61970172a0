import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Width of a comment's column on GitHub with its margins. */
const WIDTH = 926;

/** Where Chromium is, null where it is not installed. */
export function chromiumPath(): string | null {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? null;
}

/** The page as Chromium has it after its scripts ran, as HTML. */
export function domOf(chromium: string, page: string): string {
  return run(chromium, [`--window-size=${WIDTH},800`, '--dump-dom', pathToFileURL(page).href]);
}

/** A picture of the upper `height` pixels of a page. */
export function shoot(chromium: string, page: string, picture: string, height: number, width = WIDTH): void {
  run(chromium, [`--window-size=${width},${height}`, `--screenshot=${picture}`, pathToFileURL(page).href]);
}

/** Headless, and without what a browser asks of the network by itself. */
export const CHROMIUM_FLAGS: readonly string[] = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--hide-scrollbars'],
];

/** Headless, without network, with a profile that is thrown away. */
function run(chromium: string, args: readonly string[]): string {
  const profile = mkdtempSync(join(tmpdir(), 'mturk-team-chromium-'));
  try {
    return execFileSync(chromium, [...CHROMIUM_FLAGS, `--user-data-dir=${profile}`, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
