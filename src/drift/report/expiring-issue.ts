import { headlineText, memberText, mentionedText } from '../../access/text/names.ts';
import { dateWords } from '../../text/dates.ts';
import { alert, codeBlock, list, paragraph } from '../../text/document.ts';
import {
  codeText,
  counted,
  linkText,
  sentences,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { checkedFooter, type IssueText, type RunLinks } from './drift-issue.ts';
import type { ExpiringAccess } from './report.ts';

/** The issue that asks whether to extend the access of members with the same last day. */
export function expiringAccessIssue(
  { until, members, owners }: ExpiringAccess,
  { lab, at }: { readonly lab: string; readonly at: string },
  links: RunLinks,
): IssueText {
  const day = trusted(dateWords(until));
  const { repository } = links;
  const file = codeText('team.yaml');
  const edit = repository === null ? file : linkText(file, `${repository}/edit/main/team.yaml`);
  const names = someTexts(members.map(headlineText));
  return {
    title: `Extend access or let it expire? ${counted(members.length, 'member')} of ${lab}, last day ${dateWords(until)}`,
    blocks: [
      alert(
        'note',
        sentences(
          strongText(t`Access of ${names} ends after ${day}.`),
          t`Extend it in ${file}, or do nothing to let it expire.`,
        ),
      ),
      {
        kind: 'table',
        head: [t`Member`, t`Who decides`],
        rows: members.map(({ sponsor, ...member }) => [
          memberText(member),
          sponsor === null ? t`No sponsor` : t`${mentionedText(sponsor)}${standingText(sponsor)}`,
        ]),
        rank: 1,
        omitted: (from) => trusted(`… and ${counted(members.length - from, 'more member')}`),
      },
      ...(owners.length === 0
        ? []
        : [paragraph(t`If no sponsor can decide, the owners do: ${someTexts(owners.map(mentionedText), 5)}.`)]),
      list([
        {
          text: sentences(strongText(t`To extend:`), t`set a new last day in ${edit} and open a pull request.`),
          blocks: [
            codeBlock('yaml', [
              'members:',
              ...members.flatMap(({ key }) => [`  ${key}:`, `    until: "YYYY-MM-DD" # was "${until}"`]),
            ]),
          ],
        },
        sentences(
          strongText(t`To let it expire:`),
          t`no action needed. Access ends after ${day} (UTC); IAM users and keys stay until ${codeText('delete-after-days')} or ${codeText('departed')}.`,
          t`Ask for data on the members' own machines before that day.`,
        ),
      ]),
      checkedFooter(at, t`Closes automatically after that day`, links),
    ],
  };
}

function standingText({ standing, until }: NonNullable<ExpiringAccess['members'][number]['sponsor']>): Text {
  if (standing === 'stays') return t``;
  if (standing === 'suspended') return t` (suspended)`;
  return t` (own access ${trusted(standing)} after ${trusted(dateWords(until ?? ''))})`;
}
