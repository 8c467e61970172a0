import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import type { SetupChanges } from '../../../src/drift/finding.ts';
import { findingView } from '../../../src/drift/report/finding-view.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import type { Team } from '../../../src/team/team.ts';
import { plainText } from '../../../src/text/text.ts';
import { AT, TODAY } from '../../support/changed-account.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const NOTHING: SetupChanges = { roles: [], bucket: null, provider: null };

function scan(setup: Partial<SetupChanges>, notChecked: readonly string[] = [], snoozed: Team['snoozed'] = []) {
  const failure = { code: 'credentials-denied', args: { reason: 'AccessDenied', progress: null } } as const;
  return scanOf({
    ...{ team: { ...sampleTeam, snoozed }, today: TODAY, at: AT, plan: null },
    inventory: inventoryOf(desiredAccess(sampleTeam, TODAY)),
    applied: { team: appliedTeam(sampleTeam, TODAY), begun: [], ids: { user: new Map(), group: new Map() } },
    setup: { ...NOTHING, ...setup, notChecked: notChecked.map((what) => ({ what, failure })) },
  });
}

test.each<[string, Partial<SetupChanges>, string, string, string]>([
  [
    'a role',
    { roles: [{ name: 'perception-lab-apply', settings: ['trust', 'boundary', 'other-policies'] }] },
    'role-changed/perception-lab-apply',
    'critical',
    'Role perception-lab-apply of the workflows was changed. Differs from what this version writes: trust policy, a permissions boundary and further policies.',
  ],
  [
    'one role too many',
    { roles: [{ name: 'perception-lab-more', settings: ['exists'] }] },
    'role-changed/perception-lab-more',
    'critical',
    "Role perception-lab-more is under the path of the workflows' roles. Differs from what this version writes: no such role should exist.",
  ],
  [
    'the bucket',
    { bucket: { name: 'lab-state', settings: ['versioning'] } },
    'bucket-changed/lab-state',
    'high',
    'Bucket lab-state of the state was changed. Differs from what this version writes: versioning.',
  ],
  [
    'the bucket, which others may write',
    { bucket: { name: 'lab-state', settings: ['policy'] } },
    'bucket-changed/lab-state/policy',
    'critical',
    'Bucket lab-state of the state was changed. Differs from what this version writes: the bucket policy lets others in, hinders the workflows, or allows access without TLS.',
  ],
  [
    'the bucket, whose access control lists count',
    { bucket: { name: 'lab-state', settings: ['ownership'] } },
    'bucket-changed/lab-state/ownership',
    'critical',
    'Bucket lab-state of the state was changed. Differs from what this version writes: access control lists (ACLs) can let others in.',
  ],
  [
    'the identity provider',
    { provider: { name: 'arn:aws:iam::123456789012:oidc-provider/x', settings: ['audience'] } },
    'identity-provider-changed',
    'medium',
    'The identity provider of GitHub was changed. Differs from what this version writes: audience.',
  ],
])('%s that was changed is a finding', (_what, setup, id, severity, text) => {
  const { findings, class: found } = scan(setup);
  expect(findings).toMatchObject([{ id, severity, cause: 'manual', remediation: 'manual' }]);
  expect(found).toBe('drift');
  const { title, detail, toFix } = findingView(findings[0]!, namingOf(sampleTeam));
  expect(`${plainText(title)}. ${plainText(detail!)}`).toBe(text);
  expect(plainText(toFix)).toBe('Ask an administrator to run mturk-team bootstrap.');
});

test('what is as this version writes it is no finding', () => {
  expect(scan({})).toMatchObject({ findings: [], class: 'clean', notChecked: [] });
});

test('what could not be read is said, and is not a clean check', () => {
  const result = scan({}, ['the bucket of the state']);
  expect(result).toMatchObject({ findings: [], class: 'error', notChecked: [{ what: 'the bucket of the state' }] });
});

test('what bootstrap writes is shown, whatever the file says', () => {
  const changed: SetupChanges = {
    roles: [{ name: 'perception-lab-apply', settings: ['other-policies'] }],
    bucket: { name: 'lab-state', settings: ['policy'] },
    provider: { name: 'arn:aws:iam::123456789012:oidc-provider/x', settings: ['audience'] },
  };
  const found = scan(changed).findings.map(({ id }) => id);
  expect(found).toHaveLength(3);
  const snoozed = found.map((finding) => ({ finding, until: TODAY, reason: 'known' }));
  expect(scan(changed, [], snoozed)).toMatchObject({
    class: 'drift',
    findings: found.map((id) => ({ id })),
    snoozed: [],
  });
});
