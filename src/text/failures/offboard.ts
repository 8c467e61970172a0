import type { PipelineFailureArgs } from '../../diagnostics/failure.ts';
import type { ProblemTable } from '../problem.ts';
import { codeText, t } from '../text.ts';

const NOT_SAVED = {
  'no-user': t`there is no IAM user of that name`,
  unknown: t`which IAM user was applied is not known, and one of that name may be another`,
  replaced: t`another IAM user has the name of the one that was applied`,
  renamed: t`the IAM user that was applied has another name now`,
};

export const OFFBOARD_PROBLEMS = {
  'facts-unusable': ({ file, because }) => ({
    summary: t`${codeText(file)} proves nothing here`,
    help:
      because === 'damaged'
        ? t`name a file that ${codeText('mturk-team offboard MEMBER --out FILE')} wrote; without one, use ${codeText('--verify')} alone`
        : t`name the file of this member, lab and account`,
  }),
  'facts-not-saved': ({ member, because }) => ({
    summary: t`no facts about ${codeText(member)} to save`,
    reason: NOT_SAVED[because],
    help:
      because === 'no-user'
        ? t`if the user was deleted, run ${codeText('mturk-team offboard MEMBER --verify')}`
        : t`run ${codeText('mturk-team drift')}, which says who that is and what to do`,
  }),
} satisfies Partial<ProblemTable<PipelineFailureArgs>>;
