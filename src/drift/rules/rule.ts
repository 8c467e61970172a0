import type { ownChangesIn, Reach } from '../../access/escalation/escalation.ts';
import type { EscalationTargets } from '../../access/escalation/targets.ts';
import type { AccessModel, ModelIndex } from '../../access/model.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import type { BoundaryState } from '../../aws/inventory/boundary.ts';
import type { Inventory } from '../../aws/types.ts';
import type { FindingId } from '../../diagnostics/finding-ids.ts';
import type { PlanClassification } from '../../review/changes/classify-plan.ts';
import type { Announcement } from '../../review/rule/announcements.ts';
import type { Team } from '../../team/team.ts';
import type { Text } from '../../text/text.ts';
import type { UnmanagedEffect } from '../access-changes.ts';
import type { AddedDenies } from '../added-denies.ts';
import type {
  DriftCause,
  DriftFinding,
  DriftSeverity,
  Entity,
  FindingOf,
  Rename,
  RuleData,
  SetupChanges,
} from '../finding.ts';
import type { CredentialUser } from './access-keys.ts';
import type { Command } from './aws-command.ts';

/** What the rules read. Names are IAM's. */
export interface ScanContext {
  readonly team: Team;
  /** `YYYY-MM-DD`, UTC */
  readonly today: string;
  readonly at: Date;
  readonly inventory: Inventory;
  /** What these name is in neither `part` nor `members`: a finding of its own says what it has. */
  readonly renames: readonly Rename[];
  /** Members' users that are not those which the last apply noted. */
  readonly recreated: readonly string[];
  /** Members' users and roles' groups whose IAM name another lab has. */
  readonly taken: readonly RuleData['name-taken'][];
  /** Null for a quick check. */
  readonly plan: PlanClassification | null;
  readonly account: ModelIndex;
  /** The part of the account that is the lab's. */
  readonly part: AccessModel;
  /** What team.yaml says under present names, with users who are to be deleted after their last day. */
  readonly expected: AccessModel;
  /** The account with the lab as `expected`. */
  readonly desired: ModelIndex;
  readonly lab: EscalationTargets;
  readonly reach: Reach;
  readonly ownChanges: ReturnType<typeof ownChangesIn>;
  /** ARNs of those who can do everything, and are no findings. */
  readonly administrators: ReadonlySet<string>;
  /** Null if it was not read. */
  readonly setup: SetupChanges | null;
  readonly boundary: BoundaryState;
  readonly unmanaged: readonly UnmanagedEffect[];
  /** Users of the lab; `users` and `groups` include the unmanaged ones, which have findings of their own. */
  readonly members: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly credentialUsers: readonly CredentialUser[];
  /** The account with the Denies that applies write and keep, which `inventory` and `account` are without. */
  readonly full: ModelIndex;
  readonly addedDenies: readonly AddedDenies[];
  readonly announcements: readonly Announcement[];
}

/** A finding without id, severity and attribution. */
export type Detected = Omit<DriftFinding, 'id' | 'severity' | 'lastChange'>;

/** An unmanaged thing that affects no access, unless `more` says otherwise. */
export function detected<Id extends FindingId>(
  rule: Id,
  data: RuleData[Id],
  more: Partial<Omit<Detected, 'rule' | 'data'>> = {},
): Detected {
  return { rule, data, cause: 'unmanaged', remediation: 'manual', changes: [], risk: null, escalates: [], ...more };
}

/** Segments of ids: the key in team.yaml if there is one, else the name in IAM. */
export interface IdNames {
  user(name: string): readonly string[];
  group(name: string): readonly string[];
  policy(arn: string): readonly string[];
}

/** What a rule says about its own data; the rest follows from cause and remediation. */
export interface RemedyText {
  /** Facts beside the effect, in sentences. */
  readonly detail?: Text | null;
  /** Ends in a colon if commands follow. */
  readonly toFix?: Text;
  readonly commands?: readonly Command[];
  /** Without it, the id to snooze is named if it can be snoozed. */
  readonly ifIntended?: Text | null;
}

export interface Rule<Id extends FindingId = FindingId> {
  /** The least severity; the access that a finding grants or removes can only raise it. */
  readonly severity: DriftSeverity;
  /** Instead of `severity`, if it depends on the data. */
  severityOf?(data: RuleData[Id]): DriftSeverity;
  /** Left out for differences between access models, which are detected together. */
  detect?(context: ScanContext): readonly Detected[];
  /** What follows the rule in the id; by default the user, group or policy that the data names. */
  idParts?(data: RuleData[Id], names: IdNames): readonly string[];
  /** If the id ends in the worst effect: always (left out), only for an escalation, or never. */
  readonly idEffect?: 'escalation' | 'never';
  /** A phrase without a full stop: what someone did, what an apply will do or what ended, as the cause says. */
  title(data: RuleData[Id], names: DisplayNames, cause: DriftCause): Text;
  /** The effect if no access to Mechanical Turk changes. */
  readonly effect?: Text;
  remedy?(finding: FindingOf<Id>, names: DisplayNames): RemedyText;
  /** Whose last event attributes it, if not the holder, user, group or policy of the data; null if no event shows it. */
  entity?(data: RuleData[Id]): Entity | null;
  /** The names of the calls that can cause it; any if left out. */
  readonly calls?: RegExp;
  /** Whether an apply wrote what is found, so that no later call can have caused it. */
  readonly isWrittenByApply?: true;
  /** Whether it uses the credential report, which can be four hours old. */
  readonly usesCredentialReport?: true;
}

/** The holder, user, group or policy that a finding is about; null if its data names none. */
export function subjectOf(data: DriftFinding['data']): Entity | null {
  if ('holder' in data) return data.holder;
  if ('user' in data) return { kind: 'user', name: data.user };
  if ('group' in data) return { kind: 'group', name: data.group };
  return 'arn' in data ? { kind: 'policy', name: data.arn } : null;
}

/** The group or policy that the data names beside its subject. */
export function objectOf(data: DriftFinding['data']): string | null {
  if ('user' in data) return 'group' in data ? data.group : null;
  if (!('holder' in data) || data.holder === null) return null;
  return 'arn' in data ? data.arn : 'policy' in data ? data.policy : null;
}

/** The segments of an id for subject and object. */
export function subjectParts(data: DriftFinding['data'], names: IdNames): readonly string[] {
  const [subject, object] = [subjectOf(data), objectOf(data)];
  if (subject === null) return [];
  const { kind, name } = subject;
  const own = kind === 'user' || kind === 'group' || kind === 'policy' ? names[kind](name) : [name];
  const other =
    object === null ? [] : 'group' in data ? names.group(object) : 'arn' in data ? names.policy(object) : [object];
  return [...('holder' in data ? [kind] : []), ...own, ...other];
}
