import type { AccessChange } from '../../access/diff.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import type { Team } from '../../team/team.ts';
import { plainText } from '../../text/text.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';
import { findingView } from '../report/finding-view.ts';

/** `drift --json`, version 1: the scan as data, each finding with its text. */
export function driftJson(scan: ScanResult, team: Team, names: DisplayNames): Record<string, unknown> {
  const options = { reconcile: team.settings.reconcile.mode, isPrivate: true };
  const finding = (each: DriftFinding) => {
    const { commands, by: _by, ...view } = findingView(each, names, false, options);
    const text = Object.fromEntries(
      Object.entries(view).map(([name, value]) => [name, value === null ? null : plainText(value)]),
    );
    return { ...each, changes: each.changes.map((change) => changeJson(change, names)), text, commands };
  };
  const { findings, snoozed, notChecked, ...rest } = scan;
  return {
    version: 1,
    lab: team.lab,
    account: team.account,
    drift: {
      ...rest,
      findings: findings.map(finding),
      snoozed: snoozed.map(({ finding: each, until, reason }) => ({ until, reason, finding: finding(each) })),
      notChecked: notChecked.map(({ what, failure }) => ({ what, code: failure.code, ...failure.args })),
    },
  };
}

function changeJson({ user, operations, worstGain, ends, suspended }: AccessChange, { people }: DisplayNames) {
  const { key = null, name = null } = people.get(user) ?? {};
  return { user, key, name, gained: operations.gained, lost: operations.lost, worstGain, ends, suspended };
}
