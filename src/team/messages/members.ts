import type { TeamFindingArgs } from '../../diagnostics/team-codes.ts';
import { curlyText, isCurly } from '../../text/curly-quotes.ts';
import { wording } from '../../text/finding-message.ts';
import { quoted, say } from '../../text/visible.ts';
import type { TeamWords } from './messages.ts';

type MemberCode = Extract<
  keyof TeamFindingArgs,
  | `member-${string}`
  | `id-${string}`
  | `ids-${string}`
  | 'invalid-id'
  | `${string}-date`
  | `date-${string}`
  | 'too-many-roles'
  | 'until-passed'
  | 'left-in-future'
  | 'invalid-email'
  | 'invalid-github-login'
  | `${string}sponsor${string}`
  | `${string}owner${string}`
>;

/** About people: their ids, dates, sponsors and owners. */
export const MEMBER_WORDS: Pick<TeamWords, MemberCode> = {
  'invalid-id': ({ kind, id }) =>
    wording(
      'Not an id for IAM',
      say`${id} becomes part of a name in IAM, which may hold A-Z, a-z, 0-9 and + = , . @ _ - only, here with a letter or digit first.`,
      kind === 'role'
        ? 'Write a short key such as results-reader; description takes any text.'
        : `Write a short key such as ${idLike(id) ?? 'ada'}; name takes the name as the person writes it.`,
    ),
  'id-too-long': ({ kind, id, name, limit }) =>
    wording(
      'An id too long for IAM',
      say`${id} makes the IAM name ${name}, which has ${name.length} characters, and a ${kind === 'role' ? 'group' : 'user'} may have ${limit}.`,
      say`Shorten it by ${name.length - limit} or more.`,
    ),
  'ids-equal-ignoring-case': ({ kind, id, other }) =>
    wording(
      'Two ids that differ in case only',
      say`${id} and ${other} are one name in IAM, which ignores case.`,
      kind === 'departed'
        ? say`Give one of them another key; if the same person is meant, remove ${other} from members.`
        : 'Give one of them another key.',
    ),
  'member-without-roles': ({ member }) =>
    wording(
      'A member without roles',
      say`Member ${member} has no role and so may do nothing.`,
      'Give a role, or keep the roles and write suspended: true to stop access for a while.',
    ),
  'too-many-roles': ({ member, count, limit }) =>
    wording(
      'Too many roles',
      say`Member ${member} has ${count} roles, and IAM puts a user into ${limit} groups at most.`,
      'Make one role that extends several of them, and give that instead.',
    ),
  'invalid-date': ({ source, because }) =>
    wording(
      'Not a date',
      isCurly(source)
        ? curlyText(source)
        : because === 'calendar'
          ? say`${source} is not a day of the calendar.`
          : say`${source} is not a date as it is written here, year-month-day.`,
      `Write a day such as "2027-05-31", in ${isCurly(source) ? 'straight ' : ''}quotes.`,
    ),
  'date-not-quoted': ({ source }) =>
    wording(
      'A date without quotes',
      say`${source} stands without quotes, and many YAML programs make a point in time of that, which can be another day.`,
      `Write ${JSON.stringify(quoted(source))}`,
    ),
  'until-passed': ({ member, until }) =>
    wording(
      'Access has ended',
      say`The last day of ${member} was ${until}: access has ended, and the next apply removes the user.`,
      say`Move ${member} to departed, or write a later day.`,
    ),
  'left-in-future': ({ member, left }) =>
    wording(
      'Departed in the future',
      say`${member} is in departed with a day to come, ${left}, but the next apply would delete the user at once.`,
      say`Keep ${member} in members with until: "${left}"`,
    ),
  'invalid-email': ({ email }) =>
    wording('Not an e-mail address', say`${email} is not an e-mail address.`, 'Write one such as ada@lab.edu.'),
  'invalid-github-login': ({ login }) =>
    wording(
      'Not a GitHub login',
      say`${login} cannot be a GitHub login: letters, digits and single hyphens inside, at most 39.`,
      loginLike(login) === null ? 'Write the login alone, such as adaoneill.' : `Write ${loginLike(login)}`,
    ),
  'unknown-sponsor': ({ sponsor, suggestion }) =>
    wording(
      'Unknown sponsor',
      say`The sponsor ${sponsor} is not a member.`,
      suggestion === null ? 'Write the key of a member, or remove sponsor.' : say`Write ${suggestion}.`,
    ),
  'own-sponsor': ({ member }) =>
    wording(
      'Their own sponsor',
      say`${member} is named as the sponsor of ${member}, and nobody answers for themselves.`,
      'Write the key of another member, or remove sponsor.',
    ),
  'sponsor-departed': ({ sponsor }) =>
    wording(
      'A sponsor who has left',
      say`The sponsor ${sponsor} has left the lab.`,
      'Write the key of somebody who is there.',
    ),
  'sponsor-expired': ({ sponsor, until }) =>
    wording(
      'A sponsor whose access has ended',
      say`The access of the sponsor ${sponsor} ended on ${until}.`,
      'Write the key of somebody who is there.',
    ),
  'member-also-departed': ({ member }) =>
    wording(
      'Both a member and departed',
      say`${member} is in members and in departed, and can only be one of the two.`,
      say`Remove ${member} from members if they left, else from departed.`,
    ),
  'unknown-owner': ({ owner, suggestion }) =>
    wording(
      'Unknown owner',
      say`The owner ${owner} is not a member.`,
      suggestion === null ? 'Write the key of a member.' : say`Write ${suggestion}.`,
    ),
  'owner-departed': ({ owner }) =>
    wording(
      'An owner who has left',
      say`The owner ${owner} has left the lab and cannot approve changes.`,
      say`Remove ${owner} from owners.`,
    ),
  'owner-expired': ({ owner, until }) =>
    wording(
      'An owner whose access has ended',
      say`The access of the owner ${owner} ended on ${until}.`,
      say`Remove ${owner} from owners, or write a later day.`,
    ),
  'no-owner': ({ because }) =>
    wording(
      'No owner',
      because === 'nobody-named'
        ? 'Nobody owns this file, so nobody could approve a change of it.'
        : 'The access of every owner has ended, so nobody is left to approve a change.',
      'Write the key of a member who is there: owners: [ada]',
    ),
};

function idLike(id: string): string | null {
  const like = id
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return like === '' ? null : like;
}

function loginLike(login: string): string | null {
  const like = login
    .replace(/^(?:https?:\/\/)?(?:www\.)?github\.com\//i, '')
    .replace(/^@/, '')
    .replace(/\/$/, '');
  return like !== login && /^[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){0,38}$/.test(like) ? like : null;
}
