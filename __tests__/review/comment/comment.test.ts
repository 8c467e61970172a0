import { FAILURE_REASONS } from '../../../src/diagnostics/pipeline-codes.ts';
import type { Review } from '../../../src/review/changes/review.ts';
import { commentMarker, renderComment, renderIssue, renderSummary } from '../../../src/review/comment/comment.ts';
import { overdueText } from '../../../src/review/comment/overdue-text.ts';
import { bytes } from '../../../src/text/budget.ts';
import { GITHUB_MAKES, htmlOf, textOutsideCode } from '../../support/github-page.ts';
import { expectGolden } from '../../support/golden.ts';
import { recordedNames } from '../../support/recorded-plan.ts';
import { recordedReview, sampleViews, viewOf } from '../../support/sample-reviews.ts';

const views = sampleViews();
const planned = views['student-added']!;

test.each(Object.keys(views))('%s reads as it was looked at', (name) => {
  const view = views[name]!;
  const text = renderComment(view);
  expectGolden(`comments/${name}.md`, text);
  expect(text.split('\n')[0]).toBe('<!-- mturk-team:perception-lab -->');
  expect(bytes(text)).toBeLessThanOrEqual(60_000);
  expect(text).not.toMatch(/123456789012|arn:aws/);
});

test.each(recordedNames('.plan.json'))('the recorded plan %s can be told, and makes nothing of its names', (name) => {
  const text = renderComment(viewOf(recordedReview(name)));
  const plain = textOutsideCode(htmlOf(text));
  for (const pattern of Object.values(GITHUB_MAKES)) expect(plain).not.toMatch(pattern);
  expect(text).not.toMatch(/123456789012|arn:aws|undefined|\[object/);
});

test('the same view gives the same text', () => {
  expect(renderComment(planned)).toBe(renderComment(sampleViews()['student-added']!));
});

test('account ids and ARNs are shown where they are asked for', () => {
  const failed = { ...views['engine-failure']!, reveal: true };
  expect(renderComment(failed)).toContain('arn:aws:sts::123456789012:assumed-role/mturk-plan/run-19283746');
  expect(renderComment(failed)).toContain('account `123456789012`');
});

test.each(FAILURE_REASONS)('the failure %s says what happened and what to do, and names no plan as good', (reason) => {
  const text = renderComment({ ...planned, state: 'failed', failure: { reason, detail: '' } });
  expect(text).toContain(`(\`${reason}\`)`);
  expect(text).toContain('**What to do:** ');
  expect(text.split('\n')[1]).toMatch(/^### ([A-Z]|team\.yaml )/);
  expect(text).toContain('Nothing that was said here before about an earlier commit holds any more.');
  expect(text).not.toContain('Ask before you approve');
});

test('a failure without a review still has the marker of its lab', () => {
  const view = views['file-has-errors']!;
  expect(view.review).toBeNull();
  expect(renderComment(view).startsWith(`${commentMarker('perception-lab')}\n`)).toBe(true);
});

test('a marker cannot be ended by the name of a lab', () => {
  expect(commentMarker('x--><script>')).toBe('<!-- mturk-team:x--__script_ -->');
  expect(commentMarker('lab')).not.toBe(commentMarker('lab2'));
});

test('the summary is the comment, and the issue has a title of plain words', () => {
  expect(renderSummary(planned)).toBe(renderComment(planned));
  const issue = renderIssue(views['apply-failed']!);
  expect(issue.title).toBe('perception-lab: The change was only partly applied');
  expect(issue.body).toBe(renderComment(views['apply-failed']!));
});

test('that looks are overdue is said once, in the open, in a comment and a summary but in no issue', () => {
  for (const name of Object.keys(views).filter((each) => each.startsWith('looks-'))) {
    const view = views[name]!;
    for (const text of [renderComment(view), renderSummary(view)]) {
      const open = text.replace(/<details>.*?<\/details>/gs, '');
      expect(open.match(/is not known where no plan sees it/g)).toHaveLength(1);
      // Whatever is folded comes after it.
      expect(text.indexOf('where no plan sees it')).toBeLessThan(text.indexOf('<details>') >>> 0);
    }
    expect(renderIssue(view).body).not.toContain('where no plan sees it');
  }
});

test('ages of the last report are told in hours, then in days', () => {
  const at = (hours: number) => {
    const now = new Date(Date.parse('2026-11-20T05:17:03Z') + hours * 3_600_000);
    return overdueText({ ...views['looks-overdue']!.overdue!, everyHours: 1 }, now);
  };
  expect(at(2.5)).toContain(
    'The last drift report is 2 hours old (20 Nov 2026 05:17 UTC), and drift.yml is to make one every hour.',
  );
  expect(at(71.9)).toContain('is 71 hours old');
  expect(at(72)).toContain('is 3 days old');
  expect(at(24 * 1500)).toContain('is 1,500 days old');
});

test.each([
  'javascript:alert(1)',
  'https://evil.example/)[x](y',
  'https://evil.example/ x',
  'https://evil.example/`',
  'https://user@evil.example/',
  'https://evil.example/?q=|',
])('%s is no address of a run', (runUrl) => {
  const text = renderComment({ ...planned, footer: { ...planned.footer, runUrl } });
  expect(text).not.toContain('[run]');
  expect(htmlOf(text)).not.toContain('<a ');
});

test('losses and dangerous gains are never folded, whoever else there is', () => {
  const review = views['members-500']!.review as Review;
  const text = renderComment(viewOf(review));
  const open = text.replace(/<details>.*?<\/details>/gs, '');
  const dangerous = review.people.filter(({ classes }) => classes.includes('gains-spending'));
  expect(dangerous).toHaveLength(167);
  for (const { name } of dangerous) expect(open).toContain(`**${name}**`);
  expect(open).toContain('333 people: Student 101, Student 102, Student 104 and 330 others');
});

test('what is asked, and who is held, is said while it can still be stopped only', () => {
  const asked = views['student-and-bonus']!;
  expect(renderComment(asked)).toContain('Should Bo Chen be able to spend money');
  expect(renderComment({ ...asked, state: 'applied' })).not.toContain('Should Bo Chen');
  const held = views['student-added-and-drift']!;
  expect(renderComment(held)).toContain('Eve Lindqvist and Bo Chen may do nothing');
  expect(renderComment({ ...held, state: 'applied' })).not.toContain('may do nothing:');
});
