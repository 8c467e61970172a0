import type { AccessModel, InlinePolicy } from '../../../src/access/model.ts';
import type { Difference } from '../../../src/access/model-difference.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { block } from '../../../src/diagnostics/block.ts';
import type { DriftFinding, ScanResult } from '../../../src/drift/finding.ts';
import { standsAgainst } from '../../../src/drift/remediation/stands-against.ts';
import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { iamName } from '../../../src/team/names.ts';
import type { Plan } from '../../../src/terraform/plan/plan-read.ts';
import { recordedPlan } from '../../support/recorded-plan.ts';
import { findingOf } from '../../support/sample-looks.ts';
import { sampleTeam as team } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';
const at = new Date(`${TODAY}T12:00:00Z`);
const [bo, fay] = [iamName(team.lab, 'bo'), iamName(team.lab, 'fay')];
const reader = iamName(team.lab, 'results-reader');
const allow = (Action: string) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] }) as const;
const denyAll = { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] } as const;

const file = desiredAccess(team, TODAY);
const withInline = (model: AccessModel, user: string, ...inline: InlinePolicy[]): AccessModel => ({
  ...model,
  users: model.users.map((each) => (each.name === user ? { ...each, inline: [...each.inline, ...inline] } : each)),
});
const wrote = (user: string, policy: string, document: InlinePolicy['document']): Difference => ({
  kind: 'inline-policy-added',
  holder: { kind: 'user', name: user },
  policy,
  document,
});
const found = (difference: Difference, changes: DriftFinding['changes'] = []): DriftFinding =>
  findingOf({ kind: 'difference', difference }, { cause: 'manual', remediation: 'auto', changes });
const quiet: Plan = recordedPlan('02-nochange');

/** A plan that makes one model of another, decided for these findings. */
function ask(
  before: AccessModel,
  after: AccessModel,
  findings: readonly DriftFinding[],
  more: Partial<Parameters<typeof standsAgainst>[0]> & { restored?: readonly DriftFinding[] } = {},
) {
  const { restored = [], ...plan } = more;
  const report = classifyPlan(quiet, team.account);
  const look = { findings, snoozed: [] } as unknown as ScanResult;
  return standsAgainst(
    {
      plan: quiet,
      classification: { ...report, access: { recorded: before, before, after } },
      blocks: [],
      imported: [],
      ...plan,
    },
    { team, at },
    look,
    { kind: 'go', findings, restored, kept: [] },
  );
}

const spends = found(wrote(bo, 'x', allow('mechanicalturk:SendBonus')));
const tampered = withInline(file, bo, { name: 'x', document: null });

test('nothing stands against a plan that takes back what was decided, and that alone', () => {
  expect(ask(tampered, file, [spends])).toBeNull();
});

test('what the plan does besides', () => {
  const more = withInline(tampered, fay, { name: 'y', document: null });
  expect(ask(more, file, [spends])).toMatchObject({
    reason: 'other-changes',
    besides: [{ kind: 'inline-policy-removed' }],
  });
});

test('what the plan does not put right', () => {
  expect(ask(file, file, [spends])).toMatchObject({ reason: 'other-changes', missing: [spends] });
});

test('what it would take over', () => {
  const to = 'aws_iam_user.member_bo';
  expect(ask(tampered, file, [spends], { imported: [{ to }] })).toMatchObject({
    reason: 'other-changes',
    addresses: [to],
  });
});

test('what the blocks refuse', () => {
  const blocks = [block('outside-managed-path', { address: 'aws_iam_user.member_bo', what: 'path /', managed: '/x/' })];
  expect(ask(tampered, file, [spends], { blocks })).toEqual({ reason: 'blocks', findings: blocks });
});

test('whoever would get something by it, whatever was decided: a Deny that is known by now', () => {
  const stop = found(wrote(fay, 'stop', denyAll));
  const stopped = withInline(file, fay, { name: 'stop', document: null });
  expect(ask(stopped, file, [stop])).toEqual({ reason: 'gives', users: [fay] });
});

test('whoever was asked for may get something back, and nobody else', () => {
  const stop = found(wrote(fay, 'stop', denyAll), [
    { user: fay, operations: { gained: [], lost: [] } } as unknown as DriftFinding['changes'][number],
  ]);
  const other = found(wrote(bo, 'stop', denyAll));
  const both = withInline(withInline(file, fay, { name: 'stop', document: null }), bo, {
    name: 'stop',
    document: null,
  });
  const asked = withInline(file, fay, { name: 'stop', document: null });
  expect(ask(asked, file, [stop], { restored: [stop] })).toBeNull();
  expect(ask(both, file, [stop, other], { restored: [stop] })).toEqual({ reason: 'gives', users: [bo] });
});

test('whoever could for a moment do what neither end allows', () => {
  const giving = wrote(bo, 'gives', allow('mechanicalturk:SendBonus'));
  const denying: Difference = {
    kind: 'inline-policy-added',
    holder: { kind: 'group', name: reader },
    policy: 'denies',
    document: { Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }] },
  };
  const before: AccessModel = {
    ...withInline(file, bo, { name: 'gives', document: null }),
    groups: file.groups.map((each) =>
      each.name === reader ? { ...each, inline: [{ name: 'denies', document: null }] } : each,
    ),
  };
  expect(ask(before, file, [found(giving), found(denying)])).toEqual({ reason: 'held', users: [bo] });
});
