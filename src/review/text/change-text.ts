import { byCapability } from '../../access/capability-access.ts';
import { policyName } from '../../access/model.ts';
import type { Difference } from '../../access/model-difference.ts';
import { operationSet } from '../../access/operation-set.ts';
import { capabilitiesText, HARMS, lossText } from '../../access/text/capability-words.ts';
import {
  type DisplayNames,
  groupText,
  headlineText,
  holderText,
  memberText,
  policyText,
  userText,
} from '../../access/text/names.ts';
import { type Operation, RISK_VERBS } from '../../catalog/mturk.ts';
import { keyOfIamName } from '../../team/names.ts';
import { memberKeyOfAddress } from '../../terraform/addresses.ts';
import { stepText } from '../../terraform/run/progress.ts';
import { dateWords } from '../../text/dates.ts';
import {
  codeText,
  counted,
  countedText,
  joinTexts,
  listTexts,
  proseText,
  riskText,
  someTexts,
  strongText,
  TEAM_FILE,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import type {
  Question,
  Review,
  ReviewedPlan,
  RoleChange,
  SettingsChange,
  UnexplainedChange,
} from '../manifest/schema.ts';
import { personNamer } from './people-text.ts';

/** The names of everyone in a review; members who are only in a difference are known by key. */
export function namingOfReview({ lab, people, unexplained }: Review): DisplayNames {
  const named = new Map<string, { readonly key: string; readonly name: string }>();
  for (const user of unexplained.flatMap(({ difference }) => usersOf(difference))) {
    const key = keyOfIamName(lab, user);
    if (key !== null) named.set(user, { key, name: key });
  }
  for (const { user, key, name } of people) if (key !== null) named.set(user, { key, name: name ?? key });
  return { lab, people: named };
}

function usersOf(difference: Difference | null): readonly string[] {
  if (difference === null) return [];
  if ('user' in difference) return [difference.user];
  return 'holder' in difference && difference.holder.kind === 'user' ? [difference.holder.name] : [];
}

/** `Plan: 4 to add, 4 to change, 1 to destroy`; the import count only if there are imports. */
export function planLine({ add, change, destroy, import: imports }: Omit<ReviewedPlan, 'resources' | 'replace'>): Text {
  const first = imports === 0 ? trusted('') : t`${imports} to import, `;
  return t`Plan: ${first}${add} to add, ${change} to change, ${destroy} to destroy`;
}

/** `No change for the other 4 members.` */
export function unchangedText(count: number, areOthers: boolean): Text {
  const members = counted(count, areOthers && count === 1 ? 'other member' : 'member');
  return trusted(`No change for ${count === 1 ? '' : areOthers ? 'the other ' : ''}${members}.`);
}

const QUESTION_KINDS = ['everything', 'spending-without-end', 'harm-without-end', 'no-sponsor'] as const;

/** What to ask before approving, one question for everyone it is about, worst first. */
export function questionTexts(review: Review): readonly Text[] {
  const who = personNamer(review);
  const count = (kind: UnexplainedChange['kind']) => review.unexplained.filter((each) => each.kind === kind).length;
  const [extra, manual] = [count('not-in-files'), count('manual-change-reverted')];
  const about = QUESTION_KINDS.flatMap((kind) => {
    const users = review.questions.flatMap((question) => (question.kind === kind ? [question.user] : []));
    if (users.length === 0) return [];
    return [questionText(kind, someTexts(users.map(who), 2), users.length)];
  });
  return [
    ...importedQuestions(review),
    ...recipientQuestions(review),
    ...(extra === 0 ? [] : [trusted(`why does the plan include ${counted(extra, 'change')} that the file does not?`)]),
    ...(manual === 0 ? [] : [t`is any manual change intentional? If so, add it to ${TEAM_FILE} first.`]),
    ...review.questions.flatMap((question) =>
      question.kind === 'no-approver'
        ? [t`who will approve changes from ${trusted(dateWords(question.from))} on? No owner has access then.`]
        : [],
    ),
    ...about,
  ];
}

function questionText(kind: (typeof QUESTION_KINDS)[number], who: Text, count: number): Text {
  switch (kind) {
    case 'everything':
      return t`${trusted(count === 1 ? 'does' : 'do')} ${who} need all of Mechanical Turk?`;
    case 'spending-without-end':
    case 'harm-without-end': {
      const what = trusted(kind === 'spending-without-end' ? 'spend money' : 'harm workers');
      return t`should ${who}, with access to ${what}, have a last day? If so, set ${codeText('until')}.`;
    }
    case 'no-sponsor':
      return t`who is the sponsor of ${who}? Set ${codeText('sponsor')}.`;
  }
}

type ImportedCredentials = Extract<Question, { readonly kind: 'imported-credentials' }>;

function importedCredentials({ questions }: Pick<Review, 'questions'>): readonly ImportedCredentials[] {
  return questions.filter((question) => question.kind === 'imported-credentials');
}

/** One question for all imported users: after a lost state every member is one. */
function importedQuestions(review: Review): readonly Text[] {
  const all = importedCredentials(review);
  const [first] = all;
  if (first === undefined) return [];
  const people = all.map(({ user }) => personNamer(review)(user));
  const who = someTexts(people, 2);
  return all.length === 1
    ? [t`the IAM user exists, with ${heldText(first)}. Does only ${who} have these credentials? ${DELETE_FIRST}`]
    : [
        t`the IAM users of ${who} exist, with the credentials below. Does only each member have theirs? ${DELETE_FIRST}`,
      ];
}

/** Members of before whose keys go to a recipient that they did not have: only they know whether it is theirs. */
export function redirected({ settings }: Pick<Review, 'settings'>) {
  return settings.flatMap((setting) =>
    setting.kind === 'recipient' && setting.to !== null && !setting.isNewMember
      ? [{ key: setting.member, name: setting.name, isFirst: setting.from === null }]
      : [],
  );
}

function recipientQuestions({ settings, unapplied }: Review): readonly Text[] {
  const all = redirected({ settings: [...settings, ...unapplied] });
  if (all.length === 0) return [];
  return [t`did ${someTexts(all.map(headlineText), 2)} confirm the recipient, in person or by phone?`];
}

const DELETE_FIRST = t`If not, delete them before you approve.`;

const HELD = {
  keys: 'access keys',
  password: 'console password',
  ssh: 'SSH keys',
  certificates: 'signing certificates',
  services: 'service-specific credentials',
} as const;

/** `1 active access key (created 1 Nov 2026 by root) and a console password; not checked: SSH keys` */
function heldText({ keys, others, notChecked }: ImportedCredentials): Text {
  const created = keys.map(({ created: at, by }) => {
    const when = trusted(at === '' ? 'at an unknown time' : dateWords(at));
    return by === null ? when : t`${when} by ${codeText(by)}`;
  });
  const held = [
    ...(keys.length === 0 ? [] : [t`${countedText(keys.length, 'active access key')} (created ${listTexts(created)})`]),
    ...others.map((kind) => trusted(kind === 'password' ? `a ${HELD[kind]}` : HELD[kind])),
  ];
  if (notChecked.length === 0) return listTexts(held);
  const unknown = listTexts(notChecked.map((kind) => trusted(HELD[kind])));
  return held.length === 0
    ? t`credentials that were not checked: ${unknown}`
    : t`${listTexts(held)}; not checked: ${unknown}`;
}

/** Members without access for the seconds of an apply. */
export function suspensionText(review: Review): Text {
  const { suspendedDuringApply: users } = review;
  const who = someTexts(users.map(personNamer(review)), 10);
  return t`${who} ${trusted(users.length === 1 ? 'has' : 'have')} no access for a few seconds during the apply, so that no one briefly has more than intended.`;
}

/** A changed role, `paymaster (14 members) allows more: pay bonuses (pay:bonus)`. */
export function roleText({ key, kind, gained, lost, members }: RoleChange): Text {
  const having = trusted(members === 0 ? 'no members' : counted(members, 'member'));
  const role = t`${codeText(key)} (${having})`;
  switch (kind) {
    case 'removed':
      return t`${codeText(key)} is removed`;
    case 'added':
      return t`${role} is new and allows: ${gained.length === 0 ? trusted('nothing') : allowedText(gained)}`;
    case 'changed': {
      if (gained.length + lost.length === 0) return t`${role} has a new definition with the same access`;
      return t`${role} ${sides(
        { gained, lost },
        (more) => t`allows more: ${allowedText(more)}`,
        (less) => t`allows less: ${allowedText(less)}`,
      )}`;
    }
  }
}

function allowedText(operations: readonly Operation[]): Text {
  return lossText(byCapability(operationSet(operations), null));
}

/** What is gained and what is lost; empty if nothing is. */
function sides<Item>(
  { gained, lost }: { readonly gained: readonly Item[]; readonly lost: readonly Item[] },
  gainedText: (items: readonly Item[]) => Text,
  lostText: (items: readonly Item[]) => Text,
): Text {
  const parts = [gained.length === 0 ? [] : [gainedText(gained)], lost.length === 0 ? [] : [lostText(lost)]];
  return joinTexts(parts.flat(), '; ');
}

/** Names of a setting in a short text: a byte budget leaves out a whole row and those after it. */
const NAMES = 20;

/** A changed setting with all its names, `Reconcile: all (was none)`. */
export function settingText(setting: SettingsChange): Text {
  return textOfSetting(setting, Infinity);
}

export function shortSettingText(setting: SettingsChange): Text {
  return textOfSetting(setting, NAMES);
}

export function hasLongText(setting: SettingsChange): boolean {
  return 'gained' in setting && Math.max(setting.gained.length, setting.lost.length) > NAMES;
}

function textOfSetting(setting: SettingsChange, most: number): Text {
  const keysText = (keys: readonly string[]) => someTexts(keys.map(codeText), most);
  switch (setting.kind) {
    case 'owners':
      return t`${label('Owners:')} ${sides(
        setting,
        (keys) => t`${keysText(keys)} can approve changes`,
        (keys) => t`${keysText(keys)} can no longer approve changes`,
      )}`;
    case 'owner-days': {
      const { gained, lost } = setting;
      const text = (keys: readonly string[], days: string) =>
        keys.length === 0 ? [] : [t`${keysText(keys)} can approve changes on ${trusted(days)} days`];
      const texts = [
        ...text(
          gained.filter((key) => !lost.includes(key)),
          'more',
        ),
        ...text(
          lost.filter((key) => !gained.includes(key)),
          'fewer',
        ),
        ...text(
          gained.filter((key) => lost.includes(key)),
          'other',
        ),
      ];
      return t`${label('Owners:')} ${joinTexts(texts, '; ')}`;
    }
    case 'reviewed':
      return t`${label('Vouched for:')} ${sides(setting, keysText, (keys) => t`no longer, or less recently, ${keysText(keys)}`)}`;
    case 'owner-login':
      return t`${label('Approver:')} for owner ${codeText(setting.owner)}, GitHub login ${setting.to === null ? trusted('none') : codeText(setting.to)}${
        setting.from === null ? trusted('') : t` (was ${codeText(setting.from)})`
      }`;
    case 'neighbors':
    case 'administrators': {
      const [name, text] =
        setting.kind === 'neighbors'
          ? (['Neighbors:', (labs: readonly string[]) => t`users of ${keysText(labs)} are`] as const)
          : (['Administrators:', (principals: readonly string[]) => t`access of ${keysText(principals)} is`] as const);
      return t`${label(name)} ${sides(
        setting,
        (keys) => t`${text(keys)} no longer reported as drift`,
        (keys) => t`${text(keys)} reported as drift again`,
      )}`;
    }
    case 'freeze':
      return t`${label('Freeze:')} ${sides(
        setting,
        (names) => t`denied for all members: ${capabilitiesText(names)}`,
        (names) => t`no longer denied: ${capabilitiesText(names)}`,
      )}`;
    case 'max-removals':
      return t`${label('Removal limit:')} ${countedText(setting.to, 'member')} per change (was ${setting.from})`;
    case 'self-approval':
      return setting.to
        ? t`${label('Self-approval:')} the only owner can merge their own changes without an approval`
        : t`${label('Self-approval:')} the only owner can no longer merge their own changes without an approval`;
    case 'state':
      return t`${label('State:')} ${bucketText(setting.to)} (was ${bucketText(setting.from)}); mturk-team does not move it`;
    case 'lab':
      return t`${label('Lab:')} ${codeText(setting.to)} (was ${codeText(setting.from)}); all IAM users would be replaced`;
    case 'account':
      return t`${label('AWS account:')} ${codeText(setting.to)} (was ${codeText(setting.from)})`;
    case 'reconcile':
      return t`${label('Reconcile:')} ${trusted(RECONCILES[setting.to])} (${codeText(setting.to)}, was ${codeText(setting.from)})`;
    case 'delete-after':
      return t`${label('Deletion of expired users:')} ${daysText(setting, 'never', (days) => t`${days} after the last day`)}`;
    case 'key-age':
      return t`${label('Old access keys:')} reported after ${countedText(setting.to, 'day')} (was ${setting.from})`;
    case 'rotation':
      return t`${label('Rotation of access keys:')} ${daysText(setting, 'never', (days) => t`after ${days}`)}`;
    case 'drift-period':
      return t`${label('Drift checks:')} every ${countedText(setting.to, 'hour')} (was ${setting.from})`;
    case 'renewal':
      return t`${label('Expiring access:')} ${daysText(setting, 'not announced', (days) => t`announced ${days} ahead`)}`;
    case 'review-period':
      return t`${label('Review of access:')} ${daysText(setting, 'never due', (days) => t`due every ${days}`)}`;
    case 'keys': {
      const was = setting.from === null ? trusted('') : t` (was ${setting.from})`;
      return t`${label('Access keys:')} ${codeText(setting.member)} may have ${setting.to}${was}`;
    }
    case 'recipient': {
      const was = setting.from === null ? trusted('') : t` (was ${codeText(setting.from)})`;
      const to = setting.to === null ? t`no longer made by mturk-team` : t`encrypted to ${codeText(setting.to)}`;
      return t`${label('Recipient:')} access keys of ${memberText({ ...setting, key: setting.member })} are ${to}${was}`;
    }
    case 'snooze':
      return snoozeText(setting);
  }
}

const RECONCILES = {
  none: 'reverts and deletes nothing',
  additions: 'reverts added access and may delete expired users without a decision',
  all: 'reverts added access, gives back access and may delete expired users without a decision',
} as const;

function label(words: string): Text {
  return strongText(trusted(words));
}

function bucketText(name: string | null): Text {
  return name === null ? trusted('a local file') : t`bucket ${codeText(name)}`;
}

/** What a number of days is and was; null or 0 days switch off what they are for. */
function daysText(
  { from, to }: { readonly from: number | null; readonly to: number | null },
  off: string,
  on: (days: Text) => Text,
): Text {
  const text = (days: number | null) => (days ? on(countedText(days, 'day')) : trusted(off));
  return t`${text(to)} (was ${text(from)})`;
}

function snoozeText({ finding, from, to, reason }: Extract<SettingsChange, { readonly kind: 'snooze' }>): Text {
  const isoDay = (day: string | null) => (day === null ? 'none' : dateWords(day));
  const why = reason === null ? trusted('') : t`; reason: ${codeText(reason)}`;
  if (to === null) return t`${label('Snooze ended:')} ${codeText(finding)} (was until ${trusted(isoDay(from))})`;
  const was = from === null ? trusted('') : from === to ? trusted(' (new reason)') : trusted(` (was ${isoDay(from)})`);
  const harm = harmOfFinding(finding);
  const what = harm === null ? codeText(finding) : t`that someone can ${riskText(harm)} (${codeText(finding)})`;
  return t`${label('Snoozed:')} ${what} is not reported until ${trusted(isoDay(to))}${was}${why}`;
}

/** What someone can do by a finding, as the last part of its id says that is no number; null for no harm. */
export function harmOfFinding(id: string): string | null {
  const effect = id
    .replace(/\/\d+$/, '')
    .split('/')
    .at(-1);
  const harm = HARMS.find((risk) => risk === effect);
  if (effect === 'escalates' || effect === 'root-access-key') return 'take full control of the account';
  return harm === undefined ? null : RISK_VERBS[harm].can;
}

const PAST = {
  create: 'created',
  delete: 'deleted',
  move: 'moved',
  add: 'added',
  remove: 'removed',
  attach: 'attached',
  detach: 'detached',
  edit: 'edited',
  change: 'changed',
  replace: 'replaced',
} as const;

/** `add` and `Bo Chen to paymaster`. */
function differenceParts(
  difference: Difference,
  naming: DisplayNames,
): readonly [verb: keyof typeof PAST, object: Text] {
  switch (difference.kind) {
    case 'user-added':
      return ['create', t`user ${codeText(difference.user)}`];
    case 'user-deleted':
      return ['delete', t`the user of ${userText(difference.user, naming)} and its access keys`];
    case 'group-added':
      return ['create', t`group ${groupText(difference.group, naming)}`];
    case 'group-deleted':
      return ['delete', t`group ${groupText(difference.group, naming)}`];
    case 'policy-added':
      return ['create', policyText(difference.arn, naming)];
    case 'policy-deleted':
      return ['delete', policyText(difference.arn, naming)];
    case 'path-changed': {
      const { holder, from, to } = difference;
      return ['move', t`${holderText(holder, naming)} from ${codeText(from)} to ${codeText(to)}`];
    }
    case 'membership-added':
      return ['add', t`${userText(difference.user, naming)} to ${groupText(difference.group, naming)}`];
    case 'membership-removed':
      return ['remove', t`${userText(difference.user, naming)} from ${groupText(difference.group, naming)}`];
    case 'policy-attached':
      return ['attach', t`${policyText(difference.arn, naming)} to ${holderText(difference.holder, naming)}`];
    case 'policy-detached':
      return ['detach', t`${policyText(difference.arn, naming)} from ${holderText(difference.holder, naming)}`];
    case 'inline-policy-added':
      return ['add', t`inline policy ${codeText(difference.policy)} to ${holderText(difference.holder, naming)}`];
    case 'inline-policy-removed':
      return ['delete', t`inline policy ${codeText(difference.policy)} of ${holderText(difference.holder, naming)}`];
    case 'inline-policy-changed':
      return ['edit', t`inline policy ${codeText(difference.policy)} of ${holderText(difference.holder, naming)}`];
    case 'policy-changed':
      return ['edit', policyText(difference.arn, naming)];
    case 'boundary-changed': {
      const person = userText(difference.user, naming);
      if (difference.to === null) return ['remove', t`the permissions boundary of ${person}`];
      return ['replace', t`the permissions boundary of ${person} by ${codeText(policyName(difference.to))}`];
    }
    case 'tag-changed': {
      const verb = difference.to === null ? 'remove' : difference.from === null ? 'add' : 'change';
      const link = verb === 'add' ? 'to' : verb === 'remove' ? 'from' : 'of';
      return [verb, t`tag ${codeText(difference.tag)} ${trusted(link)} ${userText(difference.user, naming)}`];
    }
  }
}

/** An item of a list of unexplained changes, without the heading's words. */
export function unexplainedText(
  { kind, difference, address, attributes }: UnexplainedChange,
  naming: DisplayNames,
  review: Pick<Review, 'questions'>,
): Text {
  const isManual = kind === 'manual-change-reverted' || kind === 'manual-change-kept';
  if (difference !== null && kind !== 'imported') {
    const [verb, object] = differenceParts(difference, naming);
    return t`${trusted(isManual ? PAST[verb] : verb)} ${object}`;
  }
  const resource = address === null ? trusted('a resource') : resourceText(address);
  if (kind === 'imported') {
    const key = address?.startsWith('aws_iam_user.') === true ? memberKeyOfAddress(address) : null;
    const held = importedCredentials(review).find(({ user }) => key !== null && keyOfIamName(naming.lab, user) === key);
    return held === undefined ? resource : t`${resource}, with ${heldText(held)}`;
  }
  const names = attributes.length === 0 ? trusted('') : t` (${someTexts(attributes.map(codeText), 6)})`;
  return t`${trusted(isManual ? 'changed' : 'change')} ${resource}${names}`;
}

/** `policy results-reader`, or the address of a resource that is not of this project. */
export function resourceText(address: string): Text {
  const name = stepText(address, '').trim();
  return name === address ? codeText(address) : proseText(name);
}

/** Headings of the unexplained changes, in the order in which a reviewer must see them. */
export const UNEXPLAINED_HEADINGS: readonly (readonly [UnexplainedChange['kind'], Text])[] = [
  ['not-in-files', t`Unexplained changes in the plan`],
  ['not-in-plan', t`Asked for by ${TEAM_FILE}, but missing from the plan`],
  ['manual-change-reverted', t`Manual changes that applying reverts`],
  ['manual-change-kept', t`Already done manually, and permanent by this change`],
  ['imported', t`Already in AWS, imported instead of created`],
];
