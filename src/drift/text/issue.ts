import { fitParts, fixed, type Part } from '../../text/budget.ts';
import { dateWords } from '../../text/durations.ts';
import { code, type Markdown, md, ours, prose } from '../../text/markdown.ts';
import { redact } from '../../text/redact.ts';
import type { DriftFinding, DriftLook } from '../finding.ts';
import { asOfReportWords } from './as-of.ts';
import { ACCOUNT_COMMAND, ACCOUNT_VARIABLE } from './aws-command.ts';
import { classWords, countWords, headingWords, isAre, pendingListWords, toldFindings } from './heading.ts';
import { findingItem, findingLine, type ItemOptions, needsAccount } from './item.ts';
import { isAttributed, notPlannedWords, unseenWords } from './lines.ts';
import { renamedIn } from './renamed.ts';
import { snoozeNotes } from './snoozed.ts';
import { unappliedWords } from './unapplied.ts';
import { budgetOf, type DriftView, fileUrl } from './view.ts';

const RANK = { findings: 1, unseen: 2, pending: 3, snoozed: 4 };

/**
 * The issue about what differs, worst first: a title in plain text, and a body of GitHub-flavoured Markdown of at most
 * `view.budget` bytes, without marker and footer. No text from a file or an account can make a link, a mention or another
 * item of it; whatever is left out is counted, and never the worst.
 */
export function driftIssueText(look: DriftLook, view: DriftView): { title: string; body: string } {
  const { naming, reveal } = view;
  const { open, pending, settled, isNew } = toldFindings(look, naming);
  const heading = headingWords(look, naming);
  const classed = look.class === 'pending' || isNew ? null : classWords(look, naming);
  const asOf = asOfReportWords(look);
  const options: ItemOptions = {
    reconcile: view.reconcile,
    attributed: view.attributed ?? isAttributed(look),
    addresses: reveal,
    reveal,
    renamed: renamedIn(look.findings, naming),
    docs: fileUrl(view, 'docs/drift.md'),
  };
  const items = open.map((finding, index) => findingItem(index + 1, finding, naming, options));
  const short = (finding: DriftFinding) => ours(findingLine(finding, naming, options));
  const parts: Part[] = [
    fixed(`### ${heading}`),
    ...(isNew ? [fixed(unappliedWords(look.findings))] : []),
    ...(classed === null ? [] : [fixed(classed)]),
    ...(items.some(needsAccount) ? [fixed(accountNote())] : []),
    ...itemParts(items),
    ...list(`**${pendingListWords(pending, naming)}**`, pending.map(short), RANK.pending),
    ...list('**Done by hand, and as team.yaml wants it by now**', settled.map(short), RANK.pending),
    ...(asOf === null ? [] : [fixed(asOf)]),
    ...list(
      '**Could not be looked at**',
      look.unseen.map((unseen) => prose(redact(unseenWords(unseen), reveal))),
      RANK.unseen,
    ),
    ...list(
      '**Snoozed in team.yaml**',
      look.snoozed.map((each) => snoozedMarkdown(each, reveal)),
      RANK.snoozed,
    ),
    ...snoozeNotes(look).flatMap(({ words, ids }) =>
      list(
        `**${words}**`,
        ids.map((id) => code(redact(id, reveal), 300)),
        RANK.snoozed,
      ),
    ),
    ...(look.planned ? [] : [fixed(notPlannedWords(look))]),
    ...reconcileParts(open, view.reconcile),
    ...snoozeParts(open, look.at),
  ];
  return { title: redact(heading, reveal), body: fitParts(parts, budgetOf(view)) };
}

/** The worst is always there; of the rest as many as have room. */
function itemParts(items: readonly string[]): readonly Part[] {
  const [worst, ...rest] = items;
  if (worst === undefined) return [];
  const rows = rest.map((text) => ({ text: `\n${text}`, count: 1 }));
  return [
    fixed(worst),
    {
      head: '',
      rows,
      tail: '',
      omitted: (from) => omittedText(rows.length - from),
      rank: RANK.findings,
      continues: true,
    },
  ];
}

function omittedText(count: number): string {
  return `\n… and ${countWords(count, 'more finding')} that ${isAre(count)} no worse than those above, left out here for want of room; \`mturk-team drift\` lists all.`;
}

function list(head: string, items: readonly Markdown[], rank: number): readonly Part[] {
  if (items.length === 0) return [];
  return [
    {
      head: `${head}: ${items.length}\n`,
      rows: items.map(({ markdown }) => ({ text: `- ${markdown}`, count: 1 })),
      tail: '',
      omitted: (from) => `- … and ${items.length - from} more, left out here.`,
      rank,
    },
  ];
}

function snoozedMarkdown({ finding, until, reason }: DriftLook['snoozed'][number], reveal: boolean): Markdown {
  return md`${code(redact(finding.id, reveal), 300)} until ${ours(dateWords(until))}: ${prose(redact(reason, reveal))}`;
}

function accountNote(): string {
  return `In the commands below \`$${ACCOUNT_VARIABLE}\` stands for the number of the account. Set it once: \`${ACCOUNT_COMMAND}\``;
}

function reconcileParts(open: readonly DriftFinding[], reconcile: boolean): readonly Part[] {
  const count = open.filter(({ fate, cause }) => fate === 'undo' && cause === 'manual').length;
  if (count === 0) return [];
  const what = `${countWords(count, 'finding')} can be undone without giving anybody anything`;
  return [
    fixed(
      reconcile
        ? `${what}: the drift workflow does that by itself, unless it says here why not.`
        : `${what}. The drift workflow does that by itself once \`settings\` in team.yaml have \`reconcile: { mode: additions, per-day: 3 }\`.`,
    ),
  ];
}

/** How to put up with something for a while, by the first thing that a person has to decide about. */
function snoozeParts(open: readonly DriftFinding[], at: string): readonly Part[] {
  const example = open.find(
    ({ fate, id }) => fate === 'leave' && /^[\w+=,.@/-]+$/.test(id) && redact(id, false) === id,
  );
  if (example === undefined) return [];
  const until = new Date(Date.parse(at) + SNOOZE).toISOString().slice(0, 10);
  return [
    fixed(
      [
        '<details>',
        '<summary>To put up with a finding for a while</summary>',
        '',
        'Write its name (in small print below it), a last day and the reason into team.yaml, through a pull request. What becomes worse has another name and is reported all the same.',
        '',
        '```yaml',
        'snoozed:',
        `  ${example.id}: { until: "${until}", reason: "..." }`,
        '```',
        '',
        '</details>',
      ].join('\n'),
    ),
  ];
}

/** 30 days. */
const SNOOZE = 30 * 86_400_000;
