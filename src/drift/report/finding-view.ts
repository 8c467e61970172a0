import { type DisplayNames, userText } from '../../access/text/names.ts';
import { timeWords } from '../../text/dates.ts';
import { visible } from '../../text/escape.ts';
import { codeText, joinTexts, someTexts, strongText, type Text, t, trusted } from '../../text/text.ts';
import type { Attribution, DriftFinding } from '../finding.ts';
import { gainsText, lossesText } from '../rules/effect-text.ts';
import type { RemedyText } from '../rules/rule.ts';
import { DRIFT_RULES, ruleOf } from '../rules/rules.ts';
import { commandLine } from '../text/aws-command.ts';

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
  /** Whether the scheduled reconcile job runs (`settings.reconcile.mode`). */
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
    ifIntended: isDecided(finding) ? null : intendedText(finding.id, ifIntended ?? null, alwaysSnooze),
  };
}

function intendedText(id: string, edit: Text | null, alwaysSnooze: boolean): Text {
  if (edit === null) return t`Snooze ${codeText(id)}.`;
  return alwaysSnooze ? t`${edit} Or snooze ${codeText(id)}.` : edit;
}

/** What an apply does about a pending finding: the inverse of how the account differs. */
export function pendingTitle(finding: DriftFinding, names: DisplayNames): Text {
  const rule = ruleOf(finding);
  return (rule.pendingTitle ?? rule.title)(finding.data, names);
}

/** Whether nothing is left for a person to decide. */
function isDecided({ cause }: DriftFinding): boolean {
  return cause === 'pending' || cause === 'expired' || cause === 'resolved';
}

const AGENTS: Readonly<Record<Attribution['userAgent'], string | null>> = {
  console: 'console',
  cli: 'AWS CLI',
  sdk: 'SDK',
  terraform: 'Terraform',
  other: null,
};

function byText(
  { lastChange, rule, cause }: DriftFinding,
  names: DisplayNames,
  isAttributed: boolean,
  addresses: boolean,
): Text | null {
  if (DRIFT_RULES[rule].cloudTrail === undefined) return null;
  if (lastChange === null) return isAttributed && cause !== 'pending' && cause !== 'expired' ? t`unknown` : null;
  const { actor, at, userAgent, sourceIp, renamedTo } = lastChange;
  const agent = AGENTS[userAgent];
  return joinTexts(
    [
      actor === 'root' ? t`the root user` : t`${names.people.get(actor)?.name ?? actor}`,
      trusted(timeWords(at)),
      ...(agent === null ? [] : [trusted(agent)]),
      ...(sourceIp === null || !addresses ? [] : [t`from ${sourceIp}`]),
      ...(renamedTo === undefined ? [] : [t`renamed to ${codeText(renamedTo)}`]),
    ],
    ', ',
  );
}

function toFixText(finding: DriftFinding, { toFix }: RemedyText, reconcile: ViewOptions['reconcile']): Text {
  const { cause, remediation, id } = finding;
  if (cause === 'pending') return t`Not applied yet. Run the apply workflow, or ${codeText('mturk-team apply')}.`;
  if (cause === 'expired') return t`Access ended. The user and its keys are deleted later, by apply or reconcile.`;
  if (cause === 'resolved') return t`No action needed: ${codeText('team.yaml')} says the same by now.`;
  if (cause === 'unexplained') return t`See the change with ${codeText('mturk-team plan')}.`;
  if (cause === 'unknown' && toFix === undefined) {
    return t`Run ${codeText('mturk-team plan')}, then ${codeText('mturk-team apply')}: no apply is on record.`;
  }
  if (remediation === 'auto' && reconcile !== 'none') return t`Reverted automatically.`;
  if (toFix !== undefined) return toFix;
  const revert = codeText(`mturk-team drift --revert ${id}`);
  if (remediation === 'auto') return t`Run ${revert}.`;
  if (remediation === 'manual') return t`Ask an administrator to run ${revert}.`;
  return reconcile === 'all'
    ? t`Reverted by reconcile after the next check. To revert it now: ${revert}.`
    : t`Run ${revert}. Not automatic, because it may grant access.`;
}

function effectOf(finding: DriftFinding, names: DisplayNames): Text {
  const { escalates, changes, cause, data } = finding;
  const { effect, accessEffect } = ruleOf(finding);
  if (escalates.length > 0) {
    return t`${subject(escalates, finding, names)}${strongText(t`Full control of the account`)}`;
  }
  if (accessEffect !== undefined) return accessEffect(data);
  const isPending = cause === 'pending' || cause === 'expired';
  const of = (list: typeof changes) =>
    subject(
      list.map(({ user }) => user),
      finding,
      names,
    );
  const gains = changes.filter(({ operations }) => operations.gained.length > 0);
  const losses = changes.filter(({ operations }) => operations.lost.length > 0);
  const lost = strongText(isPending ? t`Not granted yet:` : t`Lost access:`);
  const parts = [
    ...(gains.length === 0 ? [] : [t`${of(gains)}${gainsText(gains, isPending)}`]),
    ...(losses.length === 0 ? [] : [t`${of(losses)}${lost} ${lossesText(losses)}`]),
  ];
  return parts.length > 0 ? joinTexts(parts, '. ') : (effect ?? t`No access changes`);
}

/** The people concerned, unless the title names them already. */
function subject(users: readonly string[], { data }: DriftFinding, names: DisplayNames): Text {
  const own = 'user' in data ? data.user : 'holder' in data && data.holder?.kind === 'user' ? data.holder.name : null;
  if (users.length === 1 && users[0] === own) return t``;
  return t`${someTexts(users.map((user) => userText(user, names)))}: `;
}
