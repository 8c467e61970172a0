import { headlineText, memberText } from '../../access/text/names.ts';
import type { Member, Team } from '../../team/team.ts';
import { DAY_MS, dateWords, timeWords } from '../../text/dates.ts';
import { type Block, list, paragraph } from '../../text/document.ts';
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
import { type RunLinks, runParts } from './drift-issue.ts';
import type { ExpiringAccess } from './report.ts';

type Person = ExpiringAccess['owners'][number];
type Sponsor = NonNullable<ExpiringAccess['members'][number]['sponsor']>;

/**
 * Members whose last day is near, grouped by day, the nearest first. Suspended members are left out: nothing of theirs
 * ends. `today` is `YYYY-MM-DD`, UTC.
 */
export function expiringAccess(team: Team, today: string): readonly ExpiringAccess[] {
  const near = team.settings.renewBeforeDays;
  // 0 days switches the question off.
  if (near === 0) return [];
  const byDay = new Map<string, Member[]>();
  for (const member of team.members) {
    const { until, suspended } = member;
    if (until === null || suspended) continue;
    const left = Math.round((Date.parse(until) - Date.parse(today)) / DAY_MS);
    if (left >= 0 && left <= near) byDay.set(until, [...(byDay.get(until) ?? []), member]);
  }
  const byKey = new Map(team.members.map((member) => [member.key, member]));
  return [...byDay]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([until, all]) => {
      const members = all.map(({ key, name, sponsor }) => {
        const found = sponsor === null ? undefined : byKey.get(sponsor);
        return { key, name, sponsor: found === undefined ? null : sponsorOf(found, until, today) };
      });
      const isAnswered = members.every(({ sponsor }) => sponsor?.standing === 'stays');
      return { until, members, owners: isAnswered ? [] : ownersToAsk(team, byKey, until) };
    });
}

function sponsorOf(sponsor: Member, until: string, today: string): Sponsor {
  return { ...personOf(sponsor), standing: standingOf(sponsor, until, today), until: sponsor.until };
}

function standingOf(sponsor: Member, until: string, today: string): Sponsor['standing'] {
  if (sponsor.until !== null && sponsor.until < today) return 'ended';
  if (sponsor.suspended) return 'suspended';
  return sponsor.until !== null && sponsor.until <= until ? 'ends' : 'stays';
}

/** Owners who keep access, or all of them if none does. */
function ownersToAsk(team: Team, byKey: ReadonlyMap<string, Member>, until: string): Person[] {
  const owners = team.owners.flatMap((key) => byKey.get(key) ?? []);
  const staying = owners.filter((owner) => !owner.suspended && (owner.until === null || owner.until > until));
  return (staying.length === 0 ? owners : staying).map(personOf);
}

function personOf({ key, name, github }: Member): Person {
  return { key, name, github };
}

/** The issue that asks whether to extend the access of members with the same last day. */
export function expiringAccessIssue(
  { until, members, owners }: ExpiringAccess,
  { lab, at }: { readonly lab: string; readonly at: string },
  links: RunLinks,
): { readonly title: string; readonly blocks: readonly Block[] } {
  const day = trusted(dateWords(until));
  const { repository } = links;
  const file = codeText('team.yaml');
  const edit = repository === null ? file : linkText(file, `${repository}/edit/main/team.yaml`);
  const names = someTexts(members.map(headlineText));
  return {
    title: `Extend access or let it expire? ${counted(members.length, 'member')} of ${lab}, last day ${dateWords(until)}`,
    blocks: [
      {
        kind: 'alert',
        level: 'note',
        lines: [
          sentences(
            strongText(t`Access of ${names} ends after ${day}.`),
            t`Extend it in ${file}, or do nothing to let it expire.`,
          ),
        ],
      },
      {
        kind: 'table',
        head: [t`Member`, t`Who decides`],
        rows: members.map(({ sponsor, ...member }) => [
          memberText(member),
          sponsor === null ? t`No sponsor` : t`${personText(sponsor)}${standingText(sponsor)}`,
        ]),
        rank: 1,
        omitted: (from) => trusted(`… and ${counted(members.length - from, 'more member')}`),
      },
      ...(owners.length === 0
        ? []
        : [paragraph(t`If no sponsor can decide, the owners do: ${someTexts(owners.map(personText), 5)}.`)]),
      list([
        {
          text: sentences(strongText(t`To extend:`), t`set a new last day in ${edit} and open a pull request.`),
          blocks: [
            {
              kind: 'code',
              language: 'yaml',
              lines: [
                'members:',
                ...members.flatMap(({ key }) => [`  ${key}:`, `    until: "YYYY-MM-DD" # was "${until}"`]),
              ],
            },
          ],
        },
        sentences(
          strongText(t`To let it expire:`),
          t`no action needed. Access ends after ${day} (UTC); IAM users and keys stay until ${codeText('delete-after-days')} or ${codeText('departed')}.`,
          t`Ask for data on the members' own machines before that day.`,
        ),
      ]),
      {
        kind: 'footer',
        parts: [t`Checked ${trusted(timeWords(at))}`, t`Closes automatically after that day`, ...runParts(links)],
      },
    ],
  };
}

function standingText({ standing, until }: Sponsor): Text {
  const day = trusted(dateWords(until ?? ''));
  switch (standing) {
    case 'stays':
      return t``;
    case 'ends':
      return t` (own access ends after ${day})`;
    case 'ended':
      return t` (own access ended after ${day})`;
    case 'suspended':
      return t` (suspended)`;
  }
}

/** GitHub's form of logins: nothing else becomes a mention. */
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;

function personText({ key, name, github }: Person): Text {
  return github === null || !LOGIN.test(github) ? memberText({ key, name }) : t`${name} (${trusted(`@${github}`)})`;
}
