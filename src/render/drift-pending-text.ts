import type { DriftFinding, DriftLook } from '../review/drift-finding.ts';
import { fitParts, fixed } from './comment-budget.ts';
import { countWords, isAre, sortedFindings } from './drift-heading.ts';
import { findingLine } from './drift-item.ts';
import { budgetOf, type DriftView } from './drift-view.ts';
import { redact } from './redact.ts';

/** The issue about what was merged and is not applied, last days that have passed among it; null where that is nothing. */
export function pendingIssueText(look: DriftLook, view: DriftView): { title: string; body: string } | null {
  const { pending } = sortedFindings(look);
  if (pending.length === 0) return null;
  const { naming, reveal } = view;
  const title = `${naming.lab}: ${countWords(pending.length, 'change')} of team.yaml ${isAre(pending.length)} not applied`;
  const body = fitParts(
    [
      fixed(`### ${title}`),
      fixed(
        `Until it is applied, everybody can do what they could before.${pending.some(isOver) ? ' Whose last day has passed is denied everything since; the user is still there, with its keys.' : ''}`,
      ),
      {
        head: '',
        rows: pending.map((finding) => ({ text: `- ${findingLine(finding, naming, { reveal })}`, count: 1 })),
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

/** Somebody whom the file does not want any more: most often by a last day that has passed. */
function isOver({ what }: DriftFinding): boolean {
  return what.kind === 'difference' && what.difference.kind === 'user-added';
}
