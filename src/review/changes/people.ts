import { accessOnceBegun } from '../../access/access-of.ts';
import type { AccessChange, AccessDiff } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { listOperations } from '../../access/operation-set.ts';
import { everythingText } from '../../access/text/capability-words.ts';
import { OPERATIONS, type Operation, type Risk } from '../../catalog/mturk.ts';
import { iamName, keyOfIamName, LIMITS_POLICY } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import {
  type Question,
  type Review,
  type ReviewedPerson,
  RISK_CLASSES,
  type RiskClass,
  type SettingsChange,
} from '../manifest/schema.ts';
import { isLonger } from './by-file.ts';

interface ReviewedPeople {
  /** Worst first. */
  readonly people: readonly ReviewedPerson[];
  /** IAM names. */
  readonly unchanged: readonly string[];
}

/** People whose access changes, and the others; named as in the files. */
export function reviewedPeople(
  change: AccessDiff,
  teams: { readonly before: Team | null; readonly after: Team },
  replaced: ReadonlySet<string>,
): ReviewedPeople {
  const named = peopleNamed(teams);
  const roleKey = (group: string) =>
    keyOfIamName(teams.after.lab, group) ?? keyOfIamName(teams.before?.lab ?? teams.after.lab, group) ?? group;
  const people = change.people.map(
    (person): ReviewedPerson => ({
      user: person.user,
      key: named.get(person.user)?.key ?? null,
      name: named.get(person.user)?.name ?? null,
      classes: classesOf(person, replaced),
      change: person,
      roles: { gained: person.groups.gained.map(roleKey), lost: person.groups.lost.map(roleKey) },
    }),
  );
  return { people: people.sort(byWorst), unchanged: change.unchanged };
}

/** Of equal classes, who gains everything comes first. */
function byWorst(one: ReviewedPerson, other: ReviewedPerson): number {
  const order = ({ classes, change: { capabilities, allowed } }: ReviewedPerson) =>
    RISK_CLASSES.indexOf(classes[0] ?? 'nothing') -
    (everythingText(capabilities.gained, allowed.after) === null ? 0 : 0.5);
  return order(one) - order(other);
}

/** By IAM name, members of the later file first. Departed members have only a key. */
function peopleNamed({ before, after }: { readonly before: Team | null; readonly after: Team }) {
  const teams = before === null ? [after] : [before, after];
  const left = teams.flatMap(({ lab, departed }) => departed.map(({ key }) => ({ lab, key, name: key })));
  const people = teams.flatMap(({ lab, members }) => members.map(({ key, name }) => ({ lab, key, name })));
  return new Map([...left, ...people].map(({ lab, ...person }) => [iamName(lab, person.key), person]));
}

function classOfGain(risk: Risk): RiskClass {
  return risk === 'spends' ? 'gains-spending' : risk === 'harms-workers' ? 'gains-harm' : 'gains-other';
}

/** All classes of one person's change, worst first; never empty. */
function classesOf(change: AccessChange, replaced: ReadonlySet<string>): readonly RiskClass[] {
  const found = new Set<RiskClass>();
  for (const { risk } of change.capabilities.gained) found.add(classOfGain(risk));
  if (change.capabilities.lost.length > 0) found.add('loses');
  if (change.kind === 'leaves') found.add('identity-deleted');
  if (replaced.has(change.user)) found.add('identity-replaced');
  if (boundaryChanges(change)) found.add('boundary-changed');
  if (change.kind === 'changed') {
    const { suspended } = change;
    if (isLonger(change, 'after'))
      for (const risk of ['reads' as const, ...change.risks.after]) found.add(classOfGain(risk));
    if (isLonger(change, 'before')) found.add('loses');
    if (suspended.before !== suspended.after) found.add(suspended.after ? 'loses' : 'gains-other');
  }
  if (change.ownPolicies.gained.some((policy) => policy !== LIMITS_POLICY)) found.add('gains-other');
  // A role or policy without effect today can grant access later.
  if (found.size === 0) found.add(onlyLoses(change) ? 'loses' : 'gains-other');
  return RISK_CLASSES.filter((each) => found.has(each));
}

function boundaryChanges({ kind, boundary }: AccessChange): boolean {
  if (kind === 'leaves') return false;
  return kind === 'joins' ? boundary.after === null : boundary.before !== boundary.after;
}

function onlyLoses({ groups, ownPolicies }: AccessChange): boolean {
  const gains = groups.gained.length + ownPolicies.gained.length;
  return gains === 0 && groups.lost.length + ownPolicies.lost.length > 0;
}

/** The worst of a whole review. */
export function riskOfPerson(
  review: Pick<Review, 'people' | 'roles' | 'settings' | 'unapplied' | 'unexplained' | 'descriptive'>,
): RiskClass {
  const found = new Set<RiskClass>(review.people.flatMap(({ classes }) => classes));
  // A role without members grants nothing yet; a member who gets it is reviewed then.
  for (const { gained, lost } of review.roles) {
    if (gained.length > 0) found.add('gains-other');
    if (lost.length > 0) found.add('loses');
  }
  for (const setting of [...review.settings, ...review.unapplied]) found.add(riskOfSetting(setting));
  for (const { difference } of review.unexplained) {
    found.add(difference?.kind === 'boundary-changed' ? 'boundary-changed' : 'gains-other');
  }
  if (review.descriptive.length > 0) found.add('descriptive-only');
  return RISK_CLASSES.find((each) => found.has(each)) ?? 'nothing';
}

/** Weakening approvals, state, removal limit or drift checks, or automating more, counts as a changed boundary. */
function riskOfSetting(setting: SettingsChange): RiskClass {
  switch (setting.kind) {
    // The people whom a freeze affects are listed one by one.
    case 'freeze':
      return setting.lost.length > 0 ? 'gains-other' : 'loses';
    case 'neighbors':
    case 'administrators':
      return setting.gained.length > 0 ? 'boundary-changed' : 'descriptive-only';
    case 'max-removals':
    case 'key-age':
    case 'drift-period':
      return setting.to < setting.from ? 'descriptive-only' : 'boundary-changed';
    case 'rotation':
    case 'review-period':
      return setting.to !== null && setting.to <= (setting.from ?? Infinity) ? 'descriptive-only' : 'boundary-changed';
    case 'delete-after':
      return setting.to === null ? 'descriptive-only' : 'boundary-changed';
    case 'renewal':
    case 'reviewed':
      return 'descriptive-only';
    case 'keys':
      return setting.to > (setting.from ?? 0) ? 'gains-other' : 'descriptive-only';
    case 'recipient':
      return setting.to === null ? 'descriptive-only' : 'gains-other';
    case 'snooze':
      return setting.to !== null && (setting.from === null || setting.to > setting.from)
        ? 'boundary-changed'
        : 'descriptive-only';
    default:
      return 'boundary-changed';
  }
}

/** What a reviewer should ask about a change, in the order of the people, worst first. */
export function questionsOf(
  people: readonly ReviewedPerson[],
  after: AccessModel,
  team: Team,
  at: Date,
): readonly Question[] {
  const staying = new Set(people.filter(({ change }) => change.kind !== 'leaves').map(({ user }) => user));
  const users = after.users.filter(({ name }) => staying.has(name));
  const access = new Map(
    accessOnceBegun({ ...after, users }, { at }).map((each) => [each.user.name, listOperations(each.allowed)]),
  );
  return people.flatMap((person) => questionsAbout(person, access.get(person.user) ?? [], team));
}

function questionsAbout(person: ReviewedPerson, allowed: readonly Operation[], team: Team): readonly Question[] {
  const { user, change, classes } = person;
  const found: Question[] = [];
  const gained = change.operations.gained;
  const endless = change.ends.after === null;
  const [spends, harms] = [classes.includes('gains-spending'), classes.includes('gains-harm')];
  if (gained.length > 0 && allowed.length === OPERATIONS.length) found.push({ kind: 'everything', user });
  if (spends && endless) found.push({ kind: 'spending-without-end', user });
  else if (harms && endless) found.push({ kind: 'harm-without-end', user });

  const member = team.members.find(({ key }) => key === person.key);
  const isNewEnd = change.ends.before !== change.ends.after;
  if (isNewEnd && member?.until && member.sponsor === null) found.push({ kind: 'no-sponsor', user });
  return found;
}
