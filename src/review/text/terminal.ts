import { keyOfIamName } from '../../team/names.ts';
import type { Block } from '../../text/document.ts';
import type { Review } from '../manifest/schema.ts';
import { decisionBlocks, planBlocks, type ReviewOptions, reviewBlocks, roleBlocks } from './review.ts';

/** The review of a change on a terminal: the comment without what only a pull request needs. */
export function terminalReview(
  given: Review,
  { resources = false, ...options }: ReviewOptions & { readonly resources?: boolean },
): readonly Block[] {
  const review = options.isPublic === true ? withoutOutsiders(given) : given;
  return [
    ...decisionBlocks(review, options),
    ...reviewBlocks(review, options),
    ...roleBlocks(review),
    ...planBlocks(review, { resources }),
  ];
}

/** A review for a public log, which anyone can read: IAM users that are not the lab's have no names. */
function withoutOutsiders(review: Review): Review {
  const shown = (user: string) => (keyOfIamName(review.lab, user) === null ? '…' : user);
  const { people, questions, suspendedDuringApply } = review;
  return {
    ...review,
    people: people.map((person) => (person.key === null ? { ...person, user: '…' } : person)),
    questions: questions.map((question) => {
      if (question.kind === 'no-approver') return question;
      return question.kind === 'imported-credentials'
        ? { ...question, keys: question.keys.map((key) => ({ ...key, by: null })) }
        : { ...question, user: shown(question.user) };
    }),
    suspendedDuringApply: suspendedDuringApply.map(shown),
  };
}
