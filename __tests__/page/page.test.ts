import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserTest, TestBrowser } from '../support/browser.ts';
import { runHere } from '../support/command.ts';
import { labText, SAMPLE_HISTORY } from '../support/sample-history.ts';
import { TeamHistory } from '../support/team-history.ts';

const directory = mkdtempSync(join(tmpdir(), 'mturk-team-page-'));
const browser = new TestBrowser(directory);
/** As the sample, but that the last version has no error. */
const NEWEST = labText({
  roles:
    '  paymaster: { extends: [reader], allow: [pay:bonus, pay:approve] }\n  all-but-bonus: { allow: ["*"], deny: [SendBonus] }\n',
  members: [
    '  ada: { name: Ada Byron, github: ada, roles: [paymaster] }',
    '  cy: { name: Cy Moreau, roles: [all-but-bonus], until: "2026-12-31", sponsor: ada }',
  ],
  rest: 'departed:\n  bo: { left: "2026-06-14", reason: graduated }\n',
});
const lab = new TeamHistory([...SAMPLE_HISTORY, { date: '2026-07-01T10:00:00Z', subject: 'Resume Cy', text: NEWEST }]);
lab.git('checkout', '--quiet', 'main');

afterAll(async () => {
  await browser.close();
  lab.remove();
  rmSync(directory, { recursive: true, force: true });
});

/** The page that the command writes. */
async function pageOf(...args: readonly string[]): Promise<string> {
  const { code, stdout } = await runHere(['page', lab.file, '--out', directory, ...args]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `Wrote ${join(directory, 'access.html')}. Open it in a browser.\n`,
  });
  return readFileSync(join(directory, 'access.html'), 'utf8');
}

browserTest('who could spend money in March is found by a day and one button', async () => {
  const markup = await pageOf('--today', '2026-11-25');
  await browser.open(markup, {}, async (page) => {
    await page.getByLabel('On this day').fill('2026-03-31');
    await page.getByRole('button', { name: 'Who can spend money?' }).click();
    expect(await page.getByRole('status').textContent()).toBe(
      'On 31 Mar 2026, 2 of 2 members could spend money: Ada Byron, Bo Chen.',
    );
  });
});
