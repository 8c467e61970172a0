import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderComment } from '../../../src/review/comment/comment.ts';
import { chromiumPath, domOf } from '../../support/chromium.ts';
import { pageOf } from '../../support/github-page.ts';
import { ATTACKS } from '../../support/hostile-text.ts';
import { personOf } from '../../support/many-people.ts';
import { sampleViews, viewOf } from '../../support/sample-reviews.ts';

const chromium = chromiumPath();
const inBrowser = chromium === null ? test.skip : test;

/** What a browser makes of some comments. */
function shown(comments: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'mturk-team-page-'));
  try {
    const page = join(directory, 'page.html');
    writeFileSync(page, pageOf(...comments));
    return domOf(chromium ?? '', page);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

inBrowser('no golden comment is wider than its column', () => {
  const dom = shown(Object.values(sampleViews()).map((view) => renderComment(view)));
  expect(/data-overflow="(\w+)"/.exec(dom)?.[1]).toBe('none');
});

inBrowser('names of all kinds of attacks neither widen the page nor put an element into it', () => {
  const review = sampleViews()['student-added']!.review!;
  const people = Object.values(ATTACKS).map((name, index) =>
    personOf(index, { user: `u${index}`, key: `k${index}`, name }),
  );
  const dom = shown([renderComment(viewOf({ ...review, people }))]);
  expect(/data-overflow="(\w+)"/.exec(dom)?.[1]).toBe('none');
  expect(dom).not.toMatch(/<img|<h1|<input|<script>alert/);
  expect([...dom.matchAll(/<a /g)]).toHaveLength(1);
});
