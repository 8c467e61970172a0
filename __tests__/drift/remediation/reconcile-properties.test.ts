import fc from 'fast-check';
import { accessOf } from '../../../src/access/access-of.ts';
import { diffAccess } from '../../../src/access/diff.ts';
import type { AccessModel, AccessUser } from '../../../src/access/model.ts';
import { type Difference, differenceKey, differences, inverse } from '../../../src/access/model-difference.ts';
import { difference, isEmpty, NO_OPERATIONS } from '../../../src/access/operation-set.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { differenceOf } from '../../../src/drift/finding.ts';
import { decideReconcile, NO_RECONCILE_RECORD } from '../../../src/drift/remediation/decide.ts';
import { grantsAccess } from '../../../src/drift/remediation/remediation.ts';
import { revertConfiguration, revertedModel, revertOf } from '../../../src/drift/remediation/revert-config.ts';
import type { Team } from '../../../src/team/team.ts';
import { AT, TODAY } from '../../support/changed-account.ts';
import { changedAccounts, scanOfChanged } from '../../support/changed-model.ts';
import { runs } from '../../support/exhaustive.ts';

/** Now, and before, between and after the dates in manual changes. */
const MOMENTS = [
  AT,
  ...['2026-12-01T00:00:01Z', '2026-12-24T12:00:00Z', '2030-01-01T00:00:00Z'].map((at) => new Date(at)),
];
/** Inside and outside of the addresses in manual changes. */
const ADDRESSES = ['192.0.2.7', '198.51.100.1'];

type Block = Readonly<Record<string, unknown>> & { readonly lifecycle?: { readonly ignore_changes?: unknown } };

/** A template of Terraform without expressions, as the text that it means. */
const text = (template: unknown): string => String(template).split('$${').join('${').split('%%{').join('%{');
const texts = (list: unknown): readonly string[] => (list as readonly unknown[]).map(text);

/** The account after Terraform has written what the configuration says, attributes that it ignores excluded. */
function carriedOut(account: AccessModel, configuration: string): AccessModel {
  const { resource = {} } = JSON.parse(configuration) as { resource?: Record<string, Record<string, Block>> };
  return Object.entries(resource).reduce(
    (model, [type, blocks]) =>
      Object.values(blocks).reduce((each, block) => {
        const ignored = block.lifecycle?.ignore_changes ?? [];
        const isWritten = (name: string) => ignored !== 'all' && name in block && !(ignored as string[]).includes(name);
        return WRITES[type]?.(each, block, isWritten) ?? each;
      }, model),
    account,
  );
}

type Write = (model: AccessModel, block: Block, isWritten: (name: string) => boolean) => AccessModel;

function held(
  kind: 'users' | 'groups',
  owner: string,
  list: string,
  write: (items: readonly string[]) => (each: AccessUser) => object,
): Write {
  return (model, block, isWritten) =>
    !isWritten(list)
      ? model
      : {
          ...model,
          [kind]: model[kind].map((each) =>
            each.name === text(block[owner]) ? { ...each, ...write(texts(block[list]))(each as AccessUser) } : each,
          ),
        };
}

const attached = (arns: readonly string[]) => () => ({ attached: arns });
/** Deletes the policies that are not in the list; it cannot write any. */
const inline = (names: readonly string[]) => (each: Pick<AccessUser, 'inline'>) => ({
  inline: each.inline.filter(({ name }) => names.includes(name)),
});

const WRITES: Readonly<Record<string, Write>> = {
  aws_iam_user_policy_attachments_exclusive: held('users', 'user_name', 'policy_arns', attached),
  aws_iam_user_policies_exclusive: held('users', 'user_name', 'policy_names', inline),
  aws_iam_group_policy_attachments_exclusive: held('groups', 'group_name', 'policy_arns', attached),
  aws_iam_group_policies_exclusive: held('groups', 'group_name', 'policy_names', inline),
  aws_iam_group_membership: (model, block, isWritten) => {
    if (!isWritten('users')) return model;
    const group = text(block.group);
    const users = texts(block.users);
    return {
      ...model,
      users: model.users.map((user) => ({
        ...user,
        groups: [...user.groups.filter((each) => each !== group), ...(users.includes(user.name) ? [group] : [])],
      })),
    };
  },
  aws_iam_user_policy: (model, block, isWritten) =>
    !isWritten('policy')
      ? model
      : {
          ...model,
          users: model.users.map((user) =>
            user.name === text(block.user)
              ? {
                  ...user,
                  inline: [
                    ...user.inline.filter(({ name }) => name !== text(block.name)),
                    { name: text(block.name), document: JSON.parse(String(block.policy)) },
                  ],
                }
              : user,
          ),
        },
  aws_iam_policy: (model, block, isWritten) =>
    !isWritten('policy')
      ? model
      : {
          ...model,
          policies: model.policies.map((policy) =>
            policy.arn.endsWith(`:policy${text(block.path)}${text(block.name)}`)
              ? { ...policy, document: JSON.parse(String(block.policy)) }
              : policy,
          ),
        },
  aws_iam_user: (model, block, isWritten) => ({
    ...model,
    users: model.users.map((user) =>
      user.name !== text(block.name)
        ? user
        : {
            ...user,
            ...(isWritten('permissions_boundary') ? { boundary: text(block.permissions_boundary) } : {}),
            ...(isWritten('path') ? { path: text(block.path) } : {}),
            ...(isWritten('tags')
              ? {
                  tags: Object.fromEntries(
                    Object.entries(block.tags as object).map(([tag, value]) => [tag, text(value)]),
                  ),
                }
              : {}),
          },
    ),
  }),
};

function gainersFrom(sourceIp: string, before: AccessModel, after: AccessModel): readonly string[] {
  const was = new Map(accessOf(before, { at: AT, sourceIp }).map(({ user, allowed }) => [user.name, allowed]));
  return accessOf(after, { at: AT, sourceIp })
    .filter(({ user, allowed }) => !isEmpty(difference(allowed, was.get(user.name) ?? NO_OPERATIONS)))
    .map(({ user }) => user.name);
}

/** What the scheduled job reverts in mode `additions`, as differences. */
function revertedIn(team: Team, account: AccessModel): readonly Difference[] {
  const settings = { ...team.settings, reconcile: 'additions' } as const;
  const decision = decideReconcile(
    { scan: scanOfChanged(team, account), access: account, complete: true },
    { ...team, settings },
    appliedTeam(team, TODAY),
    { reconcile: true, revert: [], ifFingerprint: null },
    NO_RECONCILE_RECORD,
  );
  if (decision.kind === 'blocked') throw new Error(decision.block.code);
  expect(decision.granting).toEqual([]);
  return decision.reverts.flatMap((finding) => differenceOf(finding) ?? []);
}

const keys = (list: readonly Difference[]) => list.map(differenceKey).sort();

test('in mode additions, reverts grant nothing, at any time and from any address, alone or together, and touch nothing else', () => {
  let count = 0;
  fc.assert(
    fc.property(changedAccounts(), ({ team, account }) => {
      const all = revertedIn(team, account);
      count += all.length;
      const applied = desiredAccess(appliedTeam(team, TODAY), TODAY);
      for (const reverts of [all, ...all.map((one) => [one])]) {
        const target = revertedModel(account, applied, reverts, []);
        const after = carriedOut(account, revertConfiguration('{}', revertOf(team.lab, account, target, reverts, [])));
        expect(keys(differences(account, after))).toEqual(keys(reverts.map(inverse)));
        for (const at of MOMENTS) expect(diffAccess(account, after, at).people.filter(grantsAccess)).toEqual([]);
        for (const sourceIp of ADDRESSES) expect(gainersFrom(sourceIp, account, after)).toEqual([]);
      }
    }),
    { numRuns: runs(300) },
  );
  expect(count).toBeGreaterThan(runs(100));
});
