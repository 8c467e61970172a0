import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { succeed } from '../../src/diagnostics/failure.ts';
import type { PageInput } from '../../src/page/facts.ts';
import { accessPage } from '../../src/page/page.ts';
import script from '../../src/page/script.page.js';
import { browserTest, TestBrowser } from '../support/browser.ts';
import { ADDED, REMOVED, reportWith, UNMANAGED } from '../support/drift-reports.ts';
import { ATTACKS } from '../support/hostile-text.ts';
import { labOf, labWithout } from '../support/page-labs.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';

const AT = new Date('2026-11-25T12:00:00Z');
const PHONE = { width: 390, height: 844 };

const directory = mkdtempSync(join(tmpdir(), 'mturk-team-page-'));
const browser = new TestBrowser(directory);
afterAll(async () => {
  await browser.close();
  rmSync(directory, { recursive: true, force: true });
});

const pageOf = (input: PageInput) => accessPage(input, AT);
const SAMPLE = pageOf(labWithout(sampleTeam));
const LAB = pageOf(labOf(20));
/** With a drift report, in which Bo has more than the file gives and someone outside the file, too. */
const KEY = {
  active: true,
  created: '2026-01-05T10:00:00.000Z',
  lastUsed: '2026-11-20T08:00:00.000Z',
  isUseKnown: true,
};
const REPORT = {
  ...reportWith([ADDED, REMOVED, UNMANAGED], { at: '2026-11-25T11:00:00.000Z' }),
  memberKeys: [{ key: 'bo', keys: [KEY, { ...KEY, active: false, lastUsed: null }] }],
};
const DRIFTED = pageOf(labWithout(sampleTeam, { report: REPORT }));

const spendButton = (page: Page) => page.getByRole('button', { name: 'Who can spend money?' });
const answerOf = (page: Page) => page.getByRole('status').textContent();
const shownNames = (page: Page) => page.locator('#_matrix tbody tr:visible th bdi').allTextContents();
const shownColumns = (page: Page) => page.locator('#_matrix thead tr:last-child th:visible').allTextContents();
const overflow = (page: Page) => page.evaluate('document.documentElement.scrollWidth - innerWidth');

browserTest('who can spend after May takes two presses', async () => {
  await browser.open(SAMPLE, {}, async (page) => {
    await spendButton(page).click();
    expect(await answerOf(page)).toBe(
      "On 25 Nov 2026, 4 of 5 members can spend money: Ada O'Neill (ada), Bo Chen (bo), Nguyễn Thị Ánh (fay), 李小龍 (gus).",
    );
    await page.getByRole('button', { name: 'After 31 May 2027' }).click();
    expect(await answerOf(page)).toBe(
      "On 1 Jun 2027, 3 of 5 members can spend money: Ada O'Neill (ada), Nguyễn Thị Ánh (fay), 李小龍 (gus).",
    );
    expect(await shownNames(page)).toEqual(["Ada O'Neill", 'Nguyễn Thị Ánh', '李小龍']);
    expect(await shownColumns(page)).toEqual(['publish HITs', 'approve work', 'pay bonuses']);
    expect(await spendButton(page).getAttribute('aria-pressed')).toBe('true');
    await spendButton(page).click();
    expect((await shownColumns(page)).length).toBe(13);
  });
});

browserTest('a day of the past shows who was there then, also former members', async () => {
  await browser.open(LAB, {}, async (page) => {
    await page.getByLabel('On this day').fill('2026-03-31');
    expect(await answerOf(page)).toMatch(/^On 31 Mar 2026, \d+ of 7 members could do something\.$/);
    await page.getByLabel('On this day').fill('2026-06-20');
    await spendButton(page).click();
    // All spending is frozen then.
    expect(await answerOf(page)).toBe(
      'On 20 Jun 2026, 0 of 15 members could spend money. Frozen for all members: publish HITs, approve work, pay bonuses.',
    );
    await page.getByLabel('On this day').fill('2025-12-31');
    expect(await answerOf(page)).toBe('The history begins on 10 Jan 2026.');
    expect(await shownNames(page)).toEqual([]);
    await page.getByRole('button', { name: 'When written' }).click();
    await spendButton(page).click();
    expect((await shownNames(page)).length).toBe(20);
  });
});

browserTest('a day without a version that can be read says so', async () => {
  const lab = labOf(5);
  if (!lab.past.ok) throw new Error('no history');
  const versions = lab.past.value.versions.map((version, index) =>
    index === 3 ? { ...version, past: { team: null, unreadable: { kind: 'not-yaml' } } as const } : version,
  );
  await browser.open(pageOf({ ...lab, past: succeed({ ...lab.past.value, versions }) }), {}, async (page) => {
    await page.getByLabel('On this day').fill('2026-04-20');
    expect(await answerOf(page)).toBe('Not known: the version of team.yaml that was merged then cannot be read.');
    expect(await shownNames(page)).toEqual([]);
    expect(await page.getByText('Not known, because team.yaml could not be read').isVisible()).toBe(true);
    expect(await page.locator('#_matrix').textContent()).toContain('at the latest since 14 May 2026');
  });
});

browserTest('filters by person, role and capability; sorts by last day', async () => {
  await browser.open(SAMPLE, {}, async (page) => {
    await page.getByLabel('Member', { exact: true }).fill('BO');
    expect(await shownNames(page)).toEqual(['Bo Chen']);
    expect(await answerOf(page)).toBe('On 25 Nov 2026, 1 of 1 matching member can do something.');
    await page.getByLabel('Member', { exact: true }).fill('zoe');
    expect(await answerOf(page)).toBe('On 25 Nov 2026, no member matches.');
    await page.getByLabel('Member', { exact: true }).fill('');
    await page.getByLabel('Role').selectOption('paymaster');
    expect(await shownNames(page)).toEqual(['Nguyễn Thị Ánh']);
    await page.getByLabel('Role').selectOption('');
    await page.getByLabel('Who can').selectOption('pay:bonus');
    expect(await shownNames(page)).toEqual(["Ada O'Neill", 'Nguyễn Thị Ánh']);
    expect(await shownColumns(page)).toEqual(['pay bonuses']);
    await page.getByLabel('Who can').selectOption('');
    const last = page.getByRole('columnheader', { name: 'Last day' });
    await last.getByRole('button').click();
    expect((await shownNames(page)).slice(0, 2)).toEqual(['Bo Chen', '李小龍']);
    expect(await last.getAttribute('aria-sort')).toBe('ascending');
    await last.getByRole('button').click();
    expect((await shownNames(page)).slice(-2)).toEqual(['李小龍', 'Bo Chen']);
    await page.getByRole('columnheader', { name: 'Member' }).getByRole('button').click();
    expect(await shownNames(page)).toEqual(["Ada O'Neill", 'Bo Chen', 'Cy Moreau', 'Nguyễn Thị Ánh', '李小龍']);
  });
});

browserTest('exports what is shown as CSV, in which nothing is a formula', async () => {
  const members = [
    member({ key: 'bo', name: '=HYPERLINK("x","y")', roles: ['paymaster'] }),
    member({ key: 'kim', name: '＝1＋1', roles: ['paymaster'] }),
    ...sampleTeam.members.slice(2),
  ];
  await browser.open(pageOf(labWithout({ ...sampleTeam, owners: [], members })), {}, async (page) => {
    await spendButton(page).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('access-2026-11-25.csv');
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines[0]).toBe('\ufeff"Member","Key","Roles","Last day","hits:publish","pay:approve","pay:bonus"');
    expect(lines).toContain(
      `"'=HYPERLINK(""x"",""y"")","bo","paymaster","no last day","no","yes: by paymaster","yes: by paymaster"`,
    );
    expect(lines).toContain(`"'＝1＋1","kim","paymaster","no last day","no","yes: by paymaster","yes: by paymaster"`);
    expect(lines.length).toBe(6);
  });
});

browserTest('deep links open a member and a capability', async () => {
  await browser.open(SAMPLE, { hash: '#bo' }, async (page) => {
    const bo = page.locator('article#bo');
    expect(await bo.evaluate((element) => element.matches(':target'))).toBe(true);
    const { y = -1 } = (await bo.boundingBox()) ?? {};
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThan(900);
    const text = (await bo.textContent()) ?? '';
    for (const words of [
      'publish HITs (hits:publish)',
      'Access ends after 31 May 2027',
      'Cannot: approve work, pay bonuses',
      "To change that, ask the sponsor: Ada O'Neill (ada).",
    ]) {
      expect(text).toContain(words);
    }
  });
  await browser.open(SAMPLE, { hash: '#dee' }, async (page) => {
    const dee = page.locator('article:target');
    expect(await dee.textContent()).toContain('Left on 30 Jun 2026. No access.');
    expect(await shownNames(page)).not.toContain('dee');
  });
  await browser.open(SAMPLE, { hash: '#pay:bonus' }, async (page) => {
    expect(await answerOf(page)).toBe(
      "On 25 Nov 2026, 2 of 5 members can pay bonuses: Ada O'Neill (ada), Nguyễn Thị Ánh (fay).",
    );
    await page.getByRole('columnheader', { name: 'pay bonuses' }).getByRole('link').press('Enter');
    const other = page.locator('#_matrix th').getByText('delete HITs');
    await page.getByLabel('Who can').selectOption('');
    // Once more: its hash is the same.
    await page.getByRole('link', { name: 'pay bonuses' }).click();
    await other.waitFor({ state: 'hidden' });
    await page.getByLabel('Who can').selectOption('');
    await other.click();
    await page.getByRole('link', { name: 'pay bonuses' }).waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Who can').inputValue()).toBe('hits:delete');
  });
});

browserTest('everything works by keyboard, and a cell says what it means', async () => {
  await browser.open(LAB, {}, async (page) => {
    await page.locator('#_matrix tbody td[tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const place = await page.evaluate(
      '[document.activeElement.cellIndex, document.activeElement.parentElement.sectionRowIndex]',
    );
    expect(place).toEqual([3, 1]);
    expect(await page.locator('#_matrix td[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('ArrowUp');
    for (let moves = 0; moves < 12 && (await page.locator('td.y:focus').count()) === 0; moves++) {
      await page.keyboard.press('ArrowRight');
    }
    const words = page.locator('td.y:focus span');
    expect(await words.textContent()).toMatch(/^by [\w-]+, since \d+ \w+ 2026/);
    expect(await words.getAttribute('data-about')).toMatch(/^[\w' ]+ \([\w-]+\), read results: $/);
    const box = await words.boundingBox();
    expect(box?.width).toBeGreaterThan(1000);
    expect(Math.round((box?.y ?? 0) + (box?.height ?? 0))).toBe(900);
  });
});

browserTest('what differs in AWS is marked in place', async () => {
  await browser.open(DRIFTED, {}, async (page) => {
    const marks = await page.locator('#_matrix tr:has([data-aws="more"]) bdi').allTextContents();
    expect(marks).toEqual(['Bo Chen']);
    const content = () => page.evaluate('getComputedStyle(document.querySelector("td[data-aws]"), "::after").content');
    expect(await content()).toContain('in AWS');
    const bo = await page.locator('article#bo').textContent();
    expect(bo).toContain('added to paymaster');
    expect(bo).toContain('Active, created 5 Jan 2026 (11 months ago); last used 20 Nov 2026');
    expect(bo).toContain('Inactive, created 5 Jan 2026 (11 months ago); never used');
    expect(await page.locator('header').textContent()).toContain('About others than members: 2 findings');
    await page.getByRole('button', { name: 'After 31 May 2027' }).click();
    expect(await content()).toBe('none');
  });
});

/** What axe-core finds, as `rule: selector`. */
async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

for (const colorScheme of ['light', 'dark'] as const) {
  browserTest(`axe-core finds nothing in ${colorScheme} mode`, async () => {
    await browser.open(DRIFTED, { colorScheme }, async (page) => {
      expect(await findings(page)).toEqual([]);
    });
    const phone = pageOf(labOf(4));
    await browser.open(phone, { colorScheme, ...PHONE }, async (page) => expect(await findings(page)).toEqual([]));
  });
}

browserTest('hostile text stays text, and breaks no layout', async () => {
  const texts = [
    ...Object.values(ATTACKS),
    '\u202eeno',
    '李小龍'.repeat(30),
    'x'.repeat(500),
    '</script><script>alert(1)</script>',
  ];
  const members = texts.map((name, index) =>
    member({ key: `m${index}`, name, roles: ['=HYPERLINK(1)'], until: index % 2 ? '2027-05-31' : null }),
  );
  const team = {
    ...sampleTeam,
    owners: ['m0'],
    roles: [role({ key: '=HYPERLINK(1)', allow: ['SendBonus', 'CreateHIT'] })],
    members,
  };
  const markup = pageOf(labWithout(team));
  for (const view of [PHONE, {}]) {
    await browser.open(markup, view, async (page) => {
      await spendButton(page).click();
      expect(await page.locator('img, a[href^="http"], iframe, h1 ~ h1').count()).toBe(0);
      expect(await page.locator('script').count()).toBe(2);
      expect(await overflow(page)).toBe(0);
      const shown = await shownNames(page);
      expect(shown.length).toBe(texts.length);
      expect(shown).toContain('<img src=x onerror=alert(1)>');
      expect(shown).toContain('<U+202E>eno');
    });
  }
});

for (const [words, input] of [
  ['5', labWithout(sampleTeam)],
  ['150', labOf(150)],
] as const) {
  browserTest(`a lab of ${words} members fits a phone and a desk, without scrolling the page sideways`, async () => {
    const markup = pageOf(input);
    for (const view of [PHONE, {}]) expect(await browser.open(markup, view, overflow)).toBe(0);
    // Nothing of the table is cut on a small desk.
    const cut = 'document.querySelector(".scroll").scrollWidth - document.querySelector(".scroll").clientWidth';
    expect(await browser.open(markup, { width: 1280 }, (page) => page.evaluate(cut))).toBe(0);
  });
}

browserTest('40 members print on one sheet, with the day that is shown', async () => {
  await browser.open(pageOf(labOf(42)), {}, async (page) => {
    await page.getByLabel('On this day').fill('2027-01-15');
    expect((await shownNames(page)).length).toBeGreaterThanOrEqual(40);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByText('Members by capability, on 15 Jan 2027').isVisible()).toBe(true);
    expect(await page.locator('form').isVisible()).toBe(false);
    // What follows the matrix begins on a sheet of its own.
    await page.evaluate(
      'document.querySelectorAll("section:nth-of-type(n + 3), footer").forEach((each) => each.remove())',
    );
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
  });
});

browserTest('without script, everything can be read and nothing pretends to work', async () => {
  await browser.open(LAB, { javaScript: false }, async (page) => {
    expect((await shownNames(page)).length).toBe(20);
    expect(await page.locator('form').isVisible()).toBe(false);
    // Who left has one, too.
    expect(await page.locator('article').count()).toBe(21);
    expect(await page.locator('#_time tbody').first().isVisible()).toBe(true);
    const cell = page.locator('#_matrix tr:visible td.y').first();
    await cell.hover();
    expect((await cell.locator('span').boundingBox())?.width).toBeGreaterThan(1000);
  });
});

test('the script has at most 8 KB, and the page allows no other', () => {
  expect(Buffer.byteLength(script)).toBeLessThanOrEqual(8192);
  const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(SAMPLE) ?? [];
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'$/,
  );
  expect(SAMPLE).not.toMatch(/ style=| on\w+=|https?:\/\//);
});
