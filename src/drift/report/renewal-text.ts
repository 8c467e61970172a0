import { fitParts, fixed, type Part } from '../../text/budget.ts';
import { dateWords } from '../../text/durations.ts';
import { code, type Markdown, md, ours, shortListed } from '../../text/markdown.ts';
import { budgetOf, type DriftView, fileUrl } from '../text/view.ts';
import type { Cohort, Renewal } from './renewals.ts';

/** The issue that asks, before the last day of some members, whether it is to be moved. */
export function renewalIssueText(
  cohort: Cohort,
  view: Pick<DriftView, 'repository' | 'budget'> & { readonly lab: string },
): { title: string; body: string } {
  const { until, members } = cohort;
  const day = dateWords(until);
  const one = members.length === 1;
  const who = one ? (members[0]?.key ?? '') : `${members.length} members`;
  const edit = fileUrl(view, 'team.yaml', true);
  const file = edit === null ? 'team.yaml' : `[team.yaml](${edit})`;
  const parts: Part[] = [
    fixed(
      `### Access of ${
        shortListed(
          members.map(({ name }) => md`${name}`),
          3,
        ).markdown
      } ends after ${day}`,
    ),
    fixed(
      `**Extend or let go?** If nobody does anything, ${one ? 'it ends' : 'all of it ends'} by itself at the end of that day (UTC), and the next apply deletes the ${one ? 'user with its keys' : 'users with their keys'}.`,
    ),
    {
      head: '',
      rows: members.map((member) => row(member)),
      tail: '',
      omitted: (from) => `- … and ${members.length - from} more, left out here.`,
      rank: 1,
    },
    ...ownersPart(cohort),
    fixed(`**To extend,** open ${file}, write a new last day for those who stay, and open a pull request:`),
    linesPart(cohort),
    fixed(
      `**To let go,** nothing has to be done. What they keep on their own machines is not the lab's to delete; ask for it before that day.`,
    ),
  ];
  return {
    title: `${view.lab}: access of ${who} ends after ${day}: extend or let go?`,
    body: fitParts(parts, budgetOf(view)),
  };
}

function row({ name, key, sponsor }: Renewal): { text: string; count: number } {
  const asked =
    sponsor === null
      ? ours('nobody answers for them (no `sponsor`)')
      : md`${personMarkdown(sponsor)} answers for them${standing(sponsor)}`;
  return { text: `- ${md`${name} (${code(key)}): ${asked}`.markdown}`, count: 1 };
}

function standing({ standing: how, until }: NonNullable<Renewal['sponsor']>): Markdown {
  switch (how) {
    case 'stays':
      return ours('');
    case 'ends':
      return ours(`, whose own access ends after ${dateWords(until ?? '')}`);
    case 'ended':
      return ours(`, whose own access ended after ${dateWords(until ?? '')}`);
    case 'suspended':
      return ours(', who is suspended');
  }
}

function ownersPart({ owners }: Cohort): readonly Part[] {
  if (owners.length === 0) return [];
  return [
    fixed(
      md`Where nobody else can answer, the owners are asked: ${shortListed(owners.map(personMarkdown), 5)}.`.markdown,
    ),
  ];
}

/** A login as GitHub gives them: nothing else is ever made a mention. */
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;

function personMarkdown({ name, github }: { readonly name: string; readonly github: string | null }): Markdown {
  return github === null || !LOGIN.test(github) ? md`${name}` : md`${name} (${ours(`@${github}`)})`;
}

function linesPart({ until, members }: Cohort): Part {
  return {
    head: '```yaml\nmembers:',
    rows: members.map(({ key }) => ({ text: `  ${key}:\n    until: "YYYY-MM-DD" # was "${until}"`, count: 1 })),
    tail: '```',
    omitted: (from) => `  # and ${members.length - from} more`,
    rank: 2,
  };
}
