import type { DocumentPath } from '../../diagnostics/positions.ts';
import { QUOTAS } from '../../iam/quotas.ts';
import { listTexts, type Text, t, trusted } from '../../text/text.ts';
import { type DraftList, listIn } from '../draft.ts';
import { type RecipientProblem, recipientProblem } from '../recipient.ts';
import { LONGEST, PATTERNS } from '../schema.ts';
import { comparable } from '../team.ts';
import { yearsAfter } from './dates.ts';
import { preparedCheck, type RuleContext, rule, shortValue, textCheck, textsAt, useOr, value } from './rule.ts';

/** Rules about members, their sponsors, owners and those who left. */

/** RFC 5321, 4.5.3.1.3 without the angle brackets. */
const LONGEST_EMAIL = 254;

/** Scripts with letters that look like Latin ones. */
const ALIKE_SCRIPTS = ['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (script) => new RegExp(`\\p{Script=${script}}`, 'u'),
);

/** Far more than any study lasts: such a day is a mistyped one. */
const MOST_YEARS = 10;

const IDENTIFYING = { name: 'name', email: 'e-mail address', github: 'GitHub login' } as const;
type Identifying = keyof typeof IDENTIFYING;

const SPONSORS = ['members.*.sponsor'];
const OWNERS = ['owners.[]'];
const ANOTHER_MEMBER = t`use the key of a current member`;

const WHY_NO_RECIPIENT: Readonly<Record<RecipientProblem, Text>> = {
  identity: t`everyone who can read the file can open what is encrypted to it`,
  'post-quantum': t`older age programs cannot read post-quantum recipients`,
  plugin: t`recipients of age plugins and hardware keys need programs that mturk-team does not run`,
  ssh: t`mturk-team encrypts to age recipients, not to SSH keys`,
  mistyped: t`it was not copied exactly; its length, letter case or checksum is wrong`,
  weak: t`everyone can open what is encrypted to it`,
  'second-form': t`it is a second form of a recipient, and no identity opens what is encrypted to it`,
  'no-recipient': t`a recipient begins with ${value('age1')} and has 62 characters`,
};

const AS_OURS = t`where it is read, it could pass for a text of mturk-team`;
const MISLEADING = {
  scripts: {
    summary: t`mixes scripts within a word`,
    reason: t`letters of several scripts look alike, so it can read as another name`,
    help: t`write each word of the name in one script`,
  },
  long: {
    summary: t`has more than ${LONGEST.name} characters`,
    reason: AS_OURS,
    help: t`shorten it`,
  },
  spaces: { summary: t`has spaces side by side`, reason: AS_OURS, help: t`write one space between words` },
};

export const MEMBER_RULES = [
  rule({
    code: 'misleading-name',
    message: ({ name, because }: { name: string; because: keyof typeof MISLEADING }) => ({
      ...MISLEADING[because],
      summary: t`${shortValue(name)} ${MISLEADING[because].summary}`,
    }),
    check: textCheck(['members.*.name'], (name) => {
      const words = name.split(/[\s\p{Z}\p{P}]+/u);
      if (words.some((word) => ALIKE_SCRIPTS.filter((script) => script.test(word)).length > 1))
        return { name, because: 'scripts' as const };
      if ([...name].length > LONGEST.name) return { name, because: 'long' as const };
      return /[\s\p{Z}]{2}/u.test(name) && { name, because: 'spaces' as const };
    }),
  }),
  /** An error: a user without access looks like a forgotten line. `suspended` stops access for a while. */
  rule({
    code: 'member-without-roles',
    message: ({ member }: { member: string }) => ({
      summary: t`member ${shortValue(member)} has no role`,
      reason: t`the member could do nothing`,
      help: t`add a role; to stop access for a while, keep the roles and set ${value('suspended: true')}`,
    }),
    check({ draft }, report) {
      for (const [key, { roles }] of draft.members) {
        if (listIn(roles)?.length === 0) report(['members', key, 'roles'], { member: key });
      }
    },
  }),
  rule({
    code: 'too-many-roles',
    at: 'key',
    message: ({ member, count }: { member: string; count: number }) => ({
      summary: t`member ${shortValue(member)} has ${count} roles`,
      reason: t`an IAM user can be in ${QUOTAS.groupsPerUser} groups, one for each role`,
      help: t`add a role that extends several of them, and use that instead`,
    }),
    check({ draft }, report) {
      for (const [key, { roles }] of draft.members) {
        const count = new Set(listIn(roles)).size;
        if (count > QUOTAS.groupsPerUser) report(['members', key, 'roles'], { member: key, count });
      }
    },
  }),
  rule({
    code: 'invalid-email',
    message: ({ email }: { email: string }) => ({
      summary: t`${shortValue(email)} is not an e-mail address`,
      help: t`write one such as ${value('ada@lab.edu')}`,
    }),
    check: textCheck(
      ['members.*.email'],
      (email) => (email.length > LONGEST_EMAIL || !PATTERNS.email.test(email)) && { email },
    ),
  }),
  rule({
    code: 'invalid-github-login',
    message: ({ login }: { login: string }) => {
      const better = login.replace(/^(?:https?:\/\/)?(?:www\.)?github\.com\//i, '').replace(/^@|\/$/g, '');
      return {
        summary: t`${shortValue(login)} is not a GitHub login`,
        reason: t`a login has letters, digits and single hyphens inside, 39 at most`,
        help: PATTERNS.login.test(better)
          ? t`write ${value(better)}`
          : t`write the login alone, such as ${value('adaoneill')}`,
      };
    },
    check: textCheck(['members.*.github'], (login) => !PATTERNS.login.test(login) && { login }),
  }),
  rule({
    code: 'invalid-recipient',
    message: ({ member, because }: { member: string; because: RecipientProblem }) => ({
      summary:
        because === 'identity'
          ? t`${shortValue('recipient')} of ${shortValue(member)} is a secret identity`
          : t`${shortValue('recipient')} of ${shortValue(member)} is not an age X25519 recipient`,
      reason: WHY_NO_RECIPIENT[because],
      help:
        because === 'identity'
          ? t`delete that identity; the member runs ${value('mturk-team keys request')} and sends the line that it prints`
          : t`copy the line that ${value('mturk-team keys request')} prints for the member`,
    }),
    check: textCheck(['members.*.recipient'], (text, { key }) => {
      const because = recipientProblem(text);
      return because !== null && { member: key, because };
    }),
  }),
  /** An error: the identity of one member would open the keys of another. */
  rule({
    code: 'duplicate-recipient',
    message: ({ member, other }: { member: string; other: string }) => ({
      summary: t`members ${shortValue(other)} and ${shortValue(member)} have the same recipient`,
      reason: t`each of them could open the access keys of the other`,
      help: t`one of them runs ${value('mturk-team keys request')}, and the file gets the line that it prints`,
    }),
    check(context, report) {
      const known = new Map<string, string>();
      for (const { key, text, path } of textsAt(context, 'members.*.recipient')) {
        const other = known.get(text);
        if (other === undefined) known.set(text, key);
        else report(path, { member: key, other });
      }
    },
  }),
  rule({
    code: 'until-passed',
    severity: 'warning',
    message: ({ member, until }: { member: string; until: string }) => ({
      summary: t`the access of ${shortValue(member)} has ended`,
      reason: t`the last day was ${value(until)}`,
      help: t`move ${value(member)} to ${value('departed')}, or write a later day`,
    }),
    check: textCheck(['members.*.until'], (until, { key }, { today }) => until < today && { member: key, until }),
  }),
  rule({
    code: 'until-far-away',
    severity: 'warning',
    message: ({ member, until }: { member: string; until: string }) => ({
      summary: t`the last day of ${shortValue(member)} is more than ${MOST_YEARS} years away`,
      reason: t`${value(until)} may be a typing error`,
      help: t`correct the year, or remove ${value('until')} if access has no last day`,
    }),
    check: preparedCheck(['members.*.until'], ({ today }) => {
      const limit = yearsAfter(today, MOST_YEARS);
      return (until, { key }) => until > limit && { member: key, until };
    }),
  }),
  /** A warning: two people can have one name, and one person two users. */
  rule({
    code: 'duplicate-person',
    severity: 'warning',
    message: ({ member, other, fields }: { member: string; other: string; fields: readonly Identifying[] }) => ({
      summary: t`members ${shortValue(other)} and ${shortValue(member)} have the same ${listTexts(fields.map((field) => trusted(IDENTIFYING[field])))}`,
      reason: t`a reviewer cannot see which of them gains or loses access`,
      help: t`if they are one person, keep one of them; else correct one, or add to the name what distinguishes them`,
    }),
    check(context, report) {
      const known = new Map<string, string>();
      const found = new Map<string, { path: DocumentPath; member: string; other: string; fields: Identifying[] }>();
      for (const field of Object.keys(IDENTIFYING) as Identifying[]) {
        for (const { key, text, path } of textsAt(context, `members.*.${field}`)) {
          const id = `${field} ${comparable(text)}`;
          const other = known.get(id);
          if (other === undefined) known.set(id, key);
          else {
            const pair = found.get(`${key} ${other}`) ?? { path, member: key, other, fields: [] };
            found.set(`${key} ${other}`, { ...pair, fields: [...pair.fields, field] });
          }
        }
      }
      for (const { path, ...args } of found.values()) report(path, args);
    },
  }),
  /** A warning: the Deny before the first day no longer does anything. */
  rule({
    code: 'from-passed',
    severity: 'warning',
    message: ({ member, from }: { member: string; from: string }) => ({
      summary: t`the access of ${shortValue(member)} has begun`,
      reason: t`the first day was ${value(from)}, so ${value('from')} has no effect`,
      help: t`remove ${value('from')} with the next change, or write a later day`,
    }),
    check: textCheck(['members.*.from'], (from, { key }, { today }) => from < today && { member: key, from }),
  }),
  /** An error: no one has vouched on that day yet, and the next review would come late. */
  rule({
    code: 'reviewed-in-future',
    message: ({ member, today }: { member: string; today: string }) => ({
      summary: t`the review of ${shortValue(member)} is in the future`,
      reason: t`today is ${value(today)} in UTC`,
      help: t`write the day of the review, for today ${value(`reviewed: "${today}"`)}`,
    }),
    check: textCheck(['members.*.reviewed'], (day, { key }, { today }) => day > today && { member: key, today }),
  }),
  rule({
    code: 'from-after-until',
    message: ({ member, until }: { member: string; until: string }) => ({
      summary: t`the access of ${shortValue(member)} would end before it begins`,
      reason: t`the last day is ${value(until)}`,
      help: t`write a first day up to ${value(JSON.stringify(until))}, or a later last day`,
    }),
    check: preparedCheck(['members.*.from'], (context) => {
      const ends = lastDays(context);
      return (from, { key }) => {
        const until = ends.get(key);
        // Equivalent if mutated: no day is after none.
        return until !== undefined && from > until && { member: key, until };
      };
    }),
  }),
  /** An error: the next apply deletes the users of all who are in `departed`, whatever their day. */
  rule({
    code: 'left-in-future',
    message: ({ member, left }: { member: string; left: string }) => ({
      summary: t`${shortValue(member)} is in ${value('departed')} with a day in the future`,
      reason: t`the next apply would delete the user at once`,
      help: t`keep ${value(member)} in ${value('members')} with ${value(`until: "${left}"`)}`,
    }),
    check: textCheck(['departed.*.left'], (left, { key }, { today }) => left > today && { member: key, left }),
  }),
  rule({
    code: 'member-also-departed',
    at: 'key',
    message: ({ member }: { member: string }) => ({
      summary: t`${shortValue(member)} is in both ${value('members')} and ${value('departed')}`,
      help: t`remove ${value(member)} from ${value('members')} if they left, else from ${value('departed')}`,
    }),
    check(context, report) {
      const isDeparted = departedMember(context);
      for (const key of context.memberKeys) if (isDeparted(key)) report(['departed', key], { member: key });
    },
  }),
  rule({
    code: 'own-sponsor',
    message: ({ member }: { member: string }) => ({
      summary: t`${shortValue(member)} is their own sponsor`,
      reason: t`a sponsor answers for another member`,
      help: t`use the key of another member, or remove ${value('sponsor')}`,
    }),
    check: textCheck(SPONSORS, (sponsor, { key }) => sponsor === key && { member: key }),
  }),
  rule({
    code: 'sponsor-departed',
    message: ({ member }: { member: string }) => ({
      summary: t`sponsor ${shortValue(member)} has left the lab`,
      help: ANOTHER_MEMBER,
    }),
    check: preparedCheck(SPONSORS, departedMember),
  }),
  rule({
    code: 'unknown-sponsor',
    message: ({ member, suggestion }: { member: string; suggestion: string | null }) => ({
      summary: t`sponsor ${shortValue(member)} is not a member`,
      help: useOr(suggestion, t`use the key of a member, or remove ${value('sponsor')}`),
    }),
    check: preparedCheck(SPONSORS, unknownMember),
  }),
  rule({
    code: 'sponsor-expired',
    severity: 'warning',
    message: ({ member, until }: { member: string; until: string }) => ({
      summary: t`the access of sponsor ${shortValue(member)} ended on ${value(until)}`,
      help: ANOTHER_MEMBER,
    }),
    check: preparedCheck(SPONSORS, (context) => expiredMember(endedMembers(context))),
  }),
  rule({
    code: 'owner-departed',
    message: ({ member }: { member: string }) => ({
      summary: t`owner ${shortValue(member)} has left the lab`,
      reason: t`they can no longer approve changes`,
      help: t`remove ${value(member)} from ${value('owners')}`,
    }),
    check: preparedCheck(OWNERS, departedMember),
  }),
  rule({
    code: 'unknown-owner',
    message: ({ member, suggestion }: { member: string; suggestion: string | null }) => ({
      summary: t`owner ${shortValue(member)} is not a member`,
      help: useOr(suggestion, t`use the key of a member`),
    }),
    check: preparedCheck(OWNERS, unknownMember),
  }),
  /** Not of a lab without GitHub. A lab that approves there has a state for workflows, `self-approval`, or another login. */
  rule({
    code: 'owner-without-login',
    message: ({ member }: { member: string }) => ({
      summary: t`owner ${shortValue(member)} has no GitHub login`,
      reason: t`changes are approved on GitHub, where this owner cannot be asked`,
      help: t`add ${value('github: LOGIN')} to member ${value(member)}`,
    }),
    check: preparedCheck(OWNERS, ({ draft: { owners, members: entries, settings } }) => {
      const members = new Map(entries);
      const hasLogin = (owner: string | null) => members.get(owner ?? '')?.github !== undefined;
      const isOnGitHub = 'state' in settings || settings['self-approval'] === true || owners?.some(hasLogin);
      return (member) => isOnGitHub === true && members.has(member) && !hasLogin(member) && { member };
    }),
  }),
  /** Someone must be able to approve the next change. */
  rule({
    code: 'no-owner',
    message: ({ because }: { because: 'none-named' | 'none-active' }) => ({
      summary: {
        'none-named': t`the file has no owner`,
        'none-active': t`every owner is suspended, or has no access yet`,
      }[because],
      reason: t`no one could approve a change`,
      help:
        because === 'none-active'
          ? t`add another owner in the same change; to stop all spending, write ${value('freeze: [spend]')} instead`
          : t`write the key of a current member, for example ${value('owners: [ada]')}`,
    }),
    check(context, report) {
      const { owners } = context.draft;
      if (owners === null || !areWithoutAccess(owners, context)) return;
      const because = owners.length === 0 ? 'none-named' : 'none-active';
      report(['owners'], { because });
    },
  }),
  rule({
    code: 'owner-expired',
    severity: 'warning',
    message: ({ member, until }: { member: string; until: string }) => ({
      summary: t`the access of owner ${shortValue(member)} ended on ${value(until)}`,
      reason: t`they can no longer approve changes`,
      help: t`remove ${value(member)} from ${value('owners')}, or write a later day`,
    }),
    check: preparedCheck(OWNERS, (context) => expiredMember(endedMembers(context))),
  }),
];

function endedMembers(context: RuleContext): ReadonlyMap<string, string> {
  return new Map([...lastDays(context)].filter(([, until]) => until < context.today));
}

function lastDays(context: RuleContext): ReadonlyMap<string, string> {
  return new Map(textsAt(context, 'members.*.until').map(({ key, text }) => [key, text]));
}

function departedMember({ draft }: RuleContext) {
  const departed = new Set(draft.departed.map(([key]) => key));
  return (member: string) => departed.has(member) && { member };
}

/** No key is unknown if the file has no members. */
function unknownMember({ draft, memberKeys, suggest }: RuleContext) {
  const known = new Set(memberKeys);
  return (member: string) =>
    draft.hasMembers && !known.has(member) && { member, suggestion: suggest(member, memberKeys) };
}

function expiredMember(ended: ReadonlyMap<string, string>) {
  return (member: string) => {
    const until = ended.get(member);
    return until !== undefined && { member, until };
  };
}

/** Whether every owner is suspended, or has access on other days only. */
function areWithoutAccess(owners: DraftList, context: RuleContext): boolean {
  // A last day that passes must not end the checks: it is a warning.
  const without = new Set<string>();
  for (const { key, text: from } of textsAt(context, 'members.*.from')) if (from > context.today) without.add(key);
  for (const [key, { suspended }] of context.draft.members) if (suspended === true) without.add(key);
  // Equivalent if mutated: no member has no key.
  return owners.every((key) => key !== null && without.has(key));
}
