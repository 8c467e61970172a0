import type { PipelineFailureArgs } from '../../diagnostics/failure.ts';
import { dateWords, timeWords } from '../dates.ts';
import type { ProblemTable } from '../problem.ts';
import { codeText, TEAM_FILE, t, trusted } from '../text.ts';

const UNAVAILABLE = {
  'no-clone': [t`it is in no clone of a Git repository`, t`run it in a clone of the lab's repository`],
  'no-branch': [
    t`the clone has no branch ${codeText('main')}, which is the one that is applied`,
    t`run ${codeText('git fetch --no-tags origin +refs/heads/main:refs/remotes/origin/main')}`,
  ],
  'no-commit': [
    t`no commit of the default branch has a file of that name`,
    t`name the team file as the default branch has it`,
  ],
  damaged: [t`Git cannot read all of it`, t`run ${codeText('git fsck')}, or clone the repository again`],
} as const;

export const HISTORY_PROBLEMS = {
  'history-unavailable': ({ file, because }) => {
    const [reason, help] = UNAVAILABLE[because];
    return { summary: t`${codeText(file)} has no history that can be read`, reason, state: null, help };
  },
  'pull-request-unavailable': ({ number }) => ({
    summary: t`cannot read ${TEAM_FILE} of pull request ${trusted(String(number))}`,
    help: t`check the number, and that ${codeText('origin')} is the lab's repository on GitHub`,
  }),
  'history-shallow': ({ file }) => ({
    summary: t`the clone has only a part of the history of ${codeText(file)}`,
    reason: t`it is shallow: everything would seem to have begun with its oldest commit`,
    state: null,
    help: t`run ${codeText('git fetch --unshallow')}; in a workflow, set ${codeText('fetch-depth: 0')}`,
  }),
  'history-begins-later': ({ day, first }) => ({
    summary: t`the team file had no version on ${trusted(dateWords(day))}`,
    reason: t`its history begins on ${trusted(dateWords(first))}`,
    state: null,
    help: t`ask about that day, or a later one`,
  }),
  'history-version-unreadable': ({ file, commit, date, because, path, before }) => ({
    summary: t`${codeText(file)} of commit ${codeText(commit.slice(0, 7))} cannot be read`,
    reason: t`merged ${trusted(timeWords(date))}; ${
      {
        deleted: t`the commit deletes the file, or puts a link in its place`,
        'not-yaml': t`the file is no YAML`,
        value: t`the value of ${codeText(path ?? '')} is not known, and could decide who may do what`,
      }[because]
    }`,
    state: null,
    help:
      before === null
        ? t`ask about a day on which ${TEAM_FILE} could be read; ${codeText('mturk-team history')} lists them`
        : t`ask about ${trusted(dateWords(before))}, the last day before it: ${codeText(`--on ${before}`)}`,
  }),
  'not-in-history': ({ key, similar }) => ({
    summary: t`no member or role ${codeText(key)} in any version of the team file`,
    state: null,
    help: similar === null ? t`use the key of a member or role` : t`did you mean ${codeText(similar)}?`,
  }),
} satisfies Partial<ProblemTable<PipelineFailureArgs>>;
