import { QUOTAS } from '../../iam/quotas.ts';
import { t } from '../../text/text.ts';
import { EMAIL_PATTERN, LOGIN_PATTERN } from '../schema.ts';
import { entriesIn, type RuleContext, rule, shortValue, textsIn, useOr, value } from './rule.ts';

/** Rules about members, their sponsors, owners and those who left. */

/** RFC 5321, 4.5.3.1.3 without the angle brackets. */
const LONGEST_EMAIL = 254;

/** An error: a user without access looks like a forgotten line. `suspended` stops access for a while. */
const memberWithoutRoles = rule({
  code: 'member-without-roles',
  message: ({ member }: { member: string }) => ({
    summary: t`member ${shortValue(member)} has no role`,
    reason: t`the member could do nothing`,
    help: t`add a role; to stop access for a while, keep the roles and set ${value('suspended: true')}`,
  }),
  check({ draft }, report) {
    for (const { key, roles } of draft.members) {
      if (roles?.length === 0) report(['members', key, 'roles'], { member: key });
    }
  },
});

const tooManyRoles = rule({
  code: 'too-many-roles',
  at: 'key',
  message: ({ member, count }: { member: string; count: number }) => ({
    summary: t`member ${shortValue(member)} has ${count} roles`,
    reason: t`an IAM user can be in ${QUOTAS.groupsPerUser} groups, one for each role`,
    help: t`add a role that extends several of them, and use that instead`,
  }),
  check({ draft }, report) {
    for (const { key, roles } of draft.members) {
      const count = new Set(roles ?? []).size;
      if (count > QUOTAS.groupsPerUser) report(['members', key, 'roles'], { member: key, count });
    }
  },
});

const invalidEmail = rule({
  code: 'invalid-email',
  message: ({ email }: { email: string }) => ({
    summary: t`${shortValue(email)} is not an e-mail address`,
    help: t`write one such as ${value('ada@lab.edu')}`,
  }),
  check(context, report) {
    for (const { text: email, path } of textsIn(context, 'members', 'email')) {
      if (email.length > LONGEST_EMAIL || !EMAIL_PATTERN.test(email)) report(path, { email });
    }
  },
});

const invalidGithubLogin = rule({
  code: 'invalid-github-login',
  message: ({ login }: { login: string }) => {
    const better = login.replace(/^(?:https?:\/\/)?(?:www\.)?github\.com\//i, '').replace(/^@|\/$/g, '');
    return {
      summary: t`${shortValue(login)} is not a GitHub login`,
      reason: t`a login has letters, digits and single hyphens inside, 39 at most`,
      help:
        better !== login && LOGIN_PATTERN.test(better)
          ? t`write ${value(better)}`
          : t`write the login alone, such as ${value('adaoneill')}`,
    };
  },
  check(context, report) {
    for (const { text: login, path } of textsIn(context, 'members', 'github')) {
      if (!LOGIN_PATTERN.test(login)) report(path, { login });
    }
  },
});

const untilPassed = rule({
  code: 'until-passed',
  severity: 'warning',
  message: ({ member, until }: { member: string; until: string }) => ({
    summary: t`the access of ${shortValue(member)} has ended`,
    reason: t`the last day was ${value(until)}`,
    help: t`move ${value(member)} to ${value('departed')}, or write a later day`,
  }),
  check(context, report) {
    for (const { key, text: until, path } of textsIn(context, 'members', 'until')) {
      if (until < context.today) report(path, { member: key, until });
    }
  },
});

/** An error: the next apply deletes the users of all who are in `departed`, whatever their day. */
const leftInFuture = rule({
  code: 'left-in-future',
  message: ({ member, left }: { member: string; left: string }) => ({
    summary: t`${shortValue(member)} is in ${value('departed')} with a day in the future`,
    reason: t`the next apply would delete the user at once`,
    help: t`keep ${value(member)} in ${value('members')} with ${value(`until: "${left}"`)}`,
  }),
  check(context, report) {
    for (const { key, text: left, path } of textsIn(context, 'departed', 'left')) {
      if (left > context.today) report(path, { member: key, left });
    }
  },
});

const memberAlsoDeparted = rule({
  code: 'member-also-departed',
  at: 'key',
  message: ({ member }: { member: string }) => ({
    summary: t`${shortValue(member)} is in both ${value('members')} and ${value('departed')}`,
    help: t`remove ${value(member)} from ${value('members')} if they left, else from ${value('departed')}`,
  }),
  check(context, report) {
    const departed = departedKeys(context);
    for (const key of context.memberKeys) if (departed.has(key)) report(['departed', key], { member: key });
  },
});

const ANOTHER_MEMBER = t`use the key of a current member`;

const ownSponsor = rule({
  code: 'own-sponsor',
  message: ({ member }: { member: string }) => ({
    summary: t`${shortValue(member)} is their own sponsor`,
    reason: t`a sponsor answers for another member`,
    help: t`use the key of another member, or remove ${value('sponsor')}`,
  }),
  check(context, report) {
    for (const { key, text, path } of sponsorsIn(context)) if (text === key) report(path, { member: key });
  },
});

const sponsorDeparted = rule({
  code: 'sponsor-departed',
  message: ({ sponsor }: { sponsor: string }) => ({
    summary: t`sponsor ${shortValue(sponsor)} has left the lab`,
    help: ANOTHER_MEMBER,
  }),
  check(context, report) {
    const departed = departedKeys(context);
    for (const { text: sponsor, path } of sponsorsIn(context)) if (departed.has(sponsor)) report(path, { sponsor });
  },
});

const unknownSponsor = rule({
  code: 'unknown-sponsor',
  message: ({ sponsor, suggestion }: { sponsor: string; suggestion: string | null }) => ({
    summary: t`sponsor ${shortValue(sponsor)} is not a member`,
    help: useOr(suggestion, t`use the key of a member, or remove ${value('sponsor')}`),
  }),
  check(context, report) {
    if (!context.draft.hasMembers) return;
    const members = new Set(context.memberKeys);
    for (const { text: sponsor, path } of sponsorsIn(context)) {
      if (!members.has(sponsor)) report(path, { sponsor, suggestion: context.suggest(sponsor, context.memberKeys) });
    }
  },
});

const sponsorExpired = rule({
  code: 'sponsor-expired',
  severity: 'warning',
  message: ({ sponsor, until }: { sponsor: string; until: string }) => ({
    summary: t`the access of sponsor ${shortValue(sponsor)} ended on ${value(until)}`,
    help: ANOTHER_MEMBER,
  }),
  check(context, report) {
    const ended = endedMembers(context);
    for (const { text: sponsor, path } of sponsorsIn(context)) {
      const until = ended.get(sponsor);
      if (until !== undefined) report(path, { sponsor, until });
    }
  },
});

const ownerDeparted = rule({
  code: 'owner-departed',
  message: ({ owner }: { owner: string }) => ({
    summary: t`owner ${shortValue(owner)} has left the lab`,
    reason: t`they can no longer approve changes`,
    help: t`remove ${value(owner)} from ${value('owners')}`,
  }),
  check(context, report) {
    const departed = departedKeys(context);
    for (const { entry: owner, path } of ownersIn(context)) if (departed.has(owner)) report(path, { owner });
  },
});

const unknownOwner = rule({
  code: 'unknown-owner',
  message: ({ owner, suggestion }: { owner: string; suggestion: string | null }) => ({
    summary: t`owner ${shortValue(owner)} is not a member`,
    help: useOr(suggestion, t`use the key of a member`),
  }),
  check(context, report) {
    if (!context.draft.hasMembers) return;
    const members = new Set(context.memberKeys);
    for (const { entry: owner, path } of ownersIn(context)) {
      if (!members.has(owner)) report(path, { owner, suggestion: context.suggest(owner, context.memberKeys) });
    }
  },
});

/** Another member must be able to approve a change. */
const noOwner = rule({
  code: 'no-owner',
  message: ({ because }: { because: 'none-named' | 'all-expired' }) => ({
    summary: because === 'none-named' ? t`the file has no owner` : t`the access of every owner has ended`,
    reason: t`no one could approve a change`,
    help: t`write the key of a current member, for example ${value('owners: [ada]')}`,
  }),
  check(context, report) {
    const { owners } = context.draft;
    if (owners === null) return;
    const ended = endedMembers(context);
    if (owners.length === 0) report(['owners'], { because: 'none-named' });
    else if (owners.every((owner) => owner !== null && ended.has(owner))) {
      report(['owners'], { because: 'all-expired' });
    }
  },
});

const ownerExpired = rule({
  code: 'owner-expired',
  severity: 'warning',
  message: ({ owner, until }: { owner: string; until: string }) => ({
    summary: t`the access of owner ${shortValue(owner)} ended on ${value(until)}`,
    reason: t`they can no longer approve changes`,
    help: t`remove ${value(owner)} from ${value('owners')}, or write a later day`,
  }),
  check(context, report) {
    const owners = context.draft.owners ?? [];
    const ended = endedMembers(context);
    // Then `no-owner` reports the whole list.
    if (owners.every((owner) => owner !== null && ended.has(owner))) return;
    for (const { entry: owner, path } of ownersIn(context)) {
      const until = ended.get(owner);
      if (until !== undefined) report(path, { owner, until });
    }
  },
});

export const MEMBER_RULES = [
  memberWithoutRoles,
  tooManyRoles,
  invalidEmail,
  invalidGithubLogin,
  untilPassed,
  leftInFuture,
  memberAlsoDeparted,
  ownSponsor,
  sponsorDeparted,
  unknownSponsor,
  sponsorExpired,
  ownerDeparted,
  unknownOwner,
  noOwner,
  ownerExpired,
];

function departedKeys({ draft }: RuleContext): ReadonlySet<string> {
  return new Set(draft.sections.departed.map(([key]) => key));
}

/** Members whose last day has passed, with that day. */
function endedMembers(context: RuleContext): ReadonlyMap<string, string> {
  const ended = [...textsIn(context, 'members', 'until')].filter(({ text }) => text < context.today);
  return new Map(ended.map(({ key, text }) => [key, text]));
}

function sponsorsIn(context: RuleContext) {
  return textsIn(context, 'members', 'sponsor');
}

function ownersIn(context: RuleContext) {
  return entriesIn(context, context.draft.owners ?? [], 'owners');
}
