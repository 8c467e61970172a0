import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driftIssueText } from '../../../src/drift/text/issue.ts';
import { chromiumPath, domOf } from '../../support/chromium.ts';
import { pageOf } from '../../support/github-page.ts';
import { sixTamperings } from '../../support/sample-drift.ts';
import { DIFFERENCES, lookOf, naming, OTHERS } from '../../support/sample-looks.ts';

const chromium = chromiumPath();
const inBrowser = chromium === null ? test.skip : test;

inBrowser('no issue about drift is wider than its column, long commands and names included', () => {
  const view = { naming, reveal: false, reconcile: true, repository: 'https://github.com/perception-lab/team' };
  const long = OTHERS.map((finding) => ({ ...finding, id: `${finding.id}/${'x'.repeat(128)}` }));
  const looks = [sixTamperings(), lookOf(DIFFERENCES), lookOf(OTHERS), lookOf(long)];
  const directory = mkdtempSync(join(tmpdir(), 'mturk-team-page-'));
  try {
    const page = join(directory, 'page.html');
    writeFileSync(page, pageOf(...looks.map((look) => driftIssueText(look, view).body)));
    const dom = domOf(chromium ?? '', page);
    expect(/data-overflow="(\w+)"/.exec(dom)?.[1]).toBe('none');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
