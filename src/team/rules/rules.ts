import type { Finding } from '../../diagnostics/finding.ts';
import type { Problem } from '../../text/problem.ts';
import { DATE_RULES } from './dates.ts';
import { FILE_RULES, YAML_RULES } from './file.ts';
import { LAB_RULES, teamTooLarge } from './lab.ts';
import { MEMBER_RULES } from './members.ts';
import { ROLE_RULES } from './roles.ts';
import type { Rule } from './rule.ts';
import { SETTINGS_RULES } from './settings.ts';
import { SHAPE_RULES } from './shape.ts';
import { TEXT_RULES } from './texts.ts';

/** In order: a wrong name is reported before anything is concluded from it, and nothing where another rule has reported. */
export const CHECKED_RULES: readonly Rule[] = [
  ...LAB_RULES,
  ...DATE_RULES,
  ...SHAPE_RULES,
  ...ROLE_RULES,
  ...MEMBER_RULES,
  ...SETTINGS_RULES,
];

/** Every rule about team.yaml. Each has a row in docs/reference/findings-file.md. */
export const TEAM_RULES: readonly Rule[] = [
  ...Object.values(FILE_RULES),
  ...Object.values(YAML_RULES),
  ...Object.values(TEXT_RULES),
  teamTooLarge,
  ...CHECKED_RULES,
];

const BY_CODE = new Map(TEAM_RULES.map((rule) => [rule.code, rule]));

/** The message of a finding. */
export function problemOf({ code, args, file, path }: Finding): Problem {
  const rule = BY_CODE.get(code);
  // Equivalent if mutated: each finding has the code of a rule.
  if (rule === undefined) throw new Error(`no rule has the code ${code}`);
  return { reason: null, state: null, ...rule.message(args, { file, path }) };
}
