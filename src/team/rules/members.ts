import { QUOTAS } from '../../iam/quotas.ts';
import { EMAIL_PATTERN, LOGIN_PATTERN } from '../patterns.ts';
import type { Rule } from './rule.ts';

/** RFC 5321, 4.5.3.1.3 without the angle brackets. */
const LONGEST_EMAIL = 254;

export const rolesOfMembersExist: Rule = ({ draft, resolved, roleKeys, intact, report, suggest }) => {
  if (!draft.hasRoles) return;
  for (const member of draft.members) {
    for (const [index, role] of (member.roles ?? []).entries()) {
      if (role === null || resolved.has(role)) continue;
      const path = ['members', member.key, 'roles', index] as const;
      if (intact(...path)) {
        report('unknown-role', path, { role, suggestion: suggest(role, roleKeys), known: roleKeys });
      }
    }
  }
};

/** An error: a user who may do nothing looks like a forgotten line. Who is to be stopped for a while is `suspended`. */
export const everyMemberHasARole: Rule = ({ draft, report }) => {
  for (const { key, roles } of draft.members) {
    if (roles?.length === 0) report('member-without-roles', ['members', key, 'roles'], { member: key });
  }
};

export const nobodyHasMoreRolesThanIamAllows: Rule = ({ draft, report }) => {
  for (const { key, roles } of draft.members) {
    const count = roles === null || roles.length <= QUOTAS.groupsPerUser ? 0 : new Set(roles).size;
    if (count > QUOTAS.groupsPerUser) {
      report(
        'too-many-roles',
        ['members', key, 'roles'],
        { member: key, count, limit: QUOTAS.groupsPerUser },
        { at: 'key' },
      );
    }
  }
};

export const peopleAndReasonsAreNamed: Rule = ({ draft, report }) => {
  for (const { key, name } of draft.members) {
    if (name !== null && name.trim() === '') report('empty-text', ['members', key, 'name'], {});
  }
  for (const { key, reason } of draft.departed) {
    if (reason !== null && reason.trim() === '') report('empty-text', ['departed', key, 'reason'], {});
  }
  for (const { finding, reason } of draft.snoozed) {
    if (reason !== null && reason.trim() === '') report('empty-text', ['snoozed', finding, 'reason'], {});
  }
};

export const emailsArePlausible: Rule = ({ draft, intact, report }) => {
  for (const { key, email } of draft.members) {
    if (email === null || (email.length <= LONGEST_EMAIL && EMAIL_PATTERN.test(email))) continue;
    if (intact('members', key, 'email')) report('invalid-email', ['members', key, 'email'], { email });
  }
};

export const githubLoginsArePossible: Rule = ({ draft, intact, report }) => {
  for (const { key, github } of draft.members) {
    if (github === null || LOGIN_PATTERN.test(github) || !intact('members', key, 'github')) continue;
    report('invalid-github-login', ['members', key, 'github'], { login: github });
  }
};

export const sponsorsAreMembers: Rule = ({ draft, memberKeys, today, intact, report, suggest }) => {
  const members = new Map(draft.members.map((member) => [member.key, member]));
  const departed = new Set(draft.departed.map(({ key }) => key));
  for (const { key, sponsor } of draft.members) {
    const path = ['members', key, 'sponsor'] as const;
    if (sponsor === null || !intact(...path)) continue;
    const found = members.get(sponsor);
    if (sponsor === key) report('own-sponsor', path, { member: key });
    else if (departed.has(sponsor)) report('sponsor-departed', path, { sponsor });
    else if (found === undefined) {
      if (draft.hasMembers) report('unknown-sponsor', path, { sponsor, suggestion: suggest(sponsor, memberKeys) });
    } else if (found.until !== null && found.until < today && intact('members', sponsor, 'until')) {
      report('sponsor-expired', path, { sponsor, until: found.until }, { severity: 'warning' });
    }
  }
};
