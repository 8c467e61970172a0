import { fitParts, fixed } from '../../text/budget.ts';
import { redact } from '../../text/redact.ts';
import type { DriftLook } from '../finding.ts';
import { headingWords, isOver, pendingHeading, sortedFindings } from './heading.ts';
import { findingLine } from './item.ts';
import { isNothingApplied, unappliedWords } from './unapplied.ts';
import { budgetOf, type DriftView } from './view.ts';

/** The issue about what was merged and is not applied, last days that have passed among it; null where that is nothing. */
export function pendingIssueText(look: DriftLook, view: DriftView): { title: string; body: string } | null {
  const { pending } = sortedFindings(look);
  if (pending.length === 0) return null;
  const { naming, reveal } = view;
  const isNew = isNothingApplied(look, naming);
  const title = isNew ? headingWords({ ...look, findings: pending }, naming) : pendingHeading(pending, naming);
  const over = pending.filter((finding) => isOver(finding, naming)).length;
  const until = [
    over === pending.length ? '' : 'Until it is applied, everybody can do what they could before.',
    over === 0 ? '' : 'Whose last day has passed is denied everything since; the user is still there, with its keys.',
  ];
  const body = fitParts(
    [
      fixed(`### ${title}`),
      fixed(isNew ? unappliedWords(look.findings) : until.filter((text) => text !== '').join(' ')),
      {
        head: '',
        rows: (isNew ? [] : pending).map((finding) => ({
          text: `- ${findingLine(finding, naming, { reveal })}`,
          count: 1,
        })),
        tail: '',
        omitted: (from) => `- … and ${pending.length - from} more, left out here; \`mturk-team plan\` lists all.`,
        rank: 1,
      },
      fixed(
        '**What to do:** run the apply workflow (Actions, apply, Run workflow). Where it stopped, it says why in an issue of its own.',
      ),
    ],
    budgetOf(view),
  );
  return { title: redact(title, reveal), body };
}
