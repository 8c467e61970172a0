import { memberText, mentionedText } from '../../access/text/names.ts';
import type { Inventory } from '../../aws/types.ts';
import { isLongUnused } from '../../keys/rules.ts';
import { FINDINGS, STEPS } from '../../keys/text.ts';
import { iamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { dateWords } from '../../text/dates.ts';
import { type Block, heading, list, paragraph } from '../../text/document.ts';
import { pasted } from '../../text/escape.ts';
import { codeText, strongText, type Text, t, trusted } from '../../text/text.ts';
import { credentialUsersOf, heldKeys } from '../rules/access-keys.ts';
import { personOf } from './expiring-access.ts';
import type { DriftReport, KeyReminder, MemberKeys } from './report.ts';

/**
 * Access keys of members with access: due by the rules of `keys sync`, or not used for 90 days. What a drift finding reports is left
 * out. `today` is `YYYY-MM-DD`, UTC.
 */
export function keyReminders(team: Team, inventory: Inventory, today: string, at: Date): readonly KeyReminder[] {
  // A key that was not read looks like none, and a use that was not like one that never was.
  if (inventory.notChecked.length > 0) return [];
  const users = new Map(credentialUsersOf(inventory, team, today, at).map((each) => [each.user, each]));
  const byKey = new Map(team.members.map((member) => [member.key, member]));
  return team.members.flatMap(({ key, name, sponsor, suspended, keys: allowed }) => {
    const found = users.get(iamName(team.lab, key));
    if (found === undefined || found.allowed === null || suspended) return [];
    const { decision, credentials } = found;
    if (credentials.keys.some(({ isUseKnown }) => !isUseKnown)) return [];
    const active = heldKeys(credentials.keys).filter((each) => each.active);
    // Only uses that the credential report knows: a key that was never used is a finding.
    const unused = active.flatMap((each) => (each.lastUsed !== null && isLongUnused(each, at) ? [each.lastUsed] : []));
    const abouts: readonly KeyReminder['about'][] = [
      ...(decision === null || decision.step === null ? [] : [{ kind: 'due', step: decision.step.kind } as const]),
      ...(decision === null || decision.finding === null || active.length > allowed
        ? []
        : [{ kind: 'decide', finding: decision.finding } as const]),
      ...unused.map((lastUsed) => ({ kind: 'unused', lastUsed, keys: active.length }) as const),
    ];
    const answers = sponsor === null ? undefined : byKey.get(sponsor);
    const whose = { key, name, sponsor: answers === undefined ? null : personOf(answers) };
    return abouts.map((about) => ({ ...whose, about }));
  });
}

/** The access keys of the members who have a user, as they were read. */
export function memberKeys(
  { lab, members }: Pick<Team, 'lab' | 'members'>,
  { users }: Inventory,
): readonly MemberKeys[] {
  return members.flatMap(({ key }) => {
    const credentials = users.get(iamName(lab, key))?.credentials;
    if (credentials === undefined) return [];
    const keys = credentials.keys.map(({ active, created, lastUsed, isUseKnown }) => ({
      ...{ active, created, lastUsed, isUseKnown },
    }));
    return [{ key, keys }];
  });
}

/** How many of them a person decides about; nothing else opens an issue. */
export function decisionsIn({ keyReminders: all = [] }: Pick<DriftReport, 'keyReminders'>): number {
  return all.filter(({ about }) => about.kind !== 'due').length;
}

interface Line {
  readonly sponsor: KeyReminder['sponsor'];
  readonly text: Text;
  readonly command: string;
}

/** Access that ends soon and access keys, by sponsor, each with its command; nothing if there is none. */
export function reminderBlocks({
  expiring,
  keyReminders: keys = [],
}: Pick<DriftReport, 'expiring' | 'keyReminders'>): readonly Block[] {
  const lines = [
    ...expiring.flatMap(({ until, members }) => members.map((member) => lastDayLine(member, until))),
    ...keys.map(keyLine),
  ];
  if (lines.length === 0) return [];
  const sponsors = new Map(lines.map(({ sponsor }) => [sponsor?.key ?? null, sponsor]));
  return [
    heading(4, t`Reminders`),
    ...[...sponsors].flatMap(([key, sponsor]) => [
      paragraph(strongText(sponsor === null ? t`No sponsor: the owners decide` : mentionedText(sponsor))),
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
    sponsor,
    text: t`${memberText(member)}: access ends after ${trusted(dateWords(until))}. To extend it`,
    command: `mturk-team member extend ${pasted(member.key)} --until YYYY-MM-DD`,
  };
}

function keyLine({ sponsor, about, ...member }: KeyReminder): Line {
  const [purpose, command] = keyCommand(about, member.key);
  return { sponsor, text: t`${memberText(member)}: ${reminderText(about)}. ${purpose}`, command };
}

/** What an access key needs, as a clause. */
export function reminderText(about: KeyReminder['about']): Text {
  switch (about.kind) {
    case 'due':
      return t`the next ${codeText('keys sync')} will ${trusted(STEPS[about.step])}`;
    case 'decide':
      return trusted(FINDINGS[about.finding][0]);
    case 'unused':
      return t`a key was last used ${trusted(dateWords(about.lastUsed))}`;
  }
}

function keyCommand(about: KeyReminder['about'], key: string): readonly [Text, string] {
  if (about.kind === 'due') return [t`To run it now`, 'mturk-team keys sync'];
  if (about.kind === 'decide') return [t`To change that`, FINDINGS[about.finding][1](key)];
  const one = about.keys === 1 ? '' : ' --key ID';
  return [t`To deactivate it`, `mturk-team keys revoke ${pasted(key)}${one}`];
}
