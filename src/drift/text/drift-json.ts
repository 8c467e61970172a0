import type { AccessChange } from '../../access/diff.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import type { Team } from '../../team/team.ts';
import { plainText } from '../../text/text.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';
import { commandLine } from './aws-command.ts';
import { findingWords } from './finding-words.ts';
import { isAttributed } from './lines.ts';
import { renamedIn } from './renamed.ts';

/**
 * `drift --json`: version 2. `lab`, `account`, `drift.class` and `drift.unseen` mean what they meant in version 1; what was
 * in several lists (`tampered`, `attributes`, `unexplained`, `strays`, `boundary`) is one list of findings, worst first.
 */
export function driftJson(look: ScanResult, team: Team, naming: DisplayNames): Record<string, unknown> {
  const options = {
    reconcile: team.settings.reconcile !== null,
    attributed: isAttributed(look),
    addresses: true,
    renamed: renamedIn(look.findings, naming),
  };
  const finding = (each: DriftFinding) => {
    const { consequence, cause, remedy, commands } = findingWords(each, naming, options);
    return {
      id: each.id,
      rule: each.rule,
      cause: each.cause,
      fate: each.remediation,
      risk: each.risk,
      severity: each.severity,
      by: each.lastChange,
      people: each.changes.map((person) => personJson(person, naming)),
      administrators: each.escalates,
      data: each.data,
      words: { consequence: plainText(consequence), cause: plainText(cause), remedy: plainText(remedy) },
      commands: commands.map((command) => commandLine(command, { accountId: true, keyIds: true })),
    };
  };
  return {
    version: 2,
    lab: team.lab,
    account: team.account,
    at: look.at,
    reportedAt: look.credentialReportAt,
    drift: {
      class: look.class,
      fingerprint: look.fingerprint,
      planned: look.planned,
      findings: look.findings.map(finding),
      snoozed: look.snoozed.map(({ finding: each, until, reason }) => ({ until, reason, finding: finding(each) })),
      idle: look.unusedSnoozes,
      unseen: look.notChecked.map(({ what, failure }) => ({ what, code: failure.code, ...failure.args })),
    },
  };
}

function personJson({ user, operations, worstGain, ends, suspended }: AccessChange, { people }: DisplayNames) {
  return {
    user,
    key: people.get(user)?.key ?? null,
    name: people.get(user)?.name ?? null,
    gained: operations.gained,
    lost: operations.lost,
    worstGain,
    ends,
    suspended,
  };
}
