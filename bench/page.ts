import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, chromiumPath } from '../__tests__/support/chromium.ts';
import { teamFileWith } from './team-file.ts';

export interface PageFigures {
  /** Writing the page, in milliseconds. */
  readonly writeMs: number;
  /** From the start of loading to the first contentful paint, the script's work included. */
  readonly paintMs: number;
  readonly bytes: number;
}

const ROUNDS = 5;

/** The access page of so many members, written by the command and opened in Chromium; null where there is none. */
export async function benchPage(members: number): Promise<PageFigures | null> {
  const executablePath = chromiumPath();
  if (executablePath === null) return null;
  const directory = mkdtempSync(join(tmpdir(), 'mturk-team-bench-'));
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
  try {
    const file = join(directory, 'team.yaml');
    writeFileSync(file, teamFileWith(members));
    const start = performance.now();
    execFileSync(process.execPath, ['dist/mturk-team.cjs', 'page', file, '--out', directory], { stdio: 'ignore' });
    const writeMs = performance.now() - start;
    const path = join(directory, 'access.html');
    const paints: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(path).href);
      paints.push(await page.evaluate<number>(FIRST_PAINT));
      await page.close();
    }
    return { writeMs, paintMs: Math.min(...paints), bytes: statSync(path).size };
  } finally {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const FIRST_PAINT = `new Promise((resolve) => {
  const observer = new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') resolve(startTime);
  });
  observer.observe({ type: 'paint', buffered: true });
})`;
