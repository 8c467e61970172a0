import fc from 'fast-check';
import { block } from '../../src/diagnostics/block.ts';
import { type CommentView, renderComment, renderSummary } from '../../src/review/comment/comment.ts';
import type { Review } from '../../src/review/manifest/schema.ts';
import { type Block, details, list } from '../../src/text/document.ts';
import { bytes, fitParts, fixed, type Part, printMarkdown } from '../../src/text/github.ts';
import { t } from '../../src/text/text.ts';
import { runs, testInTurn } from '../support/exhaustive.ts';
import { htmlOf, skeletonOf } from '../support/github-page.ts';
import { hostileText } from '../support/hostile-text.ts';
import { personOf, reviewOfMany } from '../support/many-people.ts';
import { planOf, resource, viewOf } from '../support/sample-reviews.ts';

/** Everything that was opened is closed, every row is whole, and the footer stands outside all of it. */
function expectWhole(text: string): void {
  const skeleton = skeletonOf(htmlOf(text));
  const count = (pattern: RegExp) => (skeleton.match(pattern) ?? []).length;
  expect(count(/<details>/g)).toBe(count(/<\/details>/g));
  expect(skeleton).toMatch(/<\/?\w+[^>]*><p><sub>(<a href="[^"]*"><\/a>)?<\/sub><\/p>$/);
  for (const line of outsideFences(text)) if (line.startsWith('|')) expect(line).toMatch(/ \|$/);
  expect(text).not.toContain('\ufffd');
  expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
}

/** The lines that are Markdown: inside a fence a line may begin with anything. */
function outsideFences(text: string): readonly string[] {
  let fence: string | null = null;
  return text.split('\n').filter((line) => {
    const mark = /^ *(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (fence === null) fence = mark;
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
    else return false;
    return mark === null;
  });
}

/** How many people are named in rows, and how many are counted as left out. */
function peopleIn(text: string): { shown: number; left: number } {
  const rows = text.split('\n').filter((line) => line.startsWith('| **'));
  const shown = rows.flatMap((line) => line.match(/Person \d+ \(/g) ?? []).length;
  const left = [...text.matchAll(/^\| … and ([\d,]+) more members? \|/gm)];
  return { shown, left: left.reduce((sum, [, number = '0']) => sum + Number(number.replaceAll(',', '')), 0) };
}

const inTurn = testInTurn(3);

/** Far more than there is room for. */
const PEOPLE = runs(5000);

describe.each([12_000, 60_000])('with %d bytes', (budget) => {
  inTurn.each([
    ['alike', true, undefined],
    ['all different', false, undefined],
    ['all dangerous and different', false, [0]],
    ['all harmless and different', false, [1]],
  ] as const)('more people than there is room for, %s, fit and are counted', (_name, alike, kinds) => {
    const review = reviewOfMany(PEOPLE, kinds === undefined ? { alike } : { alike, kinds });
    const text = renderComment(viewOf(review, { budget }));
    expect(bytes(text)).toBeLessThanOrEqual(budget);
    // What there is room for is used.
    if (!alike) expect(bytes(text)).toBeGreaterThan(budget * 0.9);
    expectWhole(text);
    expect(text).toContain('No change for the other 3 members.');
    const { shown, left } = peopleIn(text);
    expect(shown + left).toBe(PEOPLE);
  });
});

test('what is dangerous is the last to be left out', () => {
  const mixed = reviewOfMany(400, { alike: false, kinds: [1, 1, 1, 0] });
  const text = renderComment(viewOf(mixed, { budget: 40_000 }));
  const dangerous = mixed.people.filter(({ classes }) => classes.includes('gains-spending'));
  expect(dangerous).toHaveLength(100);
  for (const { name } of dangerous) expect(text).toContain(`${name} (`);
  expect(text).toMatch(/… and \d+ more members/);
});

test('what is deleted stays when what is added is left out', () => {
  const review = { ...reviewOfMany(0, { alike: true }) };
  const many = Array.from({ length: 3000 }, (_, index) => resource('create', `aws_iam_user.member_n${index}`));
  const plan = planOf([...many, resource('delete', 'aws_iam_user.member_old')]);
  const text = renderComment(viewOf({ ...review, plan }, { budget: 12_000 }));
  expect(text).toContain('aws_iam_user.member_old');
  expect(text).toMatch(/… and 2,\d\d\d more resources/);
});

test('a failure and why it failed outlive everything', () => {
  const failure = { reason: 'plan-failed', detail: `Error: no such thing\n${'x'.repeat(190)}\n`.repeat(2000) } as const;
  const text = renderComment(
    viewOf(reviewOfMany(PEOPLE, { alike: false }), { state: 'failed', failure, budget: 12_000 }),
  );
  expect(text).toContain('### Not planned: the plan failed');
  expect(text).toContain('Error: no such thing');
  expect(text).toMatch(/\.\.\. [\d,]+ more lines/);
  expect(bytes(text)).toBeLessThanOrEqual(12_000);
  expectWhole(text);
});

/** A view with that text wherever one from elsewhere can stand. */
function viewFull(text: (slot: string) => string, count: number, budget: number): CommentView {
  const role = text('role');
  const people = Array.from({ length: count }, (_, index) => {
    const person = personOf(index, {
      user: text(`user ${index}`),
      key: text(`key ${index}`),
      name: text(`name ${index}`),
    });
    return { ...person, roles: { gained: [role], lost: [role] } };
  });
  const base = reviewOfMany(1, { alike: true });
  const user = text('another user');
  const review: Review = {
    ...base,
    lab: text('lab'),
    account: text('account'),
    people,
    descriptive: [text('word')],
    roles: [{ key: role, kind: 'changed', gained: ['SendBonus'], lost: [], members: 2 }],
    settings: [
      { kind: 'owners', gained: [text('owner')], lost: [text('owner')] },
      { kind: 'owner-login', owner: text('owner'), from: text('login'), to: text('login') },
      { kind: 'lab', from: text('lab'), to: text('lab') },
      { kind: 'state', from: text('bucket'), to: null },
      { kind: 'keys', member: text('member'), from: 1, to: 2 },
      { kind: 'snooze', finding: text('finding'), from: null, to: '2027-01-31', reason: text('reason') },
    ],
    questions: [{ kind: 'everything', user }],
    unexplained: [
      { kind: 'not-in-files', difference: { kind: 'user-added', user }, address: null, attributes: [] },
      { kind: 'manual-change-reverted', difference: null, address: text('address'), attributes: [text('attribute')] },
      {
        kind: 'manual-change-reverted',
        difference: { kind: 'tag-changed', user, tag: text('tag'), from: null, to: text('tag') },
        address: null,
        attributes: [],
      },
    ],
    blocks: [
      block('member-not-departed', { member: text('member'), user, today: '2026-11-25', renamed: text('renamed') }),
      block('lab-changed', { from: text('lab'), to: text('lab') }),
      block('outside-managed-path', { address: text('address'), what: text('what'), managed: text('managed') }),
    ],
    suspendedDuringApply: [user],
    plan: planOf([
      resource('delete', text('address'), [text('attribute')]),
      { address: 'a.b', actions: [text('action')], attributes: [] },
    ]),
  };
  return {
    review,
    state: 'failed',
    failure: { reason: 'plan-failed', detail: text('detail').replaceAll('\n', ' ') },
    footer: {
      commit: text('commit'),
      tools: { engine: text('engine'), provider: text('provider') },
      runUrl: text('url'),
      at: review.at,
    },
    reveal: true,
    budget,
  };
}

test('whatever the texts say, the page has the same elements, and fits', () => {
  // Equal texts in equal places: rows are shared by people for whom the same happens.
  const harmless = (slot: string) => `Bo ${slot.replace(/\d+/, '')}`.trim().replaceAll(' ', '');
  fc.assert(
    fc.property(hostileText(), fc.integer({ min: 0, max: 5 }), (hostile, count) => {
      const page = (text: (slot: string) => string) => renderComment(viewFull(text, count, 60_000));
      const text = page((slot) => (slot === 'detail' && hostile.trim() === '' ? 'x' : hostile));
      expect(bytes(text)).toBeLessThanOrEqual(60_000);
      expectWhole(text);
      const links = (html: string) => html.replace(/<a href="https:\/\/evil\.example"><\/a>/, '');
      expect(links(skeletonOf(htmlOf(text.split('\n').slice(1).join('\n'))))).toBe(
        skeletonOf(htmlOf(page(harmless).split('\n').slice(1).join('\n'))),
      );
    }),
    { numRuns: runs(60) },
  );
});

test('never over the budget with many people and hostile texts', () => {
  fc.assert(
    fc.property(
      hostileText(),
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 70_000 }),
      (hostile, count, budget) => {
        const text = renderComment(viewFull((slot) => `${hostile}${slot}`, count, budget));
        expect(bytes(text)).toBeLessThanOrEqual(Math.max(12_000, budget));
        expectWhole(text);
      },
    ),
    { numRuns: runs(30) },
  );
});

test('a job summary may be longer than a comment', () => {
  const review = reviewOfMany(PEOPLE, { alike: false });
  const comment = renderComment(viewOf(review));
  expect(bytes(renderSummary(viewOf(review)))).toBeGreaterThan(bytes(comment));
});

test('parts are filled by rank, and each says what it leaves out', () => {
  const part = (name: string, rank: number): Part => ({
    head: `${name}:`,
    rows: Array.from({ length: 10 }, (_, index) => `${name}${index}`),
    omitted: (from) => `${10 - from} more`,
    rank,
  });
  const text = fitParts([fixed('top'), part('a', 2), part('b', 1)], 70);
  expect(text).toContain('b9');
  expect(text).toMatch(/a:\n(a\d\n)*\d+ more/);
});

test.each([
  ['a list', 5, 0],
  ['a list of which 7 are the worst', 7, 7],
  ['a table', 10, 0],
  ['a table of which 12 are the worst', 12, 12],
] as const)('of %s, what follows the first %i is folded', (what, shown, open) => {
  const texts = Array.from({ length: 14 }, (_, index) => t`row ${index + 1}.`);
  const block: Block = what.startsWith('a list')
    ? list(texts, { open, rank: 1 })
    : { kind: 'table', head: [t`Row`], rows: texts.map((text) => [text]), open, rank: 1 };
  const [before = '', folded = ''] = printMarkdown([block], { reveal: false }).split('<details>');
  expect(before.match(/row/g)).toHaveLength(shown);
  expect(folded).toContain(`<summary>${14 - shown} more</summary>`);
  expect(folded.match(/row/g)).toHaveLength(14 - shown);
  expect(printMarkdown([details(t`All`, block)], { reveal: false }).match(/<details>/g)).toHaveLength(1);
});
