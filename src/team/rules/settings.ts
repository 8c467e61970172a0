import { CAPABILITY_NAMES, type Capability, capabilityOf, isOperation } from '../../catalog/mturk.ts';
import { retiredOperation } from '../../catalog/retired.ts';
import { FINDING_IDS, isFindingId, NOT_SNOOZABLE_IDS } from '../../diagnostics/finding-ids.ts';
import { isObject } from '../../diagnostics/parse-data.ts';
import type { DocumentPath } from '../../diagnostics/positions.ts';
import { pathText } from '../../text/diagnostic.ts';
import { pasted } from '../../text/escape.ts';
import { t, trusted } from '../../text/text.ts';
import type { PlainMap } from '../draft.ts';
import { iamName, labPath, workflowRolePath } from '../names.ts';
import { COUNTS, type CountKey, isCountKey, isNeverByDefault, LONGEST, PATTERNS } from '../schema.ts';
import { isReviewDue, RECONCILE_MODES } from '../team.ts';
import { yearsAfter } from './dates.ts';
import { NO, preparedCheck, rule, shortValue, textCheck, useOr, value, valueList } from './rule.ts';

/** Rules about what is frozen, what is snoozed, and the settings. */

const FREEZABLE: readonly string[] = ['spend', ...CAPABILITY_NAMES];

export const invalidCount = rule({
  code: 'invalid-count',
  message: ({ key, source }: { key: CountKey; source: string }, { path }) => {
    const { minimum, maximum, usual } = COUNTS[key];
    const text = source.replace(/^"(.*)"$/, '$1');
    const number = NO.test(text) ? 0 : Number(text.trim() || Number.NaN);
    const meant = isCount(key, number) ? number : number > maximum ? maximum : usual;
    const isQuoted = meant === number && /^"\d/.test(source);
    const without = isNeverByDefault(key) ? 'never' : `then ${usual}`;
    return {
      summary: t`${shortValue(pathText(path))} is not a valid number`,
      reason: t`${value(source)} is ${trusted(isQuoted ? 'a text, not a number' : `not a whole number from ${minimum} to ${maximum}`)}`,
      help: t`write ${value(`${key}: ${meant}`)}, ${trusted(isQuoted ? 'without quotes' : `or leave it out (${without})`)}`,
    };
  },
  check({ draft: { members, settings }, intact }, report) {
    const check = (map: PlainMap, ...path: DocumentPath) => {
      for (const [key, count] of Object.entries(map)) {
        if (typeof count !== 'number' || !isCountKey(key) || isCount(key, count) || !intact(...path, key)) continue;
        report([...path, key], { key, source: String(count) });
      }
    };
    for (const [key, member] of members) check(member, 'members', key);
    check(settings, 'settings');
    if (isObject(settings.keys)) check(settings.keys, 'settings', 'keys');
  },
});

const SNOOZABLE = FINDING_IDS.filter((id) => !NOT_SNOOZABLE_IDS.includes(id));

export const SETTINGS_RULES = [
  rule({
    code: 'unknown-freeze',
    message: ({ name, suggestion }: { name: string; suggestion: string | null }) => ({
      summary: t`${shortValue(name)} cannot be frozen`,
      reason: t`it is neither ${value('spend')} nor a capability, so it would freeze nothing`,
      help: useOr(
        suggestion,
        t`use ${value('spend')} for everything that spends money, or a capability such as ${value('hits:publish')}`,
      ),
    }),
    check: textCheck(['freeze.[]'], (name, _at, { suggest }) => {
      return !FREEZABLE.includes(name) && { name, suggestion: capabilityMeant(name) ?? suggest(name, FREEZABLE) };
    }),
  }),
  /** `unknown` is the first part of the id if that alone is wrong. */
  rule({
    code: 'invalid-finding-id',
    at: 'key',
    message: ({ id, unknown }: { id: string; unknown: { kind: string; suggestion: string | null } | null }) => {
      const suggested = unknown?.suggestion ? `${unknown.suggestion}${id.slice(unknown.kind.length)}` : null;
      const better = unknown === null ? trimmedId(id) : suggested;
      return {
        summary: t`${shortValue(id)} is not a finding ID`,
        reason:
          unknown === null
            ? t`a finding ID is a kind in lower case, then IAM names, separated by ${value('/')}`
            : t`the drift check has no findings of kind ${value(unknown.kind)}`,
        help: better === null ? t`copy the ID from the drift issue` : t`write ${value(better)}`,
      };
    },
    check({ draft, intact, suggest }, report) {
      for (const [id] of draft.snoozed) {
        const possible = id.length <= LONGEST.findingId && PATTERNS.findingId.test(id);
        const [kind = ''] = id.split('/');
        if ((possible && isFindingId(kind)) || !intact('snoozed', id)) continue;
        report(['snoozed', id], { id, unknown: possible ? { kind, suggestion: suggest(kind, SNOOZABLE) } : null });
      }
    },
  }),
  rule({
    code: 'snooze-not-possible',
    at: 'key',
    message: ({ id }: { id: string }, { file }) => ({
      summary: t`${shortValue(id)} cannot be snoozed`,
      reason: t`it is about what Terraform or ${value('bootstrap')} writes`,
      help: t`remove the entry; change ${value(file)}, or let the next apply or ${value('bootstrap')} revert it`,
    }),
    check({ draft, memberKeys }, report) {
      for (const [id] of draft.snoozed) {
        const [kind = '', name = ''] = id.split('/');
        // Another IAM user with that name is `user-without-boundary/iam/NAME`.
        const isOfMember = kind === 'user-without-boundary' && memberKeys.includes(name);
        if (isOfMember || (isFindingId(kind) && !SNOOZABLE.includes(kind))) report(['snoozed', id], { id });
      }
    },
  }),
  /** A warning: an ended snooze hides nothing. */
  rule({
    code: 'snooze-passed',
    severity: 'warning',
    message: ({ finding, until }: { finding: string; until: string }) => ({
      summary: t`the snooze of ${shortValue(finding)} has ended`,
      reason: t`its last day was ${value(until)}; the drift check reports the finding again`,
      help: t`remove the entry, or write a later day and a reason`,
    }),
    check: textCheck(['snoozed.*.until'], (until, { key }, { today }) => until < today && { finding: key, until }),
  }),
  /** A warning: a snooze of more than a year is forgotten. */
  rule({
    code: 'snooze-far-away',
    severity: 'warning',
    message: ({ finding, limit }: { finding: string; limit: string }) => ({
      summary: t`the snooze of ${shortValue(finding)} lasts more than a year`,
      reason: t`by then it will be forgotten`,
      help: t`write a day up to ${value(`"${limit}"`)}, and snooze it again then if needed`,
    }),
    check: preparedCheck(['snoozed.*.until'], ({ today }) => {
      const limit = yearsAfter(today, 1);
      return (until, { key }) => until > limit && { finding: key, limit };
    }),
  }),
  invalidCount,
  /** A warning: a review that is due takes no access, and must stop no other change. */
  rule({
    code: 'review-due',
    severity: 'warning',
    at: 'key',
    message: ({ member, reviewed, days }: { member: string; reviewed: string | null; days: number }) => ({
      summary: t`the review of the access of ${shortValue(member)} is due`,
      reason:
        reviewed === null
          ? t`no one has vouched for it yet, and ${value('review-every-days')} is ${days}`
          : t`the last review was on ${value(reviewed)}, more than ${days} days ago`,
      help: t`if it is still right, run ${value(`mturk-team member reviewed ${pasted(member)}`)}; else change it`,
    }),
    check({ draft: { members, settings }, intact, today }, report) {
      const days = settings['review-every-days'];
      if (typeof days !== 'number' || !intact('settings', 'review-every-days')) return;
      const text = (given: unknown) => (typeof given === 'string' ? given : null);
      for (const [key, member] of members) {
        const reviewed = text(member.reviewed);
        const [from, until] = [text(member.from), text(member.until)];
        const read = { from, until, reviewed, suspended: member.suspended === true };
        if (!intact('members', key) || !isReviewDue(read, { reviewEveryDays: days }, today)) continue;
        report(['members', key, ...(reviewed === null ? [] : ['reviewed'])], { member: key, reviewed, days });
      }
    },
  }),
  /** An error: with several owners, who approve each other's changes, it would silently do nothing. */
  rule({
    code: 'self-approval-not-possible',
    message: ({ count }: { count: number }) => ({
      summary: t`${value('self-approval')} needs exactly one owner`,
      reason: t`the file has ${count} owners, who approve each other's changes`,
      help: t`remove ${value('self-approval')}`,
    }),
    check({ draft: { owners, settings }, intact }, report) {
      const count = new Set(owners).size;
      if (settings['self-approval'] !== true || count < 2 || !intact('owners')) return;
      report(['settings', 'self-approval'], { count });
    },
  }),
  /** `mode` is what to write; `written` is null for a list or a map, which may say it by a key `mode`. */
  rule({
    code: 'unknown-reconcile-mode',
    message: ({ written, mode }: { written: string | null; mode: string }) => ({
      summary:
        written === null
          ? t`${value('settings.reconcile')} must be a mode`
          : t`unknown reconcile mode ${shortValue(written)}`,
      reason: t`the modes are ${valueList(RECONCILE_MODES)}`,
      help: t`write ${value(`reconcile: ${mode}`)}`,
    }),
    check({ draft: { settings }, intact, suggest }, report) {
      const { reconcile } = settings;
      const path = ['settings', 'reconcile'] as const;
      const isMode = RECONCILE_MODES.some((each) => each === reconcile);
      if (reconcile === undefined || isMode || !intact(...path)) return;
      const given = isObject(reconcile) ? reconcile.mode : reconcile;
      const text = typeof given === 'object' ? '' : String(given);
      const mode = suggest(text, RECONCILE_MODES) ?? (NO.test(text) ? 'none' : 'all');
      report(path, { written: typeof reconcile === 'object' ? null : text, mode });
    },
  }),
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  rule({
    code: 'invalid-bucket-name',
    message: ({ bucket }: { bucket: string }) => ({
      summary: t`${shortValue(bucket)} is not a valid S3 bucket name`,
      reason: t`names have 3 to 63 lower-case letters, digits, hyphens and dots, and no reserved prefix or suffix`,
      help: t`copy the name from S3, for example ${value('perception-lab-terraform')}`,
    }),
    check: textCheck(['settings.state.bucket'], (bucket) => {
      const reserved = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|\.mrap|--(?:ol|op|x|table)-s3)$/.test(bucket);
      const address = /^\d+\.\d+\.\d+\.\d+$/.test(bucket);
      return (!PATTERNS.bucket.test(bucket) || bucket.includes('..') || address || reserved) && { bucket };
    }),
  }),
  rule({
    code: 'invalid-region',
    message: ({ region }: { region: string }) => ({
      summary: t`${shortValue(region)} is not an AWS region`,
      help: t`write the region of the bucket, for example ${value('eu-central-1')}`,
    }),
    check: textCheck(['settings.state.region'], (region) => !PATTERNS.region.test(region) && { region }),
  }),
  rule({
    code: 'invalid-state-key',
    message: ({ key }: { key: string }) => ({
      summary: t`${shortValue(key)} is not a valid state key`,
      reason: t`a key has lower-case letters, digits and hyphens, at most ${LONGEST.stateKey}, and no ${value('/')}: ${value('bootstrap --destroy')} deletes all that is below a key`,
      help: t`write the short name of the lab, for example ${value('key: vision-lab')}`,
    }),
    check: textCheck(['settings.state.key'], (key) => {
      return (key.length > LONGEST.stateKey || !PATTERNS.stateKey.test(key)) && { key };
    }),
  }),
  rule({
    code: 'invalid-neighbor',
    message: ({ lab, because }: { lab: string; because: 'own-lab' | 'no-lab' }) => ({
      summary: because === 'own-lab' ? t`${shortValue(lab)} is this lab` : t`${shortValue(lab)} is not a lab name`,
      reason:
        because === 'own-lab'
          ? t`users under the lab's own path are always reported`
          : t`it would not match the IAM path of any lab`,
      help: t`write the ${value('lab')} of another ${value('team.yaml')} in this account`,
    }),
    check: textCheck(['settings.neighbors.[]'], (lab, _at, { draft }) => {
      if (lab === draft.lab) return { lab, because: 'own-lab' };
      return (lab.length > LONGEST.lab || !PATTERNS.lab.test(lab)) && { lab, because: 'no-lab' };
    }),
  }),
  rule({
    code: 'invalid-administrator',
    message: ({ arn, because }: { arn: string; because: 'no-principal' | 'other-account' | 'member' }) => ({
      ...{
        'no-principal': {
          summary: t`${shortValue(arn)} is not the ARN of an IAM user or role`,
          reason: t`an exception is for one IAM user or role, not for a group or the root user`,
        },
        'other-account': {
          summary: t`${shortValue(arn)} is in another account`,
          reason: t`the lab is in the one that ${value('account')} names`,
        },
        member: {
          summary: t`${shortValue(arn)} belongs to this lab`,
          reason: t`what members of the lab can do is always reported`,
        },
      }[because],
      help:
        because === 'member'
          ? t`remove it; give the administrator an IAM user or role outside the lab`
          : t`copy it from ${value('aws iam get-user --user-name NAME')} or ${value('aws iam get-role --role-name NAME')}`,
    }),
    check: preparedCheck(['settings.administrators.[]'], ({ draft, memberKeys }) => {
      const { account, departed } = draft;
      // Without a lab, nothing is at its paths.
      const lab = draft.lab ?? '';
      const keys = [...memberKeys, ...departed.map(([key]) => key)];
      const members = new Set(keys.map((key) => iamName(lab, key).toLowerCase()));
      return (arn) => {
        const [, owner, kind, rest = ''] = PATTERNS.principalArn.exec(arn) ?? [];
        const name = rest.slice(rest.lastIndexOf('/') + 1).toLowerCase();
        const own = kind === 'user' ? labPath(lab) : workflowRolePath(lab);
        const isOfLab = (kind === 'user' && members.has(name)) || `/${rest}`.startsWith(own);
        if (owner === undefined) return { arn, because: 'no-principal' };
        if (account !== null && owner !== account) return { arn, because: 'other-account' };
        return isOfLab && { arn, because: 'member' };
      };
    }),
  }),
];

/** An id without the quotes and periods that were copied with it; null if that is no id either. */
function trimmedId(id: string): string | null {
  if (id.length > LONGEST.findingId) return null;
  const [kind = '', ...names] = id
    .trim()
    .replace(/^[`'"(]+|[`'".,;:)]+$/g, '')
    .replace(/^\/+|\/+$/g, '')
    .split('/');
  const whole = [kind.toLowerCase(), ...names].join('/');
  return PATTERNS.findingId.test(whole) ? whole : null;
}

/** People also write the operation that is to stop, by its present or its retired name. */
function capabilityMeant(name: string): Capability | null {
  const [operation] = isOperation(name) ? [name] : (retiredOperation(name)?.successors ?? []);
  return operation === undefined ? null : capabilityOf(operation);
}

function isCount(key: CountKey, count: number): boolean {
  const { minimum, maximum } = COUNTS[key];
  return Number.isSafeInteger(count) && count >= minimum && count <= maximum;
}
