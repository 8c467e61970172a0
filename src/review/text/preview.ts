import { accessChangeLines } from '../../access/text/access-change.ts';
import { listWords, userLabel } from '../../access/text/names.ts';
import { wrapVisible } from '../../text/columns.ts';
import type { Review, ReviewedPlan } from '../changes/review.ts';
import { countWords, namingOfReview, questionSentences, roleSentence, unexplainedSentence } from './change-words.ts';
import { refusalLines, countWords as resourceCountWords } from './plan.ts';
import { guardSentence } from './settings-changes.ts';

/** So many items of one list are told on a terminal; JSON has them all. */
const SHOWN = 30;

/**
 * A review on a terminal: where a plan says otherwise than the files, then people, then what a reviewer must know
 * besides. `corrected` are sentences. Lines are at most `width` cells wide.
 */
export function reviewLines(review: Review, corrected: readonly string[], width = 100): readonly string[] {
  const naming = namingOfReview(review);
  const at = new Date(review.at);
  const change = { at: at.toISOString(), people: review.people.map((person) => person.change), unchanged: [] };
  const list = (heading: string, items: readonly string[]) => listLines(heading, items, width);
  const paragraphs = [
    [headingOf(review)],
    list('The plan says otherwise than the files:', corrected),
    dangerLines(review),
    accessChangeLines(change, naming, width),
    list('What guards the lab changes:', review.settings.map(guardSentence)),
    list('Roles:', review.roles.map(roleSentence)),
    list('Ask before you approve:', questionSentences(review.questions, naming)),
    list(
      'Not explained by the change of the file:',
      review.unexplained.map((each) => unexplainedSentence(each, naming)),
    ),
    review.plan === null ? [] : [planLine(review.plan)],
    review.suspendedDuringApply.length === 0
      ? []
      : list('May do nothing while this is applied:', [
          listWords(review.suspendedDuringApply.slice(0, SHOWN).map((user) => userLabel(user, naming))),
        ]),
    review.descriptive.length === 0
      ? []
      : list('Only words change of:', [listWords(review.descriptive.slice(0, SHOWN))]),
    refusalLines(review.blocks, width),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function headingOf({ lab, plan }: Review): string {
  return plan === null
    ? `${lab}, by its two team files alone`
    : `${lab}, as planned by ${plan.engine} with ${plan.provider}`;
}

/** How many people gain what is dangerous: the first thing to know. */
function dangerLines({ people }: Review): readonly string[] {
  const having = (name: 'gains-spending' | 'gains-harm') =>
    people.filter(({ classes }) => classes.includes(name)).length;
  const [spending, harm] = [having('gains-spending'), having('gains-harm')];
  const told = (count: number, what: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? 'person gains' : 'people gain'} the power to ${what}.`];
  const sentences = [...told(spending, 'spend money'), ...told(harm, 'harm workers')];
  return sentences.length === 0 ? [] : [`  ${sentences.join(' ')}`];
}

function planLine(plan: ReviewedPlan): string {
  const { add, change, remove, replace, importing } = plan;
  if (add + change + remove + importing === 0) return '  Nothing to do in IAM.';
  const anew = replace === 0 ? '' : ` (${replace} of them made anew)`;
  const taken = importing === 0 ? '' : `, ${importing} to take over`;
  return `  ${resourceCountWords({ add, change, remove })}${anew}${taken} in IAM`;
}

function listLines(heading: string, items: readonly string[], width: number): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length - SHOWN;
  const told =
    more > 1 ? [...items.slice(0, SHOWN), `and ${countWords(more, 'other')}; --format json has all of them.`] : items;
  return [
    `  ${heading}`,
    ...told.flatMap((item) =>
      wrapVisible(`- ${item}`, width - 6).map((line, index) => `    ${index === 0 ? '' : '  '}${line}`),
    ),
  ];
}
