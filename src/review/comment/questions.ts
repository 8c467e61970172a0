import { countOf } from '../../access/text/capability-words.ts';
import { code, listed, type Markdown, md, ours, shortListed } from '../../text/markdown.ts';
import type { Question, Review } from '../changes/review.ts';
import { namer } from './people.ts';

const KINDS: readonly Question['kind'][] = [
  'spending-without-end',
  'harm-without-end',
  'everything',
  'last-owner',
  'no-sponsor',
];

/** What to ask before approving, one question for all whom it is about. */
export function questionItems({ questions, people, lab, unexplained }: Review): readonly Markdown[] {
  const who = namer(people, lab);
  const unasked = unexplained.filter(({ kind }) => kind === 'not-in-files').length;
  const why = ours(`Why does it do what nobody asked for (${countOf(unasked, 'thing', 'things')}, named here)?`);
  const about = KINDS.flatMap((kind) => {
    const same = questions.filter((question) => question.kind === kind);
    if (same.length === 0) return [];
    const roles = [...new Set(same.flatMap((question) => ('roles' in question ? question.roles : [])))];
    const names = shortListed(
      same.map(({ user }) => who(user)),
      5,
    );
    return [wordsOf(kind, names, roles, same.length)];
  });
  return unasked === 0 ? about : [why, ...about];
}

function wordsOf(kind: Question['kind'], who: Markdown, roles: readonly string[], count: number): Markdown {
  const through =
    roles.length === 0
      ? md``
      : md` (through ${shortListed(
          roles.map((role) => code(role)),
          5,
        )})`;
  switch (kind) {
    case 'spending-without-end':
      return md`Should ${who} be able to spend money${through} without a last day? \`until\` in team.yaml sets one.`;
    case 'harm-without-end':
      return md`Should ${who} be able to harm workers${through} without a last day? \`until\` in team.yaml sets one.`;
    case 'everything':
      return md`${doNeed(count)} ${who} need all of Mechanical Turk${through}, or only a part of it?`;
    case 'last-owner':
      return md`Who else can approve? After this, ${who} is the only owner with access.`;
    case 'no-sponsor':
      return md`Who answers for ${who}? team.yaml names no \`sponsor\`.`;
  }
}

function doNeed(count: number): Markdown {
  return count === 1 ? md`Does` : md`Do`;
}

/** Who may do nothing for the seconds that it takes, and why. */
export function heldMarkdown({ suspendedDuringApply: held, people, lab }: Review): Markdown {
  return md`**While it is applied** (some seconds), ${listed(heldNames({ suspendedDuringApply: held, people, lab }))} may do nothing: the order of the steps could otherwise give them, for a moment, what they have neither before nor after.`;
}

function heldNames({
  suspendedDuringApply: held,
  people,
  lab,
}: Pick<Review, 'suspendedDuringApply' | 'people' | 'lab'>): readonly Markdown[] {
  const who = namer(people, lab);
  return held.length <= 10 ? held.map(who) : [...held.slice(0, 10).map(who), md`${held.length - 10} others`];
}
