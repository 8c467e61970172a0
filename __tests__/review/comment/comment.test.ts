import { FAILURE_REASONS } from '../../../src/diagnostics/failure.ts';
import { reviewOf } from '../../../src/review/changes/review.ts';
import {
  type CommentView,
  commentMarker,
  renderComment,
  renderIssue,
  renderSummary,
} from '../../../src/review/comment/comment.ts';
import { readPreview } from '../../../src/review/manifest/manifest.ts';
import type { Review } from '../../../src/review/manifest/schema.ts';
import { terminalReview } from '../../../src/review/text/terminal.ts';
import type { Team } from '../../../src/team/team.ts';
import { bytes } from '../../../src/text/github.ts';
import { printTerminal } from '../../../src/text/terminal.ts';
import { GITHUB_MAKES, htmlOf, textOutsideCode } from '../../support/github-page.ts';
import { expectGolden } from '../../support/golden.ts';
import { recordedNames } from '../../support/recorded-plan.ts';
import { AT, recordedReview, sampleViews, viewOf } from '../../support/sample-reviews.ts';
import { member, sampleTeam } from '../../support/sample-team.ts';

const views = sampleViews();
const planned = views['student-added']!;

/** A comment without its folded parts, split at its table. */
function openParts(text: string): { readonly decision: string; readonly tables: readonly string[] } {
  const open = text.replace(/<details>.*?<\/details>/gs, '');
  const lines = open.split('\n').slice(1);
  const isDecision = (line: string, index: number) =>
    index === 0 || line.startsWith('>') || line.startsWith('**Before you approve:**');
  const asked = lines.indexOf('**Before you approve:**');
  const questions =
    asked < 0
      ? []
      : lines
          .slice(asked + 1)
          .filter(
            (line, index, all) =>
              all.slice(0, index + 1).every((each) => each === '' || each.startsWith('- ')) && line !== '',
          );
  return {
    decision: [...lines.filter(isDecision), ...questions].join('\n'),
    tables: open.split(/\n\n/).filter((block) => block.startsWith('| ')),
  };
}

function wordsOf(markdown: string): number {
  const plain = markdown.replace(/\[!(CAUTION|WARNING|NOTE)\]/g, '').replace(/^[#>-]+|\*\*|`/gm, '');
  return plain.split(/\s+/).filter((word) => word !== '').length;
}

/** The same review on a terminal, if the change is still open; of hundreds of people the comment is enough. */
function onTerminal({ review, state, failure }: CommentView): string {
  if (review === null || failure !== null || state === 'applied' || review.people.length > 100) return '';
  return `\n<!-- on a terminal\n\n${printTerminal(terminalReview(review, { state }), 100).join('\n')}\n\n-->\n`;
}

test.each(Object.keys(views))('%s is the golden file, and can be decided in 60 words and one table', (name) => {
  const view = views[name]!;
  const text = renderComment(view);
  expectGolden(`comments/${name}.md`, `${text}${onTerminal(view)}`);
  expect(text.split('\n')[0]).toBe('<!-- mturk-team:perception-lab -->');
  expect(bytes(text)).toBeLessThanOrEqual(60_000);
  expect(text).not.toMatch(/123456789012|arn:aws/);

  const { decision, tables } = openParts(text);
  // A key behind a name is not read.
  expect(wordsOf(decision.replace(/ \(`[^`]+`\)/g, ''))).toBeLessThanOrEqual(
    (view.review?.blocks.length ?? 0) > 0 ? 80 : 60,
  );
  expect(tables.length).toBeLessThanOrEqual(1);
  const rows = (tables[0] ?? '')
    .split('\n')
    .slice(2)
    .map((row) => row.split(' | ')[0]);
  expect(new Set(rows).size).toBe(rows.length);
  const loud = view.review?.people.filter(({ classes }) => classes.includes('gains-spending')) ?? [];
  for (const { name, key } of loud) expect(tables[0]).toContain(name ?? key);
});

test.each(recordedNames('.plan.json'))('the recorded plan %s makes nothing of its names', (name) => {
  const text = renderComment(viewOf(recordedReview(name)));
  const plain = textOutsideCode(htmlOf(text));
  for (const pattern of Object.values(GITHUB_MAKES)) expect(plain).not.toMatch(pattern);
  expect(text).not.toMatch(/123456789012|arn:aws|undefined|\[object/);
});

test.each([11, 600])('who may pay for longer is shown before %i students who only read', (count) => {
  const students = Array.from({ length: count }, (_, index) => {
    const until = new Date(Date.UTC(2027, 0, 2 + index)).toISOString().slice(0, 10);
    return member({ key: `s${index}`, roles: ['results-reader'], until, from: index < 2 ? '2027-01-01' : null });
  });
  const before = until(sampleTeam, '2026-12-31');
  const after = until({ ...before, members: [...before.members, ...students] }, '2096-12-31');
  const text = renderComment(viewOf(reviewOf({ before, after, today: AT.toISOString().slice(0, 10), at: AT })));
  const [open = ''] = text.split(/<summary>[^<]*no harmful access/);
  expect(open).toMatch(/^### If merged: Nguyễn Thị Ánh \(`fay`\) keeps access that spends money until 31 Dec 2096; /m);
  expect(open).toMatch(/^> \*\*Nguyễn Thị Ánh \(`fay`\)\*\* will keep access that spends money until 31 Dec 2096\.$/m);
  expect(open).toMatch(/^\| \*\*Nguyễn Thị Ánh \(`fay`\)\*\* \| Last day 31 Dec 2096/m);
});

function until(team: Team, day: string): Team {
  return { ...team, members: team.members.map((each) => (each.key === 'fay' ? { ...each, until: day } : each)) };
}

test('the same view gives the same text', () => {
  expect(renderComment(planned)).toBe(renderComment(sampleViews()['student-added']!));
});

test('account ids and ARNs are shown with `reveal`', () => {
  const failed = { ...views['plan-failed']!, reveal: true };
  expect(renderComment(failed)).toContain('arn:aws:sts::123456789012:assumed-role/mturk-plan/run-19283746');
  expect(renderComment(failed)).toContain('account `123456789012`');
});

test.each(FAILURE_REASONS)('the failure %s has a caution, one next step and no question', (reason) => {
  const text = renderComment({ ...planned, state: 'failed', failure: { reason, detail: '' } });
  expect(text).toContain('[!CAUTION]');
  expect(text.match(/\*\*To fix:\*\*/g)).toHaveLength(1);
  expect(text).not.toContain('Before you approve');
  expect(text).not.toContain('If merged');
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
  const issue = renderIssue(views['apply-failed']!, commentMarker('perception-lab'));
  expect(issue.title).toBe('perception-lab: Not fully applied: the apply failed');
  expect(issue.body).toBe(renderComment(views['apply-failed']!));
});

test('a stale drift check is in a comment and a summary, but in no issue', () => {
  const view = views['stale-drift-check']!;
  for (const text of [renderComment(view), renderSummary(view)]) {
    expect(text.replace(/<details>.*?<\/details>/gs, '').match(/`drift\.yml`/g)).toHaveLength(1);
  }
  expect(renderIssue(view, '').body).not.toContain('drift.yml');
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
  expect(text).not.toContain('](');
  expect(htmlOf(text)).not.toContain('<a ');
});

test('losses and harmful gains are never folded', () => {
  const review = views['members-500']!.review as Review;
  const open = renderComment(viewOf(review)).replace(/<details>.*?<\/details>/gs, '');
  const harmful = review.people.filter(({ classes }) => classes.includes('gains-spending'));
  expect(harmful).toHaveLength(167);
  for (const { name } of harmful) expect(open).toContain(`${name} (`);
});

test('questions and suspensions are shown only while the change can be stopped', () => {
  const asked = views['student-and-bonus']!;
  expect(renderComment(asked)).toContain('Before you approve');
  expect(renderComment({ ...asked, state: 'applied' })).not.toContain('Before you approve');
  const suspended = views['student-added-and-manual-changes']!;
  expect(renderComment(suspended)).toContain('no access for a few seconds during the apply');
  expect(renderComment({ ...suspended, state: 'applied' })).not.toContain(
    'no access for a few seconds during the apply',
  );
});

describe('the worst effect comes first, on any of the people', () => {
  const changed = (...members: readonly Parameters<typeof member>[0][]): Review => {
    const keys = members.map(({ key }) => key);
    const after = [...sampleTeam.members.filter(({ key }) => !keys.includes(key)), ...members.map(member)];
    return reviewOf({ before: sampleTeam, after: { ...sampleTeam, members: after }, today: '2026-11-25', at: AT });
  };
  const until = '2027-05-31';
  const bo = { key: 'bo', name: 'Bo', until, sponsor: 'ada' };
  const eve = { key: 'eve', name: 'Eve', roles: ['task-publisher'], until, sponsor: 'ada' };
  const kim = { ...eve, key: 'kim', name: 'Kim' };
  const uma = { ...eve, key: 'uma', name: 'Uma', roles: ['full-access'] };
  const fay = { key: 'fay', name: 'Fay', roles: ['paymaster', 'task-publisher'] };

  test.each<[string, Review, string]>([
    [
      'one of three gains everything',
      changed(eve, kim, uma),
      'Uma (`uma`) can use all of Mechanical Turk; 2 other members can spend money',
    ],
    [
      'who could spend money gains everything',
      changed({ ...bo, roles: ['full-access'] }, eve),
      'Bo (`bo`) can use all of Mechanical Turk; Eve (`eve`) can spend money',
    ],
    [
      'all but a bonus',
      changed({ ...uma, roles: ['everything-but-bonus'] }, eve),
      'Uma (`uma`) can use all of Mechanical Turk except `SendBonus`; Eve (`eve`) can spend money',
    ],
    [
      'two could spend money otherwise',
      changed({ ...bo, roles: ['results-reader', 'paymaster', 'task-publisher'] }, fay),
      'Bo (`bo`) and Fay (`fay`) can spend money in more ways',
    ],
    [
      'one way to spend money for another',
      changed({ ...bo, roles: ['results-reader', 'paymaster'] }),
      'Bo (`bo`) can approve work and pay bonuses (spends money)',
    ],
    [
      'access that begins later begins now',
      reviewOf({
        before: { ...sampleTeam, members: [...sampleTeam.members, member({ ...eve, from: '2027-01-10' })] },
        after: { ...sampleTeam, members: [...sampleTeam.members, member(eve)] },
        today: '2026-11-25',
        at: AT,
      }),
      'Eve (`eve`) can spend money',
    ],
    [
      'the drift check reports less',
      reviewOf({
        before: sampleTeam,
        after: {
          ...sampleTeam,
          members: [...sampleTeam.members, member({ ...eve, roles: ['results-reader'] })],
          snoozed: [{ finding: 'unmanaged-user/old/spends', until: '2027-01-31', reason: 'known' }],
          settings: {
            ...sampleTeam.settings,
            administrators: ['eva', 'max'].map((user) => `arn:aws:iam::123456789012:user/ops/${user}`),
          },
        },
        today: '2026-11-25',
        at: AT,
      }),
      'Eve (`eve`) joins; drift checks report fewer users or roles; 1 drift finding will be snoozed',
    ],
  ])('%s', (_what, review, title) => {
    expect(renderComment(viewOf(review)).split('\n')[1]).toBe(`### If merged: ${title}`);
  });

  test('in the warning, too', () => {
    const [first, second] = renderComment(viewOf(changed(eve, kim, uma)))
      .split('\n')
      .filter((line) => line.startsWith('> **'));
    expect(first).toBe('> **Uma (`uma`)** will be able to use all of Mechanical Turk until 31 May 2027.');
    expect(second).toContain('**Eve (`eve`)** will be able to publish HITs');
  });
});

test('before an apply the title is a proposal, after it a fact', () => {
  const title = (state: 'preview' | 'planned' | 'blocked' | 'applied') =>
    renderComment({ ...planned, state }).split('\n')[1];
  expect(['preview', 'planned', 'blocked', 'applied'].map((state) => title(state as 'preview'))).toEqual([
    '### If merged: Eve Lindqvist (`eve`) can spend money',
    '### If merged: Eve Lindqvist (`eve`) can spend money',
    '### Blocked: Eve Lindqvist (`eve`) could spend money',
    '### Applied: Eve Lindqvist (`eve`) can spend money',
  ]);
});

test('the credentials of an imported user are data of the review, and survive a file', () => {
  const { review } = sampleViews()['user-imported']!;
  const read = readPreview(JSON.stringify({ version: 1, review }));
  expect(read).toEqual({ ok: true, value: review });
  expect(review?.questions[0]).toMatchObject({ kind: 'imported-credentials', others: ['password'] });
});

test('credentials of an imported user that could not be read are asked about, too', () => {
  const { review } = sampleViews()['user-imported']!;
  const [question] = review!.questions;
  const unread = { ...question, keys: [], others: [], notChecked: ['keys', 'ssh'] } as Review['questions'][number];
  const [, body = ''] = renderComment(viewOf({ ...review!, questions: [unread] })).split('**Before you approve:** ');
  expect(body).toMatch(
    /^the IAM user exists, with credentials that were not checked: access keys and SSH keys\. Does only Eve Lindqvist/,
  );
});

test.each([
  ['operations', ['To give it back, an administrator runs', 'reconcile: all']],
  ['missing', ['To give it back, an administrator runs', 'reconcile: all']],
  ['replaced', ['Delete access keys that are unknown to Bo Chen', 'accepts this user with']],
  ['deny-kept', ['To remove the Deny, an administrator runs']],
  ['renamed', []],
  ['moved', []],
  ['name-taken', []],
] as const)('what is withheld (%s) has the step that ends it, and no other', (kind, steps) => {
  const withheld = [{ of: 'member', key: 'bo', name: 'Bo Chen', kind, operations: [], found: 'x' }] as const;
  const text = renderComment(viewOf({ ...planned.review!, withheld }));
  const all = ['To give it back', 'reconcile: all', 'Delete access keys', 'accepts this user', 'To remove the Deny'];
  const known = all.filter((step) => steps.some((each) => each.includes(step)));
  expect(all.filter((step) => text.includes(step))).toEqual(known);
  expect(text.includes('mturk-team apply --restore bo')).toBe(steps.length > 0);
});
