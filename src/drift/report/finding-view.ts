import { byCapability, type CapabilityAccess } from '../../access/capability-access.ts';
import type { AccessChange } from '../../access/diff.ts';
import { operationSet } from '../../access/operation-set.ts';
import { briefText, doesText } from '../../access/text/capability-words.ts';
import { anyUserText, type DisplayNames, memberText, userText } from '../../access/text/names.ts';
import { isHarmful, OPERATIONS, RISK_VERBS, RISKS } from '../../catalog/mturk.ts';
import { type Announcement, ripeFrom } from '../../review/rule/announcements.ts';
import { iamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { firstDay, timeWords } from '../../text/dates.ts';
import { visible, withoutAddresses } from '../../text/escape.ts';
import {
  codeText,
  countedText,
  isEmptyText,
  joinTexts,
  listTexts,
  riskText,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { entityOf } from '../events/events.ts';
import {
  type Attribution,
  DENYING,
  type DriftFinding,
  isOpen,
  isPending,
  isSnoozable,
  worstChanges,
  worstEffect,
} from '../finding.ts';
import { commandLine } from '../rules/aws-command.ts';
import { type RemedyText, subjectOf } from '../rules/rule.ts';
import { ruleOf } from '../rules/rules.ts';

/** What people read of a finding, in the terminal, an issue and JSON. */
export interface FindingView {
  /** A phrase without a full stop. */
  readonly title: Text;
  /** The same, for a table cell. */
  readonly effect: Text;
  /** Facts beside the effect, in sentences; null if there are none. */
  readonly detail: Text | null;
  /** Null if CloudTrail was not read. */
  readonly by: Text | null;
  readonly toFix: Text;
  readonly commands: readonly string[];
  readonly ifIntended: Text | null;
  /** `later`: reconcile gives back what it took, after an announcement. */
  readonly action: 'reconcile' | 'later' | 'decide';
  /** For `later`: the earliest time, ISO 8601; null if it is not announced yet. */
  readonly from: string | null;
}

export interface ViewOptions {
  /** Whether the scheduled reconcile job runs (`settings.reconcile`). */
  readonly reconcile?: Team['settings']['reconcile'];
  readonly announcements?: readonly Announcement[];
  /** Whether an apply was interrupted, until which reconcile does nothing. */
  readonly isInterrupted?: boolean;
  /** When reconcile has run, ISO 8601; left out if that is unknown. */
  readonly revertedBy?: string;
  /** Whether CloudTrail answered. */
  readonly isAttributed?: boolean;
  /** An issue is as public as its repository: no account id, key id or source address. */
  readonly isPrivate?: boolean;
}

export function findingView(finding: DriftFinding, names: DisplayNames, options: ViewOptions = {}): FindingView {
  const { isPrivate = false } = options;
  const remedy = ruleOf(finding).remedy?.(finding, names) ?? {};
  const { detail = null, commands = [], ifIntended = null } = remedy;
  return {
    title: findingTitle(finding, names),
    effect: effectText(finding, names),
    detail,
    by: byText(finding, names, options),
    toFix: toFixText(finding, remedy, modeOf(options)),
    commands: commands.map((command) => visible(commandLine(command, isPrivate))),
    ifIntended: isOpen(finding) ? intendedText(finding, ifIntended) : null,
    ...actionOf(finding, names, options),
  };
}

/** A phrase without a full stop. */
export function findingTitle(finding: DriftFinding, names: DisplayNames): Text {
  return ruleOf(finding).title(finding.data, names, finding.cause);
}

function intendedText(finding: DriftFinding, edit: Text | null): Text {
  if (!isSnoozable(finding)) return edit ?? t`It cannot be kept or snoozed, because Terraform or bootstrap writes it.`;
  const id = codeText(finding.id);
  return edit === null ? t`Snooze ${id}.` : t`${edit} Or snooze ${id}.`;
}

function modeOf({ reconcile = 'none', isInterrupted = false }: ViewOptions): Team['settings']['reconcile'] {
  return isInterrupted ? 'none' : reconcile;
}

function actionOf(
  { cause, remediation, rule, data }: DriftFinding,
  { lab }: DisplayNames,
  options: ViewOptions,
): Pick<FindingView, 'action' | 'from'> {
  const [reconcile, { announcements = [] }] = [modeOf(options), options];
  if (cause !== 'manual' || reconcile === 'none') return { action: 'decide', from: null };
  if (remediation === 'auto') return { action: 'reconcile', from: null };
  if (remediation !== 'announced' || reconcile !== 'all') return { action: 'decide', from: null };
  if (rule === 'access-withheld') return { action: 'later', from: data.from };
  const created = announcements.find(
    ({ kind, key }) => kind === 'missing' && rule === 'user-deleted' && iamName(lab, key) === data.user,
  );
  return { action: 'later', from: created === undefined ? null : ripeFrom(created).toISOString() };
}

const AGENTS: Readonly<Record<Attribution['userAgent'], string | null>> = {
  console: 'console',
  cli: 'AWS CLI',
  sdk: 'SDK',
  terraform: 'Terraform',
  other: null,
};

function byText(
  finding: DriftFinding,
  names: DisplayNames,
  { isAttributed = false, isPrivate = false }: ViewOptions,
): Text | null {
  const { lastChange } = finding;
  if (entityOf(finding) === null) return null;
  if (lastChange === null) return isAttributed && !isPending(finding) ? t`unknown` : null;
  const { actor, at, userAgent, sourceIp } = lastChange;
  const agent = AGENTS[userAgent];
  const parts = [
    actorText(actor, names, isPrivate),
    trusted(timeWords(at)),
    ...(agent === null ? [] : [trusted(agent)]),
    ...(sourceIp === null || !isPrivate ? [] : [t`from ${sourceIp}`]),
  ];
  return joinTexts(parts, ', ');
}

/** Who called AWS, by the name in the file if there is one. */
export function actorText(actor: string, { people }: DisplayNames, isPrivate: boolean): Text {
  const member = people.get(actor);
  if (actor === 'root') return t`the root user`;
  return member === undefined ? t`${isPrivate ? actor : withoutAddresses(actor)}` : memberText(member);
}

function toFixText(finding: DriftFinding, { toFix }: RemedyText, reconcile: Team['settings']['reconcile']): Text {
  const { cause, remediation, changes } = finding;
  const [plan, apply] = [codeText('mturk-team plan'), codeText('mturk-team apply')];
  if (cause === 'pending') return t`Not applied yet. Run the apply workflow, or ${apply}.`;
  if (cause === 'expired')
    return t`Access ended. Reconcile deletes the user and its keys after an announcement; with mode ${codeText('none')}, list the member in ${codeText('departed')}.`;
  if (cause === 'resolved') return t`No action needed: ${codeText('team.yaml')} says the same by now.`;
  if (cause === 'unexplained') return t`See the change with ${plan}.`;
  const taking = changes.some(({ operations }) => operations.lost.length > 0);
  if (remediation === 'auto' && reconcile !== 'none' && cause !== 'unknown') {
    const denies = 'kind' in finding.data && DENYING.includes(finding.data.kind);
    const then = denies
      ? 'a Deny is kept'
      : `what was taken is ${reconcile === 'all' ? 'given back later' : 'withheld'}`;
    return t`Reverted automatically${trusted(taking ? `; ${then}` : '')}.`;
  }
  if (toFix !== undefined) return toFix;
  if (cause === 'unknown') return t`Run ${plan}, then ${apply}: no apply is on record.`;
  if (remediation === 'manual') return t`Ask an administrator to undo it in the IAM console.`;
  if ((remediation === 'auto' && !taking) || (changes.length === 0 && reconcile !== 'all')) return t`Run ${apply}.`;
  return reconcile === 'all'
    ? t`Reconcile announces what was taken, and gives it back later. To give it back now, run ${apply}.`
    : t`Run ${apply} at a terminal: it asks whether to give the access back. An apply in a workflow withholds it.`;
}

/** The worst effect in two words, where there is no room for all of it. */
export function effectWords(finding: DriftFinding): Text {
  const effect = worstEffect(finding);
  if (effect === null) return ruleOf(finding).effect === undefined ? trusted('no change') : riskText('risk');
  if (effect === 'full-control') return riskText('full control');
  return effect === 'lost-access' ? t`lost access` : doesText(effect);
}

/** Who can do the worst by it first, as subject and verb; null if no one's access changes. */
export function worstText(
  finding: DriftFinding,
  names: DisplayNames,
): { readonly who: Text; readonly can: Text } | null {
  const effect = worstEffect(finding);
  if (finding.rule === 'root-access-key')
    return { who: t`The root user`, can: t`has an access key with ${riskText('full control')} of the account` };
  const [first] = byMoment(worstChanges(finding), effect === 'lost-access' ? 'lost' : 'gained');
  const people = effect === 'full-control' ? finding.escalates : (first?.users ?? []);
  if (effect === null || people.length === 0) return null;
  const who = someTexts(
    people.map((user) => anyUserText(user, names)),
    2,
  );
  if (effect === 'full-control')
    return { who, can: t`can take ${riskText('full control')} of the ${controlled(finding)}` };
  const from = fromText(first?.moment ?? null);
  if (effect === 'lost-access') return { who, can: isEmptyText(from) ? t`lost access` : t`loses access${from}` };
  const what = riskText(first?.isAll === true ? 'use all of Mechanical Turk' : RISK_VERBS[effect].can);
  return { who, can: t`can ${what}${from}${first?.conditional === true ? t`, depending on a condition` : t``}` };
}

/** Whether someone gains all of Mechanical Turk. */
export function gainsAll({ changes }: DriftFinding): boolean {
  return changes.some(isAll);
}

function isAll({ operations }: AccessChange): boolean {
  return operations.gained.length === OPERATIONS.length;
}

function controlled({ data }: DriftFinding): Text {
  return 'way' in data && data.way?.control === 'lab' ? t`lab` : t`account`;
}

function effectText(finding: DriftFinding, names: DisplayNames): Text {
  const { escalates, changes, data } = finding;
  const { effect } = ruleOf(finding);
  if (escalates.length > 0) {
    const control = 'way' in data && data.way?.control === 'lab' ? 'Control' : 'Full control';
    const all = strongText(t`${riskText(control)} of the ${controlled(finding)}`);
    return t`${subject(escalates, finding, names)}${all}`;
  }
  const isStill = isPending(finding);
  const gains = byMoment(changes, 'gained').map(({ users, moment, conditional, capabilities }) => {
    const verb = isStill ? (moment === null ? 'Still can' : 'Without it, can') : 'Can';
    const can = conditional ? `Depending on a condition, ${verb.toLowerCase()}` : verb;
    return { users, text: t`${gainText(capabilities, can)}${fromText(moment, ', ')}` };
  });
  const losses = byMoment(changes, 'lost').map(({ users, moment, capabilities }) => {
    const from = fromText(moment);
    const isNow = moment === null;
    const lost = isStill ? t`Not granted${isNow ? t` yet` : from}:` : isNow ? t`Lost access:` : t`Loses access${from}:`;
    return { users, text: t`${strongText(lost)} ${someCapabilities(capabilities)}` };
  });
  const all = [...gains, ...losses];
  const parts = all.map(({ users, text }, index) =>
    all[index - 1]?.users.join() === users.join() ? text : t`${subject(users, finding, names)}${text}`,
  );
  return parts.length > 0 ? joinTexts(parts, '. ') : (effect ?? t`No access changes`);
}

/** Who gains or loses what, by the moment (ISO 8601) at which it begins, null if it has, the earliest first, without a condition first. */
function byMoment(changes: readonly AccessChange[], side: 'gained' | 'lost') {
  const some = changes.filter(({ operations }) => operations[side].length > 0);
  const momentOf = ({ starts }: AccessChange) => (side === 'lost' ? starts.before : starts.after);
  const keyOf = (change: AccessChange) => `${momentOf(change) ?? ''} ${change.conditional}`;
  const first = new Map(some.map((change) => [keyOf(change), change]));
  return [...first]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, change]) => {
      const same = some.filter((each) => keyOf(each) === key);
      const users = [...new Set(same.map(({ user }) => user))];
      const operations = operationSet(same.flatMap((each) => each.operations[side]));
      const capabilities = byCapability(operations, null);
      return {
        moment: momentOf(change),
        conditional: change.conditional,
        users,
        capabilities,
        isAll: same.some(isAll),
      };
    });
}

/** ` from 10 Jan 2027`; nothing if it has begun. */
function fromText(moment: string | null, space = ' '): Text {
  return moment === null ? t`` : trusted(`${space}from ${firstDay(moment)}`);
}

/** The people concerned, unless the title names them already. */
function subject(users: readonly string[], { data }: DriftFinding, names: DisplayNames): Text {
  const own = 'role' in data ? `role/${data.role}` : subjectOf(data)?.name;
  if (users.length === 1 && users[0] === own) return t``;
  return t`${someTexts(users.map((user) => userText(user, names)))}: `;
}

/** `Can spend money: pay bonuses; also read results` */
function gainText(gained: readonly CapabilityAccess[], can: string): Text {
  const harms = RISKS.filter((risk) => isHarmful(risk) && gained.some((each) => each.risk === risk));
  if (gained.flatMap(({ operations }) => operations).length === OPERATIONS.length) {
    const all = strongText(t`${trusted(can)} ${riskText('use all of Mechanical Turk:')}`);
    return t`${all} ${listTexts(harms.map((risk) => riskText(RISK_VERBS[risk].can)))}`;
  }
  const parts = harms.map((risk, index) => {
    const what = joinTexts(gained.filter((each) => each.risk === risk).map(briefText), ', ');
    const verb = riskText(`${RISK_VERBS[risk].can}:`);
    return t`${strongText(index === 0 ? t`${trusted(can)} ${verb}` : verb)} ${what}`;
  });
  const rest = gained.filter(({ risk }) => !isHarmful(risk));
  if (rest.length === 0) return joinTexts(parts, '; ');
  return parts.length === 0
    ? t`${trusted(can)} ${someCapabilities(rest)}`
    : t`${joinTexts(parts, '; ')}; also ${someCapabilities(rest)}`;
}

const MOST_NAMED = 3;

function someCapabilities(capabilities: readonly CapabilityAccess[]): Text {
  const more = capabilities.slice(MOST_NAMED).flatMap(({ operations }) => operations).length;
  const named = capabilities.slice(0, MOST_NAMED).map(briefText);
  return joinTexts([...named, ...(more === 0 ? [] : [countedText(more, 'more operation')])], ', ');
}
