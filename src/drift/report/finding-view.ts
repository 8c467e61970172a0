import { CAPABILITIES_BY_RISK, type CapabilityAccess } from '../../access/capability-access.ts';
import type { AccessChange } from '../../access/diff.ts';
import type { Difference } from '../../access/model-difference.ts';
import { groupText, holderText, roleKeyOfPolicy, userText } from '../../access/text/iam-names.ts';
import { type DisplayNames, policyName } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/inventory/types.ts';
import {
  CAPABILITIES,
  isHarmful,
  OPERATIONS,
  type Operation,
  operationsOf,
  RISK_VERBS,
  RISKS,
} from '../../catalog/mturk.ts';
import { labPath } from '../../team/names.ts';
import { dateWords } from '../../text/dates.ts';
import {
  codeText,
  counted,
  formatCount,
  joinTexts,
  listTexts,
  sentences,
  someTexts,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { type DriftFinding, differenceOf } from '../finding.ts';
import { type RemedyContext, remedyOf } from '../rules/remedy.ts';

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

export function findingView(
  finding: DriftFinding,
  names: DisplayNames,
  isAttributed: boolean,
  {
    reconcile = 'none',
    isPrivate = false,
  }: { readonly reconcile?: RemedyContext['reconcile']; readonly isPrivate?: boolean } = {},
): FindingView {
  // An issue is as public as its repository: no account id, key id or source address.
  const shown = { addresses: isPrivate, accountId: isPrivate, keyIds: isPrivate };
  const { detail, by, toFix, commands, ifIntended } = remedyOf(finding, { names, isAttributed, reconcile, ...shown });
  return {
    title: titleOf(finding, names),
    effect: effectOf(finding, names),
    detail: detailOf(finding, names) ?? detail,
    by,
    toFix,
    commands,
    ifIntended,
  };
}

function titleOf(finding: DriftFinding, names: DisplayNames): Text {
  const difference = differenceOf(finding);
  if (difference !== null) return differenceTitle(difference, names);
  const user = (name: string) => userText(name, names);
  switch (finding.rule) {
    case 'resource-changed':
      return t`Terraform resource ${codeText(finding.data.address)} changed`;
    case 'unmanaged-user':
      return t`Unmanaged user ${codeText(finding.data.user)}${
        finding.data.operations.length === OPERATIONS.length ? t` has full access` : t``
      }`;
    case 'unmanaged-group':
      return t`Unmanaged group ${codeText(finding.data.group)}`;
    case 'unmanaged-policy':
      return t`Unmanaged policy ${codeText(policyName(finding.data.arn))}`;
    case 'unmanaged-group-membership':
      return t`${user(finding.data.user)} is in the unmanaged group ${codeText(finding.data.group)}`;
    case 'boundary-policy-changed':
      return finding.data.state === 'missing' ? t`The boundary policy is missing` : t`The boundary policy was changed`;
    case 'non-default-policy-version':
      return t`Non-default version ${codeText(finding.data.version)} of ${policyTitle(finding.data.arn, names)}`;
    case 'retired-operations':
      return t`Policy ${codeText(policyName(finding.data.policy))} names retired operations`;
    case 'too-many-access-keys':
      return t`${user(finding.data.user)} has ${trusted(counted(finding.data.keys.length, 'access key'))}`;
    case 'old-access-key':
      return t`Access key of ${user(finding.data.user)} is ${trusted(counted(finding.data.days, 'day'))} old`;
    case 'unused-access-key':
      return t`Access key of ${user(finding.data.user)} is unused for ${trusted(counted(finding.data.days, 'day'))}`;
    case 'key-used-after-leaving':
      return t`Access key of ${user(finding.data.user)} used after access ended`;
    case 'console-password':
      return t`${user(finding.data.user)} has a console password`;
    case 'ssh-key':
      return t`${user(finding.data.user)} has ${trusted(counted(finding.data.ids.length, 'SSH key'))}`;
    case 'signing-certificate':
      return t`${user(finding.data.user)} has a signing certificate`;
    case 'service-specific-credential':
      return t`${user(finding.data.user)} has a service-specific credential`;
    case 'root-access-key':
      return t`The root user has an access key`;
    default:
      return trusted(finding.rule);
  }
}

function differenceTitle(difference: Difference, names: DisplayNames): Text {
  switch (difference.kind) {
    case 'membership-added':
      return t`${userText(difference.user, names)} added to ${groupText(difference.group, names)}`;
    case 'membership-removed':
      return t`${userText(difference.user, names)} removed from ${groupText(difference.group, names)}`;
    case 'policy-attached':
      return t`${policyTitle(difference.arn, names)} attached to ${holderText(difference.holder, names)}`;
    case 'policy-detached':
      return t`${policyTitle(difference.arn, names)} detached from ${holderText(difference.holder, names)}`;
    case 'inline-policy-added':
      return t`Inline policy ${codeText(difference.policy)} added to ${holderText(difference.holder, names)}`;
    case 'inline-policy-changed':
      return t`Inline policy ${codeText(difference.policy)} of ${holderText(difference.holder, names)} edited`;
    case 'inline-policy-removed':
      return t`Inline policy ${codeText(difference.policy)} of ${holderText(difference.holder, names)} deleted`;
    case 'policy-changed':
      return t`${policyTitle(difference.arn, names)} edited`;
    case 'policy-added':
      return t`${policyTitle(difference.arn, names)} created`;
    case 'policy-deleted':
      return t`${policyTitle(difference.arn, names)} deleted`;
    case 'user-added':
      return t`IAM user of ${userText(difference.user, names)} exists`;
    case 'user-deleted':
      return t`IAM user of ${userText(difference.user, names)} deleted`;
    case 'group-added':
      return t`Group ${groupText(difference.group, names)} created`;
    case 'group-deleted':
      return t`Group ${groupText(difference.group, names)} deleted`;
    case 'boundary-changed':
      return difference.to === null
        ? t`Permissions boundary of ${userText(difference.user, names)} removed`
        : t`Permissions boundary of ${userText(difference.user, names)} replaced`;
    case 'path-changed':
      return t`${holderText(difference.holder, names)} moved to path ${codeText(difference.to)}`;
    case 'tag-changed':
      return t`Tag ${codeText(difference.tag)} of ${userText(difference.user, names)} changed`;
  }
}

/** What an apply does about a pending finding: the inverse of how the account differs. */
export function pendingTitle(finding: DriftFinding, names: DisplayNames): Text {
  const difference = differenceOf(finding);
  switch (difference?.kind) {
    case 'membership-added':
      return t`Remove ${userText(difference.user, names)} from ${groupText(difference.group, names)}`;
    case 'membership-removed':
      return t`Add ${userText(difference.user, names)} to ${groupText(difference.group, names)}`;
    case 'policy-attached':
      return t`Detach ${policyTitle(difference.arn, names)} from ${holderText(difference.holder, names)}`;
    case 'policy-detached':
      return t`Attach ${policyTitle(difference.arn, names)} to ${holderText(difference.holder, names)}`;
    case 'inline-policy-added':
      return t`Delete inline policy ${codeText(difference.policy)} of ${holderText(difference.holder, names)}`;
    case 'inline-policy-removed':
    case 'inline-policy-changed':
      return t`Write inline policy ${codeText(difference.policy)} of ${holderText(difference.holder, names)}`;
    case 'policy-changed':
      return t`Update ${policyTitle(difference.arn, names)}`;
    case 'policy-deleted':
      return t`Create ${policyTitle(difference.arn, names)}`;
    case 'user-deleted':
      return t`Create the IAM user of ${userText(difference.user, names)}`;
    case 'group-deleted':
      return t`Create group ${groupText(difference.group, names)}`;
    default:
      break;
  }
  if (finding.rule === 'unmanaged-user') {
    const until = names.people.get(finding.data.user)?.until ?? null;
    const ended = until === null ? t`` : t` (last day was ${trusted(dateWords(until))})`;
    return t`Delete the IAM user of ${userText(finding.data.user, names)}${ended}`;
  }
  if (finding.rule === 'unmanaged-group') return t`Delete group ${codeText(finding.data.group)}`;
  if (finding.rule === 'unmanaged-policy') return t`Delete policy ${codeText(policyName(finding.data.arn))}`;
  return titleOf(finding, names);
}

/** `Policy of role paymaster`, or the name of another policy. */
function policyTitle(arn: string, names: DisplayNames): Text {
  const role = roleKeyOfPolicy(arn, names);
  return role === null ? t`Policy ${codeText(policyName(arn))}` : t`Policy of role ${codeText(role)}`;
}

function detailOf(finding: DriftFinding, { lab }: DisplayNames): Text | null {
  if (finding.rule === 'unmanaged-user') {
    const { inPath, attached, groups, keys, areKeysKnown } = finding.data;
    const where = inPath ? t`Under` : t`Outside`;
    const has = [...attached.map(policyName), ...groups].map(codeText);
    return sentences(
      t`${where} ${codeText(labPath(lab))}${has.length === 0 ? t`` : t`, with ${someTexts(has)}`}.`,
      areKeysKnown ? null : t`Whether it has access keys is not known yet.`,
      ...keys.slice(0, 2).map(keyUseText),
    );
  }
  if (finding.rule === 'too-many-access-keys') return sentences(...finding.data.keys.map(keyUseText));
  if ('key' in finding.data) return keyUseText(finding.data.key);
  return null;
}

function keyUseText({ active, lastUsed, isUseKnown }: AccessKey): Text {
  const what = active ? t`Key` : t`Inactive key`;
  if (!isUseKnown) return t`${what}: use not known yet.`;
  return lastUsed === null ? t`${what} never used.` : t`${what} last used ${trusted(dateWords(lastUsed))}.`;
}

/** Effects that no change of MTurk access shows. */
const OTHER_EFFECTS: Partial<Record<DriftFinding['rule'], Text>> = {
  'boundary-changed': t`${strongText(t`No upper limit`)} on permissions`,
  'user-without-boundary': t`${strongText(t`No upper limit`)} on permissions`,
  'boundary-policy-changed': t`The upper limit on permissions is not the reviewed one`,
  'console-password': t`Can sign in to the AWS console`,
  'too-many-access-keys': t`More keys that can leak`,
  'old-access-key': t`A leaked key stays usable`,
  'unused-access-key': t`A leaked key stays usable`,
  'ssh-key': t`A credential that MTurk does not need`,
  'signing-certificate': t`A credential that MTurk does not need`,
  'service-specific-credential': t`A credential that MTurk does not need`,
  'retired-operations': t`These operations grant and deny nothing`,
  'non-default-policy-version': t`Grants more if set as default`,
  'unmanaged-group-membership': t`Access that ${codeText('team.yaml')} does not show`,
};

function effectOf(finding: DriftFinding, names: DisplayNames): Text {
  const { escalates, changes, cause, rule } = finding;
  const isPending = cause === 'pending' || cause === 'expired';
  if (rule === 'root-access-key') return t`${strongText(t`Full control of the account`)}`;
  if (escalates.length > 0) {
    return t`${subject(escalates, finding, names)}${strongText(t`Full control of the account`)}`;
  }
  if (rule === 'unmanaged-user') return gainText(capabilitiesOf(finding.data.operations), false);
  const gains = changes.filter(({ operations }) => operations.gained.length > 0);
  const losses = changes.filter(({ operations }) => operations.lost.length > 0);
  const parts = [
    ...(gains.length === 0
      ? []
      : [
          t`${subject(
            gains.map(({ user }) => user),
            finding,
            names,
          )}${gainText(union(gains, 'gained'), isPending)}`,
        ]),
    ...(losses.length === 0
      ? []
      : [
          t`${subject(
            losses.map(({ user }) => user),
            finding,
            names,
          )}${strongText(isPending ? t`Not granted yet:` : t`Lost access:`)} ${lossText(union(losses, 'lost'))}`,
        ]),
  ];
  if (parts.length > 0) return joinTexts(parts, '. ');
  return OTHER_EFFECTS[rule] ?? t`No access changes`;
}

/** The people concerned, unless the title names them already. */
function subject(users: readonly string[], { data }: DriftFinding, names: DisplayNames): Text {
  const own = 'user' in data ? data.user : 'holder' in data && data.holder?.kind === 'user' ? data.holder.name : null;
  if (users.length === 1 && users[0] === own) return t``;
  return t`${someTexts(users.map((user) => userText(user, names)))}: `;
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
