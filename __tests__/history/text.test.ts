import { queryNamed } from '../../src/access/explain.ts';
import { pastOf, readChanges } from '../../src/app/history/past.ts';
import { explainWhy } from '../../src/app/history/why.ts';
import { changesTo } from '../../src/history/changes.ts';
import { historyBlocks, noteBlocks, pastBlocks, whyBlocks } from '../../src/history/text.ts';
import { visibleWidth } from '../../src/text/columns.ts';
import type { Block } from '../../src/text/document.ts';
import { printMarkdown } from '../../src/text/github.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { codeText, t } from '../../src/text/text.ts';
import { obtained } from '../support/github-client.ts';
import { expectGolden } from '../support/golden.ts';
import { SAMPLE_HISTORY } from '../support/sample-history.ts';
import { TeamHistory } from '../support/team-history.ts';

const history = new TeamHistory(SAMPLE_HISTORY);
const { file } = history;
afterAll(() => history.remove());

const golden = (name: string, answers: readonly (readonly Block[])[]) => {
  const lines = answers.flatMap((blocks) => [...printTerminal(blocks, 100), '', '']);
  // A command stays on one line.
  for (const line of lines.filter((each) => !each.startsWith('  mturk-team')))
    expect(visibleWidth(line)).toBeLessThanOrEqual(100);
  expectGolden(`history/${name}.txt`, `${lines.join('\n').trimEnd()}\n`);
  const markdown = answers.map((blocks) => printMarkdown(blocks, { reveal: false }));
  expectGolden(`history/${name}.md`, `${markdown.join('\n\n').trimEnd()}\n`);
};

const why = async (member: string, what: string, day: string) => {
  const answer = obtained(await explainWhy({ file, member, what, day }, {}));
  return whyBlocks(answer);
};

test('why, and why not', async () => {
  golden('why', [
    await why('ada', 'SendBonus', '2026-06-20'),
    await why('bo', 'pay:bonus', '2026-02-10'),
    await why('bo', 'spend', '2026-04-01'),
    await why('bo', 'results:read', '2026-06-10'),
    await why('bo', 'results:read', '2026-06-20'),
    await why('cy', 'pay:bonus', '2026-04-02'),
    await why('ada', 'hits:publish', '2026-06-20'),
  ]);
});

test('every change of access, and those of a member', async () => {
  golden('changes', [
    historyBlocks(obtained(await readChanges(file, null, '2026-06-20')), t`Access in perception-lab`),
    historyBlocks(obtained(await readChanges(file, 'cy', '2026-06-20')), t`Access of ${codeText('cy')}`),
  ]);
});

test('a freeze is named beside a role that comes or goes with it, and what changes no access, too', async () => {
  const file = (bo: string, freeze: string, reviewed = '', departed = '') =>
    `version: 1\nlab: lab\naccount: "123456789012"\nowners: [ada]\nroles:\n  reader: { allow: [results:read] }\n  payer: { allow: [pay:bonus, pay:reject] }\nmembers:\n  ada: { name: Ada, roles: [payer] }\n  bo: { name: Bo, roles: [${bo}]${reviewed} }\nfreeze: [${freeze}]\n${departed}`;
  const both = new TeamHistory([
    { date: '2026-02-01T10:00:00Z', subject: 'Begin', text: file('payer', '') },
    { date: '2026-02-02T10:00:00Z', subject: 'Freeze, and Bo reads', text: file('payer, reader', 'spend') },
    { date: '2026-02-03T10:00:00Z', subject: 'End it, and Bo reads no more', text: file('payer', '') },
    {
      ...{ date: '2026-02-05T10:00:00Z', subject: 'Review' },
      text: file('payer', '', ', reviewed: "2026-02-04"', 'departed: { hal: { left: "2025-12-20", reason: x } }\n'),
    },
  ]);
  const textOf = async (key: string) => {
    const changes = obtained(await readChanges(both.file, key, '2026-02-10'));
    return printMarkdown(historyBlocks(changes, t`Access`), { reveal: false });
  };
  const [text, hal] = [await textOf('bo'), await textOf('hal')];
  both.remove();
  expect(text).toContain('- Access reviewed on 4 Feb 2026: Bo (`bo`)');
  expect(text).not.toContain('Left on');
  expect(hal).toContain('Access: 1 change');
  expect(hal).toContain('- Left on 20 Dec 2025: `hal`');
  expect(text).toContain('Adds role `reader`; freeze');
  expect(text).toContain('Removes role `reader`; freeze ends');
});

test('what a commit says of itself cannot end its quotes', () => {
  const commit = { id: 'a'.repeat(40), parents: [], date: '2026-02-01T10:00:00Z', pull: null, path: 'team.yaml' };
  const quoted = (subject: string) => {
    const note = { code: 'history-names-ignored' as const, names: ['x'], commit: { ...commit, subject } };
    return printTerminal(
      noteBlocks([{ ...note, commit: { ...note.commit, author: '', blob: null, isFirst: true } }]),
      200,
    )
      .join('\n')
      .split('"');
  };
  // What Unicode lists as confusable with a quotation mark, two apostrophes, and marks that no letter carries.
  const ends = [
    '"',
    "''",
    '``',
    ...'\u02ba\u02dd\u02ee\u02f6\u05f2\u05f4\u1427\u1cd3\u201c\u201d\u201e\u201f\u2033\u2036\u275d\u275e\u301d\u301e\u3003\uff02\u144a\u16cc\ua78c',
  ];
  for (const end of [...ends, ' \u030b', ' \u030e'])
    expect(quoted(`Add Bo${end}; by ${end}Ada`)).toEqual([
      expect.any(String),
      expect.stringMatching(/^Add Bo *'; by *'Ada$/),
      ': x (history-names-ignored)',
    ]);
  for (const words of ["Zoë O'Neill: 50 % – メンバーを追加 (#7)", 'Лаборатория, நிரல்_1'])
    expect(quoted(words)[1]).toBe(words);
});

test('what an answer about a day adds', async () => {
  const spend = queryNamed('spend', { roles: [] });
  if (spend === null) throw new Error('spend is a query');
  const on = async (day: string) => {
    const past = obtained(await pastOf(file, day));
    return pastBlocks(past, changesTo(past.changes, spend));
  };
  golden('days', [await on('2026-04-01'), await on('2026-04-10'), await on('2026-06-01')]);
});
