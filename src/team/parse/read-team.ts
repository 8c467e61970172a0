import type { Finding } from '../../diagnostics/finding.ts';
import { placesIn } from '../../diagnostics/yaml-positions.ts';
import { QUOTAS } from '../../iam/quotas.ts';
import type { RuleContext } from '../rules/rule.ts';
import { RULES } from '../rules/rules.ts';
import { suggester } from '../suggest.ts';
import type { Team } from '../team.ts';
import { draftOf, type TeamDraft } from './draft.ts';
import { type Report, reporting } from './finding-collector.ts';
import { normalise } from './normalize.ts';
import { parseDocument } from './parse-document.ts';
import { resolveRoles } from './resolve-roles.ts';
import { checkShape } from './shape.ts';
import { checkTexts } from './texts.ts';

interface TeamReading {
  /** Null where there is a finding of severity `error`. */
  readonly team: Team | null;
  /** Everything that was found, by its place in the file. */
  readonly findings: readonly Finding[];
  /** The text that positions refer to; null where it could not be read. */
  readonly source: string | null;
}

export interface ReadTeamOptions {
  /** The file as the user named it, for findings. */
  readonly file: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

/** How much of a team a file holds, counted even where it has errors. */
interface TeamSize {
  readonly roles: number;
  readonly members: number;
}

/** A reading together with the size of what was read; null where the file could not be looked into. */
export interface SizedTeamReading extends TeamReading {
  readonly size: TeamSize | null;
}

/** Reads the text of a team file. Never throws: whatever is wrong is a finding. */
export function readTeam(text: string, options: ReadTeamOptions): SizedTeamReading {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const findings = reporting(options.file);
  const { root, value, unquotedDates, readable } = parseDocument(source, findings.report);
  const places = placesIn(root);
  const draft = draftOf(value);

  if (readable) {
    const suggest = suggester();
    checkTexts(value, source, places, findings.report);
    checkShape({ value, places, findings, suggest });
    if (!fitsIntoAnAccount(draft, findings.report)) return result(null);
    const context: RuleContext = {
      draft,
      resolved: resolveRoles(draft.roles),
      today: options.today,
      unquotedDates,
      roleKeys: draft.roles.map(({ key }) => key),
      memberKeys: draft.members.map(({ key }) => key),
      report: findings.report,
      intact: findings.intact,
      suggest,
    };
    for (const rule of RULES) rule(context);
  }

  return result(draft);

  function result(whole: TeamDraft | null): SizedTeamReading {
    const sorted = findings.sorted({ source, places });
    const failed = sorted.some(({ severity }) => severity === 'error');
    const size = readable ? { roles: draft.roles.length, members: draft.members.length } : null;
    return { team: failed || whole === null ? null : normalise(whole), findings: sorted, source, size };
  }
}

/** Rules are not asked about a file that no account can hold: some take time with the square of the roles. */
function fitsIntoAnAccount({ roles, members }: TeamDraft, report: Report): boolean {
  const check = (what: 'roles' | 'members', count: number, limit: number) => {
    if (count > limit) report('team-too-large', [what], { what, count, limit }, { at: 'key' });
    return count <= limit;
  };
  const rolesFit = check('roles', roles.length, QUOTAS.groupsPerAccountAtMost);
  return check('members', members.length, QUOTAS.usersPerAccount) && rolesFit;
}
