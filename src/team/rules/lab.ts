import { QUOTAS } from '../../iam/quotas.ts';
import { pathText } from '../../text/diagnostic.ts';
import { redact } from '../../text/escape.ts';
import { t, trusted } from '../../text/text.ts';
import { iamName } from '../names.ts';
import { LONGEST, PATTERNS } from '../schema.ts';
import { CURLY_QUOTES, preparedCheck, type RuleContext, rule, shortValue, textCheck, value } from './rule.ts';

/** Rules about the lab, its account, and keys of roles and members. */

type Section = 'roles' | 'members' | 'departed';

export const unsupportedVersion = rule({
  code: 'unsupported-version',
  message: ({ source }: { source: string }) => ({
    summary: t`version ${shortValue(source)} is not supported`,
    reason: t`this program reads version 1, a number without quotes`,
    help: t`write ${value('version: 1')}`,
  }),
});

export const accountNotQuoted = rule({
  code: 'account-not-quoted',
  message: ({ source }: { source: string }) => ({
    summary: t`account ${shortValue(source)} is not quoted`,
    reason: t`YAML reads it as a number and drops leading zeros`,
    help: /^\d{12}$/.test(source) ? t`write ${value(`account: "${source}"`)}` : t`write all 12 digits in quotes`,
  }),
});

const LISTS = [
  ...['owners.[]', 'freeze.[]', 'settings.neighbors.[]', 'settings.administrators.[]', 'members.*.roles.[]'],
  ...['extends', 'allow', 'deny', 'managed'].map((list) => `roles.*.${list}.[]`),
];

/** Other rules do not run on such a file: some take time with the square of the roles. */
export const teamTooLarge = rule({
  code: 'team-too-large',
  at: 'key',
  message: ({ what, count, limit }: { what: 'roles' | 'members'; count: number; limit: number }) => ({
    summary: t`the file has ${count} ${trusted(what)}`,
    reason: t`an AWS account can have ${limit} ${trusted(what === 'roles' ? 'groups' : 'users')}`,
    help:
      what === 'roles' ? t`let members share roles` : t`divide the lab between two accounts, each with its own file`,
  }),
  check({ draft }, report) {
    const limits = { roles: QUOTAS.groupsPerAccountAtMost, members: QUOTAS.usersPerAccount };
    for (const what of ['roles', 'members'] as const) {
      const [count, limit] = [draft[what].length, limits[what]];
      if (count > limit) report([what], { what, count, limit });
    }
  },
});

export const LAB_RULES = [
  unsupportedVersion,
  rule({
    code: 'invalid-lab',
    message: ({ lab }: { lab: string }) => {
      const better = labLike(lab);
      return {
        summary: t`${shortValue(lab)} is not a valid lab name`,
        reason:
          lab.length > LONGEST.lab
            ? t`it has ${lab.length} characters and can have ${LONGEST.lab}: it begins every IAM user name, which can have 64`
            : t`it begins IAM names: lower-case letters, digits and hyphens, a letter first and no hyphen last`,
        help: better === null ? t`write a short name such as ${value('perception-lab')}` : t`write ${value(better)}`,
      };
    },
    check: textCheck(['lab'], (lab) => (lab.length > LONGEST.lab || !PATTERNS.lab.test(lab)) && { lab }),
  }),
  accountNotQuoted,
  rule({
    code: 'account-not-twelve-digits',
    message: ({ account }: { account: string }) => {
      const digits = account.replace(/[\s“”„«»‘’-]/g, '');
      return {
        summary: t`${shortValue(account)} is not an AWS account ID`,
        reason: CURLY_QUOTES.test(account)
          ? trusted('typographic quotes are part of the text in YAML; only straight quotes enclose it')
          : t`an account ID has exactly 12 digits`,
        help: /^\d{12}$/.test(digits)
          ? t`write ${value(`"${digits}"`)}`
          : t`copy the ID from ${value('aws sts get-caller-identity')} or the AWS console, and quote it`,
      };
    },
    check: textCheck(['account'], (account) => !PATTERNS.account.test(account) && { account }),
  }),
  rule({
    code: 'invalid-id',
    at: 'key',
    message: ({ section, id }: { section: Section; id: string }) => ({
      summary: t`key ${shortValue(id)} ${trusted(PATTERNS.id.test(id) ? 'reads as an ID of AWS' : 'is not a valid key')}`,
      reason: PATTERNS.id.test(id)
        ? t`comments and issues shorten such IDs`
        : trusted('it becomes part of one: letters, digits and `+=.@_-`, a letter or digit first'),
      help:
        section === 'roles'
          ? t`write a short key such as ${value('results-reader')}; ${value('description')} takes any text`
          : t`write a short key such as ${value((PATTERNS.id.test(id) ? null : idLike(id)) ?? 'ada')}; ${value('name')} takes the full name`,
    }),
    check(context, report) {
      for (const { section, key } of idsOf(context)) {
        const isValid = PATTERNS.id.test(key) && redact(key, false) === key;
        if (!isValid && context.intact(section, key)) report([section, key], { section, id: key });
      }
    },
  }),
  rule({
    code: 'id-too-long',
    at: 'key',
    message: ({ section, id, name, limit }: { section: Section; id: string; name: string; limit: number }) => ({
      summary: t`key ${shortValue(id)} is too long`,
      reason: t`IAM name ${value(name)} has ${name.length} characters; a ${trusted(section === 'roles' ? 'group' : 'user')} name can have ${limit}`,
      help: t`shorten it by ${name.length - limit} or more`,
    }),
    check(context, report) {
      const { lab } = context.draft;
      if (!context.intact('lab')) return;
      for (const { section, key } of idsOf(context)) {
        const limit = section === 'roles' ? QUOTAS.groupNameLength : QUOTAS.userNameLength;
        const name = iamName(lab ?? '', key);
        if (name.length > limit) report([section, key], { section, id: key, name, limit });
      }
    },
  }),
  /** Groups and users have namespaces of their own in IAM, so a role and a member can share a key. */
  rule({
    code: 'ids-equal-ignoring-case',
    at: 'key',
    message: ({ section, id, other }: { section: Section; id: string; other: string }) => ({
      summary: t`keys ${shortValue(id)} and ${shortValue(other)} differ only in case`,
      reason: t`IAM ignores the case of names`,
      help:
        section === 'departed'
          ? t`if both are the same person, remove ${value(other)} from ${value('members')}; else change one key`
          : t`change one of the keys`,
    }),
    check({ draft }, report) {
      const users = new Map<string, string>();
      const seen = { roles: new Map<string, string>(), members: users, departed: users };
      for (const { section, key } of idsOf({ draft })) {
        const names = seen[section];
        const other = names.get(key.toLowerCase());
        if (other === undefined) names.set(key.toLowerCase(), key);
        else if (other !== key) report([section, key], { section, id: key, other });
      }
    },
  }),
  /** An error and not a warning: a repeated entry is often a mistyped one. */
  rule({
    code: 'duplicate-entry',
    message: ({ entry }: { entry: string }, { path }) => ({
      summary: t`${shortValue(entry)} is repeated in ${shortValue(pathText(path.slice(0, -1)))}`,
      reason: t`the second entry has no effect`,
      help: t`remove it, or write the entry that was meant`,
    }),
    check: preparedCheck(LISTS, () => {
      const seen = new Set<string>();
      return (entry, { path }) => {
        const id = JSON.stringify(path.with(-1, entry));
        const isRepeated = seen.has(id);
        seen.add(id);
        return isRepeated && { entry };
      };
    }),
  }),
];

function* idsOf({ draft }: Pick<RuleContext, 'draft'>): Generator<{ section: Section; key: string }> {
  for (const { key } of draft.roles) yield { section: 'roles', key };
  for (const [key] of draft.members) yield { section: 'members', key };
  for (const [key] of draft.departed) yield { section: 'departed', key };
}

function labLike(lab: string): string | null {
  const like = hyphenated(lab).replace(/^[^a-z]+/, '');
  return PATTERNS.lab.test(like) ? like : null;
}

function idLike(id: string): string | null {
  const like = hyphenated(id.normalize('NFKD').replace(/\p{M}/gu, ''));
  return like === '' ? null : like;
}

function hyphenated(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST.lab)
    .replace(/^-+|-+$/g, '');
}
