import { inverse } from '../review/difference.ts';
import type { DriftFinding } from '../review/drift-finding.ts';
import type { Naming } from './access-words.ts';
import { differenceSaid } from './drift-difference.ts';
import { countWords } from './drift-heading.ts';
import { stepText } from './progress.ts';
import { markdownOf, type Said, said, sayCode, sayOurs, sayProse } from './said.ts';
import { dateWords } from './time-words.ts';
import { visible } from './visible.ts';

/** Why a reconcile did nothing. */
export type ReconcileRefusal =
  /** `settings.reconcile` is not set. */
  | { readonly because: 'off' }
  | { readonly because: 'pending'; readonly count: number }
  | { readonly because: 'unexplained'; readonly count: number }
  /** The plan would do more than undo what was found: addresses of Terraform. */
  | { readonly because: 'something-else'; readonly addresses: readonly string[] }
  | { readonly because: 'quota'; readonly perDay: number; readonly done: number; readonly wanted: number }
  /** Ids of findings that were undone twice and are here again. */
  | { readonly because: 'flapping'; readonly ids: readonly string[] }
  | { readonly because: 'another-look' }
  | { readonly because: 'not-confirmed' }
  /** Not everything could be looked at: names of what. */
  | { readonly because: 'unseen'; readonly what: readonly string[] }
  /** Nobody of the lab, or no role, has that key. */
  | { readonly because: 'nothing-to-restore'; readonly keys: readonly string[] };

/** So many names are told. */
const NAMED = 10;

/** Why nothing was undone, and what to do: sentences for a terminal and for `prose`. */
export function refusalText(refusal: ReconcileRefusal): string {
  switch (refusal.because) {
    case 'off':
      return 'Nothing was undone: team.yaml does not let it. Write this under settings, through a pull request: reconcile: { per-day: 3 }';
    case 'pending':
      return `Nothing was undone: ${countWords(refusal.count, 'change')} of team.yaml ${refusal.count === 1 ? 'is' : 'are'} not applied yet, and undoing would mix with them. Run the apply workflow, or mturk-team apply, first.`;
    case 'unexplained':
      return `Nothing was undone: the plan changes ${countWords(refusal.count, 'thing')} that neither team.yaml nor a change by hand explains. Look at mturk-team plan, and apply or mend that first.`;
    case 'something-else':
      return `Nothing was undone: besides what was found, the plan would change ${names(refusal.addresses)}. Look at mturk-team plan, and apply or mend that first.`;
    case 'quota':
      return `Nothing was undone: team.yaml allows ${refusal.perDay} in 24 hours, ${refusal.done} ${refusal.done === 1 ? 'was' : 'were'} undone in the last ones, and ${refusal.wanted} more would be. So many at once are a person's business: look who did it, then run mturk-team apply, or raise per-day.`;
    case 'flapping':
      return `Nothing was undone: ${names(refusal.ids)} ${refusal.ids.length === 1 ? 'was' : 'were'} undone twice in the last 7 days, and ${refusal.ids.length === 1 ? 'is' : 'are'} here again. Somebody, or another program, does it over and over: find out who before anything is undone again.`;
    case 'another-look':
      return 'Nothing was undone: the account is not as it was when this was reported. The next look reports what is there now.';
    case 'not-confirmed':
      return 'Nothing was undone. Answer y, or pass --yes where nobody can answer.';
    case 'unseen':
      return `Nothing was undone: ${names(refusal.what)} could not be looked at. Mend the access first; the report says what was refused.`;
    case 'nothing-to-restore':
      return `Nothing was put back: nothing was taken away from ${names(refusal.keys)}. The keys of members and roles stand in team.yaml.`;
  }
}

function names(list: readonly string[]): string {
  const shown = list.slice(0, NAMED).map((name) => visible(stepText(name, '').trim()));
  const more = list.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** How a reconcile ended, for a terminal. `left` findings are as they were. */
export function undoneText(undone: number, left: number): string {
  const rest =
    left === 0
      ? 'Nothing else differs.'
      : `${countWords(left, 'finding')} ${left === 1 ? 'is' : 'are'} left to a person.`;
  return undone === 0 ? `Nothing had to be undone. ${rest}` : `${countWords(undone, 'thing')} undone. ${rest}`;
}

/** What was undone, as one line of Markdown: `took Bo Chen out of paymaster`. */
export function undoneLine({ what }: DriftFinding, naming: Naming, reveal = false): string {
  const words: Said =
    what.kind === 'difference'
      ? differenceSaid(inverse(what.difference), naming)
      : what.kind === 'attributes'
        ? said`put back ${what.attributes.length === 0 ? said`` : said`${sayCode(what.attributes.join(', '))} of `}${sayProse(stepText(what.address, '').trim())}`
        : sayOurs('put back what was changed');
  const { markdown } = markdownOf(words, reveal);
  return `${markdown.charAt(0).toUpperCase()}${markdown.slice(1)}`;
}

/** What plan and apply say where nobody has looked for too long; `last` is ISO 8601, null where no run ever succeeded. */
export function heartbeatText(last: string | null, everyHours: number): string {
  const since =
    last === null
      ? 'No drift run has succeeded yet'
      : `No drift run has succeeded since ${dateWords(last)} (more than twice its period of ${countWords(everyHours, 'hour')})`;
  return `${since}: what is changed by hand on the account is not found. Look at the drift workflow under Actions; GitHub switches a schedule off after 60 days without activity.`;
}
