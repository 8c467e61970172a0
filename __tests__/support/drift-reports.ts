import type { DriftFinding, ScanResult } from '../../src/drift/finding.ts';
import type { DriftReport } from '../../src/drift/report/report.ts';
import { sixManualChanges } from './sample-drift.ts';
import { DIFFERENCES, naming, OTHERS, sampleScan, team } from './sample-scans.ts';

/** Three findings: reconcile reverts the first, a person decides about the others. */
export const ADDED = 'membership-added/bo/paymaster/spends';
export const REMOVED = 'membership-removed/eve/results-reader';
export const UNMANAGED = 'unmanaged-user/old-mturk-user/spends';

export const DENIED = {
  what: 'the credential report',
  failure: {
    code: 'credentials-denied' as const,
    args: { reason: 'AccessDenied: iam:GenerateCredentialReport', progress: null },
  },
};

/** A sample finding by id; an id that no sample has names a copy of another one. */
function findingOf(id: string): DriftFinding {
  const sample = [...DIFFERENCES, ...OTHERS].find((each) => each.id === id);
  return sample ?? { ...OTHERS[0]!, id };
}

export function scanOf(ids: readonly string[], given: Partial<ScanResult> = {}): ScanResult {
  return sampleScan(ids.map(findingOf), { at: new Date().toISOString(), ...given });
}

function checkOf(scan: ScanResult): Extract<DriftReport['check'], { kind: 'scanned' }> {
  return { kind: 'scanned', scan, isAccessKnown: true, isAttributed: true };
}

/** What the job that scans perception-lab writes. */
export function reportOf(scan: ScanResult, given: Partial<DriftReport> = {}): DriftReport {
  return {
    version: 1,
    lab: team.lab,
    account: team.account,
    commit: 'c'.repeat(40),
    emulator: false,
    at: scan.at,
    names: Object.fromEntries(naming.people),
    settings: { checkEveryHours: 24, reconcile: 'additions' },
    check: checkOf(scan),
    announcements: [],
    expiring: [],
    ...given,
  };
}

export function reportWith(ids: readonly string[], given: Partial<ScanResult> = {}): DriftReport {
  return reportOf(scanOf(ids, given));
}

export const sixChanges = (): DriftReport => reportOf(sixManualChanges());
