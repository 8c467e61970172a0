import type { CapabilityAccess } from '../../access/capability-access.ts';
import type { AccessChange } from '../../access/diff.ts';
import { userText } from '../../access/text/iam-names.ts';
import { type DisplayNames, listWords } from '../../access/text/names.ts';
import { CAPABILITIES, CAPABILITY_NAMES, OPERATIONS, operationsOf, RISKS, type Risk } from '../../catalog/mturk.ts';
import { isLater } from '../../review/changes/risk.ts';
import { dayWords } from '../../text/dates.ts';
import { isEmptyText, listTexts, plainText, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { DriftCause } from '../finding.ts';

/** What a risk is to the lab, after "can"; null where it needs no warning. */
const HARMS: Readonly<Record<Risk, string | null>> = {
  spends: 'spend money',
  'harms-workers': 'harm workers',
  'deletes-data': 'delete data',
  'contacts-people': null,
  changes: null,
  reads: null,
};

/** A list of so few operations is shorter than their number with a noun. */
const FEW = 3;

/** `spend money (approve work, pay bonuses), harm workers (reject work) and do 2 more things`, to stand after "can". */
export function canWords(capabilities: readonly CapabilityAccess[]): string {
  const harmful = RISKS.flatMap((risk) => {
    const same = capabilities.filter((each) => each.risk === risk);
    const harm = HARMS[risk];
    return harm === null || same.length === 0 ? [] : [{ harm, same }];
  });
  if (missingOf(capabilities).length <= FEW) {
    return `${everythingWords(capabilities)} (${harmful.map(({ harm }) => harm).join(', ')})`;
  }
  const rest = restWords(
    capabilities.filter(({ risk }) => HARMS[risk] === null),
    harmful.length > 0,
    gainable,
  );
  const wholes = harmful.flatMap(({ same }) => same).filter(({ whole }) => whole).length;
  if (wholes === HARMFUL) {
    const ways = `${listWords(harmful.map(({ harm }) => harm))} in every way there is`;
    return [ways, ...rest].join(', and ');
  }
  return listWords([...harmful.map(({ harm, same }) => `${harm} (${same.map(gainable).join(', ')})`), ...rest]);
}

/** How many capabilities do harm. */
const HARMFUL = CAPABILITY_NAMES.filter((name) => HARMS[CAPABILITIES[name].risk] !== null).length;

/** `publish HITs, pay bonuses and do 3 more things`, to stand after "can no longer": what is lost needs no warning. */
export function couldWords(capabilities: readonly CapabilityAccess[]): string {
  if (missingOf(capabilities).length <= FEW) return everythingWords(capabilities);
  const harmful = capabilities.filter(({ risk }) => HARMS[risk] !== null);
  const rest = capabilities.filter(({ risk }) => HARMS[risk] === null);
  const lost = (access: CapabilityAccess) => verbWords(access, '');
  return listWords([...harmful.map(lost), ...restWords(rest, harmful.length > 0, lost)]);
}

function gainable(access: CapabilityAccess): string {
  return verbWords(access, ' only');
}

function restWords(
  rest: readonly CapabilityAccess[],
  afterWorse: boolean,
  wordsOf: (access: CapabilityAccess) => string,
): readonly string[] {
  if (rest.length <= (afterWorse ? 1 : FEW)) return rest.map(wordsOf);
  return [`do ${rest.flatMap(({ operations }) => operations).length} more things`];
}

function verbWords({ capability, operations, whole }: CapabilityAccess, only: ' only' | ''): string {
  if (whole) return CAPABILITIES[capability].can;
  return operations.length <= FEW
    ? `${CAPABILITIES[capability].can} with ${listWords(operations)}${only}`
    : `${CAPABILITIES[capability].can} with ${operations.length} of ${operationsOf(capability).length} operations`;
}

function missingOf(capabilities: readonly CapabilityAccess[]): readonly string[] {
  const operations = new Set(capabilities.flatMap((each) => each.operations));
  return OPERATIONS.filter((operation) => !operations.has(operation));
}

function everythingWords(capabilities: readonly CapabilityAccess[]): string {
  const missing = missingOf(capabilities);
  return `do everything in Mechanical Turk${missing.length === 0 ? '' : ` except ${listWords(missing)}`}`;
}

/** What becomes of whom, those of whom the same is to be said together; null where nobody's access changes. */
export function peopleSaid(people: readonly AccessChange[], cause: DriftCause, naming: DisplayNames): Text | null {
  const groups = new Map<string, { readonly what: Text; readonly users: string[] }>();
  for (const person of people) {
    const what = changeSaid(person, cause);
    if (isEmptyText(what)) continue;
    const key = plainText(what);
    const same = groups.get(key) ?? { what, users: [] };
    same.users.push(person.user);
    groups.set(key, same);
  }
  if (groups.size === 0) return null;
  const all = [...groups.values()];
  const more = all.slice(GROUPS).flatMap(({ users }) => users).length;
  return sentences(
    ...all
      .slice(0, GROUPS)
      .map(({ what, users }) => t`${someTexts(users.map((user) => userText(user, naming)))} ${what}.`),
    more === 0
      ? null
      : trusted(`${more} more ${more === 1 ? 'person gains or loses' : 'people gain or lose'} something by it.`),
  );
}

/** So many different consequences of one thing are told, the worst first. */
const GROUPS = 3;

/** How gains, losses and ends are told, by whose doing they are. */
const TONES: Readonly<Record<DriftCause, { readonly gained: string; readonly lost: string }>> = {
  manual: { gained: ', and should not', lost: ', which team.yaml gives' },
  unmanaged: { gained: ', and should not', lost: ', which team.yaml gives' },
  unexplained: { gained: ', and should not', lost: ', which team.yaml gives' },
  unknown: { gained: ', which team.yaml does not give', lost: ', which team.yaml gives' },
  pending: { gained: ' until team.yaml is applied', lost: ' until team.yaml is applied' },
  expired: { gained: '', lost: '' },
  resolved: { gained: '', lost: '' },
};

/** What one person can and cannot do by it, to stand after the name. */
function changeSaid(person: AccessChange, cause: DriftCause): Text {
  const { gained, lost } = person.capabilities;
  const tone = TONES[cause];
  const pending = cause === 'pending' || cause === 'expired';
  const parts = [
    ...(gained.length === 0 ? [] : [trusted(`${gainVerb(person, pending)} ${canWords(gained)}${tone.gained}`)]),
    ...(lost.length === 0 ? [] : [trusted(`${lossVerb(person, cause)} ${couldWords(lost)}${tone.lost}`)]),
    ...endParts(person),
    ...suspensionParts(person),
    ...(person.kind === 'changed' && person.boundary.before !== null && person.boundary.after === null
      ? [trusted('has no cap any more: whatever somebody attaches by hand counts in full')]
      : []),
  ];
  return parts.length < 2 ? listTexts(parts) : t`${listTexts(parts.slice(0, -1))}, and ${parts.at(-1) ?? t``}`;
}

function gainVerb({ suspended, unknownPolicies }: AccessChange, pending: boolean): string {
  // What cannot be read counts as allowing everything; that it does is not known.
  const can = unknownPolicies.after.length > unknownPolicies.before.length ? 'may be able to' : 'can';
  if (pending) return 'can still';
  return suspended.before && !suspended.after ? `is not suspended any more and ${can}` : can;
}

function lossVerb({ suspended }: AccessChange, cause: DriftCause): string {
  // Whoever is new in the file could not do it before either.
  const verb = cause === 'unknown' ? 'cannot' : 'can no longer';
  if (cause === 'pending' || cause === 'expired') return 'cannot';
  return suspended.after && !suspended.before ? `is denied everything, and ${verb}` : verb;
}

/** Where nothing is gained or lost today by being suspended, or by not being it any more. */
function suspensionParts({ suspended, capabilities, kind }: AccessChange): readonly Text[] {
  const { gained, lost } = capabilities;
  if (kind !== 'changed' || suspended.before === suspended.after || gained.length + lost.length > 0) return [];
  return [trusted(suspended.after ? 'is denied everything' : 'is not suspended any more, and can still do nothing')];
}

function endParts({ ends, kind }: AccessChange): readonly Text[] {
  if (ends.before === ends.after || kind !== 'changed') return [];
  const later = isLater(ends.after, ends.before);
  const is =
    ends.after === null
      ? 'keeps access without an end'
      : `${later ? 'keeps access until' : 'has access only until'} ${lastDay(ends.after)}`;
  const was = ends.before === null ? 'without an end' : `until ${lastDay(ends.before)}`;
  return [trusted(`${is}, which team.yaml gives ${was}`)];
}

/** The last day before everything is denied from that moment on. */
function lastDay(ends: string): string {
  return dayWords(new Date(Date.parse(ends) - 1));
}
