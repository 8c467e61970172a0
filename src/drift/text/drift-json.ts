import type { AccessChange } from '../../access/diff.ts';
import { listOperations } from '../../access/operation-set.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import type { Team } from '../../team/team.ts';
import { plainText } from '../../text/text.ts';
import type { DriftFinding, DriftLook, DriftWhat } from '../finding.ts';
import { commandLine } from './aws-command.ts';
import { findingWords } from './finding-words.ts';
import { isAttributed } from './lines.ts';
import { renamedIn } from './renamed.ts';

/**
 * `drift --json`: version 2. `lab`, `account`, `drift.class` and `drift.unseen` mean what they meant in version 1; what was
 * in several lists (`tampered`, `attributes`, `unexplained`, `strays`, `boundary`) is one list of findings, worst first.
 */
export function driftJson(look: DriftLook, team: Team, naming: DisplayNames): Record<string, unknown> {
  const options = {
    reconcile: team.settings.reconcile.mode !== 'none',
    attributed: isAttributed(look),
    addresses: true,
    renamed: renamedIn(look.findings, naming),
  };
  const finding = (each: DriftFinding) => {
    const { consequence, cause, remedy, commands } = findingWords(each, naming, options);
    return {
      id: each.id,
      kind: each.what.kind === 'difference' ? each.what.difference.kind : each.what.kind,
      cause: each.cause,
      fate: each.fate,
      risk: each.risk,
      place: each.place,
      by: each.by,
      people: each.people.map((person) => personJson(person, naming)),
      administrators: each.administrators ?? [],
      what: whatJson(each.what, naming),
      words: { consequence: plainText(consequence), cause: plainText(cause), remedy: plainText(remedy) },
      commands: commands.map((command) => commandLine(command, { accountId: true, keyIds: true })),
    };
  };
  return {
    version: 2,
    lab: team.lab,
    account: team.account,
    at: look.at,
    reportedAt: look.reportedAt,
    drift: {
      class: look.class,
      fingerprint: look.fingerprint,
      planned: look.planned,
      findings: look.findings.map(finding),
      snoozed: look.snoozed.map(({ finding: each, until, reason }) => ({ until, reason, finding: finding(each) })),
      idle: look.idle,
      unseen: look.unseen.map(({ what, failure }) => ({ what, code: failure.code, ...failure.args })),
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

/** What a finding holds that is no plain data is told by what it says. */
function whatJson(what: DriftWhat, naming: DisplayNames): unknown {
  switch (what.kind) {
    case 'outside': {
      const { user, access, isAdministrator, keys } = what;
      const { groups, attached, inline, path } = access.user;
      return {
        user,
        path,
        groups,
        attached,
        inline: inline.map(({ name }) => name),
        operations: listOperations(access.allowed),
        isAdministrator,
        keys,
      };
    }
    case 'stray': {
      const { stray, people, keeps, administrators } = what.effect;
      return {
        ...stray,
        people: people.map((person) => personJson(person, naming)),
        keeps: keeps.map((person) => personJson(person, naming)),
        administrators,
      };
    }
    case 'boundary': {
      const { people, ...effect } = what.effect;
      return { ...effect, people: people.map((person) => personJson(person, naming)) };
    }
    default: {
      const { kind: _kind, ...rest } = what;
      return rest;
    }
  }
}
