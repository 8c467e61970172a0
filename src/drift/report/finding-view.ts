import { CAPABILITIES_BY_RISK, type CapabilityAccess } from '../../access/capability-access.ts';
import type { AccessChange } from '../../access/diff.ts';
import { type DisplayNames, holderText, memberText, policyName, userText } from '../../access/text/names.ts';
import {
  CAPABILITIES,
  isHarmful,
  OPERATIONS,
  type Operation,
  operationsOf,
  RISK_VERBS,
  RISKS,
} from '../../catalog/mturk.ts';
import type { Team } from '../../team/team.ts';
import { firstDay, timeWords } from '../../text/dates.ts';
import { visible, withoutAddresses } from '../../text/escape.ts';
import {
  codeText,
  counted,
  formatCount,
  joinTexts,
  listTexts,
  plainText,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { entityOf } from '../events/events.ts';
import {
  type Attribution,
  type DriftFinding,
  type Entity,
  isOfTerraform,
  isOpen,
  isPending,
  type ScanResult,
} from '../finding.ts';
import { commandLine } from '../rules/aws-command.ts';
import { policyTitle } from '../rules/policies.ts';
import type { RemedyText } from '../rules/rule.ts';
import { ruleOf } from '../rules/rules.ts';

/** What an issue or comment shows of a finding. */
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
}

export interface ViewOptions {
  /** Whether the scheduled reconcile job runs (`settings.reconcile`). */
  readonly reconcile?: 'none' | 'additions' | 'all';
  /** An issue is as public as its repository: no account id, key id or source address. */
  readonly isPrivate?: boolean;
  /** Whether `ifIntended` names the id to snooze beside an edit of team.yaml, too. */
  readonly alwaysSnooze?: boolean;
}

export function findingView(
  finding: DriftFinding,
  names: DisplayNames,
  isAttributed: boolean,
  { reconcile = 'none', isPrivate = false, alwaysSnooze = false }: ViewOptions = {},
): FindingView {
  const rule = ruleOf(finding);
  const remedy = rule.remedy?.(finding, names) ?? {};
  const { detail = null, commands = [], ifIntended } = remedy;
  const audience = { accountId: isPrivate, keyIds: isPrivate };
  return {
    title: rule.title(finding.data, names),
    effect: effectOf(finding, names),
    detail,
    by: byText(finding, names, isAttributed, isPrivate),
    toFix: toFixText(finding, remedy, reconcile),
    commands: commands.map((command) => visible(commandLine(command, audience))),
    ifIntended: isOpen(finding) ? intendedText(finding, ifIntended ?? null, alwaysSnooze) : null,
  };
}

function intendedText(finding: DriftFinding, edit: Text | null, alwaysSnooze: boolean): Text {
  const { id } = finding;
  if (isOfTerraform(finding)) return edit ?? t`It cannot be kept or snoozed, because Terraform manages it.`;
  if (edit === null) return t`Snooze ${codeText(id)}.`;
  return alwaysSnooze ? t`${edit} Or snooze ${codeText(id)}.` : edit;
}

/** What an apply does about a pending finding: the inverse of how the account differs. */
export function pendingTitle(finding: DriftFinding, names: DisplayNames): Text {
  const rule = ruleOf(finding);
  return (rule.pendingTitle ?? rule.title)(finding.data, names);
}

const AGENTS: Readonly<Record<Attribution['userAgent'], string | null>> = {
  console: 'console',
  cli: 'AWS CLI',
  sdk: 'SDK',
  terraform: 'Terraform',
  other: null,
};

function byText(finding: DriftFinding, names: DisplayNames, isAttributed: boolean, addresses: boolean): Text | null {
  const { lastChange } = finding;
  if (entityOf(finding) === null) return null;
  if (lastChange === null) return isAttributed && !isPending(finding) ? t`unknown` : null;
  const { actor, at, userAgent, sourceIp } = lastChange;
  const agent = AGENTS[userAgent];
  return joinTexts(
    [
      actorText(actor, names, addresses),
      trusted(timeWords(at)),
      ...(agent === null ? [] : [trusted(agent)]),
      ...(sourceIp === null || !addresses ? [] : [t`from ${sourceIp}`]),
    ],
    ', ',
  );
}

function actorText(actor: string, { people }: DisplayNames, addresses: boolean): Text {
  const member = people.get(actor);
  if (actor === 'root') return t`the root user`;
  return member === undefined ? t`${addresses ? actor : withoutAddresses(actor)}` : memberText(member);
}

/** A new access key is no drift, and stays. */
export const CHANGED_BACK = 'Changed and changed back, or no drift';

/** What was changed and changed back, in a sentence for each user, group, policy and role. */
export function changedBackTexts(
  { changedBack }: Pick<ScanResult, 'changedBack'>,
  names: DisplayNames,
  addresses: boolean,
): readonly Text[] {
  return changedBack.map(({ entity, changes }) => {
    const calls = [...new Map(changes.map((each) => [`${each.event} ${each.target}`, each])).values()].reverse();
    const what = calls.map(({ event, target }) =>
      target === null ? codeText(event) : t`${codeText(event)} ${codeText(policyName(target))}`,
    );
    const actors = [...new Set(changes.map(({ actor }) => actor))].reverse();
    const who = someTexts(actors.map((actor) => actorText(actor, names, addresses)));
    return t`${entityText(entity, names)}: ${someTexts(what, 10)}, by ${who}, ${trusted(timeWords(changes[0].at))}`;
  });
}

export const EVENTS_UNREAD = t`CloudTrail has more than 1,000 events since the last check. Changes before them that were changed back are not listed.`;

function entityText({ kind, name }: Entity, names: DisplayNames): Text {
  if (kind === 'user' || kind === 'group') return holderText({ kind, name }, names);
  return kind === 'policy' ? policyTitle(name, names) : t`${trusted(kind.replace('-', ' '))} ${codeText(name)}`;
}

const TO_UNDO = t`Ask an administrator to undo it in the IAM console.`;

function toFixText(finding: DriftFinding, { toFix }: RemedyText, reconcile: ViewOptions['reconcile']): Text {
  const { cause, remediation } = finding;
  if (cause === 'pending') return t`Not applied yet. Run the apply workflow, or ${codeText('mturk-team apply')}.`;
  if (cause === 'expired')
    return t`Access ended. Reconcile deletes the user and its keys after an announcement; with mode ${codeText('none')}, list the member in ${codeText('departed')}.`;
  if (cause === 'resolved') return t`No action needed: ${codeText('team.yaml')} says the same by now.`;
  if (cause === 'unexplained') return t`See the change with ${codeText('mturk-team plan')}.`;
  if (cause === 'unknown' && toFix === undefined) {
    return t`Run ${codeText('mturk-team plan')}, then ${codeText('mturk-team apply')}: no apply is on record.`;
  }
  if (remediation === 'auto' && reconcile !== 'none') return t`Reverted automatically.`;
  if (toFix !== undefined) return toFix;
  const apply = codeText('mturk-team apply');
  if (remediation === 'auto') return t`Run ${apply}.`;
  if (remediation === 'manual') return TO_UNDO;
  return reconcile === 'all'
    ? t`Reconcile restores it and announces what was taken before it gives that back. To give it back now, run ${apply}.`
    : t`Run ${apply}: it asks what to give back. Other applies restore it and withhold what was taken.`;
}

function effectOf(finding: DriftFinding, names: DisplayNames): Text {
  const { escalates, changes, data } = finding;
  const { effect, operations } = ruleOf(finding);
  if (escalates.length > 0) {
    const isOfLab = 'way' in data && data.way?.control === 'lab';
    return t`${subject(escalates, finding, names)}${strongText(isOfLab ? t`Control of the lab` : t`Full control of the account`)}`;
  }
  const own = operations?.(data) ?? [];
  // What a user gains by groups and policies of the lab is in the changes alone.
  if (operations !== undefined && (own.length > 0 || changes.length === 0)) {
    return gainText(capabilitiesOf(own), false);
  }
  const of = (list: typeof changes) =>
    subject(
      list.map(({ user }) => user),
      finding,
      names,
    );
  const gains = changes.filter(({ operations }) => operations.gained.length > 0);
  const losses = changes.filter(({ operations }) => operations.lost.length > 0);
  const lost = strongText(isPending(finding) ? t`Not granted yet:` : t`Lost access:`);
  const parts = [
    ...(gains.length === 0
      ? []
      : [t`${of(gains)}${gainText(union(gains, 'gained'), isPending(finding))}${beginText(gains)}`]),
    ...(losses.length === 0 ? [] : [t`${of(losses)}${lost} ${lossText(union(losses, 'lost'))}`]),
  ];
  return parts.length > 0 ? joinTexts(parts, '. ') : (effect ?? t`No access changes`);
}

/** `, from 10 Jan 2027` if none of the access that changes has begun. */
function beginText(changes: readonly AccessChange[]): Text {
  const [first, ...others] = [...new Set(changes.map(({ starts }) => starts.after))].sort();
  return first == null || others.includes(null) ? t`` : trusted(`, from ${firstDay(first)}`);
}

/** The people concerned, unless the title names them already. */
function subject(users: readonly string[], { data }: DriftFinding, names: DisplayNames): Text {
  const own =
    'role' in data
      ? data.role
      : 'user' in data
        ? data.user
        : 'holder' in data && data.holder?.kind === 'user'
          ? data.holder.name
          : null;
  if (users.length === 1 && users[0] === own) return t``;
  return t`${someTexts(users.map((user) => userText(user, names)))}: `;
}

/** What the settings except for good, in a phrase each. */
export function exceptedTexts({ excepted: { administrators, neighbors } }: ScanResult): readonly Text[] {
  return [
    ...(administrators.length === 0
      ? []
      : [t`Administrators, not reported: ${someTexts(administrators.map(codeText))}`]),
    ...(neighbors.length === 0 ? [] : [t`Neighbor labs, not reported: ${someTexts(neighbors.map(codeText))}`]),
  ];
}

/** Names of those who can do everything in the account, and are no findings; none where everyone can read it. */
export function administratorTexts(
  { administrators }: ScanResult,
  { isPublic = false }: DisplayNames,
): readonly Text[] {
  return isPublic ? [] : administrators.map((arn) => codeText(policyName(arn)));
}

/** `drift --json`, version 1: the scan as data, each finding with its text. */
export function driftJson(scan: ScanResult, team: Team, names: DisplayNames): Record<string, unknown> {
  const options = { reconcile: team.settings.reconcile, isPrivate: true };
  const finding = (each: DriftFinding) => {
    const { commands, by: _by, ...view } = findingView(each, names, false, options);
    const text = Object.fromEntries(
      Object.entries(view).map(([name, value]) => [name, value === null ? null : plainText(value)]),
    );
    return { ...each, changes: each.changes.map((change) => changeJson(change, names)), text, commands };
  };
  const { findings, snoozed, notChecked, ...rest } = scan;
  return {
    version: 1,
    lab: team.lab,
    account: team.account,
    drift: {
      ...rest,
      findings: findings.map(finding),
      snoozed: snoozed.map(({ finding: each, until, reason }) => ({ until, reason, finding: finding(each) })),
      notChecked: notChecked.map(({ what, failure }) => ({ what, code: failure.code, ...failure.args })),
    },
  };
}

function changeJson({ user, operations, worstGain, starts, ends, suspended }: AccessChange, { people }: DisplayNames) {
  const { key = null, name = null } = people.get(user) ?? {};
  return { user, key, name, gained: operations.gained, lost: operations.lost, worstGain, starts, ends, suspended };
}

function capabilitiesOf(operations: readonly Operation[]): readonly CapabilityAccess[] {
  return CAPABILITIES_BY_RISK.flatMap((capability) => {
    const all = operationsOf(capability);
    const some = all.filter((operation) => operations.includes(operation));
    if (some.length === 0) return [];
    const { risk } = CAPABILITIES[capability];
    return [{ capability, risk, operations: some, whole: some.length === all.length, grants: [] }];
  });
}

/** What several people gain or lose, as one list of capabilities, worst first. */
function union(changes: readonly AccessChange[], side: 'gained' | 'lost'): readonly CapabilityAccess[] {
  const byCapability = new Map<string, CapabilityAccess>();
  for (const { capabilities } of changes) {
    for (const each of capabilities[side]) {
      const same = byCapability.get(each.capability);
      if (same === undefined || each.operations.length > same.operations.length)
        byCapability.set(each.capability, each);
    }
  }
  return RISKS.flatMap((risk) => [...byCapability.values()].filter((each) => each.risk === risk));
}

/** `Can spend money: pay bonuses; also read results`; `isPending` if an apply is to remove it. */
function gainText(gained: readonly CapabilityAccess[], isPending: boolean): Text {
  const can = isPending ? 'Still can' : 'Can';
  const harms = RISKS.filter((risk) => isHarmful(risk) && gained.some((each) => each.risk === risk));
  if (gained.length === 0) return t`No access to MTurk`;
  const count = gained.flatMap(({ operations }) => operations).length;
  if (count === OPERATIONS.length) {
    return t`${strongText(trusted(`${can} use all of MTurk:`))} ${listTexts(harms.map((risk) => trusted(RISK_VERBS[risk].can)))}`;
  }
  const rest = gained.filter(({ risk }) => !isHarmful(risk));
  const parts = harms.map((risk, index) => {
    const what = joinTexts(gained.filter((each) => each.risk === risk).map(capabilityText), ', ');
    const verb = RISK_VERBS[risk].can;
    return t`${strongText(trusted(index === 0 ? `${can} ${verb}:` : `${verb}:`))} ${what}`;
  });
  if (rest.length === 0) return joinTexts(parts, '; ');
  const more = restText(rest);
  return parts.length === 0 ? t`${trusted(can)} ${more}` : t`${joinTexts(parts, '; ')}; also ${more}`;
}

function lossText(lost: readonly CapabilityAccess[]): Text {
  return lost.length <= MOST_NAMED ? joinTexts(lost.map(capabilityText), ', ') : restText(lost);
}

function restText(capabilities: readonly CapabilityAccess[]): Text {
  if (capabilities.length <= MOST_NAMED) return joinTexts(capabilities.map(capabilityText), ', ');
  const more = capabilities.slice(MOST_NAMED).flatMap(({ operations }) => operations).length;
  const named = joinTexts(capabilities.slice(0, MOST_NAMED).map(capabilityText), ', ');
  return t`${named}, ${trusted(counted(more, 'more operation'))}`;
}

const MOST_NAMED = 3;

/** A partial loss or gain says so: `publish HITs (2 of 5 operations)`. */
function capabilityText({ capability, operations, whole }: CapabilityAccess): Text {
  const { can } = CAPABILITIES[capability];
  if (whole) return trusted(can);
  return trusted(`${can} (${formatCount(operations.length)} of ${operationsOf(capability).length} operations)`);
}
