import type { AccessGroup, AccessModel, Holder, InlinePolicy } from '../../access/model.ts';
import { type Difference, differences, subjectKey } from '../../access/model-difference.ts';
import { difference, listOperations } from '../../access/operation-set.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import type { PlannedAccess } from '../../access/sources/planned.ts';
import { actionOf } from '../../catalog/mturk.ts';
import { type PolicyDocument, statementsOf } from '../../iam/document.ts';
import type { Team } from '../../team/team.ts';
import { allowedOutright } from '../rule/access.ts';

/** What a file changes in AWS, if someone has done it already or not. */
export interface FileChange {
  /** The access of the file before, which may not be applied. */
  readonly was: AccessModel;
  /** `subjectKey` of each difference. */
  readonly subjects: ReadonlySet<string>;
}

export function changeByFile(before: Team, after: Team, today: string): FileChange {
  const was = desiredAccess(before, today);
  return { was, subjects: new Set(differences(was, desiredAccess(after, today)).map(subjectKey)) };
}

/**
 * The access that a review compares: before, each has what state, account and all files before give, so that what is new to one
 * of them is given, even if someone gave it manually. The state's documents have the Denies that an apply keeps. What someone
 * took is taken: no one loses it once more.
 */
export function reviewedAccess(access: PlannedAccess, ...changes: readonly FileChange[]): PlannedAccess {
  const before = changes.reduce((each, change) => beforeFile({ ...access, before: each }, change), access.before);
  return { ...access, before };
}

function beforeFile({ recorded, before }: PlannedAccess, { was, subjects }: FileChange): AccessModel {
  const isByFile = (difference: Difference) => subjects.has(subjectKey(difference));
  const ofHolder = (kind: Holder['kind'], { name, attached, inline }: AccessGroup) => {
    const holder = { kind, name };
    const of = (model: AccessModel) => model[kind === 'user' ? 'users' : 'groups'].find((each) => each.name === name);
    const isPolicyByFile = ({ name: policy, document }: InlinePolicy) =>
      isByFile({ kind: 'inline-policy-added', holder, policy, document });
    return {
      attached: attached.filter(
        (arn) => !isByFile({ kind: 'policy-attached', holder, arn }) || of(was)?.attached.includes(arn),
      ),
      inline: [
        ...inline.filter((policy) => !isPolicyByFile(policy)),
        ...[recorded, was].flatMap((model) => (of(model)?.inline ?? []).filter(isPolicyByFile)),
      ],
    };
  };
  const documentsOf = ({ policies }: AccessModel) => new Map(policies.map(({ arn, document }) => [arn, document]));
  const [documents, ofFile] = [documentsOf(recorded), documentsOf(was)];
  return {
    ...before,
    users: before.users.map((user) => ({
      ...{ ...user, ...ofHolder('user', user) },
      groups: user.groups.filter(
        (group) =>
          !isByFile({ kind: 'membership-added', group, user: user.name, unmanaged: false }) ||
          was.users.some(({ name, groups }) => name === user.name && groups.includes(group)),
      ),
    })),
    groups: before.groups.map((group) => ({ ...group, ...ofHolder('group', group) })),
    policies: before.policies.map((policy) => {
      const { arn, document: to } = policy;
      const from = documents.get(arn) ?? to;
      if (!isByFile({ kind: 'policy-changed', arn, from, to })) return policy;
      return { ...policy, document: withoutTaken(withoutTaken(from, to), ofFile.get(arn) ?? from) };
    }),
  };
}

/** What a policy gives, without what another one does not give. */
function withoutTaken(was: PolicyDocument | null, is: PolicyDocument | null): PolicyDocument | null {
  if (was === null || is === null) return was;
  const taken = listOperations(difference(allowedOutright(was), allowedOutright(is))).map(actionOf);
  const denies = statementsOf(is).filter(({ Effect }) => Effect === 'Deny');
  const deny = taken.length === 0 ? [] : [{ Effect: 'Deny' as const, Action: taken, Resource: '*' }];
  return { ...was, Statement: [...statementsOf(was), ...denies, ...deny] };
}
