import type { Difference } from '../../../src/access/model-difference.ts';
import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { type Plan, readPlan } from '../../../src/terraform/plan.ts';
import { recordedJson, recordedPlan } from '../../support/recorded-plan.ts';

const ACCOUNT = '123456789012';
const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const policyArn = (role: string) => `arn:aws:iam::${ACCOUNT}:policy/mturk/perception-lab/perception-lab-${role}`;

/** A difference as one line; documents by whether they are known. */
function line(difference: Difference): string {
  const name = (text: string) => text.replace('perception-lab-', '');
  switch (difference.kind) {
    case 'membership-added':
    case 'membership-removed':
      return `${difference.kind} ${name(difference.user)} ${name(difference.group)}${difference.unmanaged ? ' (stranger)' : ''}`;
    case 'policy-attached':
    case 'policy-detached':
      return `${difference.kind} ${name(difference.holder.name)} ${difference.arn}`;
    case 'inline-policy-added':
    case 'inline-policy-removed':
      return `${difference.kind} ${name(difference.holder.name)} ${difference.policy}${difference.document === null ? ' (content unknown)' : ''}`;
    case 'inline-policy-changed':
      return `${difference.kind} ${name(difference.holder.name)} ${difference.policy}`;
    case 'policy-changed':
    case 'policy-added':
    case 'policy-deleted':
      return `${difference.kind} ${difference.arn}`;
    case 'boundary-changed':
      return `${difference.kind} ${name(difference.user)} ${difference.from} -> ${difference.to}`;
    case 'tag-changed':
      return `${difference.kind} ${name(difference.user)} ${difference.tag} ${difference.from} -> ${difference.to}`;
    case 'path-changed':
      return `${difference.kind} ${name(difference.holder.name)} ${difference.from} -> ${difference.to}`;
    default:
      return `${difference.kind} ${name('user' in difference ? difference.user : difference.group)}`;
  }
}

// The README of the recordings names the twelve; each line is one of them.
const TWELVE = [
  'membership-added bo full-access',
  'membership-removed bo task-publisher',
  `policy-attached cy ${FULL}`,
  'inline-policy-added dee extra (content unknown)',
  `policy-attached results-reader ${FULL}`,
  'inline-policy-added task-publisher extra (content unknown)',
  `policy-detached task-publisher ${policyArn('task-publisher')}`,
  `policy-changed ${policyArn('results-reader')}`,
  'inline-policy-removed bo limits',
  'tag-changed ada hello null -> x',
  `boundary-changed dee arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/perception-lab -> null`,
  'membership-added stranger full-access (stranger)',
].sort();

describe('the 12 manual changes', () => {
  test('a normal plan names each once and reverts it', () => {
    const report = classifyPlan(recordedPlan('12-drift'), ACCOUNT);
    expect(report.manualChanges.map(({ difference }) => line(difference)).sort()).toEqual(TWELVE);
    expect(new Set(report.manualChanges.map(({ outcome }) => outcome))).toEqual(new Set(['reverted']));
    expect(report).toMatchObject({
      pending: [],
      pendingAddresses: [],
      unexplained: [],
      manualAttributes: [],
    });
  });
});

test('a manually deleted user is named with their lost access, and is created again', () => {
  const report = classifyPlan(recordedPlan('14-user-deleted-by-hand'), ACCOUNT);
  expect(report.manualChanges.map(({ difference, outcome }) => `${line(difference)}: ${outcome}`)).toEqual([
    'membership-removed cy results-reader: reverted',
    'user-deleted cy: reverted',
  ]);
  expect(report).toMatchObject({ pending: [], pendingAddresses: [], unexplained: [] });
});

test.each(['02-nochange', '03-add-member', '08-unfreeze', '13-after-drift'])(
  '%s: attachment_count and tags of the provider are no drift',
  (name) => {
    expect(recordedPlan(name).drift.length).toBeGreaterThan(0);
    expect(classifyPlan(recordedPlan(name), ACCOUNT)).toMatchObject({ manualChanges: [], manualAttributes: [] });
  },
);

test('what is taken over after a killed apply is listed, and force_destroy is not unexplained', () => {
  const report = classifyPlan(recordedPlan('18-adopt-after-kill'), ACCOUNT);
  expect(report.imported).toHaveLength(8);
  expect(report.imported).toContain('aws_iam_user.member_u0');
  expect(report).toMatchObject({ manualChanges: [], unexplained: [] });
});

describe('the same plan, edited', () => {
  interface Raw {
    resource_changes: RawChange[];
    resource_drift: RawChange[];
  }
  interface RawChange {
    address: string;
    change: { actions: string[]; before: Record<string, unknown>; after: Record<string, unknown> };
  }
  function changed(name: string, mutate: (raw: Raw) => void): Plan {
    const raw = recordedJson(name) as Raw;
    mutate(raw);
    const plan = readPlan(raw);
    if (!plan.ok) throw new Error('unreadable');
    return plan.value;
  }
  const find = (list: RawChange[], address: string): RawChange => list.find((each) => each.address === address)!;

  test('a change without drift and without access is unexplained: another provider, another default', () => {
    const plan = changed('15-after', (raw) => {
      const { change } = find(raw.resource_changes, 'aws_iam_user.member_ada');
      change.actions = ['update'];
      change.before.force_destroy = false;
    });
    expect(classifyPlan(plan, ACCOUNT)).toMatchObject({
      unexplained: [{ address: 'aws_iam_user.member_ada', attributes: ['force_destroy'] }],
    });
  });

  test('a tag on a policy is drift of an attribute that access does not depend on', () => {
    const plan = changed('15-after', (raw) => {
      const policy = find(raw.resource_changes, 'aws_iam_policy.role_results-reader');
      const before = { ...policy.change.before, tags: { by: 'hand' } };
      raw.resource_drift = [
        {
          ...structuredClone(policy),
          change: { ...structuredClone(policy.change), actions: ['update'], after: before },
        },
      ];
      policy.change.actions = ['update'];
      policy.change.before = before;
    });
    expect(classifyPlan(plan, ACCOUNT)).toMatchObject({
      manualChanges: [],
      unexplained: [],
      manualAttributes: [{ address: 'aws_iam_policy.role_results-reader', attributes: ['tags'] }],
    });
  });

  test('a manual change that the file now contains is kept, and only the state is out of date', () => {
    const plan = changed('12-drift', (raw) => {
      raw.resource_drift = raw.resource_drift.filter(
        ({ address }) => address === 'aws_iam_group_membership.role_full-access',
      );
      for (const { change } of raw.resource_changes) {
        change.actions = ['no-op'];
        change.before = change.after;
      }
      const membership = find(raw.resource_changes, 'aws_iam_group_membership.role_full-access').change;
      membership.before = find(raw.resource_drift, 'aws_iam_group_membership.role_full-access').change.after;
      membership.after = membership.before;
    });
    const report = classifyPlan(plan, ACCOUNT);
    expect(report.manualChanges.map(({ difference, outcome }) => `${line(difference)}: ${outcome}`)).toEqual([
      'membership-added bo full-access: kept',
      'membership-added stranger full-access (stranger): kept',
    ]);
  });

  test('a manual change of what the file changes too is replaced, not reverted', () => {
    const plan = changed('12-drift', (raw) => {
      const { change } = find(raw.resource_changes, 'aws_iam_policy.role_results-reader');
      change.after.policy = JSON.stringify({
        Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:GetHIT', Resource: '*' }],
      });
    });
    const report = classifyPlan(plan, ACCOUNT);
    expect(
      report.manualChanges
        .filter(({ outcome }) => outcome !== 'reverted')
        .map(({ difference, outcome }) => [line(difference), outcome]),
    ).toEqual([[`policy-changed ${policyArn('results-reader')}`, 'replaced']]);
    expect(report.pending.map(line)).toEqual([`policy-changed ${policyArn('results-reader')}`]);
  });
});
