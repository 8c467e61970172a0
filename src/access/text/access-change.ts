import { LIMITS_POLICY } from '../../team/names.ts';
import { columns, WIDEST_NAME } from '../../text/columns.ts';
import { firstDayWords, lastDayWords } from '../../text/dates.ts';
import { listTexts, listWords, plainText } from '../../text/text.ts';
import type { CapabilityAccess } from '../capability-access.ts';
import type { AccessChange, AccessDiff } from '../diff.ts';
import { accessText } from './capability-words.ts';
import { type DisplayNames, grantWords, groupText, named, policyName, unknownPolicyWords, userText } from './names.ts';

/** What happens, and what that means. */
type Row = readonly [verb: string, what: string];

/** Changes of access, a user and an effect at a time, in lines of at most `width` cells. */
export function accessChangeLines(change: AccessDiff, naming: DisplayNames, width = 100): readonly string[] {
  if (change.people.length === 0) return ['  No access changes.'];
  const at = new Date(change.at);
  const rows = change.people.flatMap((person) =>
    personRows(person, naming, at).map((row, index) => [
      index === 0 ? plainText(userText(person.user, naming)) : '',
      ...row,
    ]),
  );
  return [...columns(rows, 2, width, WIDEST_NAME), '  No other access changes.'];
}

function personRows(person: AccessChange, naming: DisplayNames, at: Date): readonly Row[] {
  const rows = [...mainRows(person, naming, at), ...sideRows(person, naming)];
  return rows.length > 0 ? rows : [['keeps', 'the same access']];
}

function mainRows(person: AccessChange, naming: DisplayNames, at: Date): readonly Row[] {
  if (person.kind === 'joins') return [['joins', joinWords(person, naming, at)]];
  if (person.kind === 'leaves') return [['leaves', lossWords(person, 'had no access')]];
  const { gained, lost } = person.capabilities;
  const rows: Row[] = [];
  const isBack = person.suspended.before && !person.suspended.after;
  // A first day that changes has a row of its own.
  const from = person.starts.before === person.starts.after ? fromWords(person, at) : '';
  if (gained.length > 0) rows.push([isBack ? 'is back' : 'gains', `${gainWords(gained, naming)}${from}`]);
  else if (isBack) rows.push(['is back', 'and still has no access']);
  if (!person.suspended.before && person.suspended.after)
    rows.push(['is suspended', lossWords(person, 'had no access before')]);
  else if (lost.length > 0) {
    rows.push(['loses', person.allowed.after > 0 ? accessWords(lost) : `all access: ${accessWords(lost)}`]);
  }
  if (person.starts.before !== person.starts.after) rows.push(startRow(person, at));
  if (person.ends.before !== person.ends.after) rows.push(endRow(person, at));
  return rows;
}

function joinWords(person: AccessChange, naming: DisplayNames, at: Date): string {
  const { capabilities, ends, suspended, groups } = person;
  const until = `${fromWords(person, at)}${ends.after === null ? '' : `, until ${lastDayWords(ends.after, at)}`}`;
  const { gained } = capabilities;
  if (suspended.after) return `no access (suspended)${until}`;
  if (gained.length === 0) return groups.gained.length === 0 ? 'without a role' : `no access${until}`;
  return `${gainWords(gained, naming)}${until}`;
}

function lossWords({ capabilities: { lost } }: AccessChange, none: string): string {
  return lost.length === 0 ? none : `no access left; until now: ${accessWords(lost)}`;
}

function accessWords(capabilities: readonly CapabilityAccess[]): string {
  return plainText(accessText(capabilities));
}

function gainWords(gained: readonly CapabilityAccess[], naming: DisplayNames): string {
  return `${accessWords(gained)}, through ${grantWords(
    gained.flatMap(({ grants }) => grants),
    naming,
  )}`;
}

function fromWords({ starts }: AccessChange, at: Date): string {
  return starts.after === null ? '' : `, from ${firstDayWords(starts.after, at)}`;
}

function startRow({ starts }: AccessChange, at: Date): Row {
  const was = starts.before === null ? 'access has begun' : `on ${firstDayWords(starts.before, at)}`;
  return ['begins', `${starts.after === null ? 'at once' : `on ${firstDayWords(starts.after, at)}`}; until now ${was}`];
}

function endRow({ ends }: AccessChange, at: Date): Row {
  const was = ends.before === null ? 'no last day' : lastDayWords(ends.before, at);
  if (ends.after === null) return ['has', `no last day; until now ${was}`];
  const over = Date.parse(ends.after) <= at.getTime();
  return [over ? 'has ended' : 'ends', `after ${lastDayWords(ends.after, at)}; until now ${was}`];
}

/** Changes besides operations, which can lead to more access later. */
function sideRows(person: AccessChange, naming: DisplayNames): readonly Row[] {
  if (person.kind === 'leaves') return [];
  const rows: Row[] = [];
  const own = person.ownPolicies.gained.filter((policy) => policy !== LIMITS_POLICY).map(policyName);
  if (own.length > 0) {
    rows.push(['gets', `${own.length === 1 ? 'policy' : 'policies'} outside any role: ${listWords(own)}`]);
  }
  if (person.kind === 'changed') rows.push(...groupRows(person, naming));
  const { before, after } = person.boundary;
  if (after === null && before !== null) {
    rows.push(['loses', 'the permissions boundary: every attached policy takes full effect']);
  } else if (after === null && person.kind === 'joins') {
    rows.push(['has', 'no permissions boundary: every attached policy takes full effect']);
  } else if (after !== null && person.kind === 'changed' && before !== after) {
    rows.push(['gets', `${before === null ? 'the' : 'another'} permissions boundary, ${policyName(after)}`]);
  }
  const { unknownPolicies } = person;
  if (unknownPolicies.after.length > 0) rows.push(['warning', unknownPolicyWords(unknownPolicies.after)]);
  return rows;
}

/** The groups that no other row has named. */
function groupRows({ groups, capabilities }: AccessChange, naming: DisplayNames): readonly Row[] {
  const holders = capabilities.gained.flatMap(({ grants }) => grants.map(({ holder }) => holder));
  const gained = groups.gained.filter((group) => !holders.includes(`group ${group}`) || !group.startsWith(naming.lab));
  const words = (names: readonly string[]) => plainText(listTexts(names.map((name) => groupText(name, naming))));
  return [
    ...(gained.length === 0 ? [] : [['is added to', words(gained)] as const]),
    ...(groups.lost.length === 0 ? [] : [['is removed from', words(groups.lost)] as const]),
  ];
}

/** `plan --json`, its part about people. */
export function accessChangeJson(change: AccessDiff, naming: DisplayNames) {
  return { ...change, people: change.people.map((person) => ({ ...named(person.user, naming), ...person })) };
}
