import type { NotChecked } from '../../aws/inventory/unmanaged.ts';
import type { Failure } from '../../diagnostics/failure.ts';
import { runLink, timeWords } from '../../review/comment/footer.ts';
import { fitParts, fixed, type Part } from '../../text/budget.ts';
import { failureProblem } from '../../text/failures/failures.ts';
import { joined, ours, prose } from '../../text/markdown.ts';
import { redact } from '../../text/redact.ts';
import { plainText, t } from '../../text/text.ts';
import { unseenWords } from './lines.ts';
import { budgetOf } from './view.ts';

/** What kept somebody from looking. */
export interface DriftError {
  readonly lab: string;
  readonly unseen: readonly NotChecked[];
  /** Null where the look was made, and is not complete. */
  readonly failure: Failure | null;
  readonly runUrl: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly reveal?: boolean;
  readonly budget?: number;
}

/** The issue about a look that failed: an error is never told as drift. */
export function driftErrorText(error: DriftError): { title: string; body: string } {
  const { lab, unseen, failure, runUrl, at, reveal = false } = error;
  const isPart = failure === null && unseen.length > 0;
  const title = `${lab}: ${isPart ? 'not everything could be looked at' : 'the account could not be looked at'}`;
  const unknown = isPart
    ? 'This is not drift: what is named below could not be looked at, and may or may not be as team.yaml says.'
    : 'This is not drift: whether the account is still as team.yaml says is not known.';
  const parts: Part[] = [
    fixed(`### ${title}`),
    fixed(
      `**${unknown}** An issue about drift, where one is open, says what was found before. Nothing was changed on the account.`,
    ),
    ...(failure === null ? [] : [fixed(failureMarkdown(failure, reveal))]),
    ...(failure === null && !isPart ? [fixed(UNREADABLE)] : []),
    ...unseenParts(unseen, reveal),
    ...(failure === null && unseen.some(isDenied) ? [fixed(DENIED)] : []),
    fixed(`<sub>${joined([ours(timeWords(at)), ...runLink(runUrl)], ' · ').markdown}</sub>`),
  ];
  return { title, body: fitParts(parts, budgetOf(error)) };
}

/** Without a failure it was the file, which is read before anything else. */
const UNREADABLE =
  '**Why:** team.yaml could not be read, or breaks a rule (`validate-failed`).\n\n**What to do:** `mturk-team check` names each mistake and its remedy; mend them in a pull request.';

const DENIED =
  '**What to do:** the role that looks needs `iam:Get*`, `iam:List*` and `iam:GenerateCredentialReport` on everything; `docs/workflows.md` has its policy. Then run the drift workflow again.';

function isDenied({ failure }: NotChecked): boolean {
  return failure.code === 'credentials-denied';
}

function failureMarkdown(failure: Failure, reveal: boolean): string {
  const { summary, reason, help } = failureProblem(failure);
  const what = plainText(reason === null ? summary : t`${summary}: ${reason}`);
  const remedy = help === null ? '' : plainText(help);
  const sentence = (text: string) => prose(redact(text.replace(/\.\.$/, '.'), reveal)).markdown;
  return `**Why:** ${sentence(what)} (\`${failure.code}\`)\n\n**What to do:** ${sentence(remedy)}`;
}

function unseenParts(unseen: readonly NotChecked[], reveal: boolean): readonly Part[] {
  if (unseen.length === 0) return [];
  return [
    {
      head: `**Not looked at:** ${unseen.length}\n`,
      rows: unseen.map((each) => ({ text: `- ${prose(redact(unseenWords(each), reveal)).markdown}`, count: 1 })),
      tail: '',
      omitted: (from) => `- … and ${unseen.length - from} more, left out here.`,
      rank: 1,
    },
  ];
}
