import type { Failure } from '../../diagnostics/failure.ts';
import { failureText } from '../../text/failures/failures.ts';
import { code, type Markdown, md, ours } from '../../text/markdown.ts';
import { say } from '../../text/visible.ts';
import { timeWords } from './footer.ts';
import type { StaleDriftCheck } from './stale-drift-check.ts';

const HOUR = 3_600_000;

/** That nobody knows what was done by hand lately, as a paragraph of a comment. */
export function overdueMarkdown(overdue: StaleDriftCheck, now: Date): Markdown {
  const { workflow, last, since } = overdue;
  const every = ours(everyWords(overdue));
  const headline =
    last === null
      ? md`**No drift report has ever come about**, although ${code(workflow)} has been here since ${ours(timeWords(since))} and is to make one ${every}.`
      : md`**The last drift report is ${ours(ageWords(last, now))} old** (${ours(timeWords(last))}), and ${code(workflow)} is to make one ${every}.`;
  return md`${headline} ${ours(UNSEEN)} ${ours(remedyOf(overdue))}`;
}

/** The same on one line of a log. */
export function overdueText(overdue: StaleDriftCheck, now: Date): string {
  const { workflow, last, since } = overdue;
  const headline =
    last === null
      ? say`No drift report has ever come about, although ${workflow} has been here since ${timeWords(since)} and is to make one ${everyWords(overdue)}.`
      : say`The last drift report is ${ageWords(last, now)} old (${timeWords(last)}), and ${workflow} is to make one ${everyWords(overdue)}.`;
  return `${headline} ${UNSEEN} ${remedyOf(overdue)}`;
}

/** That nobody can tell whether looks are overdue. Nothing fails for it. */
export function looksUnknownText(workflow: string, failure: Failure): string {
  const needed = failure.code === 'github-denied' ? ' Give the job the permission actions: read.' : '';
  return say`Whether ${workflow} still looks at the account is not known, and nothing is said about it: ${firstLine(failureText(failure))}${needed}`;
}

const UNSEEN =
  'What was done by hand since then is not known where no plan sees it: new keys, console passwords, users who are not of the lab.';

function everyWords({ everyHours }: StaleDriftCheck): string {
  return everyHours === 1 ? 'every hour' : `every ${everyHours.toLocaleString('en-US')} hours`;
}

/** `53 hours`, `5 days` */
function ageWords(moment: string, now: Date): string {
  const hours = Math.floor((now.getTime() - Date.parse(moment)) / HOUR);
  return hours < 72 ? `${hours} hours` : `${Math.floor(hours / 24).toLocaleString('en-US')} days`;
}

function remedyOf({ off }: StaleDriftCheck): string {
  switch (off) {
    case 'github':
      return 'GitHub has switched the workflow off, as it does after 60 days without activity in a public repository: enable it under Actions.';
    case 'somebody':
      return 'Somebody has switched the workflow off: enable it under Actions.';
    case null:
      return 'Look at its runs under Actions, or start one there.';
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
