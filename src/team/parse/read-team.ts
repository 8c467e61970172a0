import type { Finding } from '../../diagnostics/finding.ts';
import { placesIn } from '../../diagnostics/yaml-positions.ts';
import { QUOTAS } from '../../iam/quotas.ts';
import { teamTooLarge } from '../rules/lab.ts';
import type { Rule, RuleContext } from '../rules/rule.ts';
import { CHECKED_RULES } from '../rules/rules.ts';
import { checkShape } from '../rules/shape.ts';
import { checkTexts } from '../rules/texts.ts';
import { suggester } from '../suggest.ts';
import type { Team } from '../team.ts';
import { draftOf } from './draft.ts';
import { reporting } from './finding-collector.ts';
import { normalize } from './normalize.ts';
import { parseDocument } from './parse-document.ts';
import { resolveRoles } from './resolve-roles.ts';

export interface TeamReading {
  /** Null if there is a finding of severity `error`. */
  readonly team: Team | null;
  /** All findings, by their position in the file. */
  readonly findings: readonly Finding[];
  /** The text that positions refer to; null if the file could not be read. */
  readonly source: string | null;
  /** How many roles and members the file has, errors or not; null if it is no YAML. */
  readonly size: { readonly roles: number; readonly members: number } | null;
}

interface ReadTeamOptions {
  /** The file as the user named it, for findings. */
  readonly file: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

/** Reads the text of a team file. Never throws: every problem is a finding. */
export function readTeam(text: string, { file, today }: ReadTeamOptions): TeamReading {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const findings = reporting(file);
  const { root, value, unquotedDates, readable } = parseDocument(source, findings.report);
  const places = placesIn(root);
  const draft = draftOf(value);
  const suggest = suggester();
  // It takes time with the square of the roles, and a file with too many is refused.
  const resolved = resolveRoles(draft.roles.length > QUOTAS.groupsPerAccountAtMost ? [] : draft.roles);
  const context: RuleContext = {
    draft,
    resolved,
    today,
    unquotedDates,
    roleKeys: draft.roles.map(({ key }) => key),
    memberKeys: draft.members.map(({ key }) => key),
    intact: findings.intact,
    suggest,
  };
  const run = (rule: Rule) => {
    rule.check?.(context, (path, args) => findings.report(rule, path, args));
  };

  if (readable) checkTexts(value, source, places, findings.report);
  const whole = readable ? checkShape({ value, places, findings, suggest }) : null;
  if (readable) {
    run(teamTooLarge);
    // Some rules take time with the square of the roles.
    if (!findings.has(teamTooLarge)) for (const rule of CHECKED_RULES) run(rule);
  }

  const sorted = findings.sorted({ source, places });
  const failed = sorted.some(({ severity }) => severity === 'error');
  return {
    team: failed || whole === null ? null : normalize(whole, resolved),
    findings: sorted,
    source,
    size: readable ? { roles: draft.roles.length, members: draft.members.length } : null,
  };
}
