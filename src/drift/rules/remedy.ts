import type { Difference } from '../../access/model-difference.ts';
import { memberKeyOf, roleKeyOfPolicy, userText } from '../../access/text/iam-names.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { CAPABILITIES, capabilityOf } from '../../catalog/mturk.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { statementsOf } from '../../iam/statement.ts';
import { keyOfIamName, LIMITS_POLICY } from '../../team/names.ts';
import { dateWords, timeWords } from '../../text/dates.ts';
import {
  codeText,
  counted,
  joinTexts,
  listTexts,
  sentences,
  someTexts,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import { visible } from '../../text/visible.ts';
import { type Attribution, type DriftFinding, differenceOf, type RuleData } from '../finding.ts';
import { type Command, type CommandAudience, commandLine, iamCommand, switchOffAll } from '../text/aws-command.ts';
import { keyCommands, keyFacts, statementText } from './facts.ts';

/** How a finding came about and what to do about it. */
export interface Remedy {
  /** Facts beside the change of access, in sentences; null if there are none. */
  readonly detail: Text | null;
  /** `Ada O'Neill, 24 Nov 2026 16:02 UTC, console`; null if CloudTrail was not asked. */
  readonly by: Text | null;
  /** Ends in a colon if commands follow. */
  readonly toFix: Text;
  readonly commands: readonly string[];
  readonly ifIntended: Text | null;
}

export interface RemedyContext extends CommandAudience {
  readonly names: DisplayNames;
  /** Whether the scheduled reconcile job runs (`settings.reconcile.mode`). */
  readonly reconcile: 'none' | 'additions' | 'all';
  /** Whether CloudTrail answered: if not, an unknown actor is not worth a word. */
  readonly isAttributed: boolean;
  readonly addresses: boolean;
}

/** What a rule says of its own data; the rest follows from cause and remediation. */
interface Words {
  readonly detail?: Text | null;
  readonly toFix?: Text;
  readonly commands?: readonly Command[];
  readonly ifIntended?: Text | null;
}

export function remedyOf(finding: DriftFinding, context: RemedyContext): Remedy {
  const difference = differenceOf(finding);
  const words =
    difference === null ? wordsOf(finding, context.names) : differenceWords(finding, difference, context.names);
  const { detail = null, commands = [], ifIntended } = words;
  return {
    detail,
    by: byText(finding, context),
    toFix: toFixText(finding, words, context),
    commands: commands.map((command) => visible(commandLine(command, context))),
    ifIntended: isDecided(finding) ? null : (ifIntended ?? t`Snooze ${codeText(finding.id)}.`),
  };
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
  { names, isAttributed, addresses }: RemedyContext,
): Text | null {
  // No event of IAM tells of these.
  if (rule === 'root-access-key' || rule === 'key-used-after-leaving' || rule === 'resource-changed') return null;
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

function toFixText(finding: DriftFinding, { toFix }: Words, { reconcile }: RemedyContext): Text {
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

function sentence(text: Text): Text {
  return t`${text}.`;
}

function differenceWords({ cause }: DriftFinding, difference: Difference, names: DisplayNames): Words {
  switch (difference.kind) {
    case 'membership-added':
      return { ifIntended: roleEdit(difference, names, 'add') };
    case 'membership-removed':
      return { ifIntended: roleEdit(difference, names, 'remove') };
    case 'inline-policy-added':
      return {
        detail: difference.document === null ? t`Its document is unknown, so it counts as allowing everything.` : null,
        ifIntended: holderEdit(difference, names),
      };
    case 'policy-attached':
    case 'inline-policy-changed':
    case 'inline-policy-removed':
      return { ifIntended: holderEdit(difference, names) };
    case 'policy-changed':
      return { ifIntended: policyEdit(difference.arn, names) };
    case 'user-deleted': {
      const key = memberKeyOf(difference.user, names);
      return {
        detail: cause === 'manual' ? t`The access keys are gone, and reverting does not bring them back.` : null,
        ifIntended:
          key === null ? null : t`Move ${codeText(key)} from ${codeText('members')} to ${codeText('departed')}.`,
      };
    }
    case 'path-changed':
      return { detail: t`Permissions granted by path no longer apply to it.` };
    default:
      return {};
  }
}

/** The edit of team.yaml that makes a membership, or its removal, intended. */
function roleEdit(
  { user, group }: { readonly user: string; readonly group: string },
  names: DisplayNames,
  verb: 'add' | 'remove',
): Text | null {
  const role = keyOfIamName(names.lab, group);
  const member = names.people.get(user);
  if (role === null || member === undefined) return null;
  const roles = t`the roles of ${codeText(member.key)} in ${codeText('team.yaml')}`;
  if (verb === 'add') return t`Add ${codeText(role)} to ${roles}.`;
  return member.roles?.every((each) => each === role)
    ? t`Set ${codeText('suspended: true')} for ${codeText(member.key)} in ${codeText('team.yaml')}, or move the member to ${codeText('departed')}.`
    : t`Remove ${codeText(role)} from ${roles}.`;
}

function holderEdit(
  difference: Difference & { readonly holder: { readonly kind: 'user' | 'group'; readonly name: string } },
  names: DisplayNames,
): Text | null {
  const { holder } = difference;
  if (holder.kind === 'group') {
    const role = keyOfIamName(names.lab, holder.name);
    return role === null ? null : t`Change role ${codeText(role)} in ${codeText('team.yaml')}.`;
  }
  const member = names.people.get(holder.name);
  if (member === undefined) return null;
  return 'policy' in difference && difference.policy === LIMITS_POLICY
    ? t`Change ${codeText('until')} or ${codeText('suspended')} of ${codeText(member.key)} in ${codeText('team.yaml')}.`
    : t`Add a role that grants it to ${codeText(member.key)} in ${codeText('team.yaml')}.`;
}

function policyEdit(arn: string, names: DisplayNames): Text | null {
  const role = roleKeyOfPolicy(arn, names);
  return role === null ? null : t`Change role ${codeText(role)} in ${codeText('team.yaml')}.`;
}

function wordsOf(finding: DriftFinding, names: DisplayNames): Words {
  switch (finding.rule) {
    case 'resource-changed':
      return {};
    case 'unmanaged-user':
      return unmanagedUserWords(finding.data);
    case 'unmanaged-group':
      return unmanagedGroupWords(finding, finding.data, names);
    case 'unmanaged-policy':
      return {
        detail: t`Attached to ${trusted(counted(finding.data.attachments, 'user, group or role', 'users, groups and roles'))}.`,
        toFix: t`If nothing uses it, delete it:`,
        commands: [iamCommand('delete-policy', ['policy-arn', finding.data.arn])],
      };
    case 'unmanaged-group-membership': {
      const { user, group } = finding.data;
      return {
        detail: t`Access depends on who edits that group.`,
        toFix: t`Remove the member from the group:`,
        commands: [iamCommand('remove-user-from-group', ['user-name', user], ['group-name', group])],
      };
    }
    case 'boundary-policy-changed':
      return boundaryWords(finding.data);
    case 'non-default-policy-version': {
      const { arn, version, operations, users, isBeyond } = finding.data;
      const who = users.length === 0 ? t`` : t` for ${someTexts(users.map((user) => userText(user, names)))}`;
      return {
        detail: sentences(
          operations.length === 0
            ? null
            : t`One call makes it the default${who}: ${trusted([...new Set(operations.map((each) => CAPABILITIES[capabilityOf(each)].can))].join(', '))}.`,
          isBeyond ? t`It allows more than Mechanical Turk.` : null,
        ),
        toFix: t`Delete the version:`,
        commands: [iamCommand('delete-policy-version', ['policy-arn', arn], ['version-id', version])],
      };
    }
    case 'retired-operations':
      return retiredWords(finding.data, names);
    case 'root-access-key':
      return {
        detail: t`A root key can do everything in the account, and no policy limits it.`,
        toFix: t`Sign in as the root user, then Security credentials, Access keys, Delete.`,
      };
    default:
      return credentialWords(finding, names);
  }
}

function unmanagedUserWords(data: RuleData['unmanaged-user']): Words {
  const { user, attached, inline, groups, keys, areKeysKnown, grants } = data;
  const active = keys.filter(({ active: isActive }) => isActive);
  const name = ['user-name', user] as const;
  const deactivate =
    active.length > 0 && active.every(({ id }) => id !== null)
      ? keyCommands(user, active)
      : areKeysKnown && active.length === 0
        ? []
        : [switchOffAll(user)];
  // Without a policy that only denies, the user could do more.
  const isGranting = (policy: string) => grants.length === 0 || grants.some((grant) => grant.policy === policy);
  const isGranted = (group: string) => grants.length === 0 || grants.some(({ holder }) => holder === `group ${group}`);
  return {
    toFix:
      deactivate.length === 0 ? t`Remove the access:` : t`Deactivate the keys (reversible), then remove the access:`,
    commands: [
      ...deactivate,
      ...attached
        .filter((arn) => arn !== DENY_ALL && isGranting(arn))
        .map((arn) => iamCommand('detach-user-policy', name, ['policy-arn', arn])),
      ...inline
        .filter(({ name: policy, document }) => isAllowing(document) && isGranting(policy))
        .map((policy) => iamCommand('delete-user-policy', name, ['policy-name', policy.name])),
      ...groups.filter(isGranted).map((group) => iamCommand('remove-user-from-group', name, ['group-name', group])),
    ],
  };
}

const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';

/** Whether a document may grant anything; one that cannot be parsed may. */
function isAllowing(document: PolicyDocument | null): boolean {
  return document === null || statementsOf(document).some(({ Effect }) => Effect === 'Allow');
}

function unmanagedGroupWords(finding: DriftFinding, data: RuleData['unmanaged-group'], names: DisplayNames): Words {
  const { group, members, attached, inline, keeps } = data;
  if (members === null) return { detail: t`It could not be read.`, toFix: t`Check it in the IAM console.` };
  const who = members.length === 0 ? t`no members` : someTexts(members.map((user) => userText(user, names)));
  const name = ['group-name', group] as const;
  const detail = sentences(
    t`Members: ${who}.`,
    keeps.length === 0
      ? null
      : t`${someTexts(keeps.map(({ user }) => userText(user, names)))} would keep access if ${codeText('team.yaml')} revoked it.`,
  );
  const { changes, escalates } = finding;
  const isGranting =
    escalates.length > 0 || keeps.length > 0 || changes.some(({ operations }) => operations.gained.length > 0);
  // To leave a group that only denies would grant access.
  if (!isGranting) return { detail, toFix: t`It grants nothing. If nothing needs it, delete it in the IAM console.` };
  return {
    detail,
    toFix: t`Detach what grants access, then remove the members:`,
    commands: [
      ...attached
        .filter((arn) => arn !== DENY_ALL)
        .map((arn) => iamCommand('detach-group-policy', name, ['policy-arn', arn])),
      ...inline
        .filter(({ document }) => isAllowing(document))
        .map((policy) => iamCommand('delete-group-policy', name, ['policy-name', policy.name])),
      ...members.map((user) => iamCommand('remove-user-from-group', ['user-name', user], name)),
    ],
  };
}

function boundaryWords({ state, document, wider, narrower }: RuleData['boundary-policy-changed']): Words {
  const toFix = t`Ask an administrator to run ${codeText('mturk-team apply --bootstrap')}.`;
  if (state === 'missing') {
    return {
      detail: t`Any policy attached to a member takes full effect.`,
      toFix,
    };
  }
  return {
    detail:
      document === null
        ? t`It cannot be parsed, so its limit is unknown.`
        : sentences(
            wider.length === 0 ? null : t`Also allows ${someTexts(wider.map(statementText))}.`,
            narrower.length === 0 ? null : t`No longer allows, or denies, ${someTexts(narrower.map(statementText))}.`,
          ),
    toFix,
  };
}

function retiredWords({ names: retired, users }: RuleData['retired-operations'], names: DisplayNames): Words {
  const list = [...new Map(retired.map((each) => [each.name, each])).values()];
  const denies = retired.some(({ effect }) => effect === 'Deny');
  const successors = list.flatMap(({ name, successors: all }) =>
    all.length === 0 ? [] : [t`${listTexts(all.map(codeText))} instead of ${codeText(name)}`],
  );
  return {
    detail: sentences(
      t`IAM accepts ${someTexts(list.map(({ name }) => codeText(name)))}, but ${denies ? t`denies` : t`grants`} nothing by ${list.length === 1 ? t`it` : t`them`}.`,
      users.length === 0 ? null : t`Users with the policy: ${someTexts(users.map((user) => userText(user, names)))}.`,
    ),
    toFix:
      successors.length === 0
        ? t`Remove the names from the policy.`
        : t`In the policy, use ${joinTexts(successors, ', and ')}.`,
  };
}

type CredentialFinding = Extract<
  DriftFinding,
  {
    rule:
      | 'too-many-access-keys'
      | 'old-access-key'
      | 'unused-access-key'
      | 'key-used-after-leaving'
      | 'console-password'
      | 'ssh-key'
      | 'signing-certificate'
      | 'service-specific-credential';
  }
>;

function credentialWords(finding: DriftFinding, names: DisplayNames): Words {
  const { rule, data } = finding as CredentialFinding;
  const person = userText(data.user, names);
  const user = ['user-name', data.user] as const;
  switch (rule) {
    case 'too-many-access-keys':
      return {
        detail: t`Each key has all of ${person}'s access. ${sentence(joinTexts(data.keys.map(keyFacts), '; '))}`,
        toFix: t`Deactivate the key that is not used:`,
        commands: keyCommands(data.user, leastUsed(data.keys, data.keys.length - data.allowed)),
        ifIntended: keysEdit(data.user, data.keys.length, names),
      };
    case 'old-access-key':
      return {
        detail: t`Any copy of it still works. ${sentence(keyFacts(data.key))}`,
        toFix: data.isSuspended
          ? t`Deactivate it:`
          : data.other === null
            ? t`Run ${codeText(`mturk-team keys rotate ${memberKeyOf(data.user, names) ?? data.user}`)}, or replace it and deactivate it:`
            : t`Move to the other key, then deactivate this one:`,
        commands: keyCommands(data.user, [data.key]),
      };
    case 'unused-access-key':
      return {
        detail: t`An unused key can only be stolen. ${sentence(keyFacts(data.key))}`,
        toFix: t`Deactivate it, then delete it:`,
        commands: keyCommands(data.user, [data.key]),
      };
    case 'key-used-after-leaving':
      return {
        detail: sentence(keyFacts(data.key)),
        toFix: data.key.active ? t`Deactivate it, and ask who used it:` : t`It is inactive. Ask who used it.`,
        commands: data.key.active ? keyCommands(data.user, [data.key]) : [],
      };
    case 'console-password':
      return {
        detail: data.lastUsed === null ? t`Never used.` : t`Last used ${trusted(dateWords(data.lastUsed))}.`,
        toFix: t`Delete the password; access keys stay:`,
        commands: [iamCommand('delete-login-profile', user)],
      };
    case 'ssh-key':
      return {
        detail: t`Mechanical Turk does not use SSH keys.`,
        toFix: t`If not needed, delete:`,
        commands: data.ids.map((id) => iamCommand('delete-ssh-public-key', user, ['ssh-public-key-id', id])),
      };
    case 'signing-certificate':
      return {
        detail: t`Mechanical Turk does not use signing certificates.`,
        toFix: t`If not needed, delete:`,
        commands: data.ids.every((id) => /^[A-Z0-9]{20,}$/.test(id))
          ? data.ids.map((id) => iamCommand('delete-signing-certificate', user, ['certificate-id', id]))
          : [iamCommand('list-signing-certificates', user)],
      };
    case 'service-specific-credential':
      return {
        detail: t`Mechanical Turk does not use them, and they may cost money.`,
        toFix: t`If not needed, delete:`,
        commands: data.credentials.map(({ id }) =>
          iamCommand('delete-service-specific-credential', user, ['service-specific-credential-id', id]),
        ),
      };
  }
}

/** The keys used longest ago; none if AWS does not say when. */
function leastUsed(keys: RuleData['too-many-access-keys']['keys'], count: number) {
  if (!keys.every(({ isUseKnown }) => isUseKnown)) return [];
  return [...keys].sort((one, other) => ((one.lastUsed ?? '') < (other.lastUsed ?? '') ? -1 : 1)).slice(0, count);
}

function keysEdit(user: string, count: number, names: DisplayNames): Text | null {
  const key = memberKeyOf(user, names);
  return key === null || count > 2
    ? null
    : t`Set ${codeText(`keys: ${count}`)} for ${codeText(key)} in ${codeText('team.yaml')}.`;
}
