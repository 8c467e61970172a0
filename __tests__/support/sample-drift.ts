import { withDifferences } from '../../src/access/with-differences.ts';
import type { DriftFinding, ScanResult } from '../../src/drift/finding.ts';
import { scanOf } from '../../src/drift/scan/scan.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import { boundaryArn } from '../../src/team/names.ts';
import { inventoryOf } from './inventory-of.ts';
import { AT, BY_ADA, declared, document, FULL_ACCESS, group, key, TODAY, team, user, userOf } from './sample-scans.ts';

const FULL = {
  arn: FULL_ACCESS,
  name: 'AmazonMechanicalTurkFullAccess',
  document: document('Allow', 'mechanicalturk:*'),
};

/** Six manual changes to the account of the sample team, as a scan reports them. */
export function sixManualChanges(): ScanResult {
  const changed = withDifferences(
    declared,
    [
      { kind: 'membership-added', group: 'perception-lab-paymaster', user: userOf('bo'), unmanaged: false },
      { kind: 'membership-removed', group: 'perception-lab-results-reader', user: userOf('eve'), unmanaged: false },
      {
        kind: 'inline-policy-added',
        holder: group('task-publisher'),
        policy: 'just-for-today',
        document: document('Allow', 'mechanicalturk:CreateWorkerBlock'),
      },
      { kind: 'boundary-changed', user: userOf('fay'), from: boundaryArn(team), to: null },
    ],
    new Map(),
  );
  const old = user('old-mturk-user', { attached: [FULL_ACCESS] });
  const policies = changed.policies.some(({ arn }) => arn === FULL_ACCESS)
    ? changed.policies
    : [...changed.policies, FULL];
  const scan = scanOf({
    team,
    today: TODAY,
    at: AT,
    inventory: inventoryOf(
      { ...changed, users: [...changed.users, old], policies },
      {
        'old-mturk-user': { keys: [key({ created: '2017-03-01T09:00:00Z', lastUsed: '2019-03-04T10:00:00Z' })] },
        [userOf('gus')]: { password: { lastUsed: null } },
      },
    ),
    plan: null,
    applied: { team: appliedTeam(team, TODAY), begun: [] },
  });
  const findings = scan.findings.map((finding) => (byAda(finding) ? { ...finding, lastChange: BY_ADA } : finding));
  return { ...scan, findings, planned: true };
}

function byAda({ id }: DriftFinding): boolean {
  return id.startsWith('membership-added/bo') || id.startsWith('inline-policy-added');
}
