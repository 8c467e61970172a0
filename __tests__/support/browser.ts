import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, chromiumPath } from './chromium.ts';
import { type Tests, testInTurn } from './exhaustive.ts';

/** Whether Chromium must be there: then what needs it fails without it, and is not skipped. */
const IS_REQUIRED = process.env.MTURK_TEAM_BROWSER === 'required';

/** `test` for what needs Chromium, in turns; skipped without it. */
export const browserTest: Tests = chromiumPath() === null && !IS_REQUIRED ? test.skip : testInTurn(3);

interface View {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScript?: boolean;
  /** Part of a deep link: `#bo`. */
  readonly hash?: string;
}

/** One browser for the tests of a file. Pages are of the tests' own folder, and a request or a console message is an error. */
export class TestBrowser {
  #browser: Browser | null = null;
  readonly #directory: string;
  #count = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Opens a page, does something with it, and closes it. */
  async open<Value>(markup: string, view: View, work: (page: Page) => Promise<Value>): Promise<Value> {
    const executablePath = chromiumPath();
    if (executablePath === null) throw new Error('Chromium is not installed: apt-get install chromium');
    this.#browser ??= await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
    const { width = 1440, height = 900, colorScheme = 'light', javaScript = true, hash = '' } = view;
    const context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme,
      javaScriptEnabled: javaScript,
      acceptDownloads: true,
    });
    const file = join(this.#directory, `page-${this.#count++}.html`);
    writeFileSync(file, markup);
    const own = pathToFileURL(file).href;
    const problems: string[] = [];
    const page = await context.newPage();
    page.on('console', (message) => problems.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => problems.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(own) && !request.url().startsWith('blob:'))
        problems.push(`request: ${request.url()}`);
    });
    try {
      await page.goto(`${own}${hash}`);
      const value = await work(page);
      expect(problems).toEqual([]);
      return value;
    } finally {
      await context.close();
    }
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }
}
