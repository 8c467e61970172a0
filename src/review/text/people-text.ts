import type { AccessChange } from '../../access/diff.ts';
import { policyName } from '../../access/model.ts';
import { accessLines, lossText } from '../../access/text/capability-words.ts';
import { headlineText, memberText, policyNames, unknownPolicyText } from '../../access/text/names.ts';
import type { Capability } from '../../catalog/mturk.ts';
import { keyOfIamName, LIMITS_POLICY } from '../../team/names.ts';
import { firstDay, lastDay } from '../../text/dates.ts';
import {
  capitalized,
  codeText,
  joinTexts,
  listTexts,
  strongText,
  TEAM_FILE,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import type { Review, ReviewedPerson } from '../manifest/schema.ts';

/** `Bo Chen (bo)`, the key, or the IAM name of an unmanaged user. */
export function personText({ name, key, user }: Pick<ReviewedPerson, 'name' | 'key' | 'user'>): Text {
  return key === null ? t`${codeText(user)} (not in ${TEAM_FILE})` : memberText({ key, name });
}

/** The same in a title or an alert. */
export function personInHeadline(person: Pick<ReviewedPerson, 'name' | 'key' | 'user'>): Text {
  const { name, key } = person;
  return key === null ? personText(person) : headlineText({ key, name });
}

/** What turns an IAM user's name into the person's name, for the people of a review. */
export function personNamer({ people, lab }: Pick<Review, 'people' | 'lab'>): (user: string) => Text {
  const byUser = new Map(people.map((person) => [person.user, person]));
  return (user) => personText(byUser.get(user) ?? { user, name: null, key: keyOfIamName(lab, user) });
}

/** What of a review the words about one person depend on. */
export type PersonContext = Pick<Review, 'lab' | 'settings' | 'unexplained'>;

/** What changes about a person, `Adds role paymaster; removes last day (was 31 May 2027)`. */
export function changeText(person: ReviewedPerson, review: PersonContext): Text {
  const { change, classes } = person;
  const { lab } = review;
  if (classes.includes('identity-replaced'))
    return t`Replaces the IAM user: ${strongText(t`all access keys are lost`)}`;
  if (change.kind === 'leaves') return t`${strongText(t`Leaves:`)} deletes the IAM user and its access keys`;
  const parts = [
    ...(change.kind === 'joins' ? joinParts(person) : changeParts(person, addedManually(person, review))),
    ...sideParts(person, lab),
  ];
  const all = parts.length > 0 ? [...parts, ...freezeParts(change, review)] : roleParts(change, review);
  return capitalized(joinTexts(all, '; '));
}

function joinParts({ change, roles }: ReviewedPerson): readonly Text[] {
  const status = change.suspended.after ? 'New, suspended:' : 'New:';
  const which = roles.gained.length === 0 ? t`no role` : joinTexts(roles.gained.map(codeText), ', ');
  const { starts, ends } = change;
  const from = starts.after === null ? [] : [trusted(`from ${firstDay(starts.after)}`)];
  const last = trusted(ends.after === null ? 'no last day' : `last day ${lastDay(ends.after)}`);
  return [t`${trusted(status)} ${which}`, ...from, last];
}

/** Whether nothing changes about a person but what a freeze denies, and roles that were added manually and are removed. */
export function isSaidElsewhere(person: ReviewedPerson, { unexplained, lab, settings }: Review): boolean {
  const { change, roles } = person;
  const manual = addedManually(person, { unexplained, lab });
  const isReverted = roles.lost.length > 0 && roles.lost.every((role) => manual.includes(role));
  const parts = changeParts(person, manual).length + sideParts(person, lab).length;
  const isOnly = isReverted ? parts === 1 : parts === 0 && isByFreeze(change.capabilities.lost, settings, 'gained');
  return isOnly && change.capabilities.gained.length === 0;
}

/** Whether the freeze gained or lost, as a setting, all of what someone loses or gains. */
function isByFreeze(
  capabilities: AccessChange['capabilities']['gained'],
  settings: Review['settings'],
  side: 'gained' | 'lost',
): boolean {
  const frozen = frozenIn(settings, side);
  return capabilities.length > 0 && capabilities.every(({ capability }) => frozen.includes(capability));
}

function frozenIn(settings: Review['settings'], side: 'gained' | 'lost'): readonly Capability[] {
  return settings.flatMap((setting) => (setting.kind === 'freeze' ? setting[side] : []));
}

/** Roles that the person has only by a manual change, which the plan reverts. */
function addedManually({ user }: ReviewedPerson, { unexplained, lab }: Pick<Review, 'unexplained' | 'lab'>) {
  return unexplained.flatMap(({ kind, difference }) =>
    kind === 'manual-change-reverted' && difference?.kind === 'membership-added' && difference.user === user
      ? [keyOfIamName(lab, difference.group) ?? difference.group]
      : [],
  );
}

function changeParts({ change, roles }: ReviewedPerson, manual: readonly string[]): readonly Text[] {
  const { suspended, starts, ends } = change;
  const removed = roles.lost.filter((role) => !manual.includes(role));
  const reverted = roles.lost.filter((role) => manual.includes(role));
  return [
    ...(!suspended.before && suspended.after ? [strongText(t`suspended`)] : []),
    ...(suspended.before && !suspended.after ? [t`suspension lifted`] : []),
    ...(roles.gained.length > 0 ? [t`adds ${rolesText(roles.gained)}`] : []),
    ...(removed.length > 0 ? [t`removes ${rolesText(removed)}`] : []),
    ...(reverted.length > 0 ? [t`removes ${rolesText(reverted)}, added manually`] : []),
    ...(starts.before === starts.after ? [] : [startText(starts)]),
    ...(ends.before === ends.after ? [] : [endText(ends)]),
  ];
}

function rolesText(keys: readonly string[]): Text {
  return t`${trusted(keys.length === 1 ? 'role' : 'roles')} ${listTexts(keys.map(codeText))}`;
}

function startText({ before, after }: AccessChange['starts']): Text {
  const was = before === null ? '' : ` (was from ${firstDay(before)})`;
  return trusted(`${after === null ? 'access begins at once' : `access from ${firstDay(after)}`}${was}`);
}

function endText({ before, after }: AccessChange['ends']): Text {
  if (after === null) return trusted(`removes last day (was ${before === null ? 'none' : lastDay(before)})`);
  return trusted(`last day ${lastDay(after)} (was ${before === null ? 'none' : lastDay(before)})`);
}

/** For a person whose roles, freeze or policies changed under them. */
function roleParts(change: AccessChange, { lab, settings }: PersonContext): readonly Text[] {
  const { gained, lost } = change.capabilities;
  const keys = (capabilities: typeof gained) => {
    const holders = capabilities.flatMap(({ grants }) => grants.map(({ holder }) => holder.name));
    return [...new Set(holders)].flatMap((name) => keyOfIamName(lab, name) ?? []);
  };
  const parts = [
    ...(isByFreeze(gained, settings, 'lost')
      ? [t`freeze ends`]
      : gained.length === 0
        ? []
        : [definitionText(keys(gained), 'more')]),
    ...(isByFreeze(lost, settings, 'gained')
      ? [t`freeze`]
      : lost.length === 0
        ? []
        : [definitionText(keys(lost), 'less')]),
  ];
  return parts.length > 0 ? parts : [t`no effect on access`];
}

function definitionText(keys: readonly string[], amount: 'more' | 'less'): Text {
  if (keys.length === 0) return trusted(`same roles allow ${amount}`);
  return t`${rolesText(keys)} ${trusted(keys.length === 1 ? 'allows' : 'allow')} ${trusted(amount)}`;
}

/** What a freeze does to a person besides what else changes about them. */
function freezeParts({ kind, suspended, capabilities }: AccessChange, { settings }: PersonContext): readonly Text[] {
  if (kind !== 'changed' || suspended.after) return [];
  const isAmong = (some: AccessChange['capabilities']['gained'], side: 'gained' | 'lost') =>
    some.some(({ capability }) => frozenIn(settings, side).includes(capability));
  return [
    ...(isAmong(capabilities.gained, 'lost') ? [t`freeze ends`] : []),
    ...(isAmong(capabilities.lost, 'gained') ? [t`freeze`] : []),
  ];
}

/** Changes outside roles, which can grant access now or later. */
function sideParts({ change, roles }: ReviewedPerson, lab: string): readonly Text[] {
  const { kind, boundary, ownPolicies, groups } = change;
  const shown = [...roles.gained, ...roles.lost];
  const other = (names: readonly string[]) =>
    names.filter((name) => keyOfIamName(lab, name) === null && !shown.includes(name));
  const parts: Text[] = [
    ...policyParts(ownPolicies.gained, ['attaches', ' directly'], 'adds inline'),
    ...policyParts(ownPolicies.lost, ['detaches', ''], 'deletes inline'),
  ];
  const [joined, left] = [other(groups.gained), other(groups.lost)];
  if (joined.length > 0) parts.push(t`adds to group ${listTexts(joined.map(codeText))}`);
  if (left.length > 0) parts.push(t`removes from group ${listTexts(left.map(codeText))}`);
  if (boundary.after === null && (boundary.before !== null || kind === 'joins')) {
    parts.push(strongText(trusted(kind === 'joins' ? 'no permissions boundary' : 'removes the permissions boundary')));
  } else if (kind === 'changed' && boundary.after !== null && boundary.before !== boundary.after) {
    parts.push(t`sets permissions boundary ${codeText(policyName(boundary.after))}`);
  }
  return parts;
}

/** A managed policy has an ARN, an inline one a name. `limits` is shown as the last day or suspension. */
function policyParts(
  policies: readonly string[],
  [managed, how]: readonly [string, string],
  inline: string,
): readonly Text[] {
  const shown = policies.filter((policy) => policy !== LIMITS_POLICY);
  const attached = shown.filter((each) => each.startsWith('arn:'));
  const own = shown.filter((each) => !each.startsWith('arn:'));
  return [
    ...(attached.length === 0 ? [] : [t`${trusted(managed)} policy ${policyNames(attached)}${trusted(how)}`]),
    ...(own.length === 0 ? [] : [t`${trusted(inline)} policy ${policyNames(own)}`]),
  ];
}

/** What a person gains, a line for each harm; empty if nothing. */
export function gainTexts({ change }: ReviewedPerson): readonly Text[] {
  const lines = change.capabilities.gained.length === 0 ? [] : accessLines(change.capabilities.gained).map(capitalized);
  const unknown = unknownPolicyText(change.unknownPolicies.after);
  return unknown === null ? lines : [t`${strongText(t`Unknown:`)} ${unknown}`, ...lines];
}

/** What a person loses; empty if nothing. */
export function lostText({ change }: ReviewedPerson): Text {
  const { lost } = change.capabilities;
  if (lost.length === 0) return t``;
  return change.allowed.after > 0 ? capitalized(lossText(lost)) : t`${strongText(t`All access:`)} ${lossText(lost)}`;
}
