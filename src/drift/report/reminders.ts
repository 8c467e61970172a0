import { operationsIn } from '../../access/access-of.ts';
import { byCapability } from '../../access/capability-access.ts';
import { listOperations, NO_OPERATIONS, operationSet } from '../../access/operation-set.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { accessText } from '../../access/text/capability-words.ts';
import { memberText, mentionedText } from '../../access/text/names.ts';
import type { Inventory } from '../../aws/types.ts';
import { isLongUnused } from '../../keys/rules.ts';
import { FINDINGS, STEPS } from '../../keys/text.ts';
import { iamName } from '../../team/names.ts';
import { owningMembers, sponsorOf } from '../../team/sponsors.ts';
import { isReviewDue, type Member, type Team } from '../../team/team.ts';
import { DAY_MS, dateWords } from '../../text/dates.ts';
import { type Block, heading, list, paragraph } from '../../text/document.ts';
import { pasted } from '../../text/escape.ts';
import { capitalized, codeText, countedText, joinTexts, strongText, type Text, t, trusted } from '../../text/text.ts';
import { credentialUsersOf, heldKeys } from '../rules/access-keys.ts';
import type { DriftReport, ExpiringAccess, MemberKeys, Reminder } from './report.ts';

/** Members whose last day is near and who are not suspended, by day, the nearest first. `today`: `YYYY-MM-DD`, UTC. */
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
  return [...byDay]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([until, all]) => {
      const members = all.map((member) => {
        const sponsor = sponsorOf(team, member, today, until);
        const { key, name } = member;
        const reported = sponsor && {
          ...personOf(sponsor.member),
          standing: sponsor.standing,
          until: sponsor.member.until,
        };
        return { key, name, sponsor: reported };
      });
      const isAnswered = members.every(({ sponsor }) => sponsor?.standing === 'stays');
      return { until, members, owners: isAnswered ? [] : owningMembers(team, until).map(personOf) };
    });
}

function personOf({ key, name, github }: Member) {
  return { key, name, github };
}

/** What members and their sponsors should look after. `today` is `YYYY-MM-DD`, UTC. */
export function remindersOf(team: Team, inventory: Inventory, today: string, at: Date): readonly Reminder[] {
  const deciding = (member: Member) => {
    const sponsor = sponsorOf(team, member, today);
    return sponsor?.standing === 'stays' ? personOf(sponsor.member) : null;
  };
  const of = (abouts: (member: Member) => readonly Reminder['about'][]) =>
    team.members.flatMap((member) => {
      const { key, name } = member;
      return abouts(member).map((about) => ({ key, name, sponsor: deciding(member), about }));
    });
  return [...of(aboutKeys(team, inventory, today, at)), ...of(aboutReview(team, inventory, today, at))];
}

/** Access that must be reviewed, with what the roles allow: a freeze ends, and its end asks for no review. */
function aboutReview(team: Team, { users, notChecked }: Inventory, today: string, at: Date) {
  const isDue = (member: Member) => isReviewDue(member, team.settings, today);
  if (!team.members.some(isDue)) return () => [];
  const allowed = operationsIn(desiredAccess({ ...team, freeze: [] }, today), at);
  return (member: Member): readonly Reminder['about'][] => {
    if (!isDue(member)) return [];
    const user = iamName(team.lab, member.key);
    const { isReported = true, credentials } = users.get(user) ?? {};
    const keys = credentials?.keys ?? [];
    const uses = keys.flatMap(({ lastUsed }) => lastUsed ?? []);
    const { reviewed, until } = member;
    return [
      {
        kind: 'review',
        reviewed,
        until,
        operations: listOperations(allowed.get(user) ?? NO_OPERATIONS),
        lastUsed: uses.sort().at(-1) ?? null,
        isUseChecked: notChecked.length === 0 && isReported && keys.every(({ isUseKnown }) => isUseKnown),
      },
    ];
  };
}

/** Keys of members with access: due by `keys sync`, or unused for 90 days; without what a drift finding reports. */
function aboutKeys(team: Team, inventory: Inventory, today: string, at: Date) {
  // A key that was not read looks like none, and a use that was not like one that never was.
  if (inventory.notChecked.length > 0) return () => [];
  const users = new Map(credentialUsersOf(inventory, team, today, at).map((each) => [each.user, each]));
  return ({ key, suspended, keys: allowed }: Member): readonly Reminder['about'][] => {
    const found = users.get(iamName(team.lab, key));
    if (found === undefined || found.allowed === null || suspended) return [];
    const { decision, credentials } = found;
    if (credentials.keys.some(({ isUseKnown }) => !isUseKnown)) return [];
    const active = heldKeys(credentials.keys).filter((each) => each.active);
    // Only uses that the credential report knows: a key that was never used is a finding.
    const unused = active.flatMap((each) => (each.lastUsed !== null && isLongUnused(each, at) ? [each.lastUsed] : []));
    return [
      ...(decision === null || decision.step === null ? [] : [{ kind: 'due', step: decision.step.kind } as const]),
      ...(decision === null || decision.finding === null || active.length > allowed
        ? []
        : [{ kind: 'decide', finding: decision.finding } as const]),
      ...unused.map((lastUsed) => ({ kind: 'unused', lastUsed, keys: active.length }) as const),
    ];
  };
}

/** The access keys of the members who have a user, as they were read. */
export function memberKeys(
  { lab, members }: Pick<Team, 'lab' | 'members'>,
  { users }: Inventory,
): readonly MemberKeys[] {
  return members.flatMap(({ key }) => {
    const credentials = users.get(iamName(lab, key))?.credentials;
    if (credentials === undefined) return [];
    // Without ids: an artifact is as public as the repository.
    return [{ key, keys: credentials.keys.map(({ id: _id, ...held }) => held) }];
  });
}

/** What a person decides about, `2 access keys, 1 review of access`; nothing else opens an issue. Null for nothing. */
export function decisionsText({ reminders = [] }: Pick<DriftReport, 'reminders'>): Text | null {
  const decisions = reminders.filter(({ about }) => about.kind !== 'due');
  const reviews = decisions.filter(({ about }) => about.kind === 'review').length;
  const keys = decisions.length - reviews;
  const parts = [
    ...(keys === 0 ? [] : [countedText(keys, 'access key')]),
    ...(reviews === 0 ? [] : [countedText(reviews, 'review of access', 'reviews of access')]),
  ];
  return parts.length === 0 ? null : joinTexts(parts, ', ');
}

interface Line {
  readonly sponsor: Reminder['sponsor'];
  readonly text: Text;
  readonly command: string;
}

/** Access that ends soon, access keys and reviews of access, by sponsor, each with its command; nothing if there is none. */
export function reminderBlocks({
  expiring,
  reminders = [],
}: Pick<DriftReport, 'expiring' | 'reminders'>): readonly Block[] {
  const lines = [
    ...expiring.flatMap(({ until, members }) => members.map((member) => lastDayLine(member, until))),
    ...reminders.map(reminderLine),
  ];
  if (lines.length === 0) return [];
  const sponsors = new Map(lines.map(({ sponsor }) => [sponsor?.key ?? null, sponsor]));
  return [
    heading(4, t`Reminders`),
    ...[...sponsors].flatMap(([key, sponsor]) => [
      paragraph(strongText(sponsor === null ? t`No sponsor can decide: the owners do` : mentionedText(sponsor))),
      list(
        lines
          .filter((line) => (line.sponsor?.key ?? null) === key)
          .map(({ text, command }) => t`${text}: ${codeText(command)}`),
        { rank: 3 },
      ),
    ]),
  ];
}

function lastDayLine({ sponsor, ...member }: DriftReport['expiring'][number]['members'][number], until: string): Line {
  return {
    sponsor: sponsor?.standing === 'stays' ? sponsor : null,
    text: t`${memberText(member)}: access ends after ${trusted(dateWords(until))}. To extend it`,
    command: `mturk-team member extend ${pasted(member.key)} --until YYYY-MM-DD`,
  };
}

function reminderLine({ sponsor, about, ...member }: Reminder): Line {
  const [purpose, command] = reminderCommand(about, member.key);
  return { sponsor, text: t`${memberText(member)}: ${reminderText(about)}. ${purpose}`, command };
}

/** What a member's key or access needs, as a clause. */
export function reminderText(about: Reminder['about']): Text {
  switch (about.kind) {
    case 'due':
      return t`the next ${codeText('keys sync')} will ${trusted(STEPS[about.step])}`;
    case 'decide':
      return trusted(FINDINGS[about.finding][0]);
    case 'unused':
      return t`a key was last used ${trusted(dateWords(about.lastUsed))}`;
    case 'review':
      return reviewText(about);
  }
}

function reminderCommand(about: Reminder['about'], key: string): readonly [Text, string] {
  switch (about.kind) {
    case 'due':
      return [t`To run it now`, 'mturk-team keys sync'];
    case 'decide':
      return [t`To change that`, FINDINGS[about.finding][1](key)];
    case 'unused':
      return [t`To deactivate it`, `mturk-team keys revoke ${pasted(key)}${about.keys === 1 ? '' : ' --key ID'}`];
    case 'review':
      return [t`If that is still right`, `mturk-team member reviewed ${pasted(key)}`];
  }
}

/** `access last reviewed 25 Nov 2025. Roles allow: read results. Last day 31 May 2027, last key use 3 Nov 2026` */
function reviewText(about: Extract<Reminder['about'], { readonly kind: 'review' }>): Text {
  const { reviewed, until, operations, lastUsed, isUseChecked } = about;
  const on = (what: string, day: string | null) => trusted(day === null ? `no ${what}` : `${what} ${dateWords(day)}`);
  const access = operations.length === 0 ? t`nothing` : accessText(byCapability(operationSet(operations), null));
  const use = isUseChecked
    ? on(lastUsed === null ? 'known key use' : 'last key use', lastUsed)
    : t`key use not checked`;
  const review = reviewed === null ? t`access not reviewed yet` : on('access last reviewed', reviewed);
  return t`${review}. Roles allow: ${access}. ${capitalized(on('last day', until))}, ${use}`;
}
